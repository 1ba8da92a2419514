"""Tiles in memory: fading, budget, what is known not to exist, and how they lie in sheets."""

import numpy as np
import pytest
from PySide6.QtGui import QImage

from cozviewer.image.rect import Rect
from cozviewer.jobs.images import to_qimage, to_rgb8
from cozviewer.pyramid.geometry import TILE, TileKey
from cozviewer.pyramid.tile_mask import SHEET
from cozviewer.ui.view.tiles.tile_cache import (
    FADE_SECONDS,
    FROM_FILE_CAP,
    FROM_FILE_LEAST,
    FROM_FILE_SHARE,
    MEMORY_CAP,
    SHEET_BYTES,
    TileCache,
    budget_for,
)


def image(grey: int = 0, width: int = TILE, height: int = TILE) -> QImage:
    return to_qimage(np.full((height, width, 3), grey, np.uint8))


def put(cache: TileCache, *keys: TileKey, now: float = 0.0, fade: bool = False) -> None:
    cache.put([(key, image()) for key in keys], now, fade)


def opacity(cache: TileCache, key: TileKey, now: float) -> float:
    ((shown,),) = cache.shown(key.z, Rect(key.col, key.row, 1, 1), now)
    assert cache.has(key) == (shown > 0)
    return float(shown)


def is_absent(cache: TileCache, key: TileKey) -> bool:
    ((absent,),) = cache.absent(key.z, Rect(key.col, key.row, 1, 1))
    return bool(absent)


def test_a_tile_fades_in_but_is_there_at_once() -> None:
    cache, key = TileCache(0), TileKey(2, 0, 0)
    assert opacity(cache, key, 10.0) == 0
    put(cache, key, now=10.0, fade=True)
    assert 0 < opacity(cache, key, 10.0) < 0.1
    assert opacity(cache, key, 10.0 + FADE_SECONDS / 2) == pytest.approx(0.5)
    assert opacity(cache, key, 10.0 + FADE_SECONDS) == 1


def test_without_fade_it_is_all_there() -> None:
    cache, key = TileCache(0), TileKey(2, 0, 0)
    put(cache, key, now=10.0)
    assert opacity(cache, key, 10.0) == 1


def test_a_span_of_tiles_is_told_at_once_at_any_depth() -> None:
    cache = TileCache(0)
    for z in (3, 200):
        corner = (1 << z) + SHEET - 1  # the last of a sheet
        put(cache, TileKey(z, corner, corner), now=0.0)
        put(cache, TileKey(z, corner + 1, corner), now=10.0, fade=True)
        span = Rect(corner - 1, corner, 3, 2)
        shown = cache.shown(z, span, 10.0 + FADE_SECONDS / 2)
        assert shown == pytest.approx(np.array([[0, 1, 0.5], [0, 0, 0]]))


def test_the_least_recently_drawn_goes_first_and_the_floor_never() -> None:
    cache = TileCache(-1, budget_bytes=4 * SHEET_BYTES)
    floor = TileKey(-1, 0, 0)
    put(cache, floor)
    keys = [TileKey(0, col * SHEET, 0) for col in range(4)]
    for key in keys[:3]:
        put(cache, key)
    cache.image(0, keys[0].col, keys[0].row)  # drawn again
    put(cache, keys[3])
    assert [opacity(cache, key, 1.0) for key in keys] == [1, 0, 1, 1]
    assert opacity(cache, floor, 1.0) == 1
    assert cache.bytes == 4 * SHEET_BYTES


def test_tiles_of_a_photo_that_is_not_in_memory_use_four_views_of_it() -> None:
    cache = TileCache(0, in_memory=False)
    assert cache.budget == FROM_FILE_LEAST
    cache.allow_for(1280 * 800)
    assert cache.budget == FROM_FILE_SHARE * 1280 * 800 < 64 << 20
    cache.allow_for(100)  # of another pane
    assert cache.budget == FROM_FILE_SHARE * 1280 * 800
    for col in range(100):
        put(cache, TileKey(1, col * SHEET, 0))
    assert cache.budget - SHEET_BYTES < cache.bytes <= cache.budget
    cache.allow_for(7680 * 4320)
    assert cache.budget == budget_for(7680 * 4320, in_memory=False) <= FROM_FILE_CAP


