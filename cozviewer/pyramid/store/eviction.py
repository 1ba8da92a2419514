"""Which tiles go when a store grows over its budget: least recently seen, finest first.

Only a tile without stored children may go, so whatever is still stored can be walked up to the
source. Used by `cache` over all files, and by `store` for what it keeps in memory.
"""

import heapq
import math
import sqlite3
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cozviewer.pyramid.store.file import LARGEST_VALUE
from cozviewer.pyramid.store.rows import MOST_TILES, count_tiles
from cozviewer.pyramid.store.sqlite_guard import limited

EVICTED_AT_ONCE = 512
"""Tiles deleted in one transaction: 0.05 s or so, in which other processes have to wait."""

SEEN = "coalesce(CAST(seen AS REAL), 0)"
"""When a tile was last looked at, as a number whatever is in the file."""

ROW_BYTES = 320
"""Space that a tile takes besides its blob: rows, indexes, and what pages have left over. Measured
for 280 and for 6,000 tiles of enlarged photos: 280 to 300 bytes."""


SIZE = (
    "min(max(CASE typeof(bytes) WHEN 'integer' THEN bytes ELSE 0 END, 0), "
    f"{LARGEST_VALUE}) + {ROW_BYTES}"
)
"""What a tile takes in the file, as a number whatever is in the file."""


class StoredTile(NamedTuple):
    """A candidate.

    Attributes:
        store: Which file it is in (an index of the caller's).
        row: Its row there.
        key, parent: Its name and its parent's, as text.
        seen: When it was last looked at, seconds since 1970.
        size: Bytes in the file.
    """

    store: int
    row: int
    key: str
    parent: str
    seen: float
    size: int


LOOK = [("seen", np.float64), ("size", np.int64)]
Looks = NDArray[np.void]
"""When tiles were last looked at (field "seen") and what each takes in its file ("size")."""


def read_looks(connection: sqlite3.Connection) -> Looks:
    """Return the looks at all tiles of a file, in a tenth of the memory of `read_stored`. Raises
    sqlite3.Error."""
    rows = limited(connection, f"SELECT {SEEN}, {SIZE} FROM tiles", MOST_TILES)
    return np.fromiter(rows, LOOK)


def longest_unseen(looks: Iterable[Looks], bytes_to_free: int) -> float:
    """Return the moment by which tiles of so many bytes were seen for the last time; infinity if
    there are not so many. As a look at a tile counts for those above it, they can all go."""
    every = np.concatenate([np.empty(0, LOOK), *looks])
    every.sort(order="seen")
    enough = int(np.searchsorted(np.cumsum(every["size"]), bytes_to_free))
    return float(every["seen"][enough]) if enough < len(every) else math.inf


def read_stored(
    connection: sqlite3.Connection, store: int, until: float = math.inf
) -> list[StoredTile]:
    """Return the tiles of a file; values that make no sense count as never seen, as nobody's child
    or as no bytes, so that such rows go first.

    Args:
        store: Which file it is.
        until: Leaves out tiles seen later.

    Raises:
        sqlite3.Error: They cannot all be read.
    """
    question = f"SELECT id, key, parent, {SEEN}, {SIZE} FROM tiles WHERE {SEEN} <= ?"
    return [
        StoredTile(store, row, str(key), str(parent), seen, size)
        for row, key, parent, seen, size in limited(connection, question, MOST_TILES, (until,))
    ]


def choose(tiles: Iterable[StoredTile], bytes_to_free: int) -> list[StoredTile]:
    """Return the tiles to evict, in order: the longest unseen one first that has no children."""
    tiles = list(tiles)
    by_name = {(tile.store, tile.key): tile for tile in tiles}
    children = Counter((tile.store, tile.parent) for tile in tiles)
    free = [(tile.seen, tile) for tile in tiles if not children[tile.store, tile.key]]
    heapq.heapify(free)
    chosen = []
    while free and bytes_to_free > 0:
        _, tile = heapq.heappop(free)
        chosen.append(tile)
        bytes_to_free -= tile.size
        name = tile.store, tile.parent
        children[name] -= 1
        if not children[name] and name in by_name:
            parent = by_name[name]
            heapq.heappush(free, (parent.seen, parent))
    return chosen


def evict(connection: sqlite3.Connection, tiles: list[StoredTile]) -> None:
    """Delete tiles in this order, in several short transactions.

    Those that were shown, or got children, since they were chosen are kept.

    Raises:
        sqlite3.Error: The transactions before this one are done.
    """
    for start in range(0, len(tiles), EVICTED_AT_ONCE):
        connection.execute("BEGIN IMMEDIATE")
        try:
            for tile in tiles[start : start + EVICTED_AT_ONCE]:
                gone = connection.execute(
                    f"DELETE FROM tiles WHERE id = ? AND {SEEN} = ? AND NOT EXISTS"
                    " (SELECT 1 FROM tiles AS child WHERE child.parent = tiles.key)",
                    (tile.row, tile.seen),
                )
                if gone.rowcount:
                    connection.execute("DELETE FROM pixels WHERE id = ?", (tile.row,))
            connection.execute("COMMIT")
        except BaseException:
            connection.rollback()
            raise


def shrink(connection: sqlite3.Connection, budget_bytes: int) -> None:
    """Evict from one file until its tiles fit into `budget_bytes`. Raises sqlite3.Error."""
    size, count = count_tiles(connection)
    over = size + ROW_BYTES * count - budget_bytes
    if over > 0:
        evict(connection, choose(read_stored(connection, 0), over))
