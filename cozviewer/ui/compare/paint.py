"""Two images in one pane: split view, blink, loupe and difference."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPainterPath, QPen

from cozviewer.jobs.images import to_qimage, to_rgb8
from cozviewer.ui.compare.side_labels import draw_side_label
from cozviewer.ui.view.labels import draw_label
from cozviewer.ui.view.layer import Layer
from cozviewer.util.translation import QT_TRANSLATE_NOOP, translate, translate_marked

LENS_RADIUS = 150
"""Logical pixels, unless the loupe was made larger or smaller."""

GAINS = (1, 2, 4, 8, 16, 32)
"""Factors that a difference can be amplified by."""

_LINE = QColor(255, 255, 255, 235)
_SHADOW = QColor(0, 0, 0, 130)


class Mode(Enum):
    """How images are compared; the value is the English title, see `mode_title`."""

    CURTAIN = QT_TRANSLATE_NOOP("Compare", "Split View")
    SIDE = QT_TRANSLATE_NOOP("Compare", "Side by Side")
    GRID = QT_TRANSLATE_NOOP("Compare", "Grid")
    BLINK = QT_TRANSLATE_NOOP("Compare", "Blink")
    LENS = QT_TRANSLATE_NOOP("Compare", "Loupe")
    DIFFERENCE = QT_TRANSLATE_NOOP("Compare", "Difference")

    @property
    def in_one_pane(self) -> bool:
        """Whether both images are in one pane."""
        return self not in (Mode.SIDE, Mode.GRID)


def mode_title(mode: Mode) -> str:
    """Return the title of a mode in the language of the user."""
    return translate_marked("Compare", mode.value)


@dataclass
class Over:
    """The second image of a pane and how it is shown.

    Attributes:
        layer: The image.
        mode: One that is `in_one_pane`.
        names: Returns what both images are called, the pane's own first.
        labels: Returns the labels of both images, the pane's own first.
        divider: Returns the position of the CURTAIN's divider, 0..1.
        second_left: Of CURTAIN: whether the second image stands left of the divider.
        held: Of BLINK: whether the second image is shown.
        at: Of LENS: the cursor in logical pixels; None while it is elsewhere.
        radius: Of LENS: its radius in logical pixels.
        gain: Of DIFFERENCE: the factor of amplification.
    """

    layer: Layer
    mode: Mode
    names: Callable[[], tuple[str, str]]
    labels: Callable[[], tuple[str, str]]
    divider: Callable[[], float]
    second_left: bool = False
    held: bool = False
    at: QPoint | None = None
    radius: int = LENS_RADIUS
    gain: int = 8
    _difference: tuple[tuple[int, int, int], QImage] | None = field(default=None, repr=False)

    def second_at(self, x: float, y: float, width: int) -> bool | None:
        """Return whether the second image is what is shown at a place; None where neither is.

        Args:
            x, y: The place in logical pixels of the pane.
            width: Of the pane.
        """
        if self.mode is Mode.CURTAIN:
            return (x < round(self.divider() * width)) == self.second_left
        if self.mode is Mode.BLINK:
            return self.held
        if self.mode is Mode.LENS:
            inside = self.at is not None and (
                math.hypot(x - self.at.x(), y - self.at.y()) <= self.radius
            )
            return inside
        return None

    def paint_labels(self, painter: QPainter, main: Layer, size: QSize, font: QFont) -> None:
        """Write the labels into the lower corners; in logical pixels.

        Args:
            main: The pane's own image.
        """
        first, second = self.labels()
        whole = QRect(QPoint(0, 0), size)
        if self.mode is Mode.CURTAIN:
            self._paint_side_labels(painter, whole, font)
        elif self.mode is Mode.DIFFERENCE:
            draw_side_label(painter, self.difference_text(main), whole, font)
        elif self.mode is Mode.BLINK:
            draw_side_label(painter, second if self.held else first, whole, font)
        else:
            draw_side_label(painter, first, whole, font)
            if self.at is not None:
                below = QPoint(self.at.x() - self.radius // 2, self.at.y() + self.radius + 8)
                draw_label(painter, second, below, font)

    def _paint_side_labels(self, painter: QPainter, whole: QRect, font: QFont) -> None:
        """Write a label into the outer lower corner of each side of the divider."""
        x = round(self.divider() * whole.width())
        left, right = QRect(whole), QRect(whole)
        left.setWidth(x)
        right.setLeft(x)
        one, other = self.labels()[:: -1 if self.second_left else 1]
        draw_side_label(painter, one, left, font)
        draw_side_label(painter, other, right, font, right=True)

    def difference_text(self, main: Layer) -> str:
        """Return the label of a difference, which states whether it is complete."""
        first, second = self.names()
        if self.difference(main) is None:
            return translate(
                "Compare", "{name}. The difference appears when both images are ready."
            ).format(name=first)
        text = translate("Compare", "Difference (gain {gain}×): {first} − {second}").format(
            gain=self.gain, first=first, second=second
        )
        if main.frame_is_final and self.layer.frame_is_final:
            return text
        return translate("Compare", "{text} (incomplete: parts are only enlarged)").format(
            text=text
        )

    def difference(self, main: Layer) -> QImage | None:
        """Return the amplified difference of both exact frames: grey where they agree; None while
        one is missing."""
        one, other = main.shown_frame, self.layer.shown_frame
        if one is None or other is None or one.size() != other.size():
            return None
        key = (one.cacheKey(), other.cacheKey(), self.gain)
        if self._difference is None or self._difference[0] != key:
            away = to_rgb8(one).astype(np.int16) - to_rgb8(other)
            alpha = main.shown_alpha
            if alpha is not None:  # nothing is seen of what differs under transparent parts
                away = (away * (alpha[..., None] / np.float32(255))).astype(np.int16)
            shown = np.clip(128 + self.gain * away, 0, 255).astype(np.uint8)
            self._difference = key, to_qimage(shown)
        return self._difference[1]


def paint_over(painter: QPainter, main: Layer, over: Over, whole: QRect, ratio: float) -> None:
    """Draw both images as the mode defines.

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
            _paint_lens(painter, over, over.at, whole, ratio)
    else:
        image = over.difference(main)
        if image is None:
            main.draw(painter, whole)
        else:
            painter.drawImage(QPoint(0, 0), image)


def _paint_curtain(painter: QPainter, main: Layer, over: Over, whole: QRect, ratio: float) -> None:
    x = round(over.divider() * whole.width())
    left, right = (over.layer, main) if over.second_left else (main, over.layer)
    left.draw(painter, QRect(0, 0, x, whole.height()))
    right.draw(painter, QRect(x, 0, whole.width() - x, whole.height()))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for colour, width in ((_SHADOW, 5 * ratio), (_LINE, 2 * ratio)):
        painter.setPen(QPen(colour, width))
        painter.drawLine(QPointF(x, 0), QPointF(x, whole.height()))


def _paint_lens(painter: QPainter, over: Over, at: QPoint, whole: QRect, ratio: float) -> None:
    layer, radius = over.layer, over.radius * ratio
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
