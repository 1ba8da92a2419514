"""The SQL of a store file: functions on an open connection, called under the store's lock."""

import math
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from cozviewer.image.rect import Rect
from cozviewer.pyramid.camera import DEEPEST
from cozviewer.pyramid.geometry import STEP_LEVELS, TileKey, parent_of
from cozviewer.pyramid.store.file import plain
from cozviewer.pyramid.store.sqlite_guard import MOST_VALUES, limited
from cozviewer.pyramid.store.tile_codec import tile_checksum
from cozviewer.util.checked import checked_int, checked_number, checked_text, int_of_text

STEP_COLUMNS = "z, x, y, width, height, prompt, seed, seconds, made_at"

MOST_TILES = 8_000_000
"""Maximum number of tiles that are read from a file at once, 33 gigapixels; it may hold more."""

MOST_STEPS = 200_000
"""Maximum number of steps read from a file."""

LONGEST_PROMPT = 100_000
"""Maximum length of a prompt in characters."""

LONGEST_UID = 200
"""Maximum length of a step's uid in characters."""

LONGEST_KEY = 1000
"""Maximum length of a tile's name in characters, far more than the deepest level needs."""

AT_ONCE = MOST_VALUES
"""Maximum number of tiles in one query."""


@dataclass(frozen=True)
class StepRecord:
    """One zoom step.

    Attributes:
        z: The parent level; the step's tiles are of level z + 2.
        level_region: The crop, in pixels of level z.
        prompt: Its prompt.
        seed: Its random seed.
        seconds: Its duration; 0 until finished.
        made_at: Its start, ISO 8601, UTC.
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
        """Return whether the checksum of the bytes and `key` is correct."""
        return tile_checksum(key, self.webp) == self.checksum


@dataclass
class Batch:
    """Changes to be written in one transaction.

    Attributes:
        tiles: New tiles.
        replaced: Tiles to be deleted first: damaged or stale ones.
        steps: New or changed steps by uid.
        seen: When tiles were last shown, in seconds since 1970.
    """

    tiles: dict[TileKey, EncodedTile] = field(default_factory=dict)
    replaced: set[TileKey] = field(default_factory=set)
    steps: dict[str, StepRecord] = field(default_factory=dict)
    seen: dict[TileKey, float] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.tiles or self.replaced or self.steps or self.seen)


def write_batch(connection: sqlite3.Connection, batch: Batch, now: float) -> None:
    """Write a batch in one short transaction.

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
    """Return a tile without verifying it, or None."""
    row = connection.execute(
        "SELECT webp, checksum, step FROM tiles LEFT JOIN pixels USING (id) WHERE key = ?",
        (str(key),),
    ).fetchone()
    if row is None:
        return None
    return _tile_of_row(*row)


def read_some(
    connection: sqlite3.Connection, keys: Iterable[TileKey]
) -> dict[TileKey, EncodedTile]:
    """Return the existing ones of at most AT_ONCE tiles, without verifying them."""
    rows = _rows_of(connection, "webp, checksum, step FROM tiles LEFT JOIN pixels USING (id)", keys)
    return {key: _tile_of_row(*row) for key, row in rows}


def stored_among(connection: sqlite3.Connection, keys: Iterable[TileKey]) -> set[TileKey]:
    """Return the names of the existing ones of at most AT_ONCE tiles."""
    return {key for key, _ in _rows_of(connection, "id FROM tiles", keys)}


def read_tiles(connection: sqlite3.Connection) -> dict[TileKey, EncodedTile]:
    """Return all tiles without verifying them; rows with invalid names are left out.

    Raises:
        sqlite3.Error: They cannot all be read.
    """
    rows = limited(
        connection,
        "SELECT key, webp, checksum, step FROM tiles JOIN pixels USING (id)",
        MOST_TILES,
    )
    found = ((possible_key(name), row) for name, *row in rows)
    return {key: _tile_of_row(*row) for key, row in found if key is not None}


def read_keys(connection: sqlite3.Connection) -> set[TileKey]:
    """Return the names of all tiles. Raises sqlite3.Error."""
    rows = limited(connection, "SELECT key FROM tiles", MOST_TILES)
    return {key for key in (possible_key(name) for (name,) in rows) if key is not None}


def read_step_uids(connection: sqlite3.Connection, keys: Iterable[TileKey]) -> dict[TileKey, str]:
    """Return the uids of the steps of the existing ones of at most AT_ONCE tiles."""
    return {key: str(uid) for key, (uid,) in _rows_of(connection, "step FROM tiles", keys)}


