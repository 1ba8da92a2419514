"""`cozviewer render` writes the very pixels that the viewer shows when it is refined."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import c2pa
import numpy as np
import pytest
from PIL import Image
from skimage import data

from cozviewer.assembly import open_chain
from cozviewer.chain.runs import Run as DrawnAtOnce
from cozviewer.chain.step import draw_run
from cozviewer.commands.common import views
from cozviewer.config.choice import EngineChoice
from cozviewer.export.origin import read_origin
from cozviewer.image.pixels import Rgb8
from cozviewer.image.rect import Rect
from cozviewer.image.source import open_source
from cozviewer.pyramid.camera import View, camera_at
from cozviewer.pyramid.compose import best_region, compose, wanted_level
from cozviewer.pyramid.geometry import LevelRegion, TileKey
from cozviewer.pyramid.store.store import TileStore
from cozviewer.session.source import OpenedImage
from tests.commands.conftest import Run
from tests.export.certificates import signature_in
from tests.pyramid.images import encoded, noise, smooth
from tests.pyramid.stores import DAMAGES, damage, stored_keys

BICUBIC = ("--engine", "bicubic", "--json")


def pixels_of(path: Path) -> Rgb8:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


@pytest.mark.parametrize("zoom", ["0.5", "1", "3.3", "16", "2^9"])
def test_it_writes_what_the_viewer_shows(run: Run, photo: Path, tmp_path: Path, zoom: str) -> None:
    out = tmp_path / "out.png"
    ran = run(
        *("render", photo, "-o", out, "--zoom", zoom, "--center", "20.3,11"),
        *("--size", "90x70", *BICUBIC),
    )
    assert ran.code == 0

    source = open_source(photo)
    chain = open_chain(OpenedImage(source), EngineChoice(engine="bicubic"), None, pytest.fail)
    magnification = float(Fraction(zoom)) if "^" not in zoom else 512
    view = View(camera_at(Fraction("20.3"), 11, magnification), 90, 70).aligned()
    z = wanted_level(view, source.coarsest)
    for _ in chain.refine(z, view.visible(z, source.width, source.height), lambda: False):
        pass
    assert np.array_equal(pixels_of(out), compose(chain.pyramid, view))
    chain.pyramid.store.close()


def test_at_1_it_writes_the_sources_own_pixels(run: Run, tmp_path: Path) -> None:
    photo, out = tmp_path / "noise.png", tmp_path / "out.png"
    photo.write_bytes(encoded(noise(60, 40), "PNG"))
    run("render", photo, "-o", out, "--zoom", "1", "--size", "31x20", *BICUBIC)
    whole, part = noise(60, 40), pixels_of(out)
    found = [x for x in range(30) if np.array_equal(part, whole[10:30, x : x + 31])]
    assert found in ([14], [15]), "the middle, cut at a whole pixel"


def test_the_report_tells_all(run: Run, photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.png"
    words = ("render", photo, "-o", out, "--zoom", "x16", "--size", "300x200", *BICUBIC)
    report = run(*words).report
    assert report.pop("seconds") >= 0
    assert len(report.pop("recipe")) == 64
    assert report == {
        "output": str(out),
        "tone": "",
        "width": 300,
        "height": 200,
        "level": 4,
        "magnification": 16.0,
        "centre": "30,20",
        "texture_borrowed": False,
        "scale_bar": "",
        "tiles_computed": 4 + 20,
        "tiles_reused": 0,
        "engine": "Bicubic",
        "device": "CPU",
    }


def test_tiles_are_computed_once(run: Run, photo: Path, tmp_path: Path) -> None:
    words = ("render", photo, "-o", tmp_path / "a.png", "--zoom", "16", *BICUBIC)
    first, again = run(*words).report, run(*words).report
    assert first["tiles_computed"] > 0
    assert (again["tiles_computed"], again["tiles_reused"]) == (0, first["tiles_computed"])


@pytest.mark.parametrize("how", DAMAGES)
@pytest.mark.parametrize(
    "part", [("--zoom", "64", "--size", "900x700"), ("--whole", "--level", "16")]
)
def test_broken_tiles_are_made_again(
    run: Run, photo: Path, tmp_path: Path, cache_folder: Path, part: tuple[str, ...], how: str
) -> None:
    out = tmp_path / "out.png"
    # "nearest", as what is enlarged from a coarser level in place of a tile is bicubic.
    words = ("render", photo, "-o", out, *part, "--engine", "nearest", "--json")
    fresh = run(*words).report
    expected = pixels_of(out)
    (store,) = cache_folder.rglob("*.tiles")
    damage(store, how, z=fresh["level"])
    ran = run(*words)
    assert np.array_equal(pixels_of(out), expected)
    seen = sum(1 for key in stored_keys(store) if key.z == fresh["level"])
    assert ran.report["tiles_computed"] == seen
    assert ran.report["tiles_reused"] == fresh["tiles_computed"] - seen
    assert "broken tiles" in ran.err
    again = run(*words)
    assert again.report["tiles_computed"] == 0
    assert again.report["tiles_reused"] == fresh["tiles_computed"]
    assert "broken" not in again.err
    assert np.array_equal(pixels_of(out), expected)


def test_a_tile_that_stays_unreadable_ends_in_a_sentence(
    run: Run, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out.png"
    monkeypatch.setattr(TileStore, "get", lambda *_: None)
    ran = run("render", photo, "-o", out, *BICUBIC)
    assert ran.code == 1
    assert "is missing from the tile cache or cannot be read" in ran.sentence
    assert not out.exists()


def test_without_json_one_line_says_what_was_saved(run: Run, photo: Path, tmp_path: Path) -> None:
    ran = run("render", photo, "-o", tmp_path / "a.png", "--engine", "bicubic")
    assert ran.out.count("\n") == 1
    assert "a.png: ×4 by Bicubic" in ran.out


def test_progress_goes_to_stderr(run: Run, photo: Path, tmp_path: Path) -> None:
    ran = run("render", photo, "-o", tmp_path / "a.png", "--zoom", "16", *BICUBIC)
    stages = [line.split(":")[0] for line in ran.err.splitlines()]
    assert stages == [
        "Opening photo.png",
        "Loading Bicubic",
        "Generating ×4",
        "Generating ×16",
        "Writing a.png",
    ]


def test_the_file_says_what_it_is(run: Run, photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jpg"
    run("render", photo, "-o", out, "--center", "10.25,20", *BICUBIC)
    origin = read_origin(out)
    assert origin is not None
    assert (origin.kind, origin.source_name) == ("interpolated", "photo.png")
    assert (origin.centre, origin.magnification) == ("10.25,20", "4")


def test_at_any_depth_a_pixel_is_a_pixel(run: Run, photo: Path, tmp_path: Path) -> None:
    # The two places are 2e-17 pixels apart, which no float could tell; here that is 23 pixels.
    out, picture = tmp_path / "out.png", smooth(60, 40)
    words = ("--zoom", "2^60", "--size", "4x4", "--engine", "nearest", "--no-cache")
    for x, column in (("29.99999999999999999", 29), ("30.00000000000000001", 30)):
        run("render", photo, "-o", out, "--center", f"{x},20.5", *words)
        assert np.array_equal(pixels_of(out), np.full((4, 4, 3), picture[20, column]))


def test_without_a_cache_nothing_is_kept(
    run: Run, photo: Path, tmp_path: Path, cache_folder: Path
) -> None:
    words = ("render", photo, "-o", tmp_path / "a.png", *BICUBIC, "--no-cache")
    assert run(*words).report["tiles_computed"] == run(*words).report["tiles_computed"] > 0
    assert not cache_folder.exists()


def test_another_cache_folder_can_be_named(
    run: Run, photo: Path, tmp_path: Path, cache_folder: Path
) -> None:
    run("render", photo, "-o", tmp_path / "a.png", *BICUBIC, "--cache", tmp_path / "mine")
    assert list((tmp_path / "mine").rglob("*.tiles"))
    assert not cache_folder.exists()


def test_the_cache_is_kept_within_its_budget(
    run: Run, photo: Path, tmp_path: Path, cache_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trimmed: list[Path] = []
    monkeypatch.setattr(views, "trim", lambda folder, budget: trimmed.append(folder))
    run("render", photo, "-o", tmp_path / "a.png", *BICUBIC)
    assert trimmed == [cache_folder / "pyramids"]


def test_ctrl_c_keeps_what_was_finished(
    run: Run, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[DrawnAtOnce] = []

    def pressed_at_the_third(drawn: DrawnAtOnce, *args: Any) -> Iterator[tuple[TileKey, Rgb8]]:
        begun.append(drawn)
        if len(begun) == 3:
            os.kill(os.getpid(), signal.SIGINT)
        return draw_run(drawn, *args)

    monkeypatch.setattr("cozviewer.chain.chain.draw_run", pressed_at_the_third)
    out = tmp_path / "out.png"
    words = ("render", photo, "-o", out, "--zoom", "64", *BICUBIC)
    ran = run(*words)
    assert ran.code == 130
    assert ran.sentence.startswith("Stopped; finished tiles are kept")
    assert not out.exists()

    (kept,) = run("cache", "show", "--json").report["pyramids"]
    finished = sum(len(drawn.keys) for drawn in begun[:2])
    assert kept["tiles"] == finished > 0
    fresh = run(*words, "--no-cache").report["tiles_computed"]
    assert run(*words).report["tiles_computed"] == fresh - finished > 0
    assert out.exists()


def test_real_esrgan_once_and_then_without_torch(
    run: Run, quick: Sequence[str], tmp_path: Path
) -> None:
    """The slow one: the real network on a crop of a real photo; then again from the cache."""
    photo, out = tmp_path / "cat.png", tmp_path / "out.png"
    photo.write_bytes(encoded(data.chelsea()[96:120, 300:324], "PNG"))
    words = ("render", str(photo), "-o", str(out), "--size", "96x96", "--json")
    report = run(*words, *quick).report
    assert (report["engine"], report["tiles_computed"]) == ("Real-ESRGAN", 4)
    assert report["device"].startswith("CPU")
    drawn = pixels_of(out)
    origin = read_origin(out)
    assert origin is not None
    assert origin.kind == "generated"

    run(*words, "--engine", "bicubic")
    bicubic = pixels_of(out)
    assert _detail(drawn) > 1.5 * _detail(bicubic)
    assert np.abs(drawn.mean((0, 1)) - bicubic.mean((0, 1))).max() < 3

    script = (
        "import sys; from cozviewer.cli import main; code = main(sys.argv[1:]); "
        "heavy = {'torch', 'PySide6', 'spandrel', 'transformers'} & set(sys.modules); "
        "sys.exit(f'imported {heavy}' if heavy else code)"
    )
    again = subprocess.run(
        [sys.executable, "-c", script, *words], capture_output=True, text=True, check=False
    )
    assert again.returncode == 0, again.stderr
    assert '"tiles_computed": 0' in again.stdout
    assert np.array_equal(pixels_of(out), drawn)


def test_fidelity_and_edges_make_images_of_their_own(run: Run, photo: Path, tmp_path: Path) -> None:
    """How they look is tested with the models, in test_true_fields."""
    words = ("render", photo, "-o", tmp_path / "out.png", "--zoom", "1", "--json")
    others = ((), ("--fidelity", "0"), ("--fidelity", "0.5"), ("--edges", "soft"))
    assert len({run(*words, *other).report["recipe"] for other in others}) == 4


def _detail(rgb: Rgb8) -> float:
    grey = rgb.astype(np.float64).mean(axis=2)
    return float(np.abs(np.diff(grey, 2, axis=0)).mean() + np.abs(np.diff(grey, 2, axis=1)).mean())


def test_a_region_of_a_level_is_saved_pixel_for_pixel(
    run: Run, photo: Path, tmp_path: Path
) -> None:
    out = tmp_path / "part.png"
    words = ("--region", "10.5,4,20,8", "--level", "x16", "--size", "1x1")
    report = run("render", photo, "-o", out, *words, *BICUBIC).report
    assert (report["width"], report["height"]) == (320, 128)
    assert (report["level"], report["magnification"]) == (4, 16.0)
    assert report["centre"] == "20.5,8"
    chain = open_chain(
        OpenedImage(open_source(photo)), EngineChoice(engine="bicubic"), None, pytest.fail
    )
    region = Rect(168, 64, 320, 128)
    for _ in chain.refine(4, region, lambda: False):
        pass
    assert np.array_equal(pixels_of(out), best_region(chain.pyramid, LevelRegion(4, region)))
    chain.pyramid.store.close()


def test_a_region_is_cut_at_the_images_edge(run: Run, photo: Path, tmp_path: Path) -> None:
    words = ("--region=-5,30,20,100", "--level", "1")
    report = run("render", photo, "-o", tmp_path / "part.png", *words, *BICUBIC).report
    assert (report["width"], report["height"]) == (15, 10)
    assert np.array_equal(pixels_of(tmp_path / "part.png"), smooth(60, 40)[30:, :15])


def test_the_whole_image_is_saved_in_any_format(run: Run, photo: Path, tmp_path: Path) -> None:
    for name in ("png", "TIFF", "avif"):
        out = tmp_path / "whole"
        report = run("render", photo, "-o", out, "--whole", "--format", name, *BICUBIC).report
        with Image.open(report["output"]) as image:
            assert image.size == (240, 160)
            assert image.format == name.upper()


def test_the_whole_image_as_deep_zoom(run: Run, photo: Path, tmp_path: Path) -> None:
    pytest.importorskip("pyvips")
    out = tmp_path / "whole.dzi"
    assert run("render", photo, "-o", out, "--whole", *BICUBIC).report["tiles_computed"] == 12
    assert (tmp_path / "whole_files" / "0").is_dir()
    assert run("render", photo, "-o", out, "--whole", *BICUBIC).report["tiles_computed"] == 0


@pytest.mark.parametrize("part", [("--zoom", "16"), ("--whole", "--level", "16")])
def test_a_label_says_that_it_is_no_evidence(
    run: Run, photo: Path, tmp_path: Path, part: tuple[str, ...]
) -> None:
    plain, labelled = tmp_path / "plain.png", tmp_path / "labelled.png"
    run("render", photo, "-o", plain, *part, *BICUBIC)
    run("render", photo, "-o", labelled, *part, "--label", *BICUBIC)
    changed = np.argwhere((pixels_of(plain) != pixels_of(labelled)).any(axis=2))
    height, width = pixels_of(plain).shape[:2]
    assert changed[:, 0].min() > 0.8 * height
    assert changed[:, 1].max() < 0.6 * width
    assert read_origin(plain) == read_origin(labelled)


def test_source_pixels_get_no_label(run: Run, photo: Path, tmp_path: Path) -> None:
    plain, labelled = tmp_path / "plain.png", tmp_path / "labelled.png"
    for words in ((plain,), (labelled, "--label")):
        run("render", photo, "--zoom", "1", "--size", "50x30", *BICUBIC, "-o", *words)
    assert plain.read_bytes() == labelled.read_bytes()


def test_it_can_be_signed(run: Run, photo: Path, tmp_path: Path) -> None:
    signature = signature_in(tmp_path)
    words = ("render", photo, "-o", tmp_path / "out.png", *BICUBIC)
    assert "Signing needs both" in run(*words, "--sign", signature.certificate).sentence
    assert not (tmp_path / "out.png").exists()
    ran = run(*words, "--sign", signature.certificate, "--sign-key", signature.key)
    assert ran.code == 0, ran.err
    told = c2pa.Reader(str(tmp_path / "out.png"))
    assert told.get_validation_state() == "Valid"
    assert "algorithmicallyEnhanced" in told.json()


def test_where_a_photo_was_taken_can_be_left_out(run: Run, tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    tags = Image.Exif()
    tags.get_ifd(0x8825)[29] = "2026:01:02"
    Image.fromarray(smooth(60, 40)).save(photo, exif=tags.tobytes())
    for words in ((), ("--whole",)):
        out = tmp_path / "out.jpg"
        run("render", photo, "-o", out, *words, *BICUBIC)
        assert b"2026:01:02" in out.read_bytes()
        run("render", photo, "-o", out, *words, "--no-gps", *BICUBIC)
        assert b"2026:01:02" not in out.read_bytes()


def test_a_drawing_keeps_its_transparency(run: Run, tmp_path: Path) -> None:
    drawing, out = tmp_path / "disc.svg", tmp_path / "out.png"
    drawing.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40">'
        '<circle cx="20" cy="20" r="10" fill="#c80000"/></svg>'
    )
    view = ("--center", "8192,8192", "--zoom", "0.015625", "--size", "256x256")
    assert run("render", drawing, "-o", out, *view, *BICUBIC).report["alpha"] == "interpolated"
    with Image.open(out) as image:
        assert (image.mode, image.size) == ("RGBA", (256, 256))
        found = np.asarray(image)
    assert found[128, 128].tolist() == [200, 0, 0, 255]
    assert not found[:50, :, 3].any()
    assert 0.97 < (found[..., 3] / 255).sum() / (np.pi * 64**2) < 1.03
    assert run("render", drawing, "-o", tmp_path / "out.jpg", *view, *BICUBIC).code == 0
    assert pixels_of(tmp_path / "out.jpg")[:50].min() > 250
