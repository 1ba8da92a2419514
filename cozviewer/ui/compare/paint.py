"""Two images in one pane: split view, blink, loupe and difference."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPainterPath, QPen

from cozviewer.jobs.images import to_qimage, to_rgb8
from cozviewer.ui.view.labels import draw_label
from cozviewer.ui.view.layer import Layer

LENS_RADIUS = 150
"""Logical pixels."""

GAINS = (1, 2, 4, 8, 16, 32)
"""Factors that a difference can be amplified by."""

_LINE = QColor(255, 255, 255, 220)
_SHADOW = QColor(0, 0, 0, 120)


class Mode(Enum):
    """How two images are compared; the value is the title."""

    SIDE = "Side by Side"
    CURTAIN = "Split View"
    BLINK = "Blink"
    LENS = "Loupe"
    DIFFERENCE = "Difference"


@dataclass
class Over:
    """The second image of a pane and how it is shown.

    Attributes:
        layer: The image.
        mode: Any but SIDE, where the second image has a pane of its own.
        names: Returns the labels of both images, the pane's own first.
        divider: Returns the position of the CURTAIN's divider, 0..1.
        held: Of BLINK: whether the second image is shown.
        at: Of LENS: the cursor in logical pixels; None while it is elsewhere.
        gain: Of DIFFERENCE: the factor of amplification.
    """

    layer: Layer
    mode: Mode
    names: Callable[[], tuple[str, str]]
    divider: Callable[[], float]
    held: bool = False
    at: QPoint | None = None
    gain: int = 8
    _difference: tuple[tuple[int, int, int], QImage] | None = field(default=None, repr=False)

    def paint_labels(self, painter: QPainter, main: Layer, size: QSize, font: QFont) -> None:
        """Write the labels into the corners; in logical pixels.

        Args:
            main: The pane's own image.
        """
        first, second = self.names()
        left = QPoint(12, 12)
        if self.mode is Mode.DIFFERENCE:
            draw_label(painter, self.difference_text(main), left, font)
        elif self.mode is Mode.BLINK:
            shown = second if self.held else f"{first} (hold B to switch)"
            draw_label(painter, shown, left, font)
        else:
            draw_label(painter, first, left, font)
            if self.mode is Mode.CURTAIN:
                at = QPoint(round(self.divider() * size.width()) + 12, 12)
                draw_label(painter, second, at, font)
            elif self.at is not None:
                below = QPoint(self.at.x() - LENS_RADIUS // 2, self.at.y() + LENS_RADIUS + 8)
                draw_label(painter, second, below, font)

    def difference_text(self, main: Layer) -> str:
        """Return the label of a difference, which says whether it is complete."""
        first, second = self.names()
        if self.difference(main) is None:
            return f"{first}. The difference appears when both images are ready."
        names = " \N{MINUS SIGN} ".join(name.partition(" · ")[0] for name in (first, second))
        text = f"Difference (gain {self.gain}×): {names}"
        finished = main.frame_is_final and self.layer.frame_is_final
        return text if finished else f"{text} (incomplete: parts are only enlarged)"

    def difference(self, main: Layer) -> QImage | None:
        """Return the amplified difference of both exact frames: grey where they agree; None while
        one is missing."""
        one, other = main.shown_frame, self.layer.shown_frame
        if one is None or other is None or one.size() != other.size():
            return None
        key = (one.cacheKey(), other.cacheKey(), self.gain)
        if self._difference is None or self._difference[0] != key:
            away = to_rgb8(one).astype(np.int16) - to_rgb8(other)
            shown = np.clip(128 + self.gain * away, 0, 255).astype(np.uint8)
            self._difference = key, to_qimage(shown)
        return self._difference[1]


def paint_over(painter: QPainter, main: Layer, over: Over, whole: QRect, ratio: float) -> None:
    """Draw both images as the mode has it.

    Args:
        painter: In device pixels.
        main: The pane's own image.
        whole: The pane, in device pixels.
        ratio: Device pixels per logical pixel.
    """
    if over.mode is Mode.CURTAIN:
        _paint_curtain(painter, main, over, whole, ratio)
    elif over.mode is Mode.BLINK:
        (over.layer if over.held else main).draw(painter, whole)
    elif over.mode is Mode.LENS:
        main.draw(painter, whole)
        if over.at is not None:
            _paint_lens(painter, over.layer, over.at, whole, ratio)
    else:
        image = over.difference(main)
        if image is None:
            main.draw(painter, whole)
        else:
            painter.drawImage(QPoint(0, 0), image)


def _paint_curtain(painter: QPainter, main: Layer, over: Over, whole: QRect, ratio: float) -> None:
    x = round(over.divider() * whole.width())
    main.draw(painter, QRect(0, 0, x, whole.height()))
    over.layer.draw(painter, QRect(x, 0, whole.width() - x, whole.height()))
    middle = whole.height() / 2
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for colour, width in ((_SHADOW, 4 * ratio), (_LINE, 1.6 * ratio)):
        painter.setPen(QPen(colour, width))
        painter.drawLine(QPointF(x, 0), QPointF(x, whole.height()))
    painter.setPen(QPen(_SHADOW, ratio))
    painter.setBrush(_LINE)
    painter.drawEllipse(QPointF(x, middle), 13 * ratio, 13 * ratio)
    painter.setPen(QPen(QColor(40, 40, 45), 1.8 * ratio))
    for way in (-1, 1):
        tip, back, up = x + way * 7 * ratio, x + way * 3 * ratio, 4 * ratio
        painter.drawLine(QPointF(tip, middle), QPointF(back, middle - up))
        painter.drawLine(QPointF(tip, middle), QPointF(back, middle + up))


def _paint_lens(painter: QPainter, layer: Layer, at: QPoint, whole: QRect, ratio: float) -> None:
    radius = LENS_RADIUS * ratio
    middle = QPointF(at.x() * ratio, at.y() * ratio)
    box = QRect(
        round(middle.x() - radius), round(middle.y() - radius), round(2 * radius), round(2 * radius)
    ).intersected(whole)
    if box.isEmpty():
        return
    # Painters are slow in round clips, so the layer is drawn into a square image first.
    square = QImage(box.size(), QImage.Format.Format_RGB32)
    inner = QPainter(square)
    inner.translate(-box.topLeft())
    layer.draw(inner, box)
    inner.end()
    circle = QPainterPath()
    circle.addEllipse(middle, radius, radius)
    painter.save()
    painter.setClipPath(circle)
    painter.drawImage(box.topLeft(), square)
    painter.restore()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, width in ((_SHADOW, 4 * ratio), (_LINE, 1.6 * ratio)):
        painter.setPen(QPen(colour, width))
        painter.drawEllipse(middle, radius, radius)
