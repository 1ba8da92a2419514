"""Colours of more than 8 bits in AVIF and HEIC; Pillow and its plugin give 8 bits of them.

Those that are tone-mapped (PQ, HLG) stay with these, and so do sequences of AVIF, as imagecodecs
(2026.3) hangs when it is asked for one frame.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL.AvifImagePlugin import AvifImageFile

from cozviewer.image import exif
from cozviewer.image.heif_boxes import (
    HEAD_BYTES,
    channel_bits,
    is_sequence,
    kind_of_brands,
    nclx_colour,
)
from cozviewer.image.pixels import turned_upright
from cozviewer.image.readers.deep_numbers import numbers_range, stretched_to_16, toned_numbers
from cozviewer.image.readers.opened import Opened, Pixels, Refused, checked_page
from cozviewer.image.tone import AUTOMATIC, Tone
from cozviewer.image.toning.samples import Samples

_BYTES_PER_PIXEL = 48
"""Up to 4 channels of the decoder's planes of 2 bytes, of what it returns, and of 16 bits, twice;
then of what is shown."""

_MODULES = {"AVIF": "imagecodecs._avif", "HEIC": "pillow_heif"}


def deep_bits(kind: str, head: bytes) -> int:
    """Return the bits of the colours of a file, if this reader gives more of them; else 0.

    Args:
        kind: "AVIF" or "HEIC".
        head: The first HEAD_BYTES of the file.
    """
    bits, coded = channel_bits(head), nclx_colour(head)
    if len(bits) != 3 or len(set(bits)) != 1 or not 8 < bits[0] <= 16:
        return 0
    if kind == "AVIF" and is_sequence(head):
        return 0
    if (coded is not None and coded.hdr) or not _is_installed(_MODULES[kind]):
        return 0
    return bits[0]


def _is_installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ImportError:  # of the package that the module is part of
        return False


@dataclass(frozen=True)
class _File:
    """What a library says about a file, and reads from it.

    Attributes:
        size: Width and height of the page, upright.
        page, pages: Which page or frame it is, from 1, and how many there are.
        icc: Its colour profile.
        exif: Its EXIF block, adapted to the upright image.
        numbers: Returns (H, W, C), upright: 8 bits, or more in uint16.
    """

    size: tuple[int, int]
    page: int
    pages: int
    icc: bytes | None
    exif: bytes | None
    numbers: Callable[[], NDArray[Any]]


def open_image(path: str, page: int | None) -> Opened:
    """Read the header of a file that has `deep_bits`."""
    with open(path, "rb") as file:
        head = file.read(HEAD_BYTES)
    (bits, *_) = channel_bits(head)
    opened = (_avif if kind_of_brands(head) == "AVIF" else _heic)(path, page)

    def numbers() -> NDArray[Any]:
        """Return (H, W, C) of 8 or 16 bits."""
        values = opened.numbers()
        # Another image of a HEIC file, a thumbnail perhaps, may have 8 bits.
        return values if values.dtype == np.uint8 else stretched_to_16(values, bits)

    def toned(tone: Tone) -> Pixels:
        values = numbers()
        if values.dtype == np.uint16:
            return toned_numbers(values, tone, opened.icc, opened.exif)
        if tone.changed:
            raise Refused("no tone")
        return Pixels(values, icc=opened.icc, exif=opened.exif)

    def samples() -> Samples:
        values = numbers()
        if values.dtype == np.uint8:
            raise Refused("no tone")
        return Samples(values, numbers_range(values)[1], icc=opened.icc)

    width, height = opened.size
    return Opened(
        width,
        height,
        _BYTES_PER_PIXEL * width * height,
        lambda: toned(AUTOMATIC),
        opened.page,
        opened.pages,
        toned=toned,
        samples=samples,
    )


def _avif(path: str, page: int | None) -> _File:
    with AvifImageFile(path) as image:
        size, info = image.size, image.info
    page, block = checked_page(page, 1), info.get("exif")
    turn = exif.orientation(block)  # the plugin puts that of the boxes there

    def numbers() -> NDArray[Any]:
        from imagecodecs import avif_decode

        with open(path, "rb") as file:
            values: NDArray[Any] = avif_decode(file.read())
        if values.ndim != 3 or values.shape[1::-1] != size:
            raise ValueError(f"{values.shape} pixels in place of {size}")
        return turned_upright(values, turn)

    upright_size = size[::-1] if turn >= 5 else size
    return _File(upright_size, page, 1, info.get("icc_profile"), exif.upright(block), numbers)


def _heic(path: str, page: int | None) -> _File:
    from pillow_heif import open_heif

    file: Any = open_heif(path, convert_hdr_to_8bit=False, hdr_to_16bit=False)
    page = checked_page(file.primary_index + 1 if page is None else page, len(file))
    image = file[page - 1]  # libheif turns it upright
    info = image.info
    icc, block = info.get("icc_profile"), exif.upright(info.get("exif"))
    return _File(image.size, page, len(file), icc, block, lambda: np.asarray(image))
