"""Photoshop's PSD and PSB: the finished image in the file, or else the layers."""

import struct
from typing import Any

import numpy as np

from cozviewer.image.readers.opened import Note, Opened, Pixels, Refused, checked_page
from cozviewer.image.readers.psd_head import has_merged

_MERGED_BYTES, _LAYER_BYTES = 24, 160
"""Per pixel besides three copies of all channels: of the finished image, and where layers are
combined in floats."""


def open_image(path: str, page: int | None) -> Opened:
    """Read the header of a file."""
    checked_page(page, 1)
    with open(path, "rb") as file:
        channels, height, width, depth = struct.unpack(">12xHIIH2x", file.read(26))
        merged = has_merged(file)
    per_pixel = 3 * channels * max(1, depth // 8) + (_MERGED_BYTES if merged else _LAYER_BYTES)
    needed = per_pixel * width * height + (1 << 28)
    return Opened(width, height, needed, lambda: _pixels(path))


def _pixels(path: str) -> Pixels:
    from psd_tools import PSDImage

    psd: Any = PSDImage.open(path)
    notes: tuple[Note, ...] = ()
    if psd.has_preview():
        image = psd.topil()
    else:
        image = psd.composite(force=True)
        notes = (("layers", {}),)
    if image is None:
        raise Refused("no image")
    icc = image.info.get("icc_profile")
    if image.mode not in ("L", "LA", "RGB", "RGBA"):
        image, icc = image.convert("RGB"), None
    return Pixels(np.asarray(image), notes, icc=icc if isinstance(icc, bytes) else None)
