"""Scale bars and the caution in exported files, and what the files say about them."""

import json
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cozviewer.chain.chain import Chain
from cozviewer.chain.recipe import recipe_of
from cozviewer.export.movies.camera_path import frame_specs
from cozviewer.export.movies.movie_formats import Clip
from cozviewer.export.origin import from_xmp, read_origin, to_xmp
from cozviewer.export.provenance import origin_of_comparison
from cozviewer.export.run import Task, run_task
from cozviewer.export.scale_bar import bar_for, scale_bar_bands, with_scale_bar
from cozviewer.export.tasks import (
    ComparisonTask,
    ImageOptions,
    ImageTask,
    MovieTask,
    RegionTask,
    StripTask,
)
from cozviewer.image.pixels import Rgb8
from cozviewer.image.rect import Rect
from cozviewer.image.subject import Scale, Subject
from cozviewer.models.prompters import NoPrompter
from cozviewer.pyramid.camera import View, camera_at, fit
from cozviewer.pyramid.geometry import LevelRegion
from cozviewer.pyramid.orientation import Orientation
from cozviewer.pyramid.pyramid import Pyramid
from cozviewer.pyramid.scale_bar import ScaleBar
from cozviewer.pyramid.wording import CAUTION
from tests.chain.fakes import DetailUpscaler
from tests.export.banding import write_in_bands
from tests.pyramid.pyramids import gentle, pyramid_of

UM = Scale(1e-6, 2e-6)


def chain_of(subject: Subject, medical: bool = False) -> Chain:
    plain = pyramid_of(gentle(80, 60))
    pyramid = Pyramid(replace(plain.source, subject=subject), plain.store)
    upscaler, prompter = DetailUpscaler(), NoPrompter()
    return Chain(pyramid, upscaler, prompter, recipe_of(upscaler, prompter), medical)


def run_length(row: np.ndarray) -> int:
    """Return how many pixels of the longest white run a row has."""
    longest = run = 0
    for white in (row == 255).all(axis=-1):
        run = run + 1 if white else 0
        longest = max(longest, run)
    return longest


def bar_length(rgb: Rgb8) -> int:
    return max(run_length(row) for row in rgb)


@pytest.mark.parametrize("ground", [0, 128, 254])
def test_a_bar_is_as_long_as_it_says_and_outlined(ground: int) -> None:
    grey = np.full((300, 400, 3), ground, np.uint8)
    bar = bar_for(UM, 4, 400, 300)
    assert bar is not None
    assert bar.label == "20 µm"
    marked = with_scale_bar(grey, bar)
    assert bar_length(marked) == 80
    assert (grey == ground).all()
    assert marked.min() < 30  # the outline
    changed = np.argwhere((marked != grey).any(axis=2))
    top, left = changed.min(axis=0)
    assert top > 200
    assert left > 200


def test_in_bands_as_in_one() -> None:
    grey = np.full((300, 400, 3), 99, np.uint8)
    bar = ScaleBar(100, "50 µm")
    bands = [grey[top : top + 70] for top in range(0, 300, 70)]
    joined = np.concatenate(list(scale_bar_bands(bands, bar, 400, 300)))
    assert np.array_equal(joined, with_scale_bar(grey, bar))


def test_an_image_too_small_has_none() -> None:
    assert bar_for(UM, 4, 20, 300) is None
    assert bar_for(UM, 4, 400, 12) is None


@pytest.mark.parametrize("label", ["20 µm", "2·10⁻¹⁴ m", "30″", "5\N{PRIME}", "1,000 km"])
def test_every_label_is_drawn(label: str) -> None:
    grey = np.full((300, 400, 3), 99, np.uint8)
    drawn = with_scale_bar(grey, ScaleBar(100, label))
    assert not np.array_equal(drawn, with_scale_bar(grey, ScaleBar(100, "?")))


def picture(path: Path, scale: Scale | None) -> Task:
    view = View(camera_at(40, 30, 4), 320, 240)
    return ImageTask(path, view, ImageOptions(scale=scale))


def sideways(path: Path, scale: Scale | None) -> Task:
    view = View(camera_at(40, 30, 4), 240, 320, Orientation(1))
    return ImageTask(path, view, ImageOptions(scale=scale))


def region(path: Path, scale: Scale | None) -> Task:
    return RegionTask(path, LevelRegion(2, Rect(0, 0, 320, 240)), ImageOptions(scale=scale))


