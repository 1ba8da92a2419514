"""Recent files in the menu and on the empty page."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from cozviewer.config.choice import EngineChoice
from cozviewer.ui.files.recent import MOST, keep_recent, recent_files
from cozviewer.ui.main_window import MainWindow
from cozviewer.ui.settings import keep_text
from tests.ui.conftest import Bench, services
from tests.ui.files.folders import album, open_first, save_photo, shown


def titles(bench: Bench) -> list[str]:
    return [action.text() for action in bench.window.browsing.recent.actions() if action.text()]


def test_opened_files_are_listed_newest_first_and_kept(
    bench: Bench, qtbot: QtBot, tmp_path: Path
) -> None:
    photos = album(tmp_path / "album")
    assert not bench.window.browsing.recent.menuAction().isEnabled()
    for path in (photos[0], photos[2], photos[0]):
        open_first(qtbot, bench, path, 4)
    assert titles(bench) == ["img1.png", "img10.png", "&Clear Menu"]
    assert recent_files() == (photos[0], photos[2])
    bench.window.browsing.recent.actions()[1].trigger()
    qtbot.waitUntil(lambda: shown(bench) == "img10.png")
    assert titles(bench)[0] == "img10.png"


def test_there_are_at_most_ten_and_broken_settings_count_as_none(tmp_path: Path) -> None:
    keep_recent(tmp_path / f"{number}.png" for number in range(15))
    assert len(recent_files()) == MOST
    for broken in ("[1, null]", '["relative.png"]', "{}", "[" * 100_000, "no"):
        keep_text("recent-files", broken)
        assert recent_files() == ()


def test_missing_files_are_disabled_and_the_menu_can_be_cleared(
    bench: Bench, qtbot: QtBot, tmp_path: Path
) -> None:
    there, gone = save_photo(tmp_path / "a & b.png", 3), tmp_path / "gone.png"
    keep_recent([gone, there])
    menu = bench.window.browsing.recent
    menu.popup(bench.window.pos())
    qtbot.waitUntil(lambda: not menu.actions()[0].isEnabled())
    assert titles(bench)[:2] == ["gone.png", "a && b.png"]
    assert menu.actions()[1].isEnabled()
    menu.hide()
    menu.actions()[-1].trigger()
    assert recent_files() == ()
    assert titles(bench) == []


def test_files_of_the_same_name_are_told_apart_by_their_folders(
    bench: Bench, qtbot: QtBot, tmp_path: Path
) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        open_first(qtbot, bench, save_photo(tmp_path / folder / "a.png", 3), 1)
    assert titles(bench)[:2] == ["a.png (two)", "a.png (one)"]


def test_the_empty_page_offers_them(
    qtbot: QtBot, tmp_path: Path, photo: Path, bench: Bench
) -> None:
    keep_recent([save_photo(tmp_path / "a.png", 3), tmp_path / "b.png"])
    window = MainWindow(services(bench.engine, tmp_path / "p", photo), EngineChoice("stripes"))
    window.resize(800, 640)
    window.show()
    buttons = {each.text(): each for each in window.parts.empty.findChildren(QPushButton)}
    assert buttons["b.png"].isVisible()
    window.resize(420, 240)
    qtbot.waitUntil(lambda: not buttons["b.png"].isVisible())
    window.resize(800, 640)
    qtbot.waitUntil(buttons["a.png"].isVisible)
    with qtbot.waitSignal(window.opened):
        QTest.mouseClick(buttons["a.png"], Qt.MouseButton.LeftButton)
    assert window.document is not None
    assert window.document.source.name == "a.png"
    window.close()
    window.deleteLater()
