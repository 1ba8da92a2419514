"""Prints a view with a caption."""

from PySide6.QtCore import QMarginsF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPageLayout, QPageSize, QPainter
from PySide6.QtPrintSupport import QPrinter

from cozviewer.jobs.images import to_qimage
from cozviewer.ui.files.seen import Seen
from cozviewer.util.text import visible_line
from cozviewer.util.translation import translate

MARGIN_MM = 15.0
CAPTION_POINTS = 9.0
GAP_POINTS = 8.0
"""Margins of the page, size of the line, and the space above it."""

DPI = 300
"""Resolution of a printer file."""


def printer_for(seen: Seen) -> QPrinter:
    """Return a printer with a page that suits a view."""
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setDocName(seen.name)
    printer.setCreator("cozviewer")
    printer.setResolution(DPI)
    height, width = seen.pixels.shape[:2]
    landscape = QPageLayout.Orientation.Landscape
    printer.setPageOrientation(landscape if width > height else QPageLayout.Orientation.Portrait)
    if not printer.pageLayout().pageSize().isValid():
        printer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    margins = QMarginsF(MARGIN_MM, MARGIN_MM, MARGIN_MM, MARGIN_MM)
    printer.setPageMargins(margins, QPageLayout.Unit.Millimeter)
    return printer


def caption_of(seen: Seen) -> str:
    """Return the line below a printed view: file, magnification, and what is generated."""
    parts = [visible_line(seen.name), seen.magnification, seen.detail]
    if seen.generated:
        parts.append(translate("Files", "detail beyond 100% is AI-generated and may not be real"))
    return " · ".join(parts)


def print_view(printer: QPrinter, seen: Seen) -> bool:
    """Print a view, as large as the margins allow; return whether the printer took it.

    Takes a moment for a printer on the network; the printing system does the rest itself.
    """
    painter = QPainter()
    if not painter.begin(printer):
        return False
    try:
        unit = printer.resolution() / 72
        page = QRectF(printer.pageLayout().paintRectPixels(printer.resolution()))
        page.moveTo(0, 0)
        font = QFont(painter.font())
        font.setPointSizeF(CAPTION_POINTS)
        painter.setFont(font)
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap
        caption = caption_of(seen)
        room = QRect(0, 0, round(page.width()), round(page.height()))
        text = QRectF(painter.fontMetrics().boundingRect(room, int(flags), caption))
        image = to_qimage(seen.on_white)
        space = page.height() - text.height() - GAP_POINTS * unit
        scale = min(page.width() / image.width(), max(1.0, space) / image.height())
        width, height = scale * image.width(), scale * image.height()
        top = max(0.0, (space - height) / 2)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRectF((page.width() - width) / 2, top, width, height), image)
        painter.setPen(QColor(70, 70, 70))
        below = QRectF(0, top + height + GAP_POINTS * unit, page.width(), text.height() + unit)
        painter.drawText(below, int(flags), caption)
    finally:
        done = painter.end()
    return done
