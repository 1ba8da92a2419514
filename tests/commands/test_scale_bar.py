"""`--scale-bar` and `--field`: bars of a known length, and the caution by medical pictures."""

from pathlib import Path

import pytest
from PIL import Image

from cozviewer.commands.common import values
from cozviewer.export.origin import read_origin
from cozviewer.pyramid.wording import CAUTION
from cozviewer.util.errors import BadInput
from tests.commands.conftest import Run
from tests.image.rare_files import dicom
from tests.pyramid.pictures import smooth, tiff

BICUBIC = ("--engine", "bicubic", "--json")
SMALL = ("--zoom", "4", "--size", "320x240")


@pytest.fixture
def cells(tmp_path: Path) -> Path:
    path = tmp_path / "cells.tif"
    options = {"photometric": "rgb", "resolution": (40_000, 40_000), "resolutionunit": 3}
    path.write_bytes(tiff(smooth(80, 60), **options))
    return path


def test_a_bar_is_burnt_in_if_asked_for(run: Run, cells: Path, tmp_path: Path) -> None:
    plain, marked = tmp_path / "plain.png", tmp_path / "marked.png"
    assert run("render", cells, "-o", plain, *SMALL, *BICUBIC).report["scale_bar"] == ""
    ran = run("render", cells, "-o", marked, "--scale-bar", *SMALL, *BICUBIC)
    assert ran.report["scale_bar"] == "5 µm"
    origin = read_origin(marked)
    assert origin is not None
    assert origin.scale_bar == "5 µm"
    with Image.open(plain) as before, Image.open(marked) as after:
        assert before.convert("RGB").tobytes() != after.convert("RGB").tobytes()


def test_the_size_of_a_pixel_can_be_given(run: Run, photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.png"
    ran = run("render", photo, "-o", out, "--scale-bar", *SMALL, *BICUBIC)
    assert ran.code == 2
    assert ran.sentence == (
        "photo.png does not say the physical size of its pixels: give it, for example with "
        "--pixel-size 0.25um."
    )
    size = ("--pixel-size", "0.5 mm")
    assert run("render", photo, "-o", out, *size, *SMALL, *BICUBIC).sentence == (
        "--pixel-size needs --scale-bar."
    )
    ran = run("render", photo, "-o", out, "--scale-bar", *size, *SMALL, *BICUBIC)
    assert ran.report["scale_bar"] == "1 cm"
    movie = tmp_path / "zoom.webp"
    short = ("--size", "160x120", "--fps", "5", "--seconds", "0.4", "--zoom", "8", "--hold", "0")
    ran = run("movie", photo, "-o", movie, "--scale-bar", *size, *short, *BICUBIC)
    assert ran.report["scale_bar"] == "2 mm"


@pytest.mark.parametrize(
    ("text", "size", "unit"),
    [
        ("0.25um", 0.25e-6, "m"),
        (" 0.25 µm ", 0.25e-6, "m"),
        ("10m", 10, "m"),
        (".5nm", 0.5e-9, "m"),
        ("1e3 km", 1e6, "m"),
        ("0.4arcsec", 0.4, "arcsec"),
    ],
)
def test_sizes(text: str, size: float, unit: str) -> None:
    number, name = values.pixel_size(text)
    assert number == pytest.approx(size)
    assert name == unit


@pytest.mark.parametrize("text", ["", "0m", "-1m", "1", "um", "1 inch", "1e99m", "nan m"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="not the size of a pixel"):
        values.pixel_size(text)


def test_a_medical_picture_has_a_caution_and_no_patient(run: Run, tmp_path: Path) -> None:
    scan, out, cache = tmp_path / "scan.dcm", tmp_path / "out.png", tmp_path / "cache"
    content = dicom(smooth(80, 60)[..., 0], PixelSpacing=[0.5, 0.5], WindowCenter=9, WindowWidth=99)
    scan.write_bytes(content)
    ran = run("render", scan, "-o", out, "--cache", cache, "--scale-bar", *SMALL, *BICUBIC)
    assert ran.report["scale_bar"] == "1 cm"
    assert CAUTION in ran.err
    kept = [out, *(path for path in cache.rglob("*") if path.is_file())]
    assert len(kept) > 1
    for secret in ("Doe", "4711"):
        assert secret.encode() in content
        assert secret not in ran.out + ran.err + repr(kept)
        assert not any(secret.encode() in path.read_bytes() for path in kept)


def test_the_field_can_be_named(run: Run, photo: Path, tmp_path: Path) -> None:
    reports = {}
    for field in ("auto", "photo", "medical"):
        out = tmp_path / f"as-{field}.png"
        ran = run("render", photo, "-o", out, "--field", field, *SMALL, *BICUBIC)
        assert (CAUTION in ran.err) == (field == "medical")
        reports[field] = ran.report["recipe"]
    assert reports["auto"] == reports["photo"]
