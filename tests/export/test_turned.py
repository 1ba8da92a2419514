"""Exports of a photo that is turned in the window: every file is turned as it is seen."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cozviewer.chain.chain import Chain
from cozviewer.chain.recipe import recipe_of
from cozviewer.export import image as image_export
from cozviewer.export import large
from cozviewer.export.movies.camera_path import frame_specs, resized
from cozviewer.export.movies.movie_formats import Clip
from cozviewer.export.run import run_task
from cozviewer.export.strip import strip_views
from cozviewer.export.tasks import ImageTask, MovieTask, RegionTask
from cozviewer.image.rect import Rect
from cozviewer.models.prompters import TextPrompter
from cozviewer.pyramid.camera import View, camera_at
from cozviewer.pyramid.compose import compose
from cozviewer.pyramid.geometry import LevelRegion
from cozviewer.pyramid.orientation import Orientation
from tests.chain.fakes import DetailUpscaler
from tests.export.banding import write_in_bands
from tests.pyramid.pyramids import gentle, pyramid_of

ALL = [Orientation(turns, mirrored) for turns in range(4) for mirrored in (False, True)]

SIDEWAYS = Orientation(1)


@pytest.fixture
def chain() -> Iterator[Chain]:
    upscaler, prompter = DetailUpscaler(), TextPrompter("a cat")
    chain = Chain(pyramid_of(gentle(80, 60)), upscaler, prompter, recipe_of(upscaler, prompter))
    yield chain
    chain.pyramid.store.close()


@pytest.mark.parametrize("orientation", ALL, ids=str)
def test_a_view_and_a_region_are_saved_as_they_are_shown(
    chain: Chain, tmp_path: Path, orientation: Orientation
) -> None:
    view = View(camera_at(40, 30, 5.0), 71, 52, orientation)
    task = ImageTask(tmp_path / "view.png", view)
    run_task(task, chain)
    plain = compose(chain.pyramid, view.upright)
    with Image.open(task.path) as image:
        assert image.size == task.size == view.shown_size
        assert image.getexif().get(0x0112, 1) == 1
        assert np.array_equal(np.asarray(image), orientation.turned(plain))
    level = RegionTask(
        tmp_path / "region.png", LevelRegion(2, Rect(16, 8, 120, 64)), orientation=orientation
    )
    run_task(level, chain)
    with Image.open(level.path) as image:
        assert image.size == level.size
        region = chain.pyramid.exact_region(*level.region)
        assert np.array_equal(np.asarray(image), orientation.turned(region))


@pytest.mark.parametrize("orientation", ALL, ids=str)
def test_a_region_that_is_written_in_bands_is_turned_too(
    chain: Chain, tmp_path: Path, orientation: Orientation, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pyvips", exc_type=ImportError)
    write_in_bands(monkeypatch, 0)
    monkeypatch.setattr(image_export, "in_bands", large.in_bands)
    whole = chain.pyramid.level_rect(0)
    task = RegionTask(tmp_path / "a.png", LevelRegion(0, whole), orientation=orientation)
    run_task(task, chain)
    with Image.open(task.path) as image:
        plain = chain.pyramid.exact_region(0, whole)
        assert np.array_equal(np.asarray(image), orientation.turned(plain))


def test_a_movie_is_turned(chain: Chain, tmp_path: Path) -> None:
    start = View(camera_at(40, 30, 1.0), 48, 64, SIDEWAYS)
    end = View(camera_at(40, 30, 2.0), 48, 64, SIDEWAYS)
    frames = tuple(frame_specs(start, end, Fraction(10), 0.3))
    assert {frame.view.shown_size for frame in frames} == {(64, 48)}
    clip = Clip("GIF", 64, 48, Fraction(10), sum(frame.ticks for frame in frames))
    made = MovieTask(tmp_path / "a.gif", clip, frames, caption=True)
    run_task(made, chain)
    with Image.open(made.path) as image:
        assert image.size == (64, 48)


def test_the_size_of_a_movie_is_the_shown_one() -> None:
    view = View(camera_at(40, 30, 1.0), 60, 80, SIDEWAYS)
    wide = resized(view, 160, 120)
    assert wide.shown_size == (160, 120)
    assert wide.camera.magnification == 2
    assert resized(view, 80, 60) == view


def test_the_images_of_a_strip_are_turned(chain: Chain) -> None:
    view = View(camera_at(40, 30, 16.0), 60, 80, SIDEWAYS)
    views = strip_views(chain.pyramid.source, view, 32)
    assert [each.orientation for each in views] == [SIDEWAYS] * len(views)
    upright = strip_views(chain.pyramid.source, view.upright, 32)
    assert [each.upright for each in views] == upright
