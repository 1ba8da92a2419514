"""One run of a zoom step: parent pixels and halo in, finished tiles out.

Tiles that are missing beside each other are drawn at once (see `runs`), with a halo around them
all, and are joined to the tiles that are there already (see `join`). A region that is reached along
different paths, in other runs, differs by less than half a grey level on average.
"""

from collections.abc import Iterator
from typing import TypeVar

import numpy as np

from cozviewer.chain.fidelity import corrected
from cozviewer.chain.join import join
from cozviewer.chain.protocols import Cancelled, Progressed, Upscaler, ignore
from cozviewer.chain.recipe import Recipe
from cozviewer.chain.rescale import redrawn
from cozviewer.chain.runs import Run, parent_pixels
from cozviewer.pyramid.geometry import (
    STEP_LEVELS,
    STEP_SCALE,
    Rect,
    TileKey,
    coarser,
    level_rect,
    tiles_of,
)
from cozviewer.pyramid.pixels import Rgb8, RgbFloat, padded, to_8bit, to_float
from cozviewer.pyramid.pyramid import Pyramid

Pixels = TypeVar("Pixels", Rgb8, RgbFloat)

REDRAWN_SHARE = 1 / (1 + STEP_SCALE**2)
"""The part of a run's work that goes into drawing its parent again from further away."""


def parent_region(level_region: Rect, z: int, around: int, width: int, height: int) -> Rect:
    """Return the pixels of level z - 2 that a region of level z is made from, cut to the picture.

    Args:
        level_region: Pixels of level z.
        around: Parent pixels on each side that decide it, too.
        width, height: Size of the source in pixels.
    """
    whole = level_rect(z, width, height)
    core = coarser(level_region.intersected(whole), STEP_LEVELS)
    return core.grown(around).intersected(coarser(whole, STEP_LEVELS))


def draw_run(
    run: Run,
    pyramid: Pyramid,
    upscaler: Upscaler,
    recipe: Recipe,
    prompt: str,
    cancelled: Cancelled,
    progressed: Progressed = ignore,
) -> Iterator[tuple[TileKey, Rgb8]]:
    """Draw the missing tiles of a run from their parent level, then yield them.

    Args:
        run: Of a step level (even z > 0); all its parents exist.
        cancelled, progressed: Passed on to the upscaler.

    Yields:
        Each tile with its pixels, (h, w, 3) uint8, cut at the picture's edge.

    Raises:
        TileMissing, Cancelled, Failure.
    """
    z = run.keys[0].z
    width, height = pyramid.source.width, pyramid.source.height
    region = run.level_region.intersected(pyramid.level_rect(z))
    core, around = parent_pixels(region), recipe.around(z)
    there = parent_region(region, z, around, width, height)
    parent = pyramid.exact_region(z - STEP_LEVELS, there)
    # Beyond the picture's edge a model is shown plausible texture instead of a frame.
    context = to_float(padded(parent, there, core.grown(around), "symmetric"))
    fine = drawn(run.keys[0], context, around, upscaler, recipe, prompt, cancelled, progressed)
    halo = recipe.halo * STEP_SCALE
    if upscaler.generative and halo:
        covered = region.grown(halo).intersected(pyramid.level_rect(z))
        inside = _part(fine, covered, region.grown(halo))
        present = set(tiles_of(z, covered)).difference(run.keys)

        def lacks(key: TileKey, part: Rect) -> Rgb8:
            present.discard(key)
            return np.zeros((part.height, part.width, 3), np.uint8)

        beside = to_float(pyramid.region(z, covered, lacks))
        join(inside, covered, beside, run.keys, present)
    pixels = to_8bit(_cut(fine, halo))
    for key in run.keys:
        yield key, np.ascontiguousarray(_part(pixels, pyramid.tile_rect(key), region))


def finer_core(
    key: TileKey,
    context: RgbFloat,
    around: int,
    upscaler: Upscaler,
    recipe: Recipe,
    prompt: str,
    cancelled: Cancelled,
) -> Rgb8:
    """Return a core of the parent, 4x finer and true to it.

    Args:
        key: Decides the seed, and whether soft parts are drawn anew.
        context: (h + 2 * around, w + 2 * around, 3) float32 in 0..1, the parent pixels.
        around: Pixels on every side of the core; as much of them as the recipe's halo is shown to
            the upscaler and cut away again.
        cancelled: Passed on to the upscaler.

    Returns:
        (4h, 4w, 3) uint8.

    Raises:
        Cancelled, Failure.
    """
    fine = drawn(key, context, around, upscaler, recipe, prompt, cancelled)
    return to_8bit(_cut(fine, min(around, recipe.halo) * STEP_SCALE))


def drawn(
    key: TileKey,
    context: RgbFloat,
    around: int,
    upscaler: Upscaler,
    recipe: Recipe,
    prompt: str,
    cancelled: Cancelled,
    progressed: Progressed = ignore,
) -> RgbFloat:
    """Return what `finer_core` does as float32 in 0..1, with the recipe's halo still around it (or
    with `around`, if that is less)."""
    seed = recipe.tile_seed(key)
    halo = min(around, recipe.halo)
    begun = 0.0
    if recipe.rescales(key.z):
        begun = REDRAWN_SHARE

        def from_afar(pixels: RgbFloat) -> RgbFloat:
            def moved(part: float) -> None:
                progressed(begun * part)

            return upscaler.upscale(pixels, prompt, seed, cancelled, moved)

        context = redrawn(context, around, recipe.halo, from_afar, recipe.fidelity)

    def moved(part: float) -> None:
        progressed(begun + (1 - begun) * part)

    parent = np.ascontiguousarray(_cut(context, around - halo))
    fine = upscaler.upscale(parent, prompt, seed, cancelled, moved)
    return corrected(fine, parent, recipe.fidelity)


def _cut(pixels: RgbFloat, edge: int) -> RgbFloat:
    """Return pixels without so many of them on every side; a view."""
    return pixels[edge : pixels.shape[0] - edge, edge : pixels.shape[1] - edge]


def _part(pixels: Pixels, part: Rect, whole: Rect) -> Pixels:
    """Return the view of `pixels` (which cover `whole`) that covers `part`."""
    x, y = part.x - whole.x, part.y - whole.y
    return pixels[y : y + part.height, x : x + part.width]
