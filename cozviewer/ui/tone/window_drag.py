"""Changes the window of values by dragging in the image, as programs for DICOM do."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QWidget

from cozviewer.image.tone import Window

DOUBLE = 150.0
"""Logical pixels to the right that make the window twice as wide."""

WHOLE = 300.0
"""Logical pixels up that raise the window by its own width."""


class WindowDrag(QObject):
    """An event filter on panes: Ctrl and a drag change the width (sideways) and the center (up and
    down) of the window. The right mouse button opens the menu of the image instead.

    Signals:
        dragged: (Window) to here.
        dropped: The drag is over.
    """

    dragged = Signal(object)
    dropped = Signal()

    def __init__(
        self, panes: Sequence[QWidget], window: Callable[[], Window | None], parent: QObject
    ) -> None:
        """Follow the mouse.

        Args:
            panes: Where it is dragged.
            window: Returns the window now; None while there is none to change.
        """
        super().__init__(parent)
        self._window = window
        self._begun: tuple[QPointF, Window] | None = None
        for pane in panes:
            pane.installEventFilter(self)

    @property
    def dragging(self) -> bool:
        """Whether it is being dragged."""
        return self._begun is not None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the mouse during a drag, so that the view does not move."""
        if not isinstance(event, QMouseEvent) or not isinstance(watched, QWidget):
            return False
        kind, left = event.type(), event.button() == Qt.MouseButton.LeftButton
        if self._begun is None:
            ctrl = event.modifiers() == Qt.KeyboardModifier.ControlModifier
            now = self._window() if ctrl and left else None
            if kind != QEvent.Type.MouseButtonPress or now is None:
                return False
            self._begun = event.position(), now
            watched.setCursor(Qt.CursorShape.SizeAllCursor)
        elif kind == QEvent.Type.MouseMove:
            self.dragged.emit(_moved(self._begun[1], event.position() - self._begun[0]))
        elif kind == QEvent.Type.MouseButtonRelease and left:
            self._begun = None
            watched.setCursor(Qt.CursorShape.OpenHandCursor)
            self.dropped.emit()
        return True


def _moved(window: Window, way: QPointF) -> Window:
    low, high = window
    width = (high - low) * 2.0 ** (way.x() / DOUBLE)
    middle = (low + high) / 2 - way.y() / WHOLE * (high - low)
    return middle - width / 2, middle + width / 2
