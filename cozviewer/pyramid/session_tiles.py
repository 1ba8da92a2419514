"""The tiles of a session on their way between its file and a store.

A session's pyramid has a store file of its own in the cache, named by its digest: nothing that was
made here before shows through, and what is made from now on is kept beside its tiles.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator

from cozviewer.pyramid.geometry import TileKey, level_rect, tile_rect
from cozviewer.pyramid.reading import never, stop_if
from cozviewer.pyramid.session import KeptPyramid, Reference, Session
from cozviewer.pyramid.session_file import LARGEST_TILE, read_index, read_rows, session_file
from cozviewer.pyramid.store import StepRecord, TileStore
from cozviewer.pyramid.store_rows import (
    LONGEST_UID,
    MOST_STEPS,
    STEP_COLUMNS,
    EncodedTile,
    steps_of_rows,
)
from cozviewer.pyramid.tile_codec import tile_size

LOT = 64
"""Tiles that are put into a store at a time: some 20 MB."""


def unpack(
    session: Session, kept: KeptPyramid, store: TileStore, cancelled: Callable[[], bool] = never
) -> int:
    """Make a store hold what a session's pyramid holds; quick if it does already.

    Finer tiles made here since stay, unless something of what the session holds was changed or
    evicted meanwhile: then the store begins anew, so that all in it goes together.

    Returns:
        How many tiles of the session are broken and left out.

    Raises:
        BadInput: The file cannot be read any more.
        Cancelled: `cancelled` said so; what was taken over stays until the next time.
    """
    with session_file(session.path, cancelled) as connection:
        reader = _Reader(connection, kept.number, session.reference)
        wanted = reader.index
        there = store.checksums()
        differing = [key for key, (_, checksum) in wanted.items() if there.get(key) != checksum]
        unread = max(0, kept.tiles - len(wanted))
        if there:
            if not any(True for _ in reader.tiles(differing)):
                broken = store.missing(wanted.keys() - set(differing))
                mended = dict(reader.tiles(broken))
                store.adopt(mended, {})
                return unread + len(differing) + len(broken) - len(mended)
            store.replace(lambda key: True, {}, {})
        steps = reader.steps()
        adopted, lot = 0, dict[TileKey, EncodedTile]()
        for key, tile in reader.tiles(wanted):
            stop_if(cancelled)
            lot[key] = tile
            adopted += 1
            if len(lot) == LOT:
                store.adopt(lot, steps)
                lot, steps = {}, {}
        store.adopt(lot, steps)
        return unread + len(wanted) - adopted


class _Reader:
    """Reads one pyramid of a session.

    Attributes:
        index: See `read_index`.
    """

    def __init__(self, connection: sqlite3.Connection, number: int, reference: Reference) -> None:
        self._connection, self._number, self._reference = connection, number, reference
        self.index = read_index(connection, reference).get(number, {})

    def tiles(self, keys: Iterable[TileKey]) -> Iterator[tuple[TileKey, EncodedTile]]:
        """Yield those tiles that are whole."""
        question = f"SELECT webp, step FROM tiles WHERE id = ? AND length(webp) <= {LARGEST_TILE}"
        for key in keys:
            number, checksum = self.index[key]
            for webp, step in read_rows(self._connection, question, 1, (number,)):
                if isinstance(webp, bytes) and isinstance(step, str) and len(step) <= LONGEST_UID:
                    tile = EncodedTile(webp, checksum, step)
                    if tile.whole(key) and self._fits(key, webp):
                        yield key, tile

    def steps(self) -> dict[str, StepRecord]:
        """Return the steps that can be read."""
        # With the index (the + keeps SQLite from it) they would have to be sorted.
        question = f"SELECT uid, {STEP_COLUMNS} FROM steps WHERE +pyramid = ? ORDER BY rowid"
        return steps_of_rows(read_rows(self._connection, question, MOST_STEPS, (self._number,)))

    def _fits(self, key: TileKey, webp: bytes) -> bool:
        """Tell whether a tile is as large as it must be; the checksum alone could be made up."""
        whole = level_rect(key.z, self._reference.width, self._reference.height)
        part = tile_rect(key).intersected(whole)
        try:
            return tile_size(webp) == (part.width, part.height)
        except ValueError:
            return False
