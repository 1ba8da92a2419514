"""Pages, and what is said of an image, on the command line."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.commands.conftest import Run
from tests.pyramid.images import encoded, noise, smooth

RGB = smooth(60, 40)
OPTIONS = ("--engine", "bicubic", "--zoom", "1", "--size", "60x40", "--no-cache")


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    path = tmp_path / "scan.tif"
    first, second = Image.fromarray(RGB), Image.fromarray(255 - RGB)
    first.save(path, save_all=True, append_images=[second])
    return path


def test_a_page_is_rendered(run: Run, pages: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.png"
    for options, expected in (((), RGB), (("--page", 1), RGB), (("--page", 2), 255 - RGB)):
        ran = run("render", pages, "-o", out, *OPTIONS, *options, "--overwrite")
        assert ran.code == 0, ran.err
        assert ("Page 1 of 2 is open." in ran.err) is (not options)
        np.testing.assert_array_equal(np.asarray(Image.open(out)), expected)


@pytest.mark.parametrize("page", ["0", "-1", "x", "1.5", ""])
def test_what_is_no_page(run: Run, pages: Path, tmp_path: Path, page: str) -> None:
    ran = run("render", pages, "-o", tmp_path / "out.png", *OPTIONS, f"--page={page}")
    assert ran.code == 2
    assert ran.sentence == f"The page {page!r} must be a whole number from 1."


def test_a_page_that_is_not_there(run: Run, pages: Path, tmp_path: Path) -> None:
    ran = run("render", pages, "-o", tmp_path / "out.png", *OPTIONS, "--page", 3)
    assert ran.code == 2
    assert ran.sentence == "scan.tif has no page 3: choose one from 1 to 2."


def test_what_is_missing_is_said(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "cut.jpg"
    content = encoded(noise(60, 80), "JPEG")
    path.write_bytes(content[: len(content) * 3 // 4])
    ran = run("render", path, "-o", tmp_path / "out.png", *OPTIONS)
    assert ran.code == 0
    assert "The file ends early: the lower " in ran.err
