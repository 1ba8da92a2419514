"""Commands over a photo of ten gigapixels, of which they read what they need."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cozviewer.image.pixels import Rgb8
from tests.commands.conftest import Run
from tests.image.tiled.giant import giant_tiff, tile_at
from tests.room import Room

BICUBIC = ("--engine", "bicubic")
CORNER = (99_872, 99_872)


@pytest.fixture(scope="module")
def giant(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return giant_tiff(tmp_path_factory.mktemp("giant") / "giant.tif")


def test_a_region_at_the_corner_is_saved_pixel_for_pixel(
    run: Run, giant: Path, tmp_path: Path
) -> None:
    out = tmp_path / "corner.png"
    region = ("--region", f"{CORNER[0]},{CORNER[1]},128,128", "--level", "1")
    assert run("render", giant, "-o", out, *region, *BICUBIC).code == 0
    x, y = (at % 256 for at in CORNER)
    expected = tile_at(0, CORNER[0] // 256, CORNER[1] // 256)[y : y + 128, x : x + 128]
    np.testing.assert_array_equal(pixels_of(out), expected)


def test_the_whole_is_refused_in_a_sentence_where_it_does_not_fit(
    run: Run, giant: Path, tmp_path: Path, room: Room
) -> None:
    whole = ("--whole", "--level", "1")
    ran = run("render", giant, "-o", tmp_path / "whole.jpg", *whole, *BICUBIC)
    assert ran.code == 2
    assert "100000 x 100000 pixels do not fit into JPEG" in ran.sentence
    room.on_disk(10**9)
    ran = run("render", giant, "-o", tmp_path / "whole.png", *whole, *BICUBIC)
    assert ran.code == 2
    assert "1.0 GB are free" in ran.sentence


def test_a_session_finds_it_again_by_its_digest(run: Run, giant: Path, tmp_path: Path) -> None:
    view = ("--center", "99900,99950", "--zoom", "4", "--size", "90x70", "--cache", tmp_path / "c")
    first, again, session = tmp_path / "1.png", tmp_path / "2.png", tmp_path / "trip.cozview"
    assert run("render", giant, "-o", first, *view, *BICUBIC).code == 0
    saved = run("export-session", giant, "-o", session, *BICUBIC, "--cache", tmp_path / "c")
    assert saved.code == 0, saved.err
    ran = run("render", session, "-o", again, *view[:-1], tmp_path / "other", "--json")
    assert ran.code == 0, ran.err
    assert ran.report["tiles_computed"] == 0
    np.testing.assert_array_equal(pixels_of(first), pixels_of(again))


def test_a_chain_begins_with_its_middle(run: Run, giant: Path, tmp_path: Path) -> None:
    ran = run("chain", giant, "-o", tmp_path / "chain", "--levels", "1", *BICUBIC)
    assert ran.code == 0, ran.err
    states = sorted((tmp_path / "chain" / "per-sample").rglob("*.png"))
    assert [size_of(state) for state in states] == [(512, 512)] * 2


def pixels_of(path: Path) -> Rgb8:
    with Image.open(path) as image:
        return np.asarray(image)


def size_of(path: Path) -> tuple[int, int]:
    with Image.open(path) as image:
        return image.size
