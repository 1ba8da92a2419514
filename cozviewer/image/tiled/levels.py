"""The program's levels of a file that is read region by region.

    Source.pixels -> TiledLevels.read -> blocks in a bounded cache -> RegionReader.read

A block of a level that the file has itself is read from there. Another one is made from the next
finer level: averaged 2 x 2 as `overviews` does, or resampled where the sizes of the file's levels
do not halve. The levels that fit into a window are made at once and stay, so that there is always
something to show.

Where an image is fully transparent, its colours are those of the surroundings, as in memory (see
`alpha.bleeding`): there by the next coarser level that is read from the file.
"""

import threading
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from cozviewer.image.alpha.bleeding import with_alpha
from cozviewer.image.alpha.levels import AlphaLevels
from cozviewer.image.alpha.plane import OPAQUE, Alpha, Plane
from cozviewer.image.facts.file_facts import FileFacts
from cozviewer.image.overviews import level_sizes, with_overviews
from cozviewer.image.pixels import Rgb8, part_of
from cozviewer.image.rect import Rect, rect_between
from cozviewer.image.tiled.block_cache import Block, BlockCache, block_of
from cozviewer.image.tiled.errors import explained
from cozviewer.image.tiled.level_file import halved_pixels
from cozviewer.image.tiled.protocol import RegionReader
from cozviewer.util.cancel import IsCancelled, never

LEAST_CACHE_BYTES, MOST_CACHE_BYTES = 32 << 20, 128 << 20
"""Memory for blocks of one source: at first several views of 1280 x 800 pixels with what they are
averaged from, later twice the largest region that was read at once, so that the tiles and the exact
frame of a larger view are read from the file once. The window keeps the tiles that it paints
besides."""

SMALL_SIDE = 1024
"""Longer side of the largest level that is kept in memory."""

WHOLE_PIXELS = 64_000_000
"""Pixels of the largest level that `TiledLevels[k]` reads as a whole."""

_BLOCK_SIDES = (128, 512)
"""Least and largest side of a block."""


