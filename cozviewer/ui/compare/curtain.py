"""The divider of the split view: a line that is dragged over the image."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QWidget

REACH = 9
"""Logical pixels beside the line in which a press grabs the line instead of the image."""


class Curtain(QObject):
    """An event filter on one pane.

    Attributes:
        enabled: Whether the divider is shown.
        position: From 0 (left) to 1 (right) of the pane's width.

    Signals:
        moved: The position changed.
    """

    moved = Signal()

    def __init__(self, pane: QWidget) -> None:
        super().__init__(pane)
        self._pane = pane
        self._held = False
        self.enabled = False
        self.position = 0.5

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Consume presses on the line and moves while it is held; all other events go on."""
        if not self.enabled or not isinstance(event, QMouseEvent):
            return False
        x = event.position().x()
        kind = event.type()
        if kind == QEvent.Type.MouseButtonPress and self._near(x):
            self._held = event.button() == Qt.MouseButton.LeftButton
            return self._held
        if kind == QEvent.Type.MouseMove and self._held:
            self.position = min(1.0, max(0.0, x / max(1, self._pane.width())))
            self.moved.emit()
            return True
        if kind == QEvent.Type.MouseButtonRelease and self._held:
            self._held = False
            return True
        if kind == QEvent.Type.MouseMove and event.buttons() == Qt.MouseButton.NoButton:
            near = self._near(x)
            self._pane.setCursor(
                Qt.CursorShape.SplitHCursor if near else Qt.CursorShape.OpenHandCursor
            )
        return False

    def _near(self, x: float) -> bool:
        return abs(x - self.position * self._pane.width()) <= REACH
