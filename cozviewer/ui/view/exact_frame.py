"""The exact image of a view at rest, and what belongs to it.

It is composed off the GUI thread once the view has all that it needs: the same pixels as `render`
gives. With it come an overlay (origin or consistency), the image without undecided new prompts,
and where texture is borrowed. Each is a request of which only the newest counts (`Latest`).
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QImage

from cozviewer.chain.trust.overlays import Kind, Mark
from cozviewer.jobs.borrowed_finder import BorrowedRequest
from cozviewer.jobs.document import Document
from cozviewer.jobs.frame_composer import ComposedFrame, FrameAlpha, FrameRequest
from cozviewer.jobs.latest import Latest
from cozviewer.pyramid.camera import View
from cozviewer.ui.view.navigator import Navigator
from cozviewer.ui.view.tiles.tile_cache import FADE_SECONDS


@dataclass(frozen=True)
class Frame:
    """An exact image of a view.

    Attributes:
        view: The view that it shows.
        image: Its pixels.
        arrived: `time.monotonic` when it came; -inf if it is to be shown without a fade.
        final: Whether nothing was missing in it.
        alpha: Its alpha; None if all of it is opaque.
    """

    view: View
    image: QImage
    arrived: float
    final: bool
    alpha: FrameAlpha | None = None


@dataclass(frozen=True)
class _Overlay:
    image: QImage
    legend: tuple[Mark, ...]


class ExactFrame(QObject):
    """The exact image of a pane. GUI thread only.

    More than 20 methods, because frame, overlays and versions wait for each other; most are slots
    or properties of a line.

    Signals:
        composed: (bool) a frame has arrived; whether it fades in.
        updated: the pane is to be painted again.
        changed: the facts about the view have changed, for the status line.
    """

    composed = Signal(bool)
    updated = Signal()
    changed = Signal()

    def __init__(
        self,
        navigator: Navigator,
        view: Callable[[], View],
        request: Callable[[], FrameRequest],
        stand_in: Callable[[], bool],
        parent: QObject,
    ) -> None:
        """Make one without a document.

        Args:
            navigator: The camera.
            view: Returns the camera with the size of the pane.
            request: Returns a new request for the present view.
            stand_in: Returns whether a draft stands in for missing tiles on screen.
        """
        super().__init__(parent)
        self._navigator = navigator
        self._view = view
        self._request = request
        self._stand_in = stand_in
        self._document: Document | None = None
        self._overlay: Kind | None = None
        self._complete = self._final = False
        self._frame: Latest[FrameRequest, Frame] = Latest()
        self._older: Latest[FrameRequest, QImage] = Latest()
        self._marks: Latest[FrameRequest, _Overlay] = Latest()
        self._borrowed: Latest[BorrowedRequest, NDArray[np.bool_]] = Latest()

    # -- what there is ---------------------------------------------------------------------------

    @property
    def document(self) -> Document | None:
        """The document that is shown."""
        return self._document

    @property
    def frame(self) -> Frame | None:
        """The newest frame, which may be of a view that has been moved by whole pixels since."""
        return self._frame.result

    @property
    def current(self) -> Frame | None:
        """The frame of the present view; None while there is none."""
        frame = self._frame.result
        return frame if frame is not None and frame.view == self._view() else None

    @property
    def is_final(self) -> bool:
        """Whether the frame of the present view is there and lacks nothing."""
        frame = self.current
        return frame is not None and frame.final

    @property
    def is_shown(self) -> bool:
        """Whether the frame of the present view is on screen, fully faded in."""
        frame = self.current
        return frame is not None and time.monotonic() - frame.arrived >= FADE_SECONDS

    @property
    def is_fading(self) -> bool:
        """Whether the frame of the present view is fading in."""
        return self.current is not None and not self.is_shown

    @property
    def is_pending(self) -> bool:
        """Whether a frame is being composed."""
        return self._frame.pending is not None

    @property
    def covering(self) -> QImage | None:
        """The image that is shown instead of all else: the older image or an overlay."""
        if self._older.result is not None:
            return self._older.result
        return None if self._marks.result is None else self._marks.result.image

    @property
    def hides_drafts(self) -> bool:
        """Whether drafts are hidden by an overlay, which marks real tiles, or the older image."""
        return self._overlay is not None or self._older.result is not None

    @property
    def overlay(self) -> Kind | None:
        """The overlay that is wanted."""
        return self._overlay

    @property
    def legend(self) -> tuple[Mark, ...]:
        """The legend of the overlay; empty while there is none."""
        return () if self._marks.result is None else self._marks.result.legend

    @property
    def awaits_marks(self) -> bool:
        """Whether an overlay is wanted and not there yet."""
        return self._overlay is not None and self._marks.result is None

    @property
    def borrows(self) -> bool:
        """Whether the frame holds texture borrowed from elsewhere in the photo; False until that
        is known."""
        return self._borrowed.result is not None and bool(self._borrowed.result.any())

    def borrows_at(self, view_x: float, view_y: float) -> bool:
        """Return whether the frame holds borrowed texture at a place of the view."""
        x, y, mask = int(view_x), int(view_y), self._borrowed.result
        if mask is None or not (0 <= y < mask.shape[0] and 0 <= x < mask.shape[1]):
            return False
        return bool(mask[y, x])

    # -- what is wanted --------------------------------------------------------------------------

    def set_document(self, document: Document | None) -> None:
        """Show another document, or none."""
        if self._document is not None:
            self._document.composed.disconnect(self._on_composed)
            self._document.marked.disconnect(self._on_marked)
            self._document.borrowed_found.disconnect(self._on_borrowed_found)
        self._document = document
        self.clear()
        if document is not None:
            document.composed.connect(self._on_composed)
            document.marked.connect(self._on_marked)
            document.borrowed_found.connect(self._on_borrowed_found)

    def clear(self) -> None:
        """Drop everything that is there or on its way: the tiles are others now."""
        self._frame.clear()
        self._drop_additions()

    def move(self) -> bool:
        """Follow the camera. A frame stays as long as the view is moved by whole pixels.

        Returns:
            Whether there was a frame that is of no more use.
        """
        self._frame.cancel()
        self._drop_additions()
        frame = self._frame.result
        if frame is None or self._view().shift_from(frame.view) is not None:
            return False
        self._frame.result = None
        return True

    def _drop_additions(self) -> None:
        """Drop what belongs to a frame, and wait until the view is complete."""
        self._older.clear()
        self._marks.clear()
        self._borrowed.clear()
        self._complete = self._final = False

    def drop_unfinished(self) -> None:
        """Drop a frame that lacks something."""
        if self._frame.result is not None and not self._frame.result.final:
            self._frame.result = None

    def drop(self) -> None:
        """Drop the frame."""
        self._frame.result = None

    def uncover_draft(self) -> None:
        """Drop a frame that lacks something and lies over a draft of it."""
        frame = self._frame.result
        if frame is not None and not frame.final and self._stand_in():
            self._frame.result = None

    def finish(self, final: bool) -> None:
        """Request the frame, as nothing more will be generated for this view.

        Args:
            final: Whether all that the view needs is there; else work on it was stopped.
        """
        self._complete, self._final = True, final
        self._frame.cancel()  # it may lack what has come since
        self.ask()

    def ask(self) -> None:
        """Request the frame if the view is at rest and complete."""
        if self._document is None or not self._navigator.at_rest or not self._complete:
            return
        if self.is_final:
            if self._borrowed.request is None:
                self._ask_for_borrowed()
            if self._overlay is not None and self._marks.request is None:
                self._ask_for_marks()  # the view has moved, and is back where it was
            return
        pending = self._frame.pending
        if pending is not None and pending.view == self._view():
            return
        if not self._final and self._stand_in():
            return  # the frame would cover the draft with something coarser
        self._document.compose(self._frame.ask(self._request()))

    @Slot(bool)
    def show_older(self, wanted: bool) -> None:
        """Show the view without the undecided new prompts, or as it is."""
        self._older.clear()
        if wanted and self._document is not None:
            self._document.compose(self._older.ask(replace(self._request(), older=True)))
        self.updated.emit()

    def set_overlay(self, overlay: Kind | None) -> None:
        """Draw an overlay over the frame, or none. Drafts are hidden under it, because it marks
        what exists."""
        self._overlay = overlay
        self._marks.clear()
        self.uncover_draft()
        self.ask()
        self._ask_for_marks()
        self.updated.emit()
        self.changed.emit()

    def _ask_for_marks(self) -> None:
        self._marks.clear()
        if self._overlay is None or self._document is None or self.current is None:
            return
        generative = self._document.chain.upscaler.generative
        request = replace(self._request(), overlay=self._overlay, generative=generative)
        self._document.compose(self._marks.ask(request))

    def _ask_for_borrowed(self) -> None:
        self._borrowed.clear()
        request = self._request()
        if self._document is not None and request.finest is None:
            self._document.find_borrowed(self._borrowed.ask(BorrowedRequest(request.view)))

    # -- what comes ------------------------------------------------------------------------------

    @Slot(object, object)
    def _on_composed(self, request: FrameRequest, composed: ComposedFrame) -> None:
        if self._older.accept(request, composed.image):
            self.updated.emit()
            return
        old = self._frame.result
        # A view that was only moved shows the old frame until now; its pixels stay the same.
        moved = old is not None and request.view.shift_from(old.view) is not None
        soft = not moved and not self._navigator.reduced_motion
        arrived = time.monotonic() if soft else -math.inf
        final = self._final and composed.complete
        frame = Frame(request.view, composed.image, arrived, final, composed.alpha)
        if not self._frame.accept(request, frame):
            return
        self.composed.emit(soft)
        self._ask_for_marks()
        self._ask_for_borrowed()
        self.updated.emit()
        self.changed.emit()

    @Slot(object, object, object)
    def _on_marked(self, request: FrameRequest, image: QImage, legend: tuple[Mark, ...]) -> None:
        if self._marks.accept(request, _Overlay(image, legend)):
            self.updated.emit()

    @Slot(object, object)
    def _on_borrowed_found(self, request: BorrowedRequest, mask: NDArray[np.bool_]) -> None:
        if self._borrowed.accept(request, mask):
            self.changed.emit()
