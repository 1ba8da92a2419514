"""The levels z <= 0 of a source: what reads a region of one, wherever its pixels are.

`MemoryLevels` holds an image that was decoded as a whole; `tiled.levels.TiledLevels` reads a file
region by region. `source.Source` has one of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from cozviewer.image.pixels import Rgb8, part_of
from cozviewer.image.rect import Rect


class Levels(Protocol):
    """Level k is z = -k of a source: each half as large as the one before, rounded up, down to
    `overviews.LAST_SIDE`. Immutable; any thread may read it."""

    def __len__(self) -> int:
        """Return the number of levels, at least 1."""
        ...

    def __getitem__(self, k: int) -> Rgb8:
        """Return the whole of level k, (H, W, 3) uint8, read-only.

        Raises:
            IndexError: There is no such level.
            ValueError: The pixels are not in memory, and are too many to be read at once.
        """
        ...

    def __iter__(self) -> Iterator[Rgb8]:
        """Yield the whole levels, finest first; raises as `[k]`."""
        ...

    @property
    def in_memory(self) -> bool:
        """Whether all pixels are in memory, so that reading is quick and cannot fail."""
        ...

    def size(self, k: int) -> tuple[int, int]:
        """Return (width, height) of level k in pixels."""
        ...

    def read(self, k: int, region: Rect) -> Rgb8:
        """Return a part of level k.

        Args:
            k: 0 <= k < len(self).
            region: In pixels of level k, not empty, inside it.

        Returns:
            (H, W, 3) uint8, read-only; its rows need not be contiguous.

        Raises:
            BadInput, Failure: The file cannot be read there.
        """
        ...


@dataclass(frozen=True, eq=False)
class MemoryLevels:
    """Levels in memory; see `Levels`.

    Attributes:
        arrays: arrays[k] is level k, (H, W, 3) uint8, read-only.
    """

    arrays: tuple[Rgb8, ...]

    def __len__(self) -> int:
        return len(self.arrays)

    def __getitem__(self, k: int) -> Rgb8:
        return self.arrays[k]

    def __iter__(self) -> Iterator[Rgb8]:
        return iter(self.arrays)

    @property
    def in_memory(self) -> bool:
        """See `Levels`."""
        return True

    def size(self, k: int) -> tuple[int, int]:
        """See `Levels`."""
        height, width = self.arrays[k].shape[:2]
        return width, height

    def read(self, k: int, region: Rect) -> Rgb8:
        """See `Levels`; a view."""
        return part_of(self.arrays[k], region, Rect(0, 0, *self.size(k)))
