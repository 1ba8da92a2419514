"""Where the prompts panel is: at the right of the picture, shown and hidden by its command."""

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from cozviewer.ui.prompts.panel import PromptsPanel
from cozviewer.ui.widgets.plain import Label

WIDTH = 300
"""At first, in logical pixels."""


class PromptsSide(QWidget):
    """The panel under its title: there for engines that listen to words, until a person says
    otherwise."""

    def __init__(self, panel: PromptsPanel, action: QAction) -> None:
        """Make it.

        Args:
            panel: What it holds.
            action: The switch that shows it.
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
        close.setToolTip("Close (P)")
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
        """Be told whether the engine takes words."""
        if not self._chosen:
            self._action.setChecked(accepts_prompt)

    @Slot()
    def _on_chosen(self) -> None:
        self._chosen = True
