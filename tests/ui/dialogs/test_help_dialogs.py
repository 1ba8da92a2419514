"""Help > Keyboard Shortcuts and Help > About."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPlainTextEdit, QTreeWidget
from pytestqt.qtbot import QtBot

from cozviewer import __version__
from cozviewer.ui.actions import keys_text, portable_keys, set_keys, title_of
from cozviewer.ui.dialogs.about_dialog import AboutDialog, report_of
from cozviewer.ui.dialogs.keys_dialog import KeysDialog
from cozviewer.ui.dialogs.versions import licences, version_of
from cozviewer.ui.main_window import MainWindow
from tests.ui.conftest import Bench, Stripes, services


def rows(table: QTreeWidget) -> dict[str, str]:
    """Return what is listed: the shortcuts by title."""
    found = {}
    every = table.findItems("", Qt.MatchFlag.MatchContains | Qt.MatchFlag.MatchRecursive)
    for item in every:
        if item.parent() is not None and not item.isHidden():
            found[item.text(0)] = item.text(1)
    return found


def keys_dialog(window: MainWindow) -> KeysDialog:
    QTest.keyClick(window, Qt.Key.Key_F1)
    return window.findChildren(KeysDialog)[-1]


def test_every_action_with_a_key_is_listed(bench: Bench) -> None:
    dialog = keys_dialog(bench.window)
    listed = rows(dialog.table)
    with_keys = [each for each in bench.window.findChildren(QAction) if each.shortcuts()]
    assert len(with_keys) > 20
    for action in with_keys:
        assert listed.get(title_of(action)) == keys_text(portable_keys(action)), action.text()
    assert "Zoom at the pointer" in listed
    dialog.close()


def test_the_shortcuts_that_the_user_chose_are_listed(bench: Bench) -> None:
    set_keys(bench.window.actions_by_name["export"], ("Ctrl+Shift+K",))
    dialog = keys_dialog(bench.window)
    assert rows(dialog.table)["Export"] == "Ctrl+Shift+K"
    dialog.close()


def test_they_can_be_searched_by_name_and_by_key(bench: Bench) -> None:
    dialog = keys_dialog(bench.window)
    QTest.keyClicks(dialog.search, "video")
    assert set(rows(dialog.table)) == {"Export Zoom Video"}
    dialog.search.clear()
    QTest.keyClicks(dialog.search, "F11")
    assert set(rows(dialog.table)) == {"Full Screen"}
    dialog.close()


def test_changing_them_leads_to_the_preferences(bench: Bench) -> None:
    dialog = keys_dialog(bench.window)
    QTest.mouseClick(dialog.change, Qt.MouseButton.LeftButton)
    preferences = bench.window.parts.preferences.dialog
    assert preferences is not None
    assert preferences.pages.currentWidget() is preferences.shortcuts
    preferences.close()


def test_about_names_versions_folders_and_licences(
    bench: Bench, tmp_path: Path, qtbot: QtBot
) -> None:
    bench.window.actions_by_name["about"].trigger()
    dialog = bench.window.findChildren(AboutDialog)[-1]
    texts = [edit.toPlainText() for edit in dialog.findChildren(QPlainTextEdit)]
    for part in (f"cozviewer {__version__}", "Python 3", "Qt 6", "PySide6 6", "Device: "):
        assert part.lower() in dialog.report.lower()
    for part in (f"torch {version_of('torch')}", "Cache: ", "Log: "):
        assert part in dialog.report
    assert dialog.report in texts
    assert any("Qt, PySide6: LGPL-3.0-only" in text for text in texts)
    QTest.mouseClick(dialog.copy_button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == dialog.report
    dialog.close()


def test_a_report_names_the_device_in_use(tmp_path: Path, photo: Path) -> None:
    given = services(Stripes(), tmp_path, photo)
    assert "Device: GPU 7, bf16" in report_of(given, "GPU 7, bf16")
    assert "Device: no engine loaded yet" in report_of(given, "")


def test_every_part_states_its_licence() -> None:
    for part, licence in licences():
        assert licence, part
    assert version_of("no-such-package") == ""
