"""The alpha of the levels z <= 0 of a source, wherever it is: as `image.levels`, in one channel."""

from dataclasses import dataclass
from typing import Protocol

from cozviewer.image.alpha.enlarging import Plane
from cozviewer.image.rect import Rect


class AlphaLevels(Protocol):
    """Level k is z = -k, of the size of the colours. Immutable; any thread may read it."""

    def __len__(self) -> int:
        """Return the number of levels, at least 1."""
        ...

    def __getitem__(self, k: int) -> Plane:
        """Return the whole of level k, (H, W) uint8, read-only; raises as `Levels[k]`."""
        ...

    def size(self, k: int) -> tuple[int, int]:
        """Return (width, height) of level k in pixels."""
        ...

    def read(self, k: int, region: Rect) -> Plane:
        """Return a part of level k.

        Args:
            k: 0 <= k < len(self).
            region: In pixels of level k, not empty, inside it.

        Returns:
            (H, W) uint8; do not write to it.

        Raises:
            BadInput, Failure: The file cannot be read there.
        """
        ...

    def at_hand(self, k: int, region: Rect) -> Plane | None:
        """Return what `read` does where that is in memory, else None: at once, for the GUI thread.
        There is always something of the last level."""
        ...

    @property
    def changes(self) -> int:
        """A number that changes whenever more levels may have become available."""
        ...


@dataclass(frozen=True, eq=False)
class MemoryAlpha:
    """Alpha in memory; see `AlphaLevels`.

    Attributes:
        arrays: arrays[k] is level k, (H, W) uint8, read-only.
    """

    arrays: tuple[Plane, ...]

    def __len__(self) -> int:
        return len(self.arrays)

    def __getitem__(self, k: int) -> Plane:
        return self.arrays[k]

    def size(self, k: int) -> tuple[int, int]:
        """See `AlphaLevels`."""
        height, width = self.arrays[k].shape
        return width, height

    def read(self, k: int, region: Rect) -> Plane:
        """See `AlphaLevels`; a view."""
        return self.arrays[k][region.y : region.bottom, region.x : region.right]

    def at_hand(self, k: int, region: Rect) -> Plane | None:
        """See `AlphaLevels`."""
        return self.read(k, region)

    @property
    def changes(self) -> int:
        """See `AlphaLevels`."""
        return 0
