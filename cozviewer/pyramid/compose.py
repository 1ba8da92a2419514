"""Composes the pixels of a view at rest: any part of a pyramid at any magnification.

The window at rest, `cozviewer render` and all exports use this module, so their pixels are equal.
(While the view moves, the canvas draws tiles instead: see `plan`.)
"""

import math
from collections.abc import Callable, Iterator
from functools import cache
from itertools import pairwise
from typing import Literal

import numpy as np
from PIL import Image

from cozviewer.image.pixels import Rgb8, padded
from cozviewer.image.rect import Rect, rect_between
from cozviewer.image.source import Source
from cozviewer.pyramid.camera import View
from cozviewer.pyramid.geometry import (
    STEP_LEVELS,
    STEP_SCALE,
    TILE,
    LevelRegion,
    TileKey,
    coarser,
    snapped_to_tiles,
)
from cozviewer.pyramid.orientation import UPRIGHT, Orientation
from cozviewer.pyramid.pyramid import Pyramid

BACKGROUND = (24, 25, 28)
"""Colour around the photo, sRGB 0..255."""

SUPPORT = 2
"""Support of the bicubic kernel to each side, in pixels (at its own scale)."""

Kernel = Literal["nearest", "bicubic", "lanczos"]
"""Interpolation kernels."""

_KERNELS = {
    "nearest": (Image.Resampling.NEAREST, 1),
    "bicubic": (Image.Resampling.BICUBIC, SUPPORT),
    "lanczos": (Image.Resampling.LANCZOS, 3),
}
"""Pillow's filter for each kernel, and its support (see SUPPORT)."""

BAND = 8 * TILE
"""Rows of a band. Enlarging for a band needs some additional rows of its parent: a tenth at this
height, a third in bands of one row of tiles."""

FLATTEST = 1 / 1024
"""Minimum width of a resampling box in source pixels. A narrower view is flat to within a quarter
of a grey level (255 / 1024), and Pillow's boxes are 32-bit floats."""


def compose(
    pyramid: Pyramid,
    view: View,
    finest: int | None = None,
    kernel: Kernel = "bicubic",
    *,
    complete: bool = False,
) -> Rgb8:
    """Return the pixels of a view, composed from the best existing tiles.

    Args:
        pyramid: The pyramid. Where tiles of the view's level are missing, coarser ones are enlarged
            (bicubic), unless `complete`.
        view: Camera and size.
        finest: The finest level to use, not a derived one: 0 gives the source alone,
            interpolated. None: all.
        kernel: Resamples the pixels of the level to those of the view.
        complete: Whether all tiles of the level must exist.

    Returns:
        (H, W, 3) uint8 of `view.shown_size`, turned by the orientation of the view; BACKGROUND
        outside the photo.

    Raises:
        TileMissing: `complete`, and a tile does not exist or cannot be read.
    """
    z = wanted_level(view, pyramid.source.coarsest)
    if finest is not None:
        z = min(z, finest)
    out = np.empty((view.height, view.width, 3), np.uint8)
    out[:] = BACKGROUND
    whole = pyramid.level_rect(z)
    inside = view.photo_area(pyramid.source.width, pyramid.source.height)
    if inside.empty:
        return view.orientation.turned(out)
    per_pixel = math.ldexp(1 / view.camera.scale, z - view.camera.level)
    margin = math.ceil(_KERNELS[kernel][1] * max(1.0, per_pixel)) + 1
    wanted = view.level_region(z).intersected(whole).grown(margin)
    # The kernel may extend beyond the tiles that intersect the view. Pixels must not depend on
    # whether the neighbouring tiles exist, so these are never read.
    there = whole if z <= 0 else snapped_to_tiles(view.level_region(z).intersected(whole))
    there = there.intersected(whole)
    there = wanted.intersected(there)
    pixels = padded(best_region(pyramid, LevelRegion(z, there), complete), there, wanted, "edge")
    left, top, _, _ = view.level_box(z, wanted)
    out[inside.y : inside.bottom, inside.x : inside.right] = resampled(
        pixels,
        left + inside.x * per_pixel,
        top + inside.y * per_pixel,
        inside.width,
        inside.height,
        per_pixel,
        kernel,
    )
    return view.orientation.turned(out)


def wanted_level(view: View, coarsest: int) -> int:
    """Return the level from which a view at rest is composed: see `Camera.rest_level`.

    Used by the window, the commands and the exports.

    Args:
        coarsest: The coarsest level of the pyramid, <= 0.
    """
    return max(view.camera.rest_level, coarsest)


