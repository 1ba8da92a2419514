"""Whole levels are planned row by row, as all at once, in memory that does not grow with them."""

import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from itertools import islice

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from cozviewer.chain.joining.rows import downwards
from cozviewer.chain.planned import planned
from cozviewer.chain.protocols import ignore
from cozviewer.chain.recipe import recipe_of
from cozviewer.chain.whole import WholeLevels
from cozviewer.image.rect import Rect
from cozviewer.image.source import source_from_pixels
from cozviewer.pyramid.geometry import TileKey, level_rect, tiles_of
from cozviewer.pyramid.pyramid import Pyramid
from cozviewer.pyramid.store.rows import EncodedTile
from cozviewer.pyramid.store.store import TileStore
from cozviewer.pyramid.store.tile_codec import tile_checksum
from tests.chain.fakes import DetailUpscaler, Silent
from tests.pyramid.images import noise
from tests.pyramid.stores import STORE_KEY

WIDTH, HEIGHT = 110, 150
RECIPE = replace(recipe_of(DetailUpscaler(), Silent()), largest=256)
"""Small images have many runs."""


def blocks(z: int) -> st.SearchStrategy[set[TileKey]]:
    """Return some tiles of a level within a rectangle."""
    whole = level_rect(z, WIDTH, HEIGHT)
    columns, rows = -(-whole.width // 64), -(-whole.height // 64)
    return st.builds(
        lambda x, y, right, bottom: {
            TileKey(z, col, row) for col in range(x, right) for row in range(y, bottom)
        },
        st.integers(0, columns),
        st.integers(0, rows),
        st.integers(0, columns),
        st.integers(0, rows),
    )


regions = st.builds(
    Rect,
    st.integers(0, (WIDTH << 4) - 1),
    st.integers(0, (HEIGHT << 4) - 1),
    st.integers(1, WIDTH << 4),
    st.integers(1, HEIGHT << 4),
).map(lambda rect: rect.intersected(level_rect(4, WIDTH, HEIGHT)))


def pyramid_with(
    keys: set[TileKey], width: int, height: int, alpha: NDArray[np.uint8] | None = None
) -> Pyramid:
    """Return a pyramid that seems to have some tiles."""
    source = source_from_pixels(np.zeros((height, width, 3), np.uint8), "black.png", alpha)
    pyramid = Pyramid(source, TileStore.open(None, STORE_KEY, ignore))
    tiles = {key: EncodedTile(b"-", tile_checksum(key, b"-"), "") for key in keys}
    pyramid.store.adopt(tiles, {})
    return pyramid


@given(
    region=regions,
    there=st.lists(st.one_of(blocks(2), blocks(4)), max_size=3),
    alpha=st.none() | st.integers(1, 100),
)
@settings(max_examples=25, deadline=None)
def test_the_runs_are_those_of_a_plan_made_at_once(
    region: Rect, there: list[set[TileKey]], alpha: int | None
) -> None:
    plane = None if alpha is None else noise(WIDTH, HEIGHT)[..., 0].copy()
    if plane is not None:
        plane[alpha:] = 0
    pyramid = pyramid_with(set().union(*there), WIDTH, HEIGHT, plane)
    works = planned(pyramid, RECIPE, 4, region)
    plan = WholeLevels(pyramid, RECIPE, 4, region)
    assert [level.z for level in plan.levels] == [work.z for work in works[::-1]]
    for work, level in zip(works[::-1], plan.levels, strict=True):
        expected = {run: {o for o in others if not o.clear} for run, others in work.continued}
        ordered = list(downwards(row.runs for row in plan.rows(work.z)))
        seen = {each.number: each.run for each in ordered}
        found = {
            each.run: {seen[n] for _, n, _ in each.before if not seen[n].clear} for each in ordered
        }
        assert found == expected
        assert (level.tiles, level.runs) == (len(work.keys), len(expected))
        assert (level.cost, level.needs_model) == (work.cost(RECIPE), work.needs_model)
        drawn = set[int]()
        for each in ordered:
            assert all(number in drawn for _, number, _ in each.before)
            assert each.run.first == each.run.keys[0]
            drawn.add(each.number)
            assert set(each.after) <= seen.keys() - drawn
    pyramid.store.close()


def peak(work: Callable[[], object]) -> int:
    """Return the most memory that a work takes, in bytes."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_image() -> None:
    """Nor with what is stored of it. Images of the same width: a row is what is planned."""

    def going_through(height: int, there: int) -> int:
        region = level_rect(4, 64, height)
        pyramid = pyramid_with(set(islice(tiles_of(4, region), there)), 64, height)
        used = peak(lambda: [None for _ in WholeLevels(pyramid, RECIPE, 4, region, 5_000).rows()])
        pyramid.store.close()
        return used

    going_through(128, 1)  # what is imported and cached once
    for there in (0, 1):
        small, large = going_through(128, there), going_through(1024, there)
        assert large < small + 200_000, (small, large)  # all its tiles take 2 MB
