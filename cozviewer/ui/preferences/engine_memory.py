"""Stores the engine that the user chose, for the next start, once it has opened the photo."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Slot

from cozviewer.config.choice import EngineChoice
from cozviewer.ui.settings import save_choice_in_use


class EngineMemory(QObject):
    """Connect `choose` to the choice of the user, and `settle` to the opening of a photo with it.

    What the command line or a session names is not stored.
    """

    def __init__(self, choice: Callable[[], EngineChoice], parent: QObject) -> None:
        """Store nothing yet.

        Args:
            choice: Returns the user's own choice.
        """
        super().__init__(parent)
        self._choice = choice
        self._chosen = False

    @Slot(object)
    def choose(self, choice: EngineChoice) -> None:
        """Remember that the user has made a choice; store it at once if it is in effect."""
        self._chosen = True
        if self._choice() == choice:
            self.settle()

    @Slot()
    def settle(self) -> None:
        """Store the user's choice, if they made one."""
        if self._chosen:
            self._chosen = False
            save_choice_in_use(self._choice())
