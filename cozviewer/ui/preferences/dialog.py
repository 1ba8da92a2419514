"""The dialog of preferences: pages with a list of their names. Changes are in effect at once."""

from dataclasses import replace

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QListWidget,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from cozviewer.ui.preferences.cache_page import CachePage
from cozviewer.ui.preferences.general_page import EnginePage, GeneralPage
from cozviewer.ui.preferences.shortcuts_page import Changed, ShortcutsPage
from cozviewer.ui.settings import Preferences
from cozviewer.ui.widgets.forms import resize_on_screen
from cozviewer.util.translation import translate


class PreferencesDialog(QDialog):
    """The dialog. Not modal, so that a change is seen in the window.

    Signals:
        changed: (Preferences) the user changed something.
    """

    changed = Signal(object)

    def __init__(
        self,
        preferences: Preferences,
        general: GeneralPage,
        engine: EnginePage,
        cache: CachePage | None,
        shortcuts: ShortcutsPage,
        parent: QWidget | None = None,
    ) -> None:
        """Create the dialog with its pages; without a page for the cache if that is None."""
        super().__init__(parent)
        self.setWindowTitle(translate("Preferences", "Preferences"))
        self._preferences = preferences
        self.general, self.engine, self.cache, self.shortcuts = general, engine, cache, shortcuts
        self.names = QListWidget()
        self.names.setObjectName("pages")
        self.names.setAccessibleName(translate("Preferences", "Pages"))
        self.pages = QStackedWidget()
        titled: list[tuple[str, QWidget]] = [
            (translate("Preferences", "General"), general),
            (translate("Preferences", "Engine"), engine),
            (translate("Preferences", "Shortcuts"), shortcuts),
        ]
        if cache is not None:
            titled.insert(2, (translate("Preferences", "Cache"), cache))
        for title, page in titled:
            self.names.addItem(title)
            self.pages.addWidget(page)
        self.names.setFixedWidth(self.names.sizeHintForColumn(0) + 64)
        self.names.currentRowChanged.connect(self.pages.setCurrentIndex)
        self.names.setCurrentRow(0)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        right = QVBoxLayout()
        right.setContentsMargins(20, 18, 20, 16)
        right.setSpacing(14)
        right.addWidget(self.pages, 1)
        right.addWidget(buttons)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.names)
        row.addLayout(right, 1)
        for button in self.findChildren(QPushButton):
            button.setAutoDefault(False)  # Enter ends the editing of a field
        resize_on_screen(self, 760, 480)
        general.changed.connect(self._on_general)
        engine.changed.connect(self._on_engine)
        shortcuts.changed.connect(self._on_shortcuts)

    def show_preferences(self, preferences: Preferences) -> None:
        """Show values that were changed elsewhere."""
        self._preferences = preferences
        self.general.show_preferences(preferences)

    def show_shortcuts(self) -> None:
        """Show the page of shortcuts."""
        self.names.setCurrentRow(self.pages.indexOf(self.shortcuts))

    @Slot(object)
    def _on_general(self, new: Preferences) -> None:
        self._change(
            replace(self._preferences, language=new.language, theme=new.theme, motion=new.motion)
        )

    @Slot(object)
    def _on_engine(self, new: Preferences) -> None:
        self._change(
            replace(
                self._preferences,
                engine=new.engine,
                device=new.device,
                numbers=new.numbers,
                cluster=new.cluster,
            )
        )

    @Slot(object)
    def _on_shortcuts(self, changed: Changed) -> None:
        self._change(replace(self._preferences, shortcuts=changed))

    def _change(self, preferences: Preferences) -> None:
        self._preferences = preferences
        self.changed.emit(preferences)

    def done(self, result: int) -> None:
        """Close the dialog and end its thread."""
        if self.cache is not None:
            self.cache.shut_down()
        super().done(result)
