"""Runs begin with what earlier ones drew beyond their edges, as long as those are still there."""

import pickle
from dataclasses import replace

import numpy as np
import pytest

from cozviewer.chain.chain import Chain
from cozviewer.chain.joining.beyond import MOST_RUNS, WIDTH, Beyond, ring_of
from cozviewer.image.pixels import Rgb8, RgbFloat, part_of, to_float
from cozviewer.image.rect import Rect
from cozviewer.pyramid.geometry import TileKey
from tests.chain.conftest import MakeChain, refined
from tests.chain.fakes import DetailUpscaler
from tests.pyramid.pyramids import gentle, noise

LEFT, COVERED = Rect(0, 0, 128, 128), Rect(0, 0, 192, 192)
"""What a run was drawn for, and what it drew."""

THERE = Rect(64, 0, 192, 192)
"""What the run beside it draws: the tile 2/2/0 and what is around it."""

PRESENT = {TileKey(2, 1, 0), TileKey(2, 1, 1)}


def beside(pixels: Rgb8) -> RgbFloat:
    """Return the tiles of the first run in `THERE`, and nothing elsewhere."""
    shown = np.zeros((THERE.height, THERE.width, 3), np.float32)
    common = LEFT.intersected(THERE)
    part_of(shown, common, THERE)[:] = to_float(part_of(pixels, common, COVERED))
    return shown


def faded(beyond: Beyond, pixels: Rgb8, z: int = 2) -> RgbFloat:
    """Return what becomes of a run that drew black."""
    fine = np.zeros((THERE.height, THERE.width, 3), np.float32)
    beyond.fade(fine, THERE, beside(pixels), z, PRESENT)
    return fine


def test_it_goes_on_from_the_border_and_fades_over() -> None:
    pixels = np.full((192, 192, 3), 200, np.uint8)
    beyond = Beyond()
    beyond.remember(ring_of(2, LEFT, COVERED, pixels))
    row = faded(beyond, pixels)[100, :, 0] * 255
    border = LEFT.right - THERE.x
    assert np.allclose(row[:border], 200, atol=0.01)  # so that nothing is left to be joined
    assert row[border] > 198
    assert np.all(np.diff(row[border : border + WIDTH]) < 0)
    assert not row[border + WIDTH :].any()


@pytest.mark.parametrize("change", ["another tile", "a tile less", "no tile", "another level"])
def test_what_is_not_there_any_more_is_left(change: str) -> None:
    pixels = noise(192, 192)
    beyond = Beyond()
    beyond.remember(ring_of(2, LEFT, COVERED, pixels))
    assert faded(beyond, pixels).any()
    fine = np.zeros((THERE.height, THERE.width, 3), np.float32)
    kept = beside(pixels)
    if change == "another tile":
        kept[100, 10] += np.float32(1 / 255)
    # A tile of the run itself is missing where it is generated anew, with another prompt.
    some: dict[str, set[TileKey]] = {"no tile": set(), "a tile less": {TileKey(2, 1, 1)}}
    present = some.get(change, PRESENT)
    beyond.fade(fine, THERE, kept, 4 if change == "another level" else 2, present)
    assert not fine.any()


def test_the_last_runs_are_remembered() -> None:
    pixels = noise(192, 192)
    beyond = Beyond()
    beyond.remember(ring_of(2, LEFT, COVERED, pixels))
    for _ in range(MOST_RUNS):
        beyond.remember(ring_of(4, LEFT, COVERED, pixels))
    assert not faded(beyond, pixels).any()


class Moody(DetailUpscaler):
    """Draws stripes across, in a phase of each run's own."""

    def finer(self, rgb: RgbFloat) -> RgbFloat:
        fine = super().finer(rgb)
        rows = np.arange(fine.shape[0], dtype=np.float32)[:, None, None]
        stripes = 0.1 * np.sin(rows / 4 + self.asked[-1].seed % 7)
        return np.clip(fine + stripes.astype(np.float32), 0, 1)


def test_a_pan_shows_no_sudden_change_of_texture(chain_over: MakeChain) -> None:
    """With the step across the border alone made up for, the stripes break off there."""

    def panned(chain: Chain) -> Rgb8:
        refined(chain, 2, Rect(0, 0, 384, 384))
        refined(chain, 2, Rect(384, 0, 256, 384))
        return chain.pyramid.exact_region(2, Rect(0, 0, 640, 384))

    image = gentle(160, 96) // 2 + np.uint8(60)
    fading, joined = (chain_over(image, Moody()) for _ in range(2))
    joined.beyond = None
    for chain in (fading, joined):  # with a seed by which the phases of the two runs differ
        chain.recipe = replace(chain.recipe, seed=2)
    one, other = panned(fading).astype(int), panned(joined).astype(int)
    assert np.array_equal(one[:, :384], other[:, :384])  # what is there stays as it is
    assert not np.array_equal(one[:, 384:432], other[:, 384:432])
    assert np.array_equal(one[:, 384 + WIDTH :], other[:, 384 + WIDTH :])

    def broken(pixels: object) -> float:
        near = np.asarray(pixels)[20:-20, 383:393].mean(axis=2)
        return float(np.abs(near[:, -1] - near[:, 0]).mean())

    assert broken(one) < 0.7 * broken(other)


def test_a_ring_travels_as_one_array() -> None:
    pixels = noise(192, 192)
    ring = ring_of(2, LEFT, COVERED, pixels, {TileKey(2, 0, 0)})
    arrays = list[pickle.PickleBuffer]()
    sent = pickle.dumps(ring, 5, buffer_callback=arrays.append)
    found = pickle.loads(sent, buffers=arrays)
    assert len(ring.pieces) == 4
    assert [array.raw().nbytes for array in arrays] == [ring.size]
    assert (found.z, found.region, found.holes) == (2, LEFT, {TileKey(2, 0, 0)})
    for piece, other in zip(ring.pieces, found.pieces, strict=True):
        assert piece.rect == other.rect
        assert np.array_equal(piece.pixels, other.pixels)
