"""Gigapixel files for tests, written in a moment: most of their tiles are the same bytes.

A pyramidal BigTIFF of 100 000 x 100 000 pixels of which each level has a few distinct tiles, which
many entries of the directory name.
"""

import io
import struct
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cozviewer.image.pixels import Rgb8

SIDE = 256
"""Side of a tile in pixels."""

KINDS = 4
"""Distinct tiles of a level, across and down."""

JPEG, NONE = 7, 1

ACROSS = np.arange(SIDE, dtype=np.float32) / SIDE
"""Where the pixels of a tile are, as parts of its width."""


def tile_at(level: int, col: int, row: int) -> Rgb8:
    """Return what a tile of `giant_tiff` shows: a gradient whose colours name level and place."""
    kind = (col % KINDS) + KINDS * (row % KINDS)
    tile = np.empty((SIDE, SIDE, 3), np.uint8)
    tile[..., 0] = (60 + 120 * ACROSS + 8 * (kind % 7)).clip(0, 255)
    tile[..., 1] = (60 + 120 * ACROSS[:, None] + 10 * (kind % 5)).clip(0, 255)
    tile[..., 2] = (40 + 20 * level + _waves(kind)).clip(0, 255)
    return tile


@cache
def _waves(kind: int) -> NDArray[np.float32]:
    waves: NDArray[np.float32] = 20 * np.sin(40 * ACROSS * ACROSS[:, None] + kind)
    return waves


def giant_tiff(
    path: Path,
    width: int = 100_000,
    height: int = 100_000,
    *,
    reduced: bool = True,
    compression: int = NONE,
    tile: Callable[[int, int, int], Rgb8] = tile_at,
    special: dict[tuple[int, int, int], Rgb8] | None = None,
) -> Path:
    """Write a tiled BigTIFF.

    Args:
        reduced: Whether it has smaller versions, each half as large, as SubIFDs.
        compression: NONE or JPEG.
        tile: Returns the pixels of a tile (level, column, row); asked for KINDS x KINDS tiles.
        special: Tiles that are different, by (level, column, row).
    """
    special = special or {}
    sizes = [(width, height)]
    while reduced and max(sizes[-1]) > 2 * SIDE:
        sizes.append((-(-sizes[-1][0] // 2), -(-sizes[-1][1] // 2)))
    body = bytearray(b"II" + struct.pack("<HHHQ", 43, 8, 0, 0))
    directories = []
    for level, size in enumerate(sizes):
        columns, rows = -(-size[0] // SIDE), -(-size[1] // SIDE)
        places = np.zeros((rows, columns), np.uint64)
        counts = np.zeros((rows, columns), np.uint64)
        for kind in range(KINDS * KINDS):
            col, row = kind % KINDS, kind // KINDS
            packed = _packed(tile(level, col, row), compression)
            places[row::KINDS, col::KINDS] = len(body)
            counts[row::KINDS, col::KINDS] = len(packed)
            body += packed
        for (of, col, row), pixels in special.items():
            if of == level:
                packed = _packed(pixels, compression)
                places[row, col], counts[row, col] = len(body), len(packed)
                body += packed
        directories.append((size, places, counts))
    offsets: list[int] = []
    for level in reversed(range(len(directories))):
        size, places, counts = directories[level]
        subs = offsets[::-1] if level == 0 else []
        offsets.append(_directory(body, size, places, counts, compression, level > 0, subs))
    struct.pack_into("<Q", body, 8, offsets[-1])
    path.write_bytes(body)
    return path


def _packed(pixels: Rgb8, compression: int) -> bytes:
    if compression == NONE:
        return pixels.tobytes()
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=90, subsampling=0)
    return file.getvalue()


def _directory(
    body: bytearray,
    size: tuple[int, int],
    places: np.ndarray,
    counts: np.ndarray,
    compression: int,
    reduced: bool,
    subs: list[int],
) -> int:
    """Append a directory of a BigTIFF, and return its place."""

    def stored(content: bytes) -> int:
        body.extend(bytes(-len(body) % 8))
        at = len(body)
        body.extend(content)
        return at

    def entry(tag: int, kind: int, form: str, *values: int) -> bytes:
        content = struct.pack("<" + form * len(values), *values)
        if len(content) > 8:
            content = struct.pack("<Q", stored(content))
        return struct.pack("<HHQ", tag, kind, len(values)) + content.ljust(8, b"\0")

    def array(tag: int, numbers: np.ndarray) -> bytes:
        if numbers.size == 1:
            return entry(tag, 16, "Q", int(numbers[0, 0]))
        at = stored(numbers.astype("<u8").tobytes())
        return struct.pack("<HHQQ", tag, 16, numbers.size, at)

    entries = [
        entry(254, 4, "I", int(reduced)),
        entry(256, 4, "I", size[0]),
        entry(257, 4, "I", size[1]),
        entry(258, 3, "H", 8, 8, 8),
        entry(259, 3, "H", compression),
        entry(262, 3, "H", 6 if compression == JPEG else 2),
        entry(277, 3, "H", 3),
        entry(284, 3, "H", 1),
        entry(322, 3, "H", SIDE),
        entry(323, 3, "H", SIDE),
        array(324, places),
        array(325, counts),
    ]
    if subs:
        entries.append(entry(330, 18, "Q", *subs))
    at = stored(struct.pack("<Q", len(entries)) + b"".join(entries) + struct.pack("<Q", 0))
    return at
