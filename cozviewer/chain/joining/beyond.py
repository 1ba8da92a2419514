"""Keeps the pixels that runs generate beyond their edges, for later adjacent runs.

The context of two runs differs at their common border, and in strong texture they may generate
different detail there. The first run's pixels beyond its edge continue its stored tiles, so the
second run starts with those and blends over to its own. They are kept in memory for the last few
runs, and for all that later runs of the same work continue; without them, `join` alone compensates
for the difference.
"""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cozviewer.chain.joining.join import FADE, fade
from cozviewer.image.pixels import Rgb8, RgbFloat, part_of, to_float
from cozviewer.image.rect import Rect, rect_between
from cozviewer.pyramid.geometry import TILE, TileKey, tile_rect, tiles_of

WIDTH = 24
"""Width of the blend beyond an edge, in pixels; further out, a run has too little context: with 48,
fur at ×4 differs from a single run by 5 grey levels at the 99th percentile, with 24 by 4, and steps
across borders are the same."""

INSIDE = 2 * FADE
"""Pixels inside an edge that are kept: `join` compares FADE."""

MOST_RUNS = 8
"""Number of runs that are kept after their work, at most 2 MB each."""


MOST_WEIGHTS = 16
"""Weights of blends that are kept, at most 1 MB each."""


@dataclass(frozen=True, eq=False, slots=True)
class Piece:
    """A part of what a run drew.

    Attributes:
        rect: In pixels of its level.
        pixels: (H, W, 3) uint8.
    """

    rect: Rect
    pixels: Rgb8


@dataclass(frozen=True, eq=False, slots=True)
class Ring:
    """What a run drew on both sides of its edges.

    Attributes:
        z: Its level.
        region: Its stored region, in pixels of level z.
        pieces: Disjoint.
        holes: Tiles in its region of which it says nothing: it did not make them, and they did not
            exist, or had other pixels.
    """

    z: int
    region: Rect
    pieces: tuple[Piece, ...]
    holes: frozenset[TileKey] = frozenset()

    @property
    def size(self) -> int:
        """Bytes of its pixels."""
        return sum(piece.pixels.nbytes for piece in self.pieces)

    def __reduce__(self) -> tuple[Any, ...]:
        # As one array: one by one, its parts take three times as long.
        rects = [self.region, *(piece.rect for piece in self.pieces)]
        edges = [(rect.x, rect.y, rect.width, rect.height) for rect in rects]
        pixels = np.concatenate([piece.pixels.reshape(-1) for piece in self.pieces])
        return _ring, (self.z, edges, pixels, self.holes)


def _ring(
    z: int,
    edges: Sequence[tuple[int, int, int, int]],
    pixels: NDArray[np.uint8],
    holes: frozenset[TileKey],
) -> Ring:
    """Return the ring of which `Ring.__reduce__` returned the parts."""
    region, *rects = (Rect(*each) for each in edges)
    pieces, start = list[Piece](), 0
    for rect in rects:
        end = start + rect.area * 3
        pieces.append(Piece(rect, pixels[start:end].reshape(rect.height, rect.width, 3)))
        start = end
    return Ring(z, region, tuple(pieces), holes)


def ring_of(
    z: int,
    region: Rect,
    covered: Rect,
    pixels: Rgb8,
    left_out: Set[TileKey] = frozenset(),
    present: Set[TileKey] = frozenset(),
) -> Ring:
    """Return the ring of a run; its pixels are copied.

    Args:
        z: Its level.
        region: Its stored region, in pixels of level z.
        covered: The region of `pixels`, with the surroundings.
        pixels: (H, W, 3) uint8.
        left_out: Tiles in its region that it does not make.
        present: Those of them that exist.
    """
    outer = region.grown(WIDTH).intersected(covered)
    left, right = region.x + INSIDE, region.right - INSIDE
    top, bottom = region.y + INSIDE, region.bottom - INSIDE
    if left >= right or top >= bottom:
        rects = [outer]
    else:
        rects = [
            rect_between(outer.x, outer.y, outer.right, top),
            rect_between(outer.x, bottom, outer.right, outer.bottom),
            rect_between(outer.x, top, left, bottom),
            rect_between(right, top, outer.right, bottom),
        ]
    pieces = tuple(Piece(r, part_of(pixels, r, covered).copy()) for r in rects)
    holes = (
        key
        for key in left_out
        if key not in present
        or any(not piece.rect.intersected(tile_rect(key)).empty for piece in pieces)
    )
    return Ring(z, region, pieces, frozenset(holes))


