"""One run of a zoom step: from parent pixels with a halo to finished tiles.

Adjacent missing tiles are generated together (see `runs`) with a common halo, and continue the
existing tiles around them (see `beyond` and `join`). The same view generated in different runs
differs most in fur. With Real-ESRGAN at ×4, 1024 x 1024 pixels in four runs differ from a single
run by 0.56 grey levels on average in fp32, 0.7 in bf16 and 2.5 in int8: by 1.8 beside a border,
where the context ends, and half of that every 60 pixels from there. Far from borders rounding
remains, which the network amplifies: 0.2, 0.4 and 2.5.
"""

from collections.abc import Iterator

import numpy as np

from cozviewer.chain.clear import enlarged_run
from cozviewer.chain.fidelity import corrected
from cozviewer.chain.joining.beyond import Beyond, ring_of
from cozviewer.chain.joining.join import join
from cozviewer.chain.protocols import Progressed, Upscaler, ignore
from cozviewer.chain.recipe import Recipe
from cozviewer.chain.rescale import Margins, redrawn
from cozviewer.chain.runs import Run
from cozviewer.chain.textures.texture import PhotoTexture
from cozviewer.image.pixels import Rgb8, RgbFloat, padded, part_of, to_8bit, to_float
from cozviewer.image.rect import Rect
from cozviewer.pyramid.geometry import (
    STEP_LEVELS,
    STEP_SCALE,
    TileKey,
    coarser,
    level_rect,
    tiles_of,
)
from cozviewer.pyramid.pyramid import Pyramid
from cozviewer.util.cancel import IsCancelled

REDRAWN_SHARE = 1 / (1 + STEP_SCALE**2)
"""Share of a run's work for regenerating its parent at a coarser scale (see `rescale`)."""


def parent_region(level_region: Rect, z: int, recipe: Recipe, width: int, height: int) -> Rect:
    """Return the pixels of level z - 2 on which a run of level z depends, cropped to the photo.

    Args:
        level_region: The region of the run, in pixels of level z.
        width, height: Size of the source in pixels.
    """
    whole = level_rect(z, width, height)
    core = coarser(level_region.intersected(whole), STEP_LEVELS)
    reach = recipe.reach(z, core.width, core.height)
    return core.grown(*reach).intersected(coarser(whole, STEP_LEVELS))


def draw_run(
    run: Run,
    pyramid: Pyramid,
    upscaler: Upscaler,
    recipe: Recipe,
    prompt: str,
    cancelled: IsCancelled,
    progressed: Progressed = ignore,
    beyond: Beyond | None = None,
    texture: PhotoTexture | None = None,
) -> Iterator[tuple[TileKey, Rgb8]]:
    """Generate the missing tiles of a run from their parent level, then yield them.

    Args:
        run: Of a step level (even z > 0); all its parents exist.
        cancelled, progressed: Passed on to the upscaler.
        beyond: The pixels of earlier runs beyond their edges; those of this run are added.
        texture: Adds borrowed texture.

    Yields:
        Each tile with its pixels, (h, w, 3) uint8, cropped to the photo.

    Raises:
        TileMissing, Cancelled, Failure.
    """
    if run.clear:
        yield from enlarged_run(run, pyramid)
        return
    z = run.z
    width, height = pyramid.source.width, pyramid.source.height
    region = run.level_region.intersected(pyramid.level_rect(z))
    core = coarser(region, STEP_LEVELS)
    reach, shown = recipe.reach(z, core.width, core.height), recipe.margins(core.width, core.height)
    there = parent_region(region, z, recipe, width, height)
    parent = pyramid.exact_region(z - STEP_LEVELS, there)
    # Beyond the photo's edge the model gets mirrored pixels instead of a uniform border.
    context = to_float(padded(parent, there, core.grown(*reach), "symmetric"))
    fine = drawn(run.first, context, reach, shown, upscaler, recipe, prompt, cancelled, progressed)
    across, along = (STEP_SCALE * margin for margin in shown)
    around = region.grown(across, along)
    if texture is not None:
        texture.add(fine, around, z)
    if upscaler.generative and across and along:
        covered = around.intersected(pyramid.level_rect(z))
        inside = part_of(fine, covered, around)
        present = set(tiles_of(z, covered)).difference(run.keys)

        def lacks(key: TileKey, part: Rect) -> Rgb8:
            present.discard(key)
            return np.zeros((part.height, part.width, 3), np.uint8)

        beside = to_float(pyramid.region(z, covered, lacks))
        if beyond is not None:
            beyond.fade(inside, covered, beside, z, present, region)
        join(inside, covered, beside, run.keys, present)
        all_of_it = to_8bit(inside)
        if beyond is not None:
            left_out = set(tiles_of(z, region) if run.holes else ()).difference(run.keys)
            beyond.remember(ring_of(z, region, covered, all_of_it, left_out, present))
        pixels = part_of(all_of_it, region, covered)
    else:
        pixels = to_8bit(_cut(fine, (across, along)))
    for key in run.keys:
        yield key, np.ascontiguousarray(part_of(pixels, pyramid.tile_rect(key), region))


