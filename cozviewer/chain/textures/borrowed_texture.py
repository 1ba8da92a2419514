"""Finds borrowed texture in a view or in a region of a level.

Used by overlays, the status line and the metadata of exports.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from cozviewer.chain.textures.material import GRID
from cozviewer.chain.textures.texture import PhotoTexture
from cozviewer.image.rect import Rect, split
from cozviewer.pyramid.camera import View
from cozviewer.pyramid.geometry import (
    STEP_LEVELS,
    LevelRegion,
    TileKey,
    at_level,
    finer,
    level_rect,
    tile_rect,
    tiles_of,
)
from cozviewer.pyramid.origins import Patch, made_from, view_box
from cozviewer.pyramid.pyramid import Pyramid
from cozviewer.util.cancel import IsCancelled, check_cancelled, never

CELLS = -2
"""The level whose pixels are GRID x GRID source pixels, the cells of a survey."""
assert finer(Rect(0, 0, 1, 1), -CELLS).width == GRID

LEAST = 0.25
"""Borrowed texture fades out between the centres of a cell with it and one without; it counts up to
three quarters of that distance."""

BLOCK = 64
"""Side of the blocks that are surveyed at once, in cells."""


def borrowed_mask(
    texture: PhotoTexture | None, width: int, height: int, view: View, shown: Sequence[Patch]
) -> NDArray[np.bool_]:
    """Return where a view shows borrowed texture, (view.height, view.width).

    Takes some tenths of a second where the photo has not been surveyed yet, so it is not for the
    GUI thread.

    Args:
        texture: The photo's texture; None if nothing is borrowed.
        width, height: Size of the photo in pixels.
        shown: The patches of the view, as returned by `patches`.
    """
    mask = np.zeros((view.height, view.width), bool)
    boxes = [view_box(view, patch) for patch in shown if patch.level > STEP_LEVELS]
    if texture is None or not boxes:
        return mask
    around, found = _found(texture, width, height, view.visible(CELLS, width, height))
    if not found.any():
        return mask
    left, top, right, bottom = view.level_box(CELLS, around)
    columns = np.linspace(left, right, 2 * view.width + 1)[1::2]
    rows = np.linspace(top, bottom, 2 * view.height + 1)[1::2]
    everywhere = _interpolated(found, columns, rows) >= LEAST
    for box in boxes:
        part = np.s_[box.y : box.bottom, box.x : box.right]
        mask[part] = everywhere[part]
    return mask


def borrows(
    texture: PhotoTexture | None,
    pyramid: Pyramid,
    region: LevelRegion,
    cancelled: IsCancelled = never,
) -> bool:
    """Return whether any pixel of a region of a level is currently borrowed texture.

    Args:
        texture: The photo's texture; None if nothing is borrowed.
        pyramid: The pyramid; missing tiles are enlarged from coarser levels.
        region: The level and the part of it, inside the photo.
        cancelled: Checked repeatedly: without texture, each megapixel of the photo takes a second
            or two.

    Raises:
        Cancelled: `cancelled` returned True.
    """

    def drawn(key: TileKey) -> bool:
        tile = made_from(pyramid, key)
        return tile is not None and tile.z > STEP_LEVELS

    source = pyramid.source
    return texture is not None and borrows_where(
        texture, source.width, source.height, *region, drawn, cancelled
    )


def borrows_where(
    texture: PhotoTexture,
    width: int,
    height: int,
    z: int,
    level_region: Rect,
    drawn: Callable[[TileKey], bool],
    cancelled: IsCancelled = never,
) -> bool:
    """Return whether any pixel of a region of level z is borrowed texture; see `borrows`.

    Args:
        width, height: Size of the photo in pixels.
        drawn: Returns whether a tile's pixels come from the second step or a later one.
    """
    if z <= STEP_LEVELS or level_region.empty:
        return False
    for block in split(at_level(level_region, z, CELLS), BLOCK):
        check_cancelled(cancelled)
        around, found = _found(texture, width, height, block)
        if not found.any():
            continue
        for key in tiles_of(z, finer(block, z - CELLS).intersected(level_region)):
            part = tile_rect(key).intersected(level_region)
            if _largest(found, part, z, around) >= LEAST and drawn(key):
                return True
    return False


def _found(
    texture: PhotoTexture, width: int, height: int, cells: Rect
) -> tuple[Rect, NDArray[np.float32]]:
    """Return cells with their neighbours inside the photo, and 1 for each cell with borrowed
    texture, 0 for the others."""
    around = cells.grown(1).intersected(level_rect(CELLS, width, height))
    region = finer(around, -CELLS).intersected(Rect(0, 0, width, height))
    return around, texture.borrowed(region).astype(np.float32)


def _largest(found: NDArray[np.float32], part: Rect, z: int, around: Rect) -> float:
    """Return the maximum in a part of level z. Values are bilinear between the centres of cells, so
    the maximum is at a centre or at an edge of the part."""
    scale = 1 << (z - CELLS)

    def places(first: int, end: int, corner: int) -> NDArray[np.float64]:
        low, high = (edge - corner * scale for edge in (first, end))
        first_inside = -((scale - 2 * low) // (2 * scale))
        inside = np.arange(first_inside, (2 * high - scale) // (2 * scale) + 1) + 0.5
        return np.concatenate(([low / scale], inside, [high / scale]))

    columns = places(part.x, part.right, around.x)
    rows = places(part.y, part.bottom, around.y)
    return float(_interpolated(found, columns, rows).max())


def _interpolated(
    found: NDArray[np.float32], columns: NDArray[np.float64], rows: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Return the values at the crossings of columns and rows, counted in cells."""
    return _along(_along(found, rows).T, columns).T


def _along(values: NDArray[np.float32], places: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return values interpolated linearly along the first axis."""
    places = np.clip(places - 0.5, 0, len(values) - 1)
    before = np.floor(places).astype(np.int64)
    after = np.minimum(before + 1, len(values) - 1)
    part = (places - before).astype(np.float32)[:, None]
    between: NDArray[np.float32] = values[before] * (1 - part) + values[after] * part
    return between
