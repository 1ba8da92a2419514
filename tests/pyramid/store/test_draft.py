"""A pyramid with a draft: what is stale comes from the draft alone, the rest from the store."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from cozviewer.image.pixels import Rgb8
from cozviewer.image.rect import Rect
from cozviewer.pyramid.geometry import TILE, LevelRegion, TileKey, tiles_of
from cozviewer.pyramid.origins import made_from
from cozviewer.pyramid.pyramid import Pyramid
from cozviewer.pyramid.store.draft import Draft
from tests.pyramid.pyramids import noise, put_level, pyramid_of
from tests.pyramid.store.conftest import Budget
from tests.pyramid.stores import STEP, pixels, same

SOURCE = noise(75, 50)
LEVEL_2 = noise(300, 200)
"""Three by two tiles."""

HALF = TILE // 2
"""What a tile takes in a derived one."""

CHANGED = TileKey(2, 1, 0)
NEW_STEP = replace(STEP, prompt="new")


def stale(key: TileKey) -> bool:
    """CHANGED and what lies in it."""
    return key.z >= 2 and (key.col >> key.z - 2, key.row >> key.z - 2) == (1, 0)


@pytest.fixture
def pyramid() -> Iterator[Pyramid]:
    """Level 2 is made, and of level 4 the tiles 4/4/0 (in CHANGED) and 4/8/0."""
    pyramid = pyramid_of(SOURCE)
    put_level(pyramid, 2, LEVEL_2)
    step = pyramid.store.begin_step(replace(STEP, z=2))
    for key in (TileKey(4, 4, 0), TileKey(4, 8, 0)):
        pyramid.store.put(key, pixels(key, TILE, TILE), step)
    yield pyramid
    pyramid.store.close()


@pytest.fixture
def draft(pyramid: Pyramid) -> Iterator[Draft]:
    """A draft of the pyramid without any tile."""
    draft = Draft()
    draft.change(pyramid.store, NEW_STEP, stale)
    pyramid.draft = draft
    yield draft
    draft.close()


def put_new(draft: Draft) -> Rgb8:
    """Put CHANGED into the draft; return its pixels."""
    new = noise(TILE, TILE, seed=9)
    draft.store.put(CHANGED, new, draft.changes[-1].step_id)
    return new


def test_what_is_stale_is_missing_until_it_is_made(pyramid: Pyramid, draft: Draft) -> None:
    everything = [*tiles_of(2, pyramid.level_rect(2)), TileKey(4, 4, 0), TileKey(4, 8, 0)]
    assert pyramid.missing(everything) == [CHANGED, TileKey(4, 4, 0)]
    assert pyramid.tile(CHANGED) is None
    assert made_from(pyramid, TileKey(4, 4, 0)) is None
    new = put_new(draft)
    assert same(pyramid.tile(CHANGED), new)
    assert made_from(pyramid, TileKey(4, 4, 0)) == CHANGED
    assert pyramid.missing(everything) == [TileKey(4, 4, 0)]


def test_derived_tiles_are_of_the_draft_too(pyramid: Pyramid, draft: Draft) -> None:
    derived = TileKey(1, 0, 0)
    assert pyramid.tile(derived) is None
    put_new(draft)
    found, older = pyramid.tile(derived), pyramid.older.tile(derived)
    assert found is not None
    assert older is not None
    assert np.array_equal(found[:, :HALF], older[:, :HALF])
    assert not np.array_equal(found[:HALF, HALF:], older[:HALF, HALF:])


def test_the_older_pyramid_is_untouched(pyramid: Pyramid, draft: Draft) -> None:
    put_new(draft)
    assert np.array_equal(pyramid.older.exact_region(2, pyramid.level_rect(2)), LEVEL_2)


def test_each_tile_tells_its_own_step(pyramid: Pyramid, draft: Draft) -> None:
    keys = [TileKey(2, 0, 0), CHANGED, TileKey(4, 4, 0)]
    assert list(pyramid.steps_of(keys)) == [keys[0]]
    put_new(draft)
    assert {key: step.prompt for key, step in pyramid.steps_of(keys).items()} == {
        keys[0]: "a cat",
        CHANGED: "new",
    }


def test_the_newest_step_near_is_one_of_the_draft(pyramid: Pyramid, draft: Draft) -> None:
    near = pyramid.step_near(LevelRegion(0, Rect(0, 0, 75, 50)))
    assert near is not None
    assert near.prompt == "new"
    deeper = pyramid.step_near(LevelRegion(2, Rect(0, 0, 75, 50)))
    assert deeper is not None
    assert deeper.prompt == "a cat"
    draft.drop()
    near = pyramid.step_near(LevelRegion(0, Rect(0, 0, 75, 50)))
    assert near is not None
    assert near.prompt == "a cat"


def test_dropped_is_dropped_at_once(pyramid: Pyramid, draft: Draft) -> None:
    put_new(draft)
    draft.drop()
    assert np.array_equal(pyramid.exact_region(2, pyramid.level_rect(2)), LEVEL_2)
    draft.keep(pyramid.store)  # comes too late
    assert np.array_equal(pyramid.exact_region(2, pyramid.level_rect(2)), LEVEL_2)


def test_kept_it_is_the_same_without_the_draft(pyramid: Pyramid, draft: Draft) -> None:
    put_new(draft)
    shown = pyramid.exact_region(2, pyramid.level_rect(2))
    draft.keep(pyramid.store)
    pyramid.draft = None
    assert np.array_equal(pyramid.exact_region(2, pyramid.level_rect(2)), shown)
    assert not pyramid.has(TileKey(4, 4, 0))
    assert pyramid.has(TileKey(4, 8, 0))
    draft.close()
    draft.keep(pyramid.store)  # once more, with nothing left in it
    assert np.array_equal(pyramid.exact_region(2, pyramid.level_rect(2)), shown)


def test_a_reader_follows_a_tile_into_the_store_that_has_it_now(
    pyramid: Pyramid, draft: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The draft is kept while somebody is about to read from it."""
    new = put_new(draft)
    get = draft.store.get

    def late(key: TileKey, size: tuple[int, int]) -> Rgb8 | None:
        draft.keep(pyramid.store)
        pyramid.draft = None
        draft.close()
        return get(key, size)

    monkeypatch.setattr(draft.store, "get", late)
    assert same(pyramid.tile(CHANGED), new)


