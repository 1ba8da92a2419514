"""One tile of one zoom step: parent pixels and halo in, a finished tile out.

A tile is always computed from the same parent pixels, whatever view asked for it: the same
region reached along different paths, or in another session, gives the same pixels.
"""

import numpy as np

from cozviewer.chain.fidelity import corrected
from cozviewer.chain.protocols import Cancelled, Upscaler
from cozviewer.chain.recipe import Recipe
from cozviewer.chain.rescale import redrawn
from cozviewer.pyramid.geometry import (
    STEP_LEVELS,
    STEP_SCALE,
    Rect,
    TileKey,
    coarser,
    level_rect,
    tile_rect,
)
from cozviewer.pyramid.pixels import Rgb8, RgbFloat, padded, to_8bit, to_float
from cozviewer.pyramid.pyramid import Pyramid


def parent_region(key: TileKey, halo: int, source_width: int, source_height: int) -> Rect:
    """Return the pixels of level key.z - 2 that a tile is made from, halo included, cut to the
    picture."""
    whole = level_rect(key.z, source_width, source_height)
    core = coarser(tile_rect(key).intersected(whole), STEP_LEVELS)
    return core.grown(halo).intersected(coarser(whole, STEP_LEVELS))


def make_tile(
    key: TileKey,
    pyramid: Pyramid,
    upscaler: Upscaler,
    recipe: Recipe,
    prompt: str,
    cancelled: Cancelled,
) -> Rgb8:
    """Return the pixels of a tile, made from its parent level.

    Args:
        key: A tile of a step level (even z > 0) whose parents all exist.
        cancelled: Passed on to the upscaler.

    Returns:
        (h, w, 3) uint8, cut at the picture's edge.

    Raises:
        TileMissing, Cancelled, Failure.
    """
    core = coarser(pyramid.tile_rect(key), STEP_LEVELS)
    around = recipe.reach if recipe.rescales(key.z) else recipe.halo
    there = parent_region(key, around, pyramid.source.width, pyramid.source.height)
    parent = pyramid.exact_region(key.z - STEP_LEVELS, there)
    # Beyond the picture's edge a model is shown plausible texture instead of a frame.
    context = to_float(padded(parent, there, core.grown(around), "symmetric"))
    return finer_core(key, context, around, upscaler, recipe, prompt, cancelled)


def finer_core(
    key: TileKey,
    context: RgbFloat,
    around: int,
    upscaler: Upscaler,
    recipe: Recipe,
    prompt: str,
    cancelled: Cancelled,
) -> Rgb8:
    """Return a tile: its core of the parent, 4x finer and true to it.

    Args:
        key: Its name, which decides its seed, and whether soft parts are drawn anew.
        context: (h + 2 * around, w + 2 * around, 3) float32 in 0..1, the parent pixels.
        around: Pixels on every side of the core; as much of them as the recipe's halo is shown to
            the upscaler and cut away again.
        cancelled: Passed on to the upscaler.

    Returns:
        (4h, 4w, 3) uint8.

    Raises:
        Cancelled, Failure.
    """
    seed = recipe.tile_seed(key)

    def upscale(pixels: RgbFloat) -> RgbFloat:
        return upscaler.upscale(pixels, prompt, seed, cancelled)

    if recipe.rescales(key.z):
        context = redrawn(context, recipe.halo, upscale, recipe.fidelity)
    halo = min(around, recipe.halo)
    parent = np.ascontiguousarray(_cut(context, around - halo))
    fine = corrected(upscale(parent), parent, recipe.fidelity)
    return to_8bit(_cut(fine, halo * STEP_SCALE))


def _cut(pixels: RgbFloat, edge: int) -> RgbFloat:
    """Return pixels without so many of them on every side; a view."""
    return pixels[edge : pixels.shape[0] - edge, edge : pixels.shape[1] - edge]
