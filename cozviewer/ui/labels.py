"""What is written over a picture: short texts on dark plates, readable on any ground."""

from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

PLATE = QColor(0, 0, 0, 170)
INK = QColor(240, 240, 240)


def draw_label(painter: QPainter, text: str, corner: QPoint, font: QFont) -> None:
    """Draw a text on its plate, whose upper left corner is at `corner`, in logical pixels."""
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
