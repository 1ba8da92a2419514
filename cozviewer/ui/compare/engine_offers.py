"""The engines and settings on offer for comparisons, and the dialog that asks for others."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from cozviewer.config.choice import EngineChoice
from cozviewer.ui.compare.settings_dialog import SettingsDialog
from cozviewer.ui.engine_menu import EngineMenu
from cozviewer.ui.services import EngineEntry


class EngineOffers:
    """What the Compare menu and the menus of a grid offer."""

    def __init__(
        self, entries: Sequence[EngineEntry], engines: EngineMenu, parent: QWidget
    ) -> None:
        """Offer engines to compare with.

        Args:
            engines: Has the settings that the open image is generated with.
            parent: The parent of dialogs.
        """
        self._entries, self._engines, self._parent = entries, engines, parent

    @property
    def present(self) -> EngineChoice:
        """The settings that the open image is generated with."""
        return self._engines.choice

    def simple(self) -> list[tuple[str, EngineChoice]]:
        """Return the titles and default settings of the engines that need no files. Those that
        do are offered in the dialog, once they were chosen."""
        return [
            (entry.title, replace(EngineChoice(), engine=entry.name))
            for entry in self._entries
            if not entry.own_files
        ]

    def ask(self, start: EngineChoice | None, wanted: Callable[[EngineChoice], object]) -> None:
        """Ask for other settings.

        Args:
            start: The settings that are filled in; None for the present ones.
            wanted: Called with the new settings; not if the dialog is cancelled.
        """
        begin = start or self.present
        dialog = SettingsDialog(self._known(begin), begin, self.present, self._parent)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.wanted.connect(wanted)
        dialog.open()

    def _known(self, start: EngineChoice) -> list[tuple[str, EngineChoice]]:
        """Return the titles and settings of the engines whose files are known."""
        known = [start, self.present]
        if self._engines.asked_last is not None:
            known.append(self._engines.asked_last)
        by_name = {choice.engine: choice for choice in reversed(known)}
        offered = []
        for entry in self._entries:
            choice = by_name.pop(entry.name, None)
            if choice is None and not entry.own_files:
                choice = replace(EngineChoice(), engine=entry.name)
            if choice is not None:
                offered.append((entry.title, choice))
        return [*offered, *((Path(name).name, choice) for name, choice in by_name.items())]
