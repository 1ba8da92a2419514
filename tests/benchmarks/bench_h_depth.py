"""What texture at depth does, in figures: contrast and fidelity at every step, and NIQE at places
all over the photos of `evaluate`, whose middles hold no even texture."""

import math
import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from PIL import Image
from skimage import data

from cozviewer.chain.chain import Chain
from cozviewer.chain.fidelity import blurred
from cozviewer.chain.recipe import recipe_of
from cozviewer.evaluate.consistency import drift, lr_psnr
from cozviewer.evaluate.niqe import niqe
from cozviewer.image.pixels import Rgb8, luma_of
from cozviewer.image.rect import Rect
from cozviewer.models.context import ModelContext
from cozviewer.models.prompters import NoPrompter
from cozviewer.models.realesrgan.engine import realesrgan
from cozviewer.models.upscaler import NetworkUpscaler
from cozviewer.pyramid.geometry import STEP_LEVELS, coarser, level_name
from cozviewer.util.cancel import never
from tests.benchmarks.desk import SAMPLE, show
from tests.commands.evaluate_figures import PHOTOS
from tests.pyramid.pyramids import pyramid_of

LEVELS = (2, 4, 6, 8, 10)
SIDE = 256
"""Of the regions whose contrast is measured, in pixels of their level."""

SITES = [(x, y) for y in range(-20, 21, 10) for x in range(-20, 21, 10) if (x + y) % 20 == 0]
"""Source pixels from a textured spot to where it is measured: at x4 a region has 64 a side, but at
x1024 a fourth of one, and single pixels do not stand for a material."""

NIQE_LEVELS, NIQE_SIDE = (4, 6, 8), 512
"""As in the protocol of the paper, where the first step gets no texture."""

PLACES = ((1 / 2, 1 / 2), (1 / 3, 1 / 3), (2 / 3, 1 / 3), (1 / 3, 2 / 3), (2 / 3, 2 / 3))
"""Parts of a photo's width and height: its middle, and where its thirds meet."""

FACTOR, LEVEL = 2.0, 1.0
LEAST_PSNR, MOST_DRIFT = 38.0, 0.1


@dataclass(frozen=True)
class Spot:
    """A place whose contrast is measured.

    Attributes:
        name: What is there.
        photo: Returns the photo.
        x, y: In pixels of the photo.
        textured: Whether it shows even texture; else it is plain, or structure.
    """

    name: str
    photo: Callable[[], Rgb8]
    x: int
    y: int
    textured: bool


@dataclass(frozen=True)
class Measured:
    """Figures of a step: the contrast of its finest band, and how far it is from its parent."""

    contrast: float
    psnr: float
    drift: float


def _rgb(rgb: Rgb8) -> Rgb8:
    return np.ascontiguousarray(Image.fromarray(rgb).convert("RGB"))


def _dandelion() -> Rgb8:
    return _rgb(np.asarray(Image.open(SAMPLE)))


def _gradient() -> Rgb8:
    y, x = np.mgrid[:320, :320] / 320
    rgb = np.stack([110 + 30 * x, 120 + 25 * y, 150 + 20 * (x - y)], -1)
    return np.asarray(np.rint(rgb), np.uint8)


SPOTS = (
    Spot("dandelion, hairs", _dandelion, 427, 297, True),
    Spot("cat, fur", data.chelsea, 110, 150, True),
    Spot("coffee, wood", data.coffee, 540, 290, True),
    Spot("grass", data.grass, 256, 256, True),
    Spot("gravel", data.gravel, 256, 256, True),
    Spot("dandelion, lawn out of focus", _dandelion, 768, 612, False),
    Spot("coffee, cup", data.coffee, 300, 150, False),
    Spot("astronaut, skin", data.astronaut, 225, 150, False),
    Spot("astronaut, wall", data.astronaut, 60, 40, False),
    Spot("rocket, sky", data.rocket, 80, 100, False),
    Spot("page, letters", data.page, 150, 90, False),
    Spot("gradient", _gradient, 160, 160, False),
)


@cache
def _upscaler() -> NetworkUpscaler:
    upscaler = realesrgan(ModelContext("cpu", notice=print))
    upscaler.load()
    return upscaler


@contextmanager
def _chain(photo: Rgb8, texture: bool) -> Iterator[Chain]:
    upscaler = _upscaler()
    recipe = recipe_of(upscaler, NoPrompter(), adaptive_scale=True, photo_texture=True)
    pyramid = pyramid_of(_rgb(photo))
    recipe = replace(recipe, photo_texture=texture)
    try:
        yield Chain(pyramid, upscaler, NoPrompter(), recipe)
    finally:
        pyramid.store.close()


