"""Works for the tests of clusters: photos, models that workers can import, and what they make."""

import hashlib
import os
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from cozviewer.chain.chain import Chain
from cozviewer.chain.protocols import Notice, Progressed, Prompter, Upscaler, ignore
from cozviewer.chain.recipe import Recipe, recipe_of
from cozviewer.cluster.units import Batch, PlannedStep, Unit, UnitPlan, plans
from cozviewer.image.pixels import Rgb8, RgbFloat
from cozviewer.image.rect import Rect
from cozviewer.image.source import Source, source_from_pixels
from cozviewer.pyramid.geometry import STEP_LEVELS, TileKey, tiles_of
from cozviewer.pyramid.pyramid import Pyramid
from cozviewer.pyramid.store.store import StoreKey, TileStore
from cozviewer.util.cancel import IsCancelled
from cozviewer.util.errors import Failure
from tests.chain.fakes import DetailUpscaler, FakePrompter, Silent
from tests.patience import PATIENCE

WEIGHTS = bytes(range(256)) * 500
"""The content of the file that a folder of models holds."""


LARGEST = 256
"""Maximum side of a run: small images have many units."""

CONTEXT = 64
"""Least side of what an upscaler gets, in parent pixels: half of the usual."""


@dataclass(frozen=True)
class Fake:
    """Models of a worker.

    Attributes:
        words: Whether there is a prompter.
        control: A folder of files that say what goes wrong:
            end: the next run ends its process, once;
            wait: the next run renames the file to "waiting" and waits until that is removed;
            bad: the run of the seed in the file fails, always;
            hold: the run of the seed in its first line waits until there is a file of PNG in the
                folder of its second one, and renames itself to "held".
        largest: Maximum side of a run.
    """

    words: bool = False
    control: Path | None = None
    largest: int = LARGEST


class SlowDetail(DetailUpscaler):
    """Invents detail that depends on the seed, so that joining matters."""

    control: Path | None = None

    def upscale(
        self,
        rgb: Rgb8 | RgbFloat,
        prompt: str,
        seed: int,
        cancelled: IsCancelled,
        progressed: Progressed = ignore,
    ) -> RgbFloat:
        if self.control is not None:
            if _taken(self.control / "end"):
                os._exit(1)
            _wait_while(self.control / "wait", self.control / "waiting")
            _held_back(self.control / "hold", seed)
            bad = self.control / "bad"
            if bad.exists() and seed == int(bad.read_text()):
                raise Failure("This unit is cursed.")
        return super().upscale(rgb, prompt, seed, cancelled, progressed)

    def finer(self, rgb: RgbFloat) -> RgbFloat:
        fine = super().finer(rgb)
        asked = self.asked[-1]
        self.asked[:] = [asked]
        words = hashlib.sha256(asked.prompt.encode()).digest()[0]
        rows = np.arange(fine.shape[0], dtype=np.float32)[:, None, None]
        stripes = 0.1 * np.sin(rows / 4 + (asked.seed + words) % 7)
        fine += stripes.astype(np.float32)
        clipped: RgbFloat = np.clip(fine, 0, 1, out=fine)
        return clipped


def _held_back(path: Path, seed: int) -> None:
    """Wait for an image, if a file says so."""
    try:
        of, folder = path.read_text().splitlines()
    except FileNotFoundError:
        return
    if seed != int(of):
        return
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if next(Path(folder).rglob("*.png"), None) is not None:
            with suppress(FileNotFoundError):  # a second copy of the unit was held, too
                path.rename(path.with_name("held"))
            return
        time.sleep(0.02)


def _wait_while(path: Path, waiting: Path) -> None:
    """Rename a file, if it is there, and wait until it is removed."""
    try:
        path.rename(waiting)
    except FileNotFoundError:
        return
    until = time.monotonic() + PATIENCE
    while waiting.exists() and time.monotonic() < until:
        time.sleep(0.02)


def _taken(path: Path) -> bool:
    """Remove a file; return whether it was there."""
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    return True


class CropPrompter(FakePrompter):
    """Describes what it is shown by a digest of its pixels."""

    def prompt(self, previous: Rgb8 | None, crop: Rgb8, cancelled: IsCancelled) -> str:
        seen = hashlib.sha256(crop.tobytes())
        if previous is not None:
            seen.update(previous.tobytes())
        return seen.hexdigest()[:8]


@dataclass(frozen=True)
class FakeModels:
    """See `cozviewer.cluster.worker.NodeModels`."""

    upscaler: Upscaler
    prompter: Prompter
    recipe: Recipe


def models(fake: Fake) -> FakeModels:
    """Return the models of a `Fake`."""
    upscaler = SlowDetail(accepts_prompt=fake.words, device="CPU, fp32")
    upscaler.control = fake.control
    prompter = CropPrompter() if fake.words else Silent()
    recipe = recipe_of(upscaler, prompter, adaptive_scale=True, photo_texture=True)
    recipe = replace(recipe, largest=fake.largest, least=CONTEXT)
    return FakeModels(upscaler, prompter, recipe)


def on_node(fake: Fake, files: dict[str, Path], numbers: str, notice: Notice) -> FakeModels:
    """See `cozviewer.cluster.worker.MakeModels`; a file that was sent must have its content."""
    for name, path in files.items():
        content = (path / "part" / "weights.safetensors").read_bytes()
        if content != WEIGHTS or "received" not in path.parts:
            raise Failure(f"The file {name} is not what was sent.")
    return models(fake)


make = partial(partial, on_node)
"""Returns the `MakeModels` of a `Fake`."""


def chain_for(image: Rgb8 | Source, fake: Fake = Fake(), path: Path | None = None) -> Chain:
    """Return a chain over an image, its store in memory or at a path."""
    made = models(fake)
    source = image if isinstance(image, Source) else source_from_pixels(image, "fake.png")
    key = StoreKey(
        source.digest,
        source.name,
        source.width,
        source.height,
        made.recipe.digest,
        made.recipe.text,
    )
    pyramid = Pyramid(source, TileStore.open(path, key, ignore))
    return Chain(pyramid, made.upscaler, made.prompter, made.recipe)


def tiles(chain: Chain, z: int) -> dict[TileKey, bytes]:
    """Return the encoded bytes of all tiles of the generated levels up to z."""
    found: dict[TileKey, bytes] = {}
    for level in range(STEP_LEVELS, z + 1, STEP_LEVELS):
        for key in tiles_of(level, chain.pyramid.level_rect(level)):
            tile = chain.pyramid.store.encoded(key)
            assert tile is not None, key
            found[key] = tile.webp
    return found


def whole(chain: Chain, z: int) -> Rect:
    """Return all of a level."""
    return chain.pyramid.level_rect(z)


def listed(chain: Chain, z: int) -> tuple[UnitPlan, list[Unit]]:
    """Return the plan of a whole level, and all its units."""
    plan = next(plans(chain, z, whole(chain, z)))
    units: list[Unit] = []
    steps: dict[int, PlannedStep] = {}
    for batch in plan.batches:
        units += batch.units
        steps |= batch.steps
    assert len(units) == plan.units
    return replace(plan, batches=iter([Batch(units, steps)])), units


def units_of(chain: Chain, z: int) -> list[Unit]:
    """Return the units of a whole level, coarse to fine, from top to bottom."""
    if next(plans(chain, z, whole(chain, z)), None) is None:
        return []
    return sorted(listed(chain, z)[1], key=lambda unit: (unit.z, *corner(unit)))


def corner(unit: Unit) -> tuple[int, int]:
    """Return (y, x) of the corner of a unit."""
    return unit.run.level_region.y, unit.run.level_region.x
