"""Counts of pixels."""

import numpy as np
import pytest

from cozviewer.image.facts.histogram import STRIP_PIXELS, histogram_of
from cozviewer.util.errors import Cancelled


def test_each_channel_and_luma_are_counted() -> None:
    rgb = np.array([[[0, 10, 20], [255, 10, 255]], [[0, 0, 0], [128, 128, 128]]], np.uint8)
    found = histogram_of(rgb)
    assert found.counts.shape == (4, 256)
    assert found.counts.sum(axis=1).tolist() == [4, 4, 4, 4]
    assert (found.counts[0, 0], found.counts[0, 255], found.counts[1, 10]) == (2, 1, 2)
    assert found.counts[3, 128] == 1
    assert found.counts[3, 0] == 1
    assert (found.pixels, found.black, found.white) == (4, 2, 1)
    assert found.share(found.black) == 0.5


def test_white_is_white_in_luma() -> None:
    assert histogram_of(np.full((3, 3, 3), 255, np.uint8)).counts[3, 255] == 9


def test_strips_and_views_count_the_same() -> None:
    rng = np.random.default_rng(1)
    rgb = rng.integers(0, 256, (700, 2 * STRIP_PIXELS // 600, 3), np.uint8)
    part = rgb[3:-5, 10:-20]
    found = histogram_of(part)
    expected = [np.bincount(part[..., channel].ravel(), minlength=256) for channel in range(3)]
    np.testing.assert_array_equal(found.counts[:3], expected)
    assert found.black == int((part == 0).any(axis=2).sum())


def test_nothing_and_cancelled() -> None:
    empty = histogram_of(np.zeros((0, 5, 3), np.uint8))
    assert (empty.pixels, empty.share(0)) == (0, 0.0)
    with pytest.raises(Cancelled):
        histogram_of(np.zeros((5, 5, 3), np.uint8), lambda: True)
