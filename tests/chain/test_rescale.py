"""Soft parts of a parent are drawn again from further away; all else is left alone."""

import random
from dataclasses import replace

import numpy as np
import pytest

from cozviewer.chain.chain import Chain
from cozviewer.chain.fidelity import blurred, shrunk
from cozviewer.chain.recipe import LEAST, recipe_of
from cozviewer.chain.rescale import FAINT, FAR_REACH, LEAST_FAR, REACH, redrawn, softness
from cozviewer.chain.runs import runs_of
from cozviewer.chain.step import draw_run, finer_core
from cozviewer.image.pixels import Rgb8, RgbFloat, padded, to_8bit, to_float
from cozviewer.image.rect import Rect
from cozviewer.pyramid.geometry import TileKey, tiles_of
from cozviewer.util.cancel import never
from tests.chain.conftest import MakeChain, refined
from tests.chain.fakes import HALO, DetailUpscaler, Silent
from tests.pyramid.pyramids import noise, put_tiles

SIDE = 128 + 2 * REACH


def edge(sigma: float, contrast: float = 0.6) -> RgbFloat:
    """Return a slanted edge through the middle, (SIDE, SIDE, 3), blurred."""
    y, x = np.mgrid[:SIDE, :SIDE]
    sharp = np.where(x + 0.3 * y < 0.65 * SIDE, 0.5 - contrast / 2, 0.5 + contrast / 2)
    image = sharp.astype(np.float32)[:, :, None].repeat(3, axis=2)
    return blurred(image, sigma) if sigma else image


