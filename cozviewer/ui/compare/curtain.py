"""The divider of a comparison: a line that is dragged over the picture."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QWidget

REACH = 9
"""Logical pixels beside the line in which it is taken, not the picture."""


class Curtain(QObject):
    """An event filter on one pane.

    Attributes:
        enabled: Whether there is a divider.
        position: Where it stands, 0 (left) to 1 (right) of the pane's width.

    Signals:
        moved: it stands elsewhere.
    """

    moved = Signal()

    def __init__(self, pane: QWidget) -> None:
        super().__init__(pane)
        self._pane = pane
        self._held = False
        self.enabled = False
        self.position = 0.5

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take presses on the line and moves while it is held; leave all others alone."""
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