def _region(x: float, y: float, z: int, side: int) -> Rect:
    """Return a square of level z around a place of the photo, of whole pixels of the level
    before."""
    left, top = (round(place * 2**z - side / 2) // 4 * 4 for place in (x, y))
    return Rect(left, top, side, side)


def _pixels(chain: Chain, z: int, region: Rect) -> Rgb8:
    for _ in chain.refine(z, region, never):
        pass
    return chain.pyramid.exact_region(z, region)


def contrast(pixels: Rgb8) -> float:
    """Return the standard deviation of what a blur of two pixels takes away, in grey levels."""
    luma = luma_of(pixels.astype(np.float32))
    return float((luma - blurred(luma, 2)).std())


def test_contrast() -> None:
    print("\nh. Texture at depth: off > from the photo (contrast in grey levels, LR-PSNR in dB)")
    print(f"  {'':<29}" + "".join(f"{level_name(z):>14}" for z in LEVELS))
    every: list[list[Measured]] = []
    for spot in SPOTS:
        off, on = (_measured(spot, texture) for texture in (False, True))
        every.append(on)
        if spot.textured:
            parts = [each.contrast / on[0].contrast for each in on[2:]]
            verdict = f"{min(parts):.2f} to {max(parts):.2f} of x4 (goal: 0.5 to {FACTOR:.0f})"
        else:
            most = max(abs(a.contrast - b.contrast) for a, b in zip(off[1:], on[1:], strict=True))
            verdict = f"{most:.2f} from off (goal: <= {LEVEL:.0f})"
        print(f"  {spot.name}: {verdict}")
        for name, values in (
            ("contrast", lambda each: each.contrast),
            ("LR-PSNR", lambda each: each.psnr),
            ("drift", lambda each: each.drift),
        ):
            pairs = zip(map(values, off), map(values, on), strict=True)
            print(
                f"    {name:<27}" + "".join(f"{a:>6.2f} >{b:>6.2f}" for a, b in pairs), flush=True
            )
    deeper = [each for row in every for each in row[1:]]
    least = min(each.psnr for each in deeper)
    first = min(row[0].psnr for spot, row in zip(SPOTS, every, strict=True) if spot.textured)
    show("least LR-PSNR of a first step in texture", f"{first:.1f}", f">= {LEAST_PSNR:.0f}")
    show("least LR-PSNR from the second step on, dB", f"{least:.1f}", f">= {LEAST_PSNR:.0f}")
    show("largest drift there", f"{max(each.drift for each in deeper):.2f}", f"< {MOST_DRIFT}")


def _measured(spot: Spot, texture: bool) -> list[Measured]:
    """Return the figures of a place at each of LEVELS."""
    sites = SITES if spot.textured else [(0, 0)]
    with _chain(spot.photo(), texture) as chain:
        return [
            _joined([_at(chain, spot.x + dx, spot.y + dy, z) for dx, dy in sites]) for z in LEVELS
        ]


def _at(chain: Chain, x: int, y: int, z: int) -> Measured:
    """Return the figures of level z around a place of the photo."""
    region = _region(x, y, z, SIDE)
    pixels = _pixels(chain, z, region)
    parent = chain.pyramid.exact_region(z - STEP_LEVELS, coarser(region, STEP_LEVELS))
    return Measured(contrast(pixels), lr_psnr(pixels, parent), drift(pixels, parent))


def _joined(found: list[Measured]) -> Measured:
    """Return the contrast of several regions together, and the worst of the other figures."""
    return Measured(
        math.sqrt(statistics.fmean(each.contrast**2 for each in found)),
        min(each.psnr for each in found),
        max(each.drift for each in found),
    )


def test_niqe() -> None:
    print("\nh. NIQE at five places of each photo (lower is better): texture off > from the photo")
    everywhere: dict[int, list[tuple[float, float]]] = {z: [] for z in NIQE_LEVELS}
    for name in PHOTOS:
        photo = _rgb(getattr(data, name)())
        rows: dict[int, list[tuple[float, float]]] = {z: [] for z in NIQE_LEVELS}
        with _chain(photo, False) as off, _chain(photo, True) as on:
            for across, down in PLACES:
                x, y = photo.shape[1] * across, photo.shape[0] * down
                cells = []
                for z in NIQE_LEVELS:
                    region = _region(x, y, z, NIQE_SIDE)
                    plain = niqe(_pixels(off, z, region))
                    textured = plain
                    if _may_differ(on, z, region):
                        textured = niqe(_pixels(on, z, region))
                    if plain is not None and textured is not None:
                        rows[z].append((plain, textured))
                        cells.append(f"{level_name(z)} {plain:.1f} > {textured:.1f}")
                print(f"    {name}, {x:.0f} {y:.0f}: {', '.join(cells)}", flush=True)
        show(name, _means(rows))
        for z in NIQE_LEVELS:
            everywhere[z] += rows[z]
    show("all photos", _means(everywhere))
    changed = {z: [pair for pair in pairs if pair[0] != pair[1]] for z, pairs in everywhere.items()}
    show("   where texture is borrowed", _means(changed))
    for z, pairs in changed.items():
        better = sum(textured < plain for plain, textured in pairs)
        show(f"   better at {level_name(z)}", f"{better} of {len(pairs)}")


def _may_differ(chain: Chain, z: int, region: Rect) -> bool:
    """Return whether anything is borrowed within reach of a region of level z; elsewhere, a chain
    with texture gives the pixels of one without."""
    assert chain.texture is not None
    source = chain.pyramid.source
    near = coarser(region, z).grown(64).intersected(Rect(0, 0, source.width, source.height))
    left, top = near.x // 4 * 4, near.y // 4 * 4
    around = Rect(left, top, near.right - left, near.bottom - top)
    return bool(chain.texture.borrowed(around).any())


def _means(rows: dict[int, list[tuple[float, float]]]) -> str:
    parts = []
    for z, pairs in rows.items():
        if pairs:
            plain, textured = (statistics.fmean(each) for each in zip(*pairs, strict=True))
            parts.append(f"{level_name(z)} {plain:.1f} > {textured:.1f}")
    return ", ".join(parts)
