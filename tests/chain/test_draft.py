"""Steps made anew with other words: what is stale, what is made of what, keeping and dropping."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from cozviewer.chain.chain import Chain
from cozviewer.chain.draft import begin, end, keep, parts, region_anew, shows_stale, staleness
from cozviewer.chain.recipe import Recipe, recipe_of
from cozviewer.image.pixels import RgbFloat
from cozviewer.image.rect import Rect
from cozviewer.image.source import source_from_pixels
from cozviewer.pyramid.geometry import LevelRegion, TileKey, coarser, tile_rect, tiles_of
from cozviewer.pyramid.pyramid import Pyramid
from cozviewer.pyramid.store.cache import trim
from cozviewer.pyramid.store.draft import Draft
from cozviewer.pyramid.store.store import StepRecord, TileStore
from cozviewer.util.cancel import never
from tests.chain.conftest import MakeChain
from tests.chain.fakes import HALO, DetailUpscaler, FakePrompter, FakeUpscaler, ListeningUpscaler
from tests.pyramid.pyramids import noise
from tests.pyramid.stores import STEP, STORE_KEY

IMAGE = noise(41, 25)
"""Level 2 is 164 x 100: three by two tiles. Level 4 is 656 x 400: eleven by seven."""

VIEW = Rect(1050, 1012, 25, 25)
"""Of level 6: the tiles 6/16/15 and 6/16/16, made from 4/3..4/3..4 by their halo."""

BESIDE = Rect(2500, 125, 37, 37)
"""Of level 6, far from it."""

REGION = Rect(64, 0, 64, 64)
"""Of level 2: the tile 2/1/0, of which VIEW shows a part. Its step makes 4/4..7/0..3."""


def step(z: int, level_region: Rect, prompt: str = "new") -> StepRecord:
    """Return a step whose parent level is z."""
    return StepRecord(z, level_region, prompt, 0, 0.0, STEP.made_at)


def recipe(halo: int) -> Recipe:
    return recipe_of(FakeUpscaler(halo=halo), FakePrompter())


def columns_and_rows(stale: Callable[[TileKey], bool], z: int) -> tuple[set[int], set[int]]:
    """Return the stale columns and rows of a level of the image below, a full rectangle."""
    found = {key for key in tiles_of(z, Rect(0, 0, 88 << z, 63 << z)) if stale(key)}
    cols, rows = {key.col for key in found}, {key.row for key in found}
    assert len(found) == len(cols) * len(rows)
    return cols, rows


# -- What is stale


@pytest.mark.parametrize(
    ("halo", "z", "cols", "rows"),
    [
        (16, 2, range(0), range(0)),
        (16, 4, range(4, 8), range(4, 8)),
        # 16 pixels of the parent are a tile; a halo reaches into the neighbours on both sides.
        (16, 6, range(15, 33), range(15, 33)),
        (16, 8, range(59, 133), range(59, 128)),  # ... where the image does not end
        (0, 6, range(16, 32), range(16, 32)),
        (0, 8, range(64, 128), range(64, 128)),
        (25, 6, range(14, 34), range(14, 34)),
    ],
)
def test_stale_is_the_step_and_all_that_is_made_from_it(
    halo: int, z: int, cols: range, rows: range
) -> None:
    # The tile 2/1/1 of 88 x 63 pixels; at x16 it makes 256 of 1408 x 1008 pixels.
    stale = staleness(step(2, Rect(64, 64, 64, 64)), recipe(halo), 88, 63)
    if z == 8:  # too many to look at all
        assert [stale(TileKey(8, col, 70)) for col in (58, 59, 132, 133)] == [
            col in cols for col in (58, 59, 132, 133)
        ]
        return
    assert columns_and_rows(stale, z) == (set(cols), set(rows))


def test_nothing_is_stale_above_a_step_or_beside_it() -> None:
    stale = staleness(step(2, REGION), recipe(HALO), 42, 26)
    assert not any(stale(TileKey(z, 1, 0)) for z in (-2, 0, 2))
    assert not stale(TileKey(4, 3, 0))
    assert not stale(TileKey(4, 8, 0))
    assert not stale(TileKey(4, 4, 4))


def test_a_step_far_down_is_told_without_looking_at_what_is_between() -> None:
    far = 1 << 60
    stale = staleness(step(0, Rect(0, 0, 64, 64)), recipe(HALO), 88, 63)
    assert stale(TileKey(64, far, far))
    assert not stale(TileKey(64, 87 << 58, 62 << 58))


def test_a_derived_tile_shows_what_is_stale_below_it() -> None:
    stale = staleness(step(2, Rect(64, 64, 64, 64)), recipe(HALO), 88, 63)
    shown = {key for key in tiles_of(3, Rect(0, 0, 704, 504)) if shows_stale(stale, key)}
    assert shown == {TileKey(3, col, row) for col in (2, 3) for row in (2, 3)}
    assert shows_stale(stale, TileKey(4, 4, 4))
    assert not shows_stale(stale, TileKey(0, 0, 0))


@pytest.mark.parametrize(
    ("made", "seen", "window", "anew"),
    [
        # All of a small step, also if little of it is seen.
        (Rect(0, 0, 128, 128), Rect(37, 37, 40, 26), (512, 512), Rect(0, 0, 128, 128)),
        (Rect(0, 0, 128, 64), Rect(87, 37, 1, 1), (160, 107), Rect(64, 0, 64, 64)),
        # Of a whole exported image what a window shows around the view.
        (
            Rect(0, 0, 6400, 6400),
            Rect(2562, 2562, 5, 5),
            (256, 256),
            Rect(2496, 2496, 128, 128),
        ),
        # A view that shows more than the step: what is seen.
        (Rect(0, 0, 64, 64), Rect(37, 37, 40, 12), (160, 107), Rect(0, 0, 128, 64)),
        (Rect(0, 0, 0, 0), Rect(625, 75, 2, 2), (160, 107), Rect(576, 64, 64, 64)),
    ],
)
def test_what_is_made_anew(made: Rect, seen: Rect, window: tuple[int, int], anew: Rect) -> None:
    assert region_anew(made, seen, window) == anew


# -- Drawing, keeping, dropping


Open = Callable[..., tuple[Chain, ListeningUpscaler]]


@pytest.fixture
def opened() -> Iterator[Open]:
    """Return what opens a chain on a file (None: in memory); all are closed at the end."""
    chains: list[Chain] = []

    def open_chain(path: Path | None = None) -> tuple[Chain, ListeningUpscaler]:
        upscaler, prompter = ListeningUpscaler(), FakePrompter()
        store = TileStore.open(path, STORE_KEY, no_notice)
        pyramid = Pyramid(source_from_pixels(IMAGE, "test.png"), store)
        chains.append(Chain(pyramid, upscaler, prompter, recipe_of(upscaler, prompter)))
        return chains[-1], upscaler

    yield open_chain
    for chain in chains:
        chain.pyramid.store.close()
        if chain.pyramid.draft is not None:
            chain.pyramid.draft.close()


@pytest.fixture
def drawn(opened: Open) -> Open:
    """The same, with two views refined."""

    def draw(path: Path | None = None) -> tuple[Chain, ListeningUpscaler]:
        chain, upscaler = opened(path)
        for view in (VIEW, BESIDE):
            list(chain.refine(6, view, never))
        return chain, upscaler

    return draw


def no_notice(sentence: str) -> None:
    raise AssertionError(sentence)


def stored(path: Path) -> dict[TileKey, bytes]:
    """Return all tiles of a file, as they are in it."""
    with TileStore.open(path, STORE_KEY, no_notice) as store:
        tiles, _ = store.contents()
        return {key: tile.webp for key, tile in tiles.items()}


def words(chain: Chain, keys: list[TileKey]) -> set[str]:
    return {record.prompt for record in chain.pyramid.steps_of(keys).values()}


def test_new_words_are_drawn_and_deeper_steps_keep_theirs(drawn: Open, tmp_path: Path) -> None:
    chain, upscaler = drawn(tmp_path / "a.tiles")
    pyramid = chain.pyramid
    older = pyramid.steps_of(tiles_of(6, VIEW))
    before = pyramid.exact_region(6, VIEW)
    asked = len(upscaler.asked)
    begin(pyramid, Draft(), chain.step(4, REGION, "new"), chain.recipe)
    made = [key for progress in chain.refine(6, VIEW, never) for key in progress.finished]
    # 6/16/16 is made from 4/4/4, which is beside the region, and by its halo from 4/4/3.
    assert made == [TileKey(4, 4, 3), TileKey(6, 16, 15), TileKey(6, 16, 16)]
    (deeper,) = {older[key].prompt for key in made[1:]}
    assert [call.prompt for call in upscaler.asked[asked:]] == ["new", deeper]
    assert deeper != "new"
    assert not np.array_equal(pyramid.exact_region(6, VIEW), before)
    assert np.array_equal(pyramid.older.exact_region(6, VIEW), before)


class Looking(DetailUpscaler):
    """Looks around itself, and is brighter the more it is told."""

    def finer(self, rgb: RgbFloat) -> RgbFloat:
        brighter: RgbFloat = super().finer(rgb) * np.float32(0.5 + len(self.asked[-1].prompt) / 99)
        return brighter


def test_all_that_would_be_drawn_otherwise_is_stale_also_for_a_halo(chain_over: MakeChain) -> None:
    one, other = (chain_over(IMAGE, Looking(generative=False), FakePrompter()) for _ in range(2))
    corner = Rect(950, 987, 112, 75)  # of level 6; what REGION makes has a corner in it
    for chain in (one, other):
        list(chain.refine(6, corner, never))
    stale = begin(
        other.pyramid, Draft(), other.step(4, REGION, "other, longer words"), other.recipe
    )
    list(other.refine(6, corner, never))
    keys = [key for z in (4, 6) for key in tiles_of(z, coarser(corner, 6 - z))]
    changed = {key for key in keys if not same(one, other, key)}
    assert changed == {key for key in keys if stale(key)}
    assert {key for key in changed if key.z == 4} == {TileKey(4, 4, 3)}
    assert TileKey(6, 15, 15) in changed  # lies in 4/3/3, which is not
    end(other.pyramid, other.pyramid.draft or Draft())


def same(one: Chain, other: Chain, key: TileKey) -> bool:
    """Tell whether a tile, which both have, is the same in both."""
    mine, its = one.pyramid.tile(key), other.pyramid.tile(key)
    assert mine is not None
    assert its is not None
    return np.array_equal(mine, its)


def test_what_is_kept_is_there_after_reopening_and_the_rest_untouched(
    drawn: Open, opened: Open, tmp_path: Path
) -> None:
    path = tmp_path / "a.tiles"
    chain, _ = drawn(path)
    pyramid, draft = chain.pyramid, Draft()
    before = stored(path)
    stale = begin(pyramid, draft, chain.step(4, REGION, "new"), chain.recipe)
    narrow = Rect(1050, 1012, 25, 6)  # 6/16/15 alone; 6/16/16 is not looked at
    list(chain.refine(6, narrow, never))
    shown = pyramid.exact_region(6, narrow)
    assert stored(path) == before  # nothing of it is on disk
    keep(pyramid, draft)
    assert pyramid.draft is None
    assert np.array_equal(pyramid.exact_region(6, narrow), shown)
    pyramid.store.close()

    after = stored(path)
    assert {key for key in before if key not in after} == {
        key for key in before if stale(key)
    } - after.keys()
    assert TileKey(6, 16, 16) in before.keys() - after.keys()
    assert all(after[key] == before[key] for key in after if not stale(key))
    assert after[TileKey(4, 4, 3)] != before[TileKey(4, 4, 3)]
    again, _ = opened(path)
    assert np.array_equal(again.pyramid.exact_region(6, narrow), shown)
    assert words(again, [TileKey(4, 4, 3)]) == {"new"}
    assert again.pyramid.store.prompt_near(LevelRegion(2, REGION)) == "new"


def test_after_keeping_the_rest_of_the_step_is_drawn_with_the_new_words(
    drawn: Open, tmp_path: Path
) -> None:
    chain, upscaler = drawn(tmp_path / "a.tiles")
    draft = Draft()
    begin(chain.pyramid, draft, chain.step(4, REGION, "new"), chain.recipe)
    list(chain.refine(4, tile_rect(TileKey(4, 4, 3)), never))
    keep(chain.pyramid, draft)
    list(chain.refine(4, tile_rect(TileKey(4, 6, 1)), never))
    assert upscaler.asked[-1].prompt == "new"


def test_what_is_dropped_has_changed_nothing(drawn: Open, tmp_path: Path) -> None:
    path = tmp_path / "a.tiles"
    chain, upscaler = drawn(path)
    pyramid, draft = chain.pyramid, Draft()
    shown, before = pyramid.exact_region(6, VIEW), stored(path)
    steps = pyramid.store.steps()
    begin(pyramid, draft, chain.step(4, REGION, "new"), chain.recipe)
    list(chain.refine(6, VIEW, never))
    draft.drop()
    assert np.array_equal(pyramid.exact_region(6, VIEW), shown)  # at once
    asked = len(upscaler.asked)
    assert list(chain.refine(6, VIEW, never)) == []
    end(pyramid, draft)
    assert pyramid.store.steps() == steps
    pyramid.store.close()
    assert stored(path) == before
    assert len(upscaler.asked) == asked


def test_a_program_that_ends_without_keeping_leaves_the_older_tiles(
    drawn: Open, tmp_path: Path
) -> None:
    path = tmp_path / "a.tiles"
    chain, _ = drawn(path)
    before = stored(path)
    draft = Draft()
    begin(chain.pyramid, draft, chain.step(4, REGION, "new"), chain.recipe)
    list(chain.refine(6, VIEW, never))
    chain.pyramid.store.flush()
    assert stored(path) == before


def test_tiles_that_are_not_stale_are_kept_while_there_is_a_draft(
    drawn: Open, tmp_path: Path
) -> None:
    path = tmp_path / "a.tiles"
    chain, upscaler = drawn(path)
    draft = Draft()
    begin(chain.pyramid, draft, chain.step(4, REGION, "new"), chain.recipe)
    # Half of this is in the region: 4/3 is not, 4/4 is.
    both = Rect(3 * 64, 0, 128, 64)
    asked = len(upscaler.asked)
    list(chain.refine(4, both, never))
    assert {call.prompt for call in upscaler.asked[asked:]} > {"new"}
    draft.drop()
    end(chain.pyramid, draft)
    assert chain.pyramid.has(TileKey(4, 3, 0))
    assert not chain.pyramid.has(TileKey(4, 4, 0))
    assert words(chain, [TileKey(4, 3, 0)]) != {"new"}
    assert "new" not in {record.prompt for record in chain.pyramid.store.steps()}


def test_other_words_for_the_same_step_take_the_place_of_the_first(drawn: Open) -> None:
    chain, _ = drawn()
    pyramid, draft = chain.pyramid, Draft()
    before = pyramid.exact_region(6, VIEW)
    begin(pyramid, draft, chain.step(4, REGION, "new"), chain.recipe)
    list(chain.refine(6, VIEW, never))
    first = pyramid.exact_region(6, VIEW)
    begin(pyramid, draft, chain.step(4, REGION, "newer"), chain.recipe)
    assert pyramid.missing(tiles_of(6, VIEW)) == list(tiles_of(6, VIEW))
    list(chain.refine(6, VIEW, never))
    assert words(chain, [TileKey(4, 4, 3)]) == {"newer"}
    assert not np.array_equal(pyramid.exact_region(6, VIEW), first)
    draft.drop()
    assert np.array_equal(pyramid.exact_region(6, VIEW), before)
    end(pyramid, draft)


def test_new_words_at_a_finer_level_stay_when_a_coarser_one_is_changed(drawn: Open) -> None:
    chain, upscaler = drawn()
    pyramid, draft = chain.pyramid, Draft()
    fine = Rect(256, 192, 64, 64)  # of level 4: makes 6/16..19/12..15
    begin(pyramid, draft, chain.step(6, fine, "fine"), chain.recipe)
    list(chain.refine(6, VIEW, never))
    begin(pyramid, draft, chain.step(4, REGION, "coarse"), chain.recipe)
    asked = len(upscaler.asked)
    list(chain.refine(6, VIEW, never))
    # 6/16/16 is stale, too, but no tile of the finer step.
    assert [call.prompt for call in upscaler.asked[asked:]] == ["coarse", "words 3", "fine"]
    keep(pyramid, draft)
    assert words(chain, [TileKey(4, 4, 3)]) == {"coarse"}
    assert words(chain, [TileKey(6, 16, 15)]) == {"fine"}


def test_deeper_tiles_of_several_steps_are_drawn_with_the_words_that_each_had(
    opened: Open,
) -> None:
    chain, upscaler = opened()
    left, right = (tile_rect(TileKey(6, col, 8)) for col in (19, 20))  # made from 4/4 and 4/5
    for view in (left, right):
        list(chain.refine(6, view, never))
    assert [call.prompt for call in upscaler.asked[-2:]] == ["words 3", "words 4"]
    begin(chain.pyramid, Draft(), chain.step(4, REGION, "new"), chain.recipe)
    both = Rect(left.right - 37, left.y, 40, 12)  # shows more of the first
    asked = len(upscaler.asked)
    list(chain.refine(6, both, never))
    deeper = [call.prompt for call in upscaler.asked[asked:] if call.prompt != "new"]
    assert deeper == ["words 3", "words 4"]


def test_parts_of_a_level_go_where_they_belong_in_their_order(drawn: Open) -> None:
    chain, _ = drawn()
    pyramid, draft = chain.pyramid, Draft()
    begin(pyramid, draft, chain.step(4, REGION, "new"), chain.recipe)
    keys = [TileKey(4, col, 0) for col in (3, 4, 5, 8)]
    kept, drafted = parts(pyramid, keys)
    assert (kept.store, kept.keys, kept.step) == (pyramid.store, (keys[0], keys[3]), None)
    assert (drafted.store, drafted.keys) == (draft.store, (keys[1], keys[2]))
    assert drafted.step is not None
    assert drafted.step.prompt == "new"
    draft.drop()
    assert [part.keys for part in parts(pyramid, keys)] == [tuple(keys)]
    end(pyramid, draft)


def test_a_kept_file_can_be_trimmed_like_any_other(drawn: Open, tmp_path: Path) -> None:
    path = tmp_path / "a.tiles"
    chain, _ = drawn(path)
    draft = Draft()
    begin(chain.pyramid, draft, chain.step(4, REGION, "new"), chain.recipe)
    list(chain.refine(6, VIEW, never))
    keep(chain.pyramid, draft)
    usage = chain.pyramid.store.usage()
    assert usage == (sum(map(len, stored(path).values())), len(stored(path)))
    trim(tmp_path, 0, keep=path)
    assert chain.pyramid.store.usage() == (0, 0)
