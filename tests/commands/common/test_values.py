"""What people type is read exactly, or refused in a sentence that says what is allowed."""

from fractions import Fraction
from pathlib import Path

import pytest

from cozviewer.commands.common import values
from cozviewer.util.errors import BadInput


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("4", 4),
        ("0.5", Fraction(1, 2)),
        (".25", Fraction(1, 4)),
        ("1e6", 10**6),
        ("2.5E-1", Fraction(1, 4)),
        ("2^40", 2**40),
        ("2**-3", Fraction(1, 8)),
        ("2^256", 2**256),
        ("x64", 64),
        ("×64", 64),
        ("64x", 64),
        (" 3 ", 3),
        ("0.1", Fraction(1, 10)),
    ],
)
def test_a_zoom_is_read_exactly(text: str, value: Fraction) -> None:
    assert values.zoom(text) == value


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("0", "greater than 0"),
        ("-2", "greater than 0"),
        ("0^5", "greater than 0"),
        ("inf", "limit is 2^256"),
        ("-inf", "limit is 2^256"),
        ("1e300", "limit is 2^256"),
        ("2^257", "limit is 2^256"),
        ("9^9999", "limit is 2^256"),
        ("nan", "not a number"),
        ("big", "not a number"),
        ("4,5", "not a number"),
        ("1/0", "not a number"),
        ("1e999999999", "not a number"),
        ("", "not a number"),
        ("1" * 5000, "not a number"),
    ],
)
def test_a_zoom_that_is_none_or_too_large_is_refused(text: str, told: str) -> None:
    with pytest.raises(BadInput, match=told.replace("^", r"\^")):
        values.zoom(text)


def test_a_point_keeps_every_digit() -> None:
    digits = "3" * 300
    x, y = values.point(f"800.{digits}, -5")
    assert x == 800 + Fraction(int(digits), 10**300)
    assert y == -5


@pytest.mark.parametrize("text", ["800", "1,2,3", "a,b", "1;2", "nan,1", "1,inf", ",", ""])
def test_a_point_that_is_none_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(BadInput, match=r"800\.5,450"):
        values.point(text)


@pytest.mark.parametrize("text", ["1280x800", "1280X800", "1280×800", "1280 x 800", "1280*800"])
def test_a_size_is_read(text: str) -> None:
    assert values.size(text) == (1280, 800)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("0x100", "at least 1"),
        ("100x0", "at least 1"),
        ("20000x20000", "400 megapixels; the limit is 200"),
        ("999999999x999999999", "the limit is 200"),
        ("-5x5", "1280x800"),
        ("5", "1280x800"),
        ("axb", "1280x800"),
        ("1.5x2", "1280x800"),
    ],
)
def test_a_size_that_is_none_or_absurd_is_refused(text: str, told: str) -> None:
    with pytest.raises(BadInput, match=told):
        values.size(text)


def test_the_largest_size_is_allowed() -> None:
    assert values.size("20000x10000") == (20000, 10000)


@pytest.mark.parametrize("text", ["0", "-1", "129", "four", "1.5", ""])
def test_levels_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(BadInput, match="from 1 to 128"):
        values.levels(text)


def test_seeds_are_whole_numbers() -> None:
    assert [values.seed(text) for text in ("0", "-7", "42")] == [0, -7, 42]
    with pytest.raises(BadInput, match="whole number"):
        values.seed("1.5")


def test_paths_need_not_exist_but_be_possible() -> None:
    assert values.path("gone/photo.png") == Path("gone/photo.png")
    for text in ("n" * 300, "n" * 300 + "/photo.png", "nul\0.png"):
        with pytest.raises(BadInput, match=r"choose another name|check the path"):
            values.path(text)
