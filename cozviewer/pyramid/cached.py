"""A pyramid with a cache of decoded tiles, for the frames of a movie.

Decoding tiles takes most of the time of a frame, and consecutive frames show nearly the same tiles.
"""

from functools import lru_cache

from cozviewer.image.pixels import Rgb8
from cozviewer.pyramid.geometry import TileKey
from cozviewer.pyramid.pyramid import Pyramid

MOST_TILES = 1 << 15
"""Maximum number of cached tiles (400 MB): all that a frame of 3840 x 2160 pixels can show."""


class CachedPyramid(Pyramid):
    """A snapshot of a pyramid: later changes of tiles may not be visible. Thread-safe."""

    def __init__(self, pyramid: Pyramid) -> None:
        super().__init__(pyramid.source, pyramid.store)
        self.draft = pyramid.draft
        self._tile = lru_cache(MOST_TILES)(super().tile)

    def tile(self, key: TileKey) -> Rgb8 | None:
        return self._tile(key)
