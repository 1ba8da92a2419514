"""Real-ESRGAN through the whole step on images with known answers: a zoom stays true."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from skimage import data

from cozviewer.chain.chain import Chain
from cozviewer.chain.protocols import Progressed, Upscaler, ignore
from cozviewer.chain.recipe import LEAST, recipe_of
from cozviewer.evaluate.consistency import block_drift, drift, lr_psnr
from cozviewer.image.pixels import Rgb8, RgbFloat
from cozviewer.image.rect import Rect
from cozviewer.models.prompters import NoPrompter
from cozviewer.models.realesrgan.compact import compact
from cozviewer.models.upscaler import NetworkUpscaler
from cozviewer.pyramid.geometry import TILE, tiles_of
from cozviewer.util.cancel import IsCancelled, never
from tests.chain.conftest import refined
from tests.pyramid.pyramids import noise, pyramid_of

WIDTH, HEIGHT = 32, 32
"""At ×4 two tiles in a row."""

EVEN_WIDTH = 64
"""At ×4 four tiles in a row; BORDER lies between the last two."""

BORDER = 3 * TILE

CONTEXT = 64
"""Least side of what the network gets, in parent pixels: half of the usual."""

Y, X = np.mgrid[:HEIGHT, :EVEN_WIDTH]


def grey(values: NDArray[Any]) -> Rgb8:
    """Return whole numbers 0..255 as an image."""
    return values.astype(np.uint8)[:, :, None].repeat(3, axis=2)


FLAT = np.full((HEIGHT, EVEN_WIDTH, 3), (90, 140, 200), np.uint8)
GRADIENT = grey(40 + X)
CHECKERS = grey(np.where((X // 8 + Y // 8) % 2, 200, 60)[:, :WIDTH])
TEXT = grey(data.page()[20 : 20 + HEIGHT, 30 : 30 + WIDTH])
NOISE = noise(WIDTH, HEIGHT) // 4 + 96


@pytest.fixture
def compact_engine() -> NetworkUpscaler:
    """The network of drafts, which draws as a step would in a sixtieth of the time."""
    return compact(cache_dir=None, notice=pytest.fail)


class Remembered:
    """An engine that draws the same pixels once, however many recipes make something of them."""

    generative = True
    accepts_prompt = False

    def __init__(self, engine: NetworkUpscaler) -> None:
        self._engine, self._drawn = engine, dict[bytes, RgbFloat]()
        self.name, self.identity, self.halo = engine.name, engine.identity, engine.halo
        self.device = engine.device

    def load(self, cancelled: IsCancelled = never) -> None:
        self._engine.load(cancelled)

    def upscale(
        self,
        rgb: Rgb8 | RgbFloat,
        prompt: str,
        seed: int,
        cancelled: IsCancelled,
        progressed: Progressed = ignore,
    ) -> RgbFloat:
        key = repr(rgb.shape).encode() + rgb.tobytes()
        if key not in self._drawn:
            self._drawn[key] = self._engine.upscale(rgb, prompt, seed, cancelled, progressed)
        return self._drawn[key].copy()


@contextmanager
def chain_over(
    image: Rgb8,
    engine: Upscaler,
    *,
    fidelity: float = 1.0,
    adaptive_scale: bool = True,
    least: int = CONTEXT,
) -> Iterator[Chain]:
    """Lend a chain with the usual recipe, or nearly."""
    recipe = recipe_of(engine, NoPrompter(), fidelity=fidelity, adaptive_scale=adaptive_scale)
    recipe = replace(recipe, least=least)
    chain = Chain(pyramid_of(image), engine, NoPrompter(), recipe)
    try:
        yield chain
    finally:
        chain.pyramid.store.close()


MARGIN = 8
"""Rows between fields of one image, above and below each: how far they show in each other."""

FIELDS = {"checkers": CHECKERS, "text": TEXT, "noise": NOISE}
EVEN_FIELDS = {"flat": FLAT, "gradient": GRADIENT}


def one_below_the_other(*fields: Rgb8) -> Rgb8:
    """Return one image of several, each with `MARGIN`."""
    around = ((MARGIN, MARGIN), (0, 0), (0, 0))
    return np.concatenate([np.pad(field, around, "edge") for field in fields])


def part_of(fine: Rgb8, index: int) -> Rgb8:
    """Return one of them after a step."""
    top = 4 * (index * (HEIGHT + 2 * MARGIN) + MARGIN)
    return fine[top : top + 4 * HEIGHT]


@pytest.fixture(scope="module")
def step(quick_engine: NetworkUpscaler) -> Rgb8:
    """`FIELDS` in one image, enlarged by a step."""
    with chain_over(one_below_the_other(*FIELDS.values()), quick_engine) as chain:
        whole = chain.pyramid.level_rect(2)
        refined(chain, 2, whole)
        return chain.pyramid.exact_region(2, whole)


@pytest.fixture(scope="module")
def halves(quick_engine: NetworkUpscaler) -> Rgb8:
    """`EVEN_FIELDS` in one image, enlarged by a step, the last tiles in a run of their own."""
    both = one_below_the_other(*EVEN_FIELDS.values())
    with chain_over(both, quick_engine, least=LEAST) as chain:  # bf16 is less even with less
        whole = chain.pyramid.level_rect(2)
        refined(chain, 2, Rect(0, 0, BORDER, whole.height))
        refined(chain, 2, whole)
        return chain.pyramid.exact_region(2, whole)


@pytest.mark.parametrize(("name", "psnr"), [("checkers", 33), ("text", 25), ("noise", 20)])
def test_a_step_shows_the_same_image(name: str, psnr: float, step: Rgb8) -> None:
    check_same(FIELDS[name], part_of(step, [*FIELDS].index(name)), psnr)


@pytest.mark.parametrize(("name", "psnr"), [("flat", 55), ("gradient", 50)])
def test_what_is_even_shows_the_same_image(name: str, psnr: float, halves: Rgb8) -> None:
    check_same(EVEN_FIELDS[name], part_of(halves, [*EVEN_FIELDS].index(name)), psnr)


def check_same(image: Rgb8, fine: Rgb8, psnr: float) -> None:
    """Check what a step made of an image by what it shows when it is reduced again."""
    assert drift(fine, image) < 1
    assert block_drift(fine, image) < 2
    assert lr_psnr(fine, image) >= psnr


@pytest.fixture(scope="module")
def drawn(quick_engine: NetworkUpscaler) -> Remembered:
    """What several recipes make something of."""
    return Remembered(quick_engine)


STARS = np.ascontiguousarray(data.hubble_deep_field()[704:720, 712:728])


def test_fidelity_decides_how_true_it_stays(drawn: Remembered) -> None:
    departures = []
    for fidelity in (0.0, 0.5, 1.0):
        with chain_over(STARS, drawn, fidelity=fidelity) as chain:
            whole = chain.pyramid.level_rect(2)
            refined(chain, 2, whole)
            fine = chain.pyramid.exact_region(2, whole).astype(np.float64)
        shrunk = fine.reshape(16, 4, 16, 4, 3).mean((1, 3))
        departures.append(float(np.sqrt(np.mean((shrunk - STARS) ** 2))))
    free, between, faithful = departures
    assert free > 1.2 * between > 1.2 * 1.2 * faithful


def test_depth_decides_how_crisp_the_second_step_is(drawn: Remembered) -> None:
    greys = []
    for crisp in (False, True):
        with chain_over(STARS, drawn, adaptive_scale=crisp) as chain:
            whole = chain.pyramid.level_rect(4)
            refined(chain, 4, whole)
            greys.append(chain.pyramid.exact_region(4, whole).astype(np.float64).mean(axis=2))
    changed = np.abs(greys[1] - greys[0])[:, 1:] > 2
    before, after = (float(np.sqrt((np.diff(grey)[changed] ** 2).mean())) for grey in greys)
    assert after > 1.2 * before  # measured: 1.5


@pytest.mark.parametrize("name", EVEN_FIELDS)
def test_flat_and_gradient_stay_even_across_a_border(name: str, halves: Rgb8) -> None:
    image = EVEN_FIELDS[name]
    fine = part_of(halves, [*EVEN_FIELDS].index(name)).astype(int)
    ideal = image.astype(int).repeat(4, axis=0).repeat(4, axis=1)
    difference = np.abs(fine - ideal)
    assert difference.mean() < 0.75  # measured: 0.3 in fp32, 0.5 in bf16
    assert difference.max() <= 4
    # Those between parent pixels, as the border is: a rounded gradient steps there.
    steps = np.abs(np.diff(fine, axis=1)).mean(axis=(0, 2))[3::4]
    border = (BORDER - 1) // 4
    beside = max(steps[:border].mean(), steps[border + 1 :].mean())
    assert steps[border] <= 1.1 * beside + 0.1


@pytest.mark.parametrize(
    ("network", "last"),
    [
        ("quick_engine", 2),
        ("compact_engine", 4),  # two steps, with what is soft drawn from further away
    ],
)
def test_steps_by_other_ways_look_the_same(
    network: str, last: int, request: pytest.FixtureRequest
) -> None:
    """All tiles in one run, or in one each, the last one first. No pixel is far from a border here:
    it is the worst way there is."""
    upscaler: NetworkUpscaler = request.getfixturevalue(network)
    side = 16 if last == 4 else 32  # four tiles and two
    image = np.ascontiguousarray(data.hubble_deep_field()[440:448, 480 : 480 + side])
    least = LEAST if last == 4 else 96
    with (
        chain_over(image, upscaler, least=least) as one,
        chain_over(image, upscaler, least=least) as other,
    ):
        whole = one.pyramid.level_rect(last)
        refined(one, last, whole)
        for key in reversed(list(tiles_of(last, whole))):
            tile = other.pyramid.tile_rect(key)
            refined(other, last, Rect(tile.right - 1, tile.y, 1, 1))
        for z in range(2, last + 1, 2):
            region = one.pyramid.level_rect(z)
            pixels = one.pyramid.exact_region(z, region).astype(int)
            difference = np.abs(pixels - other.pyramid.exact_region(z, region))
            assert difference.mean() <= 1.5
            assert np.percentile(difference, 99) <= 10