def middle(plane: RgbFloat) -> RgbFloat:
    """Return what lies over the core, of a quarter of the size."""
    return plane[REACH // 4 : -(REACH // 4), REACH // 4 : -(REACH // 4)]


def cubist(far: RgbFloat) -> RgbFloat:
    """Return pixels repeated, as an upscaler that draws hard edges."""
    return far.repeat(4, axis=0).repeat(4, axis=1)


def untouched(far: RgbFloat) -> RgbFloat:
    raise AssertionError("there is nothing to draw again")


@pytest.mark.parametrize(
    ("image", "least", "most"),
    [
        pytest.param(edge(0), 0, 0.3, id="a sharp edge"),
        pytest.param(edge(3), 0.99, 1, id="a soft edge"),
        pytest.param(edge(8), 0.99, 1, id="a softer edge"),
        pytest.param(edge(3, contrast=2 / 255), 0, 0.3, id="hardly an edge"),
        pytest.param(to_float(noise(SIDE, SIDE)), 0, 0, id="noise"),
        pytest.param(np.full((SIDE, SIDE, 3), 0.3, np.float32), 0, 0, id="nothing"),
    ],
)
def test_only_contours_that_could_be_sharper_are_soft(
    image: RgbFloat, least: float, most: float
) -> None:
    soft = softness(image)
    assert soft.shape == (SIDE // 4, SIDE // 4, 1)
    assert 0 <= soft.min() <= soft.max() <= 1
    steps = np.abs(np.diff(image[:, :, :1], axis=1, append=image[:, -1:, :1]))
    steepest = shrunk(steps) >= 0.5 * shrunk(steps)[REACH // 4 : -(REACH // 4)].max()
    assert least <= float(middle(soft)[middle(steepest)].max()) <= most


@pytest.mark.parametrize("image", [to_float(noise(SIDE, SIDE)), np.zeros((SIDE, SIDE, 3), "f4")])
def test_what_has_detail_or_nothing_is_left_alone_and_costs_nothing(image: RgbFloat) -> None:
    assert redrawn(image, (REACH, REACH), (HALO, HALO), untouched, 1.0) is image


def test_what_is_soft_far_outside_the_core_costs_nothing() -> None:
    image = np.full((SIDE, SIDE, 3), 0.3, np.float32)
    image[:, :6] = edge(3)[:, SIDE // 2 : SIDE // 2 + 6]
    assert softness(image).any()
    assert redrawn(image, (96, 96), (16, 16), untouched, 1.0) is image


def test_a_soft_edge_becomes_steeper_and_stays_in_its_place() -> None:
    image, seen = edge(4), list[RgbFloat]()

    def upscale(far: RgbFloat) -> RgbFloat:
        seen.append(far)
        return cubist(far)

    result = redrawn(image, (REACH, REACH), (HALO, HALO), upscale, 1.0)
    assert [far.shape for far in seen] == [(SIDE // 4, SIDE // 4, 3)]
    assert np.array_equal(seen[0], shrunk(image))
    core = np.s_[REACH:-REACH, REACH:-REACH]
    steepest = np.abs(np.diff(image[core], axis=1)).max()
    assert np.abs(np.diff(result[core], axis=1)).max() > 1.5 * steepest
    blocks = (result - image)[core].reshape(4, 32, 4, 32, 3).mean(axis=(1, 3))
    assert np.abs(blocks).max() * 255 < 1


@pytest.mark.parametrize(
    ("reach", "shown", "frugal", "side"),
    [
        (64, 16, False, 384),
        (64, 16, True, 352),
        (64, 56, True, 368),  # all that is used
        (128, 16, False, 4 * LEAST_FAR),
        (128, 112, False, 352),
    ],
)
def test_what_is_not_used_is_not_regenerated(
    reach: int, shown: int, frugal: bool, side: int
) -> None:
    # It is soft all over.
    image = blurred(to_float(noise(SIDE, SIDE)), 6) * 6 - np.float32(2.5)
    image = np.pad(image, ((64, 64), (64, 64), (0, 0)), mode="symmetric").clip(0, 1)
    seen = list[tuple[int, ...]]()

    def upscale(far: RgbFloat) -> RgbFloat:
        seen.append(far.shape)
        return cubist(far)

    redrawn(image, (reach, reach), (shown, shown), upscale, 1.0, frugal=frugal)
    assert seen == [(side // 4, side // 4, 3)]


def soft_spot(x: int, y: int, height: int = 336, width: int = 464) -> RgbFloat:
    """Return a soft spot on grey, (height, width, 3)."""
    rows, columns = np.mgrid[:height, :width]
    bump = np.exp(-((rows - y) ** 2 + (columns - x) ** 2) / (2 * 5**2))
    return np.asarray(0.3 + 0.5 * bump[:, :, None].repeat(3, axis=2), np.float32)


@pytest.mark.parametrize(("x", "y"), [(232, 168), (80, 100), (390, 270)])
def test_only_the_rectangle_around_soft_parts_is_regenerated(x: int, y: int) -> None:
    image, seen = soft_spot(x, y), list[tuple[int, ...]]()

    def upscale(far: RgbFloat) -> RgbFloat:
        seen.append(far.shape)
        return cubist(far)

    found = redrawn(image, (REACH, REACH), (HALO, HALO), upscale, 1.0)
    whole = redrawn(image, (REACH, REACH), (HALO, HALO), upscale, 1.0, frugal=False)
    assert seen == [(LEAST_FAR, LEAST_FAR, 3), (84, 116, 3)]
    changed = np.abs(found - image).max(axis=2) > 0.01
    assert changed.any()
    core = np.s_[REACH:-REACH, REACH:-REACH]
    assert np.abs(found - whole)[core].max() < FAINT * np.abs(whole - image).max() + 1e-3


def test_the_rectangle_has_context_around_all_soft_parts() -> None:
    image, corners = soft_spot(150, 120), list[RgbFloat]()
    image = np.maximum(image, soft_spot(330, 200))

    def upscale(far: RgbFloat) -> RgbFloat:
        corners.append(far)
        return cubist(far)

    redrawn(image, (REACH, REACH), (HALO, HALO), upscale, 1.0)
    height, width = corners[0].shape[:2]
    soft = (softness(image) > FAINT)[..., 0]
    rows, columns = np.flatnonzero(soft.any(axis=1)), np.flatnonzero(soft.any(axis=0))
    margin = 2 * (FAR_REACH // 4 + 2)
    assert width == np.ptp(columns) + 1 + margin
    assert height == max(LEAST_FAR, np.ptp(rows) + 1 + margin)


def test_detail_beside_a_soft_edge_stays_as_it_is() -> None:
    image = edge(4)
    image[-REACH - 32 :] = to_float(noise(SIDE, REACH + 32))
    result = redrawn(image, (REACH, REACH), (HALO, HALO), cubist, 1.0)
    assert not np.array_equal(result[REACH : REACH + 40], image[REACH : REACH + 40])
    assert np.array_equal(result[-REACH:], image[-REACH:])


def test_what_is_far_away_has_no_influence() -> None:
    image = edge(3)
    other = image.copy()
    other[:, : REACH - 60] = to_float(noise(REACH - 60, SIDE))
    assert not np.array_equal(softness(other), softness(image))
    assert np.array_equal(middle(softness(other)), middle(softness(image)))


def drawing() -> DetailUpscaler:
    return DetailUpscaler(accepts_prompt=False)


def adaptive(chain: Chain, least: int = LEAST) -> Chain:
    recipe = replace(recipe_of(chain.upscaler, Silent(), adaptive_scale=True), least=least)
    return Chain(chain.pyramid, chain.upscaler, chain.prompter, recipe)


def drawn(chain: Chain, key: TileKey) -> Rgb8:
    """Return what a run draws of one tile."""
    (run,) = runs_of([key], chain.recipe)
    return dict(draw_run(run, chain.pyramid, chain.upscaler, chain.recipe, "", never))[key]


def soft_level(width: int, height: int) -> Rgb8:
    """Return soft contours all over a level."""
    return to_8bit(blurred(to_float(noise(width, height)), 6) * 6 - np.float32(2.5))


def test_from_the_second_step_on(chain_over: MakeChain) -> None:
    upscaler = drawing()
    chain = adaptive(chain_over(soft_level(66, 66), upscaler))
    level = soft_level(264, 264)
    put_tiles(chain.pyramid, level, list(tiles_of(2, chain.pyramid.level_rect(2))))
    for key in (TileKey(2, 0, 0), TileKey(4, 1, 1)):
        drawn(chain, key)
    core, far = 128, 256  # the least, as one tile is narrow
    assert [asked.shape for asked in upscaler.asked] == [
        (core, core, 3),
        (far // 4, far // 4, 3),
        (core, core, 3),
    ]


def differ(one: Rgb8, other: Rgb8) -> int:
    """Return the largest difference, in grey levels."""
    return int(np.abs(one.astype(int) - other).max())


def test_tiles_made_apart_are_the_level_made_at_once(chain_over: MakeChain) -> None:
    """Also beyond the image's edge. Fidelity reaches further than the halo, a little."""
    upscaler = drawing()
    chain = adaptive(chain_over(soft_level(36, 16), upscaler), LEAST // 2)
    level = soft_level(144, 64)
    put_tiles(chain.pyramid, level, list(tiles_of(2, chain.pyramid.level_rect(2))))
    whole = Rect(0, 0, 144, 64)
    context = to_float(padded(level, whole, whole.grown(REACH), "symmetric"))
    key = TileKey(4, 0, 0)
    at_once = finer_core(key, context, REACH, upscaler, chain.recipe, "", never)
    plain = replace(chain.recipe, adaptive_scale=False)
    assert not np.array_equal(
        at_once, finer_core(key, context, REACH, upscaler, plain, "", never)
    ), "something was drawn again"
    keys = list(tiles_of(4, chain.pyramid.level_rect(4)))
    random.Random(1).shuffle(keys)
    for key in keys:
        tile = drawn(chain, key)
        part = chain.pyramid.tile_rect(key)
        assert differ(tile, at_once[part.y : part.bottom, part.x : part.right]) <= 1


def test_the_same_region_by_other_ways_has_the_same_pixels(chain_over: MakeChain) -> None:
    image = soft_level(36, 16)
    at_once, by_parts = (adaptive(chain_over(image, drawing()), LEAST // 2) for _ in range(2))
    at_once.beyond = by_parts.beyond = None  # what the border of a run is drawn from is not exact
    whole = at_once.pyramid.level_rect(4)
    refined(at_once, 4, whole)
    keys = list(tiles_of(4, whole))
    random.Random(0).shuffle(keys)
    for key in keys:
        part = by_parts.pyramid.tile_rect(key)
        refined(by_parts, 4, Rect(part.x, part.y, 1, 1))
    for z in (2, 4):
        region = at_once.pyramid.level_rect(z)
        pixels = at_once.pyramid.exact_region(z, region)
        assert differ(pixels, by_parts.pyramid.exact_region(z, region)) <= 1
