"""The program's levels of a file that is read region by region.

    Source.pixels -> TiledLevels.read -> blocks in a bounded cache -> RegionReader.read

A block of a level that the file has itself is read from there. Another one is made from the next
finer level: averaged 2 x 2 as `overviews` does, or resampled where the sizes of the file's levels
do not halve. The levels that fit into a window are made at once and stay, so that there is always
something to show.
"""

import threading
import weakref
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from cozviewer.image.facts.file_facts import FileFacts
from cozviewer.image.overviews import halved, level_sizes, with_overviews
from cozviewer.image.pixels import Rgb8, part_of
from cozviewer.image.rect import Rect, rect_between
from cozviewer.image.tiled.block_cache import BlockCache
from cozviewer.image.tiled.errors import explained
from cozviewer.image.tiled.protocol import RegionReader
from cozviewer.util.cancel import IsCancelled, never

CACHE_BYTES = 128 << 20
"""Memory for blocks of one source: several screens with what they are averaged from. The window
keeps the tiles that it paints besides."""

SMALL_SIDE = 1024
"""Longer side of the largest level that is kept in memory."""

WHOLE_PIXELS = 64_000_000
"""Pixels of the largest level that `TiledLevels[k]` reads as a whole."""

_BLOCK_SIDES = (128, 512)
"""Least and largest side of a block."""


