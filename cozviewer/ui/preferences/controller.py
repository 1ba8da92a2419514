"""Applies the preferences to the window, and stores them."""

from dataclasses import replace

from PySide6.QtCore import QObject, Qt, QThread, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMainWindow

from cozviewer.jobs.threads import start_thread, stop_thread
from cozviewer.ui.engine_menu import EngineMenu
from cozviewer.ui.preferences.cache_page import CachePage
from cozviewer.ui.preferences.dialog import PreferencesDialog
from cozviewer.ui.preferences.general_page import EnginePage, GeneralPage
from cozviewer.ui.preferences.motion import MotionJob
from cozviewer.ui.preferences.shortcuts import shortcuts_of, use_shortcuts
from cozviewer.ui.preferences.shortcuts_page import ShortcutsPage
from cozviewer.ui.services import Services
from cozviewer.ui.settings import Preferences, save_preferences, saved_preferences


class PreferencesController(QObject):
    """The preferences of the window. GUI thread.

    Attributes:
        preferences: Those in effect.
        shortcuts: The commands that can be given a shortcut.

    Signals:
        changed: (Preferences) the user changed something.
        restart_wanted: the user requested a restart with the open photo.
    """

    changed = Signal(object)
    restart_wanted = Signal()
    _ask = Signal()

    def __init__(
        self, services: Services, engine_menu: EngineMenu, still: QAction, window: QMainWindow
    ) -> None:
        """Apply the stored preferences. Call it when the menu bar is complete.

        Args:
            still: The command that reduces motion.
        """
        super().__init__(window)
        self.preferences = saved_preferences()
        self._spoken = self.preferences.language
        self._services, self._engine_menu, self._window = services, engine_menu, window
        self._dialog: PreferencesDialog | None = None
        self._still, self._desktop_is_still = still, False
        self.shortcuts = shortcuts_of(window.menuBar())
        use_shortcuts(self.shortcuts, self.preferences.shortcuts)
        still.triggered.connect(self._on_still)
        self._job: MotionJob | None = None
        self._thread: QThread | None = None
        if services.reduces_motion is not None:
            self._job = MotionJob(services.reduces_motion)
            self._job.answered.connect(self._on_answered)
            self._ask.connect(self._job.ask)
            self._thread = start_thread("desktop", self._job)
            self._ask.emit()
        self._apply_motion()

    @property
    def dialog(self) -> PreferencesDialog | None:
        """The open dialog."""
        return self._dialog

    @Slot()
    def show_dialog(self) -> None:
        """Show the dialog."""
        if self._dialog is not None:
            self._dialog.raise_()
            self._dialog.activateWindow()
            return
        services, menu = self._services, self._engine_menu
        general = GeneralPage(self.preferences, self._spoken)
        general.restart_wanted.connect(self.restart_wanted)
        engine = EnginePage(
            self.preferences, services.engines, menu.devices, menu.drafts, menu.ahead
        )
        engine.switched.connect(menu.show_switches)
        cache = None if services.cache is None else CachePage(services.cache)
        shortcuts = ShortcutsPage(self.shortcuts)
        dialog = PreferencesDialog(
            self.preferences, general, engine, cache, shortcuts, self._window
        )
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.changed.connect(self.change)
        dialog.finished.connect(self._on_finished)
        self._dialog = dialog
        dialog.show()

    @Slot()
    def show_shortcuts(self) -> None:
        """Show the page of shortcuts."""
        self.show_dialog()
        if self._dialog is not None:
            self._dialog.show_shortcuts()

    @Slot(object)
    def change(self, preferences: Preferences) -> None:
        """Apply and store other preferences."""
        if preferences == self.preferences:
            return
        self.preferences = preferences
        save_preferences(preferences)
        self._apply_motion()
        self.changed.emit(preferences)

    def close(self) -> None:
        """Close the dialog and end all threads; call once, before the window is deleted."""
        if self._dialog is not None:
            self._dialog.close()
        if self._thread is not None:
            stop_thread(self._thread)

    @Slot()
    def _on_finished(self) -> None:
        self._dialog = None

    @Slot(bool)
    def _on_answered(self, still: bool) -> None:
        self._desktop_is_still = still
        self._apply_motion()

    @Slot(str)
    def choose_backdrop(self, kind: str) -> None:
        """Choose what lies behind transparent parts, one of BACKDROP_CHOICES."""
        self.change(replace(self.preferences, backdrop=kind))
        if self._dialog is not None:
            self._dialog.show_preferences(self.preferences)

    @Slot(bool)
    def _on_still(self, still: bool) -> None:
        self.change(replace(self.preferences, motion="reduced" if still else "full"))
        if self._dialog is not None:
            self._dialog.show_preferences(self.preferences)

    def _apply_motion(self) -> None:
        chosen = self.preferences.motion
        followed = self._desktop_is_still and chosen != "full"
        self._still.setChecked(chosen == "reduced" or followed)
