"""The dialog of preferences, by mouse and keys."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from cozviewer.config.choice import EngineChoice
from cozviewer.ui.main_window import MainWindow
from cozviewer.ui.preferences.cache_page import CachePage
from cozviewer.ui.preferences.dialog import PreferencesDialog
from cozviewer.ui.preferences.shortcuts import shortcuts_of
from cozviewer.ui.services import CacheServices
from cozviewer.ui.settings import Preferences, saved_preferences
from cozviewer.util.cache_settings import CacheSettings
from cozviewer.util.errors import Failure
from cozviewer.util.units import bytes_text
from tests.ui.conftest import Bench, Stripes, services


class FakeCache:
    """A cache of a few megabytes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = CacheSettings()
        self.bytes, self.stays = 3_000_000, 0
        self.full_disk = False
        self.cleared_on = ""

    def keep(self, settings: CacheSettings) -> None:
        if self.full_disk:
            raise OSError(28, "No space left on device")
        self.settings = settings

    def clear(self) -> int:
        self.cleared_on = threading.current_thread().name
        freed, self.bytes = self.bytes - self.stays, self.stays
        if self.stays:
            raise Failure("One file stays.")
        return freed

    def services(self, folder: Path | None, fixed: bool = False) -> CacheServices:
        return CacheServices(
            folder=folder,
            default=self.folder,
            fixed=fixed,
            settings=lambda: self.settings,
            keep=self.keep,
            size=lambda: self.bytes,
            clear=self.clear,
        )


@pytest.fixture
def cache(tmp_path: Path) -> FakeCache:
    return FakeCache(tmp_path / "tiles")


@pytest.fixture
def window(tmp_path: Path, photo: Path, cache: FakeCache, qtbot: QtBot) -> Iterator[MainWindow]:
    given = services(Stripes(), tmp_path / "pyramids", photo)
    given = replace(given, cache=cache.services(cache.folder))
    window = MainWindow(given, EngineChoice("stripes"))
    qtbot.addWidget(window)
    window.resize(800, 640)
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    yield window
    window.close()


