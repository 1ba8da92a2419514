"""Which tiles go when a store grows over its budget: least recently seen, finest first.

Only a tile without stored children may go, so whatever is still stored can be walked up to the
source. Used by `cache` over all files, and by `store` for what it keeps in memory.
"""

import heapq
import sqlite3
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from cozviewer.pyramid.sqlite_guard import limited
from cozviewer.pyramid.store_rows import MOST_TILES, count_tiles

EVICTED_AT_ONCE = 256
"""Tiles deleted in one transaction: 0.05 s or so, in which other processes have to wait."""

SEEN = "coalesce(CAST(seen AS REAL), 0)"
"""When a tile was last looked at, as a number whatever is in the file."""

ROW_BYTES = 1024
"""Space that a tile takes besides its blob: rows, indexes, and what pages have left over. Measured
for 2,000 tiles of enlarged and of sharp photos: 840 to 920 bytes."""


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


def read_stored(connection: sqlite3.Connection, store: int) -> list[StoredTile]:
    """Return all tiles of a file; values that make no sense count as never seen, as nobody's child
    or as no bytes, so that such rows go first. Raises sqlite3.Error."""
    rows = limited(connection, f"SELECT id, key, parent, {SEEN}, bytes FROM tiles", MOST_TILES)
    return [
        StoredTile(store, row, str(key), str(parent), seen, _size_of(size) + ROW_BYTES)
        for row, key, parent, seen, size in rows
    ]


def _size_of(value: object) -> int:
    return max(0, value) if isinstance(value, int) else 0


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

    Those that somebody looked at, or gave children, since they were chosen are kept.

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
