"""Files that are written while their tiles are generated."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cozviewer.chain.chain import Chain, Progress
from cozviewer.chain.protocols import Progressed, ignore
from cozviewer.chain.recipe import recipe_of
from cozviewer.export.origin import read_origin
from cozviewer.export.run import OneProcess, run_task
from cozviewer.export.tasks import ImageOptions, RegionTask
from cozviewer.export.upscaling.upscale import UpscaleTask
from cozviewer.image.pixels import Rgb8, RgbFloat
from cozviewer.models.prompters import TextPrompter
from cozviewer.pyramid.store.store import TileStore
from cozviewer.util.cancel import IsCancelled
from cozviewer.util.errors import Cancelled, Failure
from tests.chain.fakes import DetailUpscaler
from tests.export.banding import write_in_bands
from tests.patience import PATIENCE
from tests.pyramid.images import noise, smooth
from tests.pyramid.pyramids import pyramid_of

pytest.importorskip("pyvips")

ROWS = 6
"""Units in a column of the whole photo."""


class Watched(DetailUpscaler):
    """Calls a function before each run.

    Attributes:
        before: Receives how many runs were made.
    """

    before: Callable[[int], None] = staticmethod(lambda number: None)

    def upscale(
        self,
        rgb: Rgb8 | RgbFloat,
        prompt: str,
        seed: int,
        cancelled: IsCancelled,
        progressed: Progressed = ignore,
    ) -> RgbFloat:
        self.before(len(self.asked))
        return super().upscale(rgb, prompt, seed, cancelled, progressed)


@pytest.fixture
def upscaler(monkeypatch: pytest.MonkeyPatch) -> Watched:
    """Return an engine that draws a photo in many units; small images count as large."""
    write_in_bands(monkeypatch, rows=64)
    return Watched()


@pytest.fixture
def chain(upscaler: Watched) -> Iterator[Chain]:
    """Return a chain over a photo that is one unit wide."""
    prompter = TextPrompter("a cat & a dog")
    picture = noise(64, 64 * ROWS) // 3 + smooth(64, 64 * ROWS) // 2
    recipe = replace(recipe_of(upscaler, prompter), largest=256)
    made = Chain(pyramid_of(picture), upscaler, prompter, recipe)
    yield made
    made.pyramid.store.close()


def whole(chain: Chain, path: Path, label: bool = True) -> RegionTask:
    """Return the task of a whole level."""
    return RegionTask(path, chain.pyramid.whole_level(2), ImageOptions(label=label))


def content(folder: Path) -> dict[str, bytes]:
    """Return all files in a folder but the one in which libvips notes the time."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in files
        if path.name != "vips-properties.xml"
    }


def bytes_in(folder: Path) -> int:
    """Return how much has been written into a folder."""
    sizes = [0]
    for path in folder.rglob("*"):
        try:
            sizes.append(path.stat().st_size)
        except FileNotFoundError:
            continue
    return sum(sizes)


@pytest.mark.parametrize("name", ["a.png", "a.tif", "a.dzi", "a.jpg"])
def test_output_exists_before_the_last_unit_is_drawn_and_is_the_same(
    tmp_path: Path, chain: Chain, upscaler: Watched, name: str
) -> None:
    streamed, after = tmp_path / "streamed", tmp_path / "after"
    streamed.mkdir()
    after.mkdir()
    seen: list[int] = []

    def before(number: int) -> None:
        """Hold the last unit back until pixels of the first ones are on the disk."""
        if number != ROWS - 1:
            return
        until = time.monotonic() + PATIENCE
        while not seen and time.monotonic() < until:
            if bytes_in(streamed) > 100_000:
                seen.append(number)
            time.sleep(0.01)

    upscaler.before = before
    made = run_task(whole(chain, streamed / name), chain)
    assert seen == [ROWS - 1]
    assert made.generated == 4 * ROWS * 4
    assert made.origin.prompt == "a cat & a dog"
    again = run_task(whole(chain, after / name), chain)
    assert again.generated == 0
    assert content(streamed) == content(after)
    if name != "a.dzi":
        assert read_origin(streamed / name) == made.origin
        with Image.open(streamed / name) as image:
            assert image.size == (256, 256 * ROWS)


def test_an_upscaled_photo_is_the_same(tmp_path: Path, chain: Chain, upscaler: Watched) -> None:
    tasks = [UpscaleTask(tmp_path / name, 3, (64, 64 * ROWS)) for name in ("a.png", "b.png")]
    threads = set[str]()
    upscaler.before = lambda number: threads.update(t.name for t in threading.enumerate())
    for task in tasks:
        run_task(task, chain)
    assert "export-writer" in threads
    assert tasks[0].path.read_bytes() == tasks[1].path.read_bytes()


def test_the_order_decides_no_pixel(upscaler: Watched) -> None:
    tiles = []
    for downwards in (False, True):
        prompter = TextPrompter("")
        recipe = replace(recipe_of(upscaler, prompter), largest=128)
        one = Chain(pyramid_of(smooth(160, 192)), upscaler, prompter, recipe)
        whole = {2: [one.pyramid.level_rect(2)]}
        list(OneProcess(downwards).generate(whole, one, lambda: False, lambda progress: None))
        tiles.append(one.pyramid.store.checksums())
        one.pyramid.store.close()
    assert tiles[0] == tiles[1]


def test_after_cancelling_there_are_tiles_but_no_file(tmp_path: Path, chain: Chain) -> None:
    made: list[Progress] = []

    def heard(progress: Progress) -> None:
        if progress.finished:
            made.append(progress)

    with pytest.raises(Cancelled):
        run_task(whole(chain, tmp_path / "a.dzi"), chain, lambda: len(made) > 2, heard)
    assert list(tmp_path.iterdir()) == []
    assert run_task(whole(chain, tmp_path / "a.dzi"), chain).reused == 3 * 16


def test_work_that_may_rest_is_not_written_before_its_end(
    tmp_path: Path, chain: Chain, upscaler: Watched
) -> None:
    upscaler.before = lambda number: threads.update(t.name for t in threading.enumerate())
    threads = set[str]()
    run_task(whole(chain, tmp_path / "a.png"), chain, is_held=lambda: False)
    assert "export-writer" not in threads


def test_a_file_that_cannot_be_written_ends_the_work(
    tmp_path: Path, chain: Chain, upscaler: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = threading.Event()

    def refuse(*_: object, **__: object) -> None:
        failed.set()
        raise Failure("The disk is full.")

    monkeypatch.setattr("cozviewer.export.tasks.save_bands", refuse)

    def before(number: int) -> None:
        if number:
            failed.wait(PATIENCE)

    upscaler.before = before
    with pytest.raises(Failure, match=r"The disk is full\."):
        run_task(whole(chain, tmp_path / "a.png"), chain)
    assert len(upscaler.asked) <= 3


def test_a_tile_that_is_lost_meanwhile_is_generated_again(
    tmp_path: Path, chain: Chain, upscaler: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    original, lost = TileStore.get, list[object]()

    def get(store: TileStore, key: object, size: object = None) -> Rgb8 | None:
        if threading.current_thread() is not threading.main_thread() and not lost:
            lost.append(key)
            return None
        found: Rgb8 | None = original(store, key, size)  # type: ignore[arg-type]
        return found

    monkeypatch.setattr(TileStore, "get", get)
    run_task(whole(chain, tmp_path / "a.png", label=False), chain)
    assert lost
    with Image.open(tmp_path / "a.png") as image:
        pixels = np.asarray(image)
    assert np.array_equal(pixels, chain.pyramid.exact_region(2, chain.pyramid.level_rect(2)))
