"""The theme of the running program: the chosen one, or that of the system, which may change."""

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QApplication

from cozviewer.ui.settings import Preferences
from cozviewer.ui.widgets.theme import THEMES, Theme, apply_theme, theme_of


class Appearance(QObject):
    """Applies the theme to the application. GUI thread."""

    def __init__(self, application: QApplication, preferences: Preferences) -> None:
        """Apply the theme that is preferred."""
        super().__init__(application)
        self._application = application
        self._chosen = ""
        self._shown: Theme | None = None
        application.styleHints().colorSchemeChanged.connect(self._show)
        self.follow(preferences)

    @property
    def theme(self) -> Theme | None:
        """The theme that is shown."""
        return self._shown

    @Slot(object)
    def follow(self, preferences: Preferences) -> None:
        """Apply the theme that is preferred now."""
        if preferences.theme == self._chosen:
            return
        self._chosen = preferences.theme
        hints = self._application.styleHints()
        # The frames of the windows, where the system draws them, follow the theme, too.
        if self._chosen in THEMES:
            dark = self._chosen == "dark"
            hints.setColorScheme(Qt.ColorScheme.Dark if dark else Qt.ColorScheme.Light)
        else:
            hints.unsetColorScheme()
        self._show()

    @Slot()
    def _show(self) -> None:
        theme = theme_of(self._chosen, self._application.styleHints().colorScheme())
        if theme is not self._shown:
            self._shown = theme
            apply_theme(self._application, theme)
