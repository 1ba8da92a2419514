"""Tiles in memory: fading, budget, what is known not to exist."""

import numpy as np
import pytest
from PySide6.QtGui import QImage

from cozviewer.jobs.images import to_qimage
from cozviewer.pyramid.geometry import TileKey
from cozviewer.ui.tile_cache import FADE_SECONDS, TileCache

MEGABYTE = 512 * 512 * 4


def image() -> QImage:
    return to_qimage(np.zeros((512, 512, 3), np.uint8))


def test_a_tile_fades_in_but_is_there_at_once() -> None:
    cache, key = TileCache(0), TileKey(2, 0, 0)
    assert cache.opacity(key, 10.0) == 0
    cache.put(key, image(), now=10.0, fade=True)
    assert 0 < cache.opacity(key, 10.0) < 0.1
    assert cache.opacity(key, 10.0 + FADE_SECONDS / 2) == pytest.approx(0.5)
    assert cache.opacity(key, 10.0 + FADE_SECONDS) == 1


def test_without_fade_it_is_all_there() -> None:
    cache, key = TileCache(0), TileKey(2, 0, 0)
    cache.put(key, image(), now=10.0, fade=False)
    assert cache.opacity(key, 10.0) == 1


def test_the_least_recently_drawn_goes_first_and_the_floor_never() -> None:
    cache = TileCache(-1, budget_bytes=4 * MEGABYTE)
    floor = TileKey(-1, 0, 0)
    cache.put(floor, image(), 0.0, fade=False)
    keys = [TileKey(0, col, 0) for col in range(4)]
    for key in keys[:3]:
        cache.put(key, image(), 0.0, fade=False)
    cache.image(keys[0])  # drawn again
    cache.put(keys[3], image(), 0.0, fade=False)
    assert [cache.opacity(key, 1.0) for key in keys] == [1, 0, 1, 1]
    assert cache.opacity(floor, 1.0) == 1
    assert cache.bytes == 4 * MEGABYTE


def test_a_replaced_tile_is_counted_once() -> None:
    cache = TileCache(0)
    for _ in range(3):
        cache.put(TileKey(0, 0, 0), image(), 0.0, fade=False)
    assert cache.bytes == MEGABYTE


def test_a_made_tile_may_be_asked_for_again_and_so_may_the_derived_one_above() -> None:
    cache = TileCache(0)
    made, derived, other = TileKey(2, 5, 7), TileKey(1, 2, 3), TileKey(2, 6, 7)
    for key in (made, derived, other):
        cache.mark_absent(key)
    cache.made(made)
    assert not cache.is_absent(made)
    assert not cache.is_absent(derived)
    assert cache.is_absent(other)


def test_what_shows_a_stale_tile_is_forgotten_and_may_be_there_by_now() -> None:
    cache = TileCache(-1)
    stale, derived, beside, above = (
        TileKey(4, 5, 6),
        TileKey(3, 2, 3),
        TileKey(4, 6, 6),
        TileKey(2, 1, 1),
    )
    absent, absent_beside = TileKey(4, 5, 7), TileKey(4, 9, 9)
    for key in (stale, derived, beside, above, TileKey(-1, 0, 0)):
        cache.put(key, image(), 0.0, fade=False)
    for key in (absent, absent_beside):
        cache.mark_absent(key)
    cache.drop(lambda key: key in (stale, absent))
    assert [cache.opacity(key, 1.0) for key in (stale, derived, beside, above)] == [0, 0, 1, 1]
    assert cache.opacity(TileKey(-1, 0, 0), 1.0) == 1
    assert cache.bytes == 3 * MEGABYTE
    assert not cache.is_absent(absent)
    assert cache.is_absent(absent_beside)
