"""One run: tiles like those of the level drawn at once, joined to the tiles that are there."""

import random
from dataclasses import replace

import numpy as np
import pytest

from cozviewer.chain.chain import Chain
from cozviewer.chain.fidelity import OF_PHOTO, OF_STEP, Correction, corrected
from cozviewer.chain.recipe import recipe_of
from cozviewer.chain.runs import runs_of
from cozviewer.chain.step import draw_run, parent_region
from cozviewer.image.pixels import Rgb8, RgbFloat, to_8bit, to_float
from cozviewer.image.rect import Rect
from cozviewer.pyramid.geometry import TileKey, level_rect, tile_rect, tiles_of
from cozviewer.pyramid.pyramid import TileMissing
from cozviewer.util.cancel import never
from tests.chain.conftest import MakeChain
from tests.chain.fakes import HALO, DetailUpscaler, FakeUpscaler, Silent
from tests.pyramid.pyramids import cut, gentle, noise, put_tiles


def drawn(chain: Chain, *keys: TileKey, prompt: str = "") -> dict[TileKey, Rgb8]:
    """Return what a run draws of tiles that fill a rectangle."""
    (run,) = runs_of(keys, chain.recipe)
    return dict(draw_run(run, chain.pyramid, chain.upscaler, chain.recipe, prompt, never))


def keep(chain: Chain, tiles: dict[TileKey, Rgb8], shift: int = 0) -> None:
    """Store tiles, made brighter by some grey levels."""
    store = chain.pyramid.store
    step = store.begin_step(chain.step(2, Rect(0, 0, 128, 128), ""))
    for key, pixels in tiles.items():
        store.put(key, pixels + np.uint8(shift), step)


def made_at_once(rgb: Rgb8, upscaler: DetailUpscaler, correction: Correction = OF_PHOTO) -> Rgb8:
    """Return the whole next level, made in one piece."""
    around = ((HALO, HALO), (HALO, HALO), (0, 0))
    parent = to_float(np.pad(rgb, around, mode="symmetric"))
    fine = corrected(upscaler.finer(parent), parent, 1.0, correction)
    return to_8bit(fine[4 * HALO : -4 * HALO, 4 * HALO : -4 * HALO])


@pytest.mark.parametrize(
    ("z", "level_region", "halo", "region"),
    [
        (2, Rect(128, 0, 128, 128), 0, Rect(32, 0, 32, 32)),
        (4, Rect(640, 384, 128, 128), 16, Rect(144, 80, 64, 64)),
        (4, Rect(640, 384, 512, 256), 16, Rect(144, 80, 160, 96)),
        (2, Rect(0, 0, 128, 128), 16, Rect(0, 0, 48, 48)),
        (2, Rect(256, 128, 128, 128), 16, Rect(48, 16, 35, 35)),  # the right lower corner
        (4, Rect(1280, 768, 128, 128), 16, Rect(304, 176, 28, 28)),
        (202, Rect(1 << 207, 0, 128, 128), 16, Rect((1 << 205) - 16, 0, 64, 48)),
    ],
)
def test_a_region_is_made_from_a_quarter_of_its_size_and_a_halo(
    z: int, level_region: Rect, halo: int, region: Rect
) -> None:
    recipe = recipe_of(FakeUpscaler(halo=halo), Silent())
    assert parent_region(level_region, z, recipe, 83, 51) == region


def test_the_upscaler_is_shown_the_halo_on_all_sides_even_beyond_the_image(
    chain_over: MakeChain,
) -> None:
    upscaler = DetailUpscaler()
    chain = chain_over(noise(42, 26), upscaler)
    drawn(chain, TileKey(2, 0, 0), TileKey(2, 1, 0), prompt="a cat")
    drawn(chain, TileKey(2, 2, 1), prompt="a cat")
    assert [asked.shape for asked in upscaler.asked] == [
        (16 + 2 * 56, 32 + 2 * 48, 3),  # at least 128 a side
        (10 + 2 * 60, 10 + 2 * 60, 3),
    ]
    assert {asked.prompt for asked in upscaler.asked} == {"a cat"}


