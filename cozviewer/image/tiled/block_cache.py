"""A cache of blocks of pixels, limited in bytes, that makes each block once."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass

import numpy as np

from cozviewer.image.alpha.plane import Plane, is_opaque
from cozviewer.image.pixels import Rgb8


@dataclass(frozen=True, eq=False)
class Block:
    """Pixels of a part of a level, read-only.

    Attributes:
        rgb: (h, w, 3) uint8.
        alpha: (h, w) uint8; None if it is opaque.
    """

    rgb: Rgb8
    alpha: Plane | None = None

    @property
    def nbytes(self) -> int:
        """Memory, in bytes."""
        return self.rgb.nbytes + (0 if self.alpha is None else self.alpha.nbytes)


def block_of(pixels: Rgb8) -> Block:
    """Return a block of (h, w, 3) or, with alpha, (h, w, 4) pixels, which must not be changed
    afterwards."""
    rgb, alpha = np.ascontiguousarray(pixels[..., :3]), None
    if pixels.shape[2] == 4 and not is_opaque(pixels[..., 3]):
        alpha = np.ascontiguousarray(pixels[..., 3])
        alpha.flags.writeable = False
    rgb.flags.writeable = False
    return Block(rgb, alpha)


class BlockCache:
    """Blocks of pixels, least recently used first out. Thread-safe.

    A block that several threads need at the same time is made by the first of them; the others
    wait. Errors are not kept: the next call tries again.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._bytes = 0
        self._lock = threading.Lock()
        self._blocks: OrderedDict[Hashable, Block] = OrderedDict()
        self._under_way: dict[Hashable, Future[Block]] = {}
        self._made = 0

    @property
    def bytes(self) -> int:
        """Memory used by the blocks."""
        return self._bytes

    def allow(self, most_bytes: int) -> None:
        """Let blocks use so much memory, if they may not use more already."""
        self._most = max(self._most, most_bytes)

    @property
    def made(self) -> int:
        """How many blocks were made so far."""
        return self._made

    def peek(self, key: Hashable) -> Block | None:
        """Return a block if it is here, at once."""
        with self._lock:
            return self._blocks.get(key)

    def clear(self) -> None:
        """Drop all blocks."""
        with self._lock:
            self._blocks.clear()
            self._bytes = 0

    def get(self, key: Hashable, make: Callable[[], Block]) -> Block:
        """Return a block, made by `make` if it is not here.

        Args:
            make: Called without a lock, so it may get other blocks.

        Raises:
            Exception: What `make` raises.
        """
        with self._lock:
            known = self._blocks.get(key)
            if known is not None:
                self._blocks.move_to_end(key)
                return known
            future = self._under_way.get(key)
            first = future is None
            if future is None:
                future = self._under_way[key] = Future()
        if not first:
            return future.result()
        try:
            block = make()
        except BaseException as error:
            with self._lock:
                del self._under_way[key]
            future.set_exception(error)
            raise
        with self._lock:
            del self._under_way[key]
            self._blocks[key] = block
            self._bytes += block.nbytes
            self._made += 1
            while self._bytes > self._most and len(self._blocks) > 1:
                _, old = self._blocks.popitem(last=False)
                self._bytes -= old.nbytes
        future.set_result(block)
        return block
