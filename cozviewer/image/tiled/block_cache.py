"""A cache of blocks of pixels, limited in bytes, that makes each block once."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future

from cozviewer.image.pixels import Rgb8


class BlockCache:
    """Blocks of pixels, least recently used first out. Thread-safe.

    A block that several threads need at the same time is made by the first of them; the others
    wait. Errors are not kept: the next call tries again.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._bytes = 0
        self._lock = threading.Lock()
        self._blocks: OrderedDict[Hashable, Rgb8] = OrderedDict()
        self._under_way: dict[Hashable, Future[Rgb8]] = {}

    @property
    def bytes(self) -> int:
        """Memory used by the blocks."""
        return self._bytes

    def get(self, key: Hashable, make: Callable[[], Rgb8]) -> Rgb8:
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
            while self._bytes > self._most and len(self._blocks) > 1:
                _, old = self._blocks.popitem(last=False)
                self._bytes -= old.nbytes
        future.set_result(block)
        return block
