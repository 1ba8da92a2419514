"""Joins a new run to the existing tiles around it without visible seams.

Two runs see different context at their common border, so they differ there by about half a grey
level, which is visible. Stored tiles never change; so the new run adds the difference along the
border, mirrored at it and fading out. The step across a border is then the one within the run: see
`tests/benchmarks/bench_8_seams.py`.
"""

from collections.abc import Sequence, Set

import numpy as np
from numpy.typing import NDArray

from cozviewer.chain.fidelity import blurred
from cozviewer.image.pixels import RgbFloat
from cozviewer.image.rect import Rect
from cozviewer.pyramid.geometry import TileKey, tile_rect

FADE, SHARP_FADE = 16, 3
"""Distances in pixels within which the difference fades out: for its low frequencies, and for the
rest, whose mirror image would be visible. Smaller than any halo."""

SIGMA = 6.0
"""Blur in pixels that separates the two."""

ROUNDING = 0.51 / 255
"""Differences up to this value are due to rounding to 8 bits."""


def join(
    fine: RgbFloat, there: Rect, beside: RgbFloat, keys: Sequence[TileKey], present: Set[TileKey]
) -> None:
    """Adjust a run so that it continues the existing tiles around it.

    Args:
        fine: (H, W, 3), the pixels of the run; changed in place, also where tiles exist (those
            pixels are not used).
        there: The region of `fine`, in pixels of the level.
        beside: (H, W, 3), the existing tiles; undefined elsewhere.
        keys: The new tiles.
        present: The tiles in `beside`.
    """
    if not present:
        return
    _join_rows(fine, there, beside, keys, present)
    _join_rows(
        fine.swapaxes(0, 1),
        Rect(there.y, there.x, there.height, there.width),
        beside.swapaxes(0, 1),
        [_turned(key) for key in keys],
        {_turned(key) for key in present},
    )


def _join_rows(
    fine: RgbFloat, there: Rect, beside: RgbFloat, keys: Sequence[TileKey], present: Set[TileKey]
) -> None:
    """Join along the borders between columns of tiles.

    Some rows of existing tiles above and below are adjusted, too. They are not stored, but they are
    compared next, and where borders cross a difference must not be corrected twice.
    """
    for key in keys:
        rect = tile_rect(key).intersected(there).moved(-there.x, -there.y)
        for side in (-1, 1):
            if TileKey(key.z, key.col + side, key.row) not in present:
                continue
            x = rect.x if side < 0 else rect.right
            before, after, mirrored = np.s_[:, :x], np.s_[:, x:], np.s_[:, ::-1]
            if side < 0:
                here, other = fine[after], (fine[before][mirrored], beside[before][mirrored])
            else:
                here, other = fine[before][mirrored], (fine[after], beside[after])
            rows = [rect.y, rect.bottom]  # that are compared
            changed = [rect.y, rect.bottom]
            for end, row, step in ((0, key.row - 1, -FADE), (1, key.row + 1, FADE)):
                if TileKey(key.z, key.col, row) in present:
                    changed[end] = min(max(changed[end] + step, 0), there.height)
                    if TileKey(key.z, key.col + side, row) in present:
                        rows[end] = changed[end]
            _join_border(here, *other, slice(*rows), slice(*changed))


def _join_border(
    fine: RgbFloat, drawn: RgbFloat, kept: RgbFloat, rows: slice, changed: slice
) -> None:
    """Join at one border; columns are counted from it.

    Args:
        fine: The new pixels on this side; changed in place.
        drawn, kept: The new and the stored pixels on the other side.
        rows: Rows in which both sides are compared.
        changed: Rows in which `fine` is changed: those, and more above and below.
    """
    width = min(FADE, fine.shape[1], drawn.shape[1])
    # Stored pixels were clipped.
    difference = kept[rows, :width] - drawn[rows, :width].clip(0, 1)
    if difference.size == 0 or np.abs(difference).max() <= ROUNDING:
        return
    soft = blurred(difference, SIGMA)
    change = soft * _weights(FADE)[:width, None]
    change[:, :SHARP_FADE] += (difference - soft)[:, :SHARP_FADE] * _weights(SHARP_FADE)[
        :width, None
    ]
    above, below = rows.start - changed.start, changed.stop - rows.stop
    fine[changed, :width] += np.concatenate([change[:1]] * above + [change] + [change[-1:]] * below)


def _weights(width: int) -> NDArray[np.float32]:
    """Return the values of `fade` for the first pixels beyond a border."""
    return fade((np.arange(width) + 0.5) / width)


def fade(part: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return weights that fall from 1 at 0 to 0 at 1 and beyond: a squared quarter of a cosine."""
    return np.where(part < 1, np.cos(part * np.pi / 2) ** 2, 0).astype(np.float32)


def _turned(key: TileKey) -> TileKey:
    """Return a tile with column and row exchanged."""
    return TileKey(key.z, key.row, key.col)
