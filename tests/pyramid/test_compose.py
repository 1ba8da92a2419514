"""The image of a view at rest: right pixels in the right places."""

import math
from collections.abc import Callable
from fractions import Fraction
from typing import get_args

import numpy as np
import pytest
from PIL import Image

from cozviewer.image.pixels import Rgb8
from cozviewer.image.rect import Rect
from cozviewer.image.source import source_from_pixels
from cozviewer.pyramid.camera import DEEPEST, View, camera_at, fit
from cozviewer.pyramid.compose import (
    BACKGROUND,
    Kernel,
    best_region,
    compose,
    step_level,
    wanted_level,
    wanted_region,
)
from cozviewer.pyramid.geometry import TILE, LevelRegion, TileKey, tiles_of
from cozviewer.pyramid.pyramid import Pyramid
from tests.pyramid.pyramids import cut, enlarged, gentle, noise, put_level, put_tiles

Over = Callable[[Rgb8], Pyramid]


def view_at(x: Fraction | float, y: Fraction | float, zoom: float, size: tuple[int, int]) -> View:
    return View(camera_at(x, y, zoom), *size)


GREY = 50
"""Around a spot; resampling overshoots, and black would cut that off."""


def spot(width: int, height: int, x: float, y: float, radius: float) -> Rgb8:
    """Return a soft bright spot on GREY; (x, y) counts from the corner of the first pixel."""
    columns, rows = np.arange(width) + 0.5 - x, np.arange(height) + 0.5 - y
    light = np.exp(-(columns[None, :] ** 2 + rows[:, None] ** 2) / (2 * radius**2))
    return np.repeat(np.rint(GREY + 200 * light).astype(np.uint8)[:, :, None], 3, axis=2)


def middle_of(pixels: Rgb8) -> tuple[float, float]:
    """Return the centroid of the light, in pixels from the corner."""
    light = pixels[:, :, 0].astype(float) - GREY
    columns, rows = np.arange(light.shape[1]) + 0.5, np.arange(light.shape[0]) + 0.5
    return (
        float((light * columns[None, :]).sum() / light.sum()),
        float((light * rows[:, None]).sum() / light.sum()),
    )


def moved_by(before: Rgb8, after: Rgb8) -> tuple[float, float]:
    """Return how far (right, down) a soft image has moved, by least squares; a few pixels at
    most."""
    one, other = before[:, :, 0].astype(float), after[:, :, 0].astype(float)
    down, right = np.gradient((one + other) / 2)
    slopes = np.stack([right.ravel(), down.ravel()], axis=1)
    (x, y), *_ = np.linalg.lstsq(slopes, (one - other).ravel())
    return float(x), float(y)


def difference(one: Rgb8, other: Rgb8) -> int:
    """Return the largest difference in grey levels."""
    return int(np.abs(one.astype(int) - other.astype(int)).max())


# -- Levels


@pytest.mark.parametrize(
    ("z", "step"), [(-3, -3), (-1, -1), (0, 0), (1, 2), (2, 2), (3, 4), (4, 4), (255, 256)]
)
def test_generated_pixels_come_from_step_levels(z: int, step: int) -> None:
    assert step_level(z) == step


@pytest.mark.parametrize(
    ("zoom", "level"),
    [
        (0.01, -2),
        (0.25, -2),
        (0.5, -1),
        (0.56, 0),
        (1.0, 0),
        (1.1, 0),
        (2.0, 0),
        (2.0001, 2),
        (4.0, 2),
        (8.0, 2),
        (8.0001, 4),
        (16.0, 4),
        (32.0, 4),
        (32.001, 6),
        (64.0, 6),
        (2.0**41, 40),
        (2.0**41 * 1.01, 42),
        (2.0**DEEPEST, DEEPEST),
    ],
)
def test_a_view_at_rest_takes_the_coarsest_such_level_that_is_fine_enough(
    zoom: float, level: int
) -> None:
    assert wanted_level(view_at(0, 0, zoom, (100, 100)), coarsest=-2) == level


@pytest.mark.parametrize(
    ("zoom", "region"),
    [
        (4.0, LevelRegion(2, Rect(350, 350, 50, 50))),
        (0.25, LevelRegion(-1, Rect(0, 0, 50, 50))),
    ],
)
def test_a_view_at_rest_shows_a_region_of_one_level_inside_the_image(
    zoom: float, region: LevelRegion
) -> None:
    source = source_from_pixels(noise(100, 100), "a.png")
    assert wanted_region(view_at(100, 100, zoom, (100, 100)), source) == region