class TiledLevels:
    """Levels read from a file; see `levels.Levels`. Thread-safe.

    The file is closed when nothing refers to the levels any more. More than 20 methods, because
    colours and alpha are read separately.
    """

    def __init__(
        self,
        reader: RegionReader,
        path: Path,
        cancelled: IsCancelled = never,
        cache_bytes: int = LEAST_CACHE_BYTES,
    ) -> None:
        """Read the small levels.

        Args:
            reader: Belongs to the levels from now on; closed if this raises.
            path: Its file, for messages.
            cancelled: Checked while the small levels are read.
            cache_bytes: Memory for blocks while only small regions are read.

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
        self._small_alpha: AlphaLevels | None = None
        try:
            self._read_small_levels(cancelled)
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

    @property
    def alpha(self) -> Alpha | None:
        """The alpha of the image; None if the file has none."""
        return Alpha(_TiledAlpha(self)) if self._reader.facts.alpha else None

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
        self._blocks.allow(min(2 * region.area * 3, MOST_CACHE_BYTES))
        first, *others = self._places(k, region)
        if not others:
            return part_of(self._block(k, *first).rgb, region, self._block_rect(k, *first))
        out = np.empty((region.height, region.width, 3), np.uint8)
        for place in (first, *others):
            there = self._block_rect(k, *place)
            common = there.intersected(region)
            part_of(out, common, region)[:] = part_of(self._block(k, *place).rgb, common, there)
        out.flags.writeable = False
        return out

    def read_alpha(self, k: int, region: Rect) -> Plane:
        """Return the alpha of a part of level k, (h, w) uint8; as `read`."""
        if self._small_alpha is not None and k >= self._first_small:
            return self._small_alpha.read(k - self._first_small, region)
        found = self._alpha_of(k, region, lambda col, row: self._block(k, col, row))
        assert found is not None
        return found

    def alpha_at_hand(self, k: int, region: Rect) -> Plane | None:
        """Return what `read_alpha` does if all of it is in memory, at once; else None."""
        if self._small_alpha is not None and k >= self._first_small:
            return self._small_alpha.read(k - self._first_small, region)
        return self._alpha_of(k, region, lambda col, row: self._blocks.peek((k, col, row)))

    @property
    def made(self) -> int:
        """How many blocks were made so far."""
        return self._blocks.made

    def _alpha_of(
        self, k: int, region: Rect, block_at: Callable[[int, int], Block | None]
    ) -> Plane | None:
        """Return the alpha of a part of level k; None if one of its blocks is None."""
        out = np.full((region.height, region.width), OPAQUE, np.uint8)
        for place in self._places(k, region):
            block = block_at(*place)
            if block is None:
                return None
            if block.alpha is not None:
                there = self._block_rect(k, *place)
                common = there.intersected(region)
                part_of(out, common, region)[:] = part_of(block.alpha, common, there)
        return out

    def _places(self, k: int, region: Rect) -> list[tuple[int, int]]:
        """Return (column, row) of the blocks that a region touches."""
        side = self._side
        columns = range(region.x // side, (region.right - 1) // side + 1)
        rows = range(region.y // side, (region.bottom - 1) // side + 1)
        return [(col, row) for row in rows for col in columns]

    def _block_rect(self, k: int, col: int, row: int) -> Rect:
        square = Rect(col * self._side, row * self._side, self._side, self._side)
        return square.intersected(Rect(0, 0, *self._sizes[k]))

    def _block(self, k: int, col: int, row: int) -> Block:
        return self._blocks.get((k, col, row), lambda: self._made(k, self._block_rect(k, col, row)))

    def _made(self, k: int, region: Rect) -> Block:
        own = self._own[k]
        if own is None:
            below = Rect(2 * region.x, 2 * region.y, 2 * region.width, 2 * region.height)
            pixels = halved_pixels(
                self._with_alpha(k - 1, below.intersected(Rect(0, 0, *self._sizes[k - 1])))
            )
        elif self._is_same_size(k, own):
            pixels = self._read_padded(own, region)
        else:
            pixels = self._resampled(k, own, region)
        if self._small and pixels.shape[2] == 4:
            pixels = self._filled(k, region, pixels)
        return block_of(pixels)

    def _with_alpha(self, k: int, region: Rect) -> Rgb8:
        """Return a part of level k, (h, w, 3) or, with alpha, (h, w, 4) uint8."""
        rgb = self.read(k, region)
        if not self._reader.facts.alpha:
            return rgb
        return np.dstack((rgb, self.read_alpha(k, region)))

    def _filled(self, k: int, region: Rect, pixels: Rgb8) -> Rgb8:
        """Return pixels of level k whose colours are those of a coarser level where they are fully
        transparent."""
        clear = pixels[..., 3] == 0
        if not clear.any():
            return pixels
        coarse = k + 1
        while coarse < self._first_small and self._own[coarse] is None:
            coarse += 1  # which is averaged from this one
        width, height = (
            side / other for side, other in zip(self._sizes[coarse], self._sizes[k], strict=True)
        )
        box = (region.x * width, region.y * height, region.right * width, region.bottom * height)
        there = rect_between(int(box[0]), int(box[1]), int(box[2]) + 1, int(box[3]) + 1).grown(1)
        there = there.intersected(Rect(0, 0, *self._sizes[coarse]))
        box = (box[0] - there.x, box[1] - there.y, box[2] - there.x, box[3] - there.y)
        box = (*box[:2], min(box[2], there.width), min(box[3], there.height))
        image = Image.fromarray(np.ascontiguousarray(self.read(coarse, there)))
        size = (region.width, region.height)
        around = np.asarray(image.resize(size, Image.Resampling.BILINEAR, box))
        filled = pixels.copy()
        np.copyto(filled[..., :3], around, where=clear[..., None])
        return filled

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

    def _read_small_levels(self, cancelled: IsCancelled) -> None:
        k = self._first_small
        pixels = self._with_alpha(k, Rect(0, 0, *self._sizes[k]))
        if pixels.shape[2] == 4:
            plane = np.ascontiguousarray(pixels[..., 3])
            small, alpha = with_alpha(pixels[..., :3].copy(), plane, cancelled)
            self._small_alpha = alpha.levels
        else:
            small = with_overviews(np.ascontiguousarray(pixels), cancelled)
        for level in small:
            level.flags.writeable = False
        self._small = tuple(small)
        if self._reader.facts.alpha:
            self._blocks.clear()  # where nothing was filled


class _TiledAlpha:
    """See `alpha.levels.AlphaLevels`."""

    def __init__(self, levels: TiledLevels) -> None:
        self._levels = levels

    def __len__(self) -> int:
        return len(self._levels)

    def __getitem__(self, k: int) -> Plane:
        width, height = self.size(k)
        if width * height > WHOLE_PIXELS:
            raise ValueError(f"level {k} has {width} x {height} pixels: read a region of it")
        return self.read(k, Rect(0, 0, width, height))

    def size(self, k: int) -> tuple[int, int]:
        return self._levels.size(k)

    def read(self, k: int, region: Rect) -> Plane:
        return self._levels.read_alpha(k, region)

    def at_hand(self, k: int, region: Rect) -> Plane | None:
        return self._levels.alpha_at_hand(k, region)

    @property
    def changes(self) -> int:
        return self._levels.made


def _own_levels(
    own_sizes: tuple[tuple[int, int], ...], sizes: list[tuple[int, int]]
) -> list[int | None]:
    """Return for each level the level of the file that it is read from; None where it is
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
