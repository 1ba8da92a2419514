"""One image as a pane shows it: the tiles of a document through the camera, or what is
interpolated from its source.

While the view moves, its tiles are drawn (see `mosaic`). When it is at rest and has all that it
needs, the exact frame replaces the scaled tiles (see `exact_frame`). Until then, drafts may lie
between the tiles. Where the view enlarges its level, a draft of the next level is drawn over the
frame; without drafts, a view at rest is exactly what `render` gives.
"""

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint, QRect, QRectF, QTimer, Signal, Slot
from PySide6.QtGui import QImage, QPaintEngine, QPainter
from PySide6.QtWidgets import QWidget

from cozviewer.chain.quick_view import sharper_level
from cozviewer.chain.trust.overlays import Kind, Mark
from cozviewer.image.alpha.plane import Plane
from cozviewer.jobs.document import Document
from cozviewer.jobs.files.opener import Preview
from cozviewer.jobs.frame_composer import FrameRequest
from cozviewer.jobs.images import to_qimage
from cozviewer.jobs.quick_job import DraftImage, SharperImage
from cozviewer.pyramid.camera import View
from cozviewer.pyramid.compose import Kernel
from cozviewer.pyramid.geometry import TileKey
from cozviewer.pyramid.orientation import UPRIGHT, Orientation
from cozviewer.pyramid.store.draft import Stale
from cozviewer.pyramid.transparency import AlphaOptions
from cozviewer.ui.view.exact_frame import ExactFrame, Frame
from cozviewer.ui.view.navigator import Navigator
from cozviewer.ui.view.painting.painter import (
    BACKGROUND_COLOUR,
    draw_frame,
    turned_image,
    turning,
    view_rect,
)
from cozviewer.ui.view.painting.veil import Known, Veil
from cozviewer.ui.view.tiles.draft_pieces import DraftPieces, PieceDraw
from cozviewer.ui.view.tiles.mosaic import Mosaic
from cozviewer.ui.view.tiles.sharper import SharperParts
from cozviewer.ui.view.tiles.tile_cache import FADE_SECONDS, TileCache

FRAME_MS = 16

MOST_ALPHA = 4_000_000
"""View pixels up to which alpha is resampled finely on the GUI thread: a tenth of a second."""


