"""Finds the prompts of the generated levels below a view, to be shown and edited."""

from collections import Counter
from dataclasses import dataclass

from cozviewer.image.rect import Rect, rect_between
from cozviewer.pyramid.geometry import (
    STEP_LEVELS,
    TILE,
    LevelRegion,
    TileKey,
    tile_rect,
    tiles_of,
)
from cozviewer.pyramid.pyramid import Pyramid
from cozviewer.pyramid.store.store import StepRecord

DECIDING = 128 * TILE
"""Maximum side in pixels of the central area that is sampled to find the step of a region: more
than a view of 3840 pixels shows, but not a whole level."""


@dataclass(frozen=True)
class LevelPrompt:
    """A generated level below a region.

    Attributes:
        z: The level.
        step: The step that made most of the visible tiles; if there are none, the newest step of
            this region. None if there is no step.
    """

    z: int
    step: StepRecord | None


def steps_below(pyramid: Pyramid, region: LevelRegion) -> tuple[LevelPrompt, ...]:
    """Return the steps of all levels below a region, coarse to fine.

    Args:
        region: Inside the photo; only step levels (even, > 0) have prompts.
    """
    levels = range(STEP_LEVELS, region.z + 1, STEP_LEVELS)
    regions = [region.at(level) for level in levels]
    tiles = {level: list(tiles_of(level, _middle(rect))) for level, rect in regions}
    steps = pyramid.steps_of(key for keys in tiles.values() for key in keys)
    return tuple(
        LevelPrompt(
            level,
            _most_seen({key: steps[key] for key in tiles[level] if key in steps}, rect)
            or pyramid.step_near(LevelRegion(level, rect).at(level - STEP_LEVELS)),
        )
        for level, rect in regions
    )


def _most_seen(steps: dict[TileKey, StepRecord], level_region: Rect) -> StepRecord | None:
    """Return the step whose tiles cover most of a region."""
    areas: Counter[StepRecord] = Counter()
    for key, step in steps.items():
        areas[step] += tile_rect(key).intersected(level_region).area
    return max(areas, key=lambda step: areas[step], default=None)


def _middle(region: Rect) -> Rect:
    """Return at most DECIDING x DECIDING pixels around the centre of a region."""
    x, y = region.middle
    half = DECIDING // 2
    return rect_between(x - half, y - half, x + half, y + half).intersected(region)
