"""What a series of views lacks, and computing it: each tile once, however many views show it.

A movie is such a series. A level is wanted by all views between it and the one above, so most
of its tiles are seen in the widest of them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from cozviewer.chain.chain import Chain, Progress, Told, unheard
from cozviewer.chain.recipe import Recipe
from cozviewer.chain.runs import runs_of
from cozviewer.chain.step import parent_region
from cozviewer.image.rect import Rect
from cozviewer.pyramid.camera import View
from cozviewer.pyramid.compose import wanted_level
from cozviewer.pyramid.geometry import STEP_LEVELS, TileKey, tiles_of
from cozviewer.pyramid.pyramid import Pyramid
from cozviewer.util.cancel import IsCancelled

Needs = Mapping[int, list[Rect]]
"""Regions of each generated level, coarse to fine, that show all its tiles that are wanted."""


def needs_of(pyramid: Pyramid, views: Iterable[View]) -> Needs:
    """Return what a series of views shows of the generated levels, as few regions as will do."""
    source = pyramid.source
    seen: dict[int, set[Rect]] = {}
    for view in views:
        z = wanted_level(view, source.coarsest)
        if z > 0:
            seen.setdefault(z, set()).add(view.visible(z, source.width, source.height))
    return {z: _without_repeats(z, seen[z]) for z in sorted(seen)}


def missing_of(pyramid: Pyramid, recipe: Recipe, needs: Needs) -> set[TileKey]:
    """Return all tiles that must be computed, on all levels."""
    source = pyramid.source
    found: set[TileKey] = set()
    parents: set[TileKey] = set()
    for z in range(max(needs, default=0), 0, -STEP_LEVELS):
        wanted = parents.union(*(tiles_of(z, region) for region in needs.get(z, [])))
        missing = pyramid.missing(wanted)
        found.update(missing)
        parents = {
            parent
            for run in runs_of(missing, recipe)
            for parent in tiles_of(
                z - STEP_LEVELS,
                parent_region(run.level_region, z, recipe, source.width, source.height),
            )
        }
    return found


def refine_series(
    chain: Chain, needs: Needs, cancelled: IsCancelled, told: Told = unheard
) -> Iterator[Progress]:
    """Draw all that a series lacks, coarse to fine, telling how it goes.

    Args, yields, raises: As `Chain.refine`; the tiles counted are those of all views.
    """
    total = len(missing_of(chain.pyramid, chain.recipe, needs))
    done = 0

    def of_all(progress: Progress) -> Progress:
        begun = (progress.fraction or 0.0) * progress.total - progress.done
        share = min(1.0, (done + max(0.0, begun)) / total) if total else None
        left = chain.seconds_for(total - done)
        return replace(progress, done=done, total=total, seconds_left=left, fraction=share)

    for z, regions in needs.items():
        for region in regions:
            for progress in chain.refine(z, region, cancelled, lambda now: told(of_all(now))):
                done += len(progress.finished)
                total = max(total, done)  # more, where one was lost meanwhile
                yield of_all(progress)


def _without_repeats(z: int, regions: set[Rect]) -> list[Rect]:
    """Return those regions, the largest first, that show tiles which none before them shows."""
    kept, covered = [], set[TileKey]()
    for region in sorted(regions, key=lambda rect: (-rect.area, rect.x, rect.y)):
        tiles = set(tiles_of(z, region))
        if not tiles <= covered:
            kept.append(region)
            covered |= tiles
    return kept
