"""Every control has a name, the Tab key reaches all of them, and text stands out."""

import itertools
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QDialog,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from cozviewer.config.choice import EngineChoice
from cozviewer.ui.compare.blind_test.blind import Blind
from cozviewer.ui.compare.compared_images import Sides
from cozviewer.ui.compare.paint import Mode
from cozviewer.ui.compare.settings_dialog import SettingsDialog
from cozviewer.ui.dialogs.coz_dialog import CozDialog
from cozviewer.ui.dialogs.crash_dialog import Crash, CrashDialog
from cozviewer.ui.dialogs.models_dialog import ModelsDialog
from cozviewer.ui.export.dialog import ExportDialog
from cozviewer.ui.export.movie_dialog import MovieDialog
from cozviewer.ui.widgets.theme import THEMES, Theme, style_sheet
from cozviewer.util.downloads import Offer
from tests.ui.accessible import nameless, unreached
from tests.ui.conftest import Bench, grabbed, settle, wheel
from tests.ui.listening import open_in, press, rest, studio, write, zoom_in
from tests.ui.widgets.test_theme import contrast


def test_the_window_without_a_photo(bench: Bench, qtbot: QtBot) -> None:
    assert nameless(bench.window) == []
    assert unreached(qtbot, bench.window) == []


def test_the_window_with_a_photo_and_all_panels(viewer: Bench, qtbot: QtBot) -> None:
    window = viewer.window
    for key in (Qt.Key.Key_I, Qt.Key.Key_H):
        QTest.keyClick(window, key)
    wheel(window.panes.generated, QPoint(250, 300), 9)
    window.banner.warn("Something went wrong: try again.")
    settle(qtbot, window)
    assert nameless(window) == []
    assert unreached(qtbot, window) == []


def test_the_window_with_a_comparison(viewer: Bench, qtbot: QtBot) -> None:
    viewer.window.panes.compare(Mode.SIDE, Sides())
    settle(qtbot, viewer.window)
    assert nameless(viewer.window) == []
    assert unreached(qtbot, viewer.window) == []


def test_the_window_in_a_blind_test(viewer: Bench, qtbot: QtBot, tmp_path: Path) -> None:
    window = viewer.window
    blind = window.findChildren(Blind)[0]
    blind.begin(tmp_path / "tally.csv")
    settle(qtbot, window)
    assert nameless(window) == []
    assert unreached(qtbot, window) == []
    blind.end()


def test_the_window_with_prompts_and_an_edit(qtbot: QtBot, tmp_path: Path, photo: Path) -> None:
    at = studio(photo, tmp_path / "pyramids")
    qtbot.waitExposed(at.window)
    open_in(qtbot, at)
    zoom_in(qtbot, at)
    write(at.rows[0], "stone")
    assert nameless(at.window) == []
    assert unreached(qtbot, at.window) == []
    press(at.rows[0].draw)
    rest(qtbot, at)
    assert at.window.prompting.bar.isVisible()
    assert nameless(at.window) == []
    assert unreached(qtbot, at.window) == []
    at.window.close()
    at.window.deleteLater()
    QApplication.processEvents()


def _export(viewer: Bench) -> QDialog:
    document = viewer.window.document
    assert document is not None
    dialog = ExportDialog(document.chain, viewer.window.panes.generated.view, viewer.window)
    dialog.signing.wanted.setChecked(True)
    return dialog


def _movie(viewer: Bench) -> QDialog:
    document = viewer.window.document
    assert document is not None
    return MovieDialog(document.chain, viewer.window.panes.generated.view, [], viewer.window)


def _models(viewer: Bench) -> QDialog:
    offer = Offer("base", "Base", "Does it.", "MIT", "https://a", 10**9, (), "", "Not here.")
    return ModelsDialog(lambda: [offer], lambda name, told, cancelled: None, viewer.window)


def _coz(viewer: Bench) -> QDialog:
    return CozDialog(EngineChoice("coz"), viewer.window)


def _compare_settings(viewer: Bench) -> QDialog:
    choice = EngineChoice("coz")
    return SettingsDialog([("Chain-of-Zoom", choice)], choice, choice, viewer.window)


def _crash(viewer: Bench) -> QDialog:
    dialog = CrashDialog(Path("cozviewer.log"), viewer.window)
    dialog.add(Crash("ValueError: boom", "Traceback", True))
    return dialog


