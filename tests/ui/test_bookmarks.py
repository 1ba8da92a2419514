"""Views get names, are jumped to at any depth, and are taken away again."""

from fractions import Fraction

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QInputDialog, QMenu, QWidget
from pytestqt.qtbot import QtBot

from cozviewer.pyramid.camera import camera_at
from cozviewer.pyramid.session import Bookmark, Sight
from cozviewer.ui.bookmarks import BookmarksMenu
from tests.ui.conftest import Bench, settle

DEEP = camera_at(Fraction("812.00000000000000000001"), Fraction(340), 2.0**200)
EYE = Bookmark("eye", Sight(Fraction(10), Fraction(20), Fraction(64)))


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    return window


@pytest.fixture
def menu(window: QWidget) -> BookmarksMenu:
    menu = BookmarksMenu(lambda: DEEP, window)
    menu.show_bookmarks([])
    return menu


def entries(menu: BookmarksMenu) -> list[QAction]:
    return [action for action in menu.actions() if isinstance(action.data(), Bookmark)]


def test_a_bookmark_is_gone_to_exactly(menu: BookmarksMenu, qtbot: QtBot) -> None:
    menu.add("far down", DEEP)
    with qtbot.waitSignal(menu.chosen) as chosen:
        entries(menu)[0].trigger()
    assert chosen.args == [DEEP]


def test_the_menu_shows_names_and_sizes_in_order(menu: BookmarksMenu) -> None:
    assert [action.text() for action in menu.actions() if not action.isEnabled()][-1] == (
        "No bookmarks of this picture yet"
    )
    menu.show_bookmarks([EYE])
    menu.add("  A & B \n", camera_at(1, 2, 0.5))
    assert [action.text() for action in entries(menu)] == ["eye\t×64", "A && B\t×0.5"]
    assert menu.bookmarks[0] == EYE
    assert menu.bookmarks[1].name == "A & B"
    assert not [
        action for action in menu.actions() if action.isVisible() and "No book" in action.text()
    ]


def test_a_name_is_there_once(menu: BookmarksMenu) -> None:
    told: list[str] = []
    menu.told.connect(told.append)
    menu.show_bookmarks([EYE])
    menu.add("eye", DEEP)
    assert [bookmark.sight.camera for bookmark in menu.bookmarks] == [DEEP]
    assert told == ["The bookmark “eye” shows this view now; File > Save session keeps it."]
    menu.add(" ", DEEP)
    assert len(menu.bookmarks) == 1


def test_one_can_be_removed(menu: BookmarksMenu) -> None:
    menu.show_bookmarks([EYE, Bookmark("ear", EYE.sight)])
    (remove,) = menu.findChildren(QMenu)
    remove.actions()[0].trigger()
    assert [bookmark.name for bookmark in menu.bookmarks] == ["ear"]
    assert [action.text() for action in entries(menu)] == ["ear\t×64"]
    remove.actions()[0].trigger()
    assert not menu.bookmarks
    assert not remove.isEnabled()


def test_in_the_window_a_view_is_named_and_found_again(viewer: Bench, qtbot: QtBot) -> None:
    window = viewer.window
    window.navigator.zoom(6, 40, 30)
    settle(qtbot, window)
    there = window.navigator.camera
    QTest.keyClick(window, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    (dialog,) = window.findChildren(QInputDialog)
    assert dialog.textValue().startswith("×"), "a name is offered"
    dialog.setTextValue("yellow")
    dialog.accept()
    assert "The bookmark “yellow” is added" in window.banner.text
    window.navigator.fit()
    settle(qtbot, window)
    entries(window.bookmarks_menu)[0].trigger()
    settle(qtbot, window)
    assert window.navigator.camera == there


def test_without_a_picture_there_is_nothing_to_name(bench: Bench) -> None:
    assert not bench.window.bookmarks_menu.actions()[0].isEnabled()


def test_another_picture_has_none_of_them_another_engine_has(viewer: Bench, qtbot: QtBot) -> None:
    window = viewer.window
    window.bookmarks_menu.add("here", window.navigator.camera)
    with qtbot.waitSignal(window.opened, timeout=10_000):
        window.engine_menu.chosen.emit(window.engine_menu.choice)
    menu = window.bookmarks_menu
    assert [bookmark.name for bookmark in menu.bookmarks] == ["here"]
    with qtbot.waitSignal(window.opened, timeout=10_000):
        window.reload()
    assert [bookmark.name for bookmark in menu.bookmarks] == []
    settle(qtbot, window)
