"""`cozviewer movie` saves a zoom; what its frames lack is computed first, once."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cozviewer.assembly import open_chain
from cozviewer.config.choice import EngineChoice
from cozviewer.image.pixels import Rgb8
from cozviewer.image.source import open_source
from cozviewer.pyramid.camera import View, fit
from cozviewer.pyramid.compose import compose
from cozviewer.session.source import OpenedImage
from tests.commands.conftest import Run
from tests.pyramid.stores import DAMAGES, damage

QUICK = ("--engine", "bicubic", "--size", "96x64", "--fps", "10", "--seconds", "1", "--json")


def movie(*words: object) -> tuple[object, ...]:
    return ("movie", *words, *QUICK, "--quality", "100")


def ends(path: Path) -> tuple[Rgb8, Rgb8]:
    with Image.open(path) as image:
        first = np.asarray(image.convert("RGB"))
        image.seek(image.n_frames - 1)  # type: ignore[attr-defined]
        return first, np.asarray(image.convert("RGB"))


def test_from_the_whole_image_to_a_place(run: Run, photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "zoom.webp"
    report = run(*movie(photo, "-o", out, "--to", "20.5,10,16")).report
    assert (report["frames"], report["movie_seconds"]) == (20, 2.0)  # a second of rest
    assert (report["format"], report["level"], report["magnification"]) == ("WebP", 4, 16.0)
    assert report["tiles_computed"] > 0

    first, last = ends(out)
    source = open_source(photo)
    chain = open_chain(OpenedImage(source), EngineChoice("bicubic"), None, lambda sentence: None)
    whole = View(fit(source.width, source.height, 96, 64), 96, 64)
    assert np.array_equal(first, compose(chain.pyramid, whole))
    chain.pyramid.store.close()
    picture = tmp_path / "view.png"
    words = ("--center", "20.5,10", "--zoom", "16", "--size", "96x64", "--engine", "bicubic")
    assert run("render", photo, "-o", picture, *words, "--json").report["tiles_computed"] == 0
    with Image.open(picture) as image:
        assert np.array_equal(last, np.asarray(image))
    assert run(*movie(photo, "-o", out, "--to", "20.5,10,16")).report["tiles_computed"] == 0


@pytest.mark.parametrize("how", DAMAGES)
def test_broken_tiles_are_made_again(
    run: Run, photo: Path, tmp_path: Path, cache_folder: Path, how: str
) -> None:
    out = tmp_path / "zoom.webp"
    words = [word if word != "bicubic" else "nearest" for word in movie(photo, "-o", out)]
    fresh = run(*words).report
    whole = out.read_bytes()
    (store,) = cache_folder.rglob("*.tiles")
    damaged = damage(store, how)
    assert run(*words).report["tiles_computed"] == damaged < fresh["tiles_computed"]
    assert out.read_bytes() == whole
    assert run(*words).report["tiles_computed"] == 0


def test_there_and_back_from_one_place_to_another(run: Run, photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "zoom.webp"
    words = ("--from", "10,10,8", "--to", "40,30,8", "--back", "--hold", "0.5")
    report = run(*movie(photo, "-o", out, *words)).report
    assert report["frames"] == 10 + 5 + 9
    first, last = ends(out)
    assert np.array_equal(first, last)


def test_the_caption_is_written_into_the_frames(run: Run, photo: Path, tmp_path: Path) -> None:
    out, plain = tmp_path / "zoom.webp", tmp_path / "plain.webp"
    run(*movie(photo, "-o", out, "--zoom", "4", "--caption"))
    run(*movie(photo, "-o", plain, "--zoom", "4"))
    for said, unsaid in zip(ends(out), ends(plain), strict=True):
        changed = np.argwhere((said != unsaid).any(axis=2))
        assert changed[:, 0].min() > 32


def test_without_json_a_line_says_what_was_saved(run: Run, photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "zoom.gif"
    ran = run("movie", photo, "-o", out, "--zoom", "4", *QUICK[:-1])
    assert ran.code == 0
    assert ran.out.startswith(f"Saved {out}: 20 frames in 2.0 s up to ×4, ")
    assert "generated first" in ran.err
