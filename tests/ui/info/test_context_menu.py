"""The context menu of the image."""

import sys

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QContextMenuEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QInputDialog, QMenu
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from cozviewer.ui.compare.paint import Mode
from cozviewer.ui.view.canvas import Canvas
from tests.ui.conftest import LARGE_WINDOW, Bench, settle


def open_menu(
    viewer: Bench,
    qtbot: QtBot,
    at: QPoint,
    reason: QContextMenuEvent.Reason = QContextMenuEvent.Reason.Mouse,
    pane: Canvas | None = None,
) -> QMenu:
    """Open the menu as the platform would, and return it."""
    pane = pane or viewer.window.panes.generated
    with qtbot.waitSignal(viewer.window.parts.image_menu.opened) as got:
        QApplication.sendEvent(pane, QContextMenuEvent(reason, at, pane.mapToGlobal(at)))
    menu = got.args[0]
    assert isinstance(menu, QMenu)
    qtbot.waitUntil(menu.isVisible)
    return menu


def entry(menu: QMenu, text: str) -> QAction:
    return next(
        action for action in menu.actions() if action.text().replace("&", "").startswith(text)
    )


def choose(menu: QMenu, text: str) -> None:
    """Click an entry with the mouse."""
    place = menu.actionGeometry(entry(menu, text)).center()
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=place)


def test_it_has_the_commands_of_the_menus(viewer: Bench, qtbot: QtBot) -> None:
    menu = open_menu(viewer, qtbot, QPoint(300, 300))
    texts = [action.text().replace("&", "") for action in menu.actions() if action.text()]
    for text in ("Export…", "Export Selection…", "Fit to Window", "Compare", "Stop Generating"):
        assert text in texts
    for text in ("Add Bookmark…", "Copy Coordinates", "Info Panel", "Histogram"):
        assert text in texts
    named = viewer.window.actions_by_name
    assert all(named[name] in menu.actions() for name in ("export", "fit", "one", "info"))
    menu.close()


def test_an_entry_does_what_its_command_does(viewer: Bench, qtbot: QtBot) -> None:
    menu = open_menu(viewer, qtbot, QPoint(300, 300))
    choose(menu, "Info Panel")
    assert viewer.window.parts.info.panel.isVisible()
    settle(qtbot, viewer.window)
    choose(open_menu(viewer, qtbot, QPoint(300, 300)), "Add Bookmark")
    dialog = viewer.window.findChild(QInputDialog)
    assert dialog is not None
    dialog.reject()


@LARGE_WINDOW
def test_coordinates_of_the_place_are_copied(viewer: Bench, qtbot: QtBot) -> None:
    window, pane = viewer.window, viewer.window.panes.generated
    QTest.keyClick(window, Qt.Key.Key_1)
    settle(qtbot, window)
    choose(open_menu(viewer, qtbot, QPoint(300, 200)), "Copy Coordinates")
    x, y = (int(part) for part in QGuiApplication.clipboard().text().split(", "))
    view = pane.view
    assert round(view.view_x(0, x)) == 300
    assert round(view.view_y(0, y)) == 200
    menu = open_menu(viewer, qtbot, QPoint(3, 3))  # beside the photo
    assert not entry(menu, "Copy Coordinates").isEnabled()
    menu.close()


def test_it_opens_in_every_pane_of_a_grid(viewer: Bench, qtbot: QtBot) -> None:
    viewer.window.compare_menu.set_mode(Mode.GRID)
    settle(qtbot, viewer.window)
    order = viewer.window.panes.area.order
    assert len(order) == 4
    for pane in order:
        menu = open_menu(viewer, qtbot, QPoint(pane.width() // 2, 100), pane=pane)
        assert entry(menu, "Copy Coordinates").isEnabled()
        menu.close()


def test_the_menu_key_opens_it_over_the_image(viewer: Bench, qtbot: QtBot) -> None:
    reason, pane = QContextMenuEvent.Reason.Keyboard, viewer.window.panes.generated
    QTest.mouseMove(pane, pane.rect().center())  # another test may have left it beside the photo
    menu = open_menu(viewer, qtbot, QPoint(0, 0), reason)
    assert entry(menu, "Copy Coordinates").isEnabled()  # of the pointer, or the middle of the view
    QTest.keyClick(menu, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not isValid(menu))


@pytest.mark.skipif(sys.platform == "win32", reason="the system sends the other event")
def test_shift_f10_opens_it_too(viewer: Bench, qtbot: QtBot) -> None:
    window = viewer.window
    with qtbot.waitSignal(window.parts.image_menu.opened) as got:
        QTest.keyClick(window.panes.generated, Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
    got.args[0].close()


def test_without_a_photo_there_is_none(bench: Bench, qtbot: QtBot) -> None:
    pane = bench.window.panes.generated
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, QPoint(5, 5), QPoint(5, 5))
    with qtbot.assertNotEmitted(bench.window.parts.image_menu.opened):
        QApplication.sendEvent(pane, event)


def test_a_right_click_moves_nothing(viewer: Bench, qtbot: QtBot) -> None:
    camera = viewer.window.navigator.camera
    pane = viewer.window.panes.generated
    QTest.mouseClick(pane, Qt.MouseButton.RightButton, pos=QPoint(300, 300))
    assert viewer.window.navigator.camera == camera