def finer_core(
    key: TileKey,
    context: RgbFloat,
    around: int,
    upscaler: Upscaler,
    recipe: Recipe,
    prompt: str,
    cancelled: IsCancelled,
    texture: PhotoTexture | None = None,
    level_region: Rect | None = None,
) -> Rgb8:
    """Upscale a core of the parent by 4, with fidelity correction.

    Args:
        key: Decides the seed, the correction, and whether soft parts are regenerated.
        context: (h + 2 * around, w + 2 * around, 3) float32 in 0..1, the parent pixels.
        around: Margin around the core; the upscaler gets as much of it as the recipe's halo, which
            is cropped afterwards.
        cancelled: Passed on to the upscaler.
        texture: Adds borrowed texture, if `level_region` is given.
        level_region: The region of the result, in pixels of its level.

    Returns:
        (4h, 4w, 3) uint8.

    Raises:
        Cancelled, Failure.
    """
    halo = min(around, recipe.halo)
    margins = (around, around), (halo, halo)
    fine = drawn(key, context, *margins, upscaler, recipe, prompt, cancelled)
    if texture is not None and level_region is not None:
        texture.add(fine, level_region.grown(halo * STEP_SCALE), key.z)
    return to_8bit(_cut(fine, (halo * STEP_SCALE, halo * STEP_SCALE)))


def drawn(
    key: TileKey,
    context: RgbFloat,
    reach: Margins,
    shown: Margins,
    upscaler: Upscaler,
    recipe: Recipe,
    prompt: str,
    cancelled: IsCancelled,
    progressed: Progressed = ignore,
) -> RgbFloat:
    """Upscale a core of the parent with a part of its margin by 4, with fidelity correction.

    Args:
        key: Decides the seed, the correction, and whether soft parts are regenerated.
        context: (h + 2 * reach[1], w + 2 * reach[0], 3) float32 in 0..1, the parent pixels.
        reach: Margin around the core (horizontal, vertical).
        shown: The part of that margin that the upscaler gets.
        cancelled, progressed: Passed on to the upscaler.

    Returns:
        (4h + 8 * shown[1], 4w + 8 * shown[0], 3) float32 in 0..1.

    Raises:
        Cancelled, Failure.
    """
    seed = recipe.tile_seed(key)
    begun = 0.0
    if recipe.rescales(key.z):
        begun = REDRAWN_SHARE

        def from_afar(pixels: RgbFloat) -> RgbFloat:
            def moved(part: float) -> None:
                progressed(begun * part)

            return upscaler.upscale(pixels, prompt, seed, cancelled, moved)

        context = redrawn(
            context,
            reach,
            shown,
            from_afar,
            recipe.fidelity,
            recipe.correction(key.z),
            recipe.frugal,
        )

    def moved(part: float) -> None:
        progressed(begun + (1 - begun) * part)

    edges = (reach[0] - shown[0], reach[1] - shown[1])
    parent = np.ascontiguousarray(_cut(context, edges))
    fine = upscaler.upscale(parent, prompt, seed, cancelled, moved)
    return corrected(fine, parent, recipe.fidelity, recipe.correction(key.z))


def _cut(pixels: RgbFloat, edges: Margins) -> RgbFloat:
    """Return pixels without a margin; a view."""
    across, along = edges
    return pixels[along : pixels.shape[0] - along, across : pixels.shape[1] - across]
