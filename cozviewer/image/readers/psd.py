"""Photoshop's PSD and PSB: the finished picture in the file, or else the layers."""

import struct
from typing import Any

import numpy as np

from cozviewer.image.readers.opened import Note, Opened, Pixels, Refused, checked_page


def open_picture(path: str, page: int | None) -> Opened:
    """Read the header of a file."""
    checked_page(page, 1)
    with open(path, "rb") as file:
        head = file.read(26)
    _, _, channels, height, width, depth, _ = struct.unpack(">4sH6xHIIHH", head)
    needed = width * height * (max(1, depth // 8) * channels * 3 + 160) + (1 << 28)
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
        raise Refused("no picture")
    icc = image.info.get("icc_profile")
    if image.mode not in ("L", "LA", "RGB", "RGBA"):
        image, icc = image.convert("RGB"), None
    return Pixels(np.asarray(image), notes, icc=icc if isinstance(icc, bytes) else None)
