"""Where a photo shows texture that may be borrowed."""

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from skimage import data

from cozviewer.chain.textures.material import DIRECTED, GRID, MARGIN, Survey, survey
from cozviewer.image.pixels import Rgb8, padded
from cozviewer.image.rect import Rect

Photo = Callable[[], Rgb8]


def rgb(image: Rgb8) -> Rgb8:
    return image if image.ndim == 3 else image[:, :, None].repeat(3, axis=2)


def surveyed(photo: Rgb8, region: Rect) -> Survey:
    whole = Rect(0, 0, photo.shape[1], photo.shape[0])
    around = region.grown(MARGIN)
    there = around.intersected(whole)
    pixels = photo[there.y : there.bottom, there.x : there.right]
    return survey(padded(pixels, there, around, "symmetric"), region)


@cache
def grass() -> Rgb8:
    return rgb(data.grass())


def fur() -> Rgb8:
    return rgb(data.chelsea())


def seeds() -> Rgb8:
    return rgb(data.gravel())


def clean_share(photo: Rgb8, region: Rect) -> float:
    return float((surveyed(photo, region).clean > 0.1).mean())


@pytest.mark.parametrize(
    ("photo", "region"),
    [
        (grass, Rect(128, 128, 256, 256)),
        (seeds, Rect(128, 128, 256, 256)),
        (fur, Rect(100, 20, 100, 52)),
    ],
)
def test_even_texture_is_clean(photo: Photo, region: Rect) -> None:
    assert clean_share(photo(), region) > 0.8


@pytest.mark.parametrize(
    ("photo", "region"),
    [
        (data.astronaut, Rect(196, 92, 56, 72)),  # a face
        (data.astronaut, Rect(0, 0, 128, 128)),  # a flag, a plain wall
        (data.chelsea, Rect(152, 96, 32, 32)),  # an eye
        (data.coffee, Rect(220, 40, 200, 120)),  # a cup
        (data.page, Rect(0, 48, 384, 120)),  # lines of text
        (data.rocket, Rect(0, 0, 640, 200)),  # sky, and towers in front of it
        (data.hubble_deep_field, Rect(200, 200, 400, 400)),
        (data.brick, Rect(100, 100, 300, 300)),
    ],
)
def test_structure_and_plain_places_are_not(photo: Photo, region: Rect) -> None:
    assert clean_share(rgb(photo()), region) < 0.02


def test_a_gradient_and_noise_are_not() -> None:
    y, x = np.mgrid[:128, :128]
    gradient = np.stack([100 + x // 4, 90 + y // 4, 120 + (x + y) // 8], axis=-1).astype(np.uint8)
    noise = np.random.default_rng(0).normal(120, 12, (128, 128, 3))
    for photo in (gradient, noise.clip(0, 255).astype(np.uint8)):
        assert surveyed(photo, Rect(0, 0, 128, 128)).clean.max() == 0


def test_noise_over_a_dark_photo_is_not_texture() -> None:
    dark = fur() * 0.25 + np.random.default_rng(0).normal(0, 9, fur().shape)
    assert clean_share(dark.clip(0, 255).astype(np.uint8), Rect(0, 0, 448, 300)) < 0.01


def test_the_contrast_of_texture_is_that_of_its_finest_band() -> None:
    found = surveyed(grass(), Rect(128, 128, 256, 256))
    inner = found.high[24:-24, 24:-24, 0]
    assert found.deviation.mean() == pytest.approx(inner.std(), rel=0.05)
    assert 0.4 < (found.contrast / found.deviation).mean() < 0.8  # grass is nearly white


def test_what_has_a_direction_is_not_noise() -> None:
    wood = surveyed(data.coffee(), Rect(20, 320, 64, 64))
    directed = wood.coherence > DIRECTED[1]
    assert directed.mean() > 0.7
    assert (wood.contrast < 0.7 * wood.deviation).all()
    np.testing.assert_allclose(wood.strength[directed], wood.deviation[directed], rtol=1e-5)
    gravel = surveyed(seeds(), Rect(128, 128, 256, 256))
    undirected = gravel.coherence < DIRECTED[0]
    assert undirected.mean() > 0.8
    np.testing.assert_array_equal(gravel.strength[undirected], gravel.contrast[undirected])


def test_orientation_is_that_of_the_stripes() -> None:
    y, x = np.mgrid[:96, :96]
    angle = np.radians(30)
    wave = 128 + 60 * np.sin((x * np.cos(angle) + y * np.sin(angle)) * 2 * np.pi / 6)
    found = surveyed(rgb(wave.astype(np.uint8)), Rect(32, 32, 32, 32))
    np.testing.assert_allclose(found.angle, angle, atol=0.05)
    assert found.coherence.min() > 0.95


def test_a_place_has_the_same_figures_in_every_window() -> None:
    one = surveyed(grass(), Rect(128, 128, 128, 96))
    two = surveyed(grass(), Rect(64, 160, 256, 128))
    x, y = (128 - 64) // GRID, (160 - 128) // GRID
    names = "clean near contrast own strength own_strength mean spread colour angle"
    for name in names.split():
        first, second = getattr(one, name), getattr(two, name)
        np.testing.assert_array_equal(first[y:], second[: 24 - y, x : x + 32], err_msg=name)


def test_the_margin_is_what_decides_a_place() -> None:
    """What lies further away than MARGIN has no influence, and all that is nearer may have."""
    region = Rect(200, 200, 32, 32)
    changed = grass().copy()
    changed[: 200 - MARGIN] = 0
    changed[:, 232 + MARGIN :] = 255
    one, two = surveyed(grass(), region), surveyed(changed, region)
    np.testing.assert_array_equal(one.clean, two.clean)
    np.testing.assert_array_equal(one.near, two.near)
