"""Texts with numbers: each follows the plural rule by which English needs no translation."""

import re

import pytest

from cozviewer.util.translation import translate_marked
from tests.translatable import marked_texts, sources

TEXTS = [
    (f"{path.parent.name}/{path.name}:{line}", text, numbered)
    for path in sources()
    for line, text, numbered in marked_texts(path.read_text(encoding="utf-8"))
]

PLURALS = [(place, text) for place, text, _ in TEXTS if "%n" in text]


UNCHANGED = ("%n failed", "%n rated")
"""Texts without a noun, which are the same for every number."""


def test_there_are_some() -> None:
    assert len(PLURALS) > 3


@pytest.mark.parametrize(("place", "text"), PLURALS, ids=[text for _, text in PLURALS])
def test_number_chooses_the_plural(place: str, text: str) -> None:
    assert text.count("%n") == 1, place
    if text in UNCHANGED:
        return
    assert re.search(r"\w\(e?s\)", text), f"{place} has no plural ending"
    one, two = (translate_marked("Units", text, n) for n in (1, 2))
    assert not re.search(r"\(\w{1,3}\)", one), f"{place} keeps an ending: {one}"
    assert one.replace("1", "2", 1) != two


def test_number_is_passed_where_the_text_has_one() -> None:
    wrong = [
        place
        for place, text, numbered in TEXTS
        if numbered is not None and numbered != ("%n" in text)
    ]
    assert not wrong
