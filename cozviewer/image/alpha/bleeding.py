"""Colours of an image with alpha: bled under what is transparent, and averaged by alpha.

What a file holds under fully transparent pixels is arbitrary, usually black or white. Enlarging and
shrinking would draw it into the edges, as a halo. So these pixels get the colours of their
surroundings: each level of a pyramid averages what there is, weighted by alpha, and on the way back
what is empty is filled from the coarser level ("push-pull": Gortler et al., The Lumigraph, 1996,
section 3.4).
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cozviewer.image.alpha.levels import MemoryAlpha
from cozviewer.image.alpha.plane import Alpha, Plane
from cozviewer.image.overviews import LAST_SIDE
from cozviewer.image.pixels import Rgb8
from cozviewer.image.reading import STOPPED
from cozviewer.util.cancel import IsCancelled, check_cancelled

Sums = NDArray[np.uint32]

STRIP_PIXELS = 1 << 18
"""Pixels worked on between two checks for cancellation."""


def with_alpha(rgb: Rgb8, plane: Plane, cancelled: IsCancelled) -> tuple[list[Rgb8], Alpha]:
    """Return the colours of all levels, level 0 first, and the alpha of an image.

    Args:
        rgb: (H, W, 3) uint8; the colours under transparent pixels are replaced in it.
        plane: (H, W) uint8.
        cancelled: Checked repeatedly.

    Raises:
        Cancelled: `cancelled` returned True.
    """
    bleed(rgb, plane, cancelled)
    colours, planes = [rgb], [np.ascontiguousarray(plane)]
    while max(planes[-1].shape) > LAST_SIDE:
        colours.append(_halved(colours[-1], planes[-1], cancelled))
        planes.append(_halved_plane(planes[-1], cancelled))
    planes = [level.view() for level in planes]
    for level in planes:
        level.flags.writeable = False
    return colours, Alpha(MemoryAlpha(tuple(planes)))


def halved_with_alpha(rgba: Rgb8, cancelled: IsCancelled) -> Rgb8:
    """Return colours with alpha at half the size, rounded up: alpha averaged as by
    `overviews.halved`, the colours weighted by it.

    Args:
        rgba: (H, W, 4) uint8, not multiplied by alpha.
        cancelled: Checked repeatedly.
    """
    rgb, plane = np.ascontiguousarray(rgba[..., :3]), np.ascontiguousarray(rgba[..., 3])
    return np.dstack((_halved(rgb, plane, cancelled), _halved_plane(plane, cancelled)))


def bleed(rgb: Rgb8, weights: Plane, cancelled: IsCancelled) -> None:
    """Replace the colours where the weight is 0 by those of the surroundings.

    Nothing changes where all weights are 0.

    Args:
        rgb: (H, W, 3) uint8, changed in place.
        weights: (H, W) uint8: alpha, or on coarser levels the mean, rounded up.
        cancelled: Checked repeatedly.
    """
    if weights.all() or not weights.any():
        return
    coarse = _halved(rgb, weights, cancelled)
    bleed(coarse, _halved_weights(weights, cancelled), cancelled)
    height, width = weights.shape
    image = Image.fromarray(coarse)
    rows = max(1, STRIP_PIXELS // width)
    for y in range(0, height, rows):
        check_cancelled(cancelled, STOPPED)
        empty = weights[y : y + rows] == 0
        if empty.any():
            box = (0, y / 2, width / 2, (y + len(empty)) / 2)
            filled = image.resize((width, len(empty)), Image.Resampling.BILINEAR, box=box)
            np.copyto(rgb[y : y + rows], np.asarray(filled), where=empty[..., None])


def _halved(rgb: Rgb8, weights: Plane, cancelled: IsCancelled) -> Rgb8:
    """Return colours at half the size, rounded up, averaged by their weights; where all four are 0,
    evenly."""
    height, width = weights.shape
    half = np.empty((-(-height // 2), -(-width // 2), 3), np.uint8)
    rows = max(2, STRIP_PIXELS // width // 2 * 2)
    for y in range(0, height, rows):
        check_cancelled(cancelled, STOPPED)
        part = rgb[y : y + rows]
        share = weights[y : y + rows].astype(np.uint32)
        total = _sums(share)
        colours = _sums(part * share[..., None])
        colours += (total // 2)[..., None]
        np.maximum(total, 1, out=total)
        colours //= total[..., None]
        target = half[y // 2 : y // 2 + len(total)]
        target[:] = colours
        empty = _sums(share) == 0
        if empty.any():
            plain = np.asarray(Image.fromarray(part).reduce(2))
            np.copyto(target, plain, where=empty[..., None])
    return half


def _halved_weights(weights: Plane, cancelled: IsCancelled) -> Plane:
    """Return the means of four weights, rounded up, so that no weight becomes 0."""
    height, width = weights.shape
    half = np.empty((-(-height // 2), -(-width // 2)), np.uint8)
    rows = max(2, STRIP_PIXELS // width // 2 * 2)
    for y in range(0, height, rows):
        check_cancelled(cancelled, STOPPED)
        sums = _sums(weights[y : y + rows].astype(np.uint32))
        half[y // 2 : y // 2 + len(sums)] = (sums + 3) // 4
    return half


def _halved_plane(plane: Plane, cancelled: IsCancelled) -> Plane:
    """Return a plane at half its size, as `overviews.halved`."""
    height, width = plane.shape
    half = np.empty((-(-height // 2), -(-width // 2)), np.uint8)
    rows = max(2, STRIP_PIXELS // width // 2 * 2)
    for y in range(0, height, rows):
        check_cancelled(cancelled, STOPPED)
        part = np.asarray(Image.fromarray(plane[y : y + rows]).reduce(2))
        half[y // 2 : y // 2 + len(part)] = part
    return half


def _sums(values: Sums) -> Sums:
    """Return the sums of 2 x 2 values; at an odd edge of fewer."""
    height, width = values.shape[:2]
    sums = np.zeros((-(-height // 2), -(-width // 2), *values.shape[2:]), np.uint32)
    for y in (0, 1):
        for x in (0, 1):
            part = values[y::2, x::2]
            sums[: part.shape[0], : part.shape[1]] += part
    return sums
