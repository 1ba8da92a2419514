"""Rectangles, tile names and the ways between levels: exact tables."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cozviewer.image.rect import Rect, rect_between, split
from cozviewer.pyramid.geometry import (
    TILE,
    TileKey,
    at_level,
    centre_first,
    coarser,
    finer,
    level_name,
    level_rect,
    level_size,
    snapped_to_tiles,
    tile_rect,
    tiles_of,
)

DEEP = 200

coordinates = st.integers(-(10**6), 10**6)
sizes = st.integers(1, 10**5)
rects = st.builds(Rect, coordinates, coordinates, sizes, sizes)


@pytest.mark.parametrize(
    ("z", "source", "size"),
    [
        (0, (641, 427), (641, 427)),
        (1, (641, 427), (1282, 854)),
        (2, (641, 427), (2564, 1708)),
        (DEEP, (641, 427), (641 << DEEP, 427 << DEEP)),
        (-1, (641, 427), (321, 214)),
        (-2, (641, 427), (161, 107)),
        (-1, (640, 426), (320, 213)),
        (-3, (5, 1), (1, 1)),
        (-DEEP, (641, 427), (1, 1)),
    ],
)
def test_a_level_doubles_downwards_and_overviews_round_up(
    z: int, source: tuple[int, int], size: tuple[int, int]
) -> None:
    assert level_size(z, *source) == size
    assert level_rect(z, *source) == Rect(0, 0, *size)


@given(z=st.integers(-20, -1), width=st.integers(1, 10**6), height=st.integers(1, 10**6))
def test_halving_once_more_gives_the_size_of_the_next_overview(
    z: int, width: int, height: int
) -> None:
    finer_width, finer_height = level_size(z + 1, width, height)
    assert level_size(z, width, height) == (-(-finer_width // 2), -(-finer_height // 2))


@pytest.mark.parametrize(
    ("one", "other", "common"),
    [
        (Rect(0, 0, 4, 4), Rect(2, 1, 4, 4), Rect(2, 1, 2, 3)),
        (Rect(0, 0, 4, 4), Rect(1, 1, 2, 2), Rect(1, 1, 2, 2)),
        (Rect(0, 0, 4, 4), Rect(4, 0, 4, 4), Rect(4, 0, 0, 4)),
        (Rect(0, 0, 4, 4), Rect(9, 9, 4, 4), Rect(9, 9, 0, 0)),
    ],
)
def test_the_common_part_of_rectangles(one: Rect, other: Rect, common: Rect) -> None:
    assert one.intersected(other) == common
    assert other.intersected(one) == common
    assert common.empty == (common.area == 0)


def test_what_a_rectangle_tells() -> None:
    rect = Rect(-3, 5, 10, 2)
    assert (rect.right, rect.bottom, rect.area, rect.empty) == (7, 7, 20, False)
    assert rect.grown(2) == Rect(-5, 3, 14, 6)
    assert rect.grown(-1).empty
    assert Rect(0, 0, -2, -3).area == 0
    assert rect.moved(3, -5) == Rect(0, 0, 10, 2)
    assert rect_between(-3, 5, 7, 7) == rect
    assert rect.contains(Rect(-3, 5, 10, 2))
    assert not rect.contains(Rect(-3, 5, 11, 2))


@pytest.mark.parametrize(
    ("region", "cols", "rows"),
    [
        (Rect(0, 0, 1, 1), [0], [0]),
        (Rect(0, 0, TILE, TILE), [0], [0]),
        (Rect(0, 0, TILE + 1, TILE), [0, 1], [0]),
        (Rect(TILE - 1, TILE, 2, 1), [0, 1], [1]),
        (Rect(-1, 0, 2, 1), [-1, 0], [0]),
        (Rect(3 * TILE, 2 * TILE, 2 * TILE, 2 * TILE), [3, 4], [2, 3]),
        (Rect(5, 5, 0, 9), [], []),
        (Rect(TILE << DEEP, 1, 1, 1), [1 << DEEP], [0]),
    ],
)
def test_the_tiles_that_touch_a_region(region: Rect, cols: list[int], rows: list[int]) -> None:
    assert list(tiles_of(3, region)) == [TileKey(3, col, row) for row in rows for col in cols]


@given(rects)
def test_tiles_cover_their_region_and_none_is_idle(region: Rect) -> None:
    region = Rect(region.x, region.y, region.width % 3000 + 1, region.height % 3000 + 1)
    parts = [tile_rect(key).intersected(region) for key in tiles_of(0, region)]
    assert sum(part.area for part in parts) == region.area
    assert not any(part.empty for part in parts)


def test_tiles_are_named_and_sorted_coarse_to_fine() -> None:
    assert str(TileKey(-2, 3, 14)) == "-2/3/14"
    assert sorted([TileKey(2, 0, 0), TileKey(-1, 9, 9), TileKey(0, 1, 2), TileKey(0, 1, 1)]) == [
        TileKey(-1, 9, 9),
        TileKey(0, 1, 1),
        TileKey(0, 1, 2),
        TileKey(2, 0, 0),
    ]


def test_centre_first_goes_outwards_and_breaks_ties_by_name() -> None:
    region = Rect(0, 0, 3 * TILE, 3 * TILE)
    order = [(key.col, key.row) for key in centre_first(tiles_of(0, region), region)]
    assert order == [(1, 1), (0, 1), (1, 0), (1, 2), (2, 1), (0, 0), (0, 2), (2, 0), (2, 2)]


def test_centre_first_is_exact_deep_down() -> None:
    far = TILE << DEEP
    region = Rect(far + 1, 0, TILE, TILE)  # one pixel nearer to the left one of two tiles
    assert [key.col for key in centre_first(tiles_of(DEEP, region), region)] == [
        1 << DEEP,
        (1 << DEEP) + 1,
    ]


@pytest.mark.parametrize(
    ("region", "snapped"),
    [
        (Rect(0, 0, 1, 1), Rect(0, 0, TILE, TILE)),
        (Rect(TILE - 1, 0, 2, TILE), Rect(0, 0, 2 * TILE, TILE)),
        (Rect(-1, TILE, 2, 1), Rect(-TILE, TILE, 2 * TILE, TILE)),
        (Rect(TILE, TILE, TILE, TILE), Rect(TILE, TILE, TILE, TILE)),
    ],
)
def test_snapping_rounds_outwards_to_whole_tiles(region: Rect, snapped: Rect) -> None:
    assert snapped_to_tiles(region) == snapped


@pytest.mark.parametrize(
    ("region", "levels", "covering"),
    [
        (Rect(0, 0, 8, 8), 2, Rect(0, 0, 2, 2)),
        (Rect(3, 4, 2, 4), 2, Rect(0, 1, 2, 1)),
        (Rect(-1, 0, 1, 1), 2, Rect(-1, 0, 1, 1)),
        (Rect(7, 7, 9, 1), 3, Rect(0, 0, 2, 1)),
        (Rect(5, 6, 7, 8), 0, Rect(5, 6, 7, 8)),
        (Rect((1 << DEEP) - 1, 0, 2, 1), DEEP, Rect(0, 0, 2, 1)),
    ],
)
def test_coarser_rounds_outwards(region: Rect, levels: int, covering: Rect) -> None:
    assert coarser(region, levels) == covering
    assert at_level(region, 7, 7 - levels) == covering


@given(region=rects, levels=st.integers(0, DEEP))
def test_finer_is_exact_and_coarser_takes_it_back(region: Rect, levels: int) -> None:
    fine = finer(region, levels)
    assert (fine.width, fine.height) == (region.width << levels, region.height << levels)
    assert coarser(fine, levels) == region
    assert at_level(region, -3, levels - 3) == fine
    assert at_level(fine, levels - 3, -3) == region


@given(region=rects, levels=st.integers(0, 30))
def test_coarser_is_the_smallest_that_covers(region: Rect, levels: int) -> None:
    covering = coarser(region, levels)
    assert finer(covering, levels).contains(region)
    for smaller in (
        rect_between(covering.x + 1, covering.y, covering.right, covering.bottom),
        rect_between(covering.x, covering.y + 1, covering.right, covering.bottom),
        rect_between(covering.x, covering.y, covering.right - 1, covering.bottom),
        rect_between(covering.x, covering.y, covering.right, covering.bottom - 1),
    ):
        assert not finer(smaller, levels).contains(region)


def test_nothing_overflows_or_rounds_deep_down() -> None:
    key = TileKey(DEEP, (7 << DEEP) + 3, 5)
    rect = tile_rect(key)
    assert rect == Rect(((7 << DEEP) + 3) * TILE, 5 * TILE, TILE, TILE)
    assert list(tiles_of(DEEP, rect)) == [key]
    assert coarser(rect, DEEP) == Rect(7 * TILE, 0, 1, 1)


@pytest.mark.parametrize(("z", "name"), [(0, "×1"), (6, "×64"), (12, "×4,096"), (64, "×2^64")])
def test_level_names(z: int, name: str) -> None:
    assert level_name(z) == name


@pytest.mark.parametrize(
    ("size", "side", "parts"),
    [
        ((1, 1), 64, [Rect(0, 0, 1, 1)]),
        ((64, 64), 64, [Rect(0, 0, 64, 64)]),
        ((65, 10), 64, [Rect(0, 0, 32, 10), Rect(32, 0, 33, 10)]),
        ((3, 5), 2, [Rect(0, 0, 1, 1), Rect(1, 0, 2, 1), Rect(0, 1, 1, 2), Rect(1, 1, 2, 2)]),
    ],
)
def test_parts_are_nearly_equal(size: tuple[int, int], side: int, parts: list[Rect]) -> None:
    assert split(Rect(0, 0, *size), side)[: len(parts)] == parts


@given(st.integers(1, 60), st.integers(1, 60), st.integers(1, 40))
def test_parts_cover_each_pixel_once(width: int, height: int, side: int) -> None:
    count = np.zeros((height, width), int)
    for part in split(Rect(0, 0, width, height), side):
        assert 1 <= part.width <= side
        assert 1 <= part.height <= side
        count[part.y : part.bottom, part.x : part.right] += 1
    assert (count == 1).all()
