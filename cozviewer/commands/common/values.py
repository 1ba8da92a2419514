"""Values of options: positions, zooms, sizes and numbers, parsed exactly or refused.

The functions are used as argparse types. A `BadInput` passes through argparse untouched, so the
user sees each message as it is written here.
"""

import re
from fractions import Fraction
from pathlib import Path

from cozviewer.config.choice import LARGEST_STRENGTH
from cozviewer.image.tone import Tone, tone_of
from cozviewer.util.errors import BadInput
from cozviewer.util.file_links import is_file_link, path_of_file_link
from cozviewer.util.paths import check_path

LARGEST_ZOOM_LOG2 = 256
"""2^256, the deepest level of a camera."""

MOST_PIXELS = 200_000_000
"""Maximum number of pixels of an output: 600 MB of memory, and as much again to save it."""

FASTEST = 240
"""Maximum frames per second of a video."""

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")
# Fraction() would read much more: "1/0", "1_000", and "1e999999999" until memory is full.

_POWER = re.compile(r"(\d{1,4})(?:\^|\*\*)([+-]?\d{1,4})")
_LENGTH = re.compile(r"(\d{1,20}(?:\.\d{0,20})?(?:[eE][+-]?\d{1,2})?|\.\d{1,20})\s*(\w{1,6})")
_SIZE = re.compile(r"(\d{1,9})\s*[xX×*]\s*(\d{1,9})")


def path(text: str) -> Path:
    """Return a path, which need not exist.

    Raises:
        BadInput: It is not a valid path; see `check_path`.
    """
    path = Path(text)
    check_path(path)
    return path


def image_path(text: str) -> Path:
    """Return a path, also of a link to a file ("file:///home/me/a%20photo.jpg").

    Raises:
        BadInput: It is not a valid path, or on another computer.
    """
    if not is_file_link(text):
        return path(text)
    found = path_of_file_link(text)
    check_path(found)
    return found


def pixel_size(text: str) -> tuple[float, str]:
    """Return a physical size: "0.25um" or "0.25 µm", "10m", "0.4arcsec".

    Returns:
        The size, and its unit, "m" or "arcsec".

    Raises:
        BadInput: It is not a length or an angle above 0.
    """
    parts = _LENGTH.fullmatch(text.strip())
    metres = {"m": 1.0, "km": 1e3, "cm": 1e-2, "mm": 1e-3, "um": 1e-6, "nm": 1e-9, "pm": 1e-12}
    if parts is not None:
        number = float(parts[1])
        unit = parts[2].replace("µ", "u").replace("μ", "u")
        size = number * metres.get(unit, 1.0)
        if 1e-17 < size < 1e17 and (unit in metres or unit == "arcsec"):
            return size, "arcsec" if unit == "arcsec" else "m"
    raise BadInput(
        f"{text!r} is not the size of a pixel: give a length or an angle, such as 0.25um, 10m or "
        "0.4arcsec."
    )


def zoom(text: str) -> Fraction:
    """Return a magnification: "4", "0.5", "1e6", "2^40", and "x64", "×64" or "64x" as well.

    Raises:
        BadInput: It is not a number above 0 and up to 2^256.
    """
    bare = text.strip().lower().strip("x×").strip()
    power = _POWER.fullmatch(bare)
    if power:
        value = _power(int(power[1]), int(power[2]))
    elif bare.strip("+-") in ("inf", "infinity"):
        value = None
    else:
        value = _exact(bare)
        if value is None:
            raise BadInput(f"The zoom {text!r} is not a number. Examples: 4, 0.5, 1e6, 2^40.")
    if value is None or value > 1 << LARGEST_ZOOM_LOG2:
        raise BadInput(f"The zoom {text} is too large; the limit is 2^{LARGEST_ZOOM_LOG2}.")
    if value <= 0:
        raise BadInput(f"The zoom {text} must be greater than 0 (1 is the original size).")
    return value


def point(text: str) -> tuple[Fraction, Fraction]:
    """Return a position "X,Y" in source pixels, with any number of decimals.

    Raises:
        BadInput: It is not two numbers.
    """
    values = [_exact(part.strip()) for part in text.split(",")]
    if len(values) != 2 or values[0] is None or values[1] is None:
        raise BadInput(
            f"The position {text!r} must be X,Y in pixels of the photo, such as 800.5,450."
        )
    return values[0], values[1]


