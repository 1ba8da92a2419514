"""Steps regenerated with an edited prompt: which tiles become stale, and which prompt new ones get.

New tiles are stored in a draft (see `pyramid.store.draft`) until the user accepts or discards it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from cozviewer.chain.recipe import Recipe
from cozviewer.chain.step import parent_region
from cozviewer.image.rect import Rect, rect_between
from cozviewer.pyramid.geometry import (
    STEP_LEVELS,
    STEP_SCALE,
    LevelRegion,
    TileKey,
    finer,
    parent_of,
    snapped_to_tiles,
    tile_rect,
    tiles_of,
)
from cozviewer.pyramid.pyramid import Pyramid
from cozviewer.pyramid.store.draft import Draft, Stale
from cozviewer.pyramid.store.store import StepRecord, TileStore

REMEMBERED = 1 << 18
"""Number of tiles for which the staleness is cached."""


def staleness(step: StepRecord, recipe: Recipe, source_width: int, source_height: int) -> Stale:
    """Return a function that returns whether a tile is stale when a step is regenerated.

    Stale are the tiles of the step and, level by level, all tiles whose parent pixels, including
    the halo, intersect a stale tile.

    Args:
        step: The step; its region is whole tiles of its parent level.
        recipe: Decides the halo.
        source_width, source_height: Size of the photo.
    """
    z = step.z + STEP_LEVELS

    @lru_cache(REMEMBERED)
    def stale(key: TileKey) -> bool:
        if key.z <= z:
            return key.z == z and step.level_region.contains(tile_rect(parent_of(key)))
        made_from = parent_region(tile_rect(key), key.z, recipe, source_width, source_height)
        return any(stale(parent) for parent in tiles_of(key.z - STEP_LEVELS, made_from))

    return stale


def shows_stale(stale: Stale, key: TileKey) -> bool:
    """Return whether a tile of any level shows stale pixels; odd levels are derived from the next
    finer ones."""
    if key.z <= 0:
        return False
    if key.z % STEP_LEVELS == 0:
        return stale(key)
    return any(stale(child) for child in tiles_of(key.z + 1, finer(tile_rect(key), 1)))


def region_anew(made: Rect, seen: Rect, window: tuple[int, int]) -> Rect:
    """Return the part of a step that is regenerated for a view.

    It is the visible part and about a window's size around it, as the step of an exported image
    may be very large.

    Args:
        made: The region of the step, whole tiles of its parent level.
        seen: The visible region of that level.
        window: Width and height of the view in pixels.

    Returns:
        Whole tiles of the parent level.
    """
    if not made.contains(seen):
        return snapped_to_tiles(seen)
    beside = max(0, window[0] // STEP_SCALE - seen.width) // 2
    above = max(0, window[1] // STEP_SCALE - seen.height) // 2
    around = rect_between(seen.x - beside, seen.y - above, seen.right + beside, seen.bottom + above)
    return snapped_to_tiles(around).intersected(made)


@dataclass(frozen=True)
class Part:
    """Missing tiles of one level that are generated as one step.

    Attributes:
        store: Their store.
        keys: The tiles.
        step: The step that is regenerated, with its prompt; None for a new step.
        step_id: Its number in `store`, if it is recorded there.
    """

    store: TileStore
    keys: tuple[TileKey, ...]
    step: StepRecord | None = None
    step_id: int | None = None


def parts(pyramid: Pyramid, keys: Sequence[TileKey]) -> list[Part]:
    """Group missing tiles of one level by store and step.

    A tile that a draft regenerates gets the edited prompt if that is for its own step, else the
    prompt of the tile that it replaces. The latter also applies to damaged tiles.

    Args:
        keys: At least one; their order is preserved.
    """
    draft = pyramid.draft
    drafted = set() if draft is None else {key for key in keys if draft.holds(key)}
    broken = pyramid.store.steps_of_broken(keys)
    if draft is None and keys and not broken:
        return [Part(pyramid.store, tuple(keys))]
    older = pyramid.store.steps_of(drafted) | broken if drafted else {}
    groups: dict[Part, list[TileKey]] = {}
    for key in keys:
        change = None if draft is None else draft.change_of(key)
        if draft is None or key not in drafted:
            how = Part(pyramid.store, (), broken.get(key))
        elif change is not None:
            how = Part(draft.store, (), change.step, change.step_id)
        else:
            how = Part(draft.store, (), older.get(key))
        groups.setdefault(how, []).append(key)
    return [replace(how, keys=tuple(group)) for how, group in groups.items()]


def prompt_near(pyramid: Pyramid, store: TileStore, parent: LevelRegion) -> str | None:
    """Return the prompt of a nearby step, for new tiles of a store.

    Prompts of stored tiles never come from a draft, which may be discarded.

    Args:
        parent: The visible region of the parent level.
    """
    prompt = store.prompt_near(parent)
    return prompt if prompt is not None else pyramid.store.prompt_near(parent)


def begin(pyramid: Pyramid, draft: Draft, step: StepRecord, recipe: Recipe) -> Stale:
    """Begin a draft that regenerates a step; return the function that finds stale tiles."""
    source = pyramid.source
    stale = staleness(step, recipe, source.width, source.height)
    draft.change(pyramid.store, step, stale)
    pyramid.draft = draft
    return stale


def keep(pyramid: Pyramid, draft: Draft) -> None:
    """Replace the stale tiles by those of the draft."""
    draft.keep(pyramid.store)
    end(pyramid, draft)


def end(pyramid: Pyramid, draft: Draft) -> None:
    """Close the draft; the pyramid then shows the stored tiles."""
    if pyramid.draft is draft:
        pyramid.draft = None
    draft.close()
