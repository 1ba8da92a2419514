"""The banner lies over the image, and goes when it is no longer true."""

from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Bench, settle, wheel


def test_a_banner_leaves_the_image_where_it_is(viewer: Bench, qtbot: QtBot) -> None:
    window = viewer.window
    camera, size = window.navigator.camera, window.panes.size()
    window.banner.warn("A long sentence about trouble. " * 8)
    settle(qtbot, window)
    assert window.banner.isVisible()
    assert (window.navigator.camera, window.panes.size()) == (camera, size)
    box, pages = window.banner.geometry(), window.parts.pages.rect()
    assert pages.contains(box)
    assert box.height() >= window.banner.heightForWidth(box.width())
    window.resize(420, 320)
    assert window.parts.pages.rect().contains(window.banner.geometry())


def test_escape_closes_the_banner(viewer: Bench) -> None:
    viewer.window.banner.warn("Something went wrong.")
    QTest.keyClick(viewer.window, Qt.Key.Key_Escape)
    assert viewer.window.banner.text == ""


def test_escape_stops_work_and_closes_the_banner_at_once(viewer: Bench, qtbot: QtBot) -> None:
    window = viewer.window
    wheel(window.panes.generated, QPoint(400, 300), 9)
    document = window.document
    assert document is not None
    qtbot.waitUntil(lambda: document.working, timeout=60_000)
    window.banner.warn("Something went wrong.")
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert not document.working
    assert window.banner.text == ""


def test_trouble_with_one_file_is_not_shown_over_the_next_image(
    viewer: Bench, qtbot: QtBot, tmp_path: Path
) -> None:
    window = viewer.window
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    window.open_image(broken)
    qtbot.waitUntil(lambda: bool(window.banner.text), timeout=60_000)
    with qtbot.waitSignal(window.opened, timeout=60_000):
        window.open_image(viewer.photo)
    assert window.banner.text == ""
    settle(qtbot, window)
