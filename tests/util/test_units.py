"""Sizes, durations and the time left as text."""

import pytest

from cozviewer.util.units import (
    Unit,
    bytes_text,
    count_text,
    duration_text,
    gigabytes,
    seconds_left,
)


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (370_000, "370 kB"),
        (999_600, "1.0 MB"),
        (9_960_000, "10 MB"),
        (12.34e6, "12 MB"),
        (100e6, "100 MB"),
        (1_234_567_890, "1.2 GB"),
        (4.06e9, "4.1 GB"),
        (10**10, "10 GB"),
        (10**16, "10000 TB"),
    ],
)
def test_sizes_have_the_unit_that_suits_them(size: float, text: str) -> None:
    assert bytes_text(size) == text


def test_one_byte_is_singular() -> None:
    assert bytes_text(1) == "1 byte"


@pytest.mark.parametrize(
    ("number", "unit", "text"),
    [(0, "tiles", "0 tiles"), (1, "rows", "1 row"), (1200, "frames", "1,200 frames")],
)
def test_counts(number: int, unit: Unit, text: str) -> None:
    assert count_text(number, unit) == text


def test_amounts_that_are_compared_are_all_in_gigabytes() -> None:
    assert [gigabytes(size) for size in (0, 49_999_999, 9_560_000_000, 1.5e12)] == [
        "0.0 GB",
        "0.0 GB",
        "9.6 GB",
        "1,500.0 GB",
    ]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "1 s"),
        (7.4, "7 s"),
        (59, "59 s"),
        (59.7, "1 min"),
        (80, "1 min 20 s"),
        (150, "2 min 30 s"),
        (7500, "2 h 5 min"),
        (7800, "2 h 10 min"),
    ],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text


@pytest.mark.parametrize(
    ("elapsed", "done", "total", "left"),
    [(0.0, 0, 4, None), (2.0, 1, 4, 6.0), (8.0, 4, 4, 0.0), (8.0, 5, 4, 0.0)],
)
def test_evenly_paced_work_goes_on_as_before(
    elapsed: float, done: int, total: int, left: float | None
) -> None:
    assert seconds_left(elapsed, done, total) == left