def viewpoint(text: str) -> tuple[Fraction, Fraction, Fraction]:
    """Return a view "X,Y,M": a position in source pixels and a magnification.

    Raises:
        BadInput: It is not a view.
    """
    x, y, magnification = (*text.split(","), "", "")[:3]
    if text.count(",") != 2:
        raise BadInput(
            f"The view {text!r} must be X,Y,M, a position in pixels of the photo and a zoom, such "
            "as 800.5,450,64."
        )
    return *point(f"{x},{y}"), zoom(magnification)


def named_viewpoint(text: str) -> tuple[str, tuple[Fraction, Fraction, Fraction]]:
    """Return the name and the view of "NAME=X,Y,M".

    Raises:
        BadInput: It is not of that form.
    """
    name, equals, view = text.rpartition("=")
    if not equals or not name.strip():
        raise BadInput(f"The bookmark {text!r} must be NAME=X,Y,M, such as eye=800.5,450,64.")
    return name.strip(), viewpoint(view)


def seconds(text: str) -> float:
    """Return a duration in seconds, 0 to 3600.

    Raises:
        BadInput: It is not a number in that range.
    """
    value = _exact(text.strip())
    if value is None or not 0 <= value <= 3600:
        raise BadInput(f"The duration {text!r} must be a number of seconds from 0 to 3600.")
    return float(value)


def rate(text: str) -> Fraction:
    """Return frames per second, above 0 and up to 240: "30", "23.976", "30000/1001".

    Raises:
        BadInput: It is not a number in that range.
    """
    above, stroke, below = text.partition("/")
    value, unit = _exact(above.strip()), _exact(below.strip()) if stroke else Fraction(1)
    if value is None or not unit or not 0 < value / unit <= FASTEST:
        raise BadInput(
            f"The frame rate {text!r} must be greater than 0 and at most {FASTEST} per second."
        )
    return (value / unit).limit_denominator(1001)


def size(text: str) -> tuple[int, int]:
    """Return (width, height) of "WxH".

    Raises:
        BadInput: It is not a size, has no pixels, or more than MOST_PIXELS.
    """
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        raise BadInput(f"The size {text!r} must be WIDTHxHEIGHT, such as 1280x800.")
    width, height = int(match[1]), int(match[2])
    if not width or not height:
        raise BadInput(f"The size {text} has no pixels; both sides must be at least 1.")
    if width * height > MOST_PIXELS:
        raise BadInput(
            f"The size {text} is {width * height / 1e6:.0f} megapixels; "
            f"the limit is {MOST_PIXELS // 1_000_000}."
        )
    return width, height


def levels(text: str) -> int:
    """Return a number of zoom steps, 1 to 128.

    Raises:
        BadInput: It is not a whole number in that range.
    """
    deepest = LARGEST_ZOOM_LOG2 // 2
    if not re.fullmatch(r"\d{1,3}", text) or not 1 <= int(text) <= deepest:
        raise BadInput(f"The number of levels {text!r} must be a whole number from 1 to {deepest}.")
    return int(text)


def page(text: str) -> int:
    """Return the number of a page or frame, from 1.

    Raises:
        BadInput: It is not a whole number in that range.
    """
    if not re.fullmatch(r"\d{1,7}", text) or not int(text):
        raise BadInput(f"The page {text!r} must be a whole number from 1.")
    return int(text)


def tone(text: str) -> Tone:
    """Return how numbers become grey levels; see `image.tone.tone_of`.

    Raises:
        BadInput: It is not a tone.
    """
    return tone_of(text)


def region(text: str) -> tuple[Fraction, Fraction, Fraction, Fraction]:
    """Return a region "X,Y,WIDTH,HEIGHT" in source pixels.

    Raises:
        BadInput: It is not four numbers, or has no pixels.
    """
    found = [_exact(part.strip()) for part in text.split(",")]
    x, y, width, height = found if len(found) == 4 else [None] * 4
    if x is None or y is None or width is None or height is None:
        raise BadInput(
            f"The region {text!r} must be X,Y,WIDTH,HEIGHT in pixels of the photo, such as "
            "800,450,64,48."
        )
    if width <= 0 or height <= 0:
        raise BadInput(
            f"The region {text} has no pixels; its width and height must be greater than 0."
        )
    return x, y, width, height


