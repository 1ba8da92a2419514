"""Draws a histogram: red, green and blue as areas, luminance as a line."""

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from cozviewer.image.facts.histogram import Histogram
from cozviewer.ui.widgets.theme import shown_theme

CHANNELS = (QColor(156, 30, 30), QColor(18, 120, 34), QColor(18, 42, 158))
"""Of red, green and blue; where they overlap, they add up to grey."""

HEIGHT, LEAST_HEIGHT, MOST_HEIGHT = 104, 36, 200
"""Preferred, minimum and maximum height in logical pixels."""

RADIUS = 4


class HistogramPlot(QWidget):
    """The plot. What it shows by colour is available as text where the pointer is, see `pointed`.

    Attributes:
        logarithmic: Whether the heights are logarithms of the counts.

    Signals:
        pointed: (int) the value under the pointer, 0..255; -1 if there is none.
    """

    pointed = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.logarithmic = False
        self._histogram: Histogram | None = None
        self._value = -1
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(LEAST_HEIGHT)
        self.setMaximumHeight(MOST_HEIGHT)

    def sizeHint(self) -> QSize:
        return QSize(256, HEIGHT)

    def show_histogram(self, histogram: Histogram | None) -> None:
        """Show a histogram, or an empty plot."""
        self._histogram = histogram
        self.update()

    def set_logarithmic(self, logarithmic: bool) -> None:
        """Draw logarithms of the counts, or the counts."""
        self.logarithmic = logarithmic
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        value = math.floor(event.position().x() / max(1, self.width()) * 256)
        self._point(min(255, max(0, value)))

    def leaveEvent(self, event: object) -> None:
        self._point(-1)

    def _point(self, value: int) -> None:
        if value != self._value:
            self._value = value
            self.pointed.emit(value)
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), shown_theme()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QColor(theme.line))
        painter.setBrush(QColor(theme.window))
        painter.drawRoundedRect(box, RADIUS, RADIUS)
        inside = box.adjusted(1, 1, -1, -1)
        for quarter in (1, 2, 3):
            x = inside.x() + inside.width() * quarter / 4
            painter.drawLine(QPointF(x, inside.y()), QPointF(x, inside.bottom()))
        if self._histogram is not None and self._histogram.pixels:
            heights = relative_heights(self._histogram, self.logarithmic)
            ratio = self.devicePixelRatioF()
            painter.drawImage(inside, _areas(heights, inside, ratio))
            painter.setPen(QPen(QColor(theme.text), 1.2))
            painter.drawPolyline(QPolygonF(_curve(heights[3], inside)))
        if self._value >= 0:
            x = inside.x() + inside.width() * (self._value + 0.5) / 256
            painter.setPen(QPen(QColor(theme.quiet), 1))
            painter.drawLine(QPointF(x, inside.y()), QPointF(x, inside.bottom()))


def relative_heights(histogram: Histogram, logarithmic: bool) -> NDArray[np.float64]:
    """Return the heights of the plot, (4, 256), in 0..1.

    The highest count of all values but 0 and 255 has the height 1: clipped pixels, which may be
    many, are cut off there, so that they do not flatten the rest.
    """
    counts = histogram.counts.astype(np.float64)
    highest = counts[:, 1:255].max()
    if highest == 0:
        highest = counts.max()
    if logarithmic:
        counts, highest = np.log1p(counts), np.log1p(highest)
    heights: NDArray[np.float64] = np.minimum(counts / max(highest, 1e-9), 1.0)
    return heights


def _curve(heights: NDArray[np.float64], box: QRectF) -> list[QPointF]:
    """Return the upper edge of one channel, from left to right."""
    step = box.width() / 256
    return [
        QPointF(box.x() + (value + 0.5) * step, box.bottom() - 0.96 * height * box.height())
        for value, height in enumerate(heights)
    ]


def _areas(heights: NDArray[np.float64], box: QRectF, ratio: float) -> QImage:
    """Return the areas of red, green and blue; their colours add up where they overlap."""
    size = QSize(max(1, round(box.width() * ratio)), max(1, round(box.height() * ratio)))
    image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    whole = QRectF(0, 0, size.width(), size.height())
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Plus)
    painter.setPen(Qt.PenStyle.NoPen)
    for channel, colour in enumerate(CHANNELS):
        ends = [QPointF(whole.right(), whole.bottom()), QPointF(0, whole.bottom())]
        edge = _curve(heights[channel], whole)
        first, last = QPointF(0, edge[0].y()), QPointF(whole.right(), edge[-1].y())
        painter.setBrush(colour)
        painter.drawPolygon(QPolygonF([first, *edge, last, *ends]))
    painter.end()
    return image
