"""Steps made anew with other words: what that makes stale, and what is made with which words.

The tiles made since are in a draft (see `pyramid.store_draft`) until a person keeps or drops them.
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
"""Tiles for which is remembered whether they are stale."""


def staleness(step: StepRecord, recipe: Recipe, source_width: int, source_height: int) -> Stale:
    """Return what tells which tiles are stale when a step is made anew.

    These are the tiles of the step and, level by level, all that are made from a stale one, be it
    for their halo alone.

    Args:
        step: The step; its region is whole tiles of its parent level.
        recipe: Tells which parent pixels decide a tile.
        source_width, source_height: Size of the picture.
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
    """Tell whether a tile of any level shows something stale; those of odd levels are derived from
    the next finer ones."""
    if key.z <= 0:
        return False
    if key.z % STEP_LEVELS == 0:
        return stale(key)
    return any(stale(child) for child in tiles_of(key.z + 1, finer(tile_rect(key), 1)))


def region_anew(made: Rect, seen: Rect, window: tuple[int, int]) -> Rect:
    """Return what of a step is made anew for a view: all that is seen, and around that as much of
    the step as a window shows; no more, as a step may reach over a whole exported picture.

    Args:
        made: The region of the step, whole tiles of its parent level.
        seen: What the view shows of that level.
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
    """Missing tiles of one level that are made as one step.

    Attributes:
        store: Where they go.
        keys: The tiles.
        step: The step that they are made anew of, which gives the words; None if those are still
            to be found.
        step_id: Its number in `store`, if it is noted there.
    """

    store: TileStore
    keys: tuple[TileKey, ...]
    step: StepRecord | None = None
    step_id: int | None = None


def parts(pyramid: Pyramid, keys: Sequence[TileKey]) -> list[Part]:
    """Return missing tiles of one level by where they go and what they are made with.

    A tile that a draft makes anew takes the new words if they are for its own step, else the words
    that its older one was made with. So does one that is made again as it was broken.

    Args:
        keys: At least one; their order is kept.
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


def prompt_near(pyramid: Pyramid, store: TileStore, z: int, level_region: Rect) -> str | None:
    """Return the words for tiles that go to a store: those of a step near by.

    Words for what is kept never come from a draft, which may be dropped.

    Args:
        z: The parent level.
        level_region: What is seen of it.
    """
    prompt = store.prompt_near(z, level_region)
    return prompt if prompt is not None else pyramid.store.prompt_near(z, level_region)


def begin(pyramid: Pyramid, draft: Draft, step: StepRecord, recipe: Recipe) -> Stale:
    """Have a step made anew from now on; return what tells what is stale by it."""
    source = pyramid.source
    stale = staleness(step, recipe, source.width, source.height)
    draft.change(pyramid.store, step, stale)
    pyramid.draft = draft
    return stale


def keep(pyramid: Pyramid, draft: Draft) -> None:
    """Put a draft's tiles in the place of the older ones."""
    draft.keep(pyramid.store)
    end(pyramid, draft)


def end(pyramid: Pyramid, draft: Draft) -> None:
    """Go on without a draft."""
    if pyramid.draft is draft:
        pyramid.draft = None
    draft.close()
