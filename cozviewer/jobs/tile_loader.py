"""Reads existing tiles (source, store) and converts them for painting, off the GUI thread."""

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from threading import Event

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QImage

from cozviewer.image.pixels import Rgb8
from cozviewer.jobs.images import to_qimage
from cozviewer.jobs.report import sentence_of
from cozviewer.pyramid.geometry import STEP_LEVELS, TileKey
from cozviewer.pyramid.pyramid import Pyramid
from cozviewer.util.errors import CozviewerError
from cozviewer.util.translation import QT_TRANSLATE_NOOP

ANSWER_SECONDS = 0.012
"""How long tiles are gathered for one answer: a view has a thousand of them, and the GUI thread
plans again after each answer."""

SAY_AGAIN_SECONDS = 10.0
"""Time after a sentence about the photo's file before another one: a view has many tiles."""

AT_ONCE = 64
"""Derived tiles that are looked up at once."""


@dataclass(frozen=True)
class LoadRequest:
    """The tiles that a view lacks, most important first.

    Attributes:
        keys: What to read.
        edition: How often tiles have been replaced by others; set by the document.
        cancelled: Set when the view has changed; a newer request names the tiles still needed.
    """

    keys: tuple[TileKey, ...]
    edition: int = 0
    cancelled: Event = field(default_factory=Event)


@dataclass(frozen=True, eq=False)
class Answer:
    """The answer to some of the tiles of a request.

    Attributes:
        tiles: Those that were read, as RGB32.
        absent: Those that do not exist (yet).
    """

    tiles: tuple[tuple[TileKey, QImage], ...]
    absent: tuple[TileKey, ...]


class TileLoader(QObject):
    """Reads tiles; lives on a worker's thread. A newer request cancels the one before.

    Signals:
        answered: (LoadRequest, Answer) a part of a request, in its order. Unlike other results,
            tiles read before a request was cancelled are delivered, as they serve any view.
        failed: (str) one sentence. Tiles of the photo that its file does not give count as absent,
            so that coarser ones stay in view; the sentence is repeated after a while.
    """

    answered = Signal(object, object)
    failed = Signal(str)

    def __init__(self, pyramid: Pyramid, answer_seconds: float = ANSWER_SECONDS) -> None:
        super().__init__()
        self._pyramid, self._answer_seconds = pyramid, answer_seconds
        self._said = -math.inf

    @Slot(object)
    def load(self, request: LoadRequest) -> None:
        """Read tiles until all are there or the request is cancelled."""
        tiles: list[tuple[TileKey, QImage]] = []
        absent: list[TileKey] = []
        began = time.monotonic()

        def answer() -> None:
            if tiles or absent:
                self.answered.emit(request, Answer(tuple(tiles), tuple(absent)))
                tiles.clear()
                absent.clear()

        try:
            for key, there in self._with_known(request.keys):
                if request.cancelled.is_set():
                    break
                pixels = self._read(key) if there else None
                if pixels is None:
                    absent.append(key)
                else:
                    tiles.append((key, to_qimage(pixels)))
                if time.monotonic() - began > self._answer_seconds:
                    answer()
                    began = time.monotonic()
        except Exception as error:
            self.failed.emit(sentence_of(error, QT_TRANSLATE_NOOP("Error", "reading a tile")))
        answer()

    def _read(self, key: TileKey) -> Rgb8 | None:
        """Return a tile; None if it does not exist, or the photo's file cannot be read there."""
        try:
            return self._pyramid.tile(key)
        except CozviewerError as error:
            if key.z > 0:
                raise
            now = time.monotonic()
            if now - self._said > SAY_AGAIN_SECONDS:
                self._said = now
                self.failed.emit(str(error))
            return None

    def _with_known(self, keys: Sequence[TileKey]) -> Iterator[tuple[TileKey, bool]]:
        """Yield tiles, each with whether it may exist.

        Derived tiles that cannot exist are found many at once, which is faster.
        """
        for start in range(0, len(keys), AT_ONCE):
            lot = keys[start : start + AT_ONCE]
            derived = [key for key in lot if key.z > 0 and key.z % STEP_LEVELS]
            absent = set(self._pyramid.missing(derived)) if derived else set()
            for key in lot:
                yield key, key not in absent
