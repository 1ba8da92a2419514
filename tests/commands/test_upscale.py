"""`cozviewer upscale` saves whole photos, skips what is done, and goes on after a bad file."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cozviewer.export.origin import read_origin
from tests.commands.conftest import Ran, Run
from tests.pyramid.images import encoded, smooth

BICUBIC = ("--engine", "bicubic")


def size_of(path: Path) -> tuple[int, int]:
    with Image.open(path) as image:
        return image.size


@pytest.mark.parametrize("scale", [2, 4, 8, 16])
def test_it_saves_beside_the_photo(run: Run, photo: Path, scale: int) -> None:
    ran = run("upscale", photo, "--scale", f"{scale}x", *BICUBIC)
    out = photo.with_name(f"photo-{scale}x.png")
    assert (ran.code, size_of(out)) == (0, (60 * scale, 40 * scale))
    assert ran.out.startswith(f"Saved {out}: {60 * scale} x {40 * scale} pixels in ")
    origin = read_origin(out)
    assert origin is not None
    assert (origin.kind, origin.engine, origin.magnification) == (
        "interpolated",
        "Bicubic",
        str(scale),
    )


def test_one_bad_file_does_not_stop_the_rest(run: Run, photo: Path, tmp_path: Path) -> None:
    bad, other = tmp_path / "bad.jpg", tmp_path / "other.jpg"
    bad.write_bytes(b"no image")
    other.write_bytes(encoded(smooth(20, 20), "JPEG"))
    ran = run("upscale", photo, bad, tmp_path / "gone.png", other, "--json", *BICUBIC)
    assert ran.code == 1
    report = ran.report
    assert [report[state] for state in ("upscaled", "skipped", "failed")] == [2, 0, 2]
    states = [entry["state"] for entry in report["photos"]]
    assert states == ["upscaled", "failed", "failed", "upscaled"]
    assert "bad.jpg is not an image" in report["photos"][1]["error"]
    assert report["photos"][3]["output"] == str(tmp_path / "other-4x.jpg")
    assert "cozviewer: gone.png" in ran.err


def test_the_only_file_is_bad(run: Run, tmp_path: Path) -> None:
    ran = run("upscale", tmp_path / "gone.png", *BICUBIC)
    assert ran.code == 2
    assert ran.sentence == "gone.png does not exist: check the path."


def test_the_same_command_again_skips_what_is_done(run: Run, photo: Path) -> None:
    words = ("upscale", photo.parent, *BICUBIC)
    assert run(*words).code == 0
    out = photo.with_name("photo-4x.png")
    before = out.stat().st_mtime_ns
    ran = run(*words)
    assert (ran.code, ran.out) == (0, f"Skipped, as it is done: {out}.\n")
    assert out.stat().st_mtime_ns == before
    assert run("upscale", photo, "--engine", "nearest").code == 0
    assert photo.with_name("photo-4x (2).png").exists()
    assert run(*words, "--overwrite").code == 0
    assert out.stat().st_mtime_ns > before


def test_folders_formats_and_quality(run: Run, photo: Path, tmp_path: Path) -> None:
    folder, out = tmp_path / "in", tmp_path / "new" / "out"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.gif").write_bytes(encoded(smooth(20, 10), "GIF"))
    (folder / "sub" / "b.jpg").write_bytes(encoded(smooth(20, 10), "JPEG"))
    ran = run("upscale", folder, "-o", out, *BICUBIC)
    assert ran.code == 0
    assert [path.name for path in out.iterdir()] == ["a-4x.png"]
    for form, ending in (("jpg", "jpg"), ("webp", "webp"), ("avif", "avif"), ("TIFF", "tif")):
        words = ("--recursive", "--format", form, "--quality", "40")
        assert run("upscale", folder, "-o", out, *words, *BICUBIC).code == 0
        made = out / "sub" / f"b-4x.{ending}"
        assert size_of(made) == (80, 40)
        assert read_origin(made) is not None
    assert run("upscale", folder, "--format", "gif", *BICUBIC).sentence.startswith("Unknown format")
    assert run("upscale", folder, "--format", "dzi", *BICUBIC).code == 2


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--scale", "1"), "The scale '1' must be"),
        (("--scale", "2.5"), "The scale '2.5' must be"),
        (("--quality", "0"), "The quality '0' must be"),
        (("--engine", "nonsense"), "nonsense"),
    ],
)
def test_bad_options(run: Run, photo: Path, words: tuple[str, ...], sentence: str) -> None:
    ran = run("upscale", photo, *words)
    assert ran.code == 2
    assert sentence in ran.sentence


def test_an_output_that_is_a_file(run: Run, photo: Path) -> None:
    ran = run("upscale", photo, "-o", photo, *BICUBIC)
    assert ran.code == 2
    assert "expects a folder" in ran.sentence


def test_a_folder_without_photos(run: Run, photo: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    ran = run("upscale", tmp_path / "empty", photo, *BICUBIC)
    assert ran.code == 1
    assert "There is no photo to be upscaled in empty." in ran.err
    assert photo.with_name("photo-4x.png").exists()


def test_metadata(run: Run, tmp_path: Path) -> None:
    photo, tags = tmp_path / "photo.jpg", Image.Exif()
    tags[0x0132] = "2026:01:02 03:04:05"
    Image.fromarray(smooth(20, 20)).save(photo, exif=tags.tobytes())
    for words, kept in (((), True), (("--no-metadata", "--overwrite"), False)):
        assert run("upscale", photo, *words, *BICUBIC).code == 0
        with Image.open(tmp_path / "photo-4x.jpg") as image:
            assert (0x0132 in image.getexif()) == kept


def test_ctrl_c_stops_cleanly(tmp_path: Path) -> None:
    """A signal while the second photo is made: the first one stays, and no part of the second."""
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(encoded(smooth(40, 30), "PNG"))
    script = tmp_path / "stop.py"
    script.write_text(
        "import os, signal, sys\n"
        "from cozviewer.cli import main\n"
        "from cozviewer.export.upscaling import upscale\n"
        "write = upscale.UpscaleTask.write\n"
        "def stopping(task, *more):\n"
        "    if task.path.name.startswith('b'):\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n"
        "    return write(task, *more)\n"
        "upscale.UpscaleTask.write = stopping\n"
        "sys.exit(main(['upscale', 'a.png', 'b.png', '--engine', 'bicubic']))\n"
    )
    root = Path(__file__).parents[2]
    ran = subprocess.run(
        [sys.executable, script],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert ran.returncode == 128 + signal.SIGINT
    last = ran.stderr.splitlines()[-1]
    assert last == "cozviewer: Stopped; 1 photo upscaled. Run the same command to resume."
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == [
        "a-4x.png",
        "a.png",
        "b.png",
        "stop.py",
    ]


@pytest.mark.usefixtures("short_network")
def test_the_real_engine(run: Run, quick: Sequence[str], tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(encoded(smooth(24, 16), "JPEG"))
    ran: Ran = run("upscale", photo, "--scale", "2", *quick, "--json")
    assert ran.code == 0
    entry = ran.report["photos"][0]
    assert (entry["state"], entry["width"], entry["height"]) == ("upscaled", 48, 32)
    origin = read_origin(tmp_path / "photo-2x.jpg")
    assert origin is not None
    assert (origin.kind, origin.engine) == ("generated", "Real-ESRGAN")
    with Image.open(tmp_path / "photo-2x.jpg") as large, Image.open(photo) as small:
        reduced = np.asarray(large.convert("RGB").resize(small.size, Image.Resampling.BOX), int)
        assert np.abs(reduced - np.asarray(small.convert("RGB"), int)).mean() < 4


def test_render_has_a_quality(run: Run, photo: Path, tmp_path: Path) -> None:
    for quality in ("30", "95"):
        out = tmp_path / f"{quality}.jpg"
        assert run("render", photo, "-o", out, "--quality", quality, *BICUBIC).code == 0
    assert (tmp_path / "30.jpg").stat().st_size < (tmp_path / "95.jpg").stat().st_size
    assert run("render", photo, "-o", tmp_path / "c.jpg", "--quality", "101", *BICUBIC).code == 2
