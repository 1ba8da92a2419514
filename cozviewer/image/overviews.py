"""The overviews: levels coarser than the source.

`source` makes them once when an image is opened, so that a view of 300 megapixels costs no more
than one of a single screen.
"""

import numpy as np
from PIL import Image

from cozviewer.image.pixels import Rgb8
from cozviewer.image.watched_file import STOPPED
from cozviewer.util.cancel import IsCancelled, check_cancelled

LAST_SIDE = 64
"""Maximum side of the last overview, in pixels: a single tile, which is shown where other tiles are
not loaded yet."""

STRIP_PIXELS = 1 << 18
"""Number of pixels halved between two checks for cancellation."""


def with_overviews(
    rgb: Rgb8, cancelled: IsCancelled, strip_pixels: int = STRIP_PIXELS
) -> list[Rgb8]:
    """Return `rgb` and its overviews, each half as large as the one before.

    Args:
        rgb: (H, W, 3) uint8.
        cancelled: Checked after every strip.
        strip_pixels: Pixels of a strip.

    Raises:
        Cancelled: `cancelled` returned True.
    """
    levels = [rgb]
    while max(levels[-1].shape[:2]) > LAST_SIDE:
        levels.append(halved(levels[-1], cancelled, strip_pixels))
    return levels


def halved(rgb: Rgb8, cancelled: IsCancelled, strip_pixels: int = STRIP_PIXELS) -> Rgb8:
    """Return `rgb` at half its size, rounded up: every pixel is the mean of the 2 x 2 (at an odd
    edge 1 x 2, 2 x 1 or 1 x 1) below it, rounded to nearest.

    The mean is of the sRGB values, as everything here that shows an image smaller.
    """
    height, width = rgb.shape[:2]
    half = np.empty((-(-height // 2), -(-width // 2), 3), np.uint8)
    columns, rows = strip_pixels // 2 // 2 * 2, max(2, strip_pixels // width // 2 * 2)
    for y in range(0, height, rows):
        for x in range(0, width, columns):
            check_cancelled(cancelled, STOPPED)
            part = Image.fromarray(rgb[y : y + rows, x : x + columns]).reduce(2)
            half[y // 2 : y // 2 + part.height, x // 2 : x // 2 + part.width] = np.asarray(part)
    return half


def level_sizes(width: int, height: int) -> list[tuple[int, int]]:
    """Return (width, height) of all levels of `with_overviews` for an image of a size."""
    sizes = [(width, height)]
    while max(sizes[-1]) > LAST_SIDE:
        width, height = sizes[-1]
        sizes.append((-(-width // 2), -(-height // 2)))
    return sizes
