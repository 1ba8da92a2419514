"""Drawing a line in a pane, to measure something of a known length."""

import math

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from cozviewer.ui.view.canvas import Canvas
from cozviewer.ui.view.pane_drag import PaneDrag
from cozviewer.util.translation import translate

SHORTEST = 4
"""Minimum length of a line in logical pixels; a shorter drag is the first of two clicks."""

_LIGHT, _DARK = QColor(255, 255, 255), QColor(0, 0, 0, 200)


class LineDrag(PaneDrag):
    """Draws a line by a drag, or by a click at each end; inactive until `ask` is called.

    Signals:
        drawn: (float) the length of the line in photo pixels.
    """

    drawn = Signal(float)

    def __init__(self, pane: Canvas, parent: QObject | None = None) -> None:
        super().__init__(pane, parent)
        self._begun: QPointF | None = None
        self._line = _Line(pane)

    def ask(self) -> None:
        """Take the next drag, or the next two clicks; Escape cancels."""
        self.begin(translate("View", "Draw a line of a known length. Press Esc to cancel."))

    def cancel(self) -> None:
        """Cancel the line."""
        self._begun = None
        self._line.hide()
        super().cancel()

    def follow(self, event: QMouseEvent) -> None:
        """Follow the line."""
        at, kind = event.position(), event.type()
        left = event.button() == Qt.MouseButton.LeftButton
        if kind == QEvent.Type.MouseButtonPress and left and self._begun is None:
            self._begun = at
        elif self._begun is not None:
            self._line.show_line(self._begun, at)
            away = at - self._begun
            ended = kind == QEvent.Type.MouseButtonRelease and left
            if ended and math.hypot(away.x(), away.y()) >= SHORTEST:
                view = self._pane.view
                ratio = self._pane.devicePixelRatioF()
                length = math.hypot(away.x(), away.y()) * ratio / view.camera.magnification
                self.cancel()
                self.drawn.emit(length)


class _Line(QWidget):
    """The line, over the pane."""

    def __init__(self, pane: QWidget) -> None:
        super().__init__(pane)
        self._ends = QPointF(), QPointF()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def show_line(self, begun: QPointF, ended: QPointF) -> None:
        """Show the line between two points of the pane."""
        pane = self.parentWidget()
        self._ends = begun, ended
        if pane is not None:
            self.setGeometry(pane.rect())
        self.show()
        self.raise_()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for colour, width in ((_DARK, 4), (_LIGHT, 2)):
            painter.setPen(QPen(colour, width))
            painter.drawLine(*self._ends)
            for end in self._ends:
                painter.drawEllipse(end, 3, 3)
