"""How true a result is to its parent: shrunk back by 4, it should be the same picture.

The parent is what a step saw, the middle of the state before. Figures are in 8-bit grey levels, as
pictures are saved.
"""

import math

import numpy as np
from numpy.typing import NDArray

from cozviewer.image.pixels import Rgb8
from cozviewer.pyramid.geometry import STEP_SCALE

BEST_PSNR = 100.0
"""dB; stands for no difference at all, which has no PSNR. Rounding to 8 bits alone keeps a shrunk
result to about 71 dB."""

BLOCK = 32
"""Side in parent pixels of the blocks whose means are compared."""


def shrunk(result: Rgb8) -> NDArray[np.float64]:
    """Return the area average over 4x4 pixels, not rounded: (4H, 4W, 3) becomes (H, W, 3)."""
    return _block_means(result, STEP_SCALE)


def lr_psnr(result: Rgb8, parent: Rgb8) -> float:
    """Return the peak signal-to-noise ratio of the shrunk result against its parent, over all
    three channels, in dB of 255; `BEST_PSNR` at most.

    Args:
        result: (4H, 4W, 3) uint8.
        parent: (H, W, 3) uint8.
    """
    error = float(np.mean((shrunk(result) - parent) ** 2))
    return min(BEST_PSNR, 10 * math.log10(255**2 / error)) if error else BEST_PSNR


def drift(result: Rgb8, parent: Rgb8) -> float:
    """Return by how many grey levels the channel that shifted most is brighter or darker, on
    average, than the parent's. Arguments as for `lr_psnr`."""
    return float(np.abs((shrunk(result) - parent).mean(axis=(0, 1))).max())


def block_drift(result: Rgb8, parent: Rgb8) -> float:
    """Return the same of the block of 32x32 parent pixels that shifted most: colours may shift here
    and there without doing so on average. Arguments as for `lr_psnr`; H and W divide by 32."""
    return float(np.abs(_block_means(shrunk(result) - parent, BLOCK)).max())


def _block_means(picture: NDArray[np.generic], side: int) -> NDArray[np.float64]:
    rows, columns = picture.shape[0] // side, picture.shape[1] // side
    blocks = picture.reshape(rows, side, columns, side, 3)
    means: NDArray[np.float64] = blocks.mean(axis=(1, 3), dtype=np.float64)
    return means
