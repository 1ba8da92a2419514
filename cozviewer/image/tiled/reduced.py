"""Smaller versions of an image whose file has none: made once when it is opened."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np

from cozviewer.image.alpha.plane import over
from cozviewer.image.pixels import Rgb8
from cozviewer.image.reading import STOPPED
from cozviewer.image.rect import Rect
from cozviewer.image.tiled.level_file import FIRST_REDUCED, SIDE, LevelFile, halved_pixels
from cozviewer.image.tiled.protocol import RegionFacts, RegionReader
from cozviewer.util.cancel import IsCancelled, check_cancelled

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


GLIMPSE_SIDE = 40
"""Longer side of a glimpse in pixels, each of which may cost a tile."""

GLIMPSE_SPOT = 8
"""Side of the squares that a glimpse is made of, in pixels."""

_WHITE = (255, 255, 255)


def has_small_level(reader: RegionReader) -> bool:
    """Return whether the coarsest level of a file can be read in a moment."""
    width, height = reader.sizes[-1]
    return width * height <= MOST_PIXELS


def with_reduced(
    reader: RegionReader, name: str, progress: Callable[[float], None], cancelled: IsCancelled
) -> RegionReader:
    """Return a reader that has small levels, too; the same one if its file has some.

    Reads all of the image otherwise: a minute for 10 gigapixels of JPEG tiles, and 2 % of its
    size unpacked on the disk.

    Args:
        reader: Belongs to the result; closed if this raises.
        name: What people call the image.
        progress: Gets the part that is done, 0..1.
        cancelled: Checked often.

    Raises:
        BadInput: The image is damaged.
        Cancelled: `cancelled` returned True.
        Failure: The disk is full.
    """
    if has_small_level(reader):
        return reader
    width, height = reader.sizes[-1]
    try:
        channels = 4 if reader.facts.alpha else 3
        file = LevelFile(name, width, height, channels, reduced_only=True)
        try:
            _fill(file, reader, progress, cancelled)
        except BaseException:
            file.close()
            raise
    except BaseException:
        reader.close()
        raise
    return WithReduced(reader, file)


def glimpse(reader: RegionReader, cancelled: IsCancelled) -> Rgb8:
    """Return a blurred impression of an image from a few of its pixels, in about a second.

    Returns:
        (h, w, 3) uint8, the longer side GLIMPSE_SIDE pixels; each is the mean of GLIMPSE_SPOT
        pixels, squared, in the middle of what it stands for. What is transparent lies on white.
    """
    width, height = reader.sizes[-1]
    whole = Rect(0, 0, width, height)
    across = max(1, GLIMPSE_SIDE * width // max(width, height))
    down = max(1, GLIMPSE_SIDE * height // max(width, height))
    found = np.zeros((down, across, 3), np.uint8)
    for row in range(down):
        for col in range(across):
            check_cancelled(cancelled, STOPPED)
            x, y = (2 * col + 1) * width // (2 * across), (2 * row + 1) * height // (2 * down)
            spot = Rect(x, y, GLIMPSE_SPOT, GLIMPSE_SPOT).intersected(whole)
            pixels = reader.read(len(reader.sizes) - 1, spot)
            if pixels.shape[2] == 4:
                pixels = over(pixels[..., :3], pixels[..., 3], _WHITE)
            found[row, col] = np.rint(pixels.reshape(-1, 3).mean(axis=0))
    return found


def _fill(
    file: LevelFile, reader: RegionReader, progress: Callable[[float], None], cancelled: IsCancelled
) -> None:
    last = len(reader.sizes) - 1
    whole = Rect(0, 0, *reader.sizes[last])
    columns, rows = -(-whole.width // BLOCK), -(-whole.height // BLOCK)
    # One square is read while the one before is averaged.
    with ThreadPoolExecutor(1, thread_name_prefix="reduced") as pool:
        before: tuple[int, int, Future[Rgb8]] | None = None
        for row in range(rows):
            for col in range(columns):
                check_cancelled(cancelled, STOPPED)
                square = Rect(col * BLOCK, row * BLOCK, BLOCK, BLOCK).intersected(whole)
                pixels = reader.read(last, square)
                if before is not None:
                    file.write_square(0, before[0], before[1], before[2].result())
                before = col, row, pool.submit(_reduced, pixels)
                progress((row * columns + col + 1) / (rows * columns))
        assert before is not None
        file.write_square(0, before[0], before[1], before[2].result())
    for index in range(1, len(file.sizes)):
        check_cancelled(cancelled, STOPPED)
        _halve_level(file, index)


def _reduced(pixels: Rgb8) -> Rgb8:
    for _ in range(FIRST_REDUCED):
        pixels = halved_pixels(pixels)
    return pixels


def _halve_level(file: LevelFile, index: int) -> None:
    """Average a level from the one before."""
    finer, (width, height) = Rect(0, 0, *file.sizes[index - 1]), file.sizes[index]
    for row in range(-(-height // SIDE)):
        for col in range(-(-width // SIDE)):
            below = Rect(2 * col * SIDE, 2 * row * SIDE, 2 * SIDE, 2 * SIDE).intersected(finer)
            file.write_square(index, col, row, halved_pixels(file.read(index - 1, below)))
