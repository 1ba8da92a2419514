"""Export tasks: what is generated, and what the files say about themselves."""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from skimage import data

from cozviewer.chain.chain import Chain, Progress, unreported
from cozviewer.chain.recipe import recipe_of
from cozviewer.export.movies.camera_path import FrameSpec
from cozviewer.export.movies.movie_formats import Clip
from cozviewer.export.run import Task, missing_tiles_of, run_task
from cozviewer.export.tasks import ImageOptions, ImageTask, MovieTask, RegionTask, StripTask
from cozviewer.image.pixels import Rgb8
from cozviewer.image.rect import Rect
from cozviewer.image.source import source_from_pixels
from cozviewer.models.prompters import TextPrompter
from cozviewer.pyramid.camera import Camera, View, camera_at
from cozviewer.pyramid.compose import band_parts
from cozviewer.pyramid.geometry import LevelRegion, TileKey, tiles_of
from cozviewer.pyramid.pyramid import Pyramid, TileMissing
from cozviewer.pyramid.store.store import StoreKey, TileStore
from cozviewer.pyramid.transparency import Colour
from cozviewer.util.cancel import never
from cozviewer.util.errors import Cancelled
from tests.chain.fakes import DetailUpscaler, Silent
from tests.pyramid.pyramids import gentle, pyramid_of
from tests.pyramid.stores import damage

SIZE = (96, 64)


@pytest.mark.parametrize("texture", [True, False])
def test_captions_and_origin_name_borrowed_texture_where_it_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, texture: bool
) -> None:
    rgb = np.full((256, 512, 3), 128, np.uint8)
    rgb[:, :256] = data.grass()[:256, :256, None]
    upscaler, prompter = DetailUpscaler(accepts_prompt=False), Silent()
    recipe = recipe_of(upscaler, prompter, photo_texture=texture)
    chain = Chain(pyramid_of(rgb), upscaler, prompter, recipe)
    sights = [(100, 4.0), (100, 16.0), (420, 16.0)]
    specs = [FrameSpec(View(camera_at(x, 100, zoom), *SIZE), 1) for x, zoom in sights]
    captions: list[str] = []

    def frames(
        pyramid: Pyramid,
        shown: Sequence[FrameSpec],
        caption: Callable[[Camera], str],
        scale: object,
        background: Colour,
    ) -> Iterator[tuple[Rgb8, int]]:
        captions.extend(caption(spec.view.camera) for spec in shown)
        return iter(())

    def write(*_: object, **__: object) -> None:
        pass

    monkeypatch.setattr("cozviewer.export.tasks.frames_of", frames)
    monkeypatch.setattr("cozviewer.export.tasks.save_movie", write)
    clip = Clip("GIF", *SIZE, Fraction(10), 3, 80)
    origin = run_task(MovieTask(tmp_path / "a.gif", clip, tuple(specs), True), chain).origin
    named = ["borrowed" in caption for caption in captions]
    assert named == [False, texture, False]
    assert origin.borrowed == texture
    chain.pyramid.store.close()


def fresh_chain() -> Chain:
    upscaler, prompter = DetailUpscaler(), TextPrompter("a cat")
    return Chain(pyramid_of(gentle(80, 60)), upscaler, prompter, recipe_of(upscaler, prompter))


def tasks(folder: Path) -> dict[str, Task]:
    """Return a task of each kind that needs tiles."""
    views = tuple(View(camera_at(40, 30, zoom), 64, 64).aligned() for zoom in (1.0, 4.0, 16.0))
    clip = Clip("GIF", 64, 64, Fraction(10), 3)
    return {
        "picture": ImageTask(folder / "a.png", views[-1]),
        "region": RegionTask(folder / "a.png", LevelRegion(2, Rect(10, 20, 200, 100))),
        "strip": StripTask(folder / "a.png", views),
        "movie": MovieTask(folder / "a.gif", clip, tuple(FrameSpec(view) for view in views)),
    }


KINDS = ("picture", "region", "strip", "movie")


@pytest.mark.parametrize("kind", KINDS)
def test_tiles_are_generated_once_and_reused_later(tmp_path: Path, kind: str) -> None:
    chain, task = fresh_chain(), tasks(tmp_path)[kind]
    missing = missing_tiles_of(task, chain)
    reports: list[Progress] = []
    first = run_task(task, chain, on_progress=reports.append)
    assert first.generated == missing == sum(len(report.finished) for report in reports) > 0
    assert reports[-1].stage == f"Writing {task.path.name}"
    again = run_task(task, chain)
    assert again.generated == 0
    # Others were generated for the context of those under the file.
    assert 0 < again.reused <= first.generated
    assert missing_tiles_of(task, chain) == 0
    chain.pyramid.store.close()


@pytest.mark.parametrize("kind", KINDS)
def test_the_origin_is_that_of_the_tiles_that_were_generated(tmp_path: Path, kind: str) -> None:
    chain, task = fresh_chain(), tasks(tmp_path)[kind]
    origin = run_task(task, chain).origin
    assert origin.kind == ("generated" if kind in ("picture", "region") else "mixed")
    assert origin.prompt == "a cat"
    chain.pyramid.store.close()


@pytest.mark.parametrize("kind", KINDS)
def test_after_cancelling_there_are_tiles_but_no_file(tmp_path: Path, kind: str) -> None:
    chain, task = fresh_chain(), tasks(tmp_path)[kind]
    made: list[TileKey] = []
    with pytest.raises(Cancelled):
        run_task(task, chain, lambda: bool(made), lambda now: made.extend(now.finished))
    assert not chain.pyramid.missing(made)
    assert list(tmp_path.iterdir()) == []
    chain.pyramid.store.close()


def test_an_incomplete_image_generates_nothing(tmp_path: Path) -> None:
    chain = fresh_chain()
    task = RegionTask(
        tmp_path / "a.png", LevelRegion(2, Rect(10, 20, 200, 100)), ImageOptions(complete=False)
    )
    made = run_task(task, chain)
    assert (made.generated, made.origin.kind, made.origin.prompt) == (0, "mixed", "")
    chain.pyramid.store.close()


def test_damaged_tiles_all_over_an_image_are_noticed_at_once(tmp_path: Path) -> None:
    """Else the work would be planned again for each band of rows."""
    source = source_from_pixels(gentle(20, 300), "photo")
    key = StoreKey(source.digest, source.name, source.width, source.height, "recipe", "{}")

    def opened() -> Chain:
        upscaler, prompter = DetailUpscaler(), TextPrompter("a cat")
        store = TileStore.open(tmp_path / "a.tiles", key, lambda sentence: None)
        return Chain(Pyramid(source, store), upscaler, prompter, recipe_of(upscaler, prompter))

    chain = opened()
    region = chain.pyramid.whole_level(2)
    assert len(band_parts(region.rect)) > 2
    task = RegionTask(tmp_path / "a.png", region)
    run_task(task, chain)
    chain.pyramid.store.close()
    damaged = damage(tmp_path / "a.tiles", "no image", z=2)
    chain = opened()
    with pytest.raises(TileMissing):
        task.write(chain, never, unreported)
    assert len(chain.pyramid.missing(list(tiles_of(*region)))) == damaged
    chain.pyramid.store.close()
