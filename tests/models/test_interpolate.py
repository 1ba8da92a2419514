"""Interpolation as an engine: exact, unrounded, and joining at its halo."""

from typing import Literal

import numpy as np
import pytest
from PIL import Image

from cozviewer.image.pixels import RgbFloat
from cozviewer.models import interpolate
from cozviewer.models.interpolate import Interpolation
from cozviewer.util.cancel import never
from cozviewer.util.errors import Cancelled

METHODS: tuple[Literal["nearest", "bicubic"], ...] = ("nearest", "bicubic")


def image(width: int, height: int) -> RgbFloat:
    return np.random.default_rng(0).random((height, width, 3), np.float32)


def test_nearest_repeats_each_pixel_sixteen_times() -> None:
    rgb = np.array([[[0, 51, 102], [255, 0, 0]]], np.uint8)
    fine = Interpolation("nearest").upscale(rgb, "", 0, never)
    assert fine.shape == (4, 8, 3)
    np.testing.assert_allclose(fine[3, 3], [0, 0.2, 0.4])
    np.testing.assert_allclose(fine[0, 4], [1, 0, 0])


def test_bicubic_is_pillows_without_its_rounding() -> None:
    rgb = (64 + image(20, 15) * 128).astype(np.uint8)  # no overshoot to be cut between
    fine = Interpolation("bicubic").upscale(rgb, "", 0, never)
    rounded = np.asarray(Image.fromarray(rgb).resize((80, 60), Image.Resampling.BICUBIC))
    assert np.abs(fine * 255 - rounded).max() < 1.6  # its two passes round twice
    assert not np.allclose(fine * 255, np.round(fine * 255), atol=0.05)


def test_bicubic_does_not_overshoot() -> None:
    rgb = np.zeros((8, 8, 3), np.uint8)
    rgb[:, 4:] = 255
    fine = Interpolation("bicubic").upscale(rgb, "", 0, never)
    assert (fine.min(), fine.max()) == (0, 1)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("size", [(1, 1), (1, 5), (6, 1), (12, 9)])
def test_a_plain_colour_stays(method: Literal["nearest", "bicubic"], size: tuple[int, int]) -> None:
    rgb = np.full((size[1], size[0], 3), 0.25, np.float32)
    fine = Interpolation(method).upscale(rgb, "", 0, never)
    assert fine.dtype == np.float32
    assert fine.flags.c_contiguous
    assert fine.shape == (4 * size[1], 4 * size[0], 3)
    np.testing.assert_allclose(fine, 0.25, rtol=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_parts_with_the_halo_join_exactly(method: Literal["nearest", "bicubic"]) -> None:
    engine, rgb = Interpolation(method), image(40, 30)
    whole = engine.upscale(rgb, "", 0, never)
    left, halo = rgb[:, : 20 + engine.halo], engine.halo
    right = rgb[:, 20 - halo :]
    joined = np.hstack(
        [
            engine.upscale(left, "", 0, never)[:, :80],
            engine.upscale(right, "", 0, never)[:, 4 * halo :],
        ]
    )
    np.testing.assert_allclose(joined, whole, atol=1e-6)


def test_what_it_says_about_itself() -> None:
    bicubic, nearest = Interpolation("bicubic"), Interpolation("nearest")
    assert (bicubic.name, nearest.name) == ("Bicubic", "Nearest")
    assert (bicubic.halo, nearest.halo) == (4, 0)
    assert bicubic.identity != nearest.identity
    assert not bicubic.generative
    assert bicubic.device == "CPU"


def test_it_can_be_stopped() -> None:
    with pytest.raises(Cancelled):
        Interpolation("bicubic").upscale(image(4, 4), "", 0, lambda: True)


def test_strips_do_not_show_and_tell_how_far_it_is() -> None:
    rgb, reported = image(9, 2 * interpolate.STRIP + 5), list[float]()
    fine = Interpolation("bicubic").upscale(rgb, "", 0, never, reported.append)
    size = (fine.shape[1], fine.shape[0])
    for each in range(3):
        whole = Image.fromarray(np.ascontiguousarray(rgb[..., each]))
        expected = np.asarray(whole.resize(size, Image.Resampling.BICUBIC)).clip(0, 1)
        np.testing.assert_allclose(fine[..., each], expected, atol=1e-6)
    assert reported == sorted(reported)
    assert (len(reported), reported[-1]) == (3, 1.0)
