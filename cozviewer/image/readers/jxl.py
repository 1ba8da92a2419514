"""JPEG XL, decoded by libjxl."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps
from pillow_jxl.JpegXLImagePlugin import JXLImageFile

from cozviewer.image import exif
from cozviewer.image.colours import high_bit_depth as deep
from cozviewer.image.readers.opened import Opened, Pixels, checked_page

_BYTES_PER_PIXEL = 48
"""libjxl works in 4 planes of floats, and again in those that filters read; then 8 of 16-bit
colours and two copies of what is shown."""

_RATIOS = ((0, 0), (1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))
_HEAD_BYTES = 1 << 16


def open_picture(path: str, page: int | None) -> Opened:
    """Read the size of a JPEG XL file; its plugin would decode all of it at once."""
    checked_page(page, 1)
    with open(path, "rb") as file:
        width, height = size_of(file.read(_HEAD_BYTES))

    def decode() -> Pixels:
        with open(path, "rb") as file:
            image: Any = JXLImageFile(file)
            image.load()
        block = image.info.get("exif")
        icc = image.info.get("icc_profile")
        return Pixels(
            # A JPEG inside is given as it is; all else libjxl turns upright.
            _values(ImageOps.exif_transpose(image) if image.jpeg else image),
            icc=icc if isinstance(icc, bytes) else None,
            exif=exif.upright(block),
        )

    return Opened(width, height, _BYTES_PER_PIXEL * width * height, decode)


def size_of(head: bytes) -> tuple[int, int]:
    """Return (width, height), upright, of a file that starts with `head` (ISO/IEC 18181-1, 9.2).

    Raises:
        ValueError: It is cut off.
    """
    if head[:2] != b"\xff\x0a":
        head = _codestream(head)
    bits = _Bits(head[2:66])
    small = bits.read(1)
    height = 8 * (bits.read(5) + 1) if small else _length(bits)
    ratio = bits.read(3)
    if ratio:
        above, below = _RATIOS[ratio]
        width = height * above // below
    else:
        width = 8 * (bits.read(5) + 1) if small else _length(bits)
    # What follows is the turn, unless all_default is set or extra_fields is not. The size is that
    # before turning.
    turn = bits.read(3) if not bits.read(1) and bits.read(1) else 0
    return (height, width) if turn >= 4 else (width, height)


def _codestream(head: bytes) -> bytes:
    """Return the start of the codestream in boxes (ISO/IEC 18181-2)."""
    at = 0
    while at + 16 <= len(head):
        size, name, start = int.from_bytes(head[at : at + 4]), head[at + 4 : at + 8], 8
        if size == 1:
            size, start = int.from_bytes(head[at + 8 : at + 16]), 16
        if name in (b"jxlc", b"jxlp"):
            content = head[at + start + (4 if name == b"jxlp" else 0) :]
            if content[:2] == b"\xff\x0a":
                return content
        if size < start:
            break
        at += size
    raise ValueError("no codestream")


def _length(bits: "_Bits") -> int:
    return bits.read((9, 13, 18, 30)[bits.read(2)]) + 1


class _Bits:
    def __init__(self, content: bytes) -> None:
        self._left, self._number = 8 * len(content), int.from_bytes(content, "little")

    def read(self, count: int) -> int:
        if count > self._left:
            raise ValueError("cut off")
        value = self._number & ((1 << count) - 1)
        self._number >>= count
        self._left -= count
        return value


def _values(image: Image.Image) -> NDArray[Any]:
    if image.mode in deep.MODES:
        values = np.asarray(image)
        scale = deep.range_of(
            deep.extremes_of([values]), 16 if image.mode != "F" else 0, is_float=image.mode == "F"
        )
        return deep.to_8_bit(values, scale)
    return np.asarray(image)