class TiledLevels:
    """Levels read from a file; see `levels.Levels`. Thread-safe.

    The file is closed when nothing refers to the levels any more.
    """

    def __init__(
        self,
        reader: RegionReader,
        path: Path,
        cancelled: IsCancelled = never,
        cache_bytes: int = CACHE_BYTES,
    ) -> None:
        """Read the small levels.

        Args:
            reader: Belongs to the levels from now on; closed if this raises.
            path: Its file, for messages.
            cancelled: Checked while the small levels are read.
            cache_bytes: Memory for blocks.

        Raises:
            BadInput, Cancelled, Failure: The small levels cannot be read, or were not.
        """
        self._close = weakref.finalize(self, reader.close)
        self._reader, self._path = reader, path
        self._sizes = level_sizes(*reader.sizes[0])
        self._own = _own_levels(reader.sizes, self._sizes)
        self._side = _block_side(reader.facts.block)
        self._lock = threading.Lock()
        self._blocks = BlockCache(cache_bytes)
        self._first_small = next(k for k, size in enumerate(self._sizes) if max(size) <= SMALL_SIDE)
        self._small: tuple[Rgb8, ...] = ()
        try:
            self._small = self._small_levels(cancelled)
        except BaseException:
            self._close()
            raise

    def __len__(self) -> int:
        return len(self._sizes)

    def __getitem__(self, k: int) -> Rgb8:
        if k < 0:
            k += len(self)
        width, height = self._sizes[k]
        if width * height > WHOLE_PIXELS:
            raise ValueError(f"level {k} has {width} x {height} pixels: read a region of it")
        return self.read(k, Rect(0, 0, width, height))

    def __iter__(self) -> Iterator[Rgb8]:
        return (self[k] for k in range(len(self)))

    @property
    def in_memory(self) -> bool:
        """See `Levels`."""
        return False

    @property
    def cached_bytes(self) -> int:
        """Memory used by the cached blocks."""
        return self._blocks.bytes

    def file_facts(self, size: int) -> FileFacts:
        """Return what is known about the file, which has `size` bytes."""
        facts = self._reader.facts
        return FileFacts(
            size, self._reader.kind, facts.colours, facts.bits, facts.alpha, facts.profile
        )

    def size(self, k: int) -> tuple[int, int]:
        """See `Levels`."""
        return self._sizes[k]

    def read(self, k: int, region: Rect) -> Rgb8:
        """See `Levels`. Waits for the file, so not for the GUI thread, but for small levels."""
        if self._small and k >= self._first_small:
            whole = Rect(0, 0, *self._sizes[k])
            return part_of(self._small[k - self._first_small], region, whole)
        side = self._side
        first_col, last_col = region.x // side, (region.right - 1) // side
        first_row, last_row = region.y // side, (region.bottom - 1) // side
        if (first_col, first_row) == (last_col, last_row):
            there = self._block_rect(k, first_col, first_row)
            return part_of(self._block(k, first_col, first_row), region, there)
        out = np.empty((region.height, region.width, 3), np.uint8)
        for row in range(first_row, last_row + 1):
            for col in range(first_col, last_col + 1):
                there = self._block_rect(k, col, row)
                common = there.intersected(region)
                part_of(out, common, region)[:] = part_of(self._block(k, col, row), common, there)
        out.flags.writeable = False
        return out

    def _block_rect(self, k: int, col: int, row: int) -> Rect:
        square = Rect(col * self._side, row * self._side, self._side, self._side)
        return square.intersected(Rect(0, 0, *self._sizes[k]))

    def _block(self, k: int, col: int, row: int) -> Rgb8:
        return self._blocks.get((k, col, row), lambda: self._made(k, self._block_rect(k, col, row)))

    def _made(self, k: int, region: Rect) -> Rgb8:
        own = self._own[k]
        if own is None:
            below = Rect(2 * region.x, 2 * region.y, 2 * region.width, 2 * region.height)
            finer = self.read(k - 1, below.intersected(Rect(0, 0, *self._sizes[k - 1])))
            block = halved(np.ascontiguousarray(finer), never)
        elif self._is_same_size(k, own):
            block = self._read_padded(own, region)
        else:
            block = self._resampled(k, own, region)
        block.flags.writeable = False
        return block

    def _is_same_size(self, k: int, own: int) -> bool:
        return _is_half(self._reader.sizes[own], self._sizes[k])

    def _read_padded(self, own: int, region: Rect) -> Rgb8:
        """Read a level of the file that may lack the last column or row, having been rounded down;
        they are repeated."""
        there = region.intersected(Rect(0, 0, *self._reader.sizes[own]))
        pixels = self._read(own, there)
        right, below = region.width - there.width, region.height - there.height
        if right or below:
            pixels = np.pad(pixels, ((0, below), (0, right), (0, 0)), mode="edge")
        return pixels

    def _resampled(self, k: int, own: int, region: Rect) -> Rgb8:
        """Average a finer level of the file whose size is another one than ours."""
        (width, height), (own_width, own_height) = self._sizes[k], self._reader.sizes[own]
        across, down = own_width / width, own_height / height
        box = (region.x * across, region.y * down, region.right * across, region.bottom * down)
        there = rect_between(
            int(box[0]),
            int(box[1]),
            min(own_width, int(box[2]) + 1),
            min(own_height, int(box[3]) + 1),
        )
        left, top = box[0] - there.x, box[1] - there.y
        right, bottom = min(box[2] - there.x, there.width), min(box[3] - there.y, there.height)
        image = Image.fromarray(np.ascontiguousarray(self._read(own, there)))
        size = (region.width, region.height)
        return np.array(image.resize(size, Image.Resampling.BOX, (left, top, right, bottom)))

    def _read(self, own: int, region: Rect) -> Rgb8:
        with explained(self._path), self._lock:
            return self._reader.read(own, region)

    def _small_levels(self, cancelled: IsCancelled) -> tuple[Rgb8, ...]:
        k = self._first_small
        largest = np.ascontiguousarray(self.read(k, Rect(0, 0, *self._sizes[k])))
        small = with_overviews(largest, cancelled)
        for level in small:
            level.flags.writeable = False
        return tuple(small)


def _own_levels(
    own_sizes: tuple[tuple[int, int], ...], sizes: list[tuple[int, int]]
) -> list[int | None]:
    """Return for each of our levels the level of the file that it is read from; None where it is
    averaged from our next finer one, which is as good."""
    found: list[int | None] = []
    for width, height in sizes:
        # The coarsest level of the file that is not smaller than ours by more than rounding.
        finer = [n for n, (w, h) in enumerate(own_sizes) if w >= width - 1 and h >= height - 1]
        best = max(finer, key=lambda n: -own_sizes[n][0] * own_sizes[n][1], default=0)
        same = _is_half(own_sizes[best], (width, height))
        between = own_sizes[best][0] < 2 * width - 1 and own_sizes[best][1] < 2 * height - 1
        found.append(best if same or between else None)
    return found


def _is_half(own: tuple[int, int], ours: tuple[int, int]) -> bool:
    """Return whether a level of the file has the size of ours, but for rounding."""
    return all(mine - 1 <= size <= mine for size, mine in zip(own, ours, strict=True))


def _block_side(wanted: int) -> int:
    least, most = _BLOCK_SIDES
    side = least
    while side < min(wanted, most):
        side *= 2
    return side