def test_no_view_costs_more_than_six_times_its_pixels() -> None:
    """All generated tiles that a view touches, over a sweep of magnifications."""
    zoom, width, height = 1.0, 1280, 800
    while zoom <= 300:
        view = view_at(2000.3, 1500.7, zoom, (width, height))
        z = wanted_level(view, -3)
        assert math.ldexp(1, z) <= 2 * max(1.0, zoom)
        if z > 0:
            assert view.visible(z, 4000, 3000).area <= 4.02 * width * height
        zoom *= 1.1


# -- Exactly the pixels that are there


@pytest.mark.parametrize("size", [(300, 200), (301, 201), (300, 201)])
def test_at_1_to_1_the_source_is_shown_untouched(over: Over, size: tuple[int, int]) -> None:
    image = noise(641, 427)
    view = view_at(Fraction(641, 3), Fraction(427, 2), 1.0, size).aligned()
    shown = view.visible(0, 641, 427)
    assert (shown.width, shown.height) == size
    assert np.array_equal(compose(over(image), view), cut(image, shown))


@pytest.mark.parametrize("k", [2, 4])
def test_at_its_own_size_a_generated_level_is_shown_untouched(over: Over, k: int) -> None:
    pyramid = over(noise(83, 61))
    level = noise(83 << k, 61 << k)
    put_level(pyramid, k, level)
    view = view_at(Fraction(83, 2), Fraction(61, 3), float(1 << k), (201, 150)).aligned()
    assert np.array_equal(compose(pyramid, view), cut(level, view.visible(k, 83, 61)))


def test_fitted_images_smaller_than_the_view_lie_in_its_middle_on_background(over: Over) -> None:
    image = noise(101, 50)
    view = View(fit(101, 50, 300, 200), 300, 200)
    pixels = compose(over(image), view)
    assert pixels.shape == (200, 300, 3)
    assert np.array_equal(pixels[75:125, 99:200], image) or np.array_equal(
        pixels[75:125, 100:201], image
    )
    pixels = pixels.copy()
    pixels[75:125, 99:201] = BACKGROUND
    assert (pixels == BACKGROUND).all()


@pytest.mark.parametrize(
    ("x", "y", "picture_part"),
    [
        (0, 0, (slice(100, None), slice(150, None))),
        (101, 51, (slice(None, 100), slice(None, 150))),
        (0, 51, (slice(None, 100), slice(150, None))),
    ],
)
@pytest.mark.parametrize("zoom", [4.0, 1000.0, 2.0**40])
def test_outside_the_image_is_background(
    over: Over, x: int, y: int, picture_part: tuple[slice, slice], zoom: float
) -> None:
    image = np.full((51, 101, 3), 200, np.uint8)
    pixels = compose(over(image), view_at(x, y, zoom, (300, 200)))
    assert (pixels[picture_part] == 200).all()
    pixels = pixels.copy()
    pixels[picture_part] = BACKGROUND
    assert (pixels == BACKGROUND).all()


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (3, 700), (513, 1), (1025, 769)])
@pytest.mark.parametrize("zoom", [0.001, 0.3, 0.5, 1.0, 1.5, 7.3, 300.0])
def test_an_image_of_one_colour_keeps_it_at_any_size_and_zoom(
    over: Over, size: tuple[int, int], zoom: float
) -> None:
    colour = (10, 200, 90)
    image = np.full((size[1], size[0], 3), colour, np.uint8)
    view = view_at(Fraction(size[0], 2), Fraction(size[1], 2), zoom, (320, 240))
    pixels = compose(over(image), view)
    edges = view.photo_area(*size)
    assert (pixels[edges.y : edges.bottom, edges.x : edges.right] == colour).all()
    assert int((pixels == BACKGROUND).all(axis=2).sum()) == 320 * 240 - edges.area


def test_an_image_that_has_all_but_vanished_is_a_dot_of_its_mean(over: Over) -> None:
    """And the view around it, a million overview pixels wide, costs nothing."""
    image = noise(700, 700)
    pixels = compose(over(image), view_at(350, 350, 0.002, (1281, 801)))
    dot = pixels[400:401, 640:641]
    assert difference(dot, np.full((1, 1, 3), image.mean().astype(np.uint8))) <= 3
    assert int((pixels != BACKGROUND).any(axis=2).sum()) == 1
    assert (compose(over(image), view_at(350, 350, 1e-9, (1280, 800))) == BACKGROUND).all()


def test_the_image_ends_in_the_same_place_on_every_level(over: Over) -> None:
    """Overviews round their size up: the last pixel of 1001 halved is only half in the image."""
    pyramid = over(np.full((999, 1001, 3), 200, np.uint8))
    view = view_at(1001, 999, 0.3, (200, 100))  # made from level -1
    pixels = compose(pyramid, view)
    assert (pixels[:50, :100] == 200).all()
    assert (pixels[50:] == BACKGROUND).all()
    assert (pixels[:, 100:] == BACKGROUND).all()


