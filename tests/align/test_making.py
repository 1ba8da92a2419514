"""The samples are what a prompter sees while a person scrolls in."""

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data

from cozviewer.align.making import make_samples, view_region
from cozviewer.align.samples import Sample, Walk, photos_of, walks_of
from cozviewer.assembly import chain_in_memory, make_models
from cozviewer.chain.chain import Chain
from cozviewer.chain.recipe import recipe_of
from cozviewer.config.choice import EngineChoice
from cozviewer.image.pixels import Rgb8
from cozviewer.image.rect import Rect
from cozviewer.image.source import Source, open_source
from cozviewer.pyramid.geometry import level_rect
from cozviewer.util.cancel import IsCancelled, never
from cozviewer.util.errors import BadInput, Cancelled
from cozviewer.util.folders import trim_folders
from tests.chain.fakes import DetailUpscaler
from tests.pyramid.pyramids import pyramid_of


def photos(folder: Path, *names: str) -> list[Path]:
    folder.mkdir(exist_ok=True)
    for name in names:
        Image.fromarray(data.astronaut()).save(folder / name)
    return [folder / name for name in names]


def bicubic(source: Source) -> Chain:
    models = make_models(EngineChoice("bicubic"), None, pytest.fail)
    return chain_in_memory(source, models, pytest.fail)


class Seen:
    """A prompter that keeps what it is shown."""

    name = "seen"
    identity = {"name": "seen"}  # noqa: RUF012

    def __init__(self) -> None:
        self.images: list[tuple[Rgb8 | None, Rgb8]] = []

    def prompt(self, previous: Rgb8 | None, crop: Rgb8, cancelled: IsCancelled) -> str:
        self.images.append((previous, crop))
        return ""


def test_samples_are_what_the_prompter_of_a_chain_is_shown(tmp_path: Path) -> None:
    prompter, upscaler = Seen(), DetailUpscaler()
    rgb = np.ascontiguousarray(data.astronaut())
    walk = walks_of(photos_of(photos(tmp_path, "a.png"), 0.0, 0), 3, 3, 0)[0]
    chain = Chain(pyramid_of(rgb), upscaler, Seen(), recipe_of(upscaler, prompter))

    samples = make_samples(
        [walk], tmp_path / "samples", open_source, lambda _: chain, ignore_made, pytest.fail, never
    )

    scrolled = Chain(pyramid_of(rgb), upscaler, prompter, recipe_of(upscaler, prompter))
    # Each step of the person shows the view of a level, four times finer than the level before.
    for z in (2, 4, 6):
        region = finer(view_region(level_rect(z - 2, 512, 512), walk.x, walk.y))
        for _ in scrolled.refine(z, region, never):
            pass
    scrolled.pyramid.store.close()
    assert [sample.level for sample in samples] == [0, 1, 2]
    for sample in samples:
        wider, own = sample.images()
        assert own.shape == (200, 320, 3)
        assert (wider is None) == (sample.level == 0)
        assert any(
            np.array_equal(own, crop)
            and (previous is None or (wider is not None and np.array_equal(wider, previous)))
            for previous, crop in prompter.images
        )


def finer(region: Rect) -> Rect:
    return Rect(*(4 * value for value in (region.x, region.y, region.width, region.height)))


def ignore_made(done: int, total: int, left: float | None) -> None:
    pass


@pytest.mark.parametrize(
    ("x", "y", "region"),
    [
        (0.5, 0.5, Rect(340, 300, 320, 200)),
        (0.0, 0.0, Rect(0, 0, 320, 200)),
        (0.999, 0.999, Rect(680, 600, 320, 200)),
    ],
)
def test_the_view_stays_inside_the_photo(x: float, y: float, region: Rect) -> None:
    assert view_region(Rect(0, 0, 1000, 800), x, y) == region
    assert view_region(Rect(0, 0, 100, 800), x, y).width == 100


def made_from(
    walks: list[Walk], folder: Path, cancelled: IsCancelled = never
) -> tuple[list[Sample], list[int]]:
    steps: list[int] = []
    samples = make_samples(
        walks,
        folder,
        open_source,
        bicubic,
        lambda done, total, left: steps.append(total),
        lambda sentence: None,
        cancelled,
    )
    return samples, steps


def test_an_interrupted_run_continues(tmp_path: Path) -> None:
    paths = photos(tmp_path / "photos", "a.png", "b.png")
    walks = walks_of(photos_of(paths, 0.5, 0), 6, 2, 0)
    folder = tmp_path / "samples"

    def stop() -> bool:
        return len(list(folder.glob("*.png"))) >= 3

    with pytest.raises(Cancelled):
        made_from(walks, folder, stop)
    before = {path: path.stat().st_mtime_ns for path in folder.glob("*.png")}
    assert len(before) == 3

    samples, _ = made_from(walks, folder)

    assert len(samples) == 6
    assert all(path.stat().st_mtime_ns == time for path, time in before.items())
    assert made_from(walks, folder) == (samples, [])
    assert {sample.held_out for sample in samples} == {True, False}


def test_a_damaged_photo_is_skipped(tmp_path: Path) -> None:
    paths = photos(tmp_path / "photos", "a.png", "b.png")
    paths[0].write_bytes(b"no image")
    walks = walks_of(photos_of(paths, 0.0, 0), 4, 1, 0)

    samples, steps = made_from(walks, tmp_path / "samples")

    assert {sample.photo for sample in samples} == {"b.png"}
    assert steps == [2, 2]


def test_without_any_photo_there_are_no_samples(tmp_path: Path) -> None:
    paths = photos(tmp_path / "photos", "a.png")
    paths[0].write_bytes(b"no image")

    with pytest.raises(BadInput, match="None of the photos"):
        made_from(walks_of(photos_of(paths, 0.0, 0), 1, 1, 0), tmp_path / "samples")


def test_the_oldest_samples_are_deleted_first(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("current", "old", "new")]
    for time, folder in enumerate(folders):
        folder.mkdir()
        (folder / "crop.png").write_bytes(bytes(1000))
        os.utime(folder, (time, time))

    trim_folders(tmp_path, 3000, keep=folders[0])
    assert all(folder.exists() for folder in folders)

    trim_folders(tmp_path, 2000, keep=folders[0])
    assert [folder.exists() for folder in folders] == [True, False, True]
