"""Enlarges an alpha plane: bicubic, with hard edges kept as hard as they are in the photo.

A network draws an edge that is one pixel wide in the photo about one pixel wide in the result;
interpolation makes it as wide as it is magnified. So the interpolated values are steepened between
the lowest and the highest value around them, where these are far apart. A straight ramp lies in the
middle between the two everywhere, so soft shadows stay as they are. What is steepened is smoothed
before, as the outline of an interpolated edge is wavy with the period of the pixels.

Measured against discs drawn at x4 and x16, the mean square error is a quarter of that of bicubic
interpolation; against stars, whose tips get rounder, half of it.
"""

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Plane = NDArray[np.uint8]

REACH = 4
"""Pixels around a box on which the result depends: 2 of the bicubic kernel, 1 of the extremes and 1
of their interpolation."""

SOFT, HARD = 0.25, 0.75
"""Differences of alpha (0..1) between neighbours up to which nothing is steepened, and from which
all is."""

BESIDE = 0.18
"""Share of each neighbour when values are smoothed: a standard deviation of 0.6 pixels."""

SMOOTHED = 1.6
"""By how much more is steepened to make up for that."""

STEEPEST = 16.0
"""Maximum factor; beyond it an edge would have too few levels to look smooth."""

FLATTEST = 1 / 1024
"""As `compose.FLATTEST`: Pillow's boxes are 32-bit floats."""


def steepness(magnification: float) -> float:
    """Return by how much hard edges are steepened at a magnification >= 1.

    In proportion to its square root: at x16 an edge of one pixel is about 4 pixels wide, not 16 as
    interpolated, and a jagged outline does not show as stairs.
    """
    return min(STEEPEST, SMOOTHED * math.sqrt(magnification))


def box_of(
    left: float, top: float, size: tuple[int, int], per_pixel: float
) -> tuple[float, float, float, float]:
    """Return the box that is resampled to `size`, in Pillow's order."""
    width, height = size
    right = left + max(width * per_pixel, FLATTEST)
    bottom = top + max(height * per_pixel, FLATTEST)
    return left, top, right, bottom


def enlarged(
    plane: Plane, left: float, top: float, size: tuple[int, int], per_pixel: float
) -> Plane:
    """Return a part of a plane enlarged, (height, width) uint8.

    Args:
        plane: (H, W) uint8, larger than the box by REACH on all sides.
        left, top: The upper left corner of the box, in pixels of `plane`.
        size: Width and height of the result.
        per_pixel: Pixels of `plane` per pixel of the result, in (0, 1].
    """
    box = box_of(left, top, size, per_pixel)
    image = Image.fromarray(plane)
    least, most = image.getextrema()
    if least == most:
        return np.full(size[::-1], least, np.uint8)
    magnification = 1 / per_pixel
    gain = steepness(magnification)
    # As floats: steepened steps of 8 bits would be visible.
    smooth = _floats(image, Image.Resampling.BICUBIC, size, box)
    field = _floats(_smoothed(plane), Image.Resampling.BICUBIC, size, box)
    np.clip(smooth, 0, 255, out=smooth)
    low = _floats(image.filter(ImageFilter.MinFilter(3)), Image.Resampling.BILINEAR, size, box)
    span = _floats(image.filter(ImageFilter.MaxFilter(3)), Image.Resampling.BILINEAR, size, box)
    span -= low
    hard = np.clip((span - 255 * SOFT) * np.float32(1 / (255 * (HARD - SOFT))), 0, 1)
    if magnification < 2:
        hard *= np.float32(magnification - 1)  # gradually from x1 on
    middle = low + span / 2
    span /= 2
    steep = np.clip((field - middle) * np.float32(gain), -span, span)
    steep += middle
    steep -= smooth
    steep *= hard
    steep += smooth
    steep += np.float32(0.5)
    return np.clip(steep, 0, 255).astype(np.uint8)


def _smoothed(plane: Plane) -> Image.Image:
    """Return a plane smoothed by the kernel (BESIDE, 1 - 2 BESIDE, BESIDE) in both directions."""
    wide = np.pad(plane.astype(np.float32), 1, mode="edge")
    across = (1 - 2 * BESIDE) * wide[:, 1:-1] + BESIDE * (wide[:, :-2] + wide[:, 2:])
    down = (1 - 2 * BESIDE) * across[1:-1] + BESIDE * (across[:-2] + across[2:])
    return Image.fromarray(down.astype(np.float32))


def _floats(
    image: Image.Image,
    kernel: Image.Resampling,
    size: tuple[int, int],
    box: tuple[float, float, float, float],
) -> NDArray[np.float32]:
    return np.array(image.convert("F").resize(size, kernel, box=box))
