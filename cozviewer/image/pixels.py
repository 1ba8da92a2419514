"""The two types of image arrays, and conversions between them."""

from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from cozviewer.image.rect import Rect

Rgb8 = NDArray[np.uint8]
"""(H, W, 3) uint8, sRGB, C-contiguous."""

RgbFloat = NDArray[np.float32]
"""(H, W, 3) float32, sRGB in 0..1."""

LUMA = (0.299, 0.587, 0.114)
"""Weights of red, green and blue in luma: ITU-R BT.601, as in MATLAB's `rgb2gray`."""


Pixels = TypeVar("Pixels", Rgb8, RgbFloat)


def part_of(pixels: Pixels, part: Rect, whole: Rect) -> Pixels:
    """Return a view of the `part` of pixels that cover `whole`."""
    x, y = part.x - whole.x, part.y - whole.y
    return pixels[y : y + part.height, x : x + part.width]


def to_float(rgb: Rgb8 | RgbFloat) -> RgbFloat:
    """Return `rgb` as float32 in 0..1; float input is returned as it is."""
    if rgb.dtype == np.float32:
        return rgb  # type: ignore[return-value]
    return np.multiply(rgb, np.float32(1 / 255), dtype=np.float32)


def luma_of(rgb: RgbFloat) -> RgbFloat:
    """Return the luma of pixels, (H, W, 1) float32, in their units."""
    red, green, blue = (rgb[:, :, i : i + 1] * np.float32(LUMA[i]) for i in range(3))
    luma: RgbFloat = red + green + blue
    return luma


def to_8bit(rgb: RgbFloat) -> Rgb8:
    """Return float32 0..1 as uint8, clipped and rounded to nearest (never truncated: a
    truncation would darken the image by half a grey level at every step of a chain)."""
    scaled = np.multiply(rgb, np.float32(255))
    np.add(scaled, np.float32(0.5), out=scaled)
    np.clip(scaled, 0, 255, out=scaled)
    return scaled.astype(np.uint8)


def padded(pixels: Rgb8, there: Rect, wanted: Rect, mode: Literal["edge", "symmetric"]) -> Rgb8:
    """Return pixels extended beyond their edges.

    Args:
        pixels: (there.height, there.width, 3) uint8.
        there: The region of `pixels`, inside `wanted`.
        wanted: The region of the result.
        mode: Repeat the "edge", or mirror at it ("symmetric").

    Returns:
        (wanted.height, wanted.width, 3) uint8; `pixels` itself if the regions are equal.
    """
    if there == wanted:
        return pixels
    above, below = there.y - wanted.y, wanted.bottom - there.bottom
    left, right = there.x - wanted.x, wanted.right - there.right
    return np.pad(pixels, ((above, below), (left, right), (0, 0)), mode=mode)


def as_in_file(upright: NDArray[Any], turn: int) -> NDArray[Any]:
    """Return a view of `upright` in which the pixels lie as the file has them (EXIF 2.32, 0x0112:
    the orientation `turn` names the sides of the scene at which row 0 and column 0 of the file
    lie)."""
    view = upright.swapaxes(0, 1) if turn >= 5 else upright
    if turn in (3, 4, 6, 7):
        view = view[::-1]
    if turn in (2, 3, 7, 8):
        view = view[:, ::-1]
    return view


def turned_upright(pixels: NDArray[Any], turn: int) -> NDArray[Any]:
    """Return pixels upright, in an array of their own, that lie as the file has them; see
    `as_in_file`."""
    height, width, *channels = pixels.shape
    sides = (height, width) if turn < 5 else (width, height)
    upright = np.empty((*sides, *channels), pixels.dtype)
    as_in_file(upright, turn)[:] = pixels
    return upright
