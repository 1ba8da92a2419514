"""Taking the mouse from the view of a pane, for a drag with another meaning."""

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent

from cozviewer.ui.view.canvas import Canvas
from cozviewer.ui.widgets.plain import Label


class PaneDrag(QObject):
    """An event filter on one pane; inactive until `begin` is called.

    Attributes:
        asking: Whether the mouse belongs to it.
    """

    def __init__(self, pane: Canvas, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pane = pane
        self._hint = Label(parent=pane)
        self._hint.setObjectName("hint")
        self._hint.hide()
        self.asking = False
        pane.installEventFilter(self)

    def begin(self, hint: str) -> None:
        """Take the mouse, and show what to do with it; Escape cancels."""
        self.asking = True
        self._pane.setCursor(Qt.CursorShape.CrossCursor)
        self._pane.setFocus()
        self.show_hint(hint, QPoint(12, 12))

    def cancel(self) -> None:
        """Return the mouse to the view."""
        self.asking = False
        self._hint.hide()
        self._pane.setCursor(Qt.CursorShape.OpenHandCursor)

    def follow(self, event: QMouseEvent) -> None:
        """Handle an event of the mouse; each kind of drag has its own."""
        raise NotImplementedError

    def show_hint(self, text: str, at: QPoint) -> None:
        """Show a text at a place of the pane, or above its lower edge."""
        self._hint.setText(text)
        self._hint.adjustSize()
        bottom = self._pane.height() - self._hint.height() - 4
        self._hint.move(at.x(), min(at.y(), bottom))
        self._hint.show()
        self._hint.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Handle mouse and Escape while active, so that the view does not move."""
        if not self.asking:
            return False
        if isinstance(event, QMouseEvent):
            self.follow(event)
            return True
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            if event.type() == QEvent.Type.KeyPress:
                self.cancel()
            return True
        return event.type() == QEvent.Type.Wheel
