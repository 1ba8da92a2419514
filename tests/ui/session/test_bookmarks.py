"""Views get names, are jumped to at any depth, and are taken away again."""

import gc
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QInputDialog, QMenu, QWidget
from pytestqt.qtbot import QtBot

from cozviewer.config.choice import EngineChoice
from cozviewer.pyramid.camera import camera_at
from cozviewer.pyramid.orientation import UPRIGHT
from cozviewer.session.session import Bookmark, Viewpoint
from cozviewer.ui.main_window import MainWindow
from cozviewer.ui.session.bookmarks import BookmarksMenu
from cozviewer.ui.session.kept_bookmarks import GROUP, kept_bookmarks
from cozviewer.ui.settings import keep_text
from tests.ui.conftest import Bench, Stripes, services, settle

DEEP = camera_at(Fraction("812.00000000000000000001"), Fraction(340), 2.0**200)
EYE = Bookmark("eye", Viewpoint(Fraction(10), Fraction(20), Fraction(64)))


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
    (viewpoint,) = chosen.args
    assert viewpoint.camera == DEEP
    assert viewpoint.orientation is None


def test_removed_bookmarks_leave_no_actions(menu: BookmarksMenu) -> None:
    def actions() -> int:
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        gc.collect()
        return sum(type(each) is QAction for each in gc.get_objects())

    menu.show_bookmarks([EYE])
    before = actions()
    for _ in range(9):
        menu.show_bookmarks([EYE])
    assert actions() == before