def test_a_run_has_the_seed_of_its_first_tile(chain_over: MakeChain) -> None:
    upscaler = FakeUpscaler()
    chain = chain_over(noise(42, 26), upscaler)
    drawn(chain, TileKey(2, 1, 0), TileKey(2, 2, 0), TileKey(2, 1, 1), TileKey(2, 2, 1))
    assert [asked.seed for asked in upscaler.asked] == [chain.recipe.tile_seed(TileKey(2, 1, 0))]


@pytest.mark.parametrize("size", [(83, 51), (32, 32), (33, 65), (1, 1), (3, 175), (175, 2)])
def test_tiles_drawn_apart_are_the_image_made_at_once(
    chain_over: MakeChain, size: tuple[int, int]
) -> None:
    """Where the upscaler sees no further than the halo, to the last bit: rounding is no
    difference that a border would have to be joined for."""
    image = noise(*size)
    chain = chain_over(image, DetailUpscaler())
    chain.recipe = replace(chain.recipe, least=64)
    whole = made_at_once(image, DetailUpscaler())
    keys = list(tiles_of(2, chain.pyramid.level_rect(2)))
    random.Random(0).shuffle(keys)
    for key in keys:
        tiles = drawn(chain, key)
        assert np.array_equal(tiles[key], cut(whole, chain.pyramid.tile_rect(key)))
        keep(chain, tiles)


def test_the_parents_of_a_generated_level_are_its_stored_tiles(chain_over: MakeChain) -> None:
    chain = chain_over(noise(33, 5), DetailUpscaler())
    level = noise(132, 20, seed=1)
    whole = made_at_once(level, DetailUpscaler(), OF_STEP)
    put_tiles(chain.pyramid, level, list(tiles_of(2, level_rect(2, 33, 5))))
    for key in (TileKey(4, 3, 0), TileKey(4, 1, 0), TileKey(4, 4, 0)):
        assert np.array_equal(drawn(chain, key)[key], cut(whole, chain.pyramid.tile_rect(key)))


def test_a_missing_parent_is_an_error_and_not_a_guess(chain_over: MakeChain) -> None:
    """A tile that is made from a stand-in would differ from the same tile made properly."""
    chain = chain_over(noise(42, 26), DetailUpscaler())
    chain.recipe = replace(chain.recipe, least=0)
    level = noise(168, 104)
    put_tiles(chain.pyramid, level, [TileKey(2, 0, 0)])
    drawn(chain, TileKey(4, 1, 1))
    with pytest.raises(TileMissing, match="2/1/0"):  # only its halo is there
        drawn(chain, TileKey(4, 3, 1))


def test_interpolation_is_neither_corrected_nor_joined(chain_over: MakeChain) -> None:
    upscaler = DetailUpscaler(generative=False)
    chain = chain_over(noise(30, 15), upscaler)
    parent = to_float(np.pad(noise(30, 15), ((HALO,) * 2, (HALO,) * 2, (0, 0)), mode="symmetric"))
    fine = to_8bit(upscaler.finer(parent))[4 * HALO : -4 * HALO, 4 * HALO : -4 * HALO]
    right = TileKey(2, 1, 0)
    keep(chain, {TileKey(2, 0, 0): cut(fine, Rect(0, 0, 64, 60))}, shift=9)
    assert np.array_equal(drawn(chain, right)[right], cut(fine, chain.pyramid.tile_rect(right)))


# -- Joining what is there


class Wavering(DetailUpscaler):
    """Draws everything a little brighter or darker, each run otherwise."""

    def finer(self, rgb: RgbFloat) -> RgbFloat:
        shift = np.float32((self.asked[-1].seed % 7 - 3) / 255)
        return super().finer(rgb) + shift


