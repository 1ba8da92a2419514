"""One tile: the same pixels whoever asks, joining its neighbours bit for bit."""

import numpy as np
import pytest

from cozviewer.chain.chain import Chain
from cozviewer.chain.fidelity import corrected
from cozviewer.chain.protocols import never
from cozviewer.chain.step import make_tile, parent_region
from cozviewer.pyramid.geometry import Rect, TileKey, level_rect, tiles_of
from cozviewer.pyramid.pixels import Rgb8, to_8bit, to_float
from cozviewer.pyramid.pyramid import TileMissing
from tests.chain.conftest import MakeChain
from tests.chain.fakes import HALO, DetailUpscaler, FakeUpscaler
from tests.pyramid.pyramids import cut, noise, put_tiles


def tile_of(chain: Chain, key: TileKey, prompt: str = "") -> Rgb8:
    return make_tile(key, chain.pyramid, chain.upscaler, chain.recipe, prompt, never)


def made_at_once(rgb: Rgb8, upscaler: DetailUpscaler) -> Rgb8:
    """Return the whole next level, made in one piece."""
    around = ((HALO, HALO), (HALO, HALO), (0, 0))
    parent = to_float(np.pad(rgb, around, mode="symmetric"))
    fine = corrected(upscaler.finer(parent), parent, 1.0)
    return to_8bit(fine[4 * HALO : -4 * HALO, 4 * HALO : -4 * HALO])


@pytest.mark.parametrize(
    ("key", "halo", "region"),
    [
        (TileKey(2, 1, 0), 0, Rect(128, 0, 128, 128)),
        (TileKey(4, 5, 3), 16, Rect(624, 368, 160, 160)),
        (TileKey(2, 0, 0), 16, Rect(0, 0, 144, 144)),
        (TileKey(2, 2, 1), 16, Rect(240, 112, 91, 91)),  # the right lower corner of 331 x 203
        (TileKey(4, 10, 6), 16, Rect(1264, 752, 60, 60)),
        (TileKey(202, 1 << 200, 0), 16, Rect((128 << 200) - 16, 0, 160, 144)),
    ],
)
def test_a_tile_is_made_from_a_quarter_of_its_size_and_a_halo(
    key: TileKey, halo: int, region: Rect
) -> None:
    assert parent_region(key, halo, 331, 203) == region


def test_the_upscaler_sees_the_halo_on_all_sides_even_beyond_the_picture(
    chain_over: MakeChain,
) -> None:
    upscaler = DetailUpscaler()
    chain = chain_over(noise(331, 203), upscaler)
    for key in (TileKey(2, 0, 0), TileKey(2, 1, 0), TileKey(2, 2, 1)):
        tile_of(chain, key, "a cat")
    assert [asked.shape for asked in upscaler.asked] == [
        (160, 160, 3),
        (160, 160, 3),
        (75 + 32, 75 + 32, 3),
    ]
    assert {asked.prompt for asked in upscaler.asked} == {"a cat"}


def test_a_tile_has_its_own_seed(chain_over: MakeChain) -> None:
    upscaler = FakeUpscaler()
    chain = chain_over(noise(331, 203), upscaler)
    keys = list(tiles_of(2, chain.pyramid.level_rect(2)))
    for key in keys:
        tile_of(chain, key)
    assert [asked.seed for asked in upscaler.asked] == [chain.recipe.tile_seed(key) for key in keys]


@pytest.mark.parametrize("size", [(331, 203), (128, 128), (129, 257), (1, 1), (3, 700), (700, 2)])
def test_tiles_made_apart_are_the_picture_made_at_once(
    chain_over: MakeChain, size: tuple[int, int]
) -> None:
    picture = noise(*size)
    chain = chain_over(picture, DetailUpscaler())
    whole = made_at_once(picture, DetailUpscaler())
    for key in reversed(list(tiles_of(2, chain.pyramid.level_rect(2)))):
        assert np.array_equal(tile_of(chain, key), cut(whole, chain.pyramid.tile_rect(key)))


def test_the_parents_of_a_generated_level_are_its_stored_tiles(chain_over: MakeChain) -> None:
    chain = chain_over(noise(132, 20), DetailUpscaler())
    level = noise(528, 80, seed=1)
    whole = made_at_once(level, DetailUpscaler())
    put_tiles(chain.pyramid, level, list(tiles_of(2, level_rect(2, 132, 20))))
    for key in (TileKey(4, 3, 0), TileKey(4, 1, 0), TileKey(4, 4, 0)):
        assert np.array_equal(tile_of(chain, key), cut(whole, chain.pyramid.tile_rect(key)))


def test_a_missing_parent_is_an_error_and_not_a_guess(chain_over: MakeChain) -> None:
    """A tile that is made from a stand-in would differ from the same tile made properly."""
    chain = chain_over(noise(331, 203), DetailUpscaler())
    level = noise(1324, 812)
    put_tiles(chain.pyramid, level, [TileKey(2, 0, 0)])
    tile_of(chain, TileKey(4, 1, 1))
    with pytest.raises(TileMissing, match="2/1/0"):  # only its halo is there
        tile_of(chain, TileKey(4, 3, 1))


def test_interpolation_is_not_corrected(chain_over: MakeChain) -> None:
    upscaler = DetailUpscaler(generative=False)
    chain = chain_over(noise(40, 30), upscaler)
    parent = to_float(np.pad(noise(40, 30), ((HALO,) * 2, (HALO,) * 2, (0, 0)), mode="symmetric"))
    fine = to_8bit(upscaler.finer(parent))[4 * HALO : -4 * HALO, 4 * HALO : -4 * HALO]
    assert np.array_equal(tile_of(chain, TileKey(2, 0, 0)), fine)
