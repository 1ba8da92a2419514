"""Views that are turned or fitted: `compose` turns the pixels and nothing else."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from cozviewer.image.pixels import Rgb8
from cozviewer.image.rect import Rect
from cozviewer.pyramid.camera import Fitting, View, camera_at, fit, fitted
from cozviewer.pyramid.compose import BACKGROUND, BAND, band_parts, bands, compose
from cozviewer.pyramid.geometry import LevelRegion
from cozviewer.pyramid.orientation import UPRIGHT, Orientation
from cozviewer.pyramid.pyramid import Pyramid
from tests.pyramid.pyramids import noise

Over = Callable[[Rgb8], Pyramid]

ALL = [Orientation(turns, mirrored) for turns in range(4) for mirrored in (False, True)]


@pytest.mark.parametrize("orientation", ALL, ids=str)
@pytest.mark.parametrize("zoom", [0.37, 1.0, 2.9])
def test_a_turned_view_has_the_pixels_of_the_upright_one(
    over: Over, orientation: Orientation, zoom: float
) -> None:
    pyramid = over(noise(90, 70))
    upright = View(camera_at(40.3, 31.7, zoom), 83, 61)
    plain = compose(pyramid, upright)
    mirrored = plain[:, ::-1] if orientation.mirrored else plain
    turned = compose(pyramid, replace(upright, orientation=orientation))
    assert np.array_equal(turned, np.rot90(mirrored, -orientation.turns))
    width, height = replace(upright, orientation=orientation).shown_size
    assert turned.shape == (height, width, 3)


@pytest.mark.parametrize("orientation", ALL, ids=str)
def test_beside_the_photo_is_the_background(over: Over, orientation: Orientation) -> None:
    view = View(camera_at(-500, 0, 1.0), 40, 30, orientation)
    pixels = compose(over(noise(90, 70)), view)
    assert pixels.shape[:2] == view.shown_size[::-1]
    assert np.all(pixels == BACKGROUND)


@pytest.mark.parametrize("orientation", ALL, ids=str)
def test_a_region_in_bands_is_turned_as_a_whole(over: Over, orientation: Orientation) -> None:
    rgb = noise(BAND + 300, BAND + 200)
    region = Rect(100, 50, BAND + 150, BAND + 140)
    parts = list(bands(over(rgb), LevelRegion(0, region), orientation=orientation))
    assert len(parts) == len(band_parts(region, orientation)) == 2
    plain = rgb[50 : BAND + 190, 100 : BAND + 250]
    assert np.array_equal(np.concatenate(parts), orientation.turned(plain))


def test_an_empty_region_has_no_bands() -> None:
    assert band_parts(Rect(5, 5, 0, 0)) == band_parts(Rect(5, 5, 0, 9), Orientation(1)) == []


def test_a_view_keeps_its_orientation_when_it_is_aligned() -> None:
    view = View(camera_at(10.2, 10.3, 1.0), 33, 22, Orientation(3, True))
    assert view.aligned().orientation == view.orientation
    assert view.aligned().upright == view.upright.aligned()
    assert view.upright.orientation == UPRIGHT
    assert view.shift_from(view.upright) == (0, 0)


@pytest.mark.parametrize(
    ("fitting", "centre", "zoom", "expected"),
    [
        (Fitting.WIDTH, (1000, 500), 1.0, (1000, 500, Fraction(2, 5))),
        (Fitting.HEIGHT, (1000, 500), 1.0, (1000, 500, Fraction(3, 5))),
        (Fitting.FILL, (1000, 500), 1.0, (1000, 500, Fraction(3, 5))),
        (Fitting.FILL, (0, 0), 9.0, (Fraction(2000, 3), 500, Fraction(3, 5))),
        (Fitting.FILL, (2000, 900), 9.0, (Fraction(4000, 3), 500, Fraction(3, 5))),
        (Fitting.HEIGHT, (700, 900), 64.0, (700, 500, Fraction(3, 5))),
        (Fitting.WIDTH, (700, 900), 64.0, (1000, 500, Fraction(2, 5))),
    ],
)
def test_a_photo_is_fitted(
    fitting: Fitting,
    centre: tuple[float, float],
    zoom: float,
    expected: tuple[Fraction, Fraction, Fraction],
) -> None:
    """A photo of 2000 x 1000 in a view of 800 x 600."""
    camera = fitted(fitting, 2000, 1000, View(camera_at(*centre, zoom), 800, 600))
    x, y, magnification = expected
    assert camera.magnification == pytest.approx(float(magnification))
    assert [float(place) for place in camera.source_centre] == pytest.approx([x, y])


def test_a_small_photo_is_enlarged_to_fill_but_not_to_be_seen_whole() -> None:
    view = View(camera_at(0, 0, 1.0), 800, 600)
    assert fitted(Fitting.WHOLE, 80, 60, view) == fit(80, 60, 800, 600)
    assert fitted(Fitting.WHOLE, 80, 60, view).magnification == 1
    assert fitted(Fitting.FILL, 80, 60, view).magnification == 10
    assert fitted(Fitting.WIDTH, 80, 10, view).magnification == 10


def test_width_and_height_are_those_that_are_shown() -> None:
    assert Fitting.WIDTH.turned(Orientation(1)) is Fitting.HEIGHT
    assert Fitting.HEIGHT.turned(Orientation(3, True)) is Fitting.WIDTH
    assert Fitting.WIDTH.turned(Orientation(2, True)) is Fitting.WIDTH
    assert Fitting.FILL.turned(Orientation(1)) is Fitting.FILL
