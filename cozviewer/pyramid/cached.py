"""A pyramid that keeps what it has read: for many views of the same tiles in a row.

Decoding the tiles takes most of the time of a frame; the next frame shows nearly the same ones.
"""

from functools import lru_cache

from cozviewer.image.pixels import Rgb8
from cozviewer.pyramid.geometry import TileKey
from cozviewer.pyramid.pyramid import Pyramid

MOST_TILES = 1 << 15
"""Tiles that are kept (400 MB): all that a frame of 3840 x 2160 pixels can show."""


class CachedPyramid(Pyramid):
    """A pyramid as it is now: tiles made or changed later need not be seen. Thread-safe."""

    def __init__(self, pyramid: Pyramid) -> None:
        super().__init__(pyramid.source, pyramid.store)
        self.draft = pyramid.draft
        self._tile = lru_cache(MOST_TILES)(super().tile)

    def tile(self, key: TileKey) -> Rgb8 | None:
        return self._tile(key)
