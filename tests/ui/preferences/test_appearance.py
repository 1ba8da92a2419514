"""The theme follows the preference, and the system where that is preferred."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from cozviewer.ui.preferences.appearance import Appearance
from cozviewer.ui.settings import Preferences
from cozviewer.ui.widgets.theme import DARK, LIGHT


@pytest.fixture
def application(qapp: QApplication) -> Iterator[QApplication]:
    """The application, which has its look back afterwards."""
    style, palette, sheet = qapp.style().name(), qapp.palette(), qapp.styleSheet()
    yield qapp
    qapp.styleHints().unsetColorScheme()
    qapp.setStyleSheet(sheet)
    qapp.setPalette(palette)
    qapp.setStyle(style)


def test_a_theme_is_applied_at_once(application: QApplication) -> None:
    appearance = Appearance(application, Preferences(theme="dark"))
    try:
        for theme in (LIGHT, DARK):
            appearance.follow(Preferences(theme=theme.name))
            assert appearance.theme is theme
            assert application.palette().window().color().name() == theme.window
            assert theme.bar in application.styleSheet()
    finally:
        appearance.deleteLater()


def test_the_system_may_change_while_the_program_runs(application: QApplication) -> None:
    appearance = Appearance(application, Preferences())
    hints = application.styleHints()
    try:
        for scheme, theme in ((Qt.ColorScheme.Light, LIGHT), (Qt.ColorScheme.Dark, DARK)):
            hints.setColorScheme(scheme)  # as if the desktop had changed it
            hints.colorSchemeChanged.emit(scheme)
            if hints.colorScheme() is scheme:  # the platform of the tests may know none
                assert appearance.theme is theme
        appearance.follow(Preferences(theme="light"))
        hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
        assert appearance.theme is LIGHT
    finally:
        appearance.deleteLater()
