"""Processes a picture in overlapping windows that are blended.

For networks that work best at one size. Independent of the network: `run` is any function that
returns new pixels for a window.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from cozviewer.image.pixels import RgbFloat
from cozviewer.image.rect import Rect


def window_starts(length: int, side: int, overlap: int, multiple: int) -> list[int]:
    """Return the starts of windows along an edge, so that they cover it and overlap evenly.

    Args:
        length: Length of the edge in pixels, a multiple of `multiple`.
        side: Side of a window; a shorter edge gets one window of its own length.
        overlap: Minimum overlap of neighbours in pixels.
        multiple: All starts are multiples of this.
    """
    left = length - side
    if left <= 0:
        return [0]
    gaps = -(-left // (side - overlap))
    return [left * index // gaps // multiple * multiple for index in range(gaps + 1)]


def in_windows(
    picture: RgbFloat,
    run: Callable[[RgbFloat, Rect], RgbFloat],
    *,
    side: int,
    overlap: int,
    multiple: int,
) -> RgbFloat:
    """Run `run` over a picture window by window, or once if it fits into one window.

    Args:
        picture: (H, W, 3) float32; H and W multiples of `multiple`.
        run: Gets the pixels of a window and its rectangle, returns pixels of the same shape.
        side: Side of a window in pixels, a multiple of `multiple`.
        overlap: Pixels over which neighbours are blended, less than `side`.
        multiple: Windows start at, and have sizes of, multiples of this.
    """
    height, width = picture.shape[:2]
    windows = [
        Rect(x, y, min(side, width), min(side, height))
        for y in window_starts(height, side, overlap, multiple)
        for x in window_starts(width, side, overlap, multiple)
    ]
    if len(windows) == 1:
        return run(picture, windows[0])
    result = np.zeros_like(picture)
    weights = np.zeros((height, width, 1), np.float32)
    for window in windows:
        there = np.s_[window.y : window.bottom, window.x : window.right]
        weight = (
            blend_weights(window.height, overlap)[:, None, None]
            * blend_weights(window.width, overlap)[:, None]
        )
        result[there] += run(picture[there], window) * weight
        weights[there] += weight
    result /= weights
    return result


def blend_weights(length: int, overlap: int) -> NDArray[np.float32]:
    """Return blending weights along a window: rising over `overlap` pixels, 1, falling; never 0.

    At the picture's edge, where a window has no neighbour, division by the sum makes them 1.
    """
    nearest = np.minimum(np.arange(length), np.arange(length)[::-1]) + 0.5
    return np.minimum(nearest / overlap, 1).astype(np.float32)
