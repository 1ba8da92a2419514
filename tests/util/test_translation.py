from collections.abc import Iterator

import pytest

from cozviewer.util.translation import (
    QT_TRANSLATE_NOOP,
    install,
    sentences,
    translate,
    translate_marked,
    with_note,
)


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    install(None)


@pytest.mark.parametrize(
    ("n", "text"), [(0, "0 tiles left"), (1, "1 tile left"), (1200, "1,200 tiles left")]
)
def test_english_needs_no_lookup_for_plurals(n: int, text: str) -> None:
    assert translate("Status", "%n tile(s) left", None, n) == text


def test_other_plural_ending() -> None:
    assert translate("Status", "%n batch(es)", None, 2) == "2 batches"
    assert translate("Status", "%n batch(es)", None, 1) == "1 batch"


def test_text_without_number_is_left_alone() -> None:
    assert translate("Status", "Photo(s) and 100%n") == "Photo(s) and 100%n"


def test_installed_lookup_translates() -> None:
    seen = []

    def lookup(context: str, text: str, disambiguation: str, n: int) -> str:
        seen.append((context, text, disambiguation, n))
        return {"Open": "打开", "%n tile(s)": "%n 个图块"}.get(text, "")

    install(lookup)
    assert translate("Menu", "Open") == "打开"
    assert translate("Menu", "%n tile(s)", None, 1) == "1 个图块"
    assert translate("Menu", "Close", "a window") == "Close"
    assert seen == [
        ("Menu", "Open", "", -1),
        ("Menu", "%n tile(s)", "", 1),
        ("Menu", "Close", "a window", -1),
    ]


def test_marked_text_is_unchanged() -> None:
    assert QT_TRANSLATE_NOOP("Menu", "Open") == "Open"


def test_marked_text_is_translated_when_it_is_used() -> None:
    rows = QT_TRANSLATE_NOOP("Units", "%n row(s)")
    assert translate_marked("Units", rows, 1) == "1 row"
    install(lambda context, text, disambiguation, n: f"{context} {text} %n" if n > 1 else "")
    assert translate_marked("Units", rows, 1200) == "Units 1,200 row(s) 1,200"
    assert translate_marked("Units", "Any other text") == "Any other text"


def test_texts_are_joined_as_the_language_has_it() -> None:
    assert with_note("Open", "Ctrl+{O}") == "Open (Ctrl+{O})"
    assert sentences(("One.",)) == "One."
    assert sentences(("One.", "Two {2}.", "Three.")) == "One. Two {2}. Three."
    chinese = {
        "{text} ({note})": "{text}【{note}】",
        "{sentence} {next_sentence}": "{sentence}{next_sentence}",
    }
    install(lambda context, text, disambiguation, n: chinese.get(text, ""))
    assert with_note("打开", "Ctrl+O") == "打开【Ctrl+O】"
    assert sentences(("一。", "二。")) == "一。二。"
