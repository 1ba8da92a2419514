"""The histogram of pixels: how often each value of red, green, blue and luminance occurs."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cozviewer.image.pixels import Rgb8
from cozviewer.util.cancel import IsCancelled, check_cancelled, never

STRIP_PIXELS = 1 << 18
"""Pixels counted at once: few enough to stay in the processor's cache."""

_WEIGHTS = (77, 150, 29)
"""Of red, green and blue in luma, in 256ths: `pixels.LUMA` (ITU-R BT.601)."""

STOPPED = "Counting the pixels was stopped."


@dataclass(frozen=True, eq=False)
class Histogram:
    """Counts of pixels by their value.

    Attributes:
        counts: (4, 256) int64: how many pixels have each value of red, green, blue and luma.
        black: How many pixels have a channel at 0.
        white: How many pixels have a channel at 255.
        sampled: Whether the pixels are those of an overview, which is smoother than the image.
    """

    counts: NDArray[np.int64]
    black: int
    white: int
    sampled: bool = False

    @property
    def pixels(self) -> int:
        """The number of pixels."""
        return int(self.counts[3].sum())

    def share(self, count: int) -> float:
        """Return a count as a share of all pixels, 0..1."""
        return count / self.pixels if self.pixels else 0.0


def histogram_of(rgb: Rgb8, cancelled: IsCancelled = never) -> Histogram:
    """Count the pixels of an image; a second for 100 megapixels, so not for the GUI thread.

    Args:
        rgb: (H, W, 3) uint8; it may be a view whose rows are not contiguous.
        cancelled: Checked between strips.

    Raises:
        Cancelled: `cancelled` returned True.
    """
    counts = np.zeros((4, 256), np.int64)
    black = white = 0
    height, width = rgb.shape[:2]
    rows = max(1, STRIP_PIXELS // max(1, width))
    for top in range(0, height, rows):
        check_cancelled(cancelled, STOPPED)
        strip = rgb[top : top + rows].reshape(-1, 3)
        channels = [np.ascontiguousarray(strip[:, channel]) for channel in range(3)]
        weighted = (
            channel.astype(np.uint16) * weight
            for channel, weight in zip(channels, _WEIGHTS, strict=True)
        )
        luma = ((sum(weighted, np.uint16(128))) >> 8).astype(np.uint8)
        for row, values in enumerate((*channels, luma)):
            counts[row] += np.bincount(values, minlength=256)
        red, green, blue = channels
        black += int(np.count_nonzero((red == 0) | (green == 0) | (blue == 0)))
        white += int(np.count_nonzero((red == 255) | (green == 255) | (blue == 255)))
    return Histogram(counts, black, white)
