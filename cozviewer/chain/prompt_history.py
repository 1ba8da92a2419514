"""Which words each generated level under a view was made with, for people to read and change."""

from collections import Counter
from dataclasses import dataclass

from cozviewer.image.rect import Rect, rect_between
from cozviewer.pyramid.geometry import STEP_LEVELS, TILE, TileKey, coarser, tile_rect, tiles_of
from cozviewer.pyramid.pyramid import Pyramid
from cozviewer.pyramid.store.store import StepRecord

DECIDING = 128 * TILE
"""Longest side, in pixels, of the middle of a region that decides which step it is of: more than a
view 3840 pixels wide shows, and no endless counting for a whole level."""


@dataclass(frozen=True)
class LevelWords:
    """One generated level under a region.

    Attributes:
        z: The level.
        step: The step that most of what is seen of it was made by; where its tiles have gone, the
            newest one there. None if none was made.
    """

    z: int
    step: StepRecord | None


def words_below(pyramid: Pyramid, z: int, level_region: Rect) -> tuple[LevelWords, ...]:
    """Return the words of all levels that a region is made of, coarse to fine.

    Args:
        z: The level of the region; none but a step level (even, > 0) has words.
        level_region: Pixels of level z inside the picture.
    """
    levels = range(STEP_LEVELS, z + 1, STEP_LEVELS)
    regions = {level: coarser(level_region, z - level) for level in levels}
    tiles = {level: list(tiles_of(level, _middle(region))) for level, region in regions.items()}
    steps = pyramid.steps_of(key for keys in tiles.values() for key in keys)
    return tuple(
        LevelWords(
            level,
            _most_seen({key: steps[key] for key in tiles[level] if key in steps}, region)
            or pyramid.step_near(level - STEP_LEVELS, coarser(region, STEP_LEVELS)),
        )
        for level, region in regions.items()
    )


def _most_seen(steps: dict[TileKey, StepRecord], level_region: Rect) -> StepRecord | None:
    """Return the step whose tiles cover most of a region."""
    areas: Counter[StepRecord] = Counter()
    for key, step in steps.items():
        areas[step] += tile_rect(key).intersected(level_region).area
    return max(areas, key=lambda step: areas[step], default=None)


def _middle(region: Rect) -> Rect:
    """Return at most DECIDING pixels a side around the middle of a region."""
    x, y = region.x + region.width // 2, region.y + region.height // 2
    half = DECIDING // 2
    return rect_between(x - half, y - half, x + half, y + half).intersected(region)
