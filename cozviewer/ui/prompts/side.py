"""The side bar that holds the Prompts panel, right of the view."""

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from cozviewer.ui.prompts.panel import PromptsPanel
from cozviewer.ui.widgets.plain import Label

WIDTH = 300
"""Initial width in logical pixels."""


class PromptsSide(QWidget):
    """The panel under a title bar. It is shown for engines that accept prompts, unless the user has
    shown or hidden it."""

    def __init__(self, panel: PromptsPanel, action: QAction) -> None:
        """Create the side bar.

        Args:
            panel: Its contents.
            action: The command that shows and hides it.
        """
        super().__init__()
        self._action = action
        self._chosen = False
        self.setMinimumWidth(220)
        title = QWidget()
        title.setObjectName("prompts-title")
        title.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        close = QToolButton()
        close.setText("✕")
        close.setToolTip("Hide (P)")
        close.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        close.clicked.connect(action.trigger)
        row = QHBoxLayout(title)
        row.setContentsMargins(14, 6, 6, 6)
        row.addWidget(Label("Prompts"))
        row.addStretch(1)
        row.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(title)
        column.addWidget(panel, 1)
        self.setVisible(action.isChecked())
        action.toggled.connect(self.setVisible)
        action.triggered.connect(self._on_chosen)

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, super().sizeHint().height())

    def follow(self, accepts_prompt: bool) -> None:
        """Show or hide the panel for an engine that does or does not accept prompts."""
        if not self._chosen:
            self._action.setChecked(accepts_prompt)

    @Slot()
    def _on_chosen(self) -> None:
        self._chosen = True
