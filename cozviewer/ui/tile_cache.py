"""Tiles in memory, ready to paint: byte-budgeted, least recently drawn first to go."""

import math
from collections import OrderedDict
from dataclasses import dataclass

import psutil
from PySide6.QtGui import QImage

from cozviewer.chain.draft import shows_stale
from cozviewer.pyramid.geometry import TileKey
from cozviewer.pyramid.store_draft import Stale

FADE_SECONDS = 0.18
"""How long a new tile takes to come in over what stood there before."""

MEMORY_SHARE = 0.25
"""Part of the machine's memory that tiles may take ..."""

MEMORY_CAP = 2 << 30
"""... but never more than this: 2 GiB are 32 thousand tiles, forty full screens."""


@dataclass(slots=True)
class _Entry:
    image: QImage
    arrived: float


class TileCache:
    """Maps tile keys to paintable images. GUI thread only.

    The coarsest level is pinned: it is the floor that is drawn when nothing else is there.
    """

    def __init__(self, coarsest: int, budget_bytes: int | None = None) -> None:
        if budget_bytes is None:
            budget_bytes = min(int(psutil.virtual_memory().total * MEMORY_SHARE), MEMORY_CAP)
        self._coarsest = coarsest
        self._budget = budget_bytes
        self._entries: OrderedDict[TileKey, _Entry] = OrderedDict()
        self._absent: set[TileKey] = set()
        self._bytes = 0

    @property
    def bytes(self) -> int:
        """Memory that the images take."""
        return self._bytes

    def opacity(self, key: TileKey, now: float) -> float:
        """Return how much of a tile is to be seen: 0 not here, below 1 fading in, 1 all."""
        entry = self._entries.get(key)
        if entry is None:
            return 0.0
        part = (now - entry.arrived) / FADE_SECONDS
        # A tile that has just come is not quite 0: 0 means "not here".
        return 1.0 if part > 0.999 else max(0.02, part)

    def image(self, key: TileKey) -> QImage | None:
        """Return a tile's image and mark it as used."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        self._entries.move_to_end(key)
        return entry.image

    def put(self, key: TileKey, image: QImage, now: float, fade: bool) -> None:
        """Keep a tile; with `fade` it comes in softly from `now` on."""
        self._drop(key)
        self._entries[key] = _Entry(image, now if fade else -math.inf)
        self._bytes += image.sizeInBytes()
        self._absent.discard(key)
        self._evict()

    def mark_absent(self, key: TileKey) -> None:
        """Remember that a tile does not exist, so that nobody asks for it again."""
        self._absent.add(key)

    def is_absent(self, key: TileKey) -> bool:
        """Tell whether a tile was found not to exist."""
        return key in self._absent

    def made(self, key: TileKey) -> None:
        """Note that a tile was made just now: it, and the derived tile above it, may be there."""
        self._absent.discard(key)
        self._absent.discard(TileKey(key.z - 1, key.col >> 1, key.row >> 1))

    def drop(self, stale: Stale) -> None:
        """Forget what shows a stale tile, and what is known not to exist there."""
        for key in [key for key in self._entries if shows_stale(stale, key)]:
            self._drop(key)
        self._absent = {key for key in self._absent if not shows_stale(stale, key)}

    def _drop(self, key: TileKey) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._bytes -= entry.image.sizeInBytes()

    def _evict(self) -> None:
        if self._bytes <= self._budget:
            return
        for key in list(self._entries):
            if self._bytes <= self._budget:
                return
            if key.z != self._coarsest:
                self._drop(key)
