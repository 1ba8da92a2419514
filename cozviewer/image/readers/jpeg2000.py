"""Colours of more than 8 bits in JPEG 2000, decoded by OpenJPEG; Pillow gives 8 bits of them."""

from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL.Jpeg2KImagePlugin import Jpeg2KImageFile

from cozviewer.image.heif_boxes import HEAD_BYTES, jp2_profile
from cozviewer.image.readers.deep_numbers import numbers_range, stretched_to_16, toned_numbers
from cozviewer.image.readers.opened import Opened, Pixels, checked_page
from cozviewer.image.tone import AUTOMATIC, Tone
from cozviewer.image.toning.samples import Samples

_BYTES_PER_PIXEL = 48
"""Up to 4 channels of OpenJPEG's coefficients of 4 bytes, twice, and of 16 bits, and a copy."""

_START, _COMPONENTS = b"\xff\x4f\xff\x51", 40
"""The markers SOC and SIZ, and from there to the number of components (ISO/IEC 15444-1, A.5.1)."""

_PLAIN_COLOURS = (b"colr\x01\x00\x00\x00\x00\x00\x10", b"colr\x02", b"colr\x03")
"""The beginnings of the box of colours, of sRGB and of profiles (I.5.3.3)."""


def deep_bits(head: bytes) -> int:
    """Return the bits of the colours of a file that starts with `head`, if this reader gives more
    of them than Pillow does; else 0."""
    start = head.find(_START)
    boxes, siz = head[: max(start, 0)], head[max(start, 0) :]
    count = int.from_bytes(siz[_COMPONENTS : _COMPONENTS + 2], "big")
    components = siz[_COMPONENTS + 2 : _COMPONENTS + 2 + 3 * count]
    kinds = {components[at : at + 3] for at in range(0, len(components), 3)}
    if start < 0 or count not in (3, 4) or len(components) < 3 * count or len(kinds) != 1:
        return 0
    if boxes and (b"pclr" in boxes or not any(colour in boxes for colour in _PLAIN_COLOURS)):
        return 0
    depth, across, down = kinds.pop()  # 7 bits of the depth - 1, after that of the sign
    deep = 8 <= depth < 16 and (across, down) == (1, 1) and find_spec("imagecodecs") is not None
    return depth + 1 if deep else 0


def open_image(path: str, page: int | None) -> Opened:
    """Read the header of a file that has `deep_bits`."""
    checked_page(page, 1)
    with open(path, "rb") as file:
        content = file.read()
    with Jpeg2KImageFile(path) as image:
        (width, height), dpi = image.size, image.info.get("dpi")
    bits, icc = deep_bits(content[:HEAD_BYTES]), jp2_profile(content[:HEAD_BYTES])

    def numbers() -> NDArray[Any]:
        """Return (H, W, C) of 16 bits."""
        from imagecodecs import jpeg2k_decode

        values: NDArray[Any] = jpeg2k_decode(content)
        if values.dtype != np.uint16 or values.shape[:2] != (height, width) or values.ndim != 3:
            raise ValueError(f"{values.shape} samples of type {values.dtype}")
        return stretched_to_16(values, bits)

    def toned(tone: Tone) -> Pixels:
        return toned_numbers(numbers(), tone, icc)

    def samples() -> Samples:
        values = numbers()
        return Samples(values, numbers_range(values)[1], icc=icc)

    return Opened(
        width,
        height,
        _BYTES_PER_PIXEL * width * height,
        lambda: toned(AUTOMATIC),
        per_cm=None if dpi is None else (dpi[0] / 2.54, dpi[1] / 2.54),
        toned=toned,
        samples=samples,
    )
