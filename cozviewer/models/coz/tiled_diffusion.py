"""Works on a picture through overlapping windows that fade into each other.

For networks that know one size best. Knows nothing about networks: `run` is any function that
gives a window new pixels.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from cozviewer.image.pixels import RgbFloat
from cozviewer.image.rect import Rect


def places(length: int, side: int, overlap: int, multiple: int) -> list[int]:
    """Return where windows begin along an edge, so that they cover it and overlap evenly.

    Args:
        length: Of the edge in pixels, a multiple of `multiple`.
        side: Of a window; an edge that is shorter gets one window of its own length.
        overlap: Least pixels that neighbours have in common.
        multiple: What the places are multiples of.
    """
    room = length - side
    if room <= 0:
        return [0]
    gaps = -(-room // (side - overlap))
    return [room * index // gaps // multiple * multiple for index in range(gaps + 1)]


def in_windows(
    picture: RgbFloat,
    run: Callable[[RgbFloat, Rect], RgbFloat],
    *,
    side: int,
    overlap: int,
    multiple: int,
) -> RgbFloat:
    """Return what `run` makes of a picture, window by window; one window where it fits into one.

    Args:
        picture: (H, W, 3) float32; H and W multiples of `multiple`.
        run: Gets the pixels of a window and where it lies, returns as many pixels.
        side: Of a window in pixels, a multiple of `multiple`.
        overlap: Pixels over which neighbours fade into each other, less than `side`.
        multiple: What the windows' places and sizes are multiples of.
    """
    height, width = picture.shape[:2]
    windows = [
        Rect(x, y, min(side, width), min(side, height))
        for y in places(height, side, overlap, multiple)
        for x in places(width, side, overlap, multiple)
    ]
    if len(windows) == 1:
        return run(picture, windows[0])
    result = np.zeros_like(picture)
    weights = np.zeros((height, width, 1), np.float32)
    for window in windows:
        there = np.s_[window.y : window.bottom, window.x : window.right]
        weight = (
            faded(window.height, overlap)[:, None, None] * faded(window.width, overlap)[:, None]
        )
        result[there] += run(picture[there], window) * weight
        weights[there] += weight
    result /= weights
    return result


def faded(length: int, overlap: int) -> NDArray[np.float32]:
    """Return the weights along a window: rising over `overlap` pixels, 1, falling; never 0.

    At the picture's edge, where a window has no neighbour, dividing by the sum makes them 1.
    """
    nearest = np.minimum(np.arange(length), np.arange(length)[::-1]) + 0.5
    return np.minimum(nearest / overlap, 1).astype(np.float32)
