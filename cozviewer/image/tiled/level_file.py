"""Levels in a temporary file: what is made of an image whose own file cannot be read at any place,
or has no smaller versions of itself.

The pixels are not compressed, so nothing is lost and nothing has to be decoded. The file has no
name (on Windows: is deleted by the system), so that it never outlives the program.
"""

import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from cozviewer.image.alpha.bleeding import halved_with_alpha
from cozviewer.image.overviews import halved, level_sizes
from cozviewer.image.pixels import Rgb8, part_of
from cozviewer.image.rect import Rect
from cozviewer.util.cancel import never
from cozviewer.util.errors import Failure
from cozviewer.util.folders import cache_folder, make_private_folder
from cozviewer.util.translation import translate
from cozviewer.util.units import gigabytes

SIDE = 256
"""Side of the squares in which the pixels lie in the file."""

FIRST_REDUCED = 3
"""The finest reduced level that is stored, 1/8 of the size: finer ones are averaged from level 0
when they are needed, at most 16 squares for one. All reduced ones are 1/48 of the pixels."""

MOST_OF_FREE = 0.5
"""Most of the free space on the disk that is used: a small file can claim any size."""


class LevelFile:
    """Level 0 and reduced levels of an image, or the reduced ones only. One thread at a time.

    Attributes:
        sizes: (width, height) of the levels that are stored, finest first.
        channels: Of the pixels.
    """

    def __init__(
        self, name: str, width: int, height: int, channels: int, *, reduced_only: bool
    ) -> None:
        """Create an empty file in the cache folder.

        Args:
            name: What people call the image.
            width, height: Of level 0.
            channels: 3; or 4 with alpha, by which the colours are not multiplied.
            reduced_only: Whether level 0 is not stored.

        Raises:
            Failure: The disk has not enough space, or cannot be written.
        """
        self.channels, self._square_bytes = channels, SIDE * SIDE * channels
        every = level_sizes(width, height)
        self._first = min(FIRST_REDUCED, len(every) - 1)
        stored = every[self._first :]
        self.sizes: tuple[tuple[int, int], ...] = tuple(
            stored if reduced_only else [every[0], *stored]
        )
        self._name, self._starts, end = name, [], 0
        for size in self.sizes:
            self._starts.append(end)
            columns, rows = _squares(size)
            end += columns * rows * self._square_bytes
        folder = cache_folder()
        try:
            make_private_folder(folder)
            _check_space(name, folder, end)
            self._file = tempfile.TemporaryFile(dir=folder, prefix="levels-", buffering=0)  # noqa: SIM115
        except OSError as error:
            raise self._failure(error) from error

    def close(self) -> None:
        """Close the file, which deletes it."""
        self._file.close()

    def write_stripes(self, stripes: Iterable[tuple[int, Rgb8]]) -> None:
        """Fill all levels.

        Args:
            stripes: (first row, pixels) of level 0 from top to bottom, (rows, width, channels)
                uint8, each of SIDE rows but the last. Only one is in memory at a time.

        Raises:
            Failure: The disk is full or went away.
        """
        reduced = _Rows(self, 1)
        for y, stripe in stripes:
            self.write_row(0, y // SIDE, stripe)
            for _ in range(self._first):
                stripe = halved_pixels(stripe)
            reduced.add(stripe)
        reduced.end()

    def write_row(self, index: int, row: int, pixels: Rgb8) -> None:
        """Write a row of squares.

        Args:
            index: Of `sizes`.
            row: Of squares.
            pixels: (at most SIDE, width, channels) uint8; fewer rows only in the last one.
        """
        columns, _ = _squares(self.sizes[index])
        squares = np.zeros((columns, SIDE, SIDE, self.channels), np.uint8)
        for col in range(columns):
            part = pixels[:, col * SIDE : (col + 1) * SIDE]
            squares[col, : part.shape[0], : part.shape[1]] = part
        self._write(self._place(index, 0, row), squares.reshape(-1).data)

    def write_square(self, index: int, col: int, row: int, pixels: Rgb8) -> None:
        """Write a square; `pixels` may be smaller at the right and bottom edge."""
        square = np.zeros((SIDE, SIDE, self.channels), np.uint8)
        square[: pixels.shape[0], : pixels.shape[1]] = pixels
        self._write(self._place(index, col, row), square.reshape(-1).data)

    def read(self, index: int, region: Rect) -> Rgb8:
        """Return a region, (h, w, channels) uint8; see `RegionReader.read`.

        Raises:
            Failure: The disk went away.
        """
        out = np.empty((region.height, region.width, self.channels), np.uint8)
        for row in range(region.y // SIDE, (region.bottom - 1) // SIDE + 1):
            for col in range(region.x // SIDE, (region.right - 1) // SIDE + 1):
                there = Rect(col * SIDE, row * SIDE, SIDE, SIDE)
                common = there.intersected(region)
                square = self._square(index, col, row)
                part_of(out, common, region)[:] = part_of(square, common, there)
        return out

    def _square(self, index: int, col: int, row: int) -> Rgb8:
        square = np.empty((SIDE, SIDE, self.channels), np.uint8)
        view = square.reshape(-1).data
        try:
            self._file.seek(self._place(index, col, row))
            done = 0
            while done < self._square_bytes:
                count = self._file.readinto(view[done:])
                if not count:
                    raise OSError("the file of levels is too short")
                done += count
        except OSError as error:
            raise self._failure(error) from error
        return square

    def _place(self, index: int, col: int, row: int) -> int:
        columns, _ = _squares(self.sizes[index])
        return self._starts[index] + (row * columns + col) * self._square_bytes

    def _write(self, place: int, content: memoryview) -> None:
        try:
            self._file.seek(place)
            while content:
                content = content[self._file.write(content) :]
        except OSError as error:
            raise self._failure(error) from error

    def _failure(self, error: OSError) -> Failure:
        return Failure(
            translate(
                "Error",
                "{name} is prepared in the cache folder, which failed ({reason}): free some space, "
                "or choose another cache folder.",
            ).format(name=self._name, reason=error.strerror or error)
        )


class _Rows:
    """Collects rows of a reduced level until they fill squares, and averages the next one."""

    def __init__(self, file: LevelFile, index: int) -> None:
        self._file, self._index, self._row = file, index, 0
        width, _ = file.sizes[index]
        self._pending = np.empty((SIDE, width, file.channels), np.uint8)
        self._count = 0
        last = index + 1 == len(file.sizes)
        self._next = None if last else _Rows(file, index + 1)

    def add(self, pixels: Rgb8) -> None:
        """Add rows, an even number but for the last ones."""
        while len(pixels):
            part = pixels[: SIDE - self._count]
            self._pending[self._count : self._count + len(part)] = part
            self._count += len(part)
            pixels = pixels[len(part) :]
            if self._count == SIDE:
                self._flush()

    def end(self) -> None:
        """Write what is left."""
        if self._count:
            self._flush()
        if self._next is not None:
            self._next.end()

    def _flush(self) -> None:
        rows = self._pending[: self._count]
        self._file.write_row(self._index, self._row, rows)
        if self._next is not None:
            self._next.add(halved_pixels(rows))
        self._row, self._count = self._row + 1, 0


def halved_pixels(pixels: Rgb8) -> Rgb8:
    """Return (h, w, 3) or, with alpha, (h, w, 4) pixels at half their size, rounded up."""
    if pixels.shape[2] == 4:
        return halved_with_alpha(pixels, never)
    return halved(np.ascontiguousarray(pixels), never)


def _squares(size: tuple[int, int]) -> tuple[int, int]:
    return -(-size[0] // SIDE), -(-size[1] // SIDE)


def _check_space(name: str, folder: Path, needed: int) -> None:
    """Raise an error if a file of so many bytes would fill the disk."""
    free = shutil.disk_usage(folder).free
    if needed > MOST_OF_FREE * free:
        raise Failure(
            translate(
                "Error",
                "{name} needs {needed} on the disk of the cache folder while it is open, at most "
                "half of what is free, and {free} are free in {folder}: free some space, or choose "
                "another cache folder.",
            ).format(
                name=name,
                needed=gigabytes(needed),
                free=gigabytes(free),
                folder=os.fspath(folder),
            )
        )
