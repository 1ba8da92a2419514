"""One pyramid: the source below, the stored tiles of one recipe above, read as one thing.

z <= 0        the source and its overviews
even z > 0    tiles made by zoom steps, from the store
odd z > 0     derived: four tiles of z + 1, averaged 2x2. They cost nothing to make and let a
              view between two steps draw a quarter of the pixels

While there is a draft (see `store_draft`), stored tiles that it makes stale are taken from it.
"""

from collections.abc import Callable, Iterable
from typing import TypeVar

import numpy as np
from PIL import Image

from cozviewer.image.pixels import Rgb8, part_of
from cozviewer.image.rect import Rect
from cozviewer.image.source import Source
from cozviewer.pyramid.geometry import (
    STEP_LEVELS,
    TILE,
    TileKey,
    finer,
    level_rect,
    tile_rect,
    tiles_of,
)
from cozviewer.pyramid.store.draft import Draft
from cozviewer.pyramid.store.store import StepRecord, TileStore
from cozviewer.util.errors import Failure

T = TypeVar("T")


class TileMissing(Failure):
    """A tile that should be there is not: it was evicted, or found broken when it was read."""


class Pyramid:
    """Reads tiles and regions of any level. Thread-safe, as its source and store are.

    Attributes:
        source: The picture.
        store: The tiles that are kept.
        draft: Others in place of some of them, not decided yet.
    """

    def __init__(self, source: Source, store: TileStore) -> None:
        self.source = source
        self.store = store
        self.draft: Draft | None = None

    @property
    def older(self) -> "Pyramid":
        """The pyramid as it is without the draft."""
        return Pyramid(self.source, self.store)

    def level_rect(self, z: int) -> Rect:
        """Return the whole of level z."""
        return level_rect(z, self.source.width, self.source.height)

    def tile_rect(self, key: TileKey) -> Rect:
        """Return the part of a tile that lies in the picture, in pixels of its level."""
        return tile_rect(key).intersected(self.level_rect(key.z))

    def has(self, key: TileKey) -> bool:
        """Tell whether `tile` would return pixels, without decoding them."""
        return not self.missing([key])

    def tile(self, key: TileKey) -> Rgb8 | None:
        """Return the pixels of a tile, cut at the picture's edge, or None where it is not made."""
        if key.z <= 0:
            there = key.z >= self.source.coarsest
            return self.source.pixels(key.z, self.tile_rect(key)) if there else None
        if key.z % STEP_LEVELS:
            return self._derived(key)
        part = self.tile_rect(key)
        return self._asked(key, lambda store: store.get(key, (part.width, part.height)))

    def missing(self, keys: Iterable[TileKey]) -> list[TileKey]:
        """Return those of `keys` for which `tile` would return nothing, in the same order."""
        keys = list(keys)
        stored = {key: self._stored(key) for key in keys if key.z > 0}
        gone = self._not_stored({tile for tiles in stored.values() for tile in tiles})
        coarsest = self.source.coarsest
        return [
            key
            for key in keys
            if (not gone.isdisjoint(stored[key]) if key.z > 0 else key.z < coarsest)
        ]

    def steps_of(self, keys: Iterable[TileKey]) -> dict[TileKey, StepRecord]:
        """Return the steps that made those of `keys` (of step levels) that are made."""
        steps: dict[TileKey, StepRecord] = {}
        for store, group in self._by_store(keys).items():
            steps |= store.steps_of(group)
        return steps

    def step_near(self, z: int, level_region: Rect) -> StepRecord | None:
        """Return the newest step that showed more than half of a region (see `TileStore`), one of
        the draft if there is one."""
        draft = self.draft
        if draft is not None and not draft.dropped:
            found = draft.store.step_near(z, level_region)
            if found is not None:
                return found
        return self.store.step_near(z, level_region)

    def region(self, z: int, level_region: Rect, fill: Callable[[TileKey, Rect], Rgb8]) -> Rgb8:
        """Return the pixels of a region of level z that lies inside the picture.

        Args:
            z: A level of the source or a step level (not an odd one above 0).
            level_region: Pixels of level z, within `level_rect(z)`.
            fill: Gives the pixels of the wanted part of a missing tile, or raises.

        Returns:
            (height, width, 3) uint8. For z <= 0 a view into the source: do not write to it.
        """
        if z <= 0:
            return self.source.pixels(z, level_region)
        out = np.empty((level_region.height, level_region.width, 3), np.uint8)
        for key in tiles_of(z, level_region):
            there = self.tile_rect(key)
            common = there.intersected(level_region)
            pixels = self.tile(key)
            part_of(out, common, level_region)[:] = (
                fill(key, common) if pixels is None else part_of(pixels, common, there)
            )
        return out

    def exact_region(self, z: int, level_region: Rect) -> Rgb8:
        """Return a region of which every tile must exist (arguments as `region`).

        Raises:
            TileMissing: One does not, or is broken; all the others of the region have been read,
                so those that are broken count as missing from now on.
        """
        lost: list[TileKey] = []

        def note(key: TileKey, part: Rect) -> Rgb8:
            lost.append(key)
            return np.zeros((part.height, part.width, 3), np.uint8)

        pixels = self.region(z, level_region, note)
        if lost:
            raise TileMissing(
                f"Tile {lost[0]} is missing from the tile cache or cannot be read there: try "
                "again, or clear the cache with `cozviewer cache clear`."
            )
        return pixels

    def _not_stored(self, keys: Iterable[TileKey]) -> set[TileKey]:
        """Return those tiles of step levels that are not in the store that each belongs in."""
        gone: set[TileKey] = set()
        for store, group in self._by_store(keys).items():
            gone.update(store.missing(group))
            for key in group:
                if self._store_of(key) is not store:  # as the draft was decided meanwhile
                    gone.discard(key)
                    if not self._is_stored(key):
                        gone.add(key)
        return gone

    def _is_stored(self, key: TileKey) -> bool:
        return self._asked(key, lambda store: store.has(key))

    def _by_store(self, keys: Iterable[TileKey]) -> dict[TileStore, list[TileKey]]:
        stores: dict[TileStore, list[TileKey]] = {}
        for key in keys:
            stores.setdefault(self._store_of(key), []).append(key)
        return stores

    def _asked(self, key: TileKey, question: Callable[[TileStore], T]) -> T:
        """Ask the store that a tile is in; anew if it is in another one by then, as the draft was
        decided meanwhile."""
        while True:
            store = self._store_of(key)
            answer = question(store)
            if store is self._store_of(key):
                return answer

    def _store_of(self, key: TileKey) -> TileStore:
        draft = self.draft
        return draft.store if draft is not None and draft.holds(key) else self.store

    def _stored(self, key: TileKey) -> list[TileKey]:
        """Return the stored tiles that a tile of a level above 0 consists of."""
        if key.z % STEP_LEVELS == 0:
            return [key]
        return list(tiles_of(key.z + 1, finer(self.tile_rect(key), 1)))

    def _derived(self, key: TileKey) -> Rgb8 | None:
        if not self.has(key):
            return None
        try:
            pixels = self.exact_region(key.z + 1, finer(self.tile_rect(key), 1))
        except TileMissing:
            return None
        return np.asarray(Image.fromarray(pixels).reduce(2))


TILE_BYTES = TILE * TILE * 4
"""A decoded tile in memory (32-bit pixels), for budgets."""
