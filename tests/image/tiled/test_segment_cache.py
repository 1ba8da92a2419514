"""Tiles and strips that were unpacked are kept within a budget."""

import numpy as np

from cozviewer.image.tiled.segment_cache import SegmentCache


def test_the_least_recently_used_goes_first() -> None:
    cache, tile = SegmentCache(most_bytes=300), np.zeros((10, 10), np.uint8)
    for name in "abc":
        cache.put(name, tile)
    assert cache.get("a") is tile
    cache.put("d", tile)
    assert [cache.get(name) is not None for name in "abcd"] == [True, False, True, True]
    assert cache.bytes == 300


def test_the_last_one_stays_however_large() -> None:
    cache = SegmentCache(most_bytes=300)
    cache.put("small", np.zeros(100, np.uint8))
    cache.put("large", np.zeros(1000, np.uint8))
    assert cache.get("small") is None
    assert cache.get("large") is not None
    assert cache.bytes == 1000
