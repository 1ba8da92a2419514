"""A subtle outline around the area that is being generated.

It is painted over the layers of a pane with the current camera, so it follows every motion at once.
While it pulses, only the outline itself is repainted.
"""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QObject, QRect, QRectF, Qt, QTimer, Signal, SignalInstance, Slot
from PySide6.QtGui import QColor, QPainter, QPen, QRegion
from PySide6.QtWidgets import QWidget

from cozviewer.chain.chain import Progress
from cozviewer.image.rect import Rect
from cozviewer.jobs.document import Document
from cozviewer.pyramid.camera import View
from cozviewer.ui.view.navigator import Navigator
from cozviewer.ui.view.painting.painter import turning

TICK_MS = 100
"""Time between two updates of the outline."""

BREATH_SECONDS = 2.4
"""Period of the pulse."""

STRENGTH = (0.3, 0.8)
"""Minimum and maximum opacity; with reduced motion the mean is used."""

LINES = ((5, QColor(0, 0, 0, 70)), (3, QColor(0, 0, 0, 140)), (1, QColor(255, 255, 255)))
"""Widths in logical pixels and colours, painted over each other: a light line with a soft dark
edge is visible on light and dark images."""

INSET = 3.0
"""Distance of the line from the edge of the view in logical pixels."""

ROUNDING = 3.0
"""Radius of its corners in logical pixels."""


class DrawingMark(QObject):
    """The outline on one pane.

    Signals:
        changed: (QRegion) it has to be repainted there, in pixels of the pane.
    """

    changed = Signal(QRegion)

    def __init__(self, navigator: Navigator, pane: QWidget) -> None:
        """Create an outline that marks nothing.

        Args:
            navigator: Holds the setting for reduced motion.
            pane: The pane whose `paintEvent` draws it.
        """
        super().__init__(pane)
        self._navigator, self._pane = navigator, pane
        self._z = 0
        self._region: Rect | None = None
        self._since = 0.0
        self._allowed, self._left_out = True, False
        self._document: Document | None = None
        self._tick = QTimer(self)
        self._tick.setInterval(TICK_MS)
        self._tick.timeout.connect(self._breathe)
        self._painted = QRegion()
        navigator.gesture_started.connect(self._on_end)  # which interrupts the work

    def set_document(self, document: Document | None) -> None:
        """Follow the progress of a document."""
        if document is self._document:
            return
        if self._document is not None:
            self._document.progressed.disconnect(self._on_progress)
            for ended in self._ends(self._document):
                ended.disconnect(self._on_end)
        self._document = document
        if document is not None:
            document.progressed.connect(self._on_progress)
            for ended in self._ends(document):
                ended.connect(self._on_end)
        self._on_end()

    def allow(self, allowed: bool) -> None:
        """Switch the outline on or off."""
        if allowed != self._allowed:
            self._allowed = allowed
            self.changed.emit(QRegion(self._pane.rect()))

    @staticmethod
    def _ends(document: Document) -> tuple[SignalInstance, ...]:
        return document.refined, document.stopped, document.exported, document.export_ended

    @Slot(object)
    def _on_progress(self, progress: Progress) -> None:
        if (progress.drawing, progress.z) == (self._region, self._z):
            return
        if self._region is None:
            self._since = time.monotonic()
        self._region, self._z = progress.drawing, progress.z
        if self._region is None:
            self._on_end()
        else:
            self._tick.start()
            self.changed.emit(QRegion(self._pane.rect()))

    @Slot()
    def _on_end(self) -> None:
        """Hide the outline, as generating has ended."""
        self._region = None
        self._tick.stop()
        self.changed.emit(self._painted)

    @contextmanager
    def left_out(self) -> Iterator[None]:
        """Do not paint it within the block."""
        self._left_out = True
        try:
            yield
        finally:
            self._left_out = False

    def draw(self, painter: QPainter, view: View, ratio: float) -> None:
        """Draw it, if anything of it is in the view.

        Args:
            painter: In device pixels (1 unit = 1 view pixel); its state is restored.
            view: The view of the pane.
            ratio: Device pixels per logical pixel.
        """
        box = self._box(view, ratio) if self._allowed and not self._left_out else None
        if box is None:
            self._painted = QRegion()
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setOpacity(self._strength())
        for width, colour in LINES:
            painter.setPen(QPen(colour, width * ratio))
            painter.drawRoundedRect(box, ROUNDING * ratio, ROUNDING * ratio)
        painter.restore()
        around = math.ceil(max(width for width, _ in LINES) / 2 + ROUNDING)
        place = QRectF(
            box.x() / ratio, box.y() / ratio, box.width() / ratio, box.height() / ratio
        ).toAlignedRect()
        inner = place.adjusted(around, around, -around, -around)
        self._painted = QRegion(place.adjusted(-around, -around, around, around))
        self._painted -= QRegion(inner if inner.isValid() else QRect())

    def _box(self, view: View, ratio: float) -> QRectF | None:
        """Return the rectangle of the line as it is shown, in pixels of the view; None if it would
        not be visible."""
        if self._region is None:
            return None
        region = self._region.intersected(view.level_region(self._z).grown(1))
        if region.empty:
            return None
        left, top = view.view_x(self._z, region.x), view.view_y(self._z, region.y)
        right, bottom = view.view_x(self._z, region.right), view.view_y(self._z, region.bottom)
        inside = QRectF(0, 0, *view.shown_size)
        inset = INSET * ratio
        place = turning(view).mapRect(QRectF(left, top, right - left, bottom - top))
        seen = place.intersected(inside)
        box = seen.intersected(inside.adjusted(inset, inset, -inset, -inset))
        if box.width() <= inset or box.height() <= inset:
            return None
        half = round(ratio) % 2 / 2  # a line of odd width is sharp if it runs through pixel centres
        corners = (round(edge) for edge in (box.left(), box.top(), box.right(), box.bottom()))
        x, y, right, bottom = corners
        return QRectF(x + half, y + half, right - x - 2 * half, bottom - y - 2 * half)

    def _strength(self) -> float:
        least, most = STRENGTH
        if self._navigator.reduced_motion:
            return (least + most) / 2
        breath = (time.monotonic() - self._since) / BREATH_SECONDS
        return least + (most - least) * (0.5 - 0.5 * math.cos(2 * math.pi * breath))

    @Slot()
    def _breathe(self) -> None:
        if not self._navigator.reduced_motion:
            self.changed.emit(self._painted)
