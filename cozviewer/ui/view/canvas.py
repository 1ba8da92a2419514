"""A pane: handles wheel and mouse, and paints one image or two over each other.

From wheel to pixels: `Gestures` moves the `Navigator`; on `moved` each `Layer` updates its plan and
requests missing tiles; `paintEvent` draws the layers as the comparison requires.
"""

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, QSizeF, Qt, Signal, Slot
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QRegion, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from cozviewer.chain.trust.overlays import Mark
from cozviewer.image.pixels import Rgb8
from cozviewer.image.subject import Scale
from cozviewer.jobs.document import Document
from cozviewer.jobs.files.opener import Preview
from cozviewer.jobs.images import to_rgb8
from cozviewer.pyramid.camera import View
from cozviewer.pyramid.compose import Kernel
from cozviewer.pyramid.scale_bar import LONGEST, ScaleBar, scale_bar
from cozviewer.ui.compare.curtain import Curtain
from cozviewer.ui.compare.paint import Mode, Over, paint_over
from cozviewer.ui.compare.side_labels import draw_side_label, label_height
from cozviewer.ui.view.drawing_mark import DrawingMark
from cozviewer.ui.view.gestures import Gestures
from cozviewer.ui.view.labels import draw_legend, draw_scale_bar, scale_bar_height
from cozviewer.ui.view.layer import Layer
from cozviewer.ui.view.navigator import Navigator
from cozviewer.ui.view.painting.gpu import GpuSurface
from cozviewer.ui.view.painting.painter import shown_rect
from cozviewer.ui.view.tiles.tile_cache import TileCache
from cozviewer.ui.widgets.focus_frame import FocusFrame
from cozviewer.util.translation import translate

WAITING = (130, 135, 145)
"""Colour of the text in place of the legend of an overlay until the overlay is ready."""


