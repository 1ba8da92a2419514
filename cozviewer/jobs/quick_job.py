"""Draws drafts of views, on its own thread: the newest request's, while steps wait or end."""

from dataclasses import dataclass, field
from threading import Event

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QImage

from cozviewer.chain.protocols import Upscaler
from cozviewer.chain.quick_view import QuickPiece, quick_view, sharper_view
from cozviewer.chain.textures.texture import PhotoTexture
from cozviewer.image.rect import Rect
from cozviewer.jobs.collector import collector_paused, libraries_passed_over, loaded_apart
from cozviewer.jobs.images import to_qimage
from cozviewer.jobs.report import log, sentence_of
from cozviewer.pyramid.camera import View
from cozviewer.pyramid.geometry import LevelRegion
from cozviewer.pyramid.pyramid import Pyramid
from cozviewer.util.errors import Cancelled


@dataclass(frozen=True)
class QuickRequest:
    """A view of which a draft is wanted.

    Attributes:
        view: The view, which identifies the request.
        region: Its visible part of the step level that makes it sharp, inside the photo.
        level_x, level_y: Where to begin, in pixels of that level.
        cancelled: Set when the view has changed or the user stopped it.
    """

    view: View
    region: LevelRegion
    level_x: int
    level_y: int
    cancelled: Event = field(default_factory=Event)


@dataclass(frozen=True, eq=False)
class DraftImage:
    """A part of a draft, ready to be painted.

    Attributes:
        region: The step level that it stands in for, and its place there.
        image: Its pixels.
    """

    region: LevelRegion
    image: QImage


@dataclass(frozen=True)
class SharperRequest:
    """A view that has all its tiles, and of which a sharper draft is wanted: see `sharper_level`.

    Attributes:
        view: The view.
        view_x, view_y: Where to begin, in view pixels.
        cancelled: As for `QuickRequest`.
    """

    view: View
    view_x: float
    view_y: float
    cancelled: Event = field(default_factory=Event)


@dataclass(frozen=True, eq=False)
class SharperImage:
    """A part of a sharper draft, ready to be painted.

    Attributes:
        view: The view that it belongs to.
        view_part: Where it lies, in view pixels.
        image: Its pixels.
    """

    view: View
    view_part: Rect
    image: QImage


class QuickJob(QObject):
    """Signals:
    loaded: the network is loaded, or that failed, which is only logged.
    drawn: (QuickRequest, DraftImage) a part, the first one around the pointer.
    sharpened: (SharperRequest, SharperImage) the same of a sharper draft.
    ended: (QuickRequest) it is complete, was stopped, or failed. A failure is only logged: the
        real step follows and reports the error.
    """

    loaded = Signal()
    drawn = Signal(object, object)
    sharpened = Signal(object, object)
    ended = Signal(object)

    def __init__(
        self, pyramid: Pyramid, upscaler: Upscaler, texture: PhotoTexture | None = None
    ) -> None:
        """Make the job; it belongs on its own thread.

        Args:
            pyramid: Only read.
            upscaler: The quick network.
            texture: As for `quick_view`.
        """
        super().__init__()
        self._pyramid = pyramid
        self._upscaler = upscaler
        self._texture = texture

    @Slot()
    def warm(self) -> None:
        """Load the network before it is needed."""
        try:
            with collector_paused(), libraries_passed_over():
                loaded_apart(self._upscaler.load)
        except Exception as error:
            log.warning("There are no drafts: %s", sentence_of(error, "loading the draft network"))
        self.loaded.emit()

    @Slot(object)
    def draw(self, request: QuickRequest) -> None:
        """Draw what a view lacks."""
        if request.cancelled.is_set():
            self.ended.emit(request)
            return
        try:
            for piece in quick_view(
                self._pyramid,
                self._upscaler,
                request.region,
                request.level_x,
                request.level_y,
                request.cancelled.is_set,
                self._texture,
            ):
                self.drawn.emit(request, _painted(piece))
        except Cancelled:
            pass
        except Exception as error:
            log.warning("A draft failed: %s", sentence_of(error, "drawing a draft"))
        self.ended.emit(request)

    @Slot(object)
    def sharpen(self, request: SharperRequest) -> None:
        """Draw what makes a view sharper; that it failed is only logged."""
        view, x, y = request.view, request.view_x, request.view_y
        stopped = request.cancelled.is_set
        try:
            for piece in sharper_view(
                self._pyramid, self._upscaler, view, x, y, stopped, self._texture
            ):
                image = SharperImage(view, piece.view_part, to_qimage(piece.pixels))
                self.sharpened.emit(request, image)
        except Cancelled:
            pass
        except Exception as error:
            log.warning("A draft failed: %s", sentence_of(error, "drawing a draft"))


def _painted(piece: QuickPiece) -> DraftImage:
    return DraftImage(piece.region, to_qimage(piece.pixels))