def test_the_menu_shows_names_and_sizes_in_order(menu: BookmarksMenu) -> None:
    assert [action.text() for action in menu.actions() if not action.isEnabled()][-1] == (
        "No bookmarks"
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
    menu.message.connect(told.append)
    menu.show_bookmarks([EYE], of_session=True)
    menu.add("eye", DEEP)
    assert [bookmark.viewpoint.camera for bookmark in menu.bookmarks] == [DEEP]
    assert told == ["Bookmark “eye” updated. Save the session to keep it."]
    menu.add(" ", DEEP)
    assert len(menu.bookmarks) == 1


def test_one_can_be_removed(menu: BookmarksMenu) -> None:
    menu.show_bookmarks([EYE, Bookmark("ear", EYE.viewpoint)])
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
    assert "Bookmark “yellow” added" in window.banner.text
    window.navigator.fit()
    settle(qtbot, window)
    entries(window.bookmarks_menu)[0].trigger()
    settle(qtbot, window)
    assert window.navigator.camera == there


def test_without_an_image_there_is_nothing_to_name(bench: Bench) -> None:
    assert not bench.window.bookmarks_menu.actions()[0].isEnabled()


def test_another_image_has_none_of_them_another_engine_has(
    viewer: Bench, qtbot: QtBot, tmp_path: Path
) -> None:
    window = viewer.window
    window.bookmarks_menu.add("here", window.navigator.camera)
    with qtbot.waitSignal(window.opened, timeout=10_000):
        window.engine_menu.chosen.emit(replace(window.engine_menu.choice, device="cpu"))
    menu = window.bookmarks_menu
    assert [bookmark.name for bookmark in menu.bookmarks] == ["here"]
    with qtbot.waitSignal(window.opened, timeout=10_000):
        window.images.reload()
    assert [bookmark.name for bookmark in menu.bookmarks] == ["here"]
    other = tmp_path / "other.png"
    Image.new("RGB", (300, 200), (90, 120, 60)).save(other)
    with qtbot.waitSignal(window.opened, timeout=10_000):
        window.open_image(other)
    assert [bookmark.name for bookmark in menu.bookmarks] == []
    settle(qtbot, window)


def test_bookmarks_of_an_image_are_there_at_the_next_start(
    viewer: Bench, qtbot: QtBot, tmp_path: Path
) -> None:
    menu = viewer.window.bookmarks_menu
    menu.add("eye", EYE.viewpoint.camera)
    menu.add("far down", DEEP)
    assert viewer.window.banner.text == "Bookmark “far down” added."
    assert kept_bookmarks("of another picture") == ()
    viewer.window.close()
    moved = tmp_path / "moved.png"
    moved.write_bytes(viewer.photo.read_bytes())
    again = MainWindow(services(Stripes(), viewer.cache, viewer.photo), EngineChoice())
    again.parts.set_reduced_motion(True)
    qtbot.addWidget(again)
    again.show()
    with qtbot.waitSignal(again.opened):
        again.open_image(moved)
    assert [each.name for each in again.bookmarks_menu.bookmarks] == ["eye", "far down"]
    assert again.bookmarks_menu.bookmarks[1].viewpoint.camera == DEEP
    for bookmark in again.bookmarks_menu.bookmarks:
        again.bookmarks_menu.remove(bookmark)
    assert again.document is not None
    assert kept_bookmarks(again.document.source.digest) == ()
    again.close()


@pytest.mark.parametrize(
    "text",
    ["{", "7", "[7]", '[["a", "1"]]', '[["a", "1", "2", "x"]]', '[["a", "1", "2", "0"]]',
     '[["a", "1", "1/0", "2"]]'],
)  # fmt: skip
def test_broken_bookmarks_count_as_none(text: str) -> None:
    keep_text(f"{GROUP}/of-this", text)
    assert kept_bookmarks("of-this") == ()


@pytest.mark.parametrize(
    "broken",
    ["7", '["a"]', '[1, "1", "2", "3"]', '["a", "1e999999", "2", "3"]', '["a", 1, 2, 3]',
     '["a", "1", "2", "9' + "9" * 5000 + '"]', '["' + "a" * 5000 + '", "1", "2", "3"]', "null",
     '["a", "1", "2", "-4"]', '["a", "1", "2", "' + "9" * 900 + '"]'],
)  # fmt: skip
def test_a_broken_bookmark_costs_no_other(broken: str) -> None:
    keep_text(f"{GROUP}/of-this", f'[["eye", "1", "5/2", "4"], {broken}, ["ear", "1", "2", "8"]]')
    assert [each.name for each in kept_bookmarks("of-this")] == ["eye", "ear"]


def test_bookmarks_nested_without_end_count_as_none() -> None:
    keep_text(f"{GROUP}/of-this", "[" * 100_000)
    assert kept_bookmarks("of-this") == ()


def test_a_bookmark_turns_the_view(viewer: Bench, qtbot: QtBot) -> None:
    window = viewer.window
    navigator, menu = window.navigator, window.parts.sessions.menu
    window.actions_by_name["rotate-right"].trigger()
    turned = navigator.orientation
    menu.ask()
    dialog = window.findChild(QInputDialog)
    assert isinstance(dialog, QInputDialog)
    dialog.setTextValue("turned")
    dialog.accept()
    window.actions_by_name["upright"].trigger()
    settle(qtbot, window)
    (kept,) = kept_bookmarks(window.images.scope.source.digest) if window.images.scope else ()
    assert kept.viewpoint.orientation == turned
    entries(menu)[0].trigger()
    assert navigator.orientation == turned
    settle(qtbot, window)


def test_a_photo_is_turned_as_it_was_when_it_is_opened_again(
    viewer: Bench, qtbot: QtBot, tmp_path: Path
) -> None:
    window, other = viewer.window, tmp_path / "other.png"
    Image.new("RGB", (64, 48), "red").save(other)
    window.actions_by_name["rotate-right"].trigger()
    turned = window.navigator.orientation
    seen = []
    for path in (other, viewer.photo):
        with qtbot.waitSignal(window.opened, timeout=10_000):
            window.open_image(path)
        settle(qtbot, window)
        seen.append(window.navigator.orientation)
    assert seen == [UPRIGHT, turned]
    window.actions_by_name["upright"].trigger()
    assert window.navigator.orientation == UPRIGHT
