"""The navigator panel: a small map of the whole photo that shows and moves the view."""

from fractions import Fraction

import numpy as np
from PIL import Image
from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, Slot
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QTransform
from PySide6.QtWidgets import QWidget

from cozviewer.image.alpha.plane import Plane
from cozviewer.image.source import Source
from cozviewer.jobs.images import to_qimage
from cozviewer.pyramid.camera import View, camera_at
from cozviewer.ui.view.navigator import Navigator
from cozviewer.ui.view.painting.painter import turned_image, turning
from cozviewer.ui.view.painting.veil import CHECKERBOARD, SQUARE, Backdrop, veil_image
from cozviewer.util.translation import translate

WIDTH, HEIGHT = 180, 140
"""Maximum size in logical pixels."""

MARGIN = 12
SMALLEST = 6.0
"""Side in logical pixels below which the view is shown as a cross instead of a rectangle."""

MARK = QColor(76, 155, 232)


class Minimap(QWidget):
    """Lies in the corner of a pane; hidden while the whole photo is in view."""

    def __init__(self, navigator: Navigator, pane: QWidget) -> None:
        super().__init__(pane)
        self.wanted = True
        self._navigator = navigator
        self._image: QImage | None = None
        self._turned: QImage | None = None
        self._alpha: Plane | None = None
        self._backdrop = CHECKERBOARD
        self._source: Source | None = None
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip(translate("View", "Navigator: click or drag to move the view (M to hide)"))
        self.hide()
        pane.installEventFilter(self)
        navigator.moved.connect(self.follow)
        navigator.turned.connect(self._turn)

    def set_source(self, source: Source | None) -> None:
        """Show a photo, or nothing. The map of a photo in memory is made when it is first seen."""
        self._source = source
        self._image = self._alpha = None
        if source is not None and not source.levels.in_memory:
            self._image = self._take_image(source)  # while its file can be read
        self._turn()

    def set_backdrop(self, kind: str) -> None:
        """Show something behind transparent parts, one of BACKDROPS."""
        self._backdrop = kind
        self._turned = None
        self.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the corner of the pane. (Of panes that move as one, the first one that is resized
        moves the view, when the others still have their old size.)"""
        if event.type() == QEvent.Type.Resize:
            self.follow()
        return False

    @Slot()
    def _turn(self) -> None:
        """Show the map as the view is turned."""
        self._turned = None
        if self._source is not None:
            orientation = self._navigator.orientation
            width, height = orientation.size(self._source.width, self._source.height)
            scale = min(WIDTH / width, HEIGHT / height)
            self.setFixedSize(max(24, round(width * scale)), max(24, round(height * scale)))
        self.follow()

    def follow(self) -> None:
        """Update place, visibility and the mark of the view."""
        pane = self.parentWidget()
        if self._source is None or not self.wanted or pane is None:
            self.hide()
            return
        self.move(pane.width() - self.width() - MARGIN, MARGIN)
        mark = self._mark()
        whole = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        small_pane = pane.width() < 3 * self.width() or pane.height() < 2 * self.height()
        self.setVisible(not mark.contains(whole) and not small_pane)
        self.update()

    def _take_image(self, source: Source) -> QImage:
        """Return the map, made from the coarsest overview that is large enough; keep its alpha."""
        wide, high = 2 * WIDTH, 2 * HEIGHT
        levels = source.levels
        sizes = [levels.size(k) for k in range(len(levels))]
        fine = [k for k, size in enumerate(sizes) if size[0] >= wide or size[1] >= high]
        small = Image.fromarray(np.ascontiguousarray(levels[fine[-1] if fine else 0]))
        # Hamming takes less than half the time of Lanczos, on the GUI thread.
        small.thumbnail((wide, high), Image.Resampling.HAMMING)
        if source.alpha is not None:
            plane = Image.fromarray(source.alpha.levels[fine[-1] if fine else 0])
            self._alpha = np.asarray(plane.resize(small.size, Image.Resampling.HAMMING))
        return to_qimage(np.asarray(small))

    def _shown_image(self, source: Source) -> QImage:
        """Return the map as it is shown: turned, and over the backdrop where it is transparent."""
        if self._image is None:
            self._image = self._take_image(source)
        image = self._image
        if self._alpha is not None:
            image = image.copy()
            painter = QPainter(image)
            # Squares of their full size: the map has twice the pixels that it is shown with.
            backdrop = Backdrop(self._backdrop, 2 * SQUARE)
            painter.drawImage(0, 0, veil_image(self._alpha, backdrop, 0, 0))
            painter.end()
        return turned_image(image, self._navigator.orientation)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._source is None:
            return
        if self._turned is None:
            self._turned = self._shown_image(self._source)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(self.rect(), self._turned)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(QColor(0, 0, 0, 200), 1))
        painter.drawRect(frame)
        mark = self._mark().intersected(frame)
        middle = self._mark().center()
        if mark.width() < SMALLEST or mark.height() < SMALLEST:
            for pen in (QPen(QColor(0, 0, 0, 200), 3.5), QPen(MARK, 1.5)):
                painter.setPen(pen)
                painter.drawLine(middle - QPointF(7, 0), middle + QPointF(7, 0))
                painter.drawLine(middle - QPointF(0, 7), middle + QPointF(0, 7))
        else:
            painter.setPen(QPen(QColor(0, 0, 0, 160), 3))
            painter.drawRect(mark)
            painter.setPen(QPen(MARK, 1.5))
            painter.drawRect(mark)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._go(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._go(event)

    def _go(self, event: QMouseEvent) -> None:
        if self._source is None or not event.buttons() & Qt.MouseButton.LeftButton:
            return
        place = self._turning().inverted()[0].map(event.position())
        x, y = (Fraction(part) for part in place.toTuple())
        self._navigator.go_to(camera_at(x, y, self._navigator.camera.magnification))

    def _mark(self) -> QRectF:
        """Return the rectangle of the view in logical pixels of the map."""
        assert self._source is not None
        camera = self._navigator.camera
        width, height = (side / camera.magnification for side in self._navigator.view_size)
        x, y = (float(value) for value in camera.source_centre)
        seen = QRectF(x - width / 2, y - height / 2, width, height)
        return self._turning().mapRect(seen)

    def _turning(self) -> QTransform:
        """Return what maps source pixels to logical pixels of the map."""
        assert self._source is not None
        source = View(
            self._navigator.camera,
            self._source.width,
            self._source.height,
            self._navigator.orientation,
        )
        width, height = source.shown_size
        return turning(source) * QTransform.fromScale(self.width() / width, self.height() / height)
