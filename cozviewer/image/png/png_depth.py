"""PNG of 16 bits a channel: the lower bytes, which Pillow (13) leaves out of colours.

What is shown has 8 bits, but a curve of light that is applied to 8 bits (gAMA, PQ) tears dark parts
into visible steps. Grey of 16 bits Pillow has whole.
"""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngImageFile

_LOW_BYTES = {"RGB;16B": "RGB;16L", "RGBA;16B": "RGBA;16L"}
"""Pillow's names of how samples lie in the file, as of one of the other byte order: it keeps the
byte that comes second then, which is the lower one in PNG (13.12)."""


def has_low_bytes(image: Image.Image) -> bool:
    """Return whether a PNG, not loaded yet, has bytes that Pillow leaves out."""
    return isinstance(image, PngImageFile) and any(tile.args in _LOW_BYTES for tile in image.tile)


def low_bytes(view: io.BufferedReader) -> Image.Image:
    """Return the lower bytes of a PNG for which `has_low_bytes` holds, as an image.

    Args:
        view: The file at its start, not read by another image; not needed afterwards.
    """
    with PngImageFile(view) as image:
        image.tile = [tile._replace(args=_LOW_BYTES[str(tile.args)]) for tile in image.tile]
        image.load()
        return image.copy()


def deep_values(high: Image.Image, low: Image.Image) -> NDArray[np.uint16]:
    """Return (H, W, 3) of the upper and the lower bytes of the same part of an image."""
    values = np.asarray(high)[..., :3].astype(np.uint16)
    values <<= 8
    values |= np.asarray(low)[..., :3]
    return values
