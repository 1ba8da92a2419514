"""A set of very many tiles in little memory: one bit for each, in blocks."""

from collections import OrderedDict
from collections.abc import Iterable

from cozviewer.pyramid.geometry import TileKey

SIDE_BITS = 5
"""A block is 32 x 32 tiles, as large as a run."""

SIDE = 1 << SIDE_BITS

Block = tuple[int, int, int]
"""Level, column and row of a block."""


class TileSet:
    """Names of tiles: some 400 bytes for 1,024 that are near each other. Not thread-safe."""

    def __init__(self, most_blocks: int | None = None) -> None:
        """Begin with none.

        Args:
            most_blocks: Blocks that are kept; tiles of those that were changed longest ago are
                forgotten. None keeps all.
        """
        self._blocks: OrderedDict[Block, int] = OrderedDict()
        self._most = most_blocks

    def __contains__(self, key: TileKey) -> bool:
        block, bit = _place(key)
        return bool(self._blocks.get(block, 0) & bit)

    def __len__(self) -> int:
        return sum(bits.bit_count() for bits in self._blocks.values())

    def update(self, keys: Iterable[TileKey]) -> None:
        """Add tiles."""
        for key in keys:
            block, bit = _place(key)
            self._blocks[block] = self._blocks.get(block, 0) | bit
            if self._most is not None:
                self._blocks.move_to_end(block)
                if len(self._blocks) > self._most:
                    self._blocks.popitem(last=False)

    def discard(self, key: TileKey) -> None:
        """Remove a tile, if it is there."""
        block, bit = _place(key)
        if bits := self._blocks.get(block, 0) & ~bit:
            self._blocks[block] = bits
        else:
            self._blocks.pop(block, None)


def _place(key: TileKey) -> tuple[Block, int]:
    """Return the block of a tile, and its bit there."""
    block = key.z, key.col >> SIDE_BITS, key.row >> SIDE_BITS
    return block, 1 << (key.row % SIDE * SIDE + key.col % SIDE)