@pytest.fixture
def dialog(window: MainWindow, qtbot: QtBot) -> PreferencesDialog:
    """The dialog, opened by its key."""
    QTest.keyClick(window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    found = window.parts.preferences.dialog
    assert found is not None
    qtbot.waitExposed(found)
    return found


def opened(window: MainWindow) -> PreferencesDialog | None:
    """Return the dialog that is open now."""
    return window.parts.preferences.dialog


def pick(box: QComboBox, value: object) -> None:
    """Choose a value by keys."""
    box.setFocus()
    for _ in range(box.count()):
        QTest.keyClick(box, Qt.Key.Key_Up)
    for _ in range(box.findData(value)):
        QTest.keyClick(box, Qt.Key.Key_Down)
    box.activated.emit(box.currentIndex())


def click(button: QPushButton) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_the_pages_are_chosen_in_the_list(dialog: PreferencesDialog) -> None:
    titles = [dialog.names.item(row).text() for row in range(dialog.names.count())]
    assert titles == ["General", "Engine", "Cache", "Shortcuts"]
    for row, page in enumerate((dialog.general, dialog.engine, dialog.cache, dialog.shortcuts)):
        spot = dialog.names.visualItemRect(dialog.names.item(row)).center()
        QTest.mouseClick(dialog.names.viewport(), Qt.MouseButton.LeftButton, pos=spot)
        assert dialog.pages.currentWidget() is page


def test_there_is_one_dialog_and_it_can_be_opened_again(
    window: MainWindow, dialog: PreferencesDialog
) -> None:
    window.parts.preferences.show_dialog()
    assert opened(window) is dialog
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert opened(window) is None
    window.parts.preferences.show_dialog()
    assert opened(window) not in (None, dialog)


def test_the_theme_is_stored_and_told_at_once(
    window: MainWindow, dialog: PreferencesDialog
) -> None:
    seen: list[Preferences] = []
    window.parts.preferences.changed.connect(seen.append)
    pick(dialog.general.theme, "light")
    assert seen[-1].theme == "light"
    assert saved_preferences().theme == "light"


def test_motion_is_reduced_at_once(window: MainWindow, dialog: PreferencesDialog) -> None:
    pick(dialog.general.motion, "reduced")
    assert window.navigator.reduced_motion
    assert window.actions_by_name["still"].isChecked()
    window.actions_by_name["still"].trigger()
    assert dialog.general.motion.currentData() == "full"
    assert not window.navigator.reduced_motion


def test_the_language_needs_a_start_which_is_offered(
    window: MainWindow, dialog: PreferencesDialog, qtbot: QtBot
) -> None:
    assert not dialog.general.at_start.isVisible()
    pick(dialog.general.language, "zh_CN")
    assert dialog.general.at_start.isVisible()
    assert saved_preferences().language == "zh_CN"
    with qtbot.waitSignal(window.parts.preferences.restart_wanted):
        click(dialog.general.restart)
    dialog.close()
    window.parts.preferences.show_dialog()
    again = window.parts.preferences.dialog
    assert again is not None
    assert again.general.at_start.isVisible()
    pick(again.general.language, "")
    assert not again.general.at_start.isVisible()


def test_the_engine_at_the_start_is_stored(dialog: PreferencesDialog) -> None:
    pick(dialog.engine.engine, "stripes")
    pick(dialog.engine.device, "cpu")
    pick(dialog.engine.numbers, "fp32")
    stored = saved_preferences()
    assert (stored.engine, stored.device, stored.numbers) == ("stripes", "cpu", "fp32")


def test_pages_do_not_undo_each_other(dialog: PreferencesDialog) -> None:
    pick(dialog.general.theme, "dark")
    pick(dialog.engine.device, "cpu")
    pick(dialog.general.motion, "full")
    assert saved_preferences() == Preferences(theme="dark", device="cpu", motion="full")


def test_the_cluster_is_stored_if_its_address_is_one(dialog: PreferencesDialog) -> None:
    line = dialog.engine.cluster
    line.setText("here and there")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert "ray://HOST:10001" in dialog.engine.wrong_address.text()
    assert saved_preferences().cluster == ""
    line.setText(" ray://head:10001 ")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert dialog.engine.wrong_address.isHidden()
    assert saved_preferences().cluster == "ray://head:10001"


def test_drafts_and_drawing_ahead_are_switched_in_the_menu_too(
    window: MainWindow, dialog: PreferencesDialog
) -> None:
    menu = window.engine_menu
    assert (menu.drafts, menu.ahead) == (True, True)
    QTest.keyClick(dialog.engine.drafts, Qt.Key.Key_Space)
    assert (menu.drafts, menu.ahead) == (False, True)
    QTest.keyClick(dialog.engine.ahead, Qt.Key.Key_Space)
    assert (menu.drafts, menu.ahead) == (False, False)


def cache_page(dialog: PreferencesDialog) -> CachePage:
    assert dialog.cache is not None
    dialog.names.setCurrentRow(2)
    return dialog.cache


def test_the_size_of_the_cache_is_shown_and_set(
    dialog: PreferencesDialog, cache: FakeCache, qtbot: QtBot
) -> None:
    page = cache_page(dialog)
    qtbot.waitUntil(lambda: page.in_use.text() == bytes_text(3_000_000))
    assert page.folder.text() == str(cache.folder)
    assert page.budget.value() == 10
    page.budget.setFocus()
    QTest.keyClick(page.budget, Qt.Key.Key_Up)
    assert cache.settings == CacheSettings(None, 11 * 1000**3)
    cache.full_disk = True
    QTest.keyClick(page.budget, Qt.Key.Key_Up)
    assert "No space left on device" in page.trouble.text()


def agree(page: CachePage) -> None:
    """Click "Clear…" and agree."""
    click(page.clear)
    box = next(box for box in page.findChildren(QMessageBox) if box.isVisible())
    assert "Photos, exports and sessions are not touched" in box.text()
    click(next(button for button in box.findChildren(QPushButton) if button.text() == "Delete"))


def test_the_cache_is_cleared_after_a_question(
    dialog: PreferencesDialog, cache: FakeCache, qtbot: QtBot
) -> None:
    page = cache_page(dialog)
    qtbot.waitUntil(page.clear.isEnabled)
    agree(page)
    qtbot.waitUntil(lambda: page.notice.text() == f"Freed {bytes_text(3_000_000)}.")
    assert cache.cleared_on != threading.main_thread().name
    qtbot.waitUntil(lambda: page.in_use.text() == bytes_text(0))
    assert not page.clear.isEnabled()


def test_the_detail_of_open_photos_stays(
    dialog: PreferencesDialog, cache: FakeCache, qtbot: QtBot
) -> None:
    page = cache_page(dialog)
    qtbot.waitUntil(page.clear.isEnabled)
    cache.stays = 1_000_000
    agree(page)
    sentence = f"Freed {bytes_text(2_000_000)}. The detail of open photos stays."
    qtbot.waitUntil(lambda: page.notice.text() == sentence)
    qtbot.waitUntil(page.clear.isEnabled)


def test_another_folder_is_used_from_the_next_start(
    dialog: PreferencesDialog, cache: FakeCache, tmp_path: Path
) -> None:
    page = cache_page(dialog)
    page.use_folder(tmp_path / "other")
    assert cache.settings.folder == tmp_path / "other"
    assert page.folder.text() == str(tmp_path / "other")
    assert f"What is in {cache.folder} stays there" in page.notice.text()
    click(page.usual)
    assert cache.settings == CacheSettings()
    assert [page.folder.text(), page.notice.isHidden()] == [str(cache.folder), True]


@pytest.mark.parametrize(
    ("folder", "fixed", "part"),
    [(None, False, "without a cache"), (Path("/named"), True, "with another cache folder: ")],
)
def test_what_this_start_uses_instead_is_told(
    cache: FakeCache, qtbot: QtBot, folder: Path | None, fixed: bool, part: str
) -> None:
    page = CachePage(cache.services(folder, fixed))
    qtbot.addWidget(page)
    page.shut_down()
    assert part in page.notice.text()


def press(dialog: PreferencesDialog, key: Qt.Key) -> None:
    """Press Ctrl and a key in the field for shortcuts, which is taken when it is left."""
    page = dialog.shortcuts
    page.edit.setFocus()
    QTest.keyClick(page.edit, key, Qt.KeyboardModifier.ControlModifier)
    page.edit.editingFinished.emit()


@pytest.fixture
def keys(dialog: PreferencesDialog) -> PreferencesDialog:
    dialog.names.setCurrentRow(3)
    return dialog


def test_a_command_gets_another_shortcut(
    keys: PreferencesDialog, window: MainWindow, qtbot: QtBot
) -> None:
    page = keys.shortcuts
    page.select("fit")
    press(keys, Qt.Key.Key_K)
    assert saved_preferences().shortcuts == {"fit": ("Ctrl+K",)}
    action = window.actions_by_name["fit"]
    assert action.toolTip() == "Fit to Window (Ctrl+K)"
    keys.close()
    window.parts.enable(image=True)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    with qtbot.waitSignal(action.triggered):
        QTest.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    with qtbot.assertNotEmitted(action.triggered):
        QTest.keyClick(window, Qt.Key.Key_0)


def test_a_conflict_is_told_and_can_be_solved(keys: PreferencesDialog, window: MainWindow) -> None:
    page, actions = keys.shortcuts, window.actions_by_name
    page.select("fit")
    press(keys, Qt.Key.Key_O)
    assert page.trouble.text() == "Ctrl+O is the shortcut of “Open”."
    assert saved_preferences().shortcuts == {}
    click(page.take)
    assert saved_preferences().shortcuts == {"open": (), "fit": ("Ctrl+O",)}
    assert not actions["open"].shortcuts()
    assert actions["open"].toolTip() == "Open"
    page.select("open")
    click(page.reset)
    assert page.trouble.text() == "Ctrl+O is the shortcut of “Fit to Window”."
    click(page.reset_all)
    assert saved_preferences().shortcuts == {}
    assert actions["open"].shortcut().toString() == "Ctrl+O"
    assert page.trouble.isHidden()


def test_fixed_keys_are_refused(keys: PreferencesDialog) -> None:
    page = keys.shortcuts
    page.select("fit")
    page.edit.setFocus()
    QTest.keyClick(page.edit, Qt.Key.Key_B)
    page.edit.editingFinished.emit()
    assert page.trouble.text().startswith("B has a fixed meaning")
    assert page.take.isHidden()
    assert saved_preferences().shortcuts == {}


def test_a_shortcut_is_removed_and_reset(keys: PreferencesDialog, window: MainWindow) -> None:
    page = keys.shortcuts
    page.select("export")
    click(page.remove)
    assert saved_preferences().shortcuts == {"export": ()}
    assert not page.remove.isEnabled()
    click(page.reset)
    assert saved_preferences().shortcuts == {}
    assert len(window.actions_by_name["export"].shortcuts()) == 2


def test_commands_are_searched(keys: PreferencesDialog) -> None:
    page = keys.shortcuts
    QTest.keyClicks(page.search, "zoom i")
    shown = [each.title for each in page.shown]
    assert shown == ["Zoom In"]


def test_changed_shortcuts_are_there_at_the_next_start(
    keys: PreferencesDialog, window: MainWindow, bench: Bench
) -> None:
    keys.shortcuts.select("quit")
    press(keys, Qt.Key.Key_K)
    given = services(Stripes(), bench.cache, bench.photo)
    again = MainWindow(given, EngineChoice("stripes"))
    assert again.actions_by_name["quit"].shortcut().toString() == "Ctrl+K"
    again.close()
    again.deleteLater()
    QApplication.processEvents()


def test_every_command_of_the_table_has_a_row(keys: PreferencesDialog, window: MainWindow) -> None:
    names = {each.name for each in shortcuts_of(window.menuBar())}
    assert set(window.actions_by_name) <= names


def test_closing_the_window_closes_the_dialog(
    window: MainWindow, dialog: PreferencesDialog
) -> None:
    window.close()
    assert window.parts.preferences.dialog is None
