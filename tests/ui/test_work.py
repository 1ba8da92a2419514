"""Work beside the window: progress, stopping, stale requests, comparison, export, trouble."""

import math
import re
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from cozviewer.config.choice import EngineChoice
from cozviewer.export.tasks import RegionTask
from cozviewer.jobs.view_work import FINISHING
from cozviewer.pyramid.camera import View, camera_at
from cozviewer.pyramid.compose import compose
from cozviewer.pyramid.geometry import TileKey
from cozviewer.ui.compare.paint import Mode
from cozviewer.ui.export.dialog import ExportDialog
from cozviewer.ui.main_window import MainWindow
from cozviewer.util.errors import BadInput, Failure
from tests.patience import PATIENCE
from tests.pyramid.stores import DAMAGES, damage
from tests.ui.conftest import (
    TILE_RUNS,
    TINY_PHOTO,
    Bench,
    Stripes,
    grabbed,
    services,
    settle,
    wheel,
)


def zoom_in(viewer: Bench, notches: int = 8) -> None:
    for _ in range(notches):
        wheel(viewer.window.panes.generated, QPoint(400, 250))


def wait_for_work(viewer: Bench, qtbot: QtBot, calls: int = 1) -> None:
    qtbot.waitUntil(lambda: viewer.engine.calls >= calls, timeout=10_000)


@TILE_RUNS
def test_progress_tells_stage_tiles_and_time_left(viewer: Bench, qtbot: QtBot) -> None:
    viewer.engine.before_run = lambda: time.sleep(0.4)  # what takes no time is not estimated
    viewer.engine.hold(after=2)
    zoom_in(viewer)
    done = re.compile(r"Generating ×4 · [1-9].* s left")
    qtbot.waitUntil(lambda: bool(done.search(viewer.window.readout.text)))
    assert "not yet generated" in viewer.window.readout.text
    viewer.window.stop_work()


@pytest.mark.parametrize("how", DAMAGES)
def test_broken_tiles_are_made_again_where_they_are_seen(
    viewer: Bench, qtbot: QtBot, how: str
) -> None:
    def refined(window: MainWindow) -> View:
        window.banner.hide()
        window.navigator.begin_at(camera_at(350, 250, 4.0))
        settle(qtbot, window)
        # A tile that cannot be decoded may be noticed with the frame, and is made after it.
        qtbot.waitUntil(lambda: window.panes.generated.layer.frame_is_final)
        settle(qtbot, window)
        document = window.document
        assert document is not None
        view = window.panes.generated.view
        frame = compose(document.chain.pyramid, view, complete=True)
        window.minimap.hide()
        assert np.array_equal(grabbed(window.panes.generated), frame)
        return view

    seen = refined(viewer.window)
    viewer.window.close()
    (store,) = viewer.cache.rglob("*.tiles")
    damaged = damage(store, how)

    engine = Stripes()
    window = MainWindow(services(engine, viewer.cache, viewer.photo), EngineChoice())
    window.parts.set_reduced_motion(True)
    qtbot.addWidget(window)
    window.resize(viewer.window.size())
    window.show()
    with qtbot.waitSignal(window.photo_painted, timeout=10_000):
        window.open_image(viewer.photo)
    assert window.document is not None
    made: list[TileKey] = []
    window.document.tiles_made.connect(made.extend)
    assert refined(window).camera == seen.camera
    assert len(made) == damaged
    window.close()


@TILE_RUNS
def test_tiles_appear_as_they_are_done(viewer: Bench, qtbot: QtBot) -> None:
    viewer.engine.hold(after=0)
    zoom_in(viewer, 10)
    qtbot.waitUntil(lambda: "Generating ×4" in viewer.window.readout.text)
    before = grabbed(viewer.window.panes.generated).astype(int)
    viewer.engine.hold(after=2)

    def changed() -> bool:
        after = grabbed(viewer.window.panes.generated).astype(int)
        return bool(np.abs(after - before).max() > 20)

    qtbot.waitUntil(changed)
    assert viewer.engine.calls <= 2
    assert viewer.window.document is not None
    assert viewer.window.document.working
    viewer.window.stop_work()


@TILE_RUNS
def test_escape_stops_within_one_run_and_r_goes_on(viewer: Bench, qtbot: QtBot) -> None:
    viewer.engine.hold(after=1)
    zoom_in(viewer)
    wait_for_work(viewer, qtbot)
    QTest.keyClick(viewer.window, Qt.Key.Key_Escape)
    settle(qtbot, viewer.window)
    viewer.engine.hold(after=math.inf)
    qtbot.wait(100)
    assert viewer.engine.calls <= 2
    assert "Stopped" in viewer.window.readout.text
    QTest.keyClick(viewer.window, Qt.Key.Key_R)
    settle(qtbot, viewer.window)
    qtbot.waitUntil(lambda: "Done" in viewer.window.readout.text)


