"""Checks the type, range and length of values read from files.

Each function returns the value or raises ValueError, whatever its argument is.
"""

import math
import re
from fractions import Fraction

MOST_DIGITS = 1000
"""Longest number in text: far more digits than a view at the deepest level needs."""

_INTEGER = re.compile(r"-?[0-9]{1,1000}")
_FRACTION = re.compile(r"-?[0-9]{1,1000}(/[0-9]{1,1000})?")


def checked_text(value: object, most: int) -> str:
    """Return text of at most `most` characters."""
    if not isinstance(value, str) or len(value) > most:
        raise ValueError("not text, or too long")
    return value


def checked_int(value: object, least: int, most: int) -> int:
    """Return an integer from `least` to `most`; True and 1.0 are refused."""
    if type(value) is not int or not least <= value <= most:
        raise ValueError("not a whole number in its range")
    return value


def checked_number(value: object, least: float, most: float) -> float:
    """Return a finite number from `least` to `most`."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("not a number")
    # A whole number may be too large to become a float, but it can be compared.
    if not (least <= value <= most and math.isfinite(value)):
        raise ValueError("not a number in its range")
    return float(value)


def int_of_text(value: object) -> int:
    """Return the integer in a text of plain digits."""
    if not isinstance(value, str) or not _INTEGER.fullmatch(value):
        raise ValueError("not a whole number as text")
    return int(value)


def fraction_of_text(value: object) -> Fraction:
    """Return the value of "1625/2" or "-3"; Fraction() would accept "1e999999999", too."""
    if not isinstance(value, str) or not _FRACTION.fullmatch(value):
        raise ValueError("not a fraction as text")
    try:
        return Fraction(value)
    except ZeroDivisionError as error:
        raise ValueError("not a fraction") from error
