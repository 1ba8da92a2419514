"""The one thread that writes what workers drew, in whatever order it comes.

Several units are written in one transaction of the store, so that neither the disk nor the thread
limits many small units. What is written is whole: each tile is checked first.
"""

import pickle
import queue
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cozviewer.chain.joining.beyond import Ring
from cozviewer.cluster.parcels import Bundle
from cozviewer.cluster.units import Unit
from cozviewer.pyramid.geometry import TileKey
from cozviewer.pyramid.store.rows import EncodedTile
from cozviewer.pyramid.store.store import TileStore

AT_ONCE = 64
"""Units in one transaction at most."""

BYTES_AT_ONCE = 64 << 20
"""Bytes of tiles in one transaction, about."""

TOGETHER = 0.05
"""Seconds for which units are awaited that are written in one transaction with the first one: it
takes as long for ten small units as for three."""


@dataclass(frozen=True)
class Drawn:
    """A unit that was drawn, on its way to the store.

    Attributes:
        unit: The unit.
        bundle: The handle of its tiles.
        ring: The handle of its ring, if it is to be kept; else None.
        step: The uid of its step.
        size: Bytes of its tiles, as the worker says.
    """

    unit: Unit
    bundle: Any
    ring: Any
    step: str
    size: int


@dataclass(frozen=True)
class Written:
    """What became of a unit.

    Attributes:
        drawn: The unit as it was queued.
        size: Bytes that were written.
        error: Why it was not; None if it was.
    """

    drawn: Drawn
    size: int
    error: Exception | None = None

    @property
    def unit(self) -> Unit:
        """The unit."""
        return self.drawn.unit


class Writer:
    """Writes to a store on a thread of its own. The methods are for one other thread."""

    def __init__(self, store: TileStore, get: Callable[[Any], Any]) -> None:
        """Start.

        Args:
            store: Where tiles are written.
            get: Returns the value of a handle; raises if it is lost.
        """
        self._store, self._get = store, get
        self._coming: queue.SimpleQueue[Drawn | None] = queue.SimpleQueue()
        self._written: queue.SimpleQueue[Written] = queue.SimpleQueue()
        self._backlog = 0
        self._bytes = 0
        self._rings = tempfile.TemporaryDirectory(prefix="cozviewer-rings-")
        self._kept: set[int] = set()
        self._thread = threading.Thread(target=self._work, name="cluster-writer", daemon=True)
        self._thread.start()

    @property
    def backlog(self) -> int:
        """The number of units that are not written yet."""
        return self._backlog

    @property
    def bytes_waiting(self) -> int:
        """The bytes of these units."""
        return self._bytes

    def write(self, drawn: Drawn) -> None:
        """Queue a unit."""
        self._backlog += 1
        self._bytes += drawn.size
        if drawn.ring is not None:
            self._kept.add(drawn.unit.index)
        self._coming.put(drawn)

    def written(self, wait: float = 0.0) -> list[Written]:
        """Return what was written since the last call.

        Args:
            wait: Seconds to wait for the first one.
        """
        found: list[Written] = []
        try:
            if wait and self._backlog:
                found.append(self._written.get(timeout=wait))
            while True:
                found.append(self._written.get_nowait())
        except queue.Empty:
            pass
        self._backlog -= len(found)
        self._bytes -= sum(written.drawn.size for written in found)
        return found

    def ring(self, index: int) -> Ring | None:
        """Return the ring of a unit, if it was kept."""
        path = self._ring_path(index)
        if not path.exists():
            return None
        with path.open("rb") as file:
            ring: Ring = pickle.load(file)  # written by this process, in its own private folder
            return ring

    def forget(self, index: int) -> None:
        """Remove the ring of a unit, if it was kept."""
        if index in self._kept:
            self._kept.remove(index)
            self._ring_path(index).unlink(missing_ok=True)

    def close(self) -> None:
        """Write what is queued, and end."""
        self._coming.put(None)
        self._thread.join()
        self._rings.cleanup()

    def _ring_path(self, index: int) -> Path:
        return Path(self._rings.name) / f"{index}.ring"

    def _work(self) -> None:
        ended = False
        while not ended:
            lot: list[tuple[Drawn, dict[TileKey, EncodedTile]]] = []
            size = 0
            drawn = self._coming.get()
            until = time.monotonic() + TOGETHER
            while True:
                if drawn is None:
                    ended = True
                    break
                try:
                    bundle: Bundle = self._get(drawn.bundle)
                    tiles = dict(bundle.tiles(drawn.step))
                    if drawn.unit.index in self._kept:
                        with self._ring_path(drawn.unit.index).open("wb") as file:
                            pickle.dump(self._get(drawn.ring), file, protocol=5)
                except Exception as error:  # the object is lost, or the folder is full
                    self._written.put(Written(drawn, 0, error))
                else:
                    lot.append((drawn, tiles))
                    size += bundle.size
                if len(lot) >= AT_ONCE or size >= BYTES_AT_ONCE:
                    break
                try:
                    drawn = self._coming.get(timeout=max(0.0, until - time.monotonic()))
                except queue.Empty:
                    break
            self._store_lot(lot)

    def _store_lot(self, lot: list[tuple[Drawn, dict[TileKey, EncodedTile]]]) -> None:
        if not lot:
            return
        tiles: dict[TileKey, EncodedTile] = {}
        for _, each in lot:
            tiles |= each
        error: Exception | None = None
        try:
            self._store.adopt(tiles, {})
        except Exception as failure:  # encoded tiles never raise; a full memory may
            error = failure
        for drawn, each in lot:
            size = sum(len(tile.webp) for tile in each.values())
            self._written.put(Written(drawn, size, error))