@TILE_RUNS
def test_a_new_gesture_makes_the_old_request_stale(viewer: Bench, qtbot: QtBot) -> None:
    viewer.engine.hold(after=1)
    zoom_in(viewer)
    wait_for_work(viewer, qtbot)
    QTest.keyClick(viewer.window, Qt.Key.Key_1)  # nothing to compute there
    settle(qtbot, viewer.window)
    viewer.engine.hold(after=math.inf)
    qtbot.wait(100)
    assert viewer.engine.calls <= 2


@TILE_RUNS
def test_waiting_for_the_view_before_is_told(viewer: Bench, qtbot: QtBot) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def wait_in_the_first() -> None:
        if not begun.is_set():
            begun.set()
            go_on.wait(PATIENCE)

    viewer.engine.before_run = wait_in_the_first
    zoom_in(viewer)
    qtbot.waitUntil(begun.is_set)
    try:
        wheel(viewer.window.panes.generated, QPoint(400, 250))
        qtbot.waitUntil(lambda: FINISHING in viewer.window.readout.text)
        viewer.engine.hold(after=1)  # the one that is under way
    finally:
        go_on.set()
    qtbot.waitUntil(lambda: "Generating" in viewer.window.readout.text)
    viewer.window.stop_work()


def test_nothing_is_computed_in_the_middle_of_a_gesture(viewer: Bench, qtbot: QtBot) -> None:
    rest = viewer.window.navigator._rest
    usual = rest.interval()
    rest.setInterval(3_600_000)  # a busy machine may be slower than any hand
    for _ in range(12):
        wheel(viewer.window.panes.generated, QPoint(400, 250))
        qtbot.wait(30)
    assert viewer.engine.calls == 0
    rest.setInterval(usual)
    settle(qtbot, viewer.window)
    assert viewer.engine.calls > 0


def test_a_second_start_shows_the_refined_image_without_computing(
    viewer: Bench, qtbot: QtBot
) -> None:
    zoom_in(viewer)
    settle(qtbot, viewer.window)
    camera, shown = viewer.window.navigator.camera, grabbed(viewer.window.panes.generated)
    calls = viewer.engine.calls
    viewer.window.close()
    again = MainWindow(services(viewer.engine, viewer.cache, viewer.photo), EngineChoice("stripes"))
    again.parts.set_reduced_motion(True)
    again.resize(viewer.window.size())
    again.show()
    with qtbot.waitSignal(again.photo_painted, timeout=10_000):
        again.open_image(viewer.photo)
    settle(qtbot, again)
    again.navigator.go_to(camera)
    settle(qtbot, again)
    np.testing.assert_array_equal(grabbed(again.panes.generated), shown)
    assert viewer.engine.calls == calls
    again.close()


def test_compare_shows_two_images_that_move_as_one(viewer: Bench, qtbot: QtBot) -> None:
    window = viewer.window
    zoom_in(viewer)
    settle(qtbot, window)
    window.compare_menu.set_mode(Mode.SIDE)
    settle(qtbot, window)
    qtbot.waitUntil(lambda: window.panes.beside.shows_frame)
    window.panes.generated.label = window.panes.beside.label = ""
    window.minimap.hide()
    left, right = window.panes.generated, window.panes.beside
    document = window.document
    assert document is not None
    assert abs(left.width() - right.width()) <= 1
    assert np.abs(grabbed(left)[:, :300].astype(int) - grabbed(right)[:, :300]).mean() > 5
    np.testing.assert_array_equal(
        grabbed(right), compose(document.chain.pyramid, right.view, finest=0)
    )
    wheel(right, QPoint(100, 100))
    settle(qtbot, window)
    qtbot.waitUntil(lambda: right.shows_frame)
    assert left.view.camera == right.view.camera
    QTest.keyClick(window, Qt.Key.Key_C)
    assert not right.isVisible()


@TILE_RUNS
def test_compare_works_while_tiles_are_computed(viewer: Bench, qtbot: QtBot) -> None:
    viewer.engine.hold(after=1)
    zoom_in(viewer)
    wait_for_work(viewer, qtbot)
    viewer.window.compare_menu.set_mode(Mode.SIDE)
    viewer.engine.hold(after=1)
    wait_for_work(viewer, qtbot, 2)
    assert viewer.window.panes.beside.isVisible()
    viewer.window.stop_work()


