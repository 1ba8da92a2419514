"""Composes the exact picture of a view at rest, on a thread of its own."""

from dataclasses import dataclass, field
from threading import Event

from PySide6.QtCore import QObject, Signal, Slot

from cozviewer.findings import LOOKING, NOBODY, Find, with_findings, with_line
from cozviewer.jobs.images import to_qimage
from cozviewer.jobs.report import sentence_of
from cozviewer.overlays import Kind, Marked, generated_boxes, marked
from cozviewer.pyramid.camera import View
from cozviewer.pyramid.compose import Kernel, compose
from cozviewer.pyramid.pixels import Rgb8
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


class FrameComposer(QObject):
    """Signals:
    composed: (FrameRequest, QImage) without an overlay.
    marked: (FrameRequest, QImage, tuple[Mark, ...]) with it, and its legend; of trust twice, as
        looking for text and faces takes a moment.
    failed: (str) one sentence.
    """

    composed = Signal(object, object)
    marked = Signal(object, object, object)
    failed = Signal(str)

    def __init__(self, pyramid: Pyramid, find: Find | None = None) -> None:
        """Compose from a pyramid.

        Args:
            find: Looks for text and faces; None where nothing can.
        """
        super().__init__()
        self._pyramid = pyramid
        self._find = find

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
        made = marked(frame, pyramid, view, kind, generative, finest)
        generated = generated_boxes(pyramid, view, generative, finest) if kind == "trust" else []
        if generated and self._find is None:
            made = with_line(made, NOBODY)
        elif generated and self._find is not None:
            self._tell(request, with_line(made, LOOKING))
            made = with_findings(made, frame, generated, self._find)
        self._tell(request, made)

    def _tell(self, request: FrameRequest, made: Marked) -> None:
        if not request.cancelled.is_set():
            self.marked.emit(request, to_qimage(made.rgb), made.legend)
