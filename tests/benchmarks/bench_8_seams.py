"""How regions that are drawn apart join, and how much the way to a view decides of its pixels."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from skimage import data

from cozviewer.chain.chain import Chain
from cozviewer.chain.recipe import recipe_of
from cozviewer.config.choice import CRISP, DEPTHS
from cozviewer.image.pixels import Rgb8
from cozviewer.image.rect import Rect
from cozviewer.models.context import ModelContext
from cozviewer.models.prompters import NoPrompter
from cozviewer.models.realesrgan.engine import realesrgan
from cozviewer.models.upscaler import NetworkUpscaler
from cozviewer.pyramid.geometry import TILE
from cozviewer.util.cancel import never
from tests.benchmarks.desk import show
from tests.pyramid.pyramids import pyramid_of

SIDE = 320
"""Of the photos."""

PART = 8 * TILE
"""Side of what is drawn by itself, four of which lie around a place."""


def test_seams() -> None:
    print("\n8. The mean step across borders of regions drawn apart, over that at the same places")
    print("   drawn at once; and how much both differ (mean, 99th percentile, grey levels)")
    upscaler = realesrgan(ModelContext(notice=print))
    for depth in DEPTHS:
        worst, most, highest = 0.0, 0.0, 0.0
        for name, photo in fields():
            found = []
            for z in (2, 4):
                at_once, apart = drawn(upscaler, depth, photo, z)
                found.append(step(apart) / step(at_once))
                difference = np.abs(at_once.astype(int) - apart)
                mean, high = difference.mean(), np.percentile(difference, 99)
                show(f"{depth}: {name}, x{1 << z}", f"{found[-1]:.2f}; {mean:.2f}, {high:.1f}")
                most, highest = max(most, mean), max(highest, high)
            worst = max(worst, *found)
        show(f"{depth}: the worst step", f"{worst:.2f}", "<= 1.10")
        show(f"{depth}: the largest difference", f"{most:.2f}, {highest:.1f}", "<= 0.5, 4")


def fields() -> Iterator[tuple[str, Rgb8]]:
    """Yield photos of SIDE x SIDE."""
    y, x = np.mgrid[:SIDE, :SIDE] / SIDE
    gradient = np.stack([110 + 30 * x, 120 + 25 * y, 150 + 20 * (x - y)], axis=-1)
    yield "a gradient", np.rint(gradient).astype(np.uint8)
    images = {
        "sky": data.rocket()[:, :427],
        "text": data.page(),
        "grass": data.grass(),
        "fur": data.chelsea(),
    }
    for name, image in images.items():
        rgb = image if image.ndim == 3 else image[:, :, None].repeat(3, axis=2)
        missing = [max(0, SIDE - length) for length in rgb.shape[:2]]
        edges = [(part // 2, part - part // 2) for part in missing]
        rgb = np.pad(rgb, (*edges, (0, 0)), mode="symmetric")
        top, left = (rgb.shape[0] - SIDE) // 2, (rgb.shape[1] - SIDE) // 2
        yield name, np.ascontiguousarray(rgb[top : top + SIDE, left : left + SIDE])


def drawn(upscaler: NetworkUpscaler, depth: str, photo: Rgb8, z: int) -> tuple[Rgb8, Rgb8]:
    """Return two by two parts in the middle of level z, drawn at once and one by one, both from
    the same level before."""
    middle = (SIDE << z) // 2 // TILE * TILE
    whole = Rect(middle - PART, middle - PART, 2 * PART, 2 * PART)
    parts = [Rect(middle + x, middle + y, PART, PART) for y in (-PART, 0) for x in (-PART, 0)]
    with opened(upscaler, depth, photo) as chain, opened(upscaler, depth, photo) as other:
        if z > 2:
            for each in (chain, other):
                refine(each, z - 2, coarser_with_reach(whole))
        refine(chain, z, whole)
        for part in parts:
            refine(other, z, part)
        return chain.pyramid.exact_region(z, whole), other.pyramid.exact_region(z, whole)


def coarser_with_reach(whole: Rect) -> Rect:
    """Return more of the level before than any part of a region is drawn from."""
    return Rect(whole.x // 4, whole.y // 4, whole.width // 4, whole.height // 4).grown(4 * TILE)


@contextmanager
def opened(upscaler: NetworkUpscaler, depth: str, photo: Rgb8) -> Iterator[Chain]:
    """Give a chain over a photo."""
    prompter = NoPrompter()
    recipe = recipe_of(upscaler, prompter, adaptive_scale=depth == CRISP)
    chain = Chain(pyramid_of(photo), upscaler, prompter, recipe)
    try:
        yield chain
    finally:
        chain.pyramid.store.close()


def refine(chain: Chain, z: int, region: Rect) -> None:
    for _ in chain.refine(z, region, never):
        pass


def step(pixels: Rgb8) -> float:
    """Return the mean difference between the two rows, and the two columns, in the middle."""
    near = np.s_[PART - 1 : PART + 1]
    rows, columns = pixels[near].astype(int), pixels[:, near].astype(int)
    down, across = np.abs(np.diff(rows, axis=0)), np.abs(np.diff(columns, axis=1))
    return float(down.mean() + across.mean())
