"""What must be drawn for a view: all that is needed, little else, coarse to fine, in few runs."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cozviewer.chain.planned import missing_tiles, planned
from cozviewer.chain.recipe import Recipe, recipe_of
from cozviewer.chain.step import parent_region
from cozviewer.image.rect import Rect
from cozviewer.pyramid.geometry import TILE, TileKey, coarser, level_rect, tiles_of
from cozviewer.pyramid.pyramid import Pyramid
from tests.chain.conftest import MakeChain
from tests.chain.fakes import HALO, DetailUpscaler, FakeUpscaler, Silent
from tests.pyramid.pyramids import noise, pyramid_of
from tests.pyramid.stores import STEP

WIDTH, HEIGHT = 88, 62

RECIPE = recipe_of(FakeUpscaler(), Silent())
assert RECIPE.halo == HALO


def keys(z: int, *places: tuple[int, int]) -> list[TileKey]:
    return [TileKey(z, col, row) for col, row in places]


def put(pyramid: Pyramid, there: list[TileKey]) -> None:
    """Store some tiles; what is in them does not matter here."""
    step = pyramid.store.begin_step(STEP)
    for key in there:
        pyramid.store.put(key, noise(1, 1), step)


def test_the_source_lacks_nothing(chain_over: MakeChain) -> None:
    pyramid = chain_over(noise(WIDTH, HEIGHT)).pyramid
    for z in (0, -1):
        assert missing_tiles(pyramid, RECIPE, z, pyramid.level_rect(z)) == []


def test_nothing_seen_needs_nothing(chain_over: MakeChain) -> None:
    pyramid = chain_over(noise(WIDTH, HEIGHT)).pyramid
    assert missing_tiles(pyramid, RECIPE, 4, Rect(50, 50, 0, 25)) == []


def test_one_level_lacks_the_tiles_that_are_seen(chain_over: MakeChain) -> None:
    pyramid = chain_over(noise(WIDTH, HEIGHT)).pyramid
    # Columns 0..2, rows 1..2.
    region = Rect(12, 75, 150, 62)
    assert missing_tiles(pyramid, RECIPE, 2, region) == [
        (2, keys(2, (0, 1), (1, 1), (2, 1), (0, 2), (1, 2), (2, 2)))
    ]


def test_a_deeper_level_needs_the_levels_between_only_under_the_view(
    chain_over: MakeChain,
) -> None:
    pyramid = chain_over(noise(WIDTH, HEIGHT)).pyramid
    region = Rect(625, 375, 37, 25)  # of level 4: columns 9, 10, rows 5, 6
    assert missing_tiles(pyramid, RECIPE, 4, region) == [
        (2, keys(2, (2, 1))),
        (4, keys(4, (9, 5), (10, 5), (9, 6), (10, 6))),
    ]


def test_a_halo_that_reaches_into_another_tile_needs_it(chain_over: MakeChain) -> None:
    pyramid = chain_over(noise(WIDTH, HEIGHT)).pyramid
    # Tile 4/7/1 is made from columns 112..128 of level 2, the last of its tile 1.
    region = Rect(7 * TILE + 10, 75, 20, 20)
    assert missing_tiles(pyramid, RECIPE, 4, region) == [
        (2, keys(2, (1, 0), (2, 0))),
        (4, keys(4, (7, 1))),
    ]
    assert missing_tiles(pyramid, replace(RECIPE, halo=0), 4, region) == [
        (2, keys(2, (1, 0))),
        (4, keys(4, (7, 1))),
    ]


def test_what_is_there_is_not_missing(chain_over: MakeChain) -> None:
    pyramid = chain_over(noise(WIDTH, HEIGHT)).pyramid
    region = Rect(625, 375, 37, 25)
    put(pyramid, keys(4, (10, 5), (9, 6)))
    assert missing_tiles(pyramid, RECIPE, 4, region) == [
        (2, keys(2, (2, 1))),
        (4, keys(4, (9, 5), (10, 6))),
    ]
    put(pyramid, keys(2, (2, 1)))
    assert missing_tiles(pyramid, RECIPE, 4, region) == [(4, keys(4, (9, 5), (10, 6)))]
    put(pyramid, keys(4, (9, 5), (10, 6)))
    assert missing_tiles(pyramid, RECIPE, 4, region) == []


def test_parents_of_finished_tiles_are_not_made_again(chain_over: MakeChain) -> None:
    """They may have been evicted; nobody looks at them."""
    pyramid = chain_over(noise(WIDTH, HEIGHT)).pyramid
    put(pyramid, keys(4, (9, 5), (10, 5), (9, 6), (10, 6)))
    assert missing_tiles(pyramid, RECIPE, 4, Rect(625, 375, 37, 25)) == []


@pytest.mark.parametrize("adaptive", [False, True])
@pytest.mark.parametrize("spot", [(88 << 64) // 3, 44 << 64, 30864197 << 39])
def test_a_cold_jump_costs_about_as_much_as_its_last_level(
    chain_over: MakeChain, spot: int, adaptive: bool
) -> None:
    """Also where soft parts are looked at from further away."""
    pyramid = chain_over(noise(WIDTH, HEIGHT)).pyramid
    recipe = recipe_of(DetailUpscaler(accepts_prompt=False), Silent(), adaptive_scale=adaptive)
    levels = planned(pyramid, recipe, 64, Rect(spot - 640, spot - 400, 1280, 800))
    assert [work.z for work in levels] == list(range(2, 65, 2))
    for work in levels:
        ((_, runs),) = work.parts
        assert len(runs) == 1
    view, others = levels[-1].cost(recipe), [work.cost(recipe) for work in levels[:-1]]
    assert 260 <= len(levels[-1].keys) <= 294
    assert view <= 1.5 * 320 * 200
    assert max(others) <= view / 2
    assert sum(others[-3:]) <= view


regions = st.builds(
    lambda x, y, width, height: Rect(x, y, width, height),
    st.integers(0, (WIDTH << 4) - 1),
    st.integers(0, (HEIGHT << 4) - 1),
    st.integers(1, 750),
    st.integers(1, 750),
)


@given(region=regions, halo=st.integers(0, 40), data=st.data())
def test_all_that_is_needed_and_no_more(region: Rect, halo: int, data: st.DataObject) -> None:
    pyramid, recipe = pyramid_of(noise(WIDTH, HEIGHT)), replace(RECIPE, halo=halo)
    region = region.intersected(level_rect(4, WIDTH, HEIGHT))
    seen = {4: set(tiles_of(4, region)), 2: set(tiles_of(2, coarser(region, 2)))}
    there = data.draw(st.sets(st.sampled_from(sorted(seen[2] | seen[4])), max_size=6))
    put(pyramid, sorted(there))

    levels = planned(pyramid, recipe, 4, region)
    pyramid.store.close()
    assert [work.z for work in levels] == sorted({work.z for work in levels})
    tiles = {work.z: work.keys for work in levels}
    assert all(tiles.values())  # no empty levels
    assert sorted(tiles.get(4, [])) == sorted(seen[4] - there)
    runs = [run for work in levels if work.z == 4 for _, runs in work.parts for run in runs]
    parents = {parent for run in runs for parent in parents_of(run.level_region, recipe)}
    assert sorted(tiles.get(2, [])) == sorted(parents - there)


def parents_of(region: Rect, recipe: Recipe) -> list[TileKey]:
    """Return the tiles that a run on level 4 is made from."""
    made_from = parent_region(region, 4, recipe, WIDTH, HEIGHT)
    return list(tiles_of(2, made_from))
