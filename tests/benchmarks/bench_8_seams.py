"""How tiles that are made apart join: the step across their borders, two zoom steps deep."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from skimage import data

from cozviewer.chain.choice import CRISP, DEPTHS
from cozviewer.chain.protocols import never
from cozviewer.chain.recipe import Recipe, recipe_of
from cozviewer.chain.rescale import REACH
from cozviewer.chain.step import finer_core
from cozviewer.models.prompters import NoPrompter
from cozviewer.models.realesrgan import realesrgan
from cozviewer.models.upscaler import NetworkUpscaler
from cozviewer.pyramid.geometry import STEP_SCALE, TILE, TileKey
from cozviewer.pyramid.pixels import Rgb8, to_float
from tests.benchmarks.desk import show

CORE = TILE // STEP_SCALE
"""Side of what a tile is made from, without what is around it."""

SIDE = 2 * (CORE + REACH)
"""Side of what two by two tiles are made from."""


def test_seams() -> None:
    print("\n8. The mean step across borders of tiles, over that at the same places made at once")
    upscaler = realesrgan(cache_dir=None, notice=print)
    upscaler._part = SIDE  # what is made at once must have no parts
    for depth in DEPTHS:
        recipe = recipe_of(upscaler, NoPrompter(), adaptive_scale=depth == CRISP)
        drawing, worst = Drawing(upscaler, recipe), 0.0
        for name, parent in fields():
            found = []
            for z in (2, 4):
                at_once = drawing.drawn(z, parent)
                found.append(step(drawing.apart(z, parent)) / step(at_once))
                parent = at_once[TILE - SIDE // 2 :, TILE - SIDE // 2 :][:SIDE, :SIDE]
            show(f"{depth}: {name}, x4 and x16", f"{found[0]:.2f}, {found[1]:.2f}")
            worst = max(worst, *found)
        show(f"{depth}: the worst", f"{worst:.2f}", "<= 1.10")


def fields() -> Iterator[tuple[str, Rgb8]]:
    """Yield pictures of SIDE x SIDE."""
    y, x = np.mgrid[:SIDE, :SIDE] / SIDE
    gradient = np.stack([110 + 30 * x, 120 + 25 * y, 150 + 20 * (x - y)], axis=-1)
    yield "a gradient", np.rint(gradient).astype(np.uint8)
    pictures = {
        "sky": data.rocket()[:, :427],
        "text": data.page(),
        "grass": data.grass(),
        "fur": data.chelsea(),
    }
    for name, picture in pictures.items():
        rgb = picture if picture.ndim == 3 else picture[:, :, None].repeat(3, axis=2)
        missing = [max(0, SIDE - length) for length in rgb.shape[:2]]
        edges = [(part // 2, part - part // 2) for part in missing]
        rgb = np.pad(rgb, (*edges, (0, 0)), mode="symmetric")
        top, left = (rgb.shape[0] - SIDE) // 2, (rgb.shape[1] - SIDE) // 2
        yield name, np.ascontiguousarray(rgb[top : top + SIDE, left : left + SIDE])


@dataclass(frozen=True)
class Drawing:
    """Draws tiles with a model."""

    upscaler: NetworkUpscaler
    recipe: Recipe

    def apart(self, z: int, parent: Rgb8) -> Rgb8:
        """Return two by two tiles, each made by itself."""
        whole = np.empty((2 * TILE, 2 * TILE, 3), np.uint8)
        around = CORE + 2 * REACH
        for row in (0, 1):
            for column in (0, 1):
                context = parent[row * CORE :, column * CORE :][:around, :around]
                whole[row * TILE :, column * TILE :][:TILE, :TILE] = self.drawn(z, context)
        return whole

    def drawn(self, z: int, context: Rgb8) -> Rgb8:
        """Return what becomes of pixels and REACH more on every side."""
        key, pixels = TileKey(z, 0, 0), to_float(context)
        return finer_core(key, pixels, REACH, self.upscaler, self.recipe, "", never)


def step(pixels: Rgb8) -> float:
    """Return the mean difference between the two rows, and the two columns, in the middle."""
    near = np.s_[TILE - 1 : TILE + 1]
    rows, columns = pixels[near].astype(int), pixels[:, near].astype(int)
    down, across = np.abs(np.diff(rows, axis=0)), np.abs(np.diff(columns, axis=1))
    return float(down.mean() + across.mean())
