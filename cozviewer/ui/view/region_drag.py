"""Selecting a rectangle in a pane, to export what is in it."""

from fractions import Fraction

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QRubberBand

from cozviewer.image.rect import Rect
from cozviewer.pyramid.camera import View, camera_at
from cozviewer.ui.view.canvas import Canvas
from cozviewer.ui.view.pane_drag import PaneDrag
from cozviewer.util.translation import translate

SMALLEST = 8
"""Minimum side of a rectangle in logical pixels; anything smaller is a click."""


class RegionDrag(PaneDrag):
    """Selects a rectangle with a drag; inactive until `ask` is called.

    Signals:
        chosen: (View) the view of the selected rectangle, in the pixels of the pane.
    """

    chosen = Signal(object)

    def __init__(self, pane: Canvas, parent: QObject | None = None) -> None:
        super().__init__(pane, parent)
        self._begun: QPoint | None = None
        self._band = QRubberBand(QRubberBand.Shape.Rectangle, pane)

    def ask(self) -> None:
        """Select a rectangle with the next drag; Escape or a click cancels."""
        self.begin(translate("View", "Drag to select an area. Press Esc to cancel."))

    def cancel(self) -> None:
        """Cancel the selection."""
        self._begun = None
        self._band.hide()
        super().cancel()

    def follow(self, event: QMouseEvent) -> None:
        """Follow the drag."""
        at, kind = event.position().toPoint(), event.type()
        if kind == QEvent.Type.MouseButtonPress and event.button() == Qt.MouseButton.LeftButton:
            self._begun = at
        elif kind == QEvent.Type.MouseMove and self._begun is not None:
            box = self._box(at)
            self._band.setGeometry(box)
            self._band.show()
            ratio = self._pane.devicePixelRatioF()
            width, height = (f"{round(side * ratio):,}" for side in box.size().toTuple())
            size = translate("View", "{width} × {height} pixels")
            text = size.format(width=width, height=height)
            self.show_hint(text, box.bottomLeft() + QPoint(0, 8))
        elif kind == QEvent.Type.MouseButtonRelease and self._begun is not None:
            box = self._box(at)
            self.cancel()
            if min(box.width(), box.height()) >= SMALLEST:
                self.chosen.emit(part_of(self._pane.view, box, self._pane.devicePixelRatioF()))

    def _box(self, at: QPoint) -> QRect:
        """Return the rectangle from the start to a point, inside the pane."""
        begun = self._begun or at
        left, right = sorted((begun.x(), at.x()))
        top, bottom = sorted((begun.y(), at.y()))
        return QRect(left, top, right - left, bottom - top).intersected(self._pane.rect())


def part_of(view: View, box: QRect, ratio: float) -> View:
    """Return a part of a view as a view of its own, at the same magnification.

    Args:
        view: The whole view.
        box: The part as it is shown, in logical pixels.
        ratio: Device pixels per logical pixel.
    """
    shown_left, shown_right = (round(x * ratio) for x in (box.x(), box.x() + box.width()))
    shown_top, shown_bottom = (round(y * ratio) for y in (box.y(), box.y() + box.height()))
    shown = Rect(shown_left, shown_top, shown_right - shown_left, shown_bottom - shown_top)
    part = view.orientation.inverse.rect(shown, *view.shown_size)
    unit = Fraction(view.camera.scale) * Fraction(2) ** view.camera.level
    x, y = view.camera.source_centre
    x += (Fraction(part.x + part.right - view.width) / 2) / unit
    y += (Fraction(part.y + part.bottom - view.height) / 2) / unit
    camera = camera_at(x, y, unit)
    return View(camera, max(1, part.width), max(1, part.height), view.orientation)
