"""Texts with numbers: each follows the plural rule by which English needs no translation."""

import re
from typing import NamedTuple

import pytest

from cozviewer.util.translation import translate_marked
from tests.translatable import marked_texts, sources

UNCHANGED = ("%n failed", "%n rated")
"""Texts without a noun, which are the same for every number."""


class Marked(NamedTuple):
    """A text of the source code, where it is, and whether it is translated with a number."""

    place: str
    text: str
    numbered: bool | None


@pytest.fixture(scope="module")
def texts() -> list[Marked]:
    return [
        Marked(f"{path.parent.name}/{path.name}:{line}", text, numbered)
        for path in sources()
        for line, text, numbered in marked_texts(path.read_text(encoding="utf-8"))
    ]


def test_number_chooses_the_plural(texts: list[Marked]) -> None:
    plurals = [each for each in texts if "%n" in each.text]
    assert len(plurals) > 3
    for place, text, _ in plurals:
        assert text.count("%n") == 1, place
        if text in UNCHANGED:
            continue
        assert re.search(r"\w\(e?s\)", text), f"{place} has no plural ending"
        one, two = (translate_marked("Units", text, n) for n in (1, 2))
        assert not re.search(r"\(\w{1,3}\)", one), f"{place} keeps an ending: {one}"
        assert one.replace("1", "2", 1) != two, place


def test_number_is_passed_where_the_text_has_one(texts: list[Marked]) -> None:
    wrong = [
        each.place
        for each in texts
        if each.numbered is not None and each.numbered != ("%n" in each.text)
    ]
    assert not wrong
