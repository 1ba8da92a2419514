"""Every text of the window is translated, and what is shipped is up to date."""

import importlib.util
import re
import shutil
import string
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import QTranslator

from cozviewer.ui.language import LANGUAGES
from tests.translatable import marked_texts, sources

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "resources" / "translations"
CODES = [code for code in LANGUAGES if code != "en"]


@dataclass(frozen=True)
class Message:
    """One text and its translation."""

    context: str
    source: str
    comment: str
    translation: str
    numerus: bool
    finished: bool


def messages(ts: Path) -> Iterator[Message]:
    for context in ET.parse(ts).getroot().iter("context"):
        for each in context.iter("message"):
            translation = each.find("translation")
            assert translation is not None
            forms = [form.text or "" for form in translation.iter("numerusform")]
            yield Message(
                context.findtext("name", ""),
                each.findtext("source", ""),
                each.findtext("comment", ""),
                forms[0] if forms else translation.text or "",
                each.get("numerus") == "yes",
                translation.get("type") is None,
            )


def texts(ts: Path) -> set[tuple[str, str, str, bool]]:
    return {(m.context, m.source, m.comment, m.numerus) for m in messages(ts)}


@pytest.mark.parametrize("code", CODES)
def test_every_text_of_the_code_is_in_the_file(code: str, tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("tr", ROOT / "packaging" / "translations.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    kept = FOLDER / f"cozviewer_{code}.ts"
    fresh = Path(shutil.copy(kept, tmp_path))
    tool.collect(fresh)
    assert texts(fresh) == texts(kept), "run `make translations`"


def test_lupdate_sees_every_text() -> None:
    """It overlooks those whose number is more than a name: write `count = len(rows)` before."""
    seen = {m.source for m in messages(FOLDER / f"cozviewer_{CODES[0]}.ts")}
    overlooked = [
        f"{path.name}:{line}: {text}"
        for path in sources()
        for line, text, _ in marked_texts(path.read_text(encoding="utf-8"))
        if text not in seen
    ]
    assert overlooked == []


@pytest.mark.parametrize("code", CODES)
def test_every_text_is_translated(code: str) -> None:
    everything = messages(FOLDER / f"cozviewer_{code}.ts")
    assert [m for m in everything if not (m.finished and m.translation.strip())] == []


@pytest.mark.parametrize("code", CODES)
def test_translations_keep_values_tags_and_endings(code: str) -> None:
    wrong = []
    for message in messages(FOLDER / f"cozviewer_{code}.ts"):
        source, translation = message.source, message.translation
        same = (
            fields(source) == fields(translation)
            and message.numerus == ("%n" in translation)
            and re.findall(r"</?\w+", source) == re.findall(r"</?\w+", translation)
            and source.endswith("…") == translation.endswith("…")
            and (len(re.findall(r"&\w", source)) == len(re.findall(r"&\w", translation)))
        )
        if not same:
            wrong.append((source, translation))
    assert wrong == []


def fields(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


@pytest.mark.parametrize("code", CODES)
def test_built_file_holds_the_translations(code: str) -> None:
    translator = QTranslator()
    assert translator.load(str(FOLDER / f"cozviewer_{code}.qm")), "run `make translations`"
    stale = [
        m
        for m in messages(FOLDER / f"cozviewer_{code}.ts")
        if translator.translate(m.context, m.source, m.comment, 3 if m.numerus else -1)
        != m.translation
    ]
    assert stale == [], "run `make translations`"