def test_a_second_change_forgets_what_it_outdates_and_no_more(
    pyramid: Pyramid, draft: Draft
) -> None:
    put_new(draft)
    deep = TileKey(4, 4, 0)
    draft.store.put(deep, pixels(deep), draft.changes[-1].step_id)
    other = TileKey(4, 5, 0)
    draft.store.put(other, pixels(other), draft.changes[-1].step_id)
    draft.change(pyramid.store, replace(STEP, z=2, prompt="newer"), lambda key: key == deep)
    assert pyramid.has(CHANGED)
    assert not pyramid.has(deep)
    assert pyramid.has(other)
    change = draft.change_of(TileKey(4, 0, 0))
    assert change is not None
    assert change.step.prompt == "newer"
    assert [change.step.prompt for change in draft.changes] == ["new", "newer"]


@pytest.mark.parametrize(
    ("key", "made"),
    [
        (TileKey(2, 0, 0), True),
        (TileKey(2, 3, 3), True),
        (TileKey(2, 4, 0), False),
        (TileKey(4, 0, 0), False),
        (TileKey(0, 0, 0), False),
    ],
)
def test_a_change_makes_the_tiles_of_its_region(draft: Draft, key: TileKey, made: bool) -> None:
    assert (draft.change_of(key) is not None) is made


def test_a_draft_that_grows_too_large_lets_tiles_go_but_the_store_does_not(
    pyramid: Pyramid, draft: Draft, memory_budget: Budget
) -> None:
    memory_budget(100_000)
    keys = [TileKey(6, 16 + col, 0) for col in range(16)]
    for key in keys:
        draft.store.put(key, pixels(key, 64, 64), draft.changes[-1].step_id)
    assert 0 < len(pyramid.missing(keys)) < len(keys)
    assert np.array_equal(pyramid.older.exact_region(2, pyramid.level_rect(2)), LEVEL_2)
