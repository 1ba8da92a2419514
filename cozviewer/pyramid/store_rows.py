"""The rows of a store file: what the tile store writes and asks for, in SQL.

Plain functions on an open connection (see `store_file`), called under the store's lock.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from cozviewer.pyramid.geometry import Rect, TileKey, parent_of
from cozviewer.pyramid.store_file import plain
from cozviewer.pyramid.tile_codec import tile_checksum

STEP_COLUMNS = "z, x, y, width, height, prompt, seed, seconds, made_at"


@dataclass(frozen=True)
class StepRecord:
    """One zoom step.

    Attributes:
        z: The parent level; the step's tiles are of level z + 2.
        level_region: The crop, in pixels of level z.
        prompt: What the prompter said.
        seed: Start of the randomness.
        seconds: How long it took; 0 until finished.
        made_at: When it began, ISO 8601, UTC.
    """

    z: int
    level_region: Rect
    prompt: str
    seed: int
    seconds: float
    made_at: str


@dataclass(frozen=True)
class EncodedTile:
    """A tile as it is stored.

    Attributes:
        webp: See `tile_codec`.
        checksum: Of key and `webp`.
        step: The uid of the step that made it.
    """

    webp: bytes
    checksum: bytes
    step: str

    def whole(self, key: TileKey) -> bool:
        """Tell whether the bytes are the ones that were stored under `key`."""
        return tile_checksum(key, self.webp) == self.checksum


@dataclass
class Batch:
    """What waits to be written in one transaction.

    Attributes:
        tiles: New tiles.
        replaced: Tiles that go before the new ones come: broken, or not wanted any more.
        steps: New or changed steps by uid.
        seen: When tiles were last looked at, seconds since 1970.
    """

    tiles: dict[TileKey, EncodedTile] = field(default_factory=dict)
    replaced: set[TileKey] = field(default_factory=set)
    steps: dict[str, StepRecord] = field(default_factory=dict)
    seen: dict[TileKey, float] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.tiles or self.replaced or self.steps or self.seen)


def write_batch(connection: sqlite3.Connection, batch: Batch, now: float) -> None:
    """Write a batch in one short transaction, all or nothing.

    Raises:
        sqlite3.Error: Nothing was written.
    """
    seen = dict.fromkeys(batch.tiles, now) | batch.seen
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.executemany(
            "INSERT INTO steps VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (uid) DO UPDATE SET seconds = excluded.seconds",
            [(uid, *step_row(record)) for uid, record in batch.steps.items()],
        )
        for key in batch.replaced:
            _delete_tile(connection, key)
        for key, tile in batch.tiles.items():
            _insert_tile(connection, key, tile)
        connection.executemany(
            "UPDATE tiles SET seen = max(seen, ?) WHERE key = ?",
            [(when, str(key)) for key, when in _with_ancestors(seen).items()],
        )
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()
        raise


def read_tile(connection: sqlite3.Connection, key: TileKey) -> EncodedTile | None:
    """Return a tile as it is in the file, unchecked, or None."""
    row = connection.execute(
        "SELECT webp, checksum, step FROM tiles LEFT JOIN pixels USING (id) WHERE key = ?",
        (str(key),),
    ).fetchone()
    if row is None:
        return None
    webp, checksum, step = row
    return EncodedTile(webp if isinstance(webp, bytes) else b"", checksum, step)


def has_tile(connection: sqlite3.Connection, key: TileKey) -> bool:
    """Tell whether a tile is in the file, without reading it."""
    found = connection.execute("SELECT 1 FROM tiles WHERE key = ?", (str(key),)).fetchone()
    return found is not None


def read_tiles(connection: sqlite3.Connection) -> dict[TileKey, EncodedTile]:
    """Return all tiles as they are in the file, unchecked."""
    rows = connection.execute("SELECT key, webp, checksum, step FROM tiles JOIN pixels USING (id)")
    return {
        key_of(key): EncodedTile(webp if isinstance(webp, bytes) else b"", checksum, step)
        for key, webp, checksum, step in rows
    }


def read_keys(connection: sqlite3.Connection) -> set[TileKey]:
    """Return the names of all tiles."""
    return {key_of(key) for (key,) in connection.execute("SELECT key FROM tiles")}


def read_step_uid(connection: sqlite3.Connection, key: TileKey) -> str | None:
    """Return the uid of the step that made a tile, or None where there is no such tile."""
    row = connection.execute("SELECT step FROM tiles WHERE key = ?", (str(key),)).fetchone()
    return None if row is None else str(row[0])


def read_steps(connection: sqlite3.Connection) -> dict[str, StepRecord]:
    """Return all steps by uid, oldest first."""
    steps = {}
    for uid, *row in connection.execute(f"SELECT uid, {STEP_COLUMNS} FROM steps ORDER BY rowid"):
        steps[uid] = step_of_row(row)
    return steps


def read_checksums(connection: sqlite3.Connection) -> dict[TileKey, bytes]:
    """Return the names of all tiles with their checksums."""
    rows = connection.execute("SELECT key, checksum FROM tiles")
    return {key_of(key): checksum for key, checksum in rows}


def count_tiles(connection: sqlite3.Connection) -> tuple[int, int]:
    """Return (bytes of all encoded tiles, how many they are)."""
    size, tiles = connection.execute("SELECT total(bytes), count(*) FROM tiles").fetchone()
    return int(size), int(tiles)


def is_empty(connection: sqlite3.Connection) -> bool:
    """Tell whether a store holds no tiles. Raises sqlite3.Error, also if it is no store."""
    return connection.execute("SELECT 1 FROM tiles LIMIT 1").fetchone() is None


def key_of(text: str) -> TileKey:
    """Return the tile of a name. Raises ValueError."""
    z, col, row = map(int, text.split("/"))
    return TileKey(z, col, row)


def _insert_tile(connection: sqlite3.Connection, key: TileKey, tile: EncodedTile) -> None:
    # Another process may have made the tile meanwhile: same recipe, same pixels, so it may stay.
    done = connection.execute(
        "INSERT OR IGNORE INTO tiles (key, parent, step, seen, bytes, checksum)"
        " VALUES (?, ?, ?, 0, ?, ?)",
        (str(key), str(parent_of(key)), tile.step, len(tile.webp), tile.checksum),
    )
    if done.rowcount:
        connection.execute("INSERT INTO pixels VALUES (?, ?)", (done.lastrowid, tile.webp))


def _delete_tile(connection: sqlite3.Connection, key: TileKey) -> None:
    row = "SELECT id FROM tiles WHERE key = ?"
    connection.execute(f"DELETE FROM pixels WHERE id = ({row})", (str(key),))
    connection.execute("DELETE FROM tiles WHERE key = ?", (str(key),))


def step_row(record: StepRecord) -> tuple[object, ...]:
    """Return a step as STEP_COLUMNS."""
    region = record.level_region
    address = (str(region.x), str(region.y), str(region.width), str(region.height))
    words = (plain(record.prompt), str(record.seed), record.seconds, record.made_at)
    return record.z, *address, *words


def step_of_row(row: Sequence[Any]) -> StepRecord:
    """Return the step of STEP_COLUMNS. Raises ValueError, TypeError."""
    z, x, y, width, height, prompt, seed, seconds, made_at = row
    region = Rect(int(x), int(y), int(width), int(height))
    return StepRecord(z, region, prompt, int(seed), seconds, made_at)


def _with_ancestors(seen: dict[TileKey, float]) -> dict[TileKey, float]:
    """Return `seen` with the tiles above each one, which were looked at through it."""
    result: dict[TileKey, float] = {}
    for key, when in sorted(seen.items(), key=lambda item: -item[1]):
        ancestor = key
        while ancestor not in result:  # else it has a later look, and so has all above it
            result[ancestor] = when
            if ancestor.z <= 0:
                break
            ancestor = parent_of(ancestor)
    return result
