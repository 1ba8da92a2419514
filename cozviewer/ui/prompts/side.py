"""When the Prompts panel is shown: only for engines that accept prompts."""

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QToolBar

from cozviewer.ui.widgets.plain import tool_tip
from cozviewer.util.translation import translate


class PromptsCommand(QObject):
    """Offers the command that shows the panel, or explains why it is of no use.

    For an engine without prompts the panel is closed, the command is disabled, and its button is
    taken out of the tool bar. For an engine with prompts the panel is shown, unless the user has
    closed it.
    """

    def __init__(self, action: QAction, bar: QToolBar, parent: QObject) -> None:
        """Create it; the panel stays closed until `follow`.

        Args:
            action: The command.
            bar: The tool bar with its button.
        """
        super().__init__(parent)
        self._action, self._bar = action, bar
        self._tip = action.toolTip()
        self._wanted = True
        buttons = bar.actions()
        place = buttons.index(action) if action in buttons else -1
        self._has_button = place >= 0
        self._next = buttons[place + 1] if 0 <= place < len(buttons) - 1 else None
        action.triggered.connect(self._on_triggered)
        self._show_button(False)

    def follow(self, engine: str, accepts_prompt: bool) -> None:
        """Offer the command for an engine that accepts prompts, or withdraw it.

        Args:
            engine: Its name, for the explanation.
            accepts_prompt: Whether it accepts prompts.
        """
        self._action.setChecked(accepts_prompt and self._wanted)
        self._action.setEnabled(accepts_prompt)
        self._action.setToolTip(self._tip if accepts_prompt else tool_tip(no_prompts_text(engine)))
        self._show_button(accepts_prompt)

    def close(self) -> None:
        """Close the panel until an engine is known; the user's choice is kept."""
        self._action.setChecked(False)

    def _show_button(self, shown: bool) -> None:
        if shown == (self._action in self._bar.actions()) or not self._has_button:
            return
        if not shown:
            self._bar.removeAction(self._action)
        elif self._next is not None:
            self._bar.insertAction(self._next, self._action)
        else:
            self._bar.addAction(self._action)

    @Slot()
    def _on_triggered(self) -> None:
        self._wanted = self._action.isChecked()


def no_prompts_text(engine: str) -> str:
    """Return why an engine has no Prompts panel, and what to do."""
    return translate(
        "Prompts",
        "{engine} does not use prompts. To steer the result with text, choose Chain-of-Zoom in the"
        " Engine menu.",
    ).format(engine=engine)
