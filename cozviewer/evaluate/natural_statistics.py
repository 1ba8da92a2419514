"""The features of NIQE: how the contrasts of an image are distributed, block by block.

Natural scene statistics after Mittal, Soundararajan and Bovik, "Making a 'completely blind' image
quality analyzer", IEEE Signal Processing Letters 20(3), 2013, section II; equation numbers are
those of the paper. The details (windows, edges, the search for the shape) are those of the
authors' MATLAB code as BasicSR 1.4.2 follows it.
"""

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float64]
"""(H, W) float64, one channel."""

BLOCK = 96
"""Side of a block in pixels: the one that the model of natural images was made with."""

WINDOW_RADIUS, WINDOW_SIGMA = 3, 7 / 6
"""The Gaussian window that local mean and contrast are taken in, in pixels."""

FLAT = 1e-9
"""A difference from the local mean of less, in grey levels, is an error of rounding."""

NEIGHBOURS = ((0, 1), (1, 0), (1, 1), (1, -1))
"""Right, below, and both diagonals."""


def features(luma: Plane) -> Plane:
    """Return the features of NIQE.

    Args:
        luma: In grey levels, 0..255. Incomplete blocks at the right and bottom are cut away.

    Returns:
        (blocks, 36): 18 figures at full and 18 at half size; NaN in blocks that are flat.
    """
    rows, columns = luma.shape[0] // BLOCK, luma.shape[1] // BLOCK
    full = luma[: rows * BLOCK, : columns * BLOCK]
    scales = [(full, BLOCK), (halved(full), BLOCK // 2)]
    return np.concatenate(
        [_block_features(_blocks(normalised(plane), side)) for plane, side in scales], axis=1
    )


def normalised(luma: Plane) -> Plane:
    """Return contrasts: how far each pixel is from its local mean, by local deviation (eq. 1)."""
    mean = _windowed(luma)
    deviation = np.sqrt(np.abs(_windowed(luma**2) - mean**2))
    difference = luma - mean
    difference[np.abs(difference) < FLAT] = 0
    contrasts: Plane = difference / (deviation + 1)
    return contrasts


def halved(luma: Plane) -> Plane:
    """Return the image at half size, as MATLAB's `imresize` does: cubic, stretched over 8 pixels
    against aliasing, mirrored at the edges. Even sides."""
    at = np.abs(np.arange(-3.5, 4)) / 2
    near = 1.5 * at**3 - 2.5 * at**2 + 1
    far = -0.5 * at**3 + 2.5 * at**2 - 4 * at + 2
    taps = np.where(at <= 1, near, far)
    taps /= taps.sum()
    padded = np.pad(luma, 3, mode="symmetric")
    return _sum_of_taps(_sum_of_taps(padded, taps, 0, step=2), taps, 1, step=2)


def _windowed(luma: Plane) -> Plane:
    """Return the Gaussian mean around each pixel, the edge repeated."""
    taps = np.exp(-0.5 * (np.arange(-WINDOW_RADIUS, WINDOW_RADIUS + 1) / WINDOW_SIGMA) ** 2)
    taps /= taps.sum()
    padded = np.pad(luma, WINDOW_RADIUS, mode="edge")
    return _sum_of_taps(_sum_of_taps(padded, taps, 0), taps, 1)


def _sum_of_taps(plane: Plane, taps: Plane, axis: int, step: int = 1) -> Plane:
    """Return `plane` convolved along an axis with symmetric taps, every `step`-th place, without
    padding."""
    after = plane.shape[axis] - len(taps) + 1
    cuts = (slice(first, first + after, step) for first in range(len(taps)))
    parts = [plane[cut] if axis == 0 else plane[:, cut] for cut in cuts]
    result = np.zeros_like(parts[0], order="C")
    weighted = np.empty_like(result)
    for index in range(len(taps) // 2):
        np.add(parts[index], parts[-1 - index], out=weighted)
        weighted *= taps[index]
        result += weighted
    if len(taps) % 2:
        result += np.multiply(parts[len(taps) // 2], taps[len(taps) // 2], out=weighted)
    return result


def _blocks(plane: Plane, side: int) -> Plane:
    """Return the blocks of a plane, (blocks, side, side)."""
    rows, columns = plane.shape[0] // side, plane.shape[1] // side
    cut = plane.reshape(rows, side, columns, side).swapaxes(1, 2)
    return cut.reshape(rows * columns, side, side)


def _block_features(blocks: Plane) -> Plane:
    """Return the 18 figures of each block: the shape and width of its contrasts, and shape, mean
    and both widths of the products of neighbours in four directions (within the block, around its
    edge)."""
    shape, left, right = _asymmetric_gaussian(blocks)
    found = [shape, (left + right) / 2]
    for shift in NEIGHBOURS:
        shape, left, right = _asymmetric_gaussian(blocks * np.roll(blocks, shift, axis=(1, 2)))
        mean = (right - left) * np.exp(_log_gamma(2 / shape) - _log_gamma(1 / shape))  # eq. 8
        found += [shape, mean, left, right]
    return np.stack(found, axis=1)


def _asymmetric_gaussian(blocks: Plane) -> tuple[Plane, Plane, Plane]:
    """Return shape, left and right width of the generalised Gaussian that fits the values of each
    block best (eq. 4 to 7). Where there are no values on one side, the widths are NaN and the shape
    is the first that is tried, as in the authors' search."""
    values = blocks.reshape(len(blocks), -1)
    below, above = np.minimum(values, 0), np.maximum(values, 0)
    below_squares, above_squares = (np.einsum("ij,ij->i", side, side) for side in (below, above))
    with np.errstate(invalid="ignore", divide="ignore"):  # flat blocks: 0 / 0 is their NaN
        left = np.sqrt(below_squares / np.count_nonzero(below, axis=1))
        right = np.sqrt(above_squares / np.count_nonzero(above, axis=1))
        ratio = left / right
        moments = (above.mean(1) - below.mean(1)) ** 2
        moments /= (below_squares + above_squares) / values.shape[1]
        moments *= (ratio**3 + 1) * (ratio + 1) / (ratio**2 + 1) ** 2
    shapes, of_shapes = _shape_table()
    after = np.searchsorted(of_shapes, moments).clip(1, len(shapes) - 1)
    is_before = moments - of_shapes[after - 1] <= of_shapes[after] - moments
    nearest = np.where(is_before, after - 1, after)
    shape = shapes[np.where(np.isnan(moments), 0, nearest)]
    width = np.exp((_log_gamma(1 / shape) - _log_gamma(3 / shape)) / 2)
    return shape, left * width, right * width


@cache
def _shape_table() -> tuple[Plane, Plane]:
    """Return the shapes that are tried, and the ratio of moments of each, which rises with it."""
    shapes = np.arange(0.2, 10.001, 0.001)
    inverse = 1 / shapes
    logs = 2 * _log_gamma(2 * inverse) - _log_gamma(inverse) - _log_gamma(3 * inverse)
    return shapes, np.exp(logs)


def _log_gamma(values: Plane) -> Plane:
    return np.array([math.lgamma(value) for value in values])
