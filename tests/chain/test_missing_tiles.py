"""What must be computed for a view: all that is needed, nothing else, coarse to fine."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cozviewer.chain.chain import missing_tiles
from cozviewer.chain.step import parent_region
from cozviewer.pyramid.geometry import (
    Rect,
    TileKey,
    centre_first,
    coarser,
    level_rect,
    tiles_of,
)
from cozviewer.pyramid.pyramid import Pyramid
from tests.chain.conftest import MakeChain
from tests.chain.fakes import HALO
from tests.pyramid.pyramids import noise, pyramid_of
from tests.pyramid.stores import STEP

WIDTH, HEIGHT = 700, 500


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
        assert missing_tiles(pyramid, HALO, z, pyramid.level_rect(z)) == []


def test_nothing_seen_needs_nothing(chain_over: MakeChain) -> None:
    pyramid = chain_over(noise(WIDTH, HEIGHT)).pyramid
    assert missing_tiles(pyramid, HALO, 4, Rect(100, 100, 0, 50)) == []


def test_one_level_lacks_the_tiles_that_are_seen_from_the_middle_outwards(
    chain_over: MakeChain,
) -> None:
    pyramid = chain_over(noise(WIDTH, HEIGHT)).pyramid
    # Columns 0..2, rows 1..2, the middle in column 1, row 1.
    region = Rect(100, 600, 1200, 500)
    assert missing_tiles(pyramid, HALO, 2, region) == [
        (2, keys(2, (1, 1), (1, 2), (0, 1), (2, 1), (0, 2), (2, 2)))
    ]


def test_a_deeper_level_needs_the_levels_between_only_under_the_view(
    chain_over: MakeChain,
) -> None:
    pyramid = chain_over(noise(WIDTH, HEIGHT)).pyramid
    region = Rect(5000, 3000, 300, 200)  # of level 4: columns 9, 10, rows 5, 6
    assert missing_tiles(pyramid, HALO, 4, region) == [
        (2, keys(2, (2, 1))),
        (4, keys(4, (10, 6), (10, 5), (9, 6), (9, 5))),
    ]


def test_a_halo_that_reaches_into_another_tile_needs_it(chain_over: MakeChain) -> None:
    pyramid = chain_over(noise(WIDTH, HEIGHT)).pyramid
    # Tile 4/7/1 is made from columns 896..1024 of level 2, the last of its tile 1.
    region = Rect(7 * 512 + 10, 600, 20, 20)
    assert missing_tiles(pyramid, HALO, 4, region) == [
        (2, keys(2, (1, 0), (2, 0))),
        (4, keys(4, (7, 1))),
    ]
    assert missing_tiles(pyramid, 0, 4, region) == [
        (2, keys(2, (1, 0))),
        (4, keys(4, (7, 1))),
    ]


def test_what_is_there_is_not_missing(chain_over: MakeChain) -> None:
    pyramid = chain_over(noise(WIDTH, HEIGHT)).pyramid
    region = Rect(5000, 3000, 300, 200)
    put(pyramid, keys(4, (10, 5), (9, 6)))
    assert missing_tiles(pyramid, HALO, 4, region) == [
        (2, keys(2, (2, 1))),
        (4, keys(4, (10, 6), (9, 5))),
    ]
    put(pyramid, keys(2, (2, 1)))
    assert missing_tiles(pyramid, HALO, 4, region) == [(4, keys(4, (10, 6), (9, 5)))]
    put(pyramid, keys(4, (9, 5), (10, 6)))
    assert missing_tiles(pyramid, HALO, 4, region) == []


def test_parents_of_finished_tiles_are_not_made_again(chain_over: MakeChain) -> None:
    """They may have been evicted; nobody looks at them."""
    pyramid = chain_over(noise(WIDTH, HEIGHT)).pyramid
    put(pyramid, keys(4, (9, 5), (10, 5), (9, 6), (10, 6)))
    assert missing_tiles(pyramid, HALO, 4, Rect(5000, 3000, 300, 200)) == []


@pytest.mark.parametrize("spot", [(700 << 64) // 3, 350 << 64, 123456789 << 40])
def test_a_chain_to_the_depths_costs_at_most_four_tiles_a_level(
    chain_over: MakeChain, spot: int
) -> None:
    pyramid = chain_over(noise(WIDTH, HEIGHT)).pyramid
    levels = missing_tiles(pyramid, HALO, 64, Rect(spot - 640, spot - 400, 1280, 800))
    assert [level for level, _ in levels] == list(range(2, 65, 2))
    assert all(len(tiles) <= 4 for _, tiles in levels[:-1])
    assert 6 <= len(levels[-1][1]) <= 12


regions = st.builds(
    lambda x, y, width, height: Rect(x, y, width, height),
    st.integers(0, (WIDTH << 4) - 1),
    st.integers(0, (HEIGHT << 4) - 1),
    st.integers(1, 1500),
    st.integers(1, 1500),
)


@given(region=regions, halo=st.integers(0, 40), data=st.data())
def test_all_that_is_needed_and_no_more(region: Rect, halo: int, data: st.DataObject) -> None:
    pyramid = pyramid_of(noise(WIDTH, HEIGHT))
    region = region.intersected(level_rect(4, WIDTH, HEIGHT))
    seen = {4: set(tiles_of(4, region)), 2: set(tiles_of(2, coarser(region, 2)))}
    there = data.draw(st.sets(st.sampled_from(sorted(seen[2] | seen[4])), max_size=6))
    put(pyramid, sorted(there))

    levels = missing_tiles(pyramid, halo, 4, region)
    pyramid.store.close()
    assert [z for z, _ in levels] == sorted({z for z, _ in levels})
    tiles = dict(levels)
    assert set(tiles.get(4, [])) == seen[4] - there
    parents = {
        parent
        for key in tiles.get(4, [])
        for parent in tiles_of(2, parent_region(key, halo, WIDTH, HEIGHT))
    }
    assert set(tiles.get(2, [])) == parents - there
    for z, made in levels:
        assert made == centre_first(set(made), coarser(region, 4 - z))
        assert made  # no empty lists
