"""Grey pictures of more than 8 bits: how their values become 0..255 without clipping.

Pillow clips such pictures when it converts them, so this is done in numpy. (Deep *colour* never
gets here: Pillow's decoders keep the upper byte of each 16-bit channel, which scales correctly to
within one level.)
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

INTEGER_MODES = ("I;16", "I;16B", "I;16L", "I")
MODES = (*INTEGER_MODES, "F")


@dataclass(frozen=True)
class Scale:
    """What becomes black and what white, in the values of the file.

    Attributes:
        black, white: The ends; black > white where the file counts ink instead of light.
        unsigned: Mode "I" holds unsigned 32-bit values (Pillow reads them as signed ones).
    """

    black: float
    white: float
    unsigned: bool = False


def scale_of(
    mode: str, strips: Iterable[Image.Image], bits: int, inverted: bool, unsigned: bool
) -> Scale:
    """Return the scale of a deep grey picture.

    16-bit values count from 0 to 65535 (12-bit ones to 4095), floats from 0 to 1. Signed, 32-bit
    and other float values have no agreed white: their own darkest and brightest value become
    black and white.

    Args:
        mode: One of MODES.
        strips: The whole picture, piece by piece; looked at only where the mode says too little.
        bits: Bits per sample in the file.
        inverted: 0 means white.
        unsigned: See `Scale`.
    """
    if mode.startswith("I;16"):
        black, white = 0.0, float((1 << bits) - 1)
    else:
        natural = 1.0 if mode == "F" else 65535.0
        black, white = _extremes(strips, unsigned)
        if black >= 0 and white <= natural:
            black, white = 0.0, natural
    if inverted:
        black, white = white, black
    return Scale(black, white, unsigned)


def to_grey8(strip: Image.Image, scale: Scale) -> Image.Image:
    """Return `strip`, of one of MODES, in mode "L". What is no number becomes black."""
    values = _values(strip, scale.unsigned).astype(np.float64)
    values -= scale.black
    values *= 255 / (scale.white - scale.black) if scale.white != scale.black else 0
    values += 0.5
    np.nan_to_num(values, copy=False, nan=0, posinf=255, neginf=0)
    return Image.fromarray(values.clip(0, 255, out=values).astype(np.uint8))


def _values(strip: Image.Image, unsigned: bool) -> NDArray[np.generic]:
    values = np.asarray(strip)
    return values.view(np.uint32) if unsigned else values


def _extremes(strips: Iterable[Image.Image], unsigned: bool) -> tuple[float, float]:
    low, high = np.inf, -np.inf
    for strip in strips:
        values = _values(strip, unsigned)
        numbers = values[np.isfinite(values)]
        if numbers.size:
            low, high = min(low, float(numbers.min())), max(high, float(numbers.max()))
    return (low, high) if low <= high else (0.0, 1.0)
