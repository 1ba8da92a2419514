"""`cozviewer chain` writes the paper's folders."""

import os
import signal
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data

from cozviewer.chain.paper import first_state, later_states
from cozviewer.chain.recipe import recipe_of
from cozviewer.commands.chain_files import ChainFiles
from cozviewer.export.origin import read_origin
from cozviewer.image.pixels import Rgb8
from cozviewer.image.source import source_from_pixels
from cozviewer.models.prompters import NoPrompter
from cozviewer.util.cancel import never
from tests.chain.fakes import DetailUpscaler
from tests.commands.conftest import Run
from tests.pyramid.images import encoded, noise

NEAREST = ("--engine", "nearest", "--levels", "2")


def pixels_of(path: Path) -> Rgb8:
    with Image.open(path) as image:
        return np.asarray(image)


def files_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_one_image_gives_the_papers_folders(run: Run, photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "out"
    assert run("chain", photo, "-o", out, *NEAREST).code == 0
    assert files_in(out) == [
        "per-sample/photo/0.png",
        "per-sample/photo/1.png",
        "per-sample/photo/2.png",
        "per-sample/photo/txt/0.txt",
        "per-sample/photo/txt/1.txt",
        "per-scale/scale0/photo.png",
        "per-scale/scale1/photo.png",
        "per-scale/scale2/photo.png",
        "recursive/photo.png",
    ]
    states = [pixels_of(out / f"per-sample/photo/{i}.png") for i in range(3)]
    for before, after in pairwise(states):
        middle = before[192:320, 192:320]
        assert np.array_equal(after, middle.repeat(4, axis=0).repeat(4, axis=1))
    assert np.array_equal(pixels_of(out / "recursive/photo.png"), np.concatenate(states, axis=1))
    assert np.array_equal(pixels_of(out / "per-scale/scale2/photo.png"), states[2])


def test_prompts_count_as_the_authors_do(run: Run, photo: Path, tmp_path: Path) -> None:
    run("chain", photo, "-o", tmp_path / "out", *NEAREST, "--prompt", "Löwenzahn, seeds")
    texts = tmp_path / "out/per-sample/photo/txt"
    assert {path.name: path.read_text("utf-8") for path in texts.iterdir()} == {
        "0.txt": "Löwenzahn, seeds",
        "1.txt": "Löwenzahn, seeds",
    }


def test_a_folder_gives_a_chain_for_each_image(run: Run, tmp_path: Path) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    whole = encoded(noise(64, 64), "PNG")
    (folder / "a.png").write_bytes(whole)
    (folder / "a.webp").write_bytes(encoded(noise(32, 32), "WebP"))
    (folder / "broken.png").write_bytes(whole[: len(whole) // 2])
    (folder / "notes.txt").write_text("no image")
    ran = run("chain", folder, "-o", out, *NEAREST, "--json")
    assert ran.code == 0
    report = ran.report
    assert report["pictures"] == {
        str(folder / "a.png"): "a-png",
        str(folder / "a.webp"): "a-webp",
    }
    assert report["skipped"] == [str(folder / "notes.txt"), str(folder / "broken.png")]
    assert (report["engine"], report["levels"]) == ("Nearest", 2)
    assert sorted(os.listdir(out / "recursive")) == ["a-png.png", "a-webp.png"]
    left_out = [line for line in ran.err.splitlines() if line.startswith("cozviewer: Skipped:")]
    assert len(left_out) == 2


def test_a_second_run_overwrites_the_first(run: Run, photo: Path, tmp_path: Path) -> None:
    run("chain", photo, "-o", tmp_path / "out", *NEAREST)
    first = pixels_of(tmp_path / "out/recursive/photo.png")
    run("chain", photo, "-o", tmp_path / "out", "--engine", "bicubic", "--levels", "2")
    assert not np.array_equal(pixels_of(tmp_path / "out/recursive/photo.png"), first)


def test_the_files_say_what_they_are(run: Run, photo: Path, tmp_path: Path) -> None:
    run("chain", photo, "-o", tmp_path / "out", *NEAREST)
    origin = read_origin(tmp_path / "out/per-sample/photo/1.png")
    assert origin is not None
    assert (origin.kind, origin.engine, origin.source_name) == (
        "interpolated",
        "Nearest",
        "photo.png",
    )
    assert (origin.centre, origin.magnification) == ("30,20", "51.2")


@pytest.mark.parametrize("texture", [True, False])
def test_the_files_say_that_texture_is_borrowed(tmp_path: Path, texture: bool) -> None:
    photo = np.repeat(data.grass()[:, :, None], 3, axis=2)
    upscaler, prompter = DetailUpscaler(accepts_prompt=False), NoPrompter()
    recipe = recipe_of(upscaler, prompter, photo_texture=texture)
    source = source_from_pixels(photo, "grass.png")
    files = ChainFiles(tmp_path, "grass", source, upscaler, recipe)
    first = first_state(photo)
    states = [first, *later_states(first, 2, upscaler, prompter, recipe, never)]
    for state in states:
        files.save_state(state)
    files.save_strip(states)
    folder = tmp_path / "per-sample/grass"
    origins = [read_origin(folder / f"{index}.png") for index in range(3)]
    origins.append(read_origin(tmp_path / "recursive/grass.png"))
    said = [origin is not None and origin.borrowed for origin in origins]
    assert said == [False, False, texture, texture]


def test_ctrl_c_keeps_what_was_finished(
    run: Run, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pressed_after_the_first(*args: object) -> object:
        for state in later_states(*args):  # type: ignore[arg-type]
            yield state
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr("cozviewer.commands.chain_folder.later_states", pressed_after_the_first)
    ran = run("chain", photo, "-o", tmp_path / "out", "--engine", "nearest")
    assert ran.code == 130
    assert "what was finished is in" in ran.sentence
    assert (tmp_path / "out/per-sample/photo/1.png").exists()
    assert not (tmp_path / "out/per-sample/photo/2.png").exists()