class FadeTimer(QTimer):
    """Ticks for every image of a fade, and a little longer, so that its end is painted."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.setInterval(FRAME_MS)
        self._until = 0.0
        self.timeout.connect(self._on_timeout)

    @Slot()
    def begin(self) -> None:
        """Begin a fade, or one more."""
        self._until = time.monotonic() + FADE_SECONDS + FRAME_MS / 1000
        if not self.isActive():
            self.start()

    @Slot()
    def _on_timeout(self) -> None:
        if time.monotonic() > self._until:
            self.stop()


class Layer(QObject):
    """What a pane shows of a document.

    More than 20 methods, because it is the single interface to tiles, drafts and the exact frame;
    most delegate to one of these.

    Attributes:
        finest: The finest level to show: 0 for the interpolated source; None for all.
        kernel: How the exact frame is interpolated.
        exact: The exact image of the view at rest, with overlays.
        veil: Paints what lies behind an image with transparent parts.
        has_painted: Whether anything of the document has been on screen: the first tiles do not
            fade in.

    Signals:
        changed: what is shown has changed (plan, sharpness), for the status line.
        updated: the pane is to be painted again.
        updated_in: (QRect) a part of it is, in view pixels.
    """

    changed = Signal()
    updated = Signal()
    updated_in = Signal(QRect)

    def __init__(
        self,
        navigator: Navigator,
        view: Callable[[], View],
        parent: QObject,
        finest: int | None = None,
        kernel: Kernel = "bicubic",
    ) -> None:
        """Make a layer that shows nothing yet.

        Args:
            navigator: The camera, shared with other layers.
            view: Returns the camera with the size of the pane. What a layer knows is about the
                upright view; only `draw` turns it.
            parent: The pane.
            finest, kernel: See the attributes.
        """
        super().__init__(parent)
        self.finest = finest
        self.kernel: Kernel = kernel
        self.has_painted = False
        self._view = view
        self._navigator = navigator
        self._mosaic = Mosaic(navigator, lambda: self.view, lambda: self._softly, self)
        self._drafts = DraftPieces()
        self._sharper = SharperParts()
        self._drafts_allowed = False
        self._preview: QImage | None = None
        self._toned: QImage | None = None
        self._turned: tuple[tuple[int, Orientation], QImage] | None = None
        self._fade = FadeTimer(self)
        self.veil = Veil(lambda: parent.devicePixelRatioF() if isinstance(parent, QWidget) else 1.0)
        self.exact = ExactFrame(
            navigator,
            lambda: self.view,
            lambda: FrameRequest(self.view, self.finest, self.kernel),
            lambda: self._shows_stand_in,
            self,
        )
        self._mosaic.changed.connect(self._on_planned)
        self._mosaic.came.connect(self._fade.begin)
        self._fade.timeout.connect(self._on_fade)
        self.exact.composed.connect(self._on_composed)
        self.exact.updated.connect(self.updated)
        self.exact.changed.connect(self.changed)
        navigator.moved.connect(self.on_moved)
        navigator.settled.connect(self._on_settled)

    # -- what is shown ---------------------------------------------------------------------------

    @property
    def view(self) -> View:
        """The camera and the size of the pane in device pixels, upright."""
        return self._view().upright

    @property
    def document(self) -> Document | None:
        """The document that is shown."""
        return self.exact.document

    @property
    def sharp(self) -> bool:
        """Whether every visible tile of the level needed for this view is on screen."""
        plan = self._mosaic.plan
        return plan is not None and plan.sharp

    @property
    def has_plan(self) -> bool:
        """Whether there is something of the image to draw."""
        plan = self._mosaic.plan
        return plan is not None and bool(plan.draws)

    @property
    def frame(self) -> QImage | None:
        """The exact frame of the present view, upright; None while there is none."""
        frame = self.exact.current
        return None if frame is None else frame.image

    @property
    def shown_frame(self) -> QImage | None:
        """The same, turned as it is shown."""
        frame, orientation = self.exact.current, self._view().orientation
        if frame is None or orientation == UPRIGHT:
            return None if frame is None else frame.image
        key = (frame.image.cacheKey(), orientation)
        if self._turned is None or self._turned[0] != key:
            self._turned = key, turned_image(frame.image, orientation)
        return self._turned[1]

    @property
    def shown_alpha(self) -> Plane | None:
        """The alpha of `shown_frame`, (H, W) uint8; None if it is opaque, or there is none."""
        frame = self.exact.current
        if frame is None or frame.alpha is None:
            return None
        return self._view().orientation.turned(frame.alpha.plane)

    @property
    def frame_is_final(self) -> bool:
        """Whether the exact frame of the present view is there and lacks nothing."""
        return self.exact.is_final

    @property
    def shows_frame(self) -> bool:
        """Whether the exact frame of the present view is on screen, fully faded in."""
        return self.exact.is_shown

    @property
    def legend(self) -> tuple[Mark, ...]:
        """The legend of the overlay; empty while there is none."""
        return self.exact.legend

    @property
    def awaits_marks(self) -> bool:
        """Whether an overlay is wanted and not there yet."""
        return self.exact.awaits_marks

    @property
    def borrows(self) -> bool:
        """Whether the exact frame holds borrowed texture; see `ExactFrame.borrows`."""
        return self.exact.borrows

    @property
    def shows_draft(self) -> bool:
        """Whether anything of a draft is on screen."""
        return self._shows_stand_in or self.draft_over is not None

    @property
    def draft_over(self) -> int | None:
        """The step level of the draft that lies over the complete exact frame; None where there is
        none."""
        frame = self.exact.frame
        if frame is None or not frame.final or not self._drafts_drawn:
            return None
        if self.view.shift_from(frame.view) is None or not self._sharper.seen(self.view):
            return None
        return sharper_level(self.view.camera)

    def draft_at(self, view_x: float, view_y: float) -> int | None:
        """Return the step level of the draft on screen at a place of the view; None where there is
        none."""
        over = self.draft_over
        if over is not None and self._sharper.seen_at(self.view, view_x, view_y):
            return over
        plan = self._mosaic.plan
        if plan is None or not self._shows_stand_in:
            return None
        return self._drafts.level_at(self.view, plan, view_x, view_y)

    @property
    def _shows_stand_in(self) -> bool:
        """Whether a draft is on screen where tiles are missing."""
        plan = self._mosaic.plan if self._drafts_drawn and len(self._drafts) else None
        if plan is None or self.frame_is_final:
            return False
        return self._drafts.shown(self.view, plan)

    @property
    def _drafts_drawn(self) -> bool:
        """Whether drafts may be on screen."""
        return self._drafts_allowed and not self.exact.hides_drafts

    @property
    def _softly(self) -> bool:
        """Whether what comes now fades in."""
        return self.has_painted and not self._navigator.reduced_motion

    # -- what is wanted --------------------------------------------------------------------------

    def allow_drafts(self, allowed: bool) -> None:
        """Show drafts from now on, or none: not where two images are compared."""
        if allowed != self._drafts_allowed:
            self._drafts_allowed = allowed
            self.exact.uncover_draft()
            self._mosaic.replan()
            self.exact.ask()

    def set_preview(self, preview: Preview | None) -> None:
        """Show a small version until the image itself is read."""
        self._preview = None if preview is None else to_qimage(preview.rgb)
        self.exact.drop()
        self.updated.emit()

    def set_toned(self, preview: Preview | None) -> None:
        """Show a small version in place of the image until another document comes, or the image
        again."""
        self._toned = None if preview is None else to_qimage(preview.rgb)
        self.updated.emit()

    def set_document(self, document: Document | None, tiles: TileCache | None) -> None:
        """Show a document.

        Args:
            document: None shows nothing.
            tiles: Its tiles in memory, shared by all panes on it.
        """
        if self.document is not None:
            self.document.tiles_made.disconnect(self._on_tiles_made)
            self.document.draft_drawn.disconnect(self._on_draft_drawn)
            self.document.sharper_drawn.disconnect(self._on_sharper_drawn)
            self.document.tiles_changed.disconnect(self._on_tiles_changed)
        self._drafts.clear()
        self._sharper.clear()
        self.veil.forget()
        self.has_painted = False
        self.exact.set_document(document)
        if document is not None:
            self._preview, self._toned = self._toned, None
            document.tiles_made.connect(self._on_tiles_made)
            document.draft_drawn.connect(self._on_draft_drawn)
            document.sharper_drawn.connect(self._on_sharper_drawn)
            document.tiles_changed.connect(self._on_tiles_changed)
        self._mosaic.set_document(document, tiles, self.finest)

    def finish(self, final: bool) -> None:
        """Request the exact frame; see `ExactFrame.finish`."""
        self.exact.finish(final)

    def set_overlay(self, overlay: Kind | None) -> None:
        """Draw an overlay over the exact frame; see `ExactFrame.set_overlay`."""
        self.exact.set_overlay(overlay)

    # -- what happens ----------------------------------------------------------------------------

    @Slot(object)
    def _on_planned(self, part: QRect | None) -> None:
        if part is None or len(self._drafts) or self.exact.frame is not None:
            self.updated.emit()
        elif not part.isEmpty():
            self.updated_in.emit(part)
        self.changed.emit()

    @Slot()
    def on_moved(self) -> None:
        """Follow the camera, or a new size of the pane."""
        if self.exact.move():
            self._sharper.clear()
        self._mosaic.move()

    @Slot()
    def _on_settled(self) -> None:
        self._mosaic.replan()
        if self.finest is not None:
            self.exact.finish(final=True)

    @Slot(object)
    def _on_tiles_made(self, keys: tuple[TileKey, ...]) -> None:
        if self.finest is None:
            self.exact.drop_unfinished()  # what was missing in it is coming now
            self._mosaic.made(keys)
            self.exact.ask()

    @Slot(object)
    def _on_draft_drawn(self, part: DraftImage) -> None:
        if not self._drafts_allowed or self.finest is not None:
            return
        soft = not self._navigator.reduced_motion
        self._drafts.add(part, time.monotonic(), fade=soft)
        if soft:
            self._fade.begin()
        self.exact.uncover_draft()
        self._mosaic.replan()

    @Slot(object)
    def _on_sharper_drawn(self, part: SharperImage) -> None:
        if part.view != self.view or self.finest is not None:
            return
        soft = not self._navigator.reduced_motion
        self._sharper.add(part, time.monotonic(), fade=soft)
        if soft:
            self._fade.begin()
        self.updated.emit()
        self.changed.emit()

    @Slot(object)
    def _on_tiles_changed(self, stale: Stale) -> None:
        """Drop what has been replaced by others, and request again what is on its way."""
        if self.finest is None:
            self.exact.clear()
            self._drafts.clear()
            self._sharper.clear()
        self._mosaic.ask_anew(stale if self.finest is None else None)

    @Slot(bool)
    def _on_composed(self, soft: bool) -> None:
        if soft:
            self._fade.begin()
        self._drop_covered_drafts()

    @Slot()
    def _on_fade(self) -> None:
        self._drop_covered_drafts()
        if self.exact.is_fading:
            self.updated.emit()
        self._mosaic.replan()

    def _drop_covered_drafts(self) -> None:
        """Drop drafts once a complete exact frame is fully shown."""
        if len(self._drafts) and self.frame_is_final and self.shows_frame:
            self._drafts.clear()

    # -- painting --------------------------------------------------------------------------------

    def draw(self, painter: QPainter, area: QRect) -> None:
        """Draw a part of the view as it is shown, over the backdrop where it is transparent.

        Args:
            painter: In device pixels (1 unit = 1 pixel of the view).
            area: What to draw, in pixels of what is shown.
        """
        document = self.document
        if document is None or document.source.alpha is None or self.veil.is_left_out:
            self._draw_turned(painter, area)
            return
        for part in self._draw_finished(painter, area):
            self._draw_turned(painter, part)
            self.veil.draw(
                painter,
                part,
                document.source,
                self._view(),
                self._known_alpha(),
                self._alpha_options,
            )

    def _draw_finished(self, painter: QPainter, area: QRect) -> list[QRect]:
        """Draw the exact frame over the backdrop in one go, if nothing lies over it.

        Returns:
            The parts of the area that it does not cover; all of it if something lies over it.
        """
        frame, view = self.exact.frame, self._view()
        shift = None if frame is None else self.view.shift_from(frame.view)
        if (
            frame is None
            or shift is None
            or frame.alpha is None
            or view.orientation != UPRIGHT
            or self.exact.covering is not None
            or self.draft_over is not None
            or time.monotonic() - frame.arrived < FADE_SECONDS
        ):
            return [area]
        corner = QPoint(-shift[0], -shift[1])
        covered = QRect(corner, frame.image.size()).intersected(area)
        self.veil.fill(painter, covered)
        draw_frame(painter, frame.alpha.image, corner, 1.0, covered)
        strips = (strip.intersected(area) for strip in _strips_beside(shift, view))
        return [strip for strip in strips if not strip.isEmpty()]

    @property
    def _alpha_options(self) -> AlphaOptions:
        """How alpha is resampled until the exact one has come; coarsely in motion."""
        view, coarse = self.view, 1
        if not self._navigator.at_rest:
            coarse = 2 if self._mosaic.factor < 3 else 4
        elif view.width * view.height > MOST_ALPHA:
            coarse = 2
        hard = self.finest is None and coarse == 1
        return AlphaOptions(self.kernel, hard=hard, coarse=coarse, at_hand=True)

    def _known_alpha(self) -> Known | None:
        """Return the alpha of the exact frame; None where it does not fit the view."""
        frame = self.exact.frame
        shift = None if frame is None else self.view.shift_from(frame.view)
        if frame is None or shift is None:
            return None
        plane = None if frame.alpha is None else frame.alpha.plane
        return Known(plane, QRect(QPoint(-shift[0], -shift[1]), frame.image.size()))

    def _draw_turned(self, painter: QPainter, area: QRect) -> None:
        """Draw a part of the view as it is shown, opaque."""
        view = self._view()
        if view.orientation == UPRIGHT:
            self._draw(painter, area)
            return
        view_area = view_rect(view, area)
        if painter.paintEngine().type() != QPaintEngine.Type.Raster:
            painter.save()
            painter.setTransform(turning(view), combine=True)
            self._draw(painter, view_area)
            painter.restore()
            return
        # A painter that turns is slower, and rounds its pixels where it mirrors.
        image = QImage(view_area.size(), QImage.Format.Format_RGB32)
        upright = QPainter(image)
        upright.translate(-view_area.topLeft())
        self._draw(upright, view_area)
        upright.end()
        painter.drawImage(area.topLeft(), turned_image(image, view.orientation))

    def _draw(self, painter: QPainter, area: QRect) -> None:
        """Draw a part of the upright view, with a painter and an area in its pixels."""
        covering, frame, view = self.exact.covering, self.exact.frame, self.view
        if self._toned is not None:
            _draw_preview(painter, view, self._navigator.source_size, self._toned)
            return
        if covering is not None:
            draw_frame(painter, covering, QPoint(0, 0), 1.0, area)
            return
        shift = None if frame is None else view.shift_from(frame.view)
        if frame is None or shift is None:
            self._draw_tiles(painter, view, area)
        else:
            self._draw_frame(painter, frame, shift, area)

    def _draw_frame(
        self, painter: QPainter, frame: Frame, shift: tuple[int, int], area: QRect
    ) -> None:
        """Draw the exact frame, with tiles where it does not reach or is still fading in."""
        view = self.view
        age = time.monotonic() - frame.arrived
        covered = QRect(-shift[0], -shift[1], view.width, view.height)
        if age < FADE_SECONDS:
            self._draw_tiles(painter, view, area)
        else:
            for strip in _strips_beside(shift, view):
                if strip.intersects(area):
                    self._draw_tiles(painter, view, strip.intersected(area))
        opacity = min(1.0, age / FADE_SECONDS)
        draw_frame(painter, frame.image, covered.topLeft(), opacity, area)
        if self.draft_over is not None:
            for image, corner, shown in self._sharper.draws(view, time.monotonic()):
                draw_frame(painter, image, corner, opacity * shown, covered.intersected(area))

    def _draw_tiles(self, painter: QPainter, view: View, area: QRect) -> None:
        plan, pieces = self._mosaic.plan, list[PieceDraw]()
        if plan is not None and self._drafts_drawn:
            pieces = self._drafts.draws(view, plan, time.monotonic())
        fades = self.exact.is_fading
        unfinished = fades or self.exact.is_pending
        smooth = self.kernel != "nearest"
        if not self._mosaic.draw(painter, area, smooth, pieces, unfinished, hold=fades):
            _draw_preview(painter, view, self._navigator.source_size, self._preview)


def _draw_preview(
    painter: QPainter, view: View, source_size: tuple[int, int], preview: QImage | None
) -> None:
    """Draw the small version of an image that is not read yet; None draws the background."""
    painter.fillRect(0, 0, view.width, view.height, BACKGROUND_COLOUR)
    if preview is None:
        return
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    x, y = view.view_x(0, 0), view.view_y(0, 0)
    right, bottom = view.view_x(0, source_size[0]), view.view_y(0, source_size[1])
    painter.drawImage(QRectF(x, y, right - x, bottom - y), preview)


def _strips_beside(shift: tuple[int, int], view: View) -> list[QRect]:
    """Return the parts of a view, moved by `shift`, that a frame does not cover: at most two."""
    dx, dy = (min(abs(shift[0]), view.width), min(abs(shift[1]), view.height))
    beside = QRect(view.width - dx if shift[0] > 0 else 0, 0, dx, view.height)
    above = QRect(
        0 if shift[0] > 0 else dx, view.height - dy if shift[1] > 0 else 0, view.width - dx, dy
    )
    return [strip for strip in (beside, above) if not strip.isEmpty()]
