"""Composes the exact picture of a view at rest, on a thread of its own."""

from dataclasses import dataclass, field
from threading import Event

from PySide6.QtCore import QObject, Signal, Slot

from cozviewer.chain.overlays import Kind, Marked, generated_boxes, marked
from cozviewer.chain.texture import PhotoTexture
from cozviewer.image.pixels import Rgb8
from cozviewer.image.rect import Rect
from cozviewer.jobs.images import to_qimage
from cozviewer.jobs.report import sentence_of
from cozviewer.pyramid.camera import View
from cozviewer.pyramid.compose import Kernel, compose
from cozviewer.pyramid.pyramid import Pyramid


@dataclass(frozen=True)
class FrameRequest:
    """A view at rest.

    Attributes:
        view: Camera and size.
        finest, kernel: As in `compose`: 0 for the interpolated source alone.
        older: Whether it is composed without the draft, if there is one.
        overlay: What is to lie over it; None for nothing.
        generative: Whether the finer levels are invented, for the overlay's words.
        cancelled: Set when the view moved on.
    """

    view: View
    finest: int | None
    kernel: Kernel = "bicubic"
    older: bool = False
    overlay: Kind | None = None
    generative: bool = True
    cancelled: Event = field(default_factory=Event)


@dataclass(frozen=True, eq=False)
class Trusted:
    """A frame with the overlay of trust, in which text and faces can be looked for.

    Attributes:
        request: What it was made for.
        made: The overlay over it.
        frame: The frame itself, (H, W, 3) uint8.
        generated: The parts of it that are generated, in view pixels.
    """

    request: FrameRequest
    made: Marked
    frame: Rgb8
    generated: tuple[Rect, ...]


class FrameComposer(QObject):
    """Signals:
    composed: (FrameRequest, QImage) without an overlay.
    marked: (FrameRequest, QImage, tuple[Mark, ...]) with it, and its legend.
    trusted: (Trusted) with that of trust over generated parts, for the `Looker`.
    failed: (str) one sentence.
    """

    composed = Signal(object, object)
    marked = Signal(object, object, object)
    trusted = Signal(object)
    failed = Signal(str)

    def __init__(self, pyramid: Pyramid, texture: PhotoTexture | None = None) -> None:
        """Begin.

        Args:
            pyramid: What frames are composed from.
            texture: What its levels borrow from, for overlays; None if they borrow nothing.
        """
        super().__init__()
        self._pyramid, self._texture = pyramid, texture

    @Slot(object)
    def compose(self, request: FrameRequest) -> None:
        """Compose one frame, unless it is not wanted any more."""
        if request.cancelled.is_set():
            return
        pyramid = self._pyramid.older if request.older else self._pyramid
        try:
            frame = compose(pyramid, request.view, request.finest, request.kernel)
            if request.overlay is None:
                self.composed.emit(request, to_qimage(frame))
                return
            self._mark(request, request.overlay, frame, pyramid)
        except Exception as error:
            self.failed.emit(sentence_of(error, "composing the view"))

    def _mark(self, request: FrameRequest, kind: Kind, frame: Rgb8, pyramid: Pyramid) -> None:
        """Lay the overlay over a frame."""
        view, generative, finest = request.view, request.generative, request.finest
        made = marked(frame, pyramid, view, kind, generative, finest, self._texture)
        parts = generated_boxes(pyramid, view, generative, finest) if kind == "trust" else []
        if parts:
            self.trusted.emit(Trusted(request, made, frame, tuple(parts)))
        else:
            self.marked.emit(request, to_qimage(made.rgb), made.legend)