NEIGHBOURS = [
    pytest.param([(0, 1)], id="left"),
    pytest.param([(2, 1)], id="right"),
    pytest.param([(1, 0)], id="above"),
    pytest.param([(1, 2)], id="below"),
    pytest.param([(0, 1), (1, 0), (0, 0)], id="a corner"),
    pytest.param([(0, 1), (1, 0)], id="a corner without the tile in it"),
    pytest.param([(0, 1), (2, 1)], id="both sides"),
    pytest.param([(x, y) for x in range(3) for y in range(3) if (x, y) != (1, 1)], id="all"),
]


@pytest.mark.parametrize("there", NEIGHBOURS)
@pytest.mark.parametrize("shift", [0, 4])
def test_a_border_shows_no_step(
    chain_over: MakeChain, there: list[tuple[int, int]], shift: int
) -> None:
    """What is stored stays as it is, though it is brighter than what this run draws."""
    image = gentle(48, 48) // 2 + np.uint8(60)
    chain = chain_over(image, DetailUpscaler())
    chain.recipe = replace(chain.recipe, fidelity=0.0)
    alone = drawn(chain, TileKey(2, 1, 1))[TileKey(2, 1, 1)].astype(int)
    kept: dict[TileKey, Rgb8] = {}
    for place in there:
        key = TileKey(2, *place)
        kept |= drawn(chain, key)
    keep(chain, kept, shift)
    key = TileKey(2, 1, 1)
    joined = drawn(chain, key)[key].astype(int)
    change = joined - alone
    if not shift:
        assert not change.any()
        return
    # At the border as bright as what is there, then less and less, in the middle as drawn.
    edges = {
        (0, 1): change[20:-20, 0],
        (2, 1): change[20:-20, -1],
        (1, 0): change[0, 20:-20],
        (1, 2): change[-1, 20:-20],
    }
    for place, edge in edges.items():
        if place in there:
            assert np.abs(edge - shift).max() <= 1
        else:
            assert not edge.any()
    assert not change[20:-20, 20:-20].any()
    assert change.min() >= 0
    assert change.max() <= shift + 3  # where borders cross, too
    if {(0, 1), (1, 0)} <= set(there):
        assert change[0, 0].min() >= shift - 1


def test_what_is_there_within_a_run_is_joined_too_and_not_drawn_again(
    chain_over: MakeChain,
) -> None:
    chain = chain_over(gentle(48, 48) // 2 + np.uint8(60), DetailUpscaler())
    ring = [key for key in tiles_of(2, level_rect(2, 48, 48)) if key != TileKey(2, 1, 1)]
    alone = drawn(chain, *ring, TileKey(2, 1, 1))
    keep(chain, {TileKey(2, 1, 1): alone[TileKey(2, 1, 1)]}, shift=6)
    tiles: dict[TileKey, Rgb8] = {}
    for run in runs_of(ring, chain.recipe):
        tiles |= dict(draw_run(run, chain.pyramid, chain.upscaler, chain.recipe, "", never))
    assert set(tiles) == set(ring)
    above, before = tiles[TileKey(2, 1, 0)].astype(int), alone[TileKey(2, 1, 0)]
    assert np.abs((above - before)[-1, 20:-20] - 6).max() <= 1
    assert not (above - before)[:-28].any()


def test_runs_that_waver_join_to_an_image_without_borders(chain_over: MakeChain) -> None:
    chain = chain_over(np.full((32, 48, 3), 128, np.uint8), Wavering())
    chain.recipe = replace(chain.recipe, fidelity=0.0)
    keys = list(tiles_of(2, chain.pyramid.level_rect(2)))
    random.Random(1).shuffle(keys)
    apart: dict[TileKey, Rgb8] = {}
    for key in keys:
        apart |= drawn(chain, key)
        keep(chain, {key: apart[key]})
    level = chain.pyramid.exact_region(2, chain.pyramid.level_rect(2)).astype(int)
    assert len({tile_rect(key) for key in keys}) == 6
    assert np.ptp(level) >= 2  # the runs differ
    assert np.abs(np.diff(level, axis=0)).max() <= 1
    assert np.abs(np.diff(level, axis=1)).max() <= 1
