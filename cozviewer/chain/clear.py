"""Tiles of which nothing can be seen, as the photo is fully transparent there: no model runs."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from cozviewer.chain.joining.order import in_joining_order
from cozviewer.chain.recipe import Recipe
from cozviewer.chain.runs import Run, runs_of
from cozviewer.image.pixels import Rgb8, padded, part_of
from cozviewer.image.rect import Rect
from cozviewer.pyramid.compose import SUPPORT, resampled
from cozviewer.pyramid.geometry import STEP_LEVELS, STEP_SCALE, TileKey, coarser
from cozviewer.pyramid.pyramid import Pyramid


def ordered_runs(
    pyramid: Pyramid, keys: Sequence[TileKey], recipe: Recipe, level_region: Rect
) -> list[Run]:
    """Return the runs for missing tiles of one level: those of which something can be seen first,
    in an order in which they can be drawn one after another (see `joining.order`).

    Args:
        keys: Tiles of one level.
        level_region: The region, in pixels of that level; see `in_joining_order`.
    """
    alpha = pyramid.source.alpha
    if alpha is None:
        return in_joining_order(runs_of(keys, recipe), level_region)
    clear = {key for key in keys if alpha.is_clear(key.z, pyramid.tile_rect(key))}
    seen = runs_of([key for key in keys if key not in clear], recipe)
    return [
        *in_joining_order(seen, level_region),
        *(replace(run, clear=True) for run in runs_of(clear, recipe)),
    ]


def enlarged_run(run: Run, pyramid: Pyramid) -> Iterator[tuple[TileKey, Rgb8]]:
    """Yield the tiles of a run of which nothing can be seen: their parent level, interpolated.

    Raises:
        TileMissing: A parent does not exist.
    """
    z = run.z
    region = run.level_region.intersected(pyramid.level_rect(z))
    wanted = coarser(region, STEP_LEVELS).grown(SUPPORT + 1)
    there = wanted.intersected(pyramid.level_rect(z - STEP_LEVELS))
    parent = padded(pyramid.exact_region(z - STEP_LEVELS, there), there, wanted, "edge")
    pixels = resampled(
        parent,
        (region.x - wanted.x * STEP_SCALE) / STEP_SCALE,
        (region.y - wanted.y * STEP_SCALE) / STEP_SCALE,
        region.width,
        region.height,
        1 / STEP_SCALE,
    )
    for key in run.keys:
        yield key, np.ascontiguousarray(part_of(pixels, pyramid.tile_rect(key), region))