class Beyond:
    """The rings of the last runs of a chain. Used in its thread."""

    def __init__(self, rings: Iterable[Ring] = ()) -> None:
        """Start with rings that were drawn before, in the order in which they were drawn."""
        self._rings = list(rings)
        self._uses: dict[tuple[int, Rect], int] = {}

    @property
    def last(self) -> Ring | None:
        """The ring that was added last."""
        return self._rings[-1] if self._rings else None

    def begin(self) -> None:
        """Begin a work on a level."""
        self._uses = {}

    def expect(self, z: int, region: Rect, uses: int) -> None:
        """Keep the ring of a run that is drawn next as long as later runs continue it.

        Args:
            z: Its level.
            region: Its stored region.
            uses: The number of later runs that continue it.
        """
        if uses:
            self._uses[z, region] = uses

    def used(self, z: int, regions: Iterable[Rect]) -> None:
        """Note that a run which continues those of some regions is drawn."""
        for region in regions:
            uses = self._uses.pop((z, region), 0) - 1
            if uses > 0:
                self._uses[z, region] = uses
        recent = len(self._rings) - MOST_RUNS
        self._rings = [
            ring
            for i, ring in enumerate(self._rings)
            if i >= recent or self._uses.get((ring.z, ring.region), 0) > 0
        ]

    def remember(self, ring: Ring) -> None:
        """Keep the ring of a run."""
        self._rings.append(ring)
        self.used(ring.z, ())

    def fade(
        self,
        fine: RgbFloat,
        there: Rect,
        beside: RgbFloat,
        z: int,
        present: Set[TileKey],
        region: Rect | None = None,
    ) -> None:
        """Blend the pixels of earlier runs into a run at its borders.

        Args:
            fine: (H, W, 3), the pixels of the run; changed in place.
            there: The region of `fine`, in pixels of level z.
            beside: (H, W, 3), the existing tiles.
            present: The names of these tiles.
            region: The part of the run that is stored: only runs near it are blended in. None is
                all.
        """
        near = (region or there).grown(TILE)
        for ring in self._rings:
            if ring.region.intersected(near).empty:
                continue
            if ring.z != z or not self._still_there(ring, there, beside, present):
                continue
            for piece in ring.pieces:
                common = piece.rect.intersected(there)
                if not common.empty:
                    weights = _weights(common, ring.region)
                    inside = part_of(fine, common, there)
                    kept = to_float(part_of(piece.pixels, common, piece.rect))
                    inside += (kept - inside) * weights

    @staticmethod
    def _still_there(ring: Ring, there: Rect, beside: RgbFloat, present: Set[TileKey]) -> bool:
        """Return whether tiles of a run are present beside another one, all and unchanged.

        Where one is missing, the other run generates it again, perhaps with another prompt or from
        a parent that has changed.
        """
        near = ring.region.intersected(there)
        if not present >= set(tiles_of(ring.z, near)):
            return False
        found = False
        for piece in ring.pieces:
            part = near.intersected(piece.rect)
            if part.empty:
                continue
            kept = np.rint(part_of(beside, part, there) * 255)
            if not np.array_equal(kept, part_of(piece.pixels, part, piece.rect)):
                return False
            found = True
        return found


def _weights(common: Rect, region: Rect) -> NDArray[np.float32]:
    """Return the weights of an earlier run, (H, W, 1): 1 inside its region, falling to 0 at WIDTH
    pixels beyond; read-only."""
    x, y = common.x - region.x, common.y - region.y
    return _weights_at(x, y, common.width, common.height, region.width, region.height)


@lru_cache(MOST_WEIGHTS)
def _weights_at(
    left: int, top: int, across: int, along: int, width: int, height: int
) -> NDArray[np.float32]:
    """As `_weights`, for pixels from (left, top) on of a region of width x height that begins at
    (0, 0): the same ones come again and again."""
    x, y = np.arange(left, left + across), np.arange(top, top + along)
    dx, dy = np.maximum(-x, x - width + 1).clip(0), np.maximum(-y, y - height + 1).clip(0)
    distance = np.maximum(dy[:, None], dx[None, :])
    weights = fade(((distance - 0.5) / WIDTH).clip(0, 1))[:, :, None]
    weights.flags.writeable = False
    return weights
