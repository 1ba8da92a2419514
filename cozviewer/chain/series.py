"""Finds and generates the missing tiles of a series of views, such as a movie; each tile once.

A level is used by all views between it and the next one, so most of its tiles are visible in the
widest of these.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from cozviewer.chain.chain import Chain, OnProgress, Progress, unreported
from cozviewer.chain.recipe import Recipe
from cozviewer.chain.runs import runs_of
from cozviewer.chain.step import parent_region
from cozviewer.image.rect import Rect
from cozviewer.pyramid.camera import View
from cozviewer.pyramid.compose import wanted_region
from cozviewer.pyramid.geometry import STEP_LEVELS, TileKey, tiles_of
from cozviewer.pyramid.pyramid import Pyramid
from cozviewer.util.cancel import IsCancelled

Needs = Mapping[int, list[Rect]]
"""Regions of each generated level, coarse to fine, that together contain all needed tiles."""


def needs_of(pyramid: Pyramid, views: Iterable[View]) -> Needs:
    """Return the regions of the generated levels that a series of views shows, without repeats."""
    seen: dict[int, set[Rect]] = {}
    for view in views:
        z, region = wanted_region(view, pyramid.source)
        if z > 0:
            seen.setdefault(z, set()).add(region)
    return {z: _without_repeats(z, seen[z]) for z in sorted(seen)}


def missing_of(pyramid: Pyramid, recipe: Recipe, needs: Needs) -> set[TileKey]:
    """Return all missing tiles, on all levels."""
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
    chain: Chain, needs: Needs, cancelled: IsCancelled, on_progress: OnProgress = unreported
) -> Iterator[Progress]:
    """Generate all missing tiles of a series, coarse to fine.

    Args, yields, raises: As `Chain.refine`; the progress counts the tiles of all views.
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
            for progress in chain.refine(
                z, region, cancelled, lambda now: on_progress(of_all(now))
            ):
                done += len(progress.finished)
                total = max(total, done)  # more, if tiles were lost meanwhile
                yield of_all(progress)


def _without_repeats(z: int, regions: set[Rect]) -> list[Rect]:
    """Return the regions, largest first, that contain tiles not contained in previous ones."""
    kept, covered = [], set[TileKey]()
    for region in sorted(regions, key=lambda rect: (-rect.area, rect.x, rect.y)):
        tiles = set(tiles_of(z, region))
        if not tiles <= covered:
            kept.append(region)
            covered |= tiles
    return kept
