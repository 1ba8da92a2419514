"""A line of text in the corner of an image, on a dark plate so that it is always readable.

In movies it shows magnification and engine; in images, if wanted, that detail was generated.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from cozviewer.export.origin import Origin
from cozviewer.image.pixels import Rgb8
from cozviewer.pyramid.wording import BORROWED, CAUTION

PLATE = (0, 0, 0, 170)
INK = (240, 240, 240, 255)
"""Of the labels in the window, RGBA."""

PART = 1 / 28
"""Height of the line of text as a part of the frame's height."""

SMALLEST = 10
LARGEST = 64
"""Bounds of that height in pixels."""

LINES = 4
"""A caption and its margin are within so many lines of text from the lower edge."""

_SUPERSCRIPTS = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹]+")


@dataclass(frozen=True, eq=False)
class Plate:
    """What lies over an image, RGBA, and where its upper left corner is."""

    image: Image.Image
    x: int
    y: int


def captioned(rgb: Rgb8, text: str) -> Rgb8:
    """Return a frame with a caption at the bottom left.

    Args:
        rgb: (H, W, 3) uint8, or with alpha (H, W, 4); is not changed.
        text: One line, see `drawable`. Set smaller if the frame is too narrow, and cut off if that
            is not enough.
    """
    return next(captioned_bands([rgb], lambda: text, rgb.shape[1], rgb.shape[0]))


def captioned_bands(
    bands: Iterable[Rgb8], text: Callable[[], str], width: int, height: int
) -> Iterator[Rgb8]:
    """Yield an image's bands, top to bottom, with a caption at the bottom left of the whole.

    Args:
        bands: (rows, width, 3) uint8, or with alpha (rows, width, 4), `height` rows in all; they
            are not changed.
        text: Returns the text, see `captioned`, or "" for none; called when the bands come near it.
    """
    top, plate, said = 0, None, None
    for band in bands:
        if said is None and top + len(band) > height - LINES * text_size(height):
            said = text()
            plate = _plate(said, width, height) if said else None
        yield band if plate is None else _plated(band, top, plate)
        top += len(band)


def plated_bands(bands: Iterable[Rgb8], plate: Plate) -> Iterator[Rgb8]:
    """Yield an image's bands, top to bottom, with a plate over the whole.

    Args:
        bands: (rows, width, 3) uint8; they are not changed.
        plate: What lies over them.
    """
    top = 0
    for band in bands:
        yield _plated(band, top, plate)
        top += len(band)


def _plated(band: Rgb8, top: int, plate: Plate) -> Rgb8:
    """Return the band that begins at a row of an image, with a plate over it."""
    if top + len(band) <= plate.y or top >= plate.y + plate.image.height:
        return band
    image, place = Image.fromarray(band), (plate.x, plate.y - top)
    if image.mode == "RGBA":
        over = Image.new("RGBA", image.size, (0, 0, 0, 0))
        over.paste(plate.image, place)
        image.alpha_composite(over)
    else:
        image.paste(plate.image, place, plate.image)
    return np.asarray(image)


def with_caution(rgb: Rgb8) -> Rgb8:
    """Return an image, (H, W, 3) uint8, with a line below that it is not for diagnosis."""
    height, width = rgb.shape[:2]
    line = np.zeros((3 * text_size(height), width, 3), np.uint8)
    return np.concatenate((rgb, captioned(line, CAUTION)))


def label_of(origin: Origin) -> str:
    """Return the label for an image: "AI-generated detail ×64"; "" for source pixels."""
    labels = {
        "generated": "AI-generated detail",
        "mixed": "partly AI-generated detail",
        "interpolated": "interpolated",
    }
    label = labels.get(origin.kind, "")
    texture = f", with {BORROWED}" if origin.borrowed else ""
    caution = f"{CAUTION} · " if origin.medical else ""
    return f"{caution}{label} ×{origin.magnification}{texture}" if label else ""


def _plate(text: str, width: int, height: int) -> Plate:
    text = drawable(text)
    size = text_size(height)
    length = built_in_font(size).getlength(text) + 1.2 * size
    size = min(size, max(SMALLEST, int(size * (width - size) / length)))
    font = built_in_font(size)
    ascent, descent = font.getmetrics()
    margin, side, above = round(0.5 * size), round(0.6 * size), round(0.3 * size)
    plate = Image.new(
        "RGBA", (round(font.getlength(text)) + 2 * side, ascent + descent + 2 * above), (0, 0, 0, 0)
    )
    draw = ImageDraw.Draw(plate)
    draw.rounded_rectangle((0, 0, plate.width - 1, plate.height - 1), round(0.3 * size), PLATE)
    draw.text((side, above), text, INK, font)
    return Plate(plate, margin, height - margin - plate.height)


def drawable(text: str) -> str:
    """Return a text in the characters of Pillow's built-in font (ASCII and the middle dot): "×64 ·"
    becomes "x64 ·", "10¹²" becomes "10^12", "é" becomes "e", and other characters "?"."""
    text = _SUPERSCRIPTS.sub(lambda found: "^" + found[0], text.replace("×", "x"))
    plain = "".join(
        letter
        for letter in unicodedata.normalize("NFKD", text)
        if not unicodedata.combining(letter)
    )
    return "".join(letter if letter.isascii() or letter == "·" else "?" for letter in plain)


def text_size(height: int) -> int:
    """Return the height of a line of text in an image of a height, in pixels."""
    return min(LARGEST, max(SMALLEST, round(height * PART)))


def built_in_font(size: int) -> ImageFont.FreeTypeFont:
    """Return Pillow's own font."""
    font = ImageFont.load_default(size)
    assert isinstance(font, ImageFont.FreeTypeFont), "Pillow's wheels have FreeType"
    return font
