"""One picture as a pane shows it: the tiles of a document through the camera, or what is
interpolated from its source.

While the view moves the tiles are drawn (see `mosaic`). When it rests and has all that it needs,
the exact frame is composed and takes the place of the scaled tiles. Until then drafts may lie
between the tiles. Where the view enlarges its level, a draft of the next one comes over the frame
then: all else but that is what `render` gives.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QPoint, QRect, QRectF, QTimer, Signal, Slot
from PySide6.QtGui import QImage, QPainter

from cozviewer.chain.overlays import Kind, Mark
from cozviewer.chain.quick_view import sharper_level
from cozviewer.jobs.borrowed_finder import BorrowedRequest
from cozviewer.jobs.document import Document
from cozviewer.jobs.frame_composer import FrameRequest
from cozviewer.jobs.images import to_qimage
from cozviewer.jobs.opener import Preview
from cozviewer.jobs.quick_job import DraftImage, SharperImage
from cozviewer.pyramid.camera import View
from cozviewer.pyramid.compose import Kernel
from cozviewer.pyramid.geometry import TileKey
from cozviewer.pyramid.store.draft import Stale
from cozviewer.ui.view.draft_pieces import DraftPieces, PieceDraw
from cozviewer.ui.view.mosaic import Mosaic
from cozviewer.ui.view.navigator import Navigator
from cozviewer.ui.view.painter import BACKGROUND_COLOUR, draw_frame
from cozviewer.ui.view.sharper import SharperParts
from cozviewer.ui.view.tile_cache import FADE_SECONDS, TileCache

FRAME_MS = 16


@dataclass(frozen=True)
class _Frame:
    """An exact picture of a view.

    Attributes:
        view: What it shows.
        image: Its pixels.
        arrived: `time.monotonic` when it came, -inf if it is to be there at once.
        final: Whether nothing was missing in it.
    """

    view: View
    image: QImage
    arrived: float
    final: bool


class Layer(QObject):
    """What a pane shows of a document.

    Signals:
        changed: what it shows changed (plan, sharpness), for the readout.
        updated: it is to be painted again.
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
            view: Returns the camera with the size of the pane.
            finest: The finest level to show: 0 for the interpolated source; None for all.
            kernel: How the exact frame is interpolated.
        """
        super().__init__(parent)
        self.finest = finest
        self.kernel: Kernel = kernel
        self.legend: tuple[Mark, ...] = ()
        self._overlay: Kind | None = None
        self._marked_asked: FrameRequest | None = None
        self._marked: QImage | None = None
        self._borrowed_asked: BorrowedRequest | None = None
        self._borrowed: NDArray[np.bool_] | None = None
        self._view = view
        self._navigator = navigator
        self._document: Document | None = None
        self._mosaic = Mosaic(navigator, view, lambda: self._softly, self)
        self._mosaic.changed.connect(self._on_planned)
        self._mosaic.came.connect(self._on_came)
        self._drafts = DraftPieces()
        self._sharper = SharperParts()
        self._drafts_allowed = False
        self._preview: QImage | None = None
        self._frame_asked: FrameRequest | None = None
        self._frame: _Frame | None = None
        self._older_asked: FrameRequest | None = None
        self._older: QImage | None = None
        self._complete = self._final = False
        self.has_painted = False
        self._fade = QTimer(self)
        self._fade.setInterval(FRAME_MS)
        self._fade.timeout.connect(self._on_fade)
        self._fade_until = 0.0
        navigator.moved.connect(self.on_moved)
        navigator.settled.connect(self._on_settled)

    @property
    def view(self) -> View:
        """The camera and the pane's size in device pixels."""
        return self._view()

    @property
    def document(self) -> Document | None:
        """What is shown."""
        return self._document

    @property
    def sharp(self) -> bool:
        """Whether every visible tile of the level that this view wants is on screen."""
        plan = self._mosaic.plan
        return plan is not None and plan.sharp

    @property
    def shows_frame(self) -> bool:
        """Whether the exact frame of the present view is on screen, fully faded in."""
        if self._frame is None or self._frame.view != self.view:
            return False
        return time.monotonic() - self._frame.arrived >= FADE_SECONDS

    @property
    def awaits_marks(self) -> bool:
        """Whether an overlay is wanted, and its exact frame is not there yet."""
        return self._overlay is not None and self._marked is None

    @property
    def shows_draft(self) -> bool:
        """Whether anything of a draft is on screen."""
        return self._shows_stand_in or self.draft_over is not None

    @property
    def draft_over(self) -> int | None:
        """The step level of the draft that lies over the exact frame, which lacks nothing; None
        where none does."""
        frame = self._frame
        if frame is None or not frame.final or not self._drafts_drawn:
            return None
        if self.view.shift_from(frame.view) is None or not self._sharper.seen(self.view):
            return None
        return sharper_level(self.view.camera)

    def draft_at(self, view_x: float, view_y: float) -> int | None:
        """Return the step level of the draft that is on screen at a place of the view; None where
        there is none."""
        over = self.draft_over
        if over is not None and self._sharper.seen_at(self.view, view_x, view_y):
            return over
        plan = self._mosaic.plan
        if plan is None or not self._shows_stand_in:
            return None
        return self._drafts.level_at(self.view, plan, view_x, view_y)

    @property
    def borrows(self) -> bool:
        """Whether the exact frame holds texture borrowed from elsewhere in the photo; False until
        that has been found out."""
        return self._borrowed is not None and bool(self._borrowed.any())

    def borrows_at(self, view_x: float, view_y: float) -> bool:
        """Tell whether a place of the view does; see `borrows`."""
        x, y, mask = int(view_x), int(view_y), self._borrowed
        if mask is None or not (0 <= y < mask.shape[0] and 0 <= x < mask.shape[1]):
            return False
        return bool(mask[y, x])

    @property
    def _shows_stand_in(self) -> bool:
        """Whether a draft is on screen where tiles lack."""
        plan = self._mosaic.plan if self._drafts_drawn and len(self._drafts) else None
        if plan is None or self.frame_is_final:
            return False
        return self._drafts.shown(self.view, plan)

    @property
    def _drafts_drawn(self) -> bool:
        """Whether drafts may be on screen: not under an overlay, which tells of real tiles only."""
        return self._drafts_allowed and self._overlay is None and self._older is None

    def allow_drafts(self, allowed: bool) -> None:
        """Show drafts from now on, or none: not where two pictures are compared."""
        if allowed != self._drafts_allowed:
            self._drafts_allowed = allowed
            self._uncover_draft()
            self._mosaic.replan()
            self._ask_for_frame()

    def set_preview(self, preview: Preview | None) -> None:
        """Show a small version until the picture itself is read."""
        self._preview = None if preview is None else to_qimage(preview.rgb)
        self._frame = None
        self.updated.emit()

    def set_document(self, document: Document | None, tiles: TileCache | None) -> None:
        """Show a document.

        Args:
            document: None shows nothing.
            tiles: Its tiles in memory, shared by all panes on it.
        """
        if self._document is not None:
            self._document.tiles_made.disconnect(self._on_tiles_made)
            self._document.draft_drawn.disconnect(self._on_draft_drawn)
            self._document.sharper_drawn.disconnect(self._on_sharper_drawn)
            self._document.tiles_changed.disconnect(self._on_tiles_changed)
            self._document.composed.disconnect(self._on_composed)
            self._document.marked.disconnect(self._on_marked)
            self._document.borrowed_found.disconnect(self._on_borrowed_found)
        self._document = document
        self._frame_asked = self._older_asked = None
        self._frame = self._older = None
        self._drafts.clear()
        self._sharper.clear()
        self._forget_marks()
        self._forget_borrowed()
        self._complete = self.has_painted = False
        if document is not None:
            self._preview = None
            document.tiles_made.connect(self._on_tiles_made)
            document.draft_drawn.connect(self._on_draft_drawn)
            document.sharper_drawn.connect(self._on_sharper_drawn)
            document.tiles_changed.connect(self._on_tiles_changed)
            document.composed.connect(self._on_composed)
            document.marked.connect(self._on_marked)
            document.borrowed_found.connect(self._on_borrowed_found)
        self._mosaic.set_document(document, tiles, self.finest)

    def finish(self, final: bool) -> None:
        """Say that nothing more will come for this view, so that its exact frame can be made.

        Args:
            final: Whether all that the view needs is there; else work on it was stopped.
        """
        self._complete, self._final = True, final
        self._ask_for_frame()

    @Slot(bool)
    def show_older(self, wanted: bool) -> None:
        """Show the view as it is without the draft, or as it is."""
        if self._older_asked is not None:
            self._older_asked.cancelled.set()
        self._older_asked = self._older = None
        if wanted and self._document is not None:
            self._older_asked = FrameRequest(self.view, self.finest, self.kernel, older=True)
            self._document.compose(self._older_asked)
        self.updated.emit()

    def set_overlay(self, overlay: Kind | None) -> None:
        """Lay a mark of origin or trust over the exact frame, or nothing. Drafts are hidden under
        it: what it marks is what exists."""
        self._overlay = overlay
        self._forget_marks()
        self._uncover_draft()
        self._ask_for_frame()
        self._ask_for_marks()
        self.updated.emit()
        self.changed.emit()

    # -- following -------------------------------------------------------------------------------

    @property
    def _softly(self) -> bool:
        """Whether what comes now fades in: the first of a picture is there at once."""
        return self.has_painted and not self._navigator.reduced_motion

    @Slot(object)
    def _on_planned(self, part: QRect | None) -> None:
        if part is None or len(self._drafts) or self._frame is not None:
            self.updated.emit()
        elif not part.isEmpty():
            self.updated_in.emit(part)
        self.changed.emit()

    @Slot()
    def _on_came(self) -> None:
        self._start_fade(time.monotonic())

    def _ask_for_frame(self) -> None:
        """Compose the exact frame, if the view is at rest and there is nothing left to wait for."""
        if self._document is None or not self._navigator.at_rest or not self._complete:
            return
        view = self.view
        if self._frame is not None and self._frame.view == view and self._frame.final:
            if self._borrowed_asked is None:
                self._ask_for_borrowed()
            return
        if self._frame_asked is not None and self._frame_asked.view == view:
            return
        if not self._final and self._shows_stand_in:
            return  # which the frame would cover with something coarser
        self._frame_asked = FrameRequest(view, self.finest, self.kernel)
        self._document.compose(self._frame_asked)

    @Slot()
    def on_moved(self) -> None:
        """Follow the camera, or a new size of the pane."""
        if self._frame_asked is not None:
            self._frame_asked.cancelled.set()
            self._frame_asked = None
        if self._frame is not None and self.view.shift_from(self._frame.view) is None:
            self._frame = None
            self._sharper.clear()
        self._older_asked = self._older = None
        self._forget_marks()
        self._forget_borrowed()
        self._complete = self._final = False
        self._mosaic.move()

    @Slot()
    def _on_settled(self) -> None:
        self._mosaic.replan()
        if self.finest is not None:
            self.finish(final=True)

    @Slot(object)
    def _on_tiles_made(self, keys: tuple[TileKey, ...]) -> None:
        if self.finest is None:
            if self._frame is not None and not self._frame.final:
                self._frame = None  # what was missing in it is coming now
            self._mosaic.made(keys)
            self._ask_for_frame()

    @Slot(object)
    def _on_draft_drawn(self, part: DraftImage) -> None:
        if not self._drafts_allowed or self.finest is not None:
            return
        now, soft = time.monotonic(), not self._navigator.reduced_motion
        self._drafts.add(part, now, fade=soft)
        if soft:
            self._start_fade(now)
        self._uncover_draft()
        self._mosaic.replan()

    @Slot(object)
    def _on_sharper_drawn(self, part: SharperImage) -> None:
        if part.view != self.view or self.finest is not None:
            return
        now, soft = time.monotonic(), not self._navigator.reduced_motion
        self._sharper.add(part, now, fade=soft)
        if soft:
            self._start_fade(now)
        self.updated.emit()
        self.changed.emit()

    def _uncover_draft(self) -> None:
        """Take an exact frame away that lacks something and lies over a draft of it."""
        if self._frame is not None and not self._frame.final and self._shows_stand_in:
            self._frame = None

    @Slot(object)
    def _on_tiles_changed(self, stale: Stale) -> None:
        """Forget what others take the place of, and ask anew for what is under way."""
        if self.finest is None:
            if self._frame_asked is not None:
                self._frame_asked.cancelled.set()
            self._frame = self._frame_asked = self._older_asked = self._older = None
            self._drafts.clear()
            self._sharper.clear()
            self._forget_marks()
            self._forget_borrowed()
            self._complete = self._final = False
        self._mosaic.ask_anew(stale if self.finest is None else None)

    @Slot(object, object)
    def _on_composed(self, request: FrameRequest, image: QImage) -> None:
        if request is self._older_asked:
            self._older = image
            self.updated.emit()
        if request is not self._frame_asked:
            return
        self._frame_asked = None
        old = self._frame
        # A view that was only moved shows the old frame until now; its pixels stay the same.
        moved = old is not None and request.view.shift_from(old.view) is not None
        if moved or self._navigator.reduced_motion:
            arrived = -math.inf
        else:
            arrived = time.monotonic()
            self._start_fade(arrived)
        self._frame = _Frame(request.view, image, arrived, self._final)
        self._forget_drafts()
        self._forget_marks()
        self._ask_for_marks()
        self._ask_for_borrowed()
        self.updated.emit()
        self.changed.emit()

    def _ask_for_borrowed(self) -> None:
        """Have it found out where the exact frame that is there holds borrowed texture."""
        self._forget_borrowed()
        if self._document is not None and self.finest is None:
            self._borrowed_asked = BorrowedRequest(self.view)
            self._document.find_borrowed(self._borrowed_asked)

    def _forget_borrowed(self) -> None:
        if self._borrowed_asked is not None:
            self._borrowed_asked.cancelled.set()
        self._borrowed_asked = self._borrowed = None

    @Slot(object, object)
    def _on_borrowed_found(self, request: BorrowedRequest, mask: NDArray[np.bool_]) -> None:
        if request is self._borrowed_asked:
            self._borrowed = mask
            self.changed.emit()

    def _ask_for_marks(self) -> None:
        """Have the overlay made for the exact frame that is there."""
        if self._overlay is None or self._document is None or self.frame is None:
            return
        generative = self._document.chain.upscaler.generative
        self._marked_asked = FrameRequest(
            self.view, self.finest, self.kernel, overlay=self._overlay, generative=generative
        )
        self._document.compose(self._marked_asked)

    def _forget_marks(self) -> None:
        if self._marked_asked is not None:
            self._marked_asked.cancelled.set()
        self._marked_asked = self._marked = None
        self.legend = ()

    @Slot(object, object, object)
    def _on_marked(self, request: FrameRequest, image: QImage, legend: tuple[Mark, ...]) -> None:
        if request is self._marked_asked:
            self._marked, self.legend = image, legend
            self.updated.emit()

    def _forget_drafts(self) -> None:
        """Forget drafts when the exact frame lacks nothing and is all there."""
        if len(self._drafts) and self.frame_is_final and self.shows_frame:
            self._drafts.clear()

    def _start_fade(self, now: float) -> None:
        self._fade_until = now + FADE_SECONDS
        if not self._fade.isActive():
            self._fade.start()

    @Slot()
    def _on_fade(self) -> None:
        if time.monotonic() > self._fade_until + FRAME_MS / 1000:
            self._fade.stop()
        self._forget_drafts()
        if self._frame_fades:
            self.updated.emit()
        self._mosaic.replan()

    # -- painting --------------------------------------------------------------------------------

    @property
    def frame(self) -> QImage | None:
        """The exact frame of the present view, or None while there is none."""
        if self._frame is None or self._frame.view != self.view:
            return None
        return self._frame.image

    @property
    def frame_is_final(self) -> bool:
        """Whether the exact frame of the present view is there and lacks nothing."""
        return self.frame is not None and self._frame is not None and self._frame.final

    @property
    def has_plan(self) -> bool:
        """Whether there is something of the picture to draw."""
        plan = self._mosaic.plan
        return plan is not None and bool(plan.draws)

    def draw(self, painter: QPainter, area: QRect) -> None:
        """Draw a part of the view.

        Args:
            painter: In device pixels (1 unit = 1 view pixel).
            area: What to draw, in view pixels.
        """
        if self._older is not None:
            draw_frame(painter, self._older, QPoint(0, 0), 1.0, area)
            return
        if self._marked is not None:
            draw_frame(painter, self._marked, QPoint(0, 0), 1.0, area)
            return
        view, frame = self.view, self._frame
        shift = None if frame is None else view.shift_from(frame.view)
        if frame is None or shift is None:
            self._draw_tiles(painter, view, area)
            return
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
        fades = self._frame_fades
        unfinished = fades or self._frame_asked is not None
        smooth = self.kernel != "nearest"
        if not self._mosaic.draw(painter, area, smooth, pieces, unfinished, hold=fades):
            self._draw_preview(painter, view)

    @property
    def _frame_fades(self) -> bool:
        """Whether the exact frame of the present view is just coming in."""
        return self.frame is not None and not self.shows_frame

    def _draw_preview(self, painter: QPainter, view: View) -> None:
        painter.fillRect(0, 0, view.width, view.height, BACKGROUND_COLOUR)
        if self._preview is None:
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        x, y = view.view_x(0, 0), view.view_y(0, 0)
        width, height = self._navigator.source_size
        painter.drawImage(
            QRectF(x, y, view.view_x(0, width) - x, view.view_y(0, height) - y), self._preview
        )


def _strips_beside(shift: tuple[int, int], view: View) -> list[QRect]:
    """Return what a frame leaves open after the view has moved by `shift`: at most two strips."""
    dx, dy = (min(abs(shift[0]), view.width), min(abs(shift[1]), view.height))
    beside = QRect(view.width - dx if shift[0] > 0 else 0, 0, dx, view.height)
    above = QRect(
        0 if shift[0] > 0 else dx, view.height - dy if shift[1] > 0 else 0, view.width - dx, dy
    )
    return [strip for strip in (beside, above) if not strip.isEmpty()]
