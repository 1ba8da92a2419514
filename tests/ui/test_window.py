"""The window driven as a person drives it: wheel, drag and keys in, pixels and words out."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from cozviewer.pyramid.camera import View
from cozviewer.pyramid.compose import compose
from tests.ui.conftest import GLIDING, LARGE_WINDOW, Bench, grabbed, settle, wheel

pytestmark = GLIDING


def test_a_window_without_an_image_invites(bench: Bench) -> None:
    assert not bench.window.panes.isVisible()
    assert not bench.window.actions_by_name["export"].isEnabled()
    assert bench.window.actions_by_name["open"].isEnabled()


@LARGE_WINDOW
def test_an_opened_image_is_shown_whole(viewer: Bench) -> None:
    canvas = viewer.window.panes.generated
    shown = grabbed(canvas)
    assert shown.shape[:2] == (canvas.height(), canvas.width())
    middle = shown[canvas.height() // 2, canvas.width() // 2].astype(int)
    source = np.asarray(Image.open(viewer.photo))[250, 350].astype(int)
    assert np.abs(middle - source).max() <= 2
    assert "×1" in viewer.window.readout.text
    assert "Original photo" in viewer.window.readout.text


def test_a_wheel_notch_zooms_at_the_pointer(viewer: Bench, qtbot: QtBot) -> None:
    canvas, camera = viewer.window.panes.generated, viewer.window.navigator.camera
    before = grabbed(canvas)
    spot = QPoint(600, 150)
    under = _source_under(canvas.view, spot)
    wheel(canvas, spot)
    settle(qtbot, viewer.window)
    after = viewer.window.navigator.camera
    assert after.magnification == pytest.approx(camera.magnification * 1.2)
    assert _source_under(canvas.view, spot) == pytest.approx(under, abs=1e-9)
    assert np.abs(grabbed(canvas).astype(int) - before.astype(int)).mean() > 1


def test_parts_of_a_notch_zoom_in_proportion(viewer: Bench, qtbot: QtBot) -> None:
    canvas, camera = viewer.window.panes.generated, viewer.window.navigator.camera
    for _ in range(4):
        wheel(canvas, QPoint(300, 200), 0.25)
    settle(qtbot, viewer.window)
    assert viewer.window.navigator.camera.magnification == pytest.approx(camera.magnification * 1.2)


def test_zooming_in_generates_and_the_readout_says_so(viewer: Bench, qtbot: QtBot) -> None:
    canvas = viewer.window.panes.generated
    for _ in range(8):
        wheel(canvas, QPoint(400, 250))
    settle(qtbot, viewer.window)
    assert viewer.engine.calls > 0
    text = viewer.window.readout.text
    assert "AI-generated detail (Stripes)" in text
    assert "1 photo pixel =" in text
    assert "Done" in text


def test_what_is_shown_is_what_compose_gives(viewer: Bench, qtbot: QtBot) -> None:
    canvas = viewer.window.panes.generated
    for _ in range(8):
        wheel(canvas, QPoint(400, 250))
    settle(qtbot, viewer.window)
    viewer.window.minimap.hide()
    document = viewer.window.document
    assert document is not None
    np.testing.assert_array_equal(grabbed(canvas), compose(document.chain.pyramid, canvas.view))


def test_a_view_seen_before_is_not_computed_again(viewer: Bench, qtbot: QtBot) -> None:
    canvas, window = viewer.window.panes.generated, viewer.window
    QTest.keyClick(window, Qt.Key.Key_1)
    settle(qtbot, window)
    for _ in range(8):
        wheel(canvas, QPoint(400, 250))
    settle(qtbot, window)
    deep, calls = grabbed(canvas), viewer.engine.calls
    QTest.keyClick(window, Qt.Key.Key_0)
    settle(qtbot, window)
    QTest.keyClick(window, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    settle(qtbot, window)
    np.testing.assert_array_equal(grabbed(canvas), deep)
    assert viewer.engine.calls == calls


def test_going_back_out_shows_the_first_image_again(viewer: Bench, qtbot: QtBot) -> None:
    canvas, window = viewer.window.panes.generated, viewer.window
    first = grabbed(canvas)
    for _ in range(20):
        wheel(canvas, QPoint(430, 230))
    settle(qtbot, window)
    QTest.keyClick(window, Qt.Key.Key_Home)
    settle(qtbot, window)
    np.testing.assert_array_equal(grabbed(canvas), first)


def test_a_drag_moves_the_image_with_the_pointer(viewer: Bench, qtbot: QtBot) -> None:
    canvas, window = viewer.window.panes.generated, viewer.window
    window.navigator.reduced_motion = True  # no gliding on, so that the way can be measured
    start, end = QPoint(400, 300), QPoint(320, 260)
    under = _source_under(canvas.view, start)
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=start)
    for step in range(1, 9):
        QTest.mouseMove(canvas, start + (end - start) * step / 8)
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=end)
    settle(qtbot, window)
    assert _source_under(canvas.view, end) == pytest.approx(under, abs=0.01)


def test_a_trembling_click_is_no_drag(viewer: Bench, qtbot: QtBot) -> None:
    canvas, camera = viewer.window.panes.generated, viewer.window.navigator.camera
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(400, 300))
    QTest.mouseMove(canvas, QPoint(402, 301))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(402, 301))
    assert viewer.window.navigator.camera == camera


def test_a_thrown_image_glides_on_and_stops(viewer: Bench, qtbot: QtBot) -> None:
    navigator = viewer.window.navigator
    navigator.throw(600.0, 0.0)
    start = navigator.camera.source_centre[0]
    qtbot.waitUntil(lambda: navigator.at_rest, timeout=5000)
    way = float(navigator.camera.source_centre[0] - start) * navigator.camera.magnification
    assert 80 < way < 600 / 4.5 + 5


@pytest.mark.parametrize(
    ("modifier", "factor"),
    [
        (Qt.KeyboardModifier.NoModifier, 2.0),
        (Qt.KeyboardModifier.ShiftModifier, 0.5),
        (Qt.KeyboardModifier.AltModifier, 0.5),
    ],
)
def test_double_clicks_zoom(
    viewer: Bench, qtbot: QtBot, modifier: Qt.KeyboardModifier, factor: float
) -> None:
    canvas, before = viewer.window.panes.generated, viewer.window.navigator.camera
    QTest.mouseDClick(canvas, Qt.MouseButton.LeftButton, modifier, QPoint(300, 200))
    settle(qtbot, viewer.window)
    after = viewer.window.navigator.camera
    assert after.magnification == pytest.approx(before.magnification * factor)


def test_keys_zoom_move_and_return(viewer: Bench, qtbot: QtBot) -> None:
    window, navigator = viewer.window, viewer.window.navigator
    whole = navigator.camera
    QTest.keyClick(window, Qt.Key.Key_Plus)
    settle(qtbot, window)
    assert navigator.camera.magnification == pytest.approx(whole.magnification * 1.25)
    QTest.keyClick(window, Qt.Key.Key_Right)
    settle(qtbot, window)
    assert navigator.camera.source_centre[0] > whole.source_centre[0]
    QTest.keyClick(window, Qt.Key.Key_Minus)
    settle(qtbot, window)
    QTest.keyClick(window, Qt.Key.Key_1)
    settle(qtbot, window)
    assert navigator.camera.magnification == 1.0
    QTest.keyClick(window, Qt.Key.Key_0)
    settle(qtbot, window)
    assert navigator.camera == whole


def test_one_to_one_shows_source_pixels_untouched(viewer: Bench, qtbot: QtBot) -> None:
    window, canvas = viewer.window, viewer.window.panes.generated
    QTest.keyClick(window, Qt.Key.Key_Plus)
    settle(qtbot, window)
    QTest.keyClick(window, Qt.Key.Key_1)
    settle(qtbot, window)
    source = np.asarray(Image.open(viewer.photo))
    left, top = (round(canvas.view.view_x(0, 0)), round(canvas.view.view_y(0, 0)))
    assert left == pytest.approx(canvas.view.view_x(0, 0), abs=1e-9)
    shown = grabbed(canvas)[top + 300 : top + 400, left + 100 : left + 200]
    np.testing.assert_array_equal(shown, source[300:400, 100:200])


def test_full_screen_and_back(viewer: Bench, qtbot: QtBot) -> None:
    window = viewer.window
    QTest.keyClick(window, Qt.Key.Key_F11)
    qtbot.waitUntil(window.isFullScreen)
    assert not window.menuBar().isVisible()
    QTest.keyClick(window, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not window.isFullScreen())
    assert window.menuBar().isVisible()


def test_the_map_appears_when_zoomed_in_and_a_click_goes_there(viewer: Bench, qtbot: QtBot) -> None:
    window = viewer.window
    assert not window.minimap.isVisible()
    QTest.keyClick(window, Qt.Key.Key_1)
    window.navigator.zoom(4.0)
    settle(qtbot, window)
    assert window.minimap.isVisible()
    QTest.mouseClick(window.minimap, Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    settle(qtbot, window)
    x, _ = window.navigator.camera.source_centre
    assert float(x) == pytest.approx((20 / window.minimap.width()) * 700, abs=4)
    QTest.keyClick(window, Qt.Key.Key_M)
    assert not window.minimap.isVisible()


def test_sixty_four_doublings_down_there_is_still_an_image(viewer: Bench, qtbot: QtBot) -> None:
    window, canvas = viewer.window, viewer.window.panes.generated
    window.resize(420, 360)
    settle(qtbot, window)
    spot = QPoint(canvas.width() // 2 - 10, canvas.height() // 2 - 20)  # in the yellow block
    window.navigator.reduced_motion = True
    for _ in range(64):
        window.navigator.zoom(2.0, spot.x() - canvas.width() / 2, spot.y() - canvas.height() / 2)
        colour = grabbed(canvas)[spot.y(), spot.x()].astype(int)
        assert colour.sum() > 150  # never the background or black
    settle(qtbot, window, timeout=60_000)
    assert window.navigator.camera.level >= 63
    assert "·10¹" in window.readout.text


def _source_under(view: View, spot: QPoint) -> tuple[float, float]:
    """The point of the source under a pixel of the view."""
    left, top, _, _ = view.level_box(0, view.level_region(0))
    region = view.level_region(0)
    scale = view.camera.magnification
    return region.x + left + spot.x() / scale, region.y + top + spot.y() / scale


def test_dropped_files_are_opened(viewer: Bench, qtbot: QtBot, tmp_path: Path) -> None:
    other = tmp_path / "other.png"
    Image.new("RGB", (64, 32), (10, 200, 30)).save(other)
    with qtbot.waitSignal(viewer.window.opened):
        viewer.window.open_image(other)
    settle(qtbot, viewer.window)
    assert "other.png" in viewer.window.windowTitle()
    canvas = viewer.window.panes.generated
    assert tuple(grabbed(canvas)[canvas.height() // 2, canvas.width() // 2]) == (10, 200, 30)


def test_a_moved_view_shows_the_same_pixels_moved(viewer: Bench, qtbot: QtBot) -> None:
    window, canvas = viewer.window, viewer.window.panes.generated
    window.minimap.wanted = False
    for _ in range(8):
        wheel(canvas, QPoint(400, 250))
    settle(qtbot, window)
    before = grabbed(canvas)
    window.navigator.pan(40, -25)
    moved = grabbed(canvas)
    np.testing.assert_array_equal(moved[25:, :-40], before[:-25, 40:])
    assert not np.array_equal(moved, before)
    settle(qtbot, window)
    composed = grabbed(canvas)[25:, :-40].astype(int)
    assert np.abs(composed - before[:-25, 40:]).max() <= 2  # Pillow reckons places in 32 bits


def test_slow_fingers_lose_no_way(viewer: Bench, qtbot: QtBot) -> None:
    navigator = viewer.window.navigator
    navigator.zoom(3.0)
    settle(qtbot, viewer.window)
    before = navigator.camera.source_centre[0]
    for _ in range(10):
        navigator.pan(0.3, 0.0)
    way = float(navigator.camera.source_centre[0] - before) * navigator.camera.magnification
    assert way == pytest.approx(3.0)


def test_full_screen_leaves_a_maximised_window_maximised(viewer: Bench, qtbot: QtBot) -> None:
    window = viewer.window
    window.showMaximized()
    qtbot.waitUntil(window.isMaximized)
    QTest.keyClick(window, Qt.Key.Key_F11)
    qtbot.waitUntil(window.isFullScreen)
    QTest.keyClick(window, Qt.Key.Key_F11)
    qtbot.waitUntil(lambda: not window.isFullScreen())
    assert window.isMaximized()
    settle(qtbot, window)


@pytest.mark.parametrize("same_size", [True, False])
def test_reload_keeps_the_view_where_the_size_is_the_same(
    viewer: Bench, qtbot: QtBot, same_size: bool
) -> None:
    window = viewer.window
    wheel(window.panes.generated, QPoint(600, 150), 9)
    settle(qtbot, window)
    camera = window.navigator.camera
    changed = np.asarray(Image.open(viewer.photo))[::-1].copy()
    if not same_size:
        changed = changed[:-10]
    Image.fromarray(changed).save(viewer.photo)
    with qtbot.waitSignal(window.opened, timeout=60_000):
        QTest.keyClick(window, Qt.Key.Key_F5)
    settle(qtbot, window)
    assert (window.navigator.camera == camera) is same_size
    document, canvas = window.document, window.panes.generated
    assert document is not None
    np.testing.assert_array_equal(document.source.levels[0], changed)
    window.minimap.hide()
    np.testing.assert_array_equal(grabbed(canvas), compose(document.chain.pyramid, canvas.view))


@pytest.mark.parametrize("kind", [QEvent.Type.DevicePixelRatioChange, QEvent.Type.Show])
def test_an_event_that_changes_no_size_does_not_keep_the_exact_frame_away(
    viewer: Bench, qtbot: QtBot, kind: QEvent.Type
) -> None:
    window, canvas = viewer.window, viewer.window.panes.generated
    document = window.document
    assert document is not None
    event = QShowEvent() if kind == QEvent.Type.Show else QEvent(kind)
    # After the frame was asked for, and before it is there.
    document.refined.connect(lambda: QApplication.sendEvent(canvas, event))
    wheel(canvas, QPoint(400, 250), 3)
    settle(qtbot, window)
    assert canvas.shows_frame


def test_the_tool_bar_takes_no_mnemonic_of_the_menu_bar(bench: Bench) -> None:
    buttons = bench.window.parts.bar.findChildren(QToolButton)
    assert buttons
    assert [each.text() for each in buttons if not each.shortcut().isEmpty()] == []
