"""Exports in the background: in memory, or in bands where the image is large."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from skimage import data

from cozviewer.chain.chain import Chain, Progress
from cozviewer.chain.recipe import recipe_of
from cozviewer.cli import main
from cozviewer.commands.common import views
from cozviewer.export.origin import read_origin
from cozviewer.export.provenance import origin_of_region
from cozviewer.export.run import Task, run_task
from cozviewer.export.tasks import (
    ComparisonTask,
    ImageOptions,
    ImageTask,
    RegionTask,
    StripTask,
)
from cozviewer.image.pixels import Rgb8
from cozviewer.image.rect import Rect
from cozviewer.image.source import open_source, source_from_pixels
from cozviewer.jobs.exports.export_job import Export, ExportJob
from cozviewer.models.prompters import NoPrompter, TextPrompter
from cozviewer.pyramid.camera import View, camera_at
from cozviewer.pyramid.compose import best_region
from cozviewer.pyramid.geometry import TILE, LevelRegion, TileKey
from cozviewer.pyramid.pyramid import Pyramid
from cozviewer.pyramid.store.store import TileStore
from cozviewer.session.source import OpenedImage
from tests.chain.fakes import DetailUpscaler
from tests.export.banding import write_in_bands
from tests.pyramid.pyramids import gentle, pyramid_of
from tests.pyramid.stores import DAMAGES, STORE_KEY, damage


@pytest.fixture
def chain() -> Chain:
    upscaler, prompter = DetailUpscaler(), TextPrompter("a cat")
    return Chain(pyramid_of(gentle(37, 25)), upscaler, prompter, recipe_of(upscaler, prompter))


class Heard:
    """What a job said."""

    def __init__(self, job: ExportJob) -> None:
        self.saved: list[Any] = []
        self.ended: list[str] = []
        self.told: list[Progress] = []
        job.saved.connect(self.saved.append)
        job.ended.connect(lambda request, sentence: self.ended.append(sentence))
        # Bands are asked for by a thread of libvips.
        job.progressed.connect(
            lambda request, progress: self.told.append(progress),
            Qt.ConnectionType.DirectConnection,
        )


def whole(chain: Chain, path: Path) -> Export:
    return Export(RegionTask(path, chain.pyramid.whole_level(2)))


@pytest.mark.parametrize("in_bands", [True, False])
def test_a_whole_level_is_computed_and_saved(
    chain: Chain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_bands: bool
) -> None:
    if in_bands:
        pytest.importorskip("pyvips")
        write_in_bands(monkeypatch, rows=TILE)
    job = ExportJob(chain)
    heard = Heard(job)
    request = whole(chain, tmp_path / "whole.png")
    job.export(request)
    assert (heard.saved, heard.ended) == ([request], [])
    expected = best_region(chain.pyramid, chain.pyramid.whole_level(2))
    with Image.open(request.path) as image:
        assert np.array_equal(np.asarray(image), expected)
    origin = read_origin(request.path)
    assert origin == origin_of_region(chain, chain.pyramid.whole_level(2))
    assert origin is not None
    assert (origin.kind, origin.prompt) == ("generated", "a cat")
    drawn = [progress for progress in heard.told if progress.stage == "Generating ×4"]
    assert drawn[-1].done == drawn[-1].total == 6
    written = [progress for progress in heard.told if progress.stage == "Writing whole.png"]
    if in_bands:
        rows = [(each.done, each.total) for each in written]  # but those written meanwhile
        assert rows == [(0, 0), (1, 2), (2, 2)][-len(rows) :]
        assert rows


@pytest.mark.parametrize(
    ("x", "z", "texture", "borrowed"),
    [
        (100, 4, True, True),
        (100, 4, False, False),
        (100, 2, True, False),
        (420, 4, True, False),
    ],
)
@pytest.mark.parametrize("as_region", [False, True])
def test_borrowed_texture_is_told_alike_by_the_window_and_render(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    x: int,
    z: int,
    texture: bool,
    borrowed: bool,
    as_region: bool,
) -> None:
    rgb = np.full((256, 512, 3), 128, np.uint8)
    rgb[:, :256] = data.grass()[:256, :256, None]
    photo = tmp_path / "photo.png"
    Image.fromarray(rgb).save(photo)

    def fresh_chain(image: OpenedImage, *_: object, **__: object) -> Chain:
        upscaler, prompter = DetailUpscaler(accepts_prompt=False), NoPrompter()
        recipe = recipe_of(upscaler, prompter, photo_texture=texture)
        return Chain(Pyramid(image.source, pyramid_of(rgb).store), upscaler, prompter, recipe)

    monkeypatch.setattr(views, "open_chain", fresh_chain)
    rendered, exported = tmp_path / "rendered.png", tmp_path / "exported.png"
    zoom = 1 << z
    chain = fresh_chain(OpenedImage(open_source(photo)))
    words = ["render", photo, "-o", rendered]
    if as_region:
        words += ["--region", f"{x},100,8,4", "--level", f"x{zoom}"]
        region = Rect(x * zoom, 100 * zoom, 8 * zoom, 4 * zoom)
        task: ImageTask | RegionTask = RegionTask(exported, LevelRegion(z, region))
    else:
        words += ["--center", f"{x},100", "--zoom", str(zoom), "--size", "160x100"]
        view = View(camera_at(x, 100, float(zoom)), 160, 100).aligned()
        task = ImageTask(exported, view)
    assert main([str(word) for word in words]) == 0
    run_task(task, chain)
    origin = read_origin(exported)
    assert origin == read_origin(rendered)
    assert origin is not None
    assert (origin.kind, origin.borrowed) == ("generated", borrowed)
    assert ("photo_texture" in origin.recipe) == texture


@pytest.mark.parametrize("borrowed", [True, False])
def test_a_comparison_looks_for_borrowed_texture_when_it_is_saved(
    chain: Chain, tmp_path: Path, borrowed: bool
) -> None:
    origin = origin_of_region(chain, chain.pyramid.whole_level(2))
    pixels = np.zeros((20, 30, 3), np.uint8)
    task = ComparisonTask(tmp_path / "both.png", pixels, origin, lambda: borrowed)
    run_task(task, chain)
    found = read_origin(task.path)
    assert found is not None
    assert found.borrowed == borrowed


def test_what_is_saved_without_computing_says_so(chain: Chain, tmp_path: Path) -> None:
    region = chain.pyramid.level_rect(2)
    task = RegionTask(tmp_path / "now.png", LevelRegion(2, region), ImageOptions(complete=False))
    made = run_task(task, chain)
    origin = read_origin(task.path)
    assert (made.generated, made.reused) == (0, 0)
    assert origin is not None
    assert origin.kind == "mixed"


@pytest.mark.parametrize("how", DAMAGES)
def test_broken_tiles_are_made_again(tmp_path: Path, how: str) -> None:
    upscaler, prompter = DetailUpscaler(), TextPrompter("a cat")
    source = source_from_pixels(gentle(37, 25), "test.png")
    region = Rect(0, 0, 148, 100)
    view = View(camera_at(18.5, 12.5, 4.0), 125, 87).aligned()

    def save(kind: str, name: str) -> tuple[Rgb8, int]:
        store = TileStore.open(tmp_path / "photo.tiles", STORE_KEY, lambda _: None)
        chain = Chain(Pyramid(source, store), upscaler, prompter, recipe_of(upscaler, prompter))
        path = tmp_path / name
        tasks: dict[str, Task] = {
            "view": ImageTask(path, view),
            "region": RegionTask(path, LevelRegion(2, region)),
            "strip": StripTask(path, (view,)),
        }
        made = list[TileKey]()
        run_task(tasks[kind], chain, on_progress=lambda progress: made.extend(progress.finished))
        store.close()
        with Image.open(path) as image:
            return np.asarray(image), len(made)

    for kind in ("view", "region", "strip"):
        expected, _ = save(kind, "fresh.png")
        damaged = damage(tmp_path / "photo.tiles", how)
        found, made = save(kind, "again.png")
        assert np.array_equal(found, expected)
        assert made == damaged
        assert save(kind, "once more.png")[1] == 0


def test_an_export_in_bands_stops_when_told(
    chain: Chain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pyvips")
    write_in_bands(monkeypatch)
    job = ExportJob(chain)
    heard = Heard(job)
    request = whole(chain, tmp_path / "whole.tif")

    def stop_while_writing(_: object, progress: Progress) -> None:
        if progress.stage.startswith("Writing") and progress.done:
            request.cancelled.set()

    job.progressed.connect(stop_while_writing, Qt.ConnectionType.DirectConnection)
    job.export(request)
    assert (heard.saved, heard.ended) == ([], [""])
    assert list(tmp_path.iterdir()) == []


def test_what_was_computed_before_it_stopped_is_not_computed_again(
    chain: Chain, tmp_path: Path
) -> None:
    chain.recipe = replace(chain.recipe, largest=TILE)  # a tile a run
    job = ExportJob(chain)
    request = whole(chain, tmp_path / "whole.png")

    def stop_after_two(_: object, progress: Progress) -> None:
        if progress.done == 2:
            request.cancelled.set()

    job.progressed.connect(stop_after_two)
    job.export(request)
    again = whole(chain, request.path)
    upscaler = chain.upscaler
    assert isinstance(upscaler, DetailUpscaler)
    assert len(upscaler.asked) == 2
    job.export(again)
    assert len(upscaler.asked) == 6
    assert request.path.exists()


def test_the_session_file_is_not_replaced(chain: Chain, tmp_path: Path) -> None:
    session = tmp_path / "trip.png"  # a session is recognised by its content, too
    session.write_bytes(b"tiles")
    job = ExportJob(chain, session)
    heard = Heard(job)
    job.export(whole(chain, session))
    assert heard.saved == []
    assert heard.ended == [
        f"{session} would replace the session itself (trip.png): choose another name."
    ]
    assert session.read_bytes() == b"tiles"
