"""Finds where a view at rest shows borrowed texture, off the GUI thread, for the status line."""

from dataclasses import dataclass, field
from threading import Event

from PySide6.QtCore import QObject, Signal, Slot

from cozviewer.chain.borrowed_texture import borrowed_mask
from cozviewer.chain.texture import PhotoTexture
from cozviewer.jobs.report import sentence_of
from cozviewer.pyramid.camera import View
from cozviewer.pyramid.origins import patches
from cozviewer.pyramid.pyramid import Pyramid


@dataclass(frozen=True)
class BorrowedRequest:
    """A view at rest.

    Attributes:
        view: Camera and size.
        cancelled: Set when the view moved on.
    """

    view: View
    cancelled: Event = field(default_factory=Event)


class BorrowedFinder(QObject):
    """Signals:
    found: (BorrowedRequest, NDArray[np.bool_]) where, (view.height, view.width).
    failed: (str) one sentence.
    """

    found = Signal(object, object)
    failed = Signal(str)

    def __init__(self, pyramid: Pyramid, texture: PhotoTexture | None) -> None:
        super().__init__()
        self._pyramid, self._texture = pyramid, texture

    @Slot(object)
    def find(self, request: BorrowedRequest) -> None:
        """Answer one request, unless it is not wanted any more."""
        if request.cancelled.is_set():
            return
        source, view = self._pyramid.source, request.view
        try:
            shown = patches(self._pyramid, view)
            mask = borrowed_mask(self._texture, source.width, source.height, view, shown)
        except Exception as error:
            self.failed.emit(sentence_of(error, "looking for borrowed texture"))
        else:
            self.found.emit(request, mask)