def level(text: str) -> int:
    """Return the level z of a magnification that is a power of 4: "1", "x4", "64", "4^5".

    Raises:
        BadInput: It is not such a magnification.
    """
    value = zoom(text)
    z = value.numerator.bit_length() - 1
    if value != 1 << z or z % 2:
        raise BadInput(f"The level {text!r} must be a power of 4: 1, 4, 16, 64 and so on.")
    return z


def seed(text: str) -> int:
    """Return a random seed, a whole number of up to 18 digits.

    Raises:
        BadInput: It is not such a number.
    """
    if not re.fullmatch(r"[+-]?\d{1,18}", text):
        raise BadInput(f"The seed {text!r} must be a whole number of up to 18 digits.")
    return int(text)


def part(text: str) -> float:
    """Return a number from 0 to 1.

    Raises:
        BadInput: It is not a number in that range.
    """
    value = _exact(text.strip())
    if value is None or not 0 <= value <= 1:
        raise BadInput(f"{text!r} must be a number from 0 to 1, such as 0.5.")
    return float(value)


def strength(text: str) -> float:
    """Return a number from 0 to LARGEST_STRENGTH.

    Raises:
        BadInput: It is not a number in that range.
    """
    value = _exact(text.strip())
    if value is None or not 0 <= value <= LARGEST_STRENGTH:
        raise BadInput(f"{text!r} must be a number from 0 to {LARGEST_STRENGTH:g}, such as 0.5.")
    return float(value)


def tokens(text: str) -> int:
    """Return a number of tokens, 1 to 1024.

    Raises:
        BadInput: It is not a whole number in that range.
    """
    if not re.fullmatch(r"\d{1,4}", text) or not 1 <= int(text) <= 1024:
        raise BadInput(f"The number of tokens {text!r} must be from 1 to 1024.")
    return int(text)


def quality(text: str) -> int:
    """Return the quality of a lossy format.

    Raises:
        BadInput: It is not a whole number from 1 to 100.
    """
    if not re.fullmatch(r"\d{1,3}", text) or not 1 <= int(text) <= 100:
        raise BadInput(f"The quality {text!r} must be a whole number from 1 to 100.")
    return int(text)


def background(text: str) -> tuple[int, int, int] | None:
    """Return the colour under what is transparent: "white", "black" or "#rrggbb"; None for "keep".

    Raises:
        BadInput: It is none of these.
    """
    named = {"keep": None, "white": (255, 255, 255), "black": (0, 0, 0)}
    if text.lower() in named:
        return named[text.lower()]
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", text):
        raise BadInput(f"The background {text!r} must be keep, white, black or #rrggbb.")
    red, green, blue = bytes.fromhex(text[1:])
    return red, green, blue


def scale(text: str) -> int:
    """Return how many times larger a photo becomes: "4", and "x4", "×4" or "4x" as well.

    Raises:
        BadInput: It is not a whole number from 2 to 256.
    """
    bare = text.strip().lower().strip("x×").strip()
    if not re.fullmatch(r"\d{1,3}", bare) or not 2 <= int(bare) <= 256:
        raise BadInput(f"The scale {text!r} must be a whole number from 2 to 256: 2, 4, 8, 16, ...")
    return int(bare)


def _exact(text: str) -> Fraction | None:
    """Return a decimal number exactly, or None if it is not one."""
    if not _NUMBER.fullmatch(text):
        return None
    try:
        return Fraction(text)
    except ValueError:  # more digits than Python converts (4300)
        return None


def _power(base: int, exponent: int) -> Fraction | None:
    """Return base^exponent, or None far above the limit of the zoom."""
    if exponent > LARGEST_ZOOM_LOG2 and base > 1:
        return None
    return Fraction(base) ** exponent if base or exponent >= 0 else None
