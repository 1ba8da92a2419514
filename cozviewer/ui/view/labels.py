"""Labels and legends over the image: short texts on dark plates, readable on any background."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen

from cozviewer.chain.trust.overlays import Mark
from cozviewer.pyramid.scale_bar import ScaleBar
from cozviewer.util.text import visible_line

PLATE = QColor(0, 0, 0, 170)
INK = QColor(240, 240, 240)

BAR, OUTLINE = QColor(255, 255, 255), QColor(0, 0, 0, 215)
BAR_HEIGHT = 4.0
"""Of a scale bar, in logical pixels."""


def draw_label(painter: QPainter, text: str, corner: QPoint, font: QFont) -> None:
    """Draw a text on a plate whose upper left corner is at `corner`, in logical pixels."""
    text = visible_line(text)
    bold = QFont(font)
    bold.setWeight(QFont.Weight.DemiBold)
    width = QFontMetricsF(bold).horizontalAdvance(text) + 20
    height = QFontMetricsF(bold).height() + 10
    box = QRectF(corner.x(), corner.y(), width, height)
    painter.save()
    painter.setFont(bold)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(PLATE)
    painter.drawRoundedRect(box, 6, 6)
    painter.setPen(INK)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()


def draw_legend(painter: QPainter, legend: Sequence[Mark], corner: QPoint, font: QFont) -> None:
    """Draw the legend of an overlay on one plate.

    Args:
        corner: The plate's lower left corner in logical pixels.
    """
    metrics = QFontMetricsF(font)
    line, side = metrics.height() + 6, metrics.ascent()
    width = max(metrics.horizontalAdvance(mark.text) for mark in legend) + side + 34
    height = line * len(legend) + 12
    painter.save()
    painter.setFont(font)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(PLATE)
    top = corner.y() - height
    painter.drawRoundedRect(QRectF(corner.x(), top, width, height), 6, 6)
    for row, mark in enumerate(legend):
        y = top + 6 + row * line
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(*mark.colour))
        box = QRectF(corner.x() + 12, y + (line - side) / 2, side, side)
        if mark.dotted:
            for across, down in ((0.2, 0.2), (0.8, 0.2), (0.5, 0.5), (0.2, 0.8), (0.8, 0.8)):
                at = QPointF(box.x() + across * side, box.y() + down * side)
                painter.drawEllipse(at, side / 10, side / 10)
        else:
            painter.drawRoundedRect(box, 3, 3)
        painter.setPen(INK)
        text = QRectF(corner.x() + 22 + side, y, width, line)
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, mark.text)
    painter.restore()


def scale_bar_height(font: QFont) -> int:
    """Return the height of a scale bar and its label in logical pixels."""
    return round(QFontMetricsF(font).height() + BAR_HEIGHT + 4)


def draw_scale_bar(
    painter: QPainter, bar: ScaleBar, corner: QPoint, font: QFont, ratio: float
) -> None:
    """Draw a scale bar: light with a dark outline, so that it is seen on any background.

    Args:
        bar: Its length is in device pixels.
        corner: The lower left corner in logical pixels.
        ratio: Device pixels per logical pixel.
    """
    bold = QFont(font)
    bold.setWeight(QFont.Weight.DemiBold)
    length = round(bar.length) / ratio
    box = QRectF(corner.x() + 1, corner.y() - 1 - BAR_HEIGHT, length, BAR_HEIGHT)
    metrics = QFontMetricsF(bold)
    left = box.center().x() - metrics.horizontalAdvance(bar.label) / 2
    text = QPainterPath()
    text.addText(QPointF(max(corner.x() + 1, left), box.top() - 4), bold, bar.label)
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.fillRect(box.adjusted(-1, -1, 1, 1), OUTLINE)
    painter.fillRect(box, BAR)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.strokePath(
        text,
        QPen(OUTLINE, 3, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin),
    )
    painter.fillPath(text, BAR)
    painter.restore()
