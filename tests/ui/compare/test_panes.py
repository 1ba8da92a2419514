"""Two images in one pane: what is where, and that the mouse moves what it should."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from cozviewer.image.pixels import Rgb8
from cozviewer.pyramid.compose import compose
from cozviewer.ui.compare.compared_images import OTHER_SETTINGS, SOURCES, Side, Sides
from cozviewer.ui.compare.curtain import TARGET
from cozviewer.ui.compare.paint import LENS_RADIUS, Mode
from cozviewer.ui.compare.panes import ComparePanes
from tests.ui.conftest import Bench, grabbed, settle, wheel

BICUBIC, LANCZOS, NEAREST = SOURCES


def compare(panes: ComparePanes, qtbot: QtBot, mode: Mode, side: Side = BICUBIC) -> Rgb8:
    """Compare, wait for the exact frames, return what the pane shows."""
    panes.compare(mode, Sides(second=side))
    assert panes.over is not None
    qtbot.waitUntil(lambda: panes.over is not None and panes.over.layer.shows_frame)
    return grabbed(panes.generated)


def exact(panes: ComparePanes, side: Side | None) -> Rgb8:
    """Return what the generated image, or a side, is at this view."""
    document = panes.generated.layer.document
    assert document is not None
    pyramid, view = document.chain.pyramid, panes.generated.view
    if side is None:
        return compose(pyramid, view)
    assert side.kernel is not None
    return compose(pyramid, view, 0, side.kernel)


ABOVE_LABELS = -60


def test_the_curtain_shows_one_left_and_the_other_right_of_its_divider_wherever_it_is(
    panes: ComparePanes, qtbot: QtBot
) -> None:
    generated = exact(panes, None)
    middle = generated.shape[1] // 2
    left, right = np.s_[:ABOVE_LABELS, : middle - 20], np.s_[:ABOVE_LABELS, middle + 20 :]
    for side in SOURCES:
        shown, other = compare(panes, qtbot, Mode.CURTAIN, side), exact(panes, side)
        assert np.array_equal(shown[left], other[left]), side.title
        assert np.array_equal(shown[right], generated[right]), side.title
        assert not np.array_equal(generated[right], other[right]), side.title

    # The divider is dragged, and the image stays.
    pane, camera = panes.generated, panes.generated.view.camera
    y = pane.height() // 2
    QTest.mousePress(pane, Qt.MouseButton.LeftButton, pos=QPoint(pane.width() // 2 + 3, y))
    QTest.mouseMove(pane, QPoint(200, y))
    QTest.mouseRelease(pane, Qt.MouseButton.LeftButton, pos=QPoint(200, y))
    assert pane.curtain.position == pytest.approx(200 / pane.width())
    assert pane.view.camera == camera
    shown = grabbed(pane)
    # Below the grip, which a test that grabs the widget has in its image.
    part = np.s_[y + TARGET : ABOVE_LABELS, 220 : pane.width() // 2]
    assert np.array_equal(shown[part], exact(panes, None)[part])
    # Beside it the image is dragged, and the divider stays.
    QTest.mousePress(pane, Qt.MouseButton.LeftButton, pos=QPoint(100, 300))
    QTest.mouseMove(pane, QPoint(130, 300))
    QTest.mouseMove(pane, QPoint(160, 300))
    QTest.mouseRelease(pane, Qt.MouseButton.LeftButton, pos=QPoint(160, 300))
    assert pane.view.camera != camera
    assert pane.curtain.position == pytest.approx(200 / pane.width())


def test_blink_shows_the_other_while_it_is_held_and_leaves_nothing(
    panes: ComparePanes, qtbot: QtBot
) -> None:
    part = np.s_[:ABOVE_LABELS]
    assert np.array_equal(compare(panes, qtbot, Mode.BLINK)[part], exact(panes, None)[part])
    panes.on_top.hold(True)
    assert np.array_equal(grabbed(panes.generated)[part], exact(panes, BICUBIC)[part])
    panes.on_top.hold(False)
    assert np.array_equal(grabbed(panes.generated)[part], exact(panes, None)[part])
    panes.compare(None, Sides())
    assert np.array_equal(grabbed(panes.generated), exact(panes, None))  # nothing is left


def test_the_lens_follows_the_cursor_and_goes_with_it(panes: ComparePanes, qtbot: QtBot) -> None:
    pane, part = panes.generated, np.s_[:ABOVE_LABELS]
    before = compare(panes, qtbot, Mode.LENS)
    assert np.array_equal(before[part], exact(panes, None)[part])
    inside, other = LENS_RADIUS // 2, exact(panes, BICUBIC)
    middle = np.s_[300 - inside : 300 + inside, 400 - inside : 400 + inside]

    def follows() -> bool:
        QTest.mouseMove(pane, QPoint(399, 300))
        QTest.mouseMove(pane, QPoint(400, 300))
        return np.array_equal(grabbed(pane)[middle], other[middle])

    qtbot.waitUntil(follows)  # a cursor of the screen that lies over the window moves it, too
    beyond = np.s_[:ABOVE_LABELS, : 400 - LENS_RADIUS - 5]
    assert np.array_equal(grabbed(pane)[beyond], exact(panes, None)[beyond])


def test_a_difference_is_grey_where_both_agree_and_amplified_elsewhere_up_to_a_limit(
    panes: ComparePanes, qtbot: QtBot
) -> None:
    shown = compare(panes, qtbot, Mode.DIFFERENCE)
    away = exact(panes, None).astype(int) - exact(panes, BICUBIC)
    for gain in (8, 4):
        expected = np.clip(128 + gain * away, 0, 255)
        assert np.array_equal(shown[:ABOVE_LABELS], expected[:ABOVE_LABELS])
        panes.on_top.amplify(-1)
        shown = grabbed(panes.generated)
    assert panes.over is not None
    for steps, gain in ((+99, 32), (-99, 1)):
        panes.on_top.amplify(steps)
        assert panes.over.gain == gain


def test_all_follow_the_wheel(viewer: Bench, panes: ComparePanes, qtbot: QtBot) -> None:
    for mode in (Mode.CURTAIN, Mode.DIFFERENCE):
        compare(panes, qtbot, mode)
        wheel(panes.generated, QPoint(200, 200), 2)
        settle(qtbot, viewer.window)
        assert panes.over is not None
        qtbot.waitUntil(lambda: panes.over is not None and panes.over.layer.shows_frame)
        right = np.s_[:ABOVE_LABELS, -200:]
        shown = grabbed(panes.generated)[right]
        if mode is Mode.CURTAIN:
            assert np.array_equal(shown, exact(panes, None)[right])
            left = np.s_[:ABOVE_LABELS, :200]
            assert np.array_equal(grabbed(panes.generated)[left], exact(panes, BICUBIC)[left])
        else:
            assert not np.array_equal(shown, exact(panes, None)[right])


def menu_action(viewer: Bench, text: str) -> QAction:
    return next(a for a in viewer.window.compare_menu.actions() if a.text() == text)


def state(panes: ComparePanes) -> tuple[Mode | None, Side]:
    return panes.mode, panes.sides.second


def test_the_menu_and_the_keys_agree(viewer: Bench, panes: ComparePanes, qtbot: QtBot) -> None:
    button = viewer.window.actions_by_name["compare"]
    menu_action(viewer, "Split View").trigger()
    menu_action(viewer, "Original, enlarged (nearest)").trigger()
    assert state(panes) == (Mode.CURTAIN, NEAREST)
    assert button.isChecked()
    QTest.keyClick(viewer.window, Qt.Key.Key_C)
    assert state(panes) == (None, NEAREST)
    assert menu_action(viewer, "Off").isChecked()
    QTest.keyClick(viewer.window, Qt.Key.Key_C)
    assert state(panes) == (Mode.CURTAIN, NEAREST)
    assert menu_action(viewer, "Split View").isChecked()
    compare(panes, qtbot, Mode.BLINK)
    assert panes.over is not None
    QTest.keyPress(viewer.window, Qt.Key.Key_B)
    assert panes.over.held
    QTest.keyRelease(viewer.window, Qt.Key.Key_B)
    assert not panes.over.held


def test_another_engine_has_a_pyramid_of_its_own(
    viewer: Bench, panes: ComparePanes, qtbot: QtBot
) -> None:
    calls = viewer.engine.calls
    menu_action(viewer, "Split View").trigger()
    menu_action(viewer, "Engine: Stripes").trigger()
    assert panes.sides.second is OTHER_SETTINGS
    assert panes.over is not None
    over = panes.over
    qtbot.waitUntil(lambda: over.layer.shows_frame, timeout=20_000)
    # The same engine on the same image: the tiles that are there serve both.
    assert viewer.engine.calls == calls
    right = np.s_[:ABOVE_LABELS, -200:]
    assert np.array_equal(grabbed(panes.generated)[right], exact(panes, None)[right])
    wheel(panes.generated, QPoint(400, 300), 12)
    settle(qtbot, viewer.window)
    qtbot.waitUntil(lambda: over.layer.shows_frame, timeout=20_000)
    assert viewer.engine.calls > calls
    with qtbot.waitSignal(viewer.window.opened):
        viewer.window.open_image(viewer.photo)
    settle(qtbot, viewer.window)


def test_a_difference_is_not_claimed_before_it_is_there(viewer: Bench, qtbot: QtBot) -> None:
    window = viewer.window
    window.actions_by_name["map"].trigger()
    window.panes.compare(Mode.DIFFERENCE, Sides(second=SOURCES[0]))
    window.navigator.reduced_motion = True
    document, over, layer = window.document, window.panes.over, window.panes.generated.layer
    assert document is not None
    assert over is not None
    texts: list[str] = []
    document.progressed.connect(lambda progress: texts.append(over.difference_text(layer)))
    wheel(window.panes.generated, QPoint(400, 300), 9)
    settle(qtbot, window)
    qtbot.waitUntil(lambda: over.layer.shows_frame, timeout=60_000)
    assert texts
    assert all("appears when both images are ready" in text for text in texts)
    assert over.difference_text(layer).startswith("Difference (gain 8×): Stripes")
    assert "incomplete" not in over.difference_text(layer)


def test_a_difference_over_a_view_that_was_stopped_says_so(viewer: Bench, qtbot: QtBot) -> None:
    window = viewer.window
    window.panes.compare(Mode.DIFFERENCE, Sides(second=SOURCES[0]))
    window.navigator.reduced_motion = True
    document, over, layer = window.document, window.panes.over, window.panes.generated.layer
    assert document is not None
    assert over is not None
    document.progressed.connect(document.stop)
    wheel(window.panes.generated, QPoint(400, 300), 9)
    settle(qtbot, window)
    qtbot.waitUntil(lambda: over.difference(layer) is not None, timeout=60_000)
    assert over.difference_text(layer).endswith("(incomplete: parts are only enlarged)")
