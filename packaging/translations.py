"""Collects the texts of the window for translators, and builds what they translated.

`make translations` runs it. New texts appear in `resources/translations/cozviewer_*.ts` as
"unfinished"; Qt Linguist or any editor fills them in, and the next run builds the `.qm` files that
the program reads.
"""

import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "resources" / "translations"

HEAD = '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n'


def collect(ts: Path, folder: Path = ROOT) -> None:
    """Update a `.ts` file from the source code; translations stay, unused texts go."""
    kept = _plurals(ET.parse(ts))
    sources = sorted(str(path.relative_to(folder)) for path in folder.glob("cozviewer/**/*.py"))
    options = ["-no-obsolete", "-locations", "none", "-silent"]
    _run("lupdate", *options, *sources, "-ts", str(ts), cwd=folder)
    _mark_plurals(ts, kept)


def build(ts: Path, qm: Path) -> None:
    """Build the `.qm` file of a `.ts` file."""
    _run("lrelease", "-silent", str(ts), "-qm", str(qm), cwd=ROOT)


def _plurals(tree: "ET.ElementTree[ET.Element]") -> dict[tuple[str, str], ET.Element]:
    """Return the finished translations of texts with a number, by context and text."""
    return {
        (context.findtext("name", ""), message.findtext("source", "")): translation
        for context in tree.getroot().iter("context")
        for message in context.iter("message")
        if (translation := message.find("translation")) is not None
        and translation.get("type") is None
        and translation.find("numerusform") is not None
    }


def _mark_plurals(ts: Path, kept: dict[tuple[str, str], ET.Element]) -> None:
    """Give the texts with a number their plural forms, which lupdate does not see in Python.

    Args:
        kept: The forms that were there before.
    """
    tree = ET.parse(ts)
    for context in tree.getroot().iter("context"):
        for message in context.iter("message"):
            source = message.findtext("source", "")
            translation = message.find("translation")
            if "%n" not in source or translation is None:
                continue
            message.set("numerus", "yes")
            before = kept.get((context.findtext("name", ""), source))
            if before is not None:
                message[list(message).index(translation)] = before
            elif translation.find("numerusform") is None:
                form = ET.SubElement(translation, "numerusform")
                form.text, translation.text = translation.text, None
    ET.indent(tree, "    ")
    body = ET.tostring(tree.getroot(), encoding="unicode", short_empty_elements=False)
    ts.write_text(HEAD + body + "\n", encoding="utf-8")


def _run(tool: str, *arguments: str, cwd: Path) -> None:
    program = Path(sys.executable).with_name(f"pyside6-{tool}")
    subprocess.run([str(program), *arguments], check=True, cwd=cwd)


if __name__ == "__main__":
    for ts in FOLDER.glob("*.ts"):
        collect(ts)
        build(ts, ts.with_suffix(".qm"))