# -- Resampling


def test_between_levels_a_view_is_a_bicubic_of_the_level(over: Over) -> None:
    pyramid, level = over(noise(100, 80)), gentle(400, 320)
    put_level(pyramid, 2, level)
    view = view_at(50, 40, 3.0, (240, 180))  # 80 x 60 source pixels
    expected = Image.fromarray(level).resize(
        (240, 180), Image.Resampling.BICUBIC, box=(40, 40, 360, 280)
    )
    assert difference(compose(pyramid, view), np.asarray(expected)) <= 1


def test_a_part_of_a_view_is_the_same_whatever_else_the_view_shows(over: Over) -> None:
    pyramid = over(gentle(300, 200))
    wide = compose(pyramid, view_at(150, 100, 0.9, (200, 160)))
    narrow = compose(pyramid, view_at(150, 100, 0.9, (100, 60)))
    assert difference(wide[50:110, 50:150], narrow) <= 1


def test_the_finest_level_may_be_limited(over: Over) -> None:
    image = gentle(100, 80)
    pyramid = over(image)
    put_level(pyramid, 2, noise(400, 320))
    view = view_at(50, 40, 4.0, (240, 180))
    expected = cut(enlarged(image, 4), Rect(80, 70, 240, 180))
    assert difference(compose(pyramid, view, finest=0), expected) <= 1
    assert difference(compose(pyramid, view), expected) > 50


@pytest.mark.parametrize("step", [0.1, 0.25, 1 / 3])
@pytest.mark.parametrize("zoom", [0.7, 1.0, 3.0, 8.0])
def test_small_pans_shift_the_image_smoothly(over: Over, step: float, zoom: float) -> None:
    radius = max(12.0, 3 * zoom)  # in the view
    pyramid = over(spot(300, 200, 150, 100, radius / zoom))
    camera, size = camera_at(150, 100, zoom), int(6 * radius)
    start = compose(pyramid, View(camera, size, size))
    for number in range(1, round(1.5 / step) + 1):
        camera = camera.panned(step, -step)
        moved = moved_by(start, compose(pyramid, View(camera, size, size)))
        # What is left is the rounding to 8 bits.
        assert moved == pytest.approx((-step * number, step * number), abs=0.06)


@pytest.mark.parametrize("middle", [(150.0, 100.0), (150.3, 99.6)])
def test_nothing_jumps_where_the_level_changes(over: Over, middle: tuple[float, float]) -> None:
    image = spot(300, 200, *middle, 9)
    pyramid = over(image)
    put_level(pyramid, 2, enlarged(image, 4))
    camera = camera_at(150, 100, 1.0)
    below, above = camera.zoomed(1.99), camera.zoomed(2.01)
    assert (below.rest_level, above.rest_level) == (0, 2)
    places = [middle_of(compose(pyramid, View(camera, 200, 150))) for camera in (below, above)]
    for place, zoom in zip(places, (1.99, 2.01), strict=True):
        assert place[0] == pytest.approx(100 + (middle[0] - 150) * zoom, abs=0.05)
        assert place[1] == pytest.approx(75 + (middle[1] - 100) * zoom, abs=0.05)
    assert places[0] == pytest.approx(places[1], abs=0.05)


# -- Missing tiles


def test_where_tiles_are_missing_the_coarser_level_is_enlarged(over: Over) -> None:
    image = gentle(83, 51)
    pyramid = over(image)
    direct = enlarged(image, 4)
    view = view_at(40, 25, 4.0, (224, 176))
    shown = view.visible(2, 83, 51)
    assert difference(compose(pyramid, view), cut(direct, shown)) <= 2

    there = TileKey(2, 1, 0)
    put_tiles(pyramid, 255 - direct, [there])
    expected = direct.copy()
    expected[:TILE, TILE : 2 * TILE] = 255 - expected[:TILE, TILE : 2 * TILE]
    assert difference(compose(pyramid, view), cut(expected, shown)) <= 2


def test_stand_ins_join_without_a_seam(over: Over) -> None:
    """What is enlarged does not depend on where tiles begin."""
    image = gentle(331, 203)
    pyramid = over(image)
    whole = best_region(pyramid, pyramid.whole_level(4))
    for region in (Rect(2040, 1020, 30, 30), Rect(0, 0, 600, 5), Rect(5200, 3200, 96, 48)):
        assert np.array_equal(best_region(pyramid, LevelRegion(4, region)), cut(whole, region))


