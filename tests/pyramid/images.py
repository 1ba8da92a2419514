"""Images for the tests of what opens them: patterns, and files that Pillow cannot write."""

import io
import struct
import zlib
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image

from cozviewer.image.pixels import Rgb8

EVERY_FORMAT = ("JPEG", "PNG", "WebP", "TIFF", "BMP", "GIF", "AVIF")


def noise(width: int, height: int) -> Rgb8:
    """Return an image in which every pixel differs from its neighbours."""
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


def smooth(width: int, height: int) -> Rgb8:
    """Return an image of which every corner has its own colour; lossy formats keep it well."""
    x = np.linspace(0, 1, width)[None, :]
    y = np.linspace(0, 1, height)[:, None]
    red, green, blue = 255 * x * np.ones_like(y), 255 * y * np.ones_like(x), 255 * (1 - x) * (1 - y)
    return np.dstack([red, green, blue]).astype(np.uint8)


def encoded(rgb: Rgb8, kind: str, **options: Any) -> bytes:
    """Return `rgb` as a file of one of EVERY_FORMAT."""
    file = io.BytesIO()
    Image.fromarray(rgb).save(file, format=kind.upper(), **options)
    return file.getvalue()


def png(pixels: NDArray[np.generic], depth: int, colour_type: int, *chunks: bytes) -> bytes:
    """Return a PNG of `pixels`, which hold big-endian samples as PNG wants them."""
    height, width = pixels.shape[:2]
    header = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, 0)
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            png_chunk(b"IHDR", header),
            *chunks,
            png_chunk(b"IDAT", zlib.compress(rows)),
            png_chunk(b"IEND", b""),
        ]
    )


def png_chunk(name: bytes, content: bytes) -> bytes:
    """Return one chunk of a PNG file."""
    checksum = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checksum)


def png_of_size(
    width: int, height: int, depth: int = 8, colour_type: int = 2, interlaced: bool = False
) -> bytes:
    """Return a PNG that claims a size, of which it has the first bytes only."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, interlaced)
    start = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + png_chunk(b"IDAT", start)


def tiff(pixels: NDArray[np.generic], **options: Any) -> bytes:
    """Return a TIFF of `pixels`, by a writer that knows all kinds."""
    file = io.BytesIO()
    tifffile.imwrite(file, pixels, **options)
    return file.getvalue()


def exif_block(order: str, orientation: int, thumbnail: bytes = b"") -> bytes:
    """Return an EXIF block with a camera maker, an orientation and maybe a thumbnail.

    Args:
        order: "<" or ">".
        orientation: 1 to 8.
        thumbnail: Its bytes.
    """

    def entry(tag: int, kind: int, count: int, value: bytes) -> bytes:
        return struct.pack(order + "HHI", tag, kind, count) + value.ljust(4, b"\0")

    def long(value: int) -> bytes:
        return struct.pack(order + "I", value)

    main_at, maker = 8, b"Testcam\0"
    main_size = 2 + 2 * 12 + 4
    maker_at = main_at + main_size
    second_at = maker_at + len(maker)
    second_size = 2 + 2 * 12 + 4
    block = {"<": b"II", ">": b"MM"}[order] + struct.pack(order + "HI", 42, main_at)
    block += struct.pack(order + "H", 2)
    block += entry(0x010F, 2, len(maker), long(maker_at))
    block += entry(0x0112, 3, 1, struct.pack(order + "H", orientation))
    block += long(second_at if thumbnail else 0) + maker
    if thumbnail:
        block += struct.pack(order + "H", 2)
        block += entry(0x0201, 4, 1, long(second_at + second_size))
        block += entry(0x0202, 4, 1, long(len(thumbnail))) + long(0) + thumbnail
    return b"Exif\0\0" + block