class Canvas(QWidget):
    """A pane over a document. More than 20 methods, because a third of them are events of Qt.

    Attributes:
        layer: The image that it shows.
        mark: The outline of what is being generated; left out of `rendered` and of comparisons.
        label: A text in its lower left corner; "" for none.
        label_at_top: Whether that text is in the upper left corner instead.
        label_room: Logical pixels right of that text that are left free.
        scale: Of the photo, for a scale bar; None for no bar. Left out of `rendered`.

    Signals:
        changed: the contents changed (plan, sharpness), for the status bar.
        painted: the image (not only a preview) was painted for the first time.
        gpu_begins: the GPU is about to draw its first frame.
        gpu_drew: the GPU has drawn a frame.
        gpu_failed: the GPU can no longer draw; another way of drawing has to be chosen.
    """

    changed = Signal()
    painted = Signal()
    gpu_begins = Signal()
    gpu_drew = Signal()
    gpu_failed = Signal()

    def __init__(
        self,
        navigator: Navigator,
        finest: int | None = None,
        kernel: Kernel = "bicubic",
        parent: QWidget | None = None,
    ) -> None:
        """Create a pane.

        Args:
            navigator: The camera, shared with other panes.
            finest, kernel: See `Layer`.
            parent: The parent widget.
        """
        super().__init__(parent)
        self.label = ""
        self.label_at_top = False
        self.label_room = 0
        self.scale: Scale | None = None
        self._bar_left_out = False
        self._navigator = navigator
        self._over: Over | None = None
        self._surface: GpuSurface | None = None
        self._size_taken = (0, 0)
        self.layer = Layer(navigator, lambda: self.view, self, finest, kernel)
        self.layer.changed.connect(self.changed)
        self.layer.updated.connect(self.refresh)
        self.layer.updated_in.connect(self._refresh_part)
        self.mark = DrawingMark(navigator, self)
        self.mark.changed.connect(self._refresh_region)
        self.curtain = Curtain(self)
        self.curtain.moved.connect(self.refresh)
        Gestures(navigator, self)
        # Filters installed last are called first: the divider comes before the gestures.
        self.installEventFilter(self.curtain)
        FocusFrame(self)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(QSize(64, 64))
        self.setAccessibleName(translate("View", "Image"))

    @property
    def view(self) -> View:
        """The camera and this pane's size in device pixels, turned as it is shown."""
        ratio = self.devicePixelRatioF()
        return self._navigator.view(
            max(1, round(self.width() * ratio)), max(1, round(self.height() * ratio))
        )

    def view_place(self, place: QPointF) -> QPointF:
        """Return the point of the view that is shown at a place of this pane.

        Args:
            place: In logical pixels.

        Returns:
            In view pixels, from the upper left corner of the upright view.
        """
        view, ratio = self.view, self.devicePixelRatioF()
        back = view.orientation.inverse
        return QPointF(*back.point(place.x() * ratio, place.y() * ratio, *view.shown_size))

    @property
    def sharp(self) -> bool:
        """Whether every visible tile of the level of this view is on screen."""
        return self.layer.sharp

    @property
    def compared(self) -> bool:
        """Whether a second image lies over the first one."""
        return self._over is not None

    def layer_at(self, place: QPointF) -> tuple[Layer, str] | None:
        """Return the image that is shown at a place, and what it is called beside another one, ""
        where it is alone; None at the difference of two.

        Args:
            place: In logical pixels.
        """
        over = self._over
        if over is None:
            return self.layer, ""
        second = over.second_at(place.x(), place.y(), self.width())
        if second is None:
            return None
        return (over.layer if second else self.layer), over.names()[second]

    @property
    def by_gpu(self) -> bool:
        """Whether the GPU draws this pane."""
        return self._surface is not None

    def set_scale(self, scale: Scale | None) -> None:
        """Show a scale bar, or none."""
        self.scale = scale
        self.refresh()

    @property
    def scale_bar(self) -> ScaleBar | None:
        """The bar that is shown, its length in device pixels; None without one."""
        if self.scale is None or not self.layer.has_plan:
            return None
        view, ratio = self.view, self.devicePixelRatioF()
        sideways = view.orientation.sideways
        longest = min(LONGEST, self.width() / 2) * ratio
        return scale_bar(self.scale, view.camera.magnification, sideways, longest)

    def set_gpu(self, wanted: bool) -> None:
        """Draw this pane with the GPU, or with the CPU."""
        if wanted == self.by_gpu:
            return
        if self._surface is not None:
            self._surface.hide()
            self._surface.deleteLater()
            self._surface = None
            self.update()
            return
        self._surface = GpuSurface(lambda painter: self._paint(painter, self.rect()), self)
        self._surface.begins.connect(self.gpu_begins)
        self._surface.drawn.connect(self.gpu_drew)
        self._surface.failed.connect(self.gpu_failed)

    @Slot()
    def refresh(self) -> None:
        """Repaint the pane."""
        if self._surface is not None:
            self._surface.update()
        else:
            self.update()

    @property
    def shows_frame(self) -> bool:
        """Whether the exact frame of the current view is on screen, fully faded in; a draft of the
        next level may lie over it."""
        return self.layer.shows_frame

    def rendered(self) -> Rgb8:
        """Return the painted image without widgets over it, (H, W, 3) uint8 in device pixels.

        GUI thread.

        Without drafts, a view at rest equals the output of `render`. With drafts, a view that
        enlarges its level may have one over it, see `Layer.draft_over`.
        """
        self._bar_left_out = True
        try:
            return self._image()
        finally:
            self._bar_left_out = False

    def _image(self) -> Rgb8:
        if self._surface is not None:
            with self.mark.left_out():
                return to_rgb8(self._surface.grabFramebuffer())
        view = self.view
        image = QImage(*view.shown_size, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(self.devicePixelRatioF())
        with self.mark.left_out():
            self.render(image, QPoint(), renderFlags=QWidget.RenderFlag.DrawWindowBackground)
        return to_rgb8(image)

    def set_preview(self, preview: Preview | None) -> None:
        """Show a small version until the photo has been read."""
        self.layer.set_preview(preview)

    def set_toned(self, preview: Preview | None) -> None:
        """Show a small version in place of the photo; see `Layer.set_toned`."""
        self.layer.set_toned(preview)

    def set_document(self, document: Document | None, tiles: TileCache | None) -> None:
        """Show a document; see `Layer.set_document`."""
        self.layer.set_document(document, tiles)

    def finish(self, final: bool) -> None:
        """Note that nothing more will be generated for this view; see `Layer.finish`."""
        self.layer.finish(final)

    def set_over(self, over: Over | None) -> None:
        """Show a second image over the first one, or none."""
        self._over = over
        self.curtain.enabled = over is not None and over.mode is Mode.CURTAIN
        self.refresh()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._surface is None:
            painter = QPainter(self)
            self._paint(painter, event.rect())
            painter.end()

    def _paint(self, painter: QPainter, rect: QRect) -> None:
        """Paint a part of the pane, given in its logical pixels."""
        ratio = self.devicePixelRatioF()
        painter.scale(1 / ratio, 1 / ratio)
        view = self.view
        whole = QRect(0, 0, *view.shown_size)
        if self._over is None:
            part = QRectF(QPointF(rect.topLeft()) * ratio, QSizeF(rect.size()) * ratio)
            self.layer.draw(painter, part.toAlignedRect().intersected(whole))
            self.mark.draw(painter, view, ratio)
        else:
            paint_over(painter, self.layer, self._over, whole, ratio)
        painter.resetTransform()
        if self._over is not None:
            self._over.paint_labels(painter, self.layer, self.size(), self.font())
        elif self.label:
            top, area = self.label_at_top, self.rect().adjusted(0, 0, -self.label_room, 0)
            draw_side_label(painter, self.label, area, self.font(), top=top)
        legend = (_waiting(),) if self.layer.awaits_marks else self.layer.legend
        bottom = self._legend_bottom()
        if not self._bar_left_out and (bar := self.scale_bar) is not None:
            draw_scale_bar(painter, bar, QPoint(12, bottom), self.font(), ratio)
            bottom -= scale_bar_height(self.font()) + 8
        if legend:
            draw_legend(painter, legend, QPoint(12, bottom), self.font())
        if self.layer.has_plan and not self.layer.has_painted:
            self.layer.has_painted = True
            self.painted.emit()

    def _legend_bottom(self) -> int:
        """Return the lower edge of scale bar and legend, which stand above a label."""
        labelled = self._over is not None or (self.label and not self.label_at_top)
        return self.height() - 12 - (round(label_height(self.font())) + 8 if labelled else 0)

    @Slot(QRegion)
    def _refresh_region(self, region: QRegion) -> None:
        """Repaint a part, given in pixels of the pane."""
        if self._surface is not None:
            self.refresh()
        else:
            self.update(region)

    @Slot(QRect)
    def _refresh_part(self, view_part: QRect) -> None:
        """Repaint a part, given in view pixels."""
        if self._over is not None or self._surface is not None:
            self.refresh()
            return
        ratio = self.devicePixelRatioF()
        part = shown_rect(self.view, view_part)
        corner, size = QPointF(part.topLeft()) / ratio, QSizeF(part.size()) / ratio
        self.update(QRectF(corner, size).toAlignedRect())

    def event(self, event: QEvent) -> bool:
        """Follow the scale of the screen, which another monitor or a system setting changes."""
        done = super().event(event)
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._take_size()
            self.refresh()
        return done

    def resizeEvent(self, event: QResizeEvent) -> None:
        if self._surface is not None:
            self._surface.setGeometry(self.rect())
        self._take_size()

    def showEvent(self, event: QShowEvent) -> None:
        self._take_size()

    def _take_size(self) -> None:
        """Pass the size of the pane on if it has changed and the pane is visible.

        (After `on_moved` a layer waits for the view to settle, which needs a change.)
        """
        size = self.view.shown_size
        if self.isVisible() and size != self._size_taken:
            self._size_taken = size
            self._navigator.set_view_size(*size)
            self.layer.on_moved()


def _waiting() -> Mark:
    return Mark(WAITING, translate("View", "Shown once this view is complete"))
