"""What a result has in common with its parent, in figures that can be reckoned by hand."""

import math

import numpy as np
import pytest

from cozviewer.evaluate.consistency import BEST_PSNR, block_drift, drift, lr_psnr, shrunk
from cozviewer.image.pixels import Rgb8
from tests.pyramid.images import noise

PARENT = noise(128, 128) // 2 + 60
"""No change of a few grey levels meets black or white."""


def nearest(image: Rgb8) -> Rgb8:
    return image.repeat(4, axis=0).repeat(4, axis=1)


def test_repeated_pixels_are_the_parent() -> None:
    result = nearest(PARENT)
    assert np.array_equal(shrunk(result), PARENT)
    assert lr_psnr(result, PARENT) == BEST_PSNR
    assert drift(result, PARENT) == block_drift(result, PARENT) == 0


def test_detail_that_evens_out_is_no_difference() -> None:
    result = nearest(PARENT)
    result[::2] += 9
    result[1::2] -= 9
    assert lr_psnr(result, PARENT) == BEST_PSNR


def test_a_brighter_image_has_the_psnr_of_its_shift() -> None:
    result = nearest(PARENT) + 5
    assert lr_psnr(result, PARENT) == pytest.approx(20 * math.log10(255 / 5))
    assert drift(result, PARENT) == block_drift(result, PARENT) == pytest.approx(5)


@pytest.mark.parametrize("shift", [3, -3])
def test_drift_is_that_of_the_channel_that_shifts_most(shift: int) -> None:
    result = nearest(PARENT).astype(np.int16)
    result[..., 0] += 1
    result[..., 2] += shift
    pixels = result.astype(np.uint8)
    assert drift(pixels, PARENT) == pytest.approx(3)
    assert lr_psnr(pixels, PARENT) == pytest.approx(10 * math.log10(255**2 / ((1 + 9) / 3)))


def test_shifts_that_cancel_out_show_in_the_blocks() -> None:
    result = nearest(PARENT)
    result[:128, :128, 1] += 8  # one of 16 blocks
    result[-128:, -128:, 1] -= 8
    assert drift(result, PARENT) == pytest.approx(0, abs=1e-9)
    assert block_drift(result, PARENT) == pytest.approx(8)


def test_half_a_grey_level_counts() -> None:
    result = nearest(PARENT)
    result[::2] += 1
    assert drift(result, PARENT) == pytest.approx(0.5)
