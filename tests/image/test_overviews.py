"""Overviews are the exact means of what they cover."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cozviewer.image.overviews import LAST_SIDE, halved, level_sizes, with_overviews
from cozviewer.image.pixels import Rgb8
from cozviewer.util.cancel import never
from cozviewer.util.errors import Cancelled
from tests.pyramid.images import noise


def halved_by_the_book(rgb: Rgb8) -> Rgb8:
    """Return the mean of every 2 x 2 pixels, or of what there is of them, rounded to nearest."""
    height, width = rgb.shape[:2]
    padded = np.full((height + height % 2, width + width % 2, 3), np.nan)
    padded[:height, :width] = rgb
    cells = padded.reshape(padded.shape[0] // 2, 2, padded.shape[1] // 2, 2, 3)
    rounded: Rgb8 = np.floor(np.nanmean(cells, axis=(1, 3)) + 0.5).astype(np.uint8)
    return rounded


@pytest.mark.parametrize(
    ("width", "height"),
    [(600, 400), (601, 401), (1031, 3), (3, 1031), (20_001, 1), (1, 20_001), (9000, 2)],
)
def test_each_level_is_the_mean_of_the_one_below(width: int, height: int) -> None:
    # Several strips of rows that would be odd.
    levels = with_overviews(noise(width, height), never, strip_pixels=5500)
    assert [level.shape[1::-1] for level in levels] == level_sizes(width, height)
    assert len(levels) > 1
    for finer, coarser in pairwise(levels):
        np.testing.assert_array_equal(coarser, halved_by_the_book(finer))


@given(st.integers(1, 40), st.integers(1, 40))
def test_halving_rounds_up_and_to_nearest(width: int, height: int) -> None:
    rgb = noise(width, height)
    np.testing.assert_array_equal(halved(rgb, never), halved_by_the_book(rgb))


def test_a_small_image_has_no_overview() -> None:
    rgb = noise(LAST_SIDE, LAST_SIDE)
    assert with_overviews(rgb, never) == [rgb]


@pytest.mark.parametrize(("width", "height"), [(100_000, 1), (1, 100_000), (400, 250)])
def test_it_is_asked_often_whatever_the_shape(width: int, height: int) -> None:
    asked = 0

    def counted() -> bool:
        nonlocal asked
        asked += 1
        return False

    halved(noise(width, height), counted, strip_pixels=1000)
    assert 100 <= asked <= 250


def test_halving_stops_when_nobody_waits() -> None:
    with pytest.raises(Cancelled):
        with_overviews(noise(600, 400), lambda: True)
