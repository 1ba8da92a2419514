"""Finds where a view at rest shows texture borrowed from elsewhere in the photo.

It runs off the GUI thread; the status line shows the result.
"""

from dataclasses import dataclass, field
from threading import Event

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from cozviewer.chain.textures.borrowed_texture import borrowed_mask
from cozviewer.chain.textures.texture import PhotoTexture
from cozviewer.jobs.latest import answer
from cozviewer.pyramid.camera import View
from cozviewer.pyramid.origins import patches
from cozviewer.pyramid.pyramid import Pyramid
from cozviewer.util.translation import QT_TRANSLATE_NOOP


@dataclass(frozen=True)
class BorrowedRequest:
    """A request for the borrowed parts of a view at rest.

    Attributes:
        view: Camera and size.
        cancelled: Set when the view has moved on.
    """

    view: View
    cancelled: Event = field(default_factory=Event)


class BorrowedFinder(QObject):
    """Finds borrowed texture; lives on a worker's thread.

    Signals:
        found: (BorrowedRequest, NDArray[np.bool_]) True where a pixel is borrowed, of shape
            (view.height, view.width).
        failed: (str) one sentence.
    """

    found = Signal(object, object)
    failed = Signal(str)

    def __init__(self, pyramid: Pyramid, texture: PhotoTexture | None) -> None:
        super().__init__()
        self._pyramid, self._texture = pyramid, texture

    @Slot(object)
    def find(self, request: BorrowedRequest) -> None:
        """Answer one request, unless it has been cancelled."""
        answer(
            request,
            lambda: self._mask(request.view),
            lambda mask: self.found.emit(request, mask),
            self.failed.emit,
            QT_TRANSLATE_NOOP("Error", "looking for borrowed texture"),
        )

    def _mask(self, view: View) -> NDArray[np.bool_]:
        source, shown = self._pyramid.source, patches(self._pyramid, view)
        return borrowed_mask(self._texture, source.width, source.height, view, shown)