def read_steps(connection: sqlite3.Connection) -> dict[str, StepRecord]:
    """Return all valid steps by uid, oldest first. Raises sqlite3.Error."""
    rows = limited(connection, f"SELECT uid, {STEP_COLUMNS} FROM steps ORDER BY rowid", MOST_STEPS)
    return steps_of_rows(rows)


def steps_of_rows(rows: Iterable[Sequence[object]]) -> dict[str, StepRecord]:
    """Return the steps of rows of a uid and STEP_COLUMNS; invalid ones are left out."""
    steps = {}
    for uid, *row in rows:
        with suppress(ValueError):
            steps[checked_text(uid, LONGEST_UID)] = step_of_row(row)
    return steps


def read_checksums(connection: sqlite3.Connection) -> dict[TileKey, bytes]:
    """Return the names of all tiles with their checksums, b"" for invalid ones. Raises
    sqlite3.Error."""
    rows = limited(connection, "SELECT key, checksum FROM tiles", MOST_TILES)
    found = ((possible_key(name), checksum) for name, checksum in rows)
    return {
        key: checksum if isinstance(checksum, bytes) else b""
        for key, checksum in found
        if key is not None
    }


def count_tiles(connection: sqlite3.Connection) -> tuple[int, int]:
    """Return (bytes of all encoded tiles, number of tiles)."""
    size, tiles = connection.execute("SELECT total(bytes), count(*) FROM tiles").fetchone()
    return (int(size) if math.isfinite(size) else 0), int(tiles)


def is_empty(connection: sqlite3.Connection) -> bool:
    """Return whether a store has no tiles. Raises sqlite3.Error, also if it is not a store."""
    return connection.execute("SELECT 1 FROM tiles LIMIT 1").fetchone() is None


def possible_key(name: object) -> TileKey | None:
    """Parse a tile's name; None if it is invalid, or of an impossible level."""
    try:
        z, col, row = map(int_of_text, checked_text(name, LONGEST_KEY).split("/"))
    except ValueError:
        return None
    key = TileKey(z, col, row)
    possible = 0 < z <= 2 * DEEPEST and z % STEP_LEVELS == 0 and min(col, row) >= 0
    return key if possible and str(key) == name else None


def _rows_of(
    connection: sqlite3.Connection, question: str, keys: Iterable[TileKey]
) -> Iterator[tuple[TileKey, Sequence[object]]]:
    """Yield the existing ones of at most AT_ONCE tiles, with the queried columns.

    Args:
        question: Columns and FROM clause of the query, which includes the table of tiles.
    """
    names = {str(key): key for key in keys}
    places = ", ".join("?" * len(names))
    query = f"SELECT key, {question} WHERE key IN ({places})"
    for name, *row in connection.execute(query, tuple(names)):
        key = names.get(name)  # in a damaged file, an index finds what is not in its table
        if key is not None:
            yield key, row


def _insert_tile(connection: sqlite3.Connection, key: TileKey, tile: EncodedTile) -> None:
    # Another process may have added the tile: the same recipe gives the same pixels, so it is kept.
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


def step_of_row(row: Sequence[object]) -> StepRecord:
    """Return the step of STEP_COLUMNS. Raises ValueError if the row is invalid."""
    z, x, y, width, height, prompt, seed, seconds, made_at = row
    region = Rect(*map(int_of_text, (x, y, width, height)))
    if min(region.width, region.height) < 0:
        raise ValueError("no region")
    return StepRecord(
        checked_int(z, 0, 2 * DEEPEST),
        region,
        checked_text(prompt, LONGEST_PROMPT),
        int_of_text(seed),
        checked_number(seconds, 0, 1e9),
        checked_text(made_at, 100),
    )


def _tile_of_row(webp: object, checksum: object, step: object) -> EncodedTile:
    """Return a tile; values of wrong types become empty, so that it counts as damaged."""
    return EncodedTile(
        webp if isinstance(webp, bytes) else b"",
        checksum if isinstance(checksum, bytes) else b"",
        step if isinstance(step, str) and len(step) <= LONGEST_UID else "",
    )


def _with_ancestors(seen: dict[TileKey, float]) -> dict[TileKey, float]:
    """Return `seen` with the coarser tiles that contain each one, which count as shown, too."""
    result: dict[TileKey, float] = {}
    for key, when in sorted(seen.items(), key=lambda item: -item[1]):
        ancestor = key
        while ancestor not in result:  # else it was shown later, and so were the coarser ones
            result[ancestor] = when
            if ancestor.z <= 0:
                break
            ancestor = parent_of(ancestor)
    return result
