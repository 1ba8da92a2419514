"""Collects the texts of the window for translators, and builds what they translated.

`make translations` runs it. New texts appear in `resources/translations/cozviewer_*.ts` as
"unfinished"; Qt Linguist or any editor fills them in, and the next run builds the `.qm` files that
the program reads.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "resources" / "translations"


def collect(ts: Path, folder: Path = ROOT) -> None:
    """Update a `.ts` file from the source code; translations stay, unused texts go."""
    sources = sorted(str(path.relative_to(folder)) for path in folder.glob("cozviewer/**/*.py"))
    options = ["-no-obsolete", "-locations", "none", "-silent"]
    _run("lupdate", *options, *sources, "-ts", str(ts), cwd=folder)


def build(ts: Path, qm: Path) -> None:
    """Build the `.qm` file of a `.ts` file."""
    _run("lrelease", "-silent", str(ts), "-qm", str(qm), cwd=ROOT)


def _run(tool: str, *arguments: str, cwd: Path) -> None:
    program = Path(sys.executable).with_name(f"pyside6-{tool}")
    subprocess.run([str(program), *arguments], check=True, cwd=cwd)


if __name__ == "__main__":
    for ts in FOLDER.glob("*.ts"):
        collect(ts)
        build(ts, ts.with_suffix(".qm"))
