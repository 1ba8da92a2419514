"""Composes the exact picture of a view at rest, on a thread of its own."""

from dataclasses import dataclass, field
from threading import Event

from PySide6.QtCore import QObject, Signal, Slot

from cozviewer.jobs.images import to_qimage
from cozviewer.jobs.report import sentence_of
from cozviewer.overlays import Kind, marked
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


class FrameComposer(QObject):
    """Signals:
    composed: (FrameRequest, QImage) without an overlay.
    marked: (FrameRequest, QImage, tuple[Mark, ...]) with it, and its legend.
    failed: (str) one sentence.
    """

    composed = Signal(object, object)
    marked = Signal(object, object, object)
    failed = Signal(str)

    def __init__(self, pyramid: Pyramid) -> None:
        super().__init__()
        self._pyramid = pyramid

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
            made = marked(
                frame,
                pyramid,
                request.view,
                request.overlay,
                request.generative,
                request.finest,
            )
            self.marked.emit(request, to_qimage(made.rgb), made.legend)
        except Exception as error:
            self.failed.emit(sentence_of(error, "composing the view"))
