"""Source, stored and derived tiles, read as one image."""

from collections.abc import Callable

import numpy as np
import pytest

from cozviewer.image.pixels import Rgb8
from cozviewer.image.rect import Rect
from cozviewer.pyramid.geometry import TILE, TileKey, tiles_of
from cozviewer.pyramid.pyramid import Pyramid, TileMissing
from cozviewer.util.errors import Failure
from tests.pyramid.pyramids import cut, noise, put_level, put_tiles

Over = Callable[[Rgb8], Pyramid]

WIDTH, HEIGHT = 42, 26
"""Level 2 is 168 x 104: three by two tiles, cut at the right and below."""


def unfilled(key: TileKey, part: Rect) -> Rgb8:
    raise AssertionError(f"asked for {part} of {key}")


def test_the_levels_and_their_tiles_end_with_the_image(over: Over) -> None:
    pyramid = over(noise(WIDTH, HEIGHT))
    assert pyramid.level_rect(0) == Rect(0, 0, WIDTH, HEIGHT)
    assert pyramid.level_rect(2) == Rect(0, 0, 168, 104)
    assert pyramid.tile_rect(TileKey(0, 0, 0)) == Rect(0, 0, WIDTH, HEIGHT)
    assert pyramid.tile_rect(TileKey(2, 2, 1)) == Rect(128, 64, 40, 40)
    assert pyramid.tile_rect(TileKey(2, 3, 0)).empty


def test_the_source_and_its_overviews_are_always_there(over: Over) -> None:
    image = noise(125, 87)
    pyramid = over(image)
    assert pyramid.source.coarsest == -1
    for key in (TileKey(0, 1, 1), TileKey(-1, 0, 0)):
        assert pyramid.has(key)
    right = pyramid.tile(TileKey(0, 1, 1))
    assert right is not None
    assert np.array_equal(right, image[TILE:, TILE:])
    overview = pyramid.tile(TileKey(-1, 0, 0))
    assert overview is not None
    assert overview.shape == (44, 63, 3)
    assert not pyramid.has(TileKey(-2, 0, 0))
    assert pyramid.tile(TileKey(-2, 0, 0)) is None


def test_a_stored_tile_is_there_once_it_was_put(over: Over) -> None:
    pyramid, level = over(noise(WIDTH, HEIGHT)), noise(168, 104)
    key = TileKey(2, 2, 1)
    assert not pyramid.has(key)
    assert pyramid.tile(key) is None
    put_tiles(pyramid, level, [key])
    assert pyramid.has(key)
    assert np.array_equal(pyramid.tile(key), level[TILE:, 2 * TILE :])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "region",
    [
        Rect(0, 0, 168, 104),
        Rect(TILE - 1, TILE - 1, 2, 2),
        Rect(60, 0, 75, 104),
        Rect(167, 103, 1, 1),
        Rect(75, 12, 15, 10),
    ],
)
def test_a_region_is_the_same_however_many_tiles_it_crosses(over: Over, region: Rect) -> None:
    pyramid, level = over(noise(WIDTH, HEIGHT)), noise(168, 104)
    put_level(pyramid, 2, level)
    assert np.array_equal(pyramid.region(2, region, unfilled), cut(level, region))
    assert np.array_equal(pyramid.exact_region(2, region), cut(level, region))


@pytest.mark.parametrize("z", [0, -1])
def test_a_region_of_the_source_needs_no_tiles(over: Over, z: int) -> None:
    pyramid = over(noise(1001, 700))
    region = Rect(100, 50, 401, 300)
    assert np.array_equal(pyramid.exact_region(z, region), cut(pyramid.source.levels[-z], region))


def test_only_the_wanted_part_of_a_missing_tile_is_asked_for(over: Over) -> None:
    pyramid, level = over(noise(WIDTH, HEIGHT)), noise(168, 104)
    put_tiles(pyramid, level, [TileKey(2, 0, 0), TileKey(2, 1, 1)])
    asked: list[tuple[TileKey, Rect]] = []

    def fill(key: TileKey, part: Rect) -> Rgb8:
        asked.append((key, part))
        return cut(255 - level, part)

    region = Rect(52, 54, 20, 30)
    pixels = pyramid.region(2, region, fill)
    assert asked == [
        (TileKey(2, 1, 0), Rect(64, 54, 8, 10)),
        (TileKey(2, 0, 1), Rect(52, 64, 12, 20)),
    ]
    expected = cut(level, region)
    expected[:10, 12:] = 255 - expected[:10, 12:]
    expected[10:, :12] = 255 - expected[10:, :12]
    assert np.array_equal(pixels, expected)


