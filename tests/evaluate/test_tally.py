"""Blind comparisons: counted right, kept in a file that any spreadsheet reads."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from cozviewer.evaluate.tally import (
    Judgement,
    add_judgement,
    mean_and_error,
    read_tally,
    standings,
    wilson,
)
from cozviewer.util.errors import BadInput

ONE = Judgement(
    "2026-01-02T03:04:05+00:00", "photo.jpg", "12.5,8", "64", "Real-ESRGAN", "Source, bicubic",
    "first", 4, 2,
)  # fmt: skip


@pytest.mark.parametrize(
    ("wins", "shown", "low", "high"),
    [
        # As textbooks and statistics packages have it, to four digits.
        (0, 10, 0.0000, 0.2775),
        (5, 10, 0.2366, 0.7634),
        (9, 10, 0.5958, 0.9821),
        (50, 100, 0.4038, 0.5962),
        (10, 10, 0.7225, 1.0000),
    ],
)
def test_the_interval_of_a_share(wins: int, shown: int, low: float, high: float) -> None:
    assert wilson(wins, shown) == pytest.approx((low, high), abs=5e-5)


def test_the_interval_of_a_mean() -> None:
    # 3, 4, 4, 5: deviation sqrt(2/3), Student's t of 3 degrees 3.182, so 3.182 * 0.8165 / 2.
    assert mean_and_error([3, 4, 4, 5]) == pytest.approx((4.0, 1.2990), abs=1e-4)
    assert mean_and_error([4]) == (4.0, None)
    assert mean_and_error([]) == (None, None)
    many = mean_and_error([1, 5] * 50)
    assert many == pytest.approx((3.0, 1.959964 * 2.010076 / 10), abs=1e-4)


def test_standings_count_wins_halves_and_opinions_wherever_a_side_stood() -> None:
    turned = Judgement("", "", "", "", "Source, bicubic", "Real-ESRGAN", "second", 1, 5)
    same = replace(ONE, better="same", first_score=None, second_score=None)
    first, second = standings([ONE, turned, same])
    assert (first.name, first.shown, first.wins) == ("Real-ESRGAN", 3, 2.5)
    assert (second.name, second.shown, second.wins) == ("Source, bicubic", 3, 0.5)
    assert (first.opinion, second.opinion) == (4.5, 1.5)
    assert first.low < 2.5 / 3 < first.high


def test_a_tally_grows_and_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "tally.csv"
    other = replace(ONE, picture='with "quotes", commas\nand lines', first_score=None)
    assert add_judgement(path, ONE) == [ONE]
    assert add_judgement(path, other) == [ONE, other]
    assert read_tally(path) == [ONE, other]
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert rows[0][:3] == ["made_at", "picture", "centre"]
    assert rows[2][1] == other.picture
    assert [file.name for file in tmp_path.iterdir()] == ["tally.csv"]


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"\xff\xfe\x00", b"made_at\n"])
def test_another_file_is_not_touched(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.csv"
    path.write_bytes(content)
    with pytest.raises(BadInput, match="does not contain ratings"):
        add_judgement(path, ONE)
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    "change",
    [
        ("first,4,2", "best,4,2"),
        ("first,4,2", "first,9,2"),
        ("first,4,2", "first,4,2,a note that would be lost"),
    ],
)
def test_a_tally_with_nonsense_in_it_is_told(tmp_path: Path, change: tuple[str, str]) -> None:
    path = tmp_path / "tally.csv"
    add_judgement(path, ONE)
    path.write_text(path.read_text().replace(*change))
    with pytest.raises(BadInput, match="does not contain ratings"):
        read_tally(path)
