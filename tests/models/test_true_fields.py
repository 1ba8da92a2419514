"""Real-ESRGAN through the whole step on pictures with known answers: a zoom stays true."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from skimage import data

from cozviewer.chain.chain import Chain
from cozviewer.chain.recipe import recipe_of
from cozviewer.evaluate.consistency import block_drift, drift, lr_psnr
from cozviewer.image.pixels import Rgb8
from cozviewer.image.rect import Rect
from cozviewer.models.prompters import NoPrompter
from cozviewer.models.realesrgan.compact import compact
from cozviewer.models.upscaler import NetworkUpscaler
from cozviewer.pyramid.geometry import TILE, tiles_of
from tests.chain.conftest import refined
from tests.pyramid.pyramids import noise, pyramid_of

WIDTH, HEIGHT = 64, 32
"""At ×4 four tiles in a row; BORDER lies between the last two."""

BORDER = 3 * TILE

Y, X = np.mgrid[:HEIGHT, :WIDTH]


def grey(values: NDArray[Any]) -> Rgb8:
    """Return whole numbers 0..255 as a picture."""
    return values.astype(np.uint8)[:, :, None].repeat(3, axis=2)


FLAT = np.full((HEIGHT, WIDTH, 3), (90, 140, 200), np.uint8)
GRADIENT = grey(40 + X)
CHECKERS = grey(np.where((X // 8 + Y // 8) % 2, 200, 60))
TEXT = grey(data.page()[20 : 20 + HEIGHT, 30 : 30 + WIDTH])
NOISE = noise(WIDTH, HEIGHT) // 4 + 96


@pytest.fixture
def compact_engine() -> NetworkUpscaler:
    """The network of drafts, which draws as a step would in a sixtieth of the time."""
    return compact(cache_dir=None, notice=pytest.fail)


@contextmanager
def chain_over(picture: Rgb8, engine: NetworkUpscaler) -> Iterator[Chain]:
    """Lend a chain with the usual recipe."""
    recipe = recipe_of(engine, NoPrompter(), adaptive_scale=True)
    chain = Chain(pyramid_of(picture), engine, NoPrompter(), recipe)
    try:
        yield chain
    finally:
        chain.pyramid.store.close()


@pytest.mark.parametrize(
    ("picture", "psnr"),
    [
        pytest.param(FLAT, 55, id="flat"),
        pytest.param(GRADIENT, 50, id="gradient"),
        pytest.param(CHECKERS, 33, id="checkers"),
        pytest.param(TEXT, 25, id="text"),
        pytest.param(NOISE, 20, id="noise"),
    ],
)
def test_a_step_shows_the_same_picture(picture: Rgb8, psnr: float, engine: NetworkUpscaler) -> None:
    with chain_over(picture, engine) as chain:
        whole = chain.pyramid.level_rect(2)
        refined(chain, 2, whole)
        fine = chain.pyramid.exact_region(2, whole)
    assert drift(fine, picture) < 1
    assert block_drift(fine, picture) < 2
    assert lr_psnr(fine, picture) >= psnr


@pytest.mark.parametrize("picture", [FLAT, GRADIENT])
def test_flat_and_gradient_stay_even_across_a_border(
    picture: Rgb8, engine: NetworkUpscaler
) -> None:
    with chain_over(picture, engine) as chain:
        whole = chain.pyramid.level_rect(2)
        refined(chain, 2, Rect(0, 0, BORDER, whole.height))
        refined(chain, 2, whole)  # the last tile in a run of its own
        fine = chain.pyramid.exact_region(2, whole).astype(int)
    ideal = picture.astype(int).repeat(4, axis=0).repeat(4, axis=1)
    assert np.abs(fine - ideal).max() <= 4
    # Those between parent pixels, as the border is: a rounded gradient steps there.
    steps = np.abs(np.diff(fine, axis=1)).mean(axis=(0, 2))[3::4]
    border = (BORDER - 1) // 4
    beside = max(steps[:border].mean(), steps[border + 1 :].mean())
    assert steps[border] <= 1.1 * beside + 0.1


@pytest.mark.parametrize(
    ("network", "last"),
    [
        ("engine", 2),
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
    picture = np.ascontiguousarray(data.hubble_deep_field()[440:448, 480 : 480 + side])
    with chain_over(picture, upscaler) as one, chain_over(picture, upscaler) as other:
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
