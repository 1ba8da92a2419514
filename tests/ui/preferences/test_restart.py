"""The next start opens what was open, at its place, and only that one."""

from fractions import Fraction
from pathlib import Path

import pytest

from cozviewer.pyramid.camera import camera_at
from cozviewer.ui.preferences.restart import KEY, Place, keep_place, take_place
from cozviewer.ui.settings import keep_text


def test_a_place_is_taken_once(tmp_path: Path) -> None:
    assert take_place() is None
    place = Place(tmp_path / "ä b.png", camera_at(Fraction(1, 3), 250, Fraction(2) ** 70))
    keep_place(place)
    assert take_place() == place
    assert take_place() is None


@pytest.mark.parametrize(
    "text", ["{", "[]", "3", '["a.png"]', '["a.png", "1", "x", "2"]', '[1, "1", "1", "1"]', "null"]
)
def test_a_broken_place_counts_as_none(text: str) -> None:
    keep_text(KEY, text)
    assert take_place() is None
    assert take_place() is None