@pytest.mark.parametrize(
    ("task", "label"), [(picture, "20 µm"), (region, "20 µm"), (sideways, "50 µm")]
)
@pytest.mark.parametrize("in_bands", [False, True])
def test_images(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    task: Callable[[Path, Scale | None], Task],
    label: str,
    in_bands: bool,
) -> None:
    if in_bands:
        pytest.importorskip("pyvips")
        write_in_bands(monkeypatch)
    chain = chain_of(Subject("microscopy", UM))
    plain, marked = tmp_path / "plain.png", tmp_path / "marked.png"
    assert run_task(task(plain, None), chain).origin.scale_bar == ""
    assert run_task(task(marked, UM), chain).origin.scale_bar == label
    with Image.open(plain) as before, Image.open(marked) as after:
        rgb = np.asarray(after.convert("RGB"))
        assert not np.array_equal(np.asarray(before.convert("RGB")), rgb)
    assert bar_length(rgb) == {"20 µm": 80, "50 µm": 100}[label]
    origin = read_origin(marked)
    assert origin is not None
    assert origin.scale_bar == label
    assert not origin.medical
    chain.pyramid.store.close()


def test_strips_and_movies_have_one_in_each_image(tmp_path: Path) -> None:
    chain = chain_of(Subject("microscopy", UM))
    views = tuple(View(camera_at(40, 30, 4**n), 160, 160) for n in range(2))
    made = run_task(StripTask(tmp_path / "strip.png", views, UM), chain)
    assert made.origin.scale_bar == "10 µm"
    start = View(fit(80, 60, 160, 120), 160, 120)
    end = View(camera_at(40, 30, 4), 160, 120)
    frames = tuple(frame_specs(start, end, Fraction(10), 0.3))
    clip = Clip("WebP", 160, 120, Fraction(10), sum(frame.ticks for frame in frames), 100)
    lengths = []
    for name, scale in (("plain.webp", None), ("bars.webp", UM)):
        made = run_task(MovieTask(tmp_path / name, clip, frames, scale=scale), chain)
        with Image.open(tmp_path / name) as movie:
            lengths.append(bar_length(np.asarray(movie.convert("RGB"))))
    assert made.origin.scale_bar == "10 µm"
    assert lengths[0] < 10 < lengths[1]
    chain.pyramid.store.close()


def test_a_comparison_has_one_where_it_was_asked_for(tmp_path: Path) -> None:
    chain = chain_of(Subject("medical", UM))
    view = View(camera_at(40, 30, 4), 320, 240)
    run_task(picture(tmp_path / "first.png", None), chain)
    origin = origin_of_comparison(chain.pyramid.source, view, [chain], True)
    assert origin.medical
    grey = np.full((240, 320, 3), 99, np.uint8)
    path = tmp_path / "comparison.png"
    made = run_task(ComparisonTask(path, grey, origin, bar=(ScaleBar(80, "20 µm"), 40)), chain)
    assert made.origin.scale_bar == "20 µm"
    with Image.open(path) as image:
        rgb = np.asarray(image)
    assert len(rgb) > 240  # the caution stands below
    assert bar_length(rgb[:200]) == 80
    chain.pyramid.store.close()


@pytest.mark.parametrize("by_choice", [False, True])
def test_a_medical_image_with_generated_detail_is_not_for_diagnosis(
    tmp_path: Path, by_choice: bool
) -> None:
    chain = chain_of(Subject() if by_choice else Subject("medical"), by_choice)
    path = tmp_path / "scan.png"
    assert run_task(picture(path, None), chain).origin.medical
    origin = read_origin(path)
    assert origin is not None
    assert origin.medical
    assert CAUTION.encode() in path.read_bytes()
    whole = RegionTask(tmp_path / "source.png", LevelRegion(0, Rect(0, 0, 80, 60)))
    assert not run_task(whole, chain).origin.medical  # its own pixels
    chain.pyramid.store.close()


def test_metadata_is_read_back() -> None:
    chain = chain_of(Subject())
    view = View(camera_at(40, 30, 4), 32, 24)
    origin = origin_of_comparison(chain.pyramid.source, view, [], False)
    said = replace(origin, medical=True, scale_bar="20 µm")
    assert from_xmp(to_xmp(said)) == said
    assert b"photoshop:Instructions" in to_xmp(said)
    assert b"photoshop:Instructions" not in to_xmp(origin)
    assert json.dumps(said.scale_bar)
    chain.pyramid.store.close()
