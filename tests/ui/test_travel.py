"""Getting around an image with the commands of the window, its keys and its zoom box."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from cozviewer.pyramid.camera import camera_at, fit
from cozviewer.pyramid.orientation import UPRIGHT, Orientation
from cozviewer.ui.dialogs.go_to_dialog import GoToDialog
from cozviewer.ui.widgets.focus_frame import FocusFrame
from tests.ui.conftest import LARGE_WINDOW, Bench, grabbed, settle, wheel

ALT, CONTROL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def still(viewer: Bench) -> Bench:
    """A window in which nothing glides."""
    viewer.window.navigator.reduced_motion = True
    return viewer


def press(
    viewer: Bench,
    qtbot: QtBot,
    key: Qt.Key,
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    QTest.keyClick(viewer.window, key, modifiers)
    settle(qtbot, viewer.window)


def test_back_and_forward_have_keys_and_are_disabled_where_they_lead_nowhere(
    still: Bench, qtbot: QtBot
) -> None:
    window, actions = still.window, still.window.actions_by_name
    first = window.navigator.camera
    assert not actions["back"].isEnabled()
    wheel(window.panes.generated, QPoint(300, 200), 9)
    settle(qtbot, window)
    deep = window.navigator.camera
    assert (actions["back"].isEnabled(), actions["forward"].isEnabled()) == (True, False)
    press(still, qtbot, Qt.Key.Key_Left, ALT)
    assert window.navigator.camera == first
    assert (actions["back"].isEnabled(), actions["forward"].isEnabled()) == (False, True)
    press(still, qtbot, Qt.Key.Key_Right, ALT)
    assert window.navigator.camera == deep
    press(still, qtbot, Qt.Key.Key_Right, ALT)  # leads nowhere, and is no arrow key
    assert window.navigator.camera == deep


def test_the_side_buttons_of_a_mouse_go_back_and_forward(still: Bench, qtbot: QtBot) -> None:
    window, pane = still.window, still.window.panes.generated
    first = window.navigator.camera
    wheel(pane, QPoint(300, 200), 9)
    settle(qtbot, window)
    deep = window.navigator.camera
    QTest.mouseClick(pane, Qt.MouseButton.BackButton, pos=QPoint(100, 100))
    settle(qtbot, window)
    assert window.navigator.camera == first
    QTest.mouseClick(pane, Qt.MouseButton.ForwardButton, pos=QPoint(100, 100))
    settle(qtbot, window)
    assert window.navigator.camera == deep


def test_two_quick_presses_of_a_side_button_go_back_twice(still: Bench, qtbot: QtBot) -> None:
    window, pane = still.window, still.window.panes.generated
    first = window.navigator.camera
    for notches in (5, 4):
        wheel(pane, QPoint(300, 200), notches)
        settle(qtbot, window)
    QTest.mouseClick(pane, Qt.MouseButton.BackButton, pos=QPoint(100, 100))
    QTest.mouseDClick(pane, Qt.MouseButton.BackButton, pos=QPoint(100, 100))
    settle(qtbot, window)
    assert window.navigator.camera == first


def test_without_an_image_nothing_leads_anywhere(bench: Bench) -> None:
    for name in ("back", "forward", "upright", "zoom", "go-to", "fill", "rotate-right"):
        assert not bench.window.actions_by_name[name].isEnabled()


@pytest.mark.parametrize(
    ("key", "side"), [(Qt.Key.Key_2, 0), (Qt.Key.Key_3, None), (Qt.Key.Key_4, 1)]
)
def test_keys_fit_the_photo(still: Bench, qtbot: QtBot, key: Qt.Key, side: int | None) -> None:
    press(still, qtbot, key)
    pane, zoom = still.window.panes.generated, still.window.navigator.camera.magnification
    zooms = (pane.width() / 700, pane.height() / 500)
    assert zoom == pytest.approx(max(zooms) if side is None else zooms[side])
    still.window.resize(700, 660)
    settle(qtbot, still.window)
    zooms = (pane.width() / 700, pane.height() / 500)
    zoom = still.window.navigator.camera.magnification
    assert zoom == pytest.approx(max(zooms) if side is None else zooms[side])


@LARGE_WINDOW
def test_the_zoom_box_takes_a_magnification_and_gives_the_keyboard_back(
    still: Bench, qtbot: QtBot
) -> None:
    window, box = still.window, still.window.readout.zoom
    window.activateWindow()
    before = 1.0
    for text, zoom in (("400%", 4.0), ("x3", 3.0), ("4", 4.0), ("1:2", 0.5), ("100%", 1.0)):
        QTest.keyClick(window, Qt.Key.Key_Z)
        qtbot.waitUntil(box.hasFocus)
        assert box.selectedText() == f"×{before:g}"
        QTest.keyClicks(box, text)
        QTest.keyClick(box, Qt.Key.Key_Return)
        assert window.panes.generated.hasFocus()
        settle(qtbot, window)
        assert window.navigator.camera.magnification == zoom, text
        assert box.text() == f"×{zoom:g}"
        before = zoom


@LARGE_WINDOW
def test_escape_in_the_zoom_box_only_leaves_it(still: Bench, qtbot: QtBot) -> None:
    window, box = still.window, still.window.readout.zoom
    window.activateWindow()
    window.banner.show_message("Still here")
    box.edit()
    QTest.keyClicks(box, "77")
    QTest.keyClick(box, Qt.Key.Key_Escape)
    assert window.panes.generated.hasFocus()
    assert window.banner.text == "Still here"
    assert window.navigator.camera.magnification == 1


def test_the_list_of_the_zoom_box_fits(still: Bench, qtbot: QtBot) -> None:
    window, box = still.window, still.window.readout.zoom
    titles = {action.text(): action for action in box.menu.actions()}
    titles["Fill"].trigger()
    settle(qtbot, window)
    pane = window.panes.generated
    zoom = max(pane.width() / 700, pane.height() / 500)
    assert window.navigator.camera.magnification == pytest.approx(zoom)
    titles["×4"].trigger()
    settle(qtbot, window)
    assert window.navigator.camera.magnification == 4


@pytest.mark.parametrize("width", [400, 800])
def test_the_zoom_box_is_there_in_every_window(still: Bench, qtbot: QtBot, width: int) -> None:
    still.window.resize(width, 300)
    settle(qtbot, still.window)
    box = still.window.readout.zoom
    assert box.isVisible()
    assert box.width() >= box.sizeHint().width()
    assert still.window.width() == width


def test_coordinates_are_gone_to(still: Bench, qtbot: QtBot) -> None:
    window = still.window
    QTest.keyClick(window, Qt.Key.Key_G, CONTROL)
    dialog = window.findChild(GoToDialog)
    assert isinstance(dialog, GoToDialog)
    qtbot.waitUntil(dialog.isVisible)
    QGuiApplication.clipboard().setText("340.5, 230 @ ×4")
    dialog.x_field.selectAll()
    QTest.keyClick(dialog.x_field, Qt.Key.Key_V, CONTROL)
    QTest.keyClick(dialog.x_field, Qt.Key.Key_Return)
    settle(qtbot, window)
    assert window.navigator.camera == camera_at(340.5, 230, 4.0)


def test_keys_turn_the_photo_and_a_command_sets_it_upright(still: Bench, qtbot: QtBot) -> None:
    window, actions = still.window, still.window.actions_by_name
    assert not actions["upright"].isEnabled()
    press(still, qtbot, Qt.Key.Key_BracketRight, CONTROL)
    assert window.navigator.orientation == Orientation(1)
    assert actions["upright"].isEnabled()
    pane = window.panes.generated
    assert window.navigator.camera == fit(700, 500, pane.height(), pane.width())
    press(still, qtbot, Qt.Key.Key_BracketLeft, CONTROL)
    press(still, qtbot, Qt.Key.Key_BracketLeft, CONTROL)
    assert window.navigator.orientation == Orientation(3)
    actions["flip-horizontally"].trigger()
    assert window.navigator.orientation == Orientation(1, True)
    actions["flip-vertically"].trigger()
    assert window.navigator.orientation == Orientation(1)
    actions["upright"].trigger()
    settle(qtbot, window)
    assert window.navigator.orientation == UPRIGHT
    assert not actions["upright"].isEnabled()


def test_the_menu_of_the_image_stands_after_that_of_the_view(bench: Bench) -> None:
    titles = [action.text().replace("&", "") for action in bench.window.menuBar().actions()]
    assert titles.index("Image") == titles.index("View") + 1


def test_no_key_and_no_mnemonic_stands_for_two_commands(bench: Bench) -> None:
    keys = [
        shortcut.toString()
        for action in bench.window.actions_by_name.values()
        for shortcut in action.shortcuts()
    ]
    assert len(keys) == len(set(keys))
    for title, menu in bench.window.parts.menus.items():
        assert isinstance(menu, QMenu)
        letters = [
            action.text().split("&")[1][0].lower()
            for action in menu.actions()
            if "&" in action.text()
        ]
        assert len(letters) == len(set(letters)), title


def test_shift_and_an_arrow_move_by_a_whole_view(still: Bench, qtbot: QtBot) -> None:
    window, pane = still.window, still.window.panes.generated
    window.navigator.go_to(camera_at(350, 250, 8.0))
    settle(qtbot, window)
    before = window.navigator.camera
    press(still, qtbot, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    moved = window.navigator.camera.source_centre[0] - before.source_centre[0]
    assert float(moved) * 8 == pytest.approx(pane.width(), abs=1)


def test_tab_leads_from_the_image_to_the_zoom_box_and_back(still: Bench, qtbot: QtBot) -> None:
    window, pane = still.window, still.window.panes.generated
    window.activateWindow()
    pane.setFocus()
    QTest.keyClick(pane, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is window.readout.zoom
    QTest.keyClick(window.readout.zoom, Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    assert QApplication.focusWidget() is pane


def test_the_image_has_a_frame_while_tab_has_led_to_it(still: Bench, qtbot: QtBot) -> None:
    window, pane = still.window, still.window.panes.generated
    window.activateWindow()
    window.readout.zoom.setFocus()
    plain = grabbed(pane)
    pane.setFocus(Qt.FocusReason.BacktabFocusReason)
    frame = pane.findChild(FocusFrame)
    assert isinstance(frame, FocusFrame)
    assert frame.isVisible()
    assert frame.size() == pane.size()
    assert not np.array_equal(grabbed(pane), plain)
    assert np.array_equal(pane.rendered(), plain)
    window.resize(700, 600)
    assert frame.size() == pane.size()
    QTest.mouseClick(pane, Qt.MouseButton.LeftButton)
    assert not frame.isVisible()
