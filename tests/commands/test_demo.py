"""`cozviewer demo` shows what the viewer can do, without a screen."""

from fractions import Fraction
from pathlib import Path

import numpy as np
from PIL import Image

from cozviewer.commands.common.values import point
from cozviewer.commands.demo import SAMPLE_CENTER
from cozviewer.export.origin import read_origin
from cozviewer.export.sheet import PAPER, Panel, sheet
from cozviewer.image.pixels import Rgb8
from cozviewer.image.source import open_source
from tests.commands.conftest import Run

SAMPLE = Path(__file__).parents[2] / "resources" / "dandelion.jpg"


def pixels_of(path: Path) -> Rgb8:
    with Image.open(path) as image:
        return np.asarray(image)


def found_in(whole: Rgb8, part: Rgb8) -> bool:
    """Tell whether `part` is somewhere in `whole`, pixel for pixel."""
    height, width = part.shape[:2]
    starts = np.argwhere((whole[:, :, :] == part[0, 0]).all(axis=2))
    return any(np.array_equal(whole[y : y + height, x : x + width], part) for y, x in starts)


def test_the_demo_of_the_sample(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "new" / "demo"
    ran = run("demo", "-o", out, "--engine", "nearest", "--json")
    assert ran.code == 0
    report = ran.report
    assert report["zoom_strip"] == str(out / "zoom-strip.png")
    assert report["comparison"] == str(out / "comparison.png")
    assert report["engine"] == "Nearest"
    assert report["tiles_computed"] <= 256, "on a slow machine four take a second"

    x, y = (int(place) for place in point(SAMPLE_CENTER))
    source = open_source(SAMPLE)
    strip = pixels_of(out / "zoom-strip.png")
    near = source.levels[0][y - 160 : y - 60, x - 160 : x + 160]  # above the frame
    assert found_in(strip, near), "at x1 the photo's own pixels"
    at_256 = source.levels[0][y, x]
    square = np.broadcast_to(at_256, (60, 60, 3))
    assert found_in(strip, square), "at x256 the pixel in the middle is large"

    origin = read_origin(out / "comparison.png")
    assert origin is not None
    assert (origin.source_name, origin.magnification) == ("dandelion.jpg", "256")


def test_the_demo_of_an_image_of_ones_own(run: Run, photo: Path, tmp_path: Path) -> None:
    ran = run("demo", photo, "-o", tmp_path / "demo", "--engine", "bicubic")
    assert ran.code == 0
    assert "zoom-strip.png and" in ran.out
    assert sorted(path.name for path in (tmp_path / "demo").iterdir()) == [
        "comparison.png",
        "zoom-strip.png",
    ]


def test_a_sheet_shows_its_panels_untouched_and_writes_over_each() -> None:
    panels = [Panel(np.full((50, 80, 3), 10 * i, np.uint8), f"x{4**i}", "note") for i in range(4)]
    whole = sheet("Title", "Subtitle", [panels[:2], panels[2:]], group=2)
    assert tuple(whole[0, 0]) == tuple(whole[-1, -1]) == PAPER
    for panel in panels:
        assert found_in(whole, panel.pixels)
    rows = (whole != np.array(PAPER)).any(axis=(1, 2))
    texts_and_panels = np.flatnonzero(np.diff(rows.astype(int)) == 1)
    assert len(texts_and_panels) >= 8, "title, subtitle, then caption, note and pictures, twice"


def test_a_frame_lies_where_it_is_asked() -> None:
    panel = Panel(np.zeros((64, 64, 3), np.uint8), "x1", "", (16, 16, 48, 48))
    framed, plain = sheet("", "", [[panel]]), sheet("", "", [[Panel(panel.pixels, "x1")]])
    rows, columns = np.nonzero((framed != plain).any(axis=2))
    assert rows.max() - rows.min() == columns.max() - columns.min() == 32


def test_names_that_the_font_lacks_do_no_harm() -> None:
    assert sheet("写真.jpg", "", [[Panel(np.zeros((8, 8, 3), np.uint8), "×4")]]).size > 0


def test_the_sample_is_in_its_photo() -> None:
    x, y = point(SAMPLE_CENTER)
    assert x - 170 > 0
    assert y - Fraction(170) > 0
