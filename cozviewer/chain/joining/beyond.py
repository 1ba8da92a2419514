"""Keeps the pixels that runs generate beyond their edges, for later adjacent runs.

The context of two runs differs at their common border, and in strong texture they may generate
different detail there. The first run's pixels beyond its edge continue its stored tiles, so the
second run starts with those and blends over to its own. They are kept in memory for the last few
runs; without them, `join` alone compensates for the difference.
"""

from collections import deque
from collections.abc import Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cozviewer.chain.joining.join import fade
from cozviewer.image.pixels import Rgb8, RgbFloat, part_of, to_float
from cozviewer.image.rect import Rect
from cozviewer.pyramid.geometry import TileKey, tile_rect, tiles_of

WIDTH = 48
"""Width of the blend beyond an edge, in pixels; further out, a run has too little context."""

MOST_RUNS = 8
"""Number of runs that are kept, some 5 MB each."""


@dataclass(frozen=True, eq=False, slots=True)
class _Drawn:
    z: int
    region: Rect
    covered: Rect
    pixels: Rgb8


class Beyond:
    """The last runs of a chain. Used in its thread."""

    def __init__(self) -> None:
        self._runs: deque[_Drawn] = deque(maxlen=MOST_RUNS)

    def remember(self, z: int, region: Rect, covered: Rect, pixels: Rgb8) -> None:
        """Keep a run.

        Args:
            z: Its level.
            region: Its stored region, in pixels of level z.
            covered: The region of `pixels`, with the surroundings.
            pixels: (H, W, 3) uint8.
        """
        self._runs.append(_Drawn(z, region, covered, pixels))

    def fade(
        self, fine: RgbFloat, there: Rect, beside: RgbFloat, z: int, present: Set[TileKey]
    ) -> None:
        """Blend the pixels of earlier runs into a run at its borders.

        Args:
            fine: (H, W, 3), the pixels of the run; changed in place.
            there: The region of `fine`, in pixels of level z.
            beside: (H, W, 3), the existing tiles.
            present: The names of these tiles.
        """
        for run in self._runs:
            common = run.covered.intersected(there)
            if run.z != z or common.empty or not self._still_there(run, there, beside, present):
                continue
            weights = _weights(common, run.region)
            inside = part_of(fine, common, there)
            inside += (to_float(part_of(run.pixels, common, run.covered)) - inside) * weights

    @staticmethod
    def _still_there(run: _Drawn, there: Rect, beside: RgbFloat, present: Set[TileKey]) -> bool:
        """Return whether tiles of a run are present beside another one, all and unchanged.

        Where one is missing, the other run generates it anew, perhaps with another prompt or from
        a parent that has changed.
        """
        common = run.region.intersected(there)
        if not common.empty and not all(key in present for key in tiles_of(run.z, common)):
            return False
        found = False
        for key in present:
            part = tile_rect(key).intersected(run.region).intersected(there)
            if part.empty:
                continue
            kept = np.rint(part_of(beside, part, there) * 255)
            if not np.array_equal(kept, part_of(run.pixels, part, run.covered)):
                return False
            found = True
        return found


def _weights(common: Rect, region: Rect) -> NDArray[np.float32]:
    """Return the weights of an earlier run, (H, W, 1): 1 inside its region, falling to 0 at WIDTH
    pixels beyond."""
    x, y = np.arange(common.width), np.arange(common.height)
    dx = np.maximum(region.x - common.x - x, x - (region.right - common.x) + 1).clip(0)
    dy = np.maximum(region.y - common.y - y, y - (region.bottom - common.y) + 1).clip(0)
    distance = np.maximum(dy[:, None], dx[None, :])
    return fade(((distance - 0.5) / WIDTH).clip(0, 1))[:, :, None]
