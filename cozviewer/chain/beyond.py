"""What runs drew beyond their edges, for the runs that are drawn beside them later.

The context of two runs differs at their common border, and in strong texture they may draw
different things there. What the first one drew beyond its edge goes on from what is kept; so the
second one begins with that and fades over to its own. It is kept in memory for the last few runs;
without it, `join` alone makes up for the difference.
"""

from collections import deque
from collections.abc import Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cozviewer.chain.join import fade
from cozviewer.image.pixels import Rgb8, RgbFloat, part_of, to_float
from cozviewer.image.rect import Rect
from cozviewer.pyramid.geometry import TileKey, tile_rect

WIDTH = 48
"""Pixels beyond an edge within which one fades over to the other; further out, a run lacks too much
context itself."""

MOST_RUNS = 8
"""Runs that are remembered, some 5 MB each."""


@dataclass(frozen=True, eq=False, slots=True)
class _Drawn:
    z: int
    region: Rect
    covered: Rect
    pixels: Rgb8


class Beyond:
    """The last runs of a chain. Used by its thread."""

    def __init__(self) -> None:
        self._runs: deque[_Drawn] = deque(maxlen=MOST_RUNS)

    def remember(self, z: int, region: Rect, covered: Rect, pixels: Rgb8) -> None:
        """Keep a run.

        Args:
            z: Its level.
            region: What was drawn for good, in pixels of level z.
            covered: What was drawn at all.
            pixels: (H, W, 3) uint8, of `covered`.
        """
        self._runs.append(_Drawn(z, region, covered, pixels))

    def fade(
        self, fine: RgbFloat, there: Rect, beside: RgbFloat, z: int, present: Set[TileKey]
    ) -> None:
        """Let a run begin at its borders with what earlier runs drew beyond theirs.

        Args:
            fine: (H, W, 3), what the run drew; changed in place.
            there: What `fine` covers, in pixels of level z.
            beside: (H, W, 3), the tiles that are there.
            present: Which tiles that are.
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
        """Return whether tiles of a run are present beside another one, unchanged."""
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
    """Return how much of an earlier run is taken, (H, W, 1): 1 inside its region, and less and less
    of it up to WIDTH pixels beyond."""
    x, y = np.arange(common.width), np.arange(common.height)
    dx = np.maximum(region.x - common.x - x, x - (region.right - common.x) + 1).clip(0)
    dy = np.maximum(region.y - common.y - y, y - (region.bottom - common.y) + 1).clip(0)
    distance = np.maximum(dy[:, None], dx[None, :])
    return fade(((distance - 0.5) / WIDTH).clip(0, 1))[:, :, None]
