"""Smaller versions of a picture whose file has none: made once when it is opened."""

from collections.abc import Callable

import numpy as np

from cozviewer.image.overviews import halved
from cozviewer.image.pixels import Rgb8
from cozviewer.image.reading import STOPPED
from cozviewer.image.rect import Rect
from cozviewer.image.tiled.level_file import FIRST_REDUCED, SIDE, LevelFile
from cozviewer.image.tiled.protocol import RegionFacts, RegionReader
from cozviewer.util.cancel import IsCancelled, check_cancelled, never

MOST_PIXELS = 50_000_000
"""Pixels of the coarsest level of a file up to which no smaller ones are made: half a second of
reading."""

BLOCK = SIDE << FIRST_REDUCED
"""Side of what is read at once, in pixels: a square of the finest reduced level."""


class WithReduced:
    """A reader and reduced levels in a temporary file; see `RegionReader`."""

    def __init__(self, reader: RegionReader, file: LevelFile) -> None:
        self._reader, self._file = reader, file
        self._count = len(reader.sizes)

    @property
    def kind(self) -> str:
        return self._reader.kind

    @property
    def sizes(self) -> tuple[tuple[int, int], ...]:
        return (*self._reader.sizes, *self._file.sizes)

    @property
    def facts(self) -> RegionFacts:
        return self._reader.facts

    def read(self, level: int, region: Rect) -> Rgb8:
        if level < self._count:
            return self._reader.read(level, region)
        return self._file.read(level - self._count, region)

    def close(self) -> None:
        self._reader.close()
        self._file.close()


def with_reduced(
    reader: RegionReader, name: str, progress: Callable[[float], None], cancelled: IsCancelled
) -> RegionReader:
    """Return a reader that has small levels, too; the same one if its file has some.

    Reads all of the picture otherwise: a minute for 10 gigapixels of JPEG tiles, and 2 % of its
    size unpacked on the disk.

    Args:
        reader: Belongs to the result; closed if this raises.
        name: What people call the picture.
        progress: Gets the part that is done, 0..1.
        cancelled: Checked often.

    Raises:
        BadInput: The picture is damaged.
        Cancelled: `cancelled` returned True.
        Failure: The disk is full.
    """
    width, height = reader.sizes[-1]
    if width * height <= MOST_PIXELS:
        return reader
    try:
        file = LevelFile(name, width, height, reduced_only=True)
        try:
            _fill(file, reader, progress, cancelled)
        except BaseException:
            file.close()
            raise
    except BaseException:
        reader.close()
        raise
    return WithReduced(reader, file)


def _fill(
    file: LevelFile, reader: RegionReader, progress: Callable[[float], None], cancelled: IsCancelled
) -> None:
    last = len(reader.sizes) - 1
    whole = Rect(0, 0, *reader.sizes[last])
    columns, rows = -(-whole.width // BLOCK), -(-whole.height // BLOCK)
    for row in range(rows):
        for col in range(columns):
            check_cancelled(cancelled, STOPPED)
            square = Rect(col * BLOCK, row * BLOCK, BLOCK, BLOCK).intersected(whole)
            pixels = reader.read(last, square)
            for _ in range(FIRST_REDUCED):
                pixels = halved(np.ascontiguousarray(pixels), never)
            file.write_square(0, col, row, pixels)
            progress((row * columns + col + 1) / (rows * columns))
    for index in range(1, len(file.sizes)):
        check_cancelled(cancelled, STOPPED)
        _halve_level(file, index)


def _halve_level(file: LevelFile, index: int) -> None:
    """Average a level from the one before."""
    finer, (width, height) = Rect(0, 0, *file.sizes[index - 1]), file.sizes[index]
    for row in range(-(-height // SIDE)):
        for col in range(-(-width // SIDE)):
            below = Rect(2 * col * SIDE, 2 * row * SIDE, 2 * SIDE, 2 * SIDE).intersected(finer)
            file.write_square(index, col, row, halved(file.read(index - 1, below), never))
