"""What can lie over the image: the navigator map, the provenance and deviation overlays, and the
readouts at the pointer."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction

from cozviewer.chain.trust.overlays import Kind
from cozviewer.ui.compare.panes import ComparePanes
from cozviewer.ui.view.minimap import Minimap
from cozviewer.ui.view.pointer import Pointer


class Overlays(QObject):
    """Switches them, at most one of the two overlays at a time. GUI thread.

    Signals:
        blinded: (bool) all that would reveal which image is which is hidden, or allowed again.
    """

    blinded = Signal(bool)

    def __init__(
        self, panes: ComparePanes, minimap: Minimap, pointers: Sequence[Pointer], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._panes, self._minimap, self._pointers = panes, minimap, pointers
        self._actions: dict[str, QAction] = {}

    def set_actions(self, actions: dict[str, QAction]) -> None:
        """Keep the switches "map", "origin" and "trust" in step with what is shown."""
        self._actions = {name: actions[name] for name in ("map", "origin", "trust")}

    @Slot(bool)
    def show_map(self, shown: bool) -> None:
        """Show or hide the navigator map."""
        self._minimap.wanted = shown
        self._minimap.follow()

    @Slot(bool)
    def show_origin(self, shown: bool) -> None:
        """Colour the image by where its pixels come from, or not."""
        self._show("origin", "trust", shown)

    @Slot(bool)
    def show_trust(self, shown: bool) -> None:
        """Colour the image by how far each level deviates from the one before, or not."""
        self._show("trust", "origin", shown)

    def _show(self, kind: Kind, other: Kind, shown: bool) -> None:
        if shown:
            self._actions[other].setChecked(False)
        if shown or not self._actions[other].isChecked():
            self._panes.generated.layer.set_overlay(kind if shown else None)

    def set_blind(self, blind: bool) -> None:
        """Hide and disable all that would reveal which image is which, or allow it again."""
        for pointer in self._pointers:
            pointer.set_silent(blind)
        self.blinded.emit(blind)
        # The map lies over the generated image alone.
        self.show_map(not blind and self._actions["map"].isChecked())
        self._actions["map"].setEnabled(not blind)
        for name in ("origin", "trust"):
            self._actions[name].setChecked(False)
            self._actions[name].setEnabled(not blind)
