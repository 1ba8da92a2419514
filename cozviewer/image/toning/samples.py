"""The numbers of an image, at a size that stays in memory while a tone is chosen."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from cozviewer.image.colours.coded_colour import SRGB_PRIMARIES, Primaries
from cozviewer.image.pixels import Rgb8
from cozviewer.image.toning.tone_range import ToneRange

MOST_SAMPLES = 1 << 24
"""Numbers that are kept, of all bands together: 64 MB of floats."""


def as_rgb(levels: NDArray[np.uint8]) -> Rgb8:
    """Return grey levels, (H, W) or (H, W, 3), as (H, W, 3)."""
    return levels if levels.ndim == 3 else np.repeat(levels[..., None], 3, axis=2)


Extent = Literal["image", "overview", "squares"]
"""What numbers are of: the image, a smaller version that its file has of it, or some squares of
it, which make no image."""


@dataclass(frozen=True, eq=False)
class Samples:
    """The numbers of an image, from which a tone makes grey levels.

    Attributes:
        values: (H, W, bands), in the units of the file.
        offered: What a tone can change.
        primaries: Chromaticities of linear light.
        to_srgb: Returns (H, W, 3) sRGB of 8-bit grey levels, (H, W) or (H, W, 3), by the colour
            profile of the file.
        extent: What the numbers are of.
        icc: The colour profile where `to_srgb` does not follow it yet.
    """

    values: NDArray[Any]
    offered: ToneRange
    primaries: Primaries = SRGB_PRIMARIES
    to_srgb: Callable[[NDArray[np.uint8]], Rgb8] = as_rgb
    extent: Extent = "image"
    icc: bytes | None = None


def thinned(samples: Samples, most_pixels: int) -> Samples:
    """Return every n-th pixel of every n-th row, so that at most `most_pixels` pixels and
    MOST_SAMPLES numbers are left; doubles become floats."""
    height, width, bands = samples.values.shape
    most = max(1, min(most_pixels, MOST_SAMPLES // bands))
    step = max(1, math.isqrt(width * height // most))
    while math.ceil(width / step) * math.ceil(height / step) > most:
        step += 1
    values = samples.values[::step, ::step]
    if values.dtype.kind == "f":
        values = values.astype(np.float32)
    elif values.dtype.kind == "b":
        values = values.astype(np.uint8)
    # The bytes may be in the order of another kind of processor.
    return replace(samples, values=np.ascontiguousarray(values, values.dtype.newbyteorder("=")))
