"""Composes the exact image of a view at rest, on its own thread."""

from dataclasses import dataclass, field
from threading import Event

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QImage

from cozviewer.chain.textures.texture import PhotoTexture
from cozviewer.chain.trust.overlays import Kind, Marked, generated_boxes, marked
from cozviewer.image.alpha.plane import Plane
from cozviewer.image.pixels import Rgb8
from cozviewer.image.rect import Rect
from cozviewer.jobs.images import to_premultiplied, to_qimage
from cozviewer.jobs.latest import answer
from cozviewer.pyramid.camera import View
from cozviewer.pyramid.compose import Kernel, compose
from cozviewer.pyramid.pyramid import Pyramid, TileMissing
from cozviewer.pyramid.transparency import AlphaOptions, alpha_of_view
from cozviewer.util.translation import QT_TRANSLATE_NOOP


@dataclass(frozen=True)
class FrameRequest:
    """A request for the exact image of a view at rest.

    Attributes:
        view: Camera and size.
        finest, kernel: As in `compose`; a finest level of 0 means the interpolated source alone.
        older: Whether to leave out the undecided new prompts, if there are any.
        overlay: The overlay to draw over the frame; None for none.
        generative: Whether the finer levels are generated, for the overlay's legend.
        cancelled: Set when the view has moved on.
    """

    view: View
    finest: int | None
    kernel: Kernel = "bicubic"
    older: bool = False
    overlay: Kind | None = None
    generative: bool = True
    cancelled: Event = field(default_factory=Event)


@dataclass(frozen=True, eq=False)
class FrameAlpha:
    """The alpha of a frame.

    Attributes:
        plane: (H, W) uint8.
        image: The frame, multiplied by it.
    """

    plane: Plane
    image: QImage


@dataclass(frozen=True, eq=False)
class ComposedFrame:
    """A frame without an overlay.

    Attributes:
        image: Its pixels, opaque.
        complete: Whether all tiles that the view needs were there; the others are enlarged from
            coarser ones.
        alpha: Its alpha; None if all of it is opaque.
    """

    image: QImage
    complete: bool
    alpha: FrameAlpha | None = None


@dataclass(frozen=True, eq=False)
class Trusted:
    """A frame with the overlay of consistency, in which text and faces can be detected.

    Attributes:
        request: The request.
        made: The frame with the overlay.
        frame: The frame itself, (H, W, 3) uint8.
        generated: The parts of it that are generated, in view pixels.
    """

    request: FrameRequest
    made: Marked
    frame: Rgb8
    generated: tuple[Rect, ...]


class FrameComposer(QObject):
    """Composes frames; lives on a worker's thread.

    Signals:
        composed: (FrameRequest, ComposedFrame) a frame without an overlay.
        marked: (FrameRequest, QImage, tuple[Mark, ...]) a frame with one, and its legend.
        trusted: (Trusted) a frame with the overlay of consistency over generated parts, for the
            detectors.
        failed: (str) one sentence.
    """

    composed = Signal(object, object)
    marked = Signal(object, object, object)
    trusted = Signal(object)
    failed = Signal(str)

    def __init__(self, pyramid: Pyramid, texture: PhotoTexture | None = None) -> None:
        """Make a composer.

        Args:
            pyramid: What frames are composed from.
            texture: What its levels borrow texture from, for overlays; None if nothing.
        """
        super().__init__()
        self._pyramid, self._texture = pyramid, texture

    @Slot(object)
    def compose(self, request: FrameRequest) -> None:
        """Compose one frame, unless its request has been cancelled."""
        pyramid = self._pyramid.older if request.older else self._pyramid
        answer(
            request,
            lambda: _composed(pyramid, request),
            lambda made: self._deliver(request, *made, pyramid),
            self.failed.emit,
            QT_TRANSLATE_NOOP("Error", "composing the view"),
        )

    def _deliver(
        self, request: FrameRequest, frame: Rgb8, complete: bool, pyramid: Pyramid
    ) -> None:
        if request.overlay is None:
            options = AlphaOptions(request.kernel, hard=request.finest is None)
            plane = alpha_of_view(pyramid.source, request.view, options)
            alpha = None if plane is None else FrameAlpha(plane, to_premultiplied(frame, plane))
            self.composed.emit(request, ComposedFrame(to_qimage(frame), complete, alpha))
        else:
            self._mark(request, request.overlay, frame, pyramid)

    def _mark(self, request: FrameRequest, kind: Kind, frame: Rgb8, pyramid: Pyramid) -> None:
        """Draw the overlay over a frame."""
        view, generative, finest = request.view, request.generative, request.finest
        made = marked(frame, pyramid, view, kind, generative, finest, self._texture)
        parts = generated_boxes(pyramid, view, generative, finest) if kind == "trust" else []
        if parts:
            self.trusted.emit(Trusted(request, made, frame, tuple(parts)))
        else:
            self.marked.emit(request, to_qimage(made.rgb), made.legend)


def _composed(pyramid: Pyramid, request: FrameRequest) -> tuple[Rgb8, bool]:
    """Return the frame of a request, and whether all its tiles were there.

    A tile may be lost after the plan has counted it: damaged in a way that only decoding it shows,
    or removed from the cache by another window.
    """
    view, finest, kernel = request.view, request.finest, request.kernel
    try:
        return compose(pyramid, view, finest, kernel, complete=True), True
    except TileMissing:
        return compose(pyramid, view, finest, kernel), False
