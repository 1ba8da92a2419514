"""Values read from files, checked where they are read: type, range and length.

Each function returns the value or raises ValueError, whatever it was given.
"""

import math
import re
from fractions import Fraction

MOST_DIGITS = 1000
"""Of a number in text: far more than a view at the deepest level has."""

_INTEGER = re.compile(r"-?[0-9]{1,1000}")
_FRACTION = re.compile(r"-?[0-9]{1,1000}(/[0-9]{1,1000})?")


def checked_text(value: object, most: int) -> str:
    """Return text of at most `most` characters."""
    if not isinstance(value, str) or len(value) > most:
        raise ValueError("not text, or too long")
    return value


def checked_int(value: object, least: int, most: int) -> int:
    """Return a whole number from `least` to `most`; True and 1.0 are none."""
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
    """Return the whole number that a text of plain digits stands for."""
    if not isinstance(value, str) or not _INTEGER.fullmatch(value):
        raise ValueError("not a whole number as text")
    return int(value)


def fraction_of_text(value: object) -> Fraction:
    """Return what "1625/2" or "-3" stands for; Fraction() would take "1e999999999" as well."""
    if not isinstance(value, str) or not _FRACTION.fullmatch(value):
        raise ValueError("not a fraction as text")
    try:
        return Fraction(value)
    except ZeroDivisionError as error:
        raise ValueError("not a fraction") from error