def test_an_exact_region_says_which_tile_has_gone(over: Over) -> None:
    pyramid, level = over(noise(WIDTH, HEIGHT)), noise(168, 104)
    put_tiles(pyramid, level, [TileKey(2, 0, 0)])
    with pytest.raises(TileMissing, match="2/1/0") as raised:
        pyramid.exact_region(2, Rect(62, 0, 4, 4))
    assert isinstance(raised.value, Failure)


@pytest.mark.parametrize("key", [TileKey(1, 0, 0), TileKey(1, 1, 0)])
def test_a_derived_tile_is_the_mean_of_two_by_two_finer_pixels(over: Over, key: TileKey) -> None:
    pyramid, level = over(noise(WIDTH, HEIGHT)), noise(168, 104)
    put_level(pyramid, 2, level)
    tile = pyramid.tile(key)
    assert tile is not None
    whole = pyramid.tile_rect(key)
    assert tile.shape == (whole.height, whole.width, 3)
    finer = level[:, 2 * TILE :] if key.col else level[:, : 2 * TILE]
    means = finer.reshape(whole.height, 2, whole.width, 2, 3).mean(axis=(1, 3))
    assert np.abs(tile - means).max() <= 0.5


def test_a_derived_tile_is_there_when_all_four_below_it_are(over: Over) -> None:
    pyramid, level = over(noise(WIDTH, HEIGHT)), noise(168, 104)
    *most, last = tiles_of(2, Rect(0, 0, 2 * TILE, 104))
    put_tiles(pyramid, level, most)
    assert not pyramid.has(TileKey(1, 0, 0))
    assert pyramid.tile(TileKey(1, 0, 0)) is None
    put_tiles(pyramid, level, [last])
    assert pyramid.has(TileKey(1, 0, 0))
    assert pyramid.tile(TileKey(1, 0, 0)) is not None
    # At the right there are only two below it.
    assert not pyramid.has(TileKey(1, 1, 0))
    put_tiles(pyramid, level, [TileKey(2, 2, 0), TileKey(2, 2, 1)])
    assert pyramid.has(TileKey(1, 1, 0))


def test_tiles_of_all_levels_are_asked_about_at_once(over: Over) -> None:
    pyramid, level = over(noise(WIDTH, HEIGHT)), noise(168, 104)
    made = [TileKey(2, 0, 0), TileKey(2, 2, 0), TileKey(2, 2, 1)]
    put_tiles(pyramid, level, made)
    asked = [TileKey(2, 1, 0), TileKey(1, 1, 0), TileKey(1, 0, 0), *made]
    asked += [TileKey(0, 0, 0), TileKey(-1, 0, 0), TileKey(2, 1, 1)]
    missing = [TileKey(2, 1, 0), TileKey(1, 0, 0), TileKey(-1, 0, 0), TileKey(2, 1, 1)]
    assert pyramid.missing(asked) == missing
    assert [key for key in asked if not pyramid.has(key)] == missing
    assert [key for key in asked if pyramid.tile(key) is None] == missing


@pytest.mark.parametrize(
    ("key", "size"),
    [
        (TileKey(0, 0, 0), (64, 64)),
        (TileKey(0, 2, 0), (12, 64)),
        (TileKey(0, 2, 1), (12, 26)),
        (TileKey(-1, 1, 0), (6, 45)),
        (TileKey(-2, 0, 0), (35, 23)),
    ],
)
def test_a_tile_is_cut_at_the_images_edge(over: Over, key: TileKey, size: tuple[int, int]) -> None:
    pyramid = over(noise(140, 90))
    tile = pyramid.tile(key)
    assert tile is not None
    assert (tile.shape[1], tile.shape[0]) == size
    x, y = key.col * TILE, key.row * TILE
    whole = pyramid.source.levels[-key.z]
    np.testing.assert_array_equal(tile, whole[y : y + size[1], x : x + size[0]])


@pytest.mark.parametrize("key", [TileKey(0, 3, 0), TileKey(0, 0, -1), TileKey(-1, 2, 0)])
def test_a_tile_beside_the_image_does_not_exist(over: Over, key: TileKey) -> None:
    pyramid = over(noise(140, 90))
    with pytest.raises(ValueError, match="not inside"):
        pyramid.tile(key)