def export_dialog(viewer: Bench) -> ExportDialog:
    QTest.keyClick(viewer.window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    return viewer.window.findChildren(ExportDialog)[-1]


def test_export_writes_what_is_seen(viewer: Bench, qtbot: QtBot, tmp_path: Path) -> None:
    window = viewer.window
    zoom_in(viewer)
    settle(qtbot, window)
    window.minimap.hide()
    shown = grabbed(window.panes.generated)
    dialog = export_dialog(viewer)
    height, width = shown.shape[:2]
    assert f"{width:,} × {height:,} pixels" in dialog.size_label.text()
    target = tmp_path / "out.png"
    dialog.path.setText(str(target))
    document = window.document
    assert document is not None
    with qtbot.waitSignal(document.exported, timeout=10_000):
        dialog.buttons.button(dialog.buttons.StandardButton.Save).click()
    np.testing.assert_array_equal(np.asarray(Image.open(target)), shown)
    assert "Exported" in window.banner.text


def test_export_of_a_deeper_level_computes_what_is_missing(
    viewer: Bench, qtbot: QtBot, tmp_path: Path
) -> None:
    window = viewer.window
    window.resize(420, 360)
    zoom_in(viewer, 14)
    settle(qtbot, window)
    dialog = export_dialog(viewer)
    regions = [i for i in range(dialog.what.count()) if "area" in dialog.what.itemText(i)]
    dialog.what.setCurrentIndex(regions[-1])
    task = dialog.offer.task
    assert isinstance(task, RegionTask)
    assert task.region.z > 2
    assert "missing detail" in dialog.complete.text()
    target = tmp_path / "deep.webp"
    dialog.path.setText(str(target))
    assert dialog.format.currentText() == "WebP"
    size = (dialog.offer.width, dialog.offer.height)
    document = window.document
    assert document is not None
    with qtbot.waitSignal(document.exported, timeout=60_000):
        dialog.buttons.button(dialog.buttons.StandardButton.Save).click()
    with Image.open(target) as saved:
        assert saved.size == size


@TINY_PHOTO
def test_a_stopped_export_leaves_no_file(viewer: Bench, qtbot: QtBot, tmp_path: Path) -> None:
    window = viewer.window
    zoom_in(viewer, 14)
    settle(qtbot, window)
    viewer.engine.hold(after=1)
    dialog = export_dialog(viewer)
    whole = [i for i in range(dialog.what.count()) if "Whole" in dialog.what.itemText(i)]
    dialog.what.setCurrentIndex(whole[-1])
    target = tmp_path / "deep.png"
    dialog.path.setText(str(target))
    document = window.document
    assert document is not None
    calls = viewer.engine.calls
    dialog.buttons.button(dialog.buttons.StandardButton.Save).click()
    wait_for_work(viewer, qtbot, calls + 1)
    with qtbot.waitSignal(document.export_ended, timeout=10_000):
        QTest.keyClick(window, Qt.Key.Key_Escape)
    assert not target.exists()
    assert "canceled" in window.banner.text


def test_export_to_a_bad_place_says_so_and_stays_open(viewer: Bench, tmp_path: Path) -> None:
    dialog = export_dialog(viewer)
    dialog.path.setText(str(tmp_path / "no-such-folder" / "out.png"))
    dialog.buttons.button(dialog.buttons.StandardButton.Save).click()
    assert "no-such-folder" in dialog.trouble.text()
    assert dialog.isVisible()
    dialog.reject()


@pytest.mark.parametrize("kind", ["missing", "empty", "truncated", "text", "folder"])
def test_a_bad_file_is_one_sentence_and_the_image_stays(
    viewer: Bench, qtbot: QtBot, tmp_path: Path, kind: str
) -> None:
    bad = tmp_path / f"{kind}.png"
    if kind == "empty":
        bad.touch()
    elif kind == "truncated":
        bad.write_bytes(viewer.photo.read_bytes()[:3000])
    elif kind == "text":
        bad.write_text("this is no image")
    elif kind == "folder":
        bad.mkdir()
    before = viewer.window.document
    viewer.window.open_image(bad)
    qtbot.waitUntil(lambda: bad.name in viewer.window.banner.text, timeout=5000)
    assert viewer.window.banner.text.endswith(".")
    assert viewer.window.document is before


def test_a_bad_first_file_leads_back_to_the_invitation(bench: Bench, qtbot: QtBot) -> None:
    bench.window.open_image(Path("/nowhere/at/all.jpg"))
    qtbot.waitUntil(lambda: "all.jpg" in bench.window.banner.text)
    assert bench.window.document is None
    assert not bench.window.panes.isVisible()


def test_a_huge_image_is_opened_only_after_a_yes(
    viewer: Bench, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cozviewer.image.limits.HUGE", 1000)
    before = viewer.window.document
    viewer.window.open_image(viewer.photo)
    qtbot.waitUntil(lambda: bool(viewer.window.findChildren(QMessageBox)))
    box = viewer.window.findChildren(QMessageBox)[0]
    assert viewer.window.document is before
    with qtbot.waitSignal(viewer.window.opened):
        box.button(QMessageBox.StandardButton.Open).click()
    assert viewer.window.document is not before


@TILE_RUNS
def test_a_failing_engine_is_one_sentence_and_finished_tiles_stay(
    viewer: Bench, qtbot: QtBot
) -> None:
    def fail() -> None:
        if viewer.engine.calls == 2:
            raise Failure("The engine has no memory left; choose a smaller view.")

    viewer.engine.before_run = fail
    zoom_in(viewer)
    qtbot.waitUntil(lambda: "no memory left" in viewer.window.banner.text, timeout=10_000)
    document = viewer.window.document
    assert document is not None
    assert document.chain.pyramid.store.usage()[1] == 8  # of two runs


def test_an_unexpected_error_is_a_sentence_too_and_logged(
    viewer: Bench, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    def break_down() -> None:
        raise ZeroDivisionError("oops")

    viewer.engine.before_run = break_down
    zoom_in(viewer)
    qtbot.waitUntil(lambda: "ZeroDivisionError" in viewer.window.banner.text, timeout=10_000)
    assert any(record.exc_info for record in caplog.records)


def test_an_engine_that_cannot_be_opened_leaves_the_old_one(
    viewer: Bench, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise BadInput("model.pth is no 4× model; choose another file.")

    monkeypatch.setattr(viewer.window.images.opening._opener, "_open_chain", refuse)
    before = viewer.window.document
    viewer.window.engine_menu.chosen.emit(EngineChoice("model.pth"))
    qtbot.waitUntil(lambda: "no 4× model" in viewer.window.banner.text)
    assert viewer.window.document is before


def test_another_device_keeps_the_view_and_the_tiles(viewer: Bench, qtbot: QtBot) -> None:
    zoom_in(viewer)
    settle(qtbot, viewer.window)
    camera, calls = viewer.window.navigator.camera, viewer.engine.calls
    with qtbot.waitSignal(viewer.window.opened):
        viewer.window.engine_menu.chosen.emit(EngineChoice("stripes", device="cpu"))
    settle(qtbot, viewer.window)
    assert viewer.window.navigator.camera == camera
    assert viewer.engine.calls == calls


def test_a_file_that_vanishes_is_told_and_the_viewer_goes_on(viewer: Bench, qtbot: QtBot) -> None:
    viewer.photo.unlink()
    qtbot.waitUntil(lambda: "was moved or deleted" in viewer.window.banner.text, timeout=5000)
    zoom_in(viewer)
    settle(qtbot, viewer.window)
    assert viewer.engine.calls > 0
    QTest.keyClick(viewer.window, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: viewer.photo.name in viewer.window.banner.text)
    assert viewer.window.document is not None


def test_an_engine_chosen_just_before_a_photo_is_opened_is_not_lost(
    viewer: Bench, qtbot: QtBot
) -> None:
    window, chosen = viewer.window, EngineChoice("stripes", device="cpu")
    assert window.images.choice_in_use != chosen
    window.engine_menu.chosen.emit(chosen)
    with qtbot.waitSignal(window.images.opened, timeout=10_000):
        window.open_image(viewer.photo)
    assert window.images.choice_in_use == window.images.choice == chosen


def test_the_engine_in_use_can_be_chosen_while_another_one_is_opened(
    viewer: Bench, qtbot: QtBot
) -> None:
    window = viewer.window
    before = window.images.choice_in_use
    window.engine_menu.chosen.emit(EngineChoice("stripes", device="cpu"))
    (action,) = (each for each in window.engine_menu.actions() if each.data() == "stripes")
    with qtbot.waitSignal(window.images.opened, timeout=10_000):
        action.trigger()
    settle(qtbot, window)
    assert window.images.choice_in_use == window.images.choice == before
    with qtbot.assertNotEmitted(window.images.opening.started):
        action.trigger()


def test_an_engine_that_was_stopped_is_not_used_for_the_next_photo(
    viewer: Bench, qtbot: QtBot
) -> None:
    window = viewer.window
    before = window.images.choice_in_use
    window.engine_menu.chosen.emit(EngineChoice("stripes", device="cpu"))
    window.stop_work()
    with qtbot.waitSignal(window.images.opened, timeout=10_000):
        window.open_image(viewer.photo)
    assert window.images.choice_in_use == before
