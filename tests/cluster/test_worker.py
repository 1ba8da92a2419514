"""A worker that has several units in hand, as beside a GPU."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from cozviewer.assembly import node_models
from cozviewer.chain.chain import Chain
from cozviewer.chain.protocols import Progressed, ignore
from cozviewer.chain.recipe import recipe_of
from cozviewer.cluster.link import MOST_UNITS, Share
from cozviewer.cluster.parcels import Bundle
from cozviewer.cluster.units import Unit
from cozviewer.cluster.worker import MakeModels, Photo, UnitTask, UnitWorker, WorkerSetup
from cozviewer.config.choice import EngineChoice
from cozviewer.image.pixels import Rgb8, RgbFloat
from cozviewer.pyramid.store.tile_codec import encode_tile
from cozviewer.util.cancel import IsCancelled
from tests.chain.fakes import DetailUpscaler, Silent
from tests.cluster.works import CONTEXT, FakeModels, chain_for, units_of
from tests.models.networks import compact_state, saved
from tests.pyramid.images import smooth

UNITS = 4


class Alone(DetailUpscaler):
    """An engine that notes whether two threads use it at the same time."""

    inside = 0
    most = 0
    begun = threading.Semaphore(0)

    def upscale(
        self,
        rgb: Rgb8 | RgbFloat,
        prompt: str,
        seed: int,
        cancelled: IsCancelled,
        progressed: Progressed = ignore,
    ) -> RgbFloat:
        self.inside += 1
        self.most = max(self.most, self.inside)
        self.begun.release()
        try:
            return super().upscale(rgb, prompt, seed, cancelled, progressed)
        finally:
            self.inside -= 1


def worker_of(make: MakeModels, image: Rgb8) -> tuple[UnitWorker, Chain, Photo]:
    """Return a worker, a chain with its models, and the photo as it is sent."""
    worker = UnitWorker(WorkerSetup(make), lambda handle: handle)
    worker.load()
    models = make({}, "", pytest.fail)
    chain = chain_for(image)
    recipe = replace(models.recipe, largest=128)
    chain = Chain(chain.pyramid, models.upscaler, models.prompter, recipe)
    return worker, chain, Photo("a.png", chain.pyramid.source.digest, 1, pixels=image)


def drawn(
    worker: UnitWorker, chain: Chain, photo: Photo, units: list[Unit], threads: int
) -> list[bytes]:
    """Return the tiles of units that wait for nothing, drawn on several threads."""

    def draw(unit: Unit) -> bytes:
        task = UnitTask(unit.run, "", photo, chain.recipe.digest, 0, False)
        report, bundle, _ = worker.draw(task)
        assert not report.error
        assert isinstance(bundle, Bundle)
        return bundle.data.tobytes()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(draw, units))


def first_units(chain: Chain) -> list[Unit]:
    """Return units that continue no others."""
    return [unit for unit in units_of(chain, 2) if not unit.beside][:UNITS]


def test_a_gpu_has_several_units_in_hand() -> None:
    assert Share(1, 8, 0).units == 1
    assert Share(1, 1, 1.0).units == 2
    assert Share(1, 16, 0.5).units == MOST_UNITS


def test_the_next_unit_is_in_the_network_while_one_is_encoded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine, prompter = Alone(accepts_prompt=False), Silent()
    models = FakeModels(engine, prompter, replace(recipe_of(engine, prompter), least=CONTEXT))
    worker, chain, photo = worker_of(lambda files, numbers, notice: models, smooth(192, 192))
    units = first_units(chain)
    together = list[bool]()
    first = threading.Lock()  # tiles are encoded in several threads

    def slow(pixels: Rgb8) -> bytes:
        if first.acquire(blocking=False):  # it waits for the network to be in use again
            together.append(engine.begun.acquire(timeout=120) and engine.begun.acquire(timeout=120))
        return encode_tile(pixels)

    monkeypatch.setattr("cozviewer.cluster.worker.encode_tile", slow)
    many = drawn(worker, chain, photo, units, 2)
    assert together == [True]
    assert engine.most == 1
    assert many == drawn(worker, chain, photo, units, 1)
    chain.pyramid.store.close()


def test_a_real_network_gives_the_same_bytes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("COZVIEWER_CACHE", str(tmp_path))
    path = saved(tmp_path / "compact.safetensors", compact_state())
    choice = EngineChoice(str(path), "cpu", numbers="fp32")

    def make(files: dict[str, Path], numbers: str, notice: object) -> FakeModels:
        models = node_models(choice, files, numbers, pytest.fail)
        recipe = replace(models.recipe, least=CONTEXT)
        return FakeModels(models.upscaler, models.prompter, recipe)

    worker, chain, photo = worker_of(make, smooth(192, 192))
    units = first_units(chain)
    assert len(units) == UNITS
    assert drawn(worker, chain, photo, units, 3) == drawn(worker, chain, photo, units, 1)
    chain.pyramid.store.close()
