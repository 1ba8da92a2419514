"""JPEG XL, decoded by libjxl."""

from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import ImageOps
from pillow_jxl.JpegXLImagePlugin import JXLImageFile

from cozviewer.image import exif
from cozviewer.image.colours import high_bit_depth as deep
from cozviewer.image.readers.deep_numbers import numbers_range, toned_numbers
from cozviewer.image.readers.opened import Opened, Pixels, Refused, checked_page
from cozviewer.image.tone import AUTOMATIC, Tone
from cozviewer.image.toning.samples import Samples

_BYTES_PER_PIXEL = 48
"""libjxl works in 4 planes of floats, and again in those that filters read; then 8 of 16-bit
colours and two copies of what is shown."""

_RATIOS = ((0, 0), (1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))
_HEAD_BYTES = 1 << 16


def open_image(path: str, page: int | None) -> Opened:
    """Read the size of a JPEG XL file; its plugin would decode all of it at once."""
    checked_page(page, 1)
    with open(path, "rb") as file:
        width, height, bits = header_of(file.read(_HEAD_BYTES))

    def read() -> tuple[Any, bytes | None]:
        """Return the image in 8 bits, or of deep grey in all, and its profile."""
        with open(path, "rb") as file:
            image: Any = JXLImageFile(file)
            image.load()
        icc = image.info.get("icc_profile")
        return image, icc if isinstance(icc, bytes) else None

    def numbers(image: Any) -> NDArray[Any] | None:
        """Return (H, W, C) of more than 8 bits; None where there are none."""
        if image.mode in deep.MODES:
            return np.asarray(image)[..., None]
        if bits <= 8 or image.jpeg or find_spec("imagecodecs") is None:
            return None
        from imagecodecs import jpegxl_decode

        with open(path, "rb") as file:  # as the plugin gives 8 bits of colours
            values: NDArray[Any] = jpegxl_decode(file.read())
        if values.dtype != np.uint16 or values.shape[:2] != (image.height, image.width):
            return None
        return values.reshape(*values.shape[:2], -1)

    def toned(tone: Tone) -> Pixels:
        image, icc = read()
        block, values = exif.upright(image.info.get("exif")), numbers(image)
        if values is not None:
            return toned_numbers(values, tone, icc, block)
        if tone.changed:
            raise Refused("no tone")
        # A JPEG inside is given as it is; all else libjxl turns upright.
        upright = ImageOps.exif_transpose(image) if image.jpeg else image
        return Pixels(np.asarray(upright), icc=icc, exif=block)

    def samples() -> Samples:
        image, icc = read()
        values = numbers(image)
        if values is None:
            raise Refused("no tone")
        return Samples(values, numbers_range(values)[1], icc=icc)

    needed = _BYTES_PER_PIXEL * width * height
    return Opened(width, height, needed, lambda: toned(AUTOMATIC), toned=toned, samples=samples)


def header_of(head: bytes) -> tuple[int, int, int]:
    """Return (width, height), upright, and the bits of a sample of a file that starts with `head`
    (ISO/IEC 18181-1, 9.2); of what moves or has a preview 8 bits.

    Raises:
        ValueError: It is cut off.
    """
    if head[:2] != b"\xff\x0a":
        head = _codestream(head)
    bits = _Bits(head[2:66])
    width, height = _size(bits)
    if bits.read(1):  # all_default
        return width, height, 8
    # The size is that before turning.
    turn, is_simple = 0, True
    if bits.read(1):  # extra_fields
        turn = bits.read(3)
        if bits.read(1):  # have_intrinsic_size
            _size(bits)
        is_simple = not bits.read(2)  # neither have_preview nor have_animation
    deep_bits = _sample_bits(bits) if is_simple else 8
    return (height, width, deep_bits) if turn >= 4 else (width, height, deep_bits)


def _sample_bits(bits: "_Bits") -> int:
    is_float, choice = bits.read(1), bits.read(2)
    if choice == 3:
        return bits.read(6) + 1
    return ((32, 16, 24) if is_float else (8, 10, 12))[choice]


def _size(bits: "_Bits") -> tuple[int, int]:
    small = bits.read(1)
    height = 8 * (bits.read(5) + 1) if small else _length(bits)
    ratio = bits.read(3)
    if ratio:
        above, below = _RATIOS[ratio]
        width = height * above // below
    else:
        width = 8 * (bits.read(5) + 1) if small else _length(bits)
    return width, height


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