def test_stand_ins_come_from_the_nearest_level_that_is_there(over: Over) -> None:
    pyramid = over(np.zeros((203, 331, 3), np.uint8))
    put_level(pyramid, 2, np.full((812, 1324, 3), 90, np.uint8))
    assert (best_region(pyramid, LevelRegion(6, Rect(9000, 7000, 700, 600))) == 90).all()


@pytest.mark.parametrize("depth", [20, 40, 41, 100, DEEPEST])
@pytest.mark.parametrize(
    ("x", "y"),
    [
        (Fraction(1024, 3), Fraction(700, 7)),  # anywhere
        (512, 512),  # the corner of tiles on every level
        (0, 0),
        (1024, 1024),
    ],
)
def test_far_below_all_tiles_the_view_is_flat(
    over: Over, depth: int, x: Fraction | int, y: Fraction | int
) -> None:
    image = gentle(1024, 1024)
    pixels = compose(over(image), view_at(x, y, 2.0**depth * 1.01, (640, 480)))
    left, top = 320 if x == 0 else 0, 240 if y == 0 else 0
    right, bottom = 320 if x == 1024 else 640, 240 if y == 1024 else 480
    inside = pixels[top:bottom, left:right]
    assert np.ptp(inside.reshape(-1, 3), axis=0).max() <= 2
    nearby = image[max(0, int(y) - 2) : int(y) + 2, max(0, int(x) - 2) : int(x) + 2]
    assert (nearby.min(axis=(0, 1)) - 20.0 <= inside[0, 0]).all()
    assert (inside[0, 0] <= nearby.max(axis=(0, 1)) + 20.0).all()


def test_compose_asks_for_no_tile_outside_the_view(
    over: Over, monkeypatch: pytest.MonkeyPatch
) -> None:
    pyramid = over(noise(331, 203))
    put_level(pyramid, 2, noise(1324, 812))
    asked: list[TileKey] = []
    get = pyramid.store.get

    def noted_get(key: TileKey, size: tuple[int, int]) -> Rgb8 | None:
        asked.append(key)
        return get(key, size)

    monkeypatch.setattr(pyramid.store, "get", noted_get)
    view = view_at(8, 8, 4.0, (50, 50))  # well within one tile
    compose(pyramid, view)
    assert asked == list(tiles_of(2, view.visible(2, 331, 203))) == [TileKey(2, 0, 0)]


@pytest.mark.parametrize("zoom", [3.1, 3.97, 2.3])
def test_a_neighbour_that_is_not_seen_changes_no_pixel(over: Over, zoom: float) -> None:
    """What was computed beside a view, by another view, must not show at its rim."""
    pyramid = over(noise(400, 400))
    # The view ends a hair before a tile's border.
    view = view_at(TILE - 50 / zoom - 0.01, 64, zoom, (100, 100))
    region = view.visible(2, 400, 400)
    put_tiles(pyramid, noise(1600, 1600, seed=1), list(tiles_of(2, region)))
    before = compose(pyramid, view)
    beyond = [key for key in tiles_of(2, region.grown(20)) if key not in set(tiles_of(2, region))]
    assert beyond
    put_tiles(pyramid, np.zeros((1600, 1600, 3), np.uint8), beyond)
    np.testing.assert_array_equal(compose(pyramid, view), before)


# -- Kernels


@pytest.mark.parametrize(
    ("kernel", "resample"),
    [
        ("nearest", Image.Resampling.NEAREST),
        ("bicubic", Image.Resampling.BICUBIC),
        ("lanczos", Image.Resampling.LANCZOS),
    ],
)
@pytest.mark.parametrize("zoom", [8, 3])
def test_the_source_is_interpolated_as_a_whole_enlargement_would_be(
    over: Over, kernel: Kernel, resample: Image.Resampling, zoom: int
) -> None:
    image = noise(40, 30)
    view = View(camera_at(20, 15, zoom), 40 * zoom, 30 * zoom).aligned()
    whole = Image.fromarray(image).resize((40 * zoom, 30 * zoom), resample)
    inner = np.s_[4 * zoom : -4 * zoom, 4 * zoom : -4 * zoom]  # past the edge, ways differ
    composed = compose(over(image), view, 0, kernel)
    assert difference(composed[inner], np.asarray(whole)[inner]) <= 1


def test_a_part_is_interpolated_as_in_the_whole(over: Over) -> None:
    pyramid = over(noise(60, 50))
    large = View(camera_at(30, 25, 8), 400, 320).aligned()
    small = View(camera_at(30, 25, 8), 100, 80).aligned()
    for kernel in get_args(Kernel):
        whole, part = (compose(pyramid, view, 0, kernel) for view in (large, small))
        assert difference(whole[120:200, 150:250], part) <= 1
