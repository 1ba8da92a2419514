"""The table of figures that `cozviewer evaluate` gives on free photos, and making it anew.

`python -m tests.commands.evaluate_figures` takes half an hour on two cores and writes
`evaluate_figures.json` beside this file. Make it anew whenever a method is meant to give other
pixels, and read the difference: it is what the change did to the images.
"""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from skimage import data

from tests.commands.small_states import shrink_states
from tests.pyramid.images import encoded

TABLE = Path(__file__).with_name("evaluate_figures.json")

PHOTOS = ("astronaut", "chelsea", "coffee", "hubble_deep_field", "retina", "rocket")
"""Photos that come with scikit-image; all are free."""

FIGURES = ("niqe", "lr_psnr", "drift", "blocks")

UNCORRECTED = "realesrgan, uncorrected"
"""The name in the table of what Real-ESRGAN does by itself, with no care for depth or fidelity."""

BARE = ("--methods", "realesrgan", "--fidelity", "0", "--edges", "soft")
"""The options of `cozviewer evaluate` for that."""

SMALL = "realesrgan, small states"
"""The name of what the network makes of small states, which takes seconds."""

SMALL_PHOTOS = ("chelsea",)
"""The photos of that."""

SMALL_OPTIONS = ("--methods", "realesrgan", "--levels", "1")
"""The options of `cozviewer evaluate` for that."""

EXACT = ("--device", "cpu", "--numbers", "fp32")
"""The options with which the figures are the same on every machine."""

Table = dict[str, dict[str, dict[str, list[float | None]]]]
"""Figures by method, photo and name, one for each level."""


def save_photos(folder: Path, names: tuple[str, ...] = PHOTOS) -> None:
    """Write photos as PNG into a folder."""
    for name in names:
        photo = encoded(getattr(data, name)(), "PNG", compress_level=1)
        (folder / f"{name}.png").write_bytes(photo)


def table_of(report: dict[str, Any]) -> Table:
    """Return the figures of a report (`cozviewer evaluate --json`) with three decimals."""
    return {
        method: {
            photo: {
                name: [None if value is None else round(value, 3) for value in figures[name]]
                for name in FIGURES
            }
            for photo, figures in found["per_picture"].items()
        }
        for method, found in report["methods"].items()
    }


def kept() -> Table:
    """Return the table in the repository."""
    table: Table = json.loads(TABLE.read_text())
    return table


def keep(report: dict[str, Any], bare: dict[str, Any], small: dict[str, Any]) -> None:
    """Make the table that of three reports: the usual one, with BARE, and of small states."""
    table = table_of(report)
    table |= {UNCORRECTED: table_of(bare)["realesrgan"], SMALL: table_of(small)["realesrgan"]}
    methods = [
        f'"{method}": {{\n'
        + ",\n".join(f'  "{photo}": {json.dumps(figures)}' for photo, figures in photos.items())
        + "\n}"
        for method, photos in table.items()
    ]
    TABLE.write_text("{\n" + ",\n".join(methods) + "\n}\n")


def main() -> int:
    """Evaluate all photos, and keep the figures."""
    from cozviewer.cli import main as cozviewer

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        reports = []
        for number, (photos, words) in enumerate(
            ((PHOTOS, ()), (PHOTOS, BARE), (SMALL_PHOTOS, SMALL_OPTIONS))
        ):
            part, report = folder / f"photos{number}", folder / f"report{number}.json"
            part.mkdir()
            save_photos(part, photos)
            command = ["evaluate", str(part), "-o", str(report), *EXACT, *words]
            with pytest.MonkeyPatch.context() as patch:
                if words == SMALL_OPTIONS:
                    shrink_states(patch)
                code = cozviewer(command)
            if code:
                return code
            reports.append(json.loads(report.read_text()))
        keep(*reports)
        return 0


if __name__ == "__main__":
    sys.exit(main())
