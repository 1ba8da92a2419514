"""Which bar says how large what is seen is."""

import math

import pytest

from cozviewer.image.subject import Scale
from cozviewer.pyramid.scale_bar import LONGEST, scale_bar, size_text

UM = Scale(1e-6, 1e-6)


@pytest.mark.parametrize(
    ("scale", "magnification", "length", "label"),
    [
        (Scale(0.25e-6, 0.25e-6), 1, 200, "50 µm"),
        (Scale(0.25e-6, 0.25e-6), 4, 160, "10 µm"),
        (Scale(0.25e-6, 0.25e-6), 16, 128, "2 µm"),
        (Scale(0.25e-6, 0.25e-6), 1024, 81.92, "20 nm"),
        (Scale(0.25e-6, 0.25e-6), 2**20, 83.88608, "20 pm"),
        (Scale(0.25e-6, 0.25e-6), 2**30, 2e-14 / 0.25e-6 * 2**30, "2·10⁻¹⁴ m"),
        (UM, 1 / 8, 125, "1 mm"),
        (UM, 1 / 100, 200, "2 cm"),
        (UM, 1 / 1000, 200, "20 cm"),
        (UM, 1 / 10_000, 200, "2 m"),
        (Scale(0.5e-3, 0.5e-3), 2, 200, "5 cm"),
        (Scale(10, 10), 1, 200, "2 km"),
        (Scale(10, 10), 4, 200, "500 m"),
        (Scale(10, 10), 0.001, 200, "2,000 km"),
        (Scale(10, 10), 1e-10, 200, "2·10¹⁰ km"),
        (Scale(1e9, 1e9), 2, 200, "10⁸ km"),
        (Scale(1, 1, "arcsec"), 1, 120, "2\N{PRIME}"),
        (Scale(0.2, 0.2, "arcsec"), 1, 150, "30″"),
        (Scale(0.2, 0.2, "arcsec"), 100, 100, "200 mas"),
        (Scale(0.2, 0.2, "arcsec"), 1e6, 100, "20 µas"),
        (Scale(0.2, 0.2, "arcsec"), 1e9, 100, "2·10⁻⁸″"),
        (Scale(60, 60, "arcsec"), 1, 120, "2°"),
        (Scale(60, 60, "arcsec"), 0.5, 150, "5°"),
    ],
)
def test_exact_bars(scale: Scale, magnification: float, length: float, label: str) -> None:
    bar = scale_bar(scale, magnification)
    assert bar is not None
    assert bar.label == label
    assert bar.length == pytest.approx(length, rel=1e-9)


def test_the_whole_sky_has_no_bar() -> None:
    assert scale_bar(Scale(3600 * 10, 1, "arcsec"), 1) is None


@pytest.mark.parametrize("unit", ["m", "arcsec"])
def test_a_bar_is_never_short_and_never_long_at_any_depth(unit: str) -> None:
    for step in range(-40, 1024, 3):
        magnification = 2 ** (step / 4)
        bar = scale_bar(Scale(0.7e-3, 1, "m" if unit == "m" else "arcsec"), magnification)
        assert bar is not None
        assert LONGEST / 2.5 * 0.999 < bar.length <= LONGEST * 1.001
        assert len(bar.label) < 12


def test_a_turned_image_is_measured_along_the_other_side() -> None:
    scale = Scale(1e-6, 2e-6)
    upright, turned = scale_bar(scale, 1), scale_bar(scale, 1, sideways=True)
    assert upright is not None
    assert turned is not None
    assert [upright.label, turned.label] == ["200 µm", "200 µm"]
    assert [upright.length, turned.length] == pytest.approx([200, 100])


def test_the_length_follows_the_room() -> None:
    bar = scale_bar(UM, 1, longest=20)
    assert bar is not None
    assert bar.label == "20 µm"
    assert bar.length == pytest.approx(20)
    assert math.isfinite(bar.length)


@pytest.mark.parametrize(
    ("size", "unit", "text"),
    [
        (0.25e-6, "m", "0.25 µm"),
        (4.4e-8, "m", "44 nm"),
        (5e-4, "m", "0.5 mm"),
        (10, "m", "10 m"),
        (1e-15, "m", "0.001 pm"),
        (0.396, "arcsec", "0.396″"),
    ],
)
def test_the_size_of_a_pixel(size: float, unit: str, text: str) -> None:
    assert size_text(size, unit) == text
