"""The histogram of a file's values, with a handle at the value that becomes black and one at the
value that becomes white."""

from enum import Enum

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from cozviewer.image.tone import Window
from cozviewer.ui.widgets.theme import shown_theme

HEIGHT, LEAST_HEIGHT = 110, 60
"""Logical pixels."""

INSET = 9
"""Logical pixels left and right of the plot, so that a handle at its end can be seen."""

HANDLE = 6
"""Half the width of a handle, and its height, in logical pixels."""

_RADIUS = 4
_COLOURS = (QColor(214, 78, 78), QColor(66, 168, 84), QColor(84, 120, 224))


class _Grip(Enum):
    LOW, HIGH, BOTH = range(3)


class TonePlot(QWidget):
    """The plot. What can be dragged here can be typed into fields as well, so that it takes no
    focus.

    Signals:
        dragged: (Window) A handle, or with the ground between them both, was dragged to here.
        dropped: The drag is over.
    """

    dragged = Signal(object)
    dropped = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._counts: NDArray[np.int64] | None = None
        self._span: Window = (0.0, 1.0)
        self._window: Window = (0.0, 1.0)
        self._grip: tuple[_Grip, float, Window] | None = None
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumHeight(LEAST_HEIGHT)

    def sizeHint(self) -> QSize:
        return QSize(240, HEIGHT)

    @property
    def span(self) -> Window:
        """The values from its left to its right end."""
        return self._span

    @property
    def dragging(self) -> bool:
        """Whether a handle is being dragged."""
        return self._grip is not None

    def show_counts(self, counts: NDArray[np.int64] | None, span: Window) -> None:
        """Show a histogram, or none.

        Args:
            counts: (bands, bins).
            span: The values from its left to its right end.
        """
        self._counts, self._span = counts, span
        self.update()

    def show_window(self, window: Window) -> None:
        """Show the handles at these values; those outside of the span are at its ends."""
        self._window = window
        self.update()

    # -- places ----------------------------------------------------------------------------------

    def x_of(self, value: float) -> float:
        """Return where a value is, in logical pixels."""
        low, high = self._span
        part = min(max((value - low) / (high - low), 0.0), 1.0)
        return INSET + part * self._room

    def _value_at(self, x: float) -> float:
        low, high = self._span
        return low + (x - INSET) / self._room * (high - low)

    @property
    def _room(self) -> float:
        return max(1.0, self.width() - 2 * INSET)

    def _grip_at(self, x: float) -> _Grip:
        low, high = map(self.x_of, self._window)
        near_low, near_high = abs(x - low), abs(x - high)
        if min(near_low, near_high) > HANDLE + 2 and low < x < high:
            return _Grip.BOTH
        if low == high:  # both at one end: the one that can leave it
            return _Grip.HIGH if x >= high else _Grip.LOW
        return _Grip.LOW if near_low < near_high else _Grip.HIGH

    # -- events ----------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._counts is not None:
            x = event.position().x()
            self._grip = self._grip_at(x), self._value_at(x), self._window
            if self._grip[0] is not _Grip.BOTH:
                self._drag(x)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        if self._grip is not None:
            self._drag(x)
        elif self._counts is not None:
            both = self._grip_at(x) is _Grip.BOTH
            self.setCursor(Qt.CursorShape.OpenHandCursor if both else Qt.CursorShape.SplitHCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._grip is not None:
            self._grip = None
            self.dropped.emit()

    def _drag(self, x: float) -> None:
        assert self._grip is not None
        grip, start, (low, high) = self._grip
        value = self._value_at(min(max(x, INSET), INSET + self._room))
        least = (self._span[1] - self._span[0]) / self._room / 4
        match grip:
            case _Grip.LOW:
                low = min(value, high - least)
            case _Grip.HIGH:
                high = max(value, low + least)
            case _Grip.BOTH:
                low, high = low + value - start, high + value - start
        if low < high:
            self.show_window((low, high))
            self.dragged.emit((low, high))

    # -- painting --------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), shown_theme()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(INSET - 1, 0.5, self._room + 2, self.height() - HANDLE - 4)
        painter.setPen(QColor(theme.line))
        painter.setBrush(QColor(theme.window))
        painter.drawRoundedRect(box, _RADIUS, _RADIUS)
        if self._counts is None:
            return
        inside = box.adjusted(1, 2, -1, -1)
        quiet = QColor(theme.quiet)
        several = len(self._counts) > 1
        for row, heights in enumerate(_heights(self._counts)):
            colour = QColor(_COLOURS[row]) if several else quiet
            colour.setAlpha(110 if several else 190)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawPolygon(QPolygonF(_outline(heights, inside)))
        low, high = map(self.x_of, self._window)
        shade = QColor(theme.bar)
        shade.setAlpha(150)
        painter.fillRect(QRectF(inside.x(), inside.y(), low - inside.x(), inside.height()), shade)
        painter.fillRect(QRectF(high, inside.y(), inside.right() - high, inside.height()), shade)
        for x, fill in ((low, QColor("#000000")), (high, QColor("#ffffff"))):
            painter.setPen(QPen(QColor(theme.accent), 1.5))
            painter.drawLine(QPointF(x, box.y()), QPointF(x, box.bottom()))
            painter.setBrush(fill)
            tip, below = box.bottom() - 1, box.bottom() + HANDLE + 2
            painter.drawPolygon(
                QPolygonF([QPointF(x, tip), QPointF(x + HANDLE, below), QPointF(x - HANDLE, below)])
            )


def _heights(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return logarithmic heights, 0..1, so that rare values can be seen."""
    heights = np.log1p(counts.astype(np.float64))
    return heights / max(float(heights.max()), 1e-9)


def _outline(heights: NDArray[np.float64], box: QRectF) -> list[QPointF]:
    step = box.width() / len(heights)
    edge = [
        QPointF(box.x() + (place + side) * step, box.bottom() - height * box.height())
        for place, height in enumerate(heights)
        for side in (0, 1)
    ]
    return [QPointF(box.x(), box.bottom()), *edge, QPointF(box.right(), box.bottom())]
