"""A line of text in the corner of a frame, on a dark plate, readable on any ground."""

import re
import unicodedata

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from cozviewer.pyramid.pixels import Rgb8

PLATE = (0, 0, 0, 170)
INK = (240, 240, 240, 255)
"""Of the labels in the window, RGBA."""

PART = 1 / 28
"""Height of the letters' line, of the frame's height."""

SMALLEST = 10
LARGEST = 64
"""Bounds of that height in pixels."""

_SUPERSCRIPTS = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹]+")


def captioned(rgb: Rgb8, text: str) -> Rgb8:
    """Return a frame with a caption at the bottom left.

    Args:
        rgb: (H, W, 3) uint8; is not changed.
        text: One line, see `drawable`. It gets smaller where the frame is too narrow for it, and
            is cut where that does not help.
    """
    height, width = rgb.shape[:2]
    text = drawable(text)
    size = min(LARGEST, max(SMALLEST, round(height * PART)))
    length = _font(size).getlength(text) + 1.2 * size
    size = min(size, max(SMALLEST, int(size * (width - size) / length)))
    font = _font(size)
    ascent, descent = font.getmetrics()
    margin, side, above = round(0.5 * size), round(0.6 * size), round(0.3 * size)
    plate = Image.new(
        "RGBA", (round(font.getlength(text)) + 2 * side, ascent + descent + 2 * above), (0, 0, 0, 0)
    )
    draw = ImageDraw.Draw(plate)
    draw.rounded_rectangle((0, 0, plate.width - 1, plate.height - 1), round(0.3 * size), PLATE)
    draw.text((side, above), text, INK, font)
    image = Image.fromarray(rgb)
    image.paste(plate, (margin, height - margin - plate.height), plate)
    return np.asarray(image)


def drawable(text: str) -> str:
    """Return a text in the letters that Pillow's own font has (ASCII and the middle dot): "×64 ·"
    becomes "x64 ·", "10¹²" becomes "10^12", "é" becomes "e", and what has no likeness "?"."""
    text = _SUPERSCRIPTS.sub(lambda found: "^" + found[0], text.replace("×", "x"))
    plain = "".join(
        letter
        for letter in unicodedata.normalize("NFKD", text)
        if not unicodedata.combining(letter)
    )
    return "".join(letter if letter.isascii() or letter == "·" else "?" for letter in plain)


def _font(size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size)
    assert isinstance(font, ImageFont.FreeTypeFont), "Pillow's wheels have FreeType"
    return font
