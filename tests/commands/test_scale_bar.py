"""`--scale-bar` and `--field`: bars of a known length, and the caution by medical images."""

from pathlib import Path

import pytest
from PIL import Image, ImageChops

from cozviewer.commands.common import values
from cozviewer.export.origin import read_origin
from cozviewer.image.subject import Scale, scale_text
from cozviewer.pyramid.wording import CAUTION
from cozviewer.util.errors import BadInput
from tests.commands.conftest import Run
from tests.image.rare_files import dicom
from tests.pyramid.images import smooth, tiff
from tests.pyramid.sessions import change

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


def test_a_medical_image_has_a_caution_and_no_patient(run: Run, tmp_path: Path) -> None:
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


def test_a_session_has_the_scale_that_was_set_by_hand(
    run: Run, photo: Path, tmp_path: Path
) -> None:
    path, again, out = tmp_path / "a.cozview", tmp_path / "b.cozview", tmp_path / "out.png"
    assert run("export-session", photo, "-o", path, "--engine", "bicubic").code == 0
    row = ("scale", scale_text(Scale(0.25e-6, 0.25e-6)))
    change(path, lambda file: file.execute("INSERT INTO about VALUES (?, ?)", row))
    assert run("export-session", path, "-o", again, "--overwrite").code == 0
    ran = run("render", again, "-o", out, "--scale-bar", *SMALL, "--json")
    assert ran.report["scale_bar"] == "5 µm"


def labels(*files: Path) -> list[str]:
    """Return the lengths of the scale bars that files are marked with."""
    found = [read_origin(path) for path in files]
    return [origin.scale_bar for origin in found if origin is not None]


def test_the_demo_has_a_bar_in_each_view(run: Run, cells: Path, tmp_path: Path) -> None:
    plain, marked = tmp_path / "plain", tmp_path / "marked"
    for folder, options in ((plain, ()), (marked, ("--scale-bar",))):
        assert run("demo", cells, "-o", folder, *options, *BICUBIC).code == 0
    names = ("zoom-strip.png", "comparison.png")
    assert labels(*(plain / name for name in names)) == ["", ""]
    assert labels(*(marked / name for name in names)) == ["100 nm", "100 nm"]
    for name in names:
        with Image.open(plain / name) as before, Image.open(marked / name) as after:
            changed = ImageChops.difference(before.convert("RGB"), after.convert("RGB")).getbbox()
        assert changed is not None
        assert changed[2] - changed[0] > before.width // 2  # in the first view and the last


def test_the_strip_of_a_chain_has_bars_and_its_states_have_none(
    run: Run, cells: Path, tmp_path: Path
) -> None:
    chain = ("--levels", "2", *BICUBIC)
    plain, marked = tmp_path / "plain", tmp_path / "marked"
    assert run("chain", cells, "-o", plain, *chain).code == 0
    assert run("chain", cells, "-o", marked, "--scale-bar", *chain).code == 0
    strips = [folder / "recursive" / "cells.png" for folder in (plain, marked)]
    assert labels(*strips) == ["", "200 nm"]
    with Image.open(strips[0]) as before, Image.open(strips[1]) as after:
        changed = ImageChops.difference(before.convert("RGB"), after.convert("RGB"))
    for index in range(3):
        assert changed.crop((512 * index, 0, 512 * (index + 1), 512)).getbbox() is not None
        state = f"per-sample/cells/{index}.png"
        assert (plain / state).read_bytes() == (marked / state).read_bytes()


def test_an_image_of_unknown_size_in_a_folder_has_no_bar(
    run: Run, cells: Path, tmp_path: Path
) -> None:
    folder, out = tmp_path / "photos", tmp_path / "out"
    folder.mkdir()
    cells.rename(folder / "cells.tif")
    plain = folder / "plain.png"
    Image.new("RGB", (80, 60)).save(plain)
    chain = ("--levels", "1", "--scale-bar", *BICUBIC)
    ran = run("chain", folder, "-o", out, *chain)
    assert ran.code == 0
    assert "No scale bar: plain.png does not say" in ran.err
    strips = out / "recursive"
    assert labels(strips / "cells.png", strips / "plain.png") == ["1 µm", ""]
    assert run("chain", plain, "-o", out, *chain).code == 2
