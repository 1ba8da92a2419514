"""Consistency of a result with its low-resolution parent: downscaled by 4, they should be equal.

The parent is the input of the step, the centre of the previous state. Figures are in 8-bit grey
levels, as images are saved.
"""

import math

import numpy as np
from numpy.typing import NDArray

from cozviewer.image.pixels import Rgb8
from cozviewer.pyramid.geometry import STEP_SCALE

BEST_PSNR = 100.0
"""Value for no difference at all, in dB. Rounding to 8 bits limits a downscaled result to about
71 dB."""

BLOCK = 32
"""Side of the blocks whose means are compared, in parent pixels."""


def shrunk(result: Rgb8) -> NDArray[np.float64]:
    """Return the mean of each 4x4 pixels, not rounded: (4H, 4W, 3) becomes (H, W, 3)."""
    return _block_means(result, STEP_SCALE)


def lr_psnr(result: Rgb8, parent: Rgb8) -> float:
    """Return the PSNR of the downscaled result against its parent, over all three channels, with a
    peak of 255, in dB; at most `BEST_PSNR`.

    Args:
        result: (4H, 4W, 3) uint8.
        parent: (H, W, 3) uint8.
    """
    error = float(np.mean((shrunk(result) - parent) ** 2))
    return min(BEST_PSNR, 10 * math.log10(255**2 / error)) if error else BEST_PSNR


def drift(result: Rgb8, parent: Rgb8) -> float:
    """Return the largest mean shift of a channel against the parent, in grey levels. Arguments as
    for `lr_psnr`."""
    return float(np.abs((shrunk(result) - parent).mean(axis=(0, 1))).max())


def block_drift(result: Rgb8, parent: Rgb8) -> float:
    """Return the largest such shift in any block of 32x32 parent pixels: local colour shifts may
    cancel out on average. Arguments as for `lr_psnr`; H and W are divisible by 32."""
    return float(np.abs(_block_means(shrunk(result) - parent, BLOCK)).max())


def _block_means(image: NDArray[np.generic], side: int) -> NDArray[np.float64]:
    """Return the means of blocks; of bytes, their sums are exact."""
    total = np.uint32 if image.dtype == np.uint8 else np.float64
    rows = np.zeros((image.shape[0] // side, *image.shape[1:]), total)
    for start in range(side):
        rows += image[start::side]
    sums = np.zeros((rows.shape[0], rows.shape[1] // side, rows.shape[2]), total)
    for start in range(side):
        sums += rows[:, start::side]
    means: NDArray[np.float64] = sums / side**2
    return means
