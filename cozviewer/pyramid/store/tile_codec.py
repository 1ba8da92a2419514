"""Tiles as bytes: lossless WebP and a checksum, between the arrays of the chain and the store.

WebP with method 0 and quality 0 keeps every pixel and is ten times as fast as Pillow's lossless
default, for a few percent more bytes.
"""

import hashlib
import io

import numpy as np
from PIL import Image
from PIL.WebPImagePlugin import WebPImageFile

from cozviewer.image.pixels import Rgb8
from cozviewer.pyramid.geometry import TILE, TileKey


def encode_tile(rgb: Rgb8) -> bytes:
    """Return `rgb` as lossless WebP.

    Args:
        rgb: (H, W, 3) uint8; H and W from 1 to TILE (tiles at the image's edge are smaller).

    Raises:
        ValueError: Another shape or kind of number.
    """
    if rgb.dtype != np.uint8 or rgb.ndim != 3 or rgb.shape[2] != 3:
        raise ValueError(f"A tile is (H, W, 3) uint8, not {rgb.shape} {rgb.dtype}.")
    if not (1 <= rgb.shape[0] <= TILE and 1 <= rgb.shape[1] <= TILE):
        raise ValueError(f"A tile has 1 to {TILE} pixels a side, not {rgb.shape[:2]}.")
    out = io.BytesIO()
    Image.fromarray(rgb).save(out, "WEBP", lossless=True, quality=0, method=0)
    return out.getvalue()


def decode_tile(blob: bytes, largest: int = TILE) -> Rgb8:
    """Return the (H, W, 3) uint8 pixels of an encoded tile.

    Args:
        blob: As `encode_tile` returned it.
        largest: Most pixels that it may have, a side.

    Raises:
        ValueError: The bytes are not a tile.
    """
    size = tile_size(blob)
    if max(size) > largest:
        raise ValueError(f"A tile has at most {largest} pixels a side, not {size}.")
    try:
        # `Image.open` would take a tenth longer, looking for a format that is known.
        with WebPImageFile(io.BytesIO(blob)) as image:
            return np.array(image if image.mode == "RGB" else image.convert("RGB"))
    except (OSError, SyntaxError) as error:
        raise ValueError("The bytes are no WebP image.") from error


def tile_size(blob: bytes) -> tuple[int, int]:
    """Return (width, height) of an encoded tile from its header, without decoding it.

    Tiles are in WebP's simple lossless format: RIFF header, chunk "VP8L", a signature byte, and 14
    bits each for width and height less one (developers.google.com/speed/webp/docs/riff_container).

    Raises:
        ValueError: The bytes do not begin as a tile does.
    """
    if len(blob) < 25 or (blob[:4], blob[8:16], blob[20]) != (b"RIFF", b"WEBPVP8L", 0x2F):
        raise ValueError("The bytes are no lossless WebP image.")
    bits = int.from_bytes(blob[21:25], "little")
    return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1


def tile_checksum(key: TileKey, blob: bytes) -> bytes:
    """Return the 16-byte checksum of `blob` as the tile `key`."""
    digest = hashlib.blake2b(digest_size=16)
    digest.update(f"{key}\n".encode())
    digest.update(blob)
    return digest.digest()
