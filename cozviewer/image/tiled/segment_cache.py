"""Tiles and strips of a file that were unpacked and only read in part, limited in bytes."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Any

from numpy.typing import NDArray

KEPT_BYTES = 32 << 20
"""Memory for the tiles or strips of one file: what is read next often lies in them."""


class SegmentCache:
    """Tiles or strips, least recently used first out. One thread at a time.

    The last one stays however large it is, as a tile that is larger than all blocks would be
    unpacked again for each of them.
    """

    def __init__(self, most_bytes: int = KEPT_BYTES) -> None:
        self._most = most_bytes
        self._bytes = 0
        self._segments: OrderedDict[Hashable, NDArray[Any]] = OrderedDict()

    @property
    def bytes(self) -> int:
        """Memory used by them."""
        return self._bytes

    def get(self, key: Hashable) -> NDArray[Any] | None:
        """Return one; None if it is not here."""
        found = self._segments.get(key)
        if found is not None:
            self._segments.move_to_end(key)
        return found

    def put(self, key: Hashable, segment: NDArray[Any]) -> None:
        """Add one that is not here."""
        self._segments[key] = segment
        self._bytes += segment.nbytes
        while self._bytes > self._most and len(self._segments) > 1:
            _, old = self._segments.popitem(last=False)
            self._bytes -= old.nbytes
