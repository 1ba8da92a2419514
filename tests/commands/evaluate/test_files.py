"""The report and the image sheet of `cozviewer evaluate`, and what cannot be asked of it."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cozviewer.chain.paper import first_state
from cozviewer.evaluate.enlarged import enlarged_middle
from cozviewer.export.origin import read_origin
from cozviewer.export.sheet import PAPER
from cozviewer.image.pixels import Rgb8
from tests.commands.conftest import Run
from tests.commands.small_states import SIDE
from tests.pyramid.images import encoded, noise, smooth

pytestmark = pytest.mark.usefixtures("small_states")

DIRECT = ("--methods", "nearest,bicubic", "--levels", "2")


@pytest.fixture(autouse=True)
def _no_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let there be no weights for learned figures, whatever this machine has."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))


def pixels_of(path: Path) -> Rgb8:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def place_of(part: Rgb8, whole: Rgb8) -> tuple[int, int]:
    """Return (x, y) of the only place where `part` is in `whole`, pixel for pixel."""
    height, width = part.shape[:2]
    red, green, blue = (whole[..., i] == value for i, value in enumerate(part[0, 0]))
    starts = np.argwhere(red & green & blue)
    places = [
        (int(x), int(y))
        for y, x in starts
        if np.array_equal(whole[y : y + height, x : x + width], part)
    ]
    assert len(places) == 1
    return places[0]


def half(state: Rgb8) -> Rgb8:
    """Return a state as the sheet shows it."""
    rounded: Rgb8 = (state.reshape(SIDE // 2, 2, SIDE // 2, 2, 3).mean(axis=(1, 3)) + 0.5).astype(
        np.uint8
    )
    return rounded


@pytest.mark.parametrize("name", ["report.md", "report.json", "REPORT.JSON"])
def test_report_and_sheet_lie_side_by_side(
    run: Run, photo: Path, tmp_path: Path, name: str
) -> None:
    report = tmp_path / name
    ran = run("evaluate", photo, *DIRECT, "-o", report)
    assert ran.code == 0
    sheet = report.with_name(f"{report.stem}-sheet.png")
    assert f"cozviewer: Saved {report} and {sheet}." in ran.err
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == sorted(
        ["photo.png", report.name, sheet.name]
    )
    text = report.read_text("utf-8")
    if name == "report.md":
        assert text.startswith("# Evaluation on 1 photo\n\n| Scale | Method ")
        assert text.startswith(ran.out.rstrip()), "what is printed, and the address of the sheet"
        assert text.endswith("](report-sheet.png)\n")
    else:
        assert json.loads(text) == run("evaluate", photo, *DIRECT, "--json").report


def test_rows_of_the_sheet_are_methods_and_columns_are_scales(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    for index in range(4):
        (folder / f"{index}.png").write_bytes(encoded(noise(48 + index, 48), "PNG"))
    run("evaluate", folder, *DIRECT, "-o", tmp_path / "report.md")
    sheet = pixels_of(tmp_path / "report-sheet.png")
    places = []
    for index in range(3):  # the first images
        first = first_state(noise(48 + index, 48)).pixels
        for method in ("nearest", "bicubic"):
            row = [enlarged_middle(first, SIDE / 4**k, SIDE, method) for k in (1, 2)]
            places.append([place_of(half(state), sheet) for state in row])
            x, y = places[-1][0]
            photo = sheet[y : y + 128, x - 144 : x - 16]
            assert np.array_equal(photo[:42], half(first)[:42]), "above the frame"
            assert np.array_equal(photo[52:76, 52:76], half(first)[52:76, 52:76])
            assert not np.array_equal(photo, half(first)), "the frame"
    columns = [[x for x, _ in row] for row in places]
    rows = [[y for _, y in row] for row in places]
    assert columns == [columns[0]] * 6
    assert columns[0] == sorted(set(columns[0]))
    assert all(len(set(row)) == 1 for row in rows)
    heights = [row[0] for row in rows]
    assert heights == sorted(set(heights))
    assert sheet.shape[1] == 3 * 128 + 2 * 16 + 2 * 28
    assert tuple(sheet[-1, -1]) == PAPER


def test_the_sheet_says_what_it_is(run: Run, photo: Path, tmp_path: Path) -> None:
    run("evaluate", photo, *DIRECT, "-o", tmp_path / "report.md")
    origin = read_origin(tmp_path / "report-sheet.png")
    assert origin is not None
    assert (origin.kind, origin.engine, origin.source_name) == (
        "interpolated",
        "Nearest, Bicubic",
        "photo",
    )


def test_long_names_and_many_levels_fit(run: Run, tmp_path: Path) -> None:
    photo = tmp_path / ("a picture with a name, longer than its panel is wide, 写真.png")
    photo.write_bytes(encoded(smooth(40, 40), "PNG"))
    words = ("--methods", "bicubic", "--levels", "12")
    ran = run("evaluate", photo, *words, "-o", tmp_path / "report.json", "--json")
    assert ran.report["levels"][-1] == 4**12
    assert len(ran.report["methods"]["bicubic"]["niqe"]) == 12
    assert pixels_of(tmp_path / "report-sheet.png").shape[1] == 9 * 144 - 16 + 2 * 28
