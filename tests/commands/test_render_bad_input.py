"""Whatever is wrong with what `cozviewer render` is asked: one sentence, and nothing written."""

from pathlib import Path

import pytest

from tests.commands.conftest import Run
from tests.pyramid.images import encoded, noise, png_of_size

BICUBIC = ("--engine", "bicubic", "--json")


def bad_files(folder: Path) -> dict[str, Path]:
    """Return files that are no images to open, by what is wrong with them."""
    whole = encoded(noise(60, 40), "PNG")
    contents = {
        "empty.png": b"",
        "truncated.png": whole[: len(whole) // 2],
        "text.png": b"This is no image.",
        "huge.png": png_of_size(20_000, 20_000, interlaced=True),
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return {Path(name).stem: folder / name for name in (*contents, "missing.png")}


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("missing", "missing.png does not exist"),
        ("empty", "empty.png is empty"),
        ("truncated", "truncated.png is incomplete"),
        ("text", "text.png is not an image"),
        ("huge", "--allow-huge"),
    ],
)
def test_a_bad_image_is_one_sentence(run: Run, tmp_path: Path, kind: str, told: str) -> None:
    ran = run("render", bad_files(tmp_path)[kind], "-o", tmp_path / "out.png", *BICUBIC)
    assert ran.code == 2
    assert told in ran.sentence
    assert ran.out == ""
    assert not (tmp_path / "out.png").exists()


def test_a_folder_is_no_image(run: Run, tmp_path: Path) -> None:
    ran = run("render", tmp_path, "-o", tmp_path / "out.png")
    assert (ran.code, "is a folder" in ran.sentence) == (2, True)


def test_the_output_is_checked_before_any_work(run: Run, tmp_path: Path) -> None:
    ran = run("render", tmp_path / "missing.png", "-o", tmp_path / "out.xyz")
    assert "out.xyz" in ran.sentence
    assert "Opening" not in ran.err


def test_a_file_that_is_no_model_is_one_sentence(run: Run, photo: Path, tmp_path: Path) -> None:
    fake = tmp_path / "fake.safetensors"
    fake.write_bytes(b"not a model" * 100)
    ran = run("render", photo, "-o", tmp_path / "out.png", "--engine", fake)
    assert ran.code == 2
    assert "fake.safetensors" in ran.sentence