def wanted_region(view: View, source: Source, finest: int | None = None) -> LevelRegion:
    """Return the visible part of the level from which a view at rest is composed.

    Args:
        source: The photo; the region is cut to it and may be empty.
        finest: As for `compose`.
    """
    z = wanted_level(view, source.coarsest)
    if finest is not None:
        z = min(z, finest)
    return LevelRegion(z, view.visible(z, source.width, source.height))


def step_level(z: int) -> int:
    """Return the coarsest level >= z that is not derived."""
    return z if z <= 0 else -(-z // STEP_LEVELS) * STEP_LEVELS


def best_region(pyramid: Pyramid, region: LevelRegion, complete: bool = False) -> Rgb8:
    """Return a region of a level inside the photo, with missing tiles enlarged from coarser ones.

    Args:
        complete: As for `compose`.

    Returns:
        (height, width, 3) uint8; do not write to it.
    """
    if complete:
        return pyramid.exact_region(*region)

    @cache
    def enlarged() -> Rgb8:
        # The whole region at once: tile by tile, the work would double with every level, as the
        # parent regions of neighbouring tiles overlap.
        return _enlarged(pyramid, region)

    def fill(key: TileKey, part: Rect) -> Rgb8:
        x, y = part.x - region.rect.x, part.y - region.rect.y
        return enlarged()[y : y + part.height, x : x + part.width]

    return pyramid.region(*region, fill)


def bands(
    pyramid: Pyramid,
    region: LevelRegion,
    complete: bool = False,
    orientation: Orientation = UPRIGHT,
    wait: Callable[[int, Rect], None] = lambda z, level_region: None,
) -> Iterator[Rgb8]:
    """Yield the result of `best_region`, turned, in bands of rows, for regions of any size.

    Args:
        wait: Called with the level and the part of it that is read next.
    """
    for part in band_parts(region.rect, orientation):
        wait(region.z, part)
        yield orientation.turned(best_region(pyramid, LevelRegion(region.z, part), complete))


def band_parts(level_region: Rect, orientation: Orientation = UPRIGHT) -> list[Rect]:
    """Return the parts of a region that are its bands, top to bottom, when it is turned."""
    x, y, right, bottom = (
        level_region.x,
        level_region.y,
        level_region.right,
        level_region.bottom,
    )
    if orientation.sideways:
        found = [rect_between(low, y, high, bottom) for low, high in _cuts(x, right)]
    else:
        found = [rect_between(x, low, right, high) for low, high in _cuts(y, bottom)]
    # Where the upper or left edge of the region is shown: at the top, or at the bottom.
    _, down = orientation.way(1, 0) if orientation.sideways else orientation.way(0, 1)
    return found if down > 0 else found[::-1]


def _cuts(low: int, high: int) -> list[tuple[int, int]]:
    """Return a range cut at the multiples of BAND."""
    inner = range((low // BAND + 1) * BAND, high, BAND)
    edges = [low, *inner, high]
    return list(pairwise(edges)) if low < high else []


def _enlarged(pyramid: Pyramid, region: LevelRegion) -> Rgb8:
    """Return a region of a level, enlarged from the next coarser step level."""
    z, level_region = region
    whole = pyramid.level_rect(z - STEP_LEVELS)
    parent_region = coarser(level_region, STEP_LEVELS).grown(SUPPORT + 1)
    there = parent_region.intersected(whole)
    parent = best_region(pyramid, LevelRegion(z - STEP_LEVELS, there))
    return resampled(
        padded(parent, there, parent_region, "edge"),
        (level_region.x - parent_region.x * STEP_SCALE) / STEP_SCALE,
        (level_region.y - parent_region.y * STEP_SCALE) / STEP_SCALE,
        level_region.width,
        level_region.height,
        1 / STEP_SCALE,
    )


def resampled(
    pixels: Rgb8,
    left: float,
    top: float,
    width: int,
    height: int,
    per_pixel: float,
    kernel: Kernel = "bicubic",
) -> Rgb8:
    """Return width x height pixels, `per_pixel` apart in `pixels`, starting at (left, top).

    Args:
        pixels: (H, W, 3) uint8, larger than the box by the kernel's support on all sides.
    """
    if per_pixel == 1.0 and left.is_integer() and top.is_integer():
        x, y = int(left), int(top)
        return pixels[y : y + height, x : x + width]
    right = left + max(width * per_pixel, FLATTEST)
    bottom = top + max(height * per_pixel, FLATTEST)
    image = Image.fromarray(pixels)
    return np.asarray(
        image.resize((width, height), _KERNELS[kernel][0], box=(left, top, right, bottom))
    )
