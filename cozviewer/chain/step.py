"""One tile of one zoom step: parent pixels and halo in, a finished tile out.

A tile is always computed from the same parent pixels, whatever view asked for it: the same
region reached along different paths, or in another session, gives the same pixels.
"""

from cozviewer.chain.fidelity import corrected
from cozviewer.chain.protocols import Cancelled, Upscaler
from cozviewer.chain.recipe import Recipe
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
    there = parent_region(key, recipe.halo, pyramid.source.width, pyramid.source.height)
    haloed = core.grown(recipe.halo)
    parent = pyramid.exact_region(key.z - STEP_LEVELS, there)
    # Beyond the picture's edge a model is shown plausible texture instead of a frame.
    context = to_float(padded(parent, there, haloed, "symmetric"))
    return finer_core(
        context, recipe.halo, upscaler, recipe, prompt, recipe.tile_seed(key), cancelled
    )


def finer_core(
    context: RgbFloat,
    halo: int,
    upscaler: Upscaler,
    recipe: Recipe,
    prompt: str,
    seed: int,
    cancelled: Cancelled,
) -> Rgb8:
    """Return what lies within the halo, 4x finer and true to its parent.

    Args:
        context: (h + 2 * halo, w + 2 * halo, 3) float32 in 0..1, the parent pixels.
        halo: Pixels on every side of `context` that are cut away again.
        seed, cancelled: Passed on to the upscaler.

    Returns:
        (4h, 4w, 3) uint8.

    Raises:
        Cancelled, Failure.
    """
    fine = upscaler.upscale(context, prompt, seed, cancelled)
    fine = corrected(fine, context, recipe.fidelity)
    cut, (height, width) = halo * STEP_SCALE, fine.shape[:2]
    return to_8bit(fine[cut : height - cut, cut : width - cut])
