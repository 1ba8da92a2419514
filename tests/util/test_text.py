"""Text made safe to show."""

import pytest

from cozviewer.util.text import counted, visible, visible_line


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("photo.png", "photo.png"),
        ("蒲公英 – ünï.jpg", "蒲公英 – ünï.jpg"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("evil\x1b[31m\r\x07", "evil␛[31m␍␇"),
        ("\x00\x7f\x9b", "␀␡<U+009B>"),
        ("photo\u202egnp.exe", "photo<U+202E>gnp.exe"),
        ("\u2066a\u2069\u200e\u200f\u061c", "<U+2066>a<U+2069><U+200E><U+200F><U+061C>"),
        ("zero\u200bwidth\ufeff\u00ad", "zero<U+200B>width<U+FEFF><U+00AD>"),
        ("line\u2028end\u2029", "line<U+2028>end<U+2029>"),
        ("tag\U000e0041", "tag<U+E0041>"),
        ("byte\udcff", "byte\ufffd"),
        ("👩\u200d🚀", "👩\u200d🚀"),  # joined by a character without width, which stays
    ],
)
def test_hidden_characters_are_shown(text: str, shown: str) -> None:
    assert visible(text) == shown
    assert visible(shown) == shown


def test_a_line_stays_one_line() -> None:
    assert visible_line("a\nb\tc") == "a␊b␉c"


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0 tiles"), (1, "1 tile"), (2, "2 tiles"), (1200, "1,200 tiles")]
)
def test_counts(number: int, text: str) -> None:
    assert counted(number, "tiles") == text
