"""Composes the exact picture of a view at rest, on a thread of its own."""

from dataclasses import dataclass, field
from threading import Event

from PySide6.QtCore import QObject, Signal, Slot

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
        cancelled: Set when the view moved on.
    """

    view: View
    finest: int | None
    kernel: Kernel = "bicubic"
    older: bool = False
    cancelled: Event = field(default_factory=Event)


class FrameComposer(QObject):
    """Signals:
    composed: (FrameRequest, QImage)
    failed: (str) one sentence.
    """

    composed = Signal(object, object)
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
            image = to_qimage(compose(pyramid, request.view, request.finest, request.kernel))
        except Exception as error:
            self.failed.emit(sentence_of(error, "composing the view"))
        else:
            self.composed.emit(request, image)
