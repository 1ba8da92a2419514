"""What people write as a magnification or a place."""

from fractions import Fraction

import pytest

from cozviewer.pyramid.camera import DEEPEST, Fitting, camera_at
from cozviewer.pyramid.wording import magnification_text
from cozviewer.ui.status.zoom_text import (
    Spot,
    Zoom,
    coordinate_of,
    fitting_names,
    magnification_of,
    spot_of,
    zoom_choices,
    zoom_of,
)
from cozviewer.util.translation import install


def wide(text: str) -> str:
    """Return a text in the wide characters of Chinese input."""
    return "".join(chr(ord(character) + 0xFEE0) for character in text)


@pytest.mark.parametrize(
    ("text", "zoom"),
    [
        ("400%", 4.0),
        ("400 %", 4.0),
        (" 12.5% ", 0.125),
        ("12,5 %", 0.125),
        ("100%", 1.0),
        ("×64", 64.0),
        ("x64", 64.0),
        ("X 64", 64.0),
        ("*64", 64.0),
        ("64x", 64.0),
        ("64 ×", 64.0),
        ("4", 4.0),
        ("100", 100.0),
        (".5", 0.5),
        ("0.25", 0.25),
        ("0,125", 0.125),
        ("2,5", 2.5),
        ("×1,234", 1234.0),
        ("1,048,576", 1048576.0),
        ("1,234.5", 1234.5),
        ("×3.1·10¹²", 3.1e12),
        ("3e5", 3e5),
        ("1:1", 1.0),
        ("2:1", 2.0),
        ("1/4", 0.25),
        (wide("900%"), 9.0),
        (wide("x16"), 16.0),
        ("1e99", 2.0**DEEPEST),
        ("1e999", 2.0**DEEPEST),
        ("fit", Fitting.WHOLE),
        ("Fit to Window", Fitting.WHOLE),
        ("FILL", Fitting.FILL),
        ("fit width", Fitting.WIDTH),
        ("Width", Fitting.WIDTH),
        ("fit  height", Fitting.HEIGHT),
        ("height", Fitting.HEIGHT),
    ],
)
def test_magnifications(text: str, zoom: Zoom) -> None:
    assert zoom_of(text) == zoom


@pytest.mark.parametrize(
    "text",
    ["", " ", "%", "x", "0", "0%", "-4", "4x4", "1:0", "fitt", "nan", "inf", "1e", "4%%", "×-1",
     "1.2.3", "1,23,4", "64 px", "四"],
)  # fmt: skip
def test_what_is_no_magnification(text: str) -> None:
    assert zoom_of(text) is None


@pytest.mark.parametrize("value", [0.03125, 0.8, 1.0, 1.99, 64.0, 12345.0, 3.1e12, 4e40])
def test_what_the_window_shows_can_be_entered(value: float) -> None:
    text = magnification_text(camera_at(0, 0, value))
    assert magnification_of(text) == pytest.approx(value, rel=0.02)


def test_every_choice_can_be_entered() -> None:
    for title, zoom in zoom_choices():
        assert zoom_of(title) == zoom
    assert [title for title, _ in zoom_choices()] == [
        "Fit", "Fill", "Fit Width", "Fit Height", "100%", "×4", "×16", "×64", "×256",
    ]  # fmt: skip


def test_names_are_known_in_the_language_of_the_window_and_in_english() -> None:
    words = {"Fit": "适合", "Fill": "填充", "Fit Width": "适合宽度", "Fit Height": "适合高度"}
    install(lambda context, text, disambiguation, n: words.get(text, ""))
    try:
        assert fitting_names()[Fitting.WIDTH] == "适合宽度"
        assert zoom_of("适合") is Fitting.WHOLE
        assert zoom_of(" 适合 高度 ") is Fitting.HEIGHT
        assert zoom_of("填充") is Fitting.FILL
        assert zoom_of("fit") is Fitting.WHOLE
    finally:
        install(None)


def test_a_name_is_no_number() -> None:
    assert magnification_of("fit") is None
    assert magnification_of("×64") == 64


@pytest.mark.parametrize(
    ("text", "spot"),
    [
        ("1234, 567 @ ×64", Spot(Fraction(1234), Fraction(567), 64.0)),
        ("1234,567@64x", Spot(Fraction(1234), Fraction(567), 64.0)),
        ("812.4, 340.1", Spot(Fraction("812.4"), Fraction("340.1"))),
        ("(12; 7)", Spot(Fraction(12), Fraction(7))),
        (" 12 7 @ 400 % ", Spot(Fraction(12), Fraction(7), 4.0)),
        (wide("12,7@4"), Spot(Fraction(12), Fraction(7), 4.0)),
        ("-3, 4", Spot(Fraction(-3), Fraction(4))),
        ("0.00000000000000000000001, 2", Spot(Fraction(1, 10**23), Fraction(2))),
    ],
)
def test_places(text: str, spot: Spot) -> None:
    assert spot_of(text) == spot


@pytest.mark.parametrize(
    "text", ["", "12", "1, 2, 3", "1, 2 @", "1, 2 @ fit", "a, b", "1,234, 567"]
)
def test_what_is_no_place(text: str) -> None:
    assert spot_of(text) is None


def test_coordinates() -> None:
    assert coordinate_of(" 12.5 ") == Fraction("12.5")
    assert coordinate_of(wide("12")) == 12
    assert coordinate_of("1,5") is None
    assert coordinate_of("") is None
