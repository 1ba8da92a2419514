"""The scope of an open image: what works on it, and that all of it ends when it is closed."""

import shutil

import pytest
from PySide6.QtCore import QPoint
from pytestqt.qtbot import QtBot

from cozviewer.chain.chain import Progress
from cozviewer.jobs.threads import running_threads
from cozviewer.ui.image_scope import ImageScope
from tests.ui.conftest import Bench, settle, wheel


def scope_of(viewer: Bench) -> ImageScope:
    scope = viewer.window.images.scope
    assert scope is not None
    return scope


def test_a_closed_scope_writes_nothing_into_the_window(viewer: Bench) -> None:
    window, scope = viewer.window, scope_of(viewer)
    scope.close()
    before = window.readout.text
    document = scope.document
    document.progressed.emit(Progress("Generating ×4", 2, 1, 2, None))
    document.stopped.emit()
    document.warmed.emit("GPU", ["cpu", "gpu"])
    document.ahead.began.emit()
    assert window.readout.text == before


def test_a_closed_scope_follows_neither_camera_nor_menus(
    viewer: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, scope = viewer.window, scope_of(viewer)
    scope.close()
    monkeypatch.setattr(scope.document, "draw_ahead", lambda *_: pytest.fail("generates ahead"))
    scope.document.refined.emit()
    assert not scope.idle._wait.isActive()
    before = window.readout.text
    window.navigator.zoom(2.0)
    assert window.readout.text == before
    monkeypatch.setattr(scope.blind, "begin", lambda path: pytest.fail("begins a blind test"))
    window.compare_menu.blind_wanted.emit()


def test_another_image_has_another_scope_and_the_one_before_ends(
    viewer: Bench, qtbot: QtBot
) -> None:
    window, before = viewer.window, scope_of(viewer)
    threads = len(running_threads())
    other = viewer.photo.with_name("other.png")
    shutil.copy(viewer.photo, other)
    viewer.engine.hold(after=0)
    wheel(window.panes.generated, QPoint(300, 200), 9)
    qtbot.waitUntil(lambda: before.document.working)
    with qtbot.waitSignal(before.document.closed, timeout=60_000), qtbot.waitSignal(window.opened):
        window.open_image(other)
    after = scope_of(viewer)
    assert after is not before
    assert after.source.name == "other.png"
    assert window.document is after.document
    viewer.engine.hold(after=1000)
    settle(qtbot, window)
    qtbot.waitUntil(lambda: len(running_threads()) == threads)


def test_a_blind_test_ends_with_its_image(viewer: Bench, qtbot: QtBot) -> None:
    window, before = viewer.window, scope_of(viewer)
    before.blind.begin(viewer.photo.with_suffix(".csv"))
    assert not window.actions_by_name["map"].isEnabled()
    with qtbot.waitSignal(window.opened):
        window.images.reload()
    assert not before.blind.active
    assert window.actions_by_name["map"].isEnabled()
    assert window.parts.blind_bar.isHidden()
