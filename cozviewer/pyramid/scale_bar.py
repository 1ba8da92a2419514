"""Scale bars: the length of a bar in the image, and its length on the subject.

Lengths are 1, 2 or 5 times a power of ten, in the unit that needs the fewest digits; angles are
what is read on maps of the sky: 1, 2, 5, 10, 20 or 30 seconds or minutes, or degrees.
"""

import math
from dataclasses import dataclass

from cozviewer.image.subject import Scale

LONGEST = 200.0
"""Maximum length of a bar in logical pixels. As lengths are at most 2.5 times apart, a bar has at
least 80."""

_UNITS = (("km", 3), ("m", 0), ("cm", -2), ("mm", -3), ("µm", -6), ("nm", -9), ("pm", -12))
"""Units of length with the powers of ten of a metre, descending."""

_ANGLES = (("°", 3600.0), ("\N{PRIME}", 60.0), ("″", 1.0))
_SMALL_ANGLES = (("mas", -3), ("µas", -6))
_OF_SIXTY = (1, 2, 5, 10, 20, 30)

_LARGEST_KM = 6
"""The power of ten of kilometres beyond which a length is written as 2·10⁹ km."""

_ALMOST = 1 + 1e-9
"""Tolerance for lengths that fit exactly."""


@dataclass(frozen=True)
class ScaleBar:
    """A bar of a known length.

    Attributes:
        length: In pixels of the image, > 0.
        label: The length on the subject: "50 µm".
    """

    length: float
    label: str


def scale_bar(
    scale: Scale, magnification: float, sideways: bool = False, longest: float = LONGEST
) -> ScaleBar | None:
    """Return the longest horizontal bar that fits.

    Args:
        scale: Of the source.
        magnification: Pixels of the image per source pixel, > 0.
        sideways: Whether the image is turned by a quarter.
        longest: Maximum length in pixels of the image.

    Returns:
        A bar longer than `longest` / 2.5; None if the whole sky would be too short for that.
    """
    each = (scale.down if sideways else scale.across) / magnification
    room = each * longest * _ALMOST
    found = _angle_within(room) if scale.unit == "arcsec" else _length_within(room)
    if found is None:
        return None
    size, label = found
    return ScaleBar(size / each, label)


def size_text(size: float, unit: str) -> str:
    """Return the size of a pixel: "0.25 µm", "10 m", "0.4″".

    Args:
        size: In metres or seconds of arc, > 0.
        unit: "m" or "arcsec".
    """
    if unit == "arcsec":
        return f"{size:.4g}″"
    name, power = next((each for each in _UNITS if size >= 0.1 * 10.0 ** each[1]), _UNITS[-1])
    return f"{size / 10.0**power:.4g} {name}"


def _length_within(metres: float) -> tuple[float, str]:
    digit, power = _round_within(metres)
    name, unit = ("km", 3) if power > 0 else ("m", 0)
    if power - unit <= _LARGEST_KM:
        for each, least in _UNITS:
            if power >= least:
                return digit * 10.0**power, f"{digit * 10 ** (power - least):,} {each}"
    exponent = _raised(power - unit)
    number = f"10{exponent}" if digit == 1 else f"{digit}·10{exponent}"
    return digit * 10.0**power, f"{number} {name}"


def _angle_within(seconds: float) -> tuple[float, str] | None:
    if seconds < 1:
        digit, power = _round_within(seconds)
        for name, least in _SMALL_ANGLES:
            if power >= least:
                return digit * 10.0**power, f"{digit * 10 ** (power - least):,} {name}"
        return digit * 10.0**power, f"{digit}·10{_raised(power)}″"
    for name, unit in _ANGLES:
        steps = (*_OF_SIXTY, 60, 90, 180) if unit == 3600 else _OF_SIXTY
        fitting = [step for step in steps if step * unit <= seconds]
        if fitting:
            step = fitting[-1]
            return (step * unit, f"{step}{name}") if seconds < 2.5 * step * unit else None
    return None


def _round_within(value: float) -> tuple[int, int]:
    """Return the largest digit * 10^power of the digits 1, 2 and 5 that is not above a value."""
    power = math.floor(math.log10(value))
    if 10.0**power > value:  # rounded up
        power -= 1
    digit = next(digit for digit in (5, 2, 1) if digit * 10.0**power <= value)
    return digit, power


def _raised(number: int) -> str:
    return str(number).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
