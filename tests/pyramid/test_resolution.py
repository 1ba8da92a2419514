"""A view that is enlarged has more pixels to the centimetre."""

from dataclasses import replace
from fractions import Fraction

import pytest

from cozviewer.image.resolution import Resolution
from cozviewer.image.source import source_from_pixels
from cozviewer.pyramid.camera import View, camera_at
from cozviewer.pyramid.resolution import scaled_resolution
from tests.pyramid.images import noise


@pytest.mark.parametrize(
    ("magnification", "across"),
    [(Fraction(1), 40_000), (Fraction(4), 160_000), (Fraction(1, 2), 20_000)],
)
def test_it_grows_with_the_magnification(magnification: Fraction, across: float) -> None:
    plain = source_from_pixels(noise(30, 20), "scan")
    view = View(camera_at(15, 10, magnification), 20, 20)
    assert scaled_resolution(plain, view) is None
    source = replace(plain, resolution=Resolution(40_000, 40_000, "cm"))
    assert scaled_resolution(source, view) == Resolution(across, across, "cm")