def _keys(viewer: Bench) -> QDialog:
    viewer.window.actions_by_name["keys"].trigger()
    return viewer.window.findChildren(QDialog)[-1]


def _about(viewer: Bench) -> QDialog:
    viewer.window.actions_by_name["about"].trigger()
    return viewer.window.findChildren(QDialog)[-1]


def _preferences(viewer: Bench) -> QDialog:
    viewer.window.actions_by_name["preferences"].trigger()
    return viewer.window.findChildren(QDialog)[-1]


def _bookmark(viewer: Bench) -> QDialog:
    viewer.window.parts.sessions.menu.ask()
    return viewer.window.findChildren(QDialog)[-1]


DIALOGS: tuple[Callable[[Bench], QDialog], ...] = (
    _export,
    _movie,
    _models,
    _coz,
    _compare_settings,
    _crash,
    _keys,
    _about,
    _bookmark,
    _preferences,
)
"""Make the dialogs of a window with a photo."""


def test_every_dialog(viewer: Bench, qtbot: QtBot) -> None:
    for make in DIALOGS:
        dialog = make(viewer)
        dialog.show()
        qtbot.waitUntil(dialog.isVisible)
        try:
            assert nameless(dialog) == [], make
            assert unreached(qtbot, dialog) == [], make
        finally:
            if isinstance(dialog, ModelsDialog):
                dialog.shut_down()
            dialog.close()
            dialog.deleteLater()


# -- Contrast


@pytest.mark.parametrize("theme", THEMES.values(), ids=list(THEMES))
def test_text_stands_out_from_every_ground(theme: Theme) -> None:
    for text, ground in itertools.product((theme.text, theme.quiet), (theme.window, theme.bar)):
        assert contrast(text, ground) >= 4.5


@pytest.mark.parametrize("theme", THEMES.values(), ids=list(THEMES))
def test_colours_that_rules_of_the_style_sheet_pair_can_be_read(theme: Theme) -> None:
    """Of each rule with text and ground, but for disabled controls, which WCAG exempts."""
    pairs = []
    for selector, body in re.findall(r"([^{}]+)\{([^{}]*)\}", style_sheet(theme)):
        text = re.search(r"(?<![-\w])color:\s*(#\w+)", body)
        ground = re.search(r"(?<![-\w])background:\s*(#\w+)", body)
        if text and ground and "disabled" not in selector:
            pairs.append((selector.strip(), text[1], ground[1]))
    assert len(pairs) > 5
    low = [pair for pair in pairs if contrast(pair[1], pair[2]) < 4.5]
    assert low == []


@pytest.mark.parametrize("theme", THEMES.values(), ids=list(THEMES))
def test_lines_that_show_the_focus_stand_out(theme: Theme) -> None:
    for ground in (theme.window, theme.bar):
        assert contrast(theme.accent, ground) >= 3.0
    for ground in (theme.window, theme.bar, theme.line, theme.fill):
        assert contrast(theme.focus, ground) >= 3.0


def _default_button() -> QWidget:
    button = QPushButton("Save")
    button.setDefault(True)
    return button


@pytest.mark.parametrize(
    "make",
    [
        lambda: QPushButton("Browse…"),
        _default_button,
        lambda: QCheckBox("Whole photo"),
        QComboBox,
        QLineEdit,
        QSpinBox,
        QPlainTextEdit,
    ],
)
@pytest.mark.parametrize("theme", THEMES.values(), ids=list(THEMES))
def test_the_focus_can_be_seen(qtbot: QtBot, make: Callable[[], QWidget], theme: Theme) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    # The ground of the theme, whatever another test has given the application.
    ground = f"QWidget {{ background: {theme.window}; }}"
    window.setStyleSheet(ground + style_sheet(theme))
    column = QVBoxLayout(window)
    other, control = QPushButton("Other"), make()
    for widget in (other, control):
        column.addWidget(widget)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is window)
    other.setFocus()
    without = grabbed(control).astype(int)
    size = control.size()
    QTest.keyClick(other, Qt.Key.Key_Tab)
    assert control.hasFocus()
    assert (abs(grabbed(control) - without).max(axis=2) > 60).sum() > 50
    assert control.size() == size