def test_tiles_of_a_photo_in_memory_use_a_share_of_that_of_the_computer() -> None:
    cache = TileCache(0)
    assert cache.budget == budget_for(0, in_memory=True) <= MEMORY_CAP
    cache.allow_for(7680 * 4320)
    assert cache.budget == budget_for(0, in_memory=True)


def test_a_replaced_tile_is_counted_once() -> None:
    cache = TileCache(0)
    for _ in range(3):
        put(cache, TileKey(0, 0, 0))
    assert cache.bytes == SHEET_BYTES


def test_tiles_lie_where_they_belong_and_end_softly_where_there_is_no_other() -> None:
    cache = TileCache(0)
    x, y = 3 * TILE - TILE, 5 * TILE - TILE
    col, row = x // TILE, y // TILE
    cache.put([(TileKey(0, col, row), image(200, TILE, 60))], 0.0, fade=False)
    before = cache.image(0, col, row)
    assert before is not None
    key_before = before.cacheKey()
    x, y = col % SHEET * TILE, row % SHEET * TILE
    pixels = to_rgb8(before)[:, :, 0]
    assert np.all(pixels[y : y + 60, x : x + TILE] == 200)
    assert np.all(pixels[y + 60, x : x + TILE] == 200)  # repeated once, for what interpolates
    assert np.all(pixels[y + 61 :, x : x + TILE] == 0)

    cache.put([(TileKey(0, col, row), image(90))], 0.0, fade=False)
    after = cache.image(0, col, row)
    assert after is not None
    assert after.cacheKey() != key_before  # so that a GPU takes it anew
    assert np.all(to_rgb8(after)[y : y + TILE, x : x + TILE] == 90)


@pytest.mark.skipif(SHEET == 1, reason="every tile is a sheet")
def test_a_tile_does_not_write_over_the_one_beside_it() -> None:
    for order in (1, -1):
        cache = TileCache(0)
        tiles = [
            (TileKey(0, col, row), image(40 * col + 10 * row)) for row in (0, 1) for col in (0, 1)
        ]
        for tile in tiles[::order]:
            cache.put([tile], 0.0, fade=False)
        sheet = cache.image(0, 1, 1)
        assert sheet is not None
        pixels = to_rgb8(sheet)[:, :, 0]
        for key, _ in tiles:
            x, y = key.col * TILE, key.row * TILE
            assert np.all(pixels[y : y + TILE, x : x + TILE] == 40 * key.col + 10 * key.row)


def test_a_made_tile_may_be_asked_for_again_and_so_may_the_derived_one_above() -> None:
    cache = TileCache(0)
    made, derived, other = TileKey(2, 5, 7), TileKey(1, 2, 3), TileKey(2, 6, 7)
    for key in (made, derived, other):
        cache.mark_absent(key)
    cache.made(made)
    assert not is_absent(cache, made)
    assert not is_absent(cache, derived)
    assert is_absent(cache, other)


def test_what_shows_a_stale_tile_is_forgotten_and_may_be_there_by_now() -> None:
    cache = TileCache(-1)
    stale, derived, beside, above = (
        TileKey(4, 5, 6),
        TileKey(3, 2, 3),
        TileKey(4, 6, 6),
        TileKey(2, 1, 1),
    )
    absent, absent_beside = TileKey(4, 5, 7), TileKey(4, 9, 9)
    floor = TileKey(-1, 0, 0)
    put(cache, stale, derived, beside, above, floor)
    for key in (absent, absent_beside):
        cache.mark_absent(key)
    cache.drop(lambda key: key in (stale, absent))
    assert [opacity(cache, key, 1.0) for key in (stale, derived, beside, above)] == [0, 0, 1, 1]
    assert opacity(cache, floor, 1.0) == 1
    assert not is_absent(cache, absent)
    assert is_absent(cache, absent_beside)
