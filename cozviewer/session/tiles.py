"""Copies the tiles of a session file into a store.

Each pyramid of a session has a store file of its own in the cache, named by its digest. So tiles
made earlier on this machine never mix with it, and new tiles are added to it.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping

from cozviewer.image.reading import STOPPED
from cozviewer.pyramid.geometry import TILE, TileKey, tiles_of
from cozviewer.pyramid.store.rows import (
    LONGEST_UID,
    MOST_STEPS,
    STEP_COLUMNS,
    EncodedTile,
    steps_of_rows,
)
from cozviewer.pyramid.store.sqlite_guard import Watched
from cozviewer.pyramid.store.store import StepRecord, TileStore
from cozviewer.pyramid.store.tile_codec import decode_tile, encode_tile, tile_checksum, tile_size
from cozviewer.session.file import (
    LARGEST_TILE,
    read_index,
    read_rows,
    session_file,
    tile_part,
    tile_side,
)
from cozviewer.session.session import Reference, Session, StoredPyramid
from cozviewer.util.cancel import IsCancelled, check_cancelled, never

LOT = 4096
"""Number of tiles written to a store at a time: some 15 MB."""


def unpack(
    session: Session,
    pyramid: StoredPyramid,
    store: TileStore,
    cancelled: IsCancelled = never,
    watched: Watched | None = None,
) -> int:
    """Copy a session's pyramid into its store; quick if that was done before.

    Finer tiles made here since are kept, unless tiles of the session were changed in the store or
    evicted from it: then the store is emptied first, so that its tiles match. Larger tiles of an
    older version are cut into tiles of today's size.

    Args:
        session: The session.
        pyramid: One of its pyramids.
        store: Where its tiles are copied to.
        cancelled: Checked while SQLite works.
        watched: Makes what stops SQLite; None: `Watch`.

    Returns:
        Number of damaged tiles of the session, which are left out.

    Raises:
        BadInput: The file can no longer be read.
        Cancelled: `cancelled` returned True; the tiles copied so far stay in the store.
    """
    with session_file(session.path, cancelled, watched) as connection:
        reader = _Reader(connection, pyramid.number, session.reference)
        steps = reader.steps()
        unread = max(0, pyramid.tiles - len(reader.index))
        if store.checksums():
            left_out = _completed(reader, store, steps)
            if left_out is not None:
                return unread + left_out
            store.replace(lambda key: True, {}, {})
        adopted, lot = 0, dict[TileKey, EncodedTile]()
        for key, tile in reader.tiles(reader.index):
            check_cancelled(cancelled, STOPPED)
            parts = reader.cut(key, tile)
            lot |= parts
            adopted += bool(parts)
            if len(lot) >= LOT:
                store.adopt(lot, steps)
                lot, steps = {}, {}
        store.adopt(lot, steps)
        return unread + len(reader.index) - adopted


def _completed(reader: "_Reader", store: TileStore, steps: Mapping[str, StepRecord]) -> int | None:
    """Repair damaged tiles of a store into which the session was copied before.

    Returns:
        Number of tiles left out; None, with nothing done, if tiles were changed or evicted.
    """
    if reader.side != TILE:
        return _completed_by_parts(reader, store, steps)
    there = store.checksums()
    differing = [key for key, (_, sum_) in reader.index.items() if there.get(key) != sum_]
    if any(True for _ in reader.tiles(differing)):
        return None
    broken = store.missing(reader.index.keys() - set(differing))
    mended = dict(reader.tiles(broken))
    store.adopt(mended, {})
    return len(differing) + len(broken) - len(mended)


def _completed_by_parts(
    reader: "_Reader", store: TileStore, steps: Mapping[str, StepRecord]
) -> int | None:
    """Like `_completed`, for a session with larger tiles.

    Unchanged tiles are recognised by their steps, so that only others must be cut again.
    """
    wanted = [part for key in reader.index for part in reader.parts(key)]
    there, broken, found = store.checksums(), set(store.missing(wanted)), store.steps_of(wanted)
    whole, mended = 0, dict[TileKey, EncodedTile]()
    for key, tile in reader.tiles(reader.index):
        parts, step = set(reader.parts(key)), steps.get(tile.step)
        as_saved = all(found.get(part) == step for part in parts - broken)
        if as_saved and parts <= there.keys() and not parts & broken:
            whole += 1
            continue
        cut = reader.cut(key, tile)
        if not cut:
            continue
        if not as_saved or not parts <= there.keys():
            return None
        mended |= {part: cut[part] for part in parts & broken}
        whole += 1
    store.adopt(mended, {})
    return len(reader.index) - whole


class _Reader:
    """Reads one pyramid of a session.

    Attributes:
        side: Side of its tiles, in pixels.
        index: See `read_index`.
    """

    def __init__(self, connection: sqlite3.Connection, number: int, reference: Reference) -> None:
        self._connection, self._number, self._reference = connection, number, reference
        self.side = tile_side(connection)
        self.index = read_index(connection, reference).get(number, {})

    def tiles(self, keys: Iterable[TileKey]) -> Iterator[tuple[TileKey, EncodedTile]]:
        """Yield the intact ones of these tiles of the file."""
        question = f"SELECT webp, step FROM tiles WHERE id = ? AND length(webp) <= {LARGEST_TILE}"
        for key in keys:
            number, checksum = self.index[key]
            for webp, step in read_rows(self._connection, question, 1, (number,)):
                if isinstance(webp, bytes) and isinstance(step, str) and len(step) <= LONGEST_UID:
                    tile = EncodedTile(webp, checksum, step)
                    if tile.whole(key) and self._fits(key, webp):
                        yield key, tile

    def cut(self, key: TileKey, tile: EncodedTile) -> dict[TileKey, EncodedTile]:
        """Cut a tile into tiles of today's size; empty if it cannot be decoded."""
        if self.side == TILE:
            return {key: tile}
        try:
            pixels = decode_tile(tile.webp, self.side)
        except ValueError:
            return {}
        small = {}
        x, y = key.col * self.side, key.row * self.side
        for part_key in self.parts(key):
            part = tile_part(part_key, TILE, self._reference).moved(-x, -y)
            webp = encode_tile(pixels[part.y : part.bottom, part.x : part.right])
            small[part_key] = EncodedTile(webp, tile_checksum(part_key, webp), tile.step)
        return small

    def parts(self, key: TileKey) -> list[TileKey]:
        """Return the tiles of today's size that a tile of the file is cut into."""
        return list(tiles_of(key.z, tile_part(key, self.side, self._reference)))

    def steps(self) -> dict[str, StepRecord]:
        """Return all readable steps, by uid."""
        # The + keeps SQLite from using the index, with which the rows would have to be sorted.
        question = f"SELECT uid, {STEP_COLUMNS} FROM steps WHERE +pyramid = ? ORDER BY rowid"
        return steps_of_rows(read_rows(self._connection, question, MOST_STEPS, (self._number,)))

    def _fits(self, key: TileKey, webp: bytes) -> bool:
        """Return whether a tile has the expected size: a checksum can be forged."""
        part = tile_part(key, self.side, self._reference)
        try:
            return tile_size(webp) == (part.width, part.height)
        except ValueError:
            return False
