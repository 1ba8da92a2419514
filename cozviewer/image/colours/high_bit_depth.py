"""Grey images of more than 8 bits: how their values become 0..255 without clipping.

Pillow clips such images when it converts them, so this is done in numpy. (Deep *colour* never
gets here: Pillow's decoders keep the upper byte of each 16-bit channel, which scales correctly to
within one level.)
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

INTEGER_MODES = ("I;16", "I;16B", "I;16L", "I")
MODES = (*INTEGER_MODES, "F")

NARROW_BITS = 12
"""Bits up to which 16-bit values count as measured with fewer bits."""


@dataclass(frozen=True)
class Scale:
    """What becomes black and what white, in the values of the file.

    Attributes:
        black, white: The ends; black > white where the file counts ink instead of light.
        unsigned: Mode "I" holds unsigned 32-bit values (Pillow reads them as signed ones).
        stretched: Whether it was derived from the values in the image, not from the format.
    """

    black: float
    white: float
    unsigned: bool = False
    stretched: bool = False


def scale_of(
    mode: str, strips: Iterable[Image.Image], bits: int, inverted: bool, unsigned: bool
) -> Scale:
    """Return the scale of a deep grey image, see `range_of`.

    Args:
        mode: One of MODES.
        strips: The whole image, piece by piece.
        bits: Bits per sample in the file.
        inverted: 0 means white.
        unsigned: See `Scale`.
    """
    extremes = _extremes(strips, unsigned)
    scale = range_of(extremes, bits if mode.startswith("I;16") else 0, is_float=mode == "F")
    scale = replace(scale, unsigned=unsigned)
    return replace(scale, black=scale.white, white=scale.black) if inverted else scale


def range_of(extremes: tuple[float, float], bits: int, *, is_float: bool) -> Scale:
    """Return what becomes black and what white.

    Unsigned values of up to 16 bits count from 0 to the largest that they can have; but 16-bit
    values of which none needs more than 12 bits were measured with fewer bits, as by microscopes
    and scanners, and count from 0 to the largest that those bits can have (so that images of a
    series stay comparable). Floats count from 0 to 1 where all are in that range, signed and
    32-bit values from 0 to 65535. Otherwise there is no agreed white: the darkest and the
    brightest value become black and white.

    Args:
        extremes: Darkest and brightest value.
        bits: Of unsigned values up to 16 bits; 0 for all others.
        is_float: Whether they are floats.
    """
    darkest, brightest = extremes
    if bits:
        used = int(brightest).bit_length()
        stretched = bits == 16 and 0 < used <= NARROW_BITS
        return Scale(0.0, float((1 << (max(used, 8) if stretched else bits)) - 1), False, stretched)
    natural = 1.0 if is_float else 65535.0
    if darkest >= 0 and brightest <= natural:
        return Scale(0.0, natural)
    return Scale(darkest, brightest, stretched=True)


def to_grey8(strip: Image.Image, scale: Scale) -> Image.Image:
    """Return `strip`, of one of MODES, in mode "L"."""
    return Image.fromarray(to_8_bit(values_of(strip, scale.unsigned), scale))


def to_8_bit(values: NDArray[Any], scale: Scale) -> NDArray[np.uint8]:
    """Return numbers of any kind as 0..255, rounded. What is no number becomes black."""
    with np.errstate(invalid="ignore", over="ignore"):
        scaled = values.astype(np.float64)
        scaled -= scale.black
        scaled *= 255 / (scale.white - scale.black) if scale.white != scale.black else 0
        scaled += 0.5
    np.nan_to_num(scaled, copy=False, nan=0, posinf=255, neginf=0)
    return scaled.clip(0, 255, out=scaled).astype(np.uint8)


def extremes_of(parts: Iterable[NDArray[Any]]) -> tuple[float, float]:
    """Return the darkest and the brightest of all numbers; 0 and 1 where there is none."""
    low, high = np.inf, -np.inf
    for values in parts:
        numbers = values[np.isfinite(values)] if values.dtype.kind == "f" else values
        if numbers.size:
            low, high = min(low, float(numbers.min())), max(high, float(numbers.max()))
    return (low, high) if low <= high else (0.0, 1.0)


def values_of(strip: Image.Image, unsigned: bool) -> NDArray[Any]:
    """Return the numbers of an image of one of MODES, (H, W); see `Scale.unsigned`."""
    values = np.asarray(strip)
    return values.view(np.uint32) if unsigned else values


def _extremes(strips: Iterable[Image.Image], unsigned: bool) -> tuple[float, float]:
    return extremes_of(values_of(strip, unsigned) for strip in strips)
