"""Fetches tiles that exist (source, store) and makes them paintable, on a thread of its own."""

import time
from dataclasses import dataclass, field
from threading import Event

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QImage

from cozviewer.jobs.images import to_qimage
from cozviewer.jobs.report import sentence_of
from cozviewer.pyramid.geometry import TileKey
from cozviewer.pyramid.pyramid import Pyramid

ANSWER_SECONDS = 0.012
"""How long tiles are gathered for one answer: a view has a thousand of them, and the GUI thread
makes a new plan after each answer."""


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


@dataclass(frozen=True, eq=False)
class Answer:
    """What became of some of the tiles of a request.

    Attributes:
        tiles: Those that are here now, as RGB32.
        absent: Those that do not exist (yet).
    """

    tiles: tuple[tuple[TileKey, QImage], ...]
    absent: tuple[TileKey, ...]


class TileLoader(QObject):
    """Answers load requests, the newest at once: each one before it has been cancelled.

    Signals:
        answered: (LoadRequest, Answer) a part of it, in its order.
        failed: (str) one sentence.
    """

    answered = Signal(object, object)
    failed = Signal(str)

    def __init__(self, pyramid: Pyramid) -> None:
        super().__init__()
        self._pyramid = pyramid

    @Slot(object)
    def load(self, request: LoadRequest) -> None:
        """Fetch tiles until all are there or the request is cancelled."""
        tiles: list[tuple[TileKey, QImage]] = []
        absent: list[TileKey] = []
        began = time.monotonic()

        def answer() -> None:
            if tiles or absent:
                self.answered.emit(request, Answer(tuple(tiles), tuple(absent)))
                tiles.clear()
                absent.clear()

        try:
            for key in request.keys:
                if request.cancelled.is_set():
                    break
                pixels = self._pyramid.tile(key)
                if pixels is None:
                    absent.append(key)
                else:
                    tiles.append((key, to_qimage(pixels)))
                if time.monotonic() - began > ANSWER_SECONDS:
                    answer()
                    began = time.monotonic()
        except Exception as error:
            self.failed.emit(sentence_of(error, "reading a tile"))
        answer()
