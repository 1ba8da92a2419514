"""Readers of regions for tests, whose pixels are in memory."""

import threading
from collections.abc import Sequence

from cozviewer.image.pixels import Rgb8
from cozviewer.image.rect import Rect
from cozviewer.image.tiled.protocol import RegionFacts
from tests.patience import PATIENCE


class ArrayReader:
    """Reads regions of arrays, and notes what is read.

    Attributes:
        reads: (level, region) of every call.
        closed: How often it was closed.
        together: The most calls at the same time.
        errors: What the next calls raise, by level.
        gate: What each call waits for.
    """

    kind = "TIFF"

    def __init__(self, levels: Sequence[Rgb8], facts: RegionFacts | None = None) -> None:
        self._levels = levels
        self.facts = facts or RegionFacts()
        self.reads: list[tuple[int, Rect]] = []
        self.closed = 0
        self.together = 0
        self.errors: dict[int, Exception] = {}
        self.gate = threading.Event()
        self.gate.set()
        self._inside = 0

    @property
    def sizes(self) -> tuple[tuple[int, int], ...]:
        return tuple((level.shape[1], level.shape[0]) for level in self._levels)

    def read(self, level: int, region: Rect) -> Rgb8:
        self._inside += 1
        self.together = max(self.together, self._inside)
        self.gate.wait(PATIENCE)
        self.reads.append((level, region))
        self._inside -= 1
        if level in self.errors:
            raise self.errors.pop(level)
        assert Rect(0, 0, *self.sizes[level]).contains(region)
        assert not region.empty
        return self._levels[level][region.y : region.bottom, region.x : region.right].copy()

    def close(self) -> None:
        self.closed += 1
