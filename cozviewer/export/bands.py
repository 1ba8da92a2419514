"""A picture that comes in bands, as a stream of PNG: how it gets into libvips without being whole
in memory or on disk. The stream is not compressed, so making and reading it costs next to nothing.
"""

import struct
import zlib
from collections.abc import Iterable, Iterator

import numpy as np

from cozviewer.image.pixels import Rgb8

ROWS = 32
"""Rows in one piece of the stream."""

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_EIGHT_BIT_RGB = (8, 2, 0, 0, 0)


def png_stream(width: int, height: int, bands: Iterable[Rgb8]) -> Iterator[bytes]:
    """Yield the bytes of a PNG (RFC 2083) without compression.

    Args:
        width, height: Of the picture, below 2^31.
        bands: (rows, width, 3) uint8 from top to bottom, `height` rows in all; each is asked for
            when the stream gets there.
    """
    yield _SIGNATURE + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, *_EIGHT_BIT_RGB))
    stored = zlib.compressobj(0)
    for band in bands:
        for top in range(0, len(band), ROWS):
            rows = band[top : top + ROWS]
            # Each row begins with the number of its filter: 0, none.
            lines = np.zeros((len(rows), 1 + 3 * width), np.uint8)
            lines[:, 1:] = rows.reshape(len(rows), -1)
            yield _chunk(b"IDAT", stored.compress(lines.data))
    yield _chunk(b"IDAT", stored.flush()) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    check = zlib.crc32(data, zlib.crc32(kind))
    return b"".join((struct.pack(">I", len(data)), kind, data, struct.pack(">I", check)))
