"""The labels of compared images: short texts on dark plates in the corners of a pane."""

from PySide6.QtCore import QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter

from cozviewer.ui.view.labels import INK, PLATE
from cozviewer.util.text import visible_line

MARGIN = 12
"""Logical pixels between a label and the edges."""

PADDING = 10
"""Logical pixels between the text and the left and right edge of its plate."""

CORNER = 6
"""Radius of the corners of a plate in logical pixels."""


def label_font(font: QFont) -> QFont:
    """Return the font of labels."""
    bold = QFont(font)
    bold.setWeight(QFont.Weight.DemiBold)
    return bold


def label_height(font: QFont) -> float:
    """Return the height of a label in logical pixels."""
    return QFontMetricsF(label_font(font)).height() + 10


def label_box(
    text: str, area: QRect, font: QFont, *, right: bool = False, top: bool = False
) -> QRectF:
    """Return the plate of a label in a corner of an area, in logical pixels: the lower left one
    by default. It is never wider than the area."""
    room = area.width() - 2 * MARGIN
    width = min(QFontMetricsF(label_font(font)).horizontalAdvance(visible_line(text)), room)
    size = QSizeF(max(0.0, width + 2 * PADDING), label_height(font))
    size.setWidth(min(size.width(), room))
    x = area.x() + (area.width() - MARGIN - size.width() if right else MARGIN)
    y = area.y() + (MARGIN if top else area.height() - MARGIN - size.height())
    return QRectF(x, y, size.width(), size.height())


def draw_side_label(
    painter: QPainter,
    text: str,
    area: QRect,
    font: QFont,
    *,
    right: bool = False,
    top: bool = False,
) -> None:
    """Draw a label in a corner of an area; see `label_box`. A text that is too long is elided, and
    nothing is drawn where there is no room at all."""
    box = label_box(text, area, font, right=right, top=top)
    room = box.width() - 2 * PADDING
    if room < box.height():
        return
    bold = label_font(font)
    shown = QFontMetricsF(bold).elidedText(visible_line(text), Qt.TextElideMode.ElideRight, room)
    painter.save()
    painter.setFont(bold)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(PLATE)
    painter.drawRoundedRect(box, CORNER, CORNER)
    painter.setPen(INK)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, shown)
    painter.restore()
