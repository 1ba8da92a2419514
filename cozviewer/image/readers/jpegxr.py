"""JPEG XR (HD Photo), decoded by jxrlib."""

import struct
from typing import Any

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from cozviewer.image.readers.deep_numbers import numbers_range, toned_numbers
from cozviewer.image.readers.light import colour_range, toned_colours
from cozviewer.image.readers.opened import Opened, Pixels, Refused, checked_page
from cozviewer.image.tone import AUTOMATIC, Tone
from cozviewer.image.toning.samples import Samples

_WIDTH, _HEIGHT = 0xBC80, 0xBC81
_BYTES_PER_PIXEL = 48
"""jxrlib's coefficients, up to 4 channels of 4 bytes each, unpacked and copied."""


def open_image(path: str, page: int | None) -> Opened:
    """Read the size in the directory of the file (ITU-T T.832, annex A)."""
    checked_page(page, 1)
    with open(path, "rb") as file:
        content = file.read()
    (start,) = struct.unpack_from("<I", content, 4)
    (count,) = struct.unpack_from("<H", content, start)
    sides = {}
    for index in range(count):
        tag, kind, _, value = struct.unpack_from("<HHII", content, start + 2 + 12 * index)
        sides[tag] = value & 0xFFFF if kind == 3 else value & 0xFF if kind == 1 else value
    width, height = sides[_WIDTH], sides[_HEIGHT]

    def toned(tone: Tone) -> Pixels:
        return _pixels(imagecodecs.jpegxr_decode(content), tone)

    def samples() -> Samples:
        values = imagecodecs.jpegxr_decode(content)
        values = values.reshape(*values.shape[:2], -1)
        if values.dtype.kind == "f":
            return Samples(values, colour_range(values))
        if values.dtype != np.uint16:
            raise Refused("no tone")
        return Samples(values, numbers_range(values)[1])

    needed = _BYTES_PER_PIXEL * width * height
    return Opened(width, height, needed, lambda: toned(AUTOMATIC), toned=toned, samples=samples)


def _pixels(values: NDArray[Any], tone: Tone) -> Pixels:
    match values.dtype.kind:
        case "f":  # scRGB: linear, 1 is white
            return toned_colours(values, "scRGB", tone)
        case "u" if values.dtype.itemsize == 2:
            return toned_numbers(values.reshape(*values.shape[:2], -1), tone)
    if tone.changed:
        raise Refused("no tone")
    match values.dtype.kind:
        case "b":
            return Pixels(values.astype(np.uint8) * 255)
        case "u" if values.dtype.itemsize == 1:
            return Pixels(values)
    raise ValueError(f"samples of type {values.dtype}")
