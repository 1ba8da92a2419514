"""Fetches tiles that exist (source, store) and makes them paintable, on a thread of its own."""

from dataclasses import dataclass, field
from threading import Event

from PySide6.QtCore import QObject, Signal, Slot

from cozviewer.jobs.images import to_qimage
from cozviewer.jobs.report import sentence_of
from cozviewer.pyramid.geometry import TileKey
from cozviewer.pyramid.pyramid import Pyramid


@dataclass(frozen=True)
class LoadRequest:
    """The tiles that a view lacks, best first.

    Attributes:
        keys: What to fetch.
        edition: Counts how often tiles were changed in place of others; given by the document.
        cancelled: Set when the view moved on; a newer request names what is still wanted.
    """

    keys: tuple[TileKey, ...]
    edition: int = 0
    cancelled: Event = field(default_factory=Event)


class TileLoader(QObject):
    """Answers load requests, the newest at once: each one before it has been cancelled.

    Signals:
        loaded: (LoadRequest, TileKey, QImage)
        absent: (LoadRequest, TileKey) the tile does not exist (yet).
        failed: (str) one sentence.
    """

    loaded = Signal(object, object, object)
    absent = Signal(object, object)
    failed = Signal(str)

    def __init__(self, pyramid: Pyramid) -> None:
        super().__init__()
        self._pyramid = pyramid

    @Slot(object)
    def load(self, request: LoadRequest) -> None:
        """Fetch tiles until all are there or the request is cancelled."""
        for key in request.keys:
            if request.cancelled.is_set():
                return
            try:
                pixels = self._pyramid.tile(key)
                if pixels is None:
                    self.absent.emit(request, key)
                else:
                    self.loaded.emit(request, key, to_qimage(pixels))
            except Exception as error:
                self.failed.emit(sentence_of(error, "reading a tile"))
                return
