"""A model that only waits, to measure what the cluster costs besides."""

import time
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from cozviewer.chain.chain import Chain
from cozviewer.chain.protocols import Notice, Progressed, ignore
from cozviewer.chain.recipe import recipe_of
from cozviewer.image.pixels import Rgb8, RgbFloat
from cozviewer.image.source import source_from_pixels
from cozviewer.pyramid.geometry import STEP_SCALE
from cozviewer.pyramid.pyramid import Pyramid
from cozviewer.pyramid.store.store import StoreKey, TileStore
from cozviewer.util.cancel import IsCancelled
from tests.chain.fakes import FakeUpscaler, Silent
from tests.cluster.works import FakeModels


@dataclass
class Sleeper(FakeUpscaler):
    """Waits, then returns grey pixels that the seed decides.

    Attributes:
        seconds: Duration of a run.
    """

    seconds: float = 0.03
    halo: int = 0

    def upscale(
        self,
        rgb: Rgb8 | RgbFloat,
        prompt: str,
        seed: int,
        cancelled: IsCancelled,
        progressed: Progressed = ignore,
    ) -> RgbFloat:
        time.sleep(self.seconds)
        size = (rgb.shape[0] * STEP_SCALE, rgb.shape[1] * STEP_SCALE, 3)
        return np.full(size, np.float32(seed % 251 / 250))


def sleeping(seconds: float, joins: bool) -> FakeModels:
    """Return models that wait.

    Args:
        joins: Whether runs are joined, as those of a generative model.
    """
    upscaler = Sleeper(seconds=seconds, generative=joins, halo=4 if joins else 0)
    prompter = Silent()
    recipe = replace(recipe_of(upscaler, prompter), least=0)  # small units have few neighbours
    return FakeModels(upscaler, prompter, recipe)


def on_node(
    seconds: float, joins: bool, files: dict[str, Path], numbers: str, notice: Notice
) -> FakeModels:
    """See `cozviewer.cluster.worker.MakeModels`."""
    return sleeping(seconds, joins)


def make(seconds: float, joins: bool) -> "partial[FakeModels]":
    """Return the `MakeModels` of `sleeping`."""
    return partial(on_node, seconds, joins)


def sleeping_chain(
    width: int, height: int, seconds: float, joins: bool, path: Path, largest: int
) -> Chain:
    """Return a chain over a grey photo; `largest` as of `Recipe`."""
    made = sleeping(seconds, joins)
    source = source_from_pixels(np.full((height, width, 3), 99, np.uint8), "grey.png")
    key = StoreKey(source.digest, source.name, width, height, made.recipe.digest, made.recipe.text)
    pyramid = Pyramid(source, TileStore.open(path, key, ignore))
    return Chain(pyramid, made.upscaler, made.prompter, replace(made.recipe, largest=largest))
