"""Windows cover every pixel, fade into each other, and change nothing by themselves."""

from itertools import pairwise

import numpy as np
import pytest

from cozviewer.image.pixels import RgbFloat
from cozviewer.image.rect import Rect
from cozviewer.models.coz.tiled_diffusion import blend_weights, in_windows, window_starts


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        (16, [0]),
        (512, [0]),
        (528, [0, 16]),
        (768, [0, 256]),
        (896, [0, 384]),
        (912, [0, 192, 400]),
        (1280, [0, 384, 768]),
    ],
)
def test_windows_begin_where_they_should(length: int, expected: list[int]) -> None:
    assert window_starts(length, 512, 128, 16) == expected


@pytest.mark.parametrize("length", range(16, 3000, 16))
def test_windows_cover_an_edge_and_overlap(length: int) -> None:
    found = window_starts(length, 512, 128, 16)
    assert all(place % 16 == 0 for place in found)
    assert (found[0], max(length, 512)) == (0, found[-1] + 512)
    # Rounded to multiples, the overlap is at most one short.
    assert all(b - a <= 512 - 128 + 16 for a, b in pairwise(found))


def image(width: int, height: int) -> RgbFloat:
    return np.random.default_rng(0).random((height, width, 3), np.float32)


@pytest.mark.parametrize("size", [(16, 16), (64, 32), (80, 208), (208, 80)])
def test_windows_that_change_nothing_leave_no_trace(size: tuple[int, int]) -> None:
    rgb, seen = image(*size), []

    def run(pixels: RgbFloat, window: Rect) -> RgbFloat:
        seen.append(window)
        np.testing.assert_array_equal(
            pixels, rgb[window.y : window.bottom, window.x : window.right]
        )
        return pixels

    fine = in_windows(rgb, run, side=64, overlap=16, multiple=16)
    np.testing.assert_allclose(fine, rgb, atol=1e-6)
    assert len(seen) == len(window_starts(size[0], 64, 16, 16)) * len(
        window_starts(size[1], 64, 16, 16)
    )


def test_windows_that_disagree_fade_into_each_other() -> None:
    def run(pixels: RgbFloat, window: Rect) -> RgbFloat:
        return np.full_like(pixels, 1.0 if window.x else 0.0)

    fine = in_windows(image(112, 64), run, side=64, overlap=16, multiple=16)
    steps = np.abs(np.diff(fine[:, :, 0], axis=1))
    assert (fine[:, 0].max(), fine[:, -1].min()) == (0, 1)
    assert steps.max() <= 1 / 16 + 1e-6


def test_a_window_never_weighs_nothing() -> None:
    weights = blend_weights(64, 16)
    assert weights.min() > 0
    assert weights.max() == 1
    np.testing.assert_array_equal(weights, weights[::-1])
    np.testing.assert_allclose(weights[:16] + weights[-16:], 1)
