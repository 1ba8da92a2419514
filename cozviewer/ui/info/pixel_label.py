"""The readout of the pixel under the pointer, a part of the status bar."""

from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from cozviewer.ui.view.pixel import Pixel
from cozviewer.ui.widgets.plain import Label, tool_tip
from cozviewer.ui.widgets.theme import shown_theme

SWATCH, GAP = 11, 7
"""Logical pixels: side of the swatch, and the space after it."""


class PixelLabel(Label):
    """A swatch of the colour, the place and the values; where it is narrow, without the place on a
    map. It keeps its width while it shows nothing, so that its neighbours do not move when the
    pointer enters or leaves the image."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.setObjectName("pixel")
        self._pixel: Pixel | None = None
        self._widest = self._widest_short = 0

    @Slot(object)
    def show_pixel(self, pixel: Pixel | None) -> None:
        """Show a pixel, or nothing."""
        self._pixel = pixel
        self.setText("" if pixel is None else pixel.text)
        parts = [] if pixel is None else [pixel.hex, pixel.origin]
        if pixel is not None and pixel.on_map is not None:
            parts.append(pixel.on_map.text)
        self.setToolTip(tool_tip(" · ".join(part for part in parts if part)))
        if pixel is not None:
            self._widest = max(self._widest, self._width_of(pixel.text))
            self._widest_short = max(self._widest_short, self._width_of(pixel.short_text))

    @Slot()
    def forget_width(self) -> None:
        """Take no more room than is needed from now on."""
        self._widest = self._widest_short = 0
        self.show_pixel(self._pixel)

    @property
    def least_width(self) -> int:
        """The width that it needs without the place on a map."""
        return self._widest_short

    def sizeHint(self) -> QSize:
        return QSize(self._widest, self.fontMetrics().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        pixel = self._pixel
        if pixel is None:
            return
        painter = QPainter(self)
        left = 0
        if pixel.rgb is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            # So that a colour like the bar's can be seen.
            painter.setPen(QColor(shown_theme().unavailable))
            painter.setBrush(QColor(*pixel.rgb))
            top = (self.height() - SWATCH) / 2
            painter.drawRoundedRect(QRectF(0.5, top + 0.5, SWATCH - 1, SWATCH - 1), 2, 2)
            left = SWATCH + GAP
        painter.setPen(self.palette().color(self.foregroundRole()))
        text = self.rect().adjusted(left, 0, 0, 0)
        fits = self._width_of(pixel.text) <= self.width()
        shown = pixel.text if fits else pixel.short_text
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, shown)

    def _width_of(self, text: str) -> int:
        return self.fontMetrics().horizontalAdvance(text) + SWATCH + GAP
