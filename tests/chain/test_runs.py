"""Which missing tiles are drawn together: all of them, once, and little else."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cozviewer.chain.recipe import LARGEST, Recipe, recipe_of
from cozviewer.chain.runs import runs_of
from cozviewer.image.rect import Rect
from cozviewer.pyramid.geometry import TILE, TileKey
from tests.chain.fakes import FakeUpscaler, Silent

HALO = 16

Places = list[tuple[int, int]]


def recipe(halo: int = HALO, least: int = 0) -> Recipe:
    """Return a recipe with so much context."""
    return replace(recipe_of(FakeUpscaler(halo=halo), Silent()), least=least)


def block(x: int, y: int, width: int, height: int) -> Places:
    """Return (column, row) of the tiles in a rectangle."""
    return [(col, row) for row in range(y, y + height) for col in range(x, x + width)]


def frame(width: int, height: int) -> Places:
    """Return (column, row) of the tiles along the edges of a rectangle."""
    places = block(0, 0, width, height)
    return [(x, y) for x, y in places if x in (0, width - 1) or y in (0, height - 1)]


def rects(places: Places, halo: int = HALO) -> list[tuple[int, int, int, int]]:
    """Return the runs of tiles as (column, row, columns, rows), sorted."""
    found = [
        run.level_region for run in runs_of([TileKey(4, *place) for place in places], recipe(halo))
    ]
    return sorted((r.x // TILE, r.y // TILE, r.width // TILE, r.height // TILE) for r in found)


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param([(3, 5)], [(3, 5, 1, 1)], id="one tile"),
        pytest.param(block(2, 1, 11, 7), [(2, 1, 11, 7)], id="a view"),
        pytest.param(block(13, 1, 1, 7), [(13, 1, 1, 7)], id="the strip of a pan"),
        pytest.param(
            block(0, 0, 11, 1) + block(0, 1, 1, 6),
            [(0, 0, 11, 1), (0, 1, 1, 6)],
            id="the two strips of a slanted pan",
        ),
        pytest.param(
            [place for place in block(0, 0, 5, 5) if place != (2, 2)],
            [(0, 0, 5, 5)],
            id="a hole is cheaper drawn again than left out",
        ),
        pytest.param(
            frame(22, 14),
            [(0, 0, 22, 1), (0, 1, 1, 12), (21, 1, 1, 12), (0, 13, 22, 1)],
            id="but not a large one",
        ),
        pytest.param(
            frame(60, 60),
            [
                *[(0, 0, 30, 1), (30, 0, 30, 1), (0, 1, 1, 29), (59, 1, 1, 29)],
                *[(0, 30, 1, 29), (59, 30, 1, 29), (0, 59, 30, 1), (30, 59, 30, 1)],
            ],
            id="of a frame around a large view, a run is no larger than it may be",
        ),
        pytest.param([(0, 0), (9, 9)], [(0, 0, 1, 1), (9, 9, 1, 1)], id="two corners"),
        pytest.param([(0, 0), (1, 1)], [(0, 0, 2, 2)], id="two that touch at a corner"),
        pytest.param([(0, 0), (2, 2)], [(0, 0, 1, 1), (2, 2, 1, 1)], id="but not further apart"),
        pytest.param(
            block(0, 0, 60, 34),
            [(0, 0, 30, 17), (0, 17, 30, 17), (30, 0, 30, 17), (30, 17, 30, 17)],
            id="a view of 3840 x 2160 takes four",
        ),
    ],
)
def test_runs(places: Places, expected: list[tuple[int, int, int, int]]) -> None:
    assert rects(places) == sorted(expected)


def test_the_wider_the_halo_the_more_is_drawn_at_once() -> None:
    places = [(0, 0), (1, 1), (2, 0)]
    assert rects(places, halo=0) == [(0, 0, 1, 1), (1, 1, 1, 1), (2, 0, 1, 1)]
    assert rects(places, halo=40) == [(0, 0, 3, 2)]


def test_what_narrow_runs_are_shown_besides_counts() -> None:
    """Two strips of a slanted pan are still drawn apart, a small corner is not."""
    strips = block(0, 0, 22, 1) + block(0, 1, 1, 13)
    found = [run.level_region for run in runs_of([TileKey(4, *place) for place in strips], WIDE)]
    assert len(found) == 2
    corner = [TileKey(4, *place) for place in ((0, 0), (1, 1))]
    assert len(runs_of(corner, WIDE)) == 1


def test_tiles_far_apart_are_not_looked_at_as_one_rectangle() -> None:
    """Nor do their places outgrow any number."""
    far = 1 << 200
    assert rects([(0, 0), (far, 1), (far + 1, 1)]) == [(0, 0, 1, 1), (far, 1, 2, 1)]


WIDE = recipe(least=128)

cells = st.lists(
    st.one_of(
        st.tuples(st.integers(0, 25), st.integers(0, 25)).map(lambda place: [place]),
        st.builds(
            block, st.integers(0, 20), st.integers(0, 20), st.integers(1, 12), st.integers(1, 12)
        ),
    ),
    max_size=5,
).map(lambda blocks: sorted({place for each in blocks for place in each}))


@given(
    places=cells,
    halo=st.integers(0, 40),
    least=st.sampled_from([0, 128]),
    z=st.sampled_from([2, 4, 60]),
)
def test_every_tile_is_drawn_once_and_little_else(
    places: Places, halo: int, least: int, z: int
) -> None:
    keys = [TileKey(z, *place) for place in places]
    made_by = recipe(halo, least)
    runs = runs_of(keys, made_by)
    assert sorted(key for run in runs for key in run.keys) == sorted(keys)
    for index, run in enumerate(runs):
        region = run.level_region
        assert max(region.width, region.height) <= LARGEST
        for key in run.keys:
            assert region.contains(Rect(key.col * TILE, key.row * TILE, TILE, TILE))
        for other in runs[index + 1 :]:
            assert region.intersected(other.level_region).empty
    # Never dearer than one by one, nor than the rectangle around them all.
    core = TILE // 4
    cost = sum(run.cost(made_by) for run in runs)

    def shown(width: int, height: int) -> int:
        across, along = made_by.margins(width, height)
        return (width + 2 * across) * (height + 2 * along)

    assert cost <= len(keys) * shown(core, core)
    if keys and max(max(places[-1][0] - places[0][0], 0) + 1, 26) <= LARGEST // TILE:
        columns = [col for col, _ in places]
        rows = [row for _, row in places]
        width, height = (max(side) - min(side) + 1 for side in (columns, rows))
        assert cost <= shown(width * core, height * core)
