"""JPEG XR (HD Photo), decoded by jxrlib."""

import struct
from typing import Any

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from cozviewer.image.readers.light import shown_light
from cozviewer.image.readers.opened import Opened, Pixels, checked_page

_WIDTH, _HEIGHT = 0xBC80, 0xBC81
_BYTES_PER_PIXEL = 48
"""jxrlib's coefficients, up to 4 channels of 4 bytes each, unpacked and copied."""


def open_picture(path: str, page: int | None) -> Opened:
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

    def decode() -> Pixels:
        return _pixels(imagecodecs.jpegxr_decode(content))

    return Opened(width, height, _BYTES_PER_PIXEL * width * height, decode)


def _pixels(values: NDArray[Any]) -> Pixels:
    match values.dtype.kind:
        case "f":  # scRGB: linear, 1 is white
            return shown_light(values, "scRGB")
        case "b":
            return Pixels(values.astype(np.uint8) * 255)
        case "u" if values.dtype.itemsize == 1:
            return Pixels(values)
        case "u" if values.dtype.itemsize == 2:
            return Pixels(((values.astype(np.uint32) * 255 + 32767) // 65535).astype(np.uint8))
    raise ValueError(f"samples of type {values.dtype}")
