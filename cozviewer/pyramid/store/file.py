"""The file below the tile store: SQLite, one file per source and recipe, checked when opened.

This module knows the file, `store_rows` its rows, `store_lock` who uses it, `store_removal` what
happens to one that is broken or not wanted, `store_files` which file is used when. A store file is
opened through SQLite only: closing any other handle on it would drop the locks that SQLite has on
it in this process.
"""

import errno
import os
import sqlite3
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import quote

from cozviewer.pyramid.store.lock import SUFFIX, StoreLock
from cozviewer.pyramid.store.sqlite_guard import (
    Damaged,
    Watch,
    foreign_object,
    harden,
    limited,
    read_schema,
)
from cozviewer.util.folders import make_private, make_private_folder

APPLICATION_ID = 0x436F5A54
"""Marks our files in SQLite's header: "CoZT"."""

SCHEMA_VERSION = 3
"""1 had tiles of 512 pixels a side, 2 of 128."""

BUSY_SECONDS = 3.0
"""How long to wait for another process that writes."""

PAGE_BYTES = 1024
"""A tile of a photo takes 2 to 5 KB. With pages of 4096 bytes a store is 15 to 20 % larger, and a
view of tiles is written, read and evicted in the same time."""

LARGEST_VALUE = 1 << 20
"""Bytes of a tile, and of any other value: lossless noise takes 12 KB, the longest prompt 400."""

MOST_ABOUT = 100
"""Rows that say what a store is for."""

SCHEMA = f"""
    CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL);
    CREATE TABLE steps (
        uid TEXT PRIMARY KEY, z INTEGER NOT NULL,
        x TEXT NOT NULL, y TEXT NOT NULL, width TEXT NOT NULL, height TEXT NOT NULL,
        prompt TEXT NOT NULL, seed TEXT NOT NULL, seconds REAL NOT NULL, made_at TEXT NOT NULL
    );
    CREATE TABLE tiles (
        id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, parent TEXT NOT NULL,
        step TEXT NOT NULL, seen REAL NOT NULL, bytes INTEGER NOT NULL, checksum BLOB NOT NULL
    );
    CREATE INDEX tiles_by_parent ON tiles (parent);
    CREATE TABLE pixels (id INTEGER PRIMARY KEY, webp BLOB NOT NULL);
    PRAGMA application_id = {APPLICATION_ID};
    PRAGMA user_version = {SCHEMA_VERSION};
"""
# Addresses are text because they outgrow SQLite's 64 bits. Pixels have a table of their own, so
# that noting when a tile was seen does not read and write its blob.


@dataclass(frozen=True)
class StoreKey:
    """Identifies a store file. The digests decide; the other attributes are for display."""

    source_digest: str
    source_name: str
    source_width: int
    source_height: int
    recipe_digest: str
    recipe: str


class NotOurs(Exception):
    """The file is no store, or one for something else. The message completes "it ..."."""


class StoreConnection(sqlite3.Connection):
    """A connection that holds the lock of its file until it is closed.

    Attributes:
        lock: See `store_lock`; None in memory, where nobody can take the file away, and where
            somebody else takes care.
    """

    lock: StoreLock | None = None

    def close(self) -> None:
        """Let go of the file."""
        super().close()
        if self.lock is not None:
            self.lock.release()


def connect(
    path: Path | None, *, create: bool = False, lock: StoreLock | None = None
) -> StoreConnection:
    """Open an SQLite file (None: in memory), usable from any thread but by one at a time.

    What it holds is not looked at.

    Args:
        lock: One that the caller has, and keeps; None takes one for the connection.

    Raises:
        sqlite3.Error: It cannot be opened.
        OSError: Somebody is taking it away, or the folder is not there.
    """
    own = None if path is None or lock is not None else _lock(path)
    name = ":memory:" if path is None else _uri(path, create, locked=own is not None)
    try:
        connection = sqlite3.connect(
            name,
            uri=True,
            timeout=BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
            factory=StoreConnection,
        )
    except sqlite3.Error:
        if own is not None:
            own.release()
        raise
    connection.lock = own
    harden(connection, LARGEST_VALUE)
    return connection


def _uri(path: Path, create: bool, locked: bool) -> str:
    """Return what SQLite opens a file by; a new one has the permissions of its lock's file."""
    mode = "rwc" if create else "rw"
    if create and locked:
        mode += f"&modeof={quote(os.fsencode(f'{path.absolute()}{SUFFIX}'))}"
    return f"{path.absolute().as_uri()}?mode={mode}"


def open_file(path: Path | None, store_key: StoreKey) -> StoreConnection:
    """Open the store file of `store_key`, creating it and its folder where there is none.

    Raises:
        NotOurs: It is somebody else's, or for another source or recipe.
        sqlite3.Error: It is broken, locked or unreadable (`is_broken` and `is_busy` tell).
        OSError: The folder cannot be made.
    """
    if path is not None:
        make_private_folder(path.parent)
        make_private(path)
        if path.exists() and path.stat().st_size == 1:
            raise NotOurs("is damaged")  # SQLite takes a single byte for an empty file
    connection = connect(path, create=True)
    try:
        _create(connection, store_key)
        _check_ours(connection)
        about = read_about(connection)
        for name in ("source_digest", "recipe_digest"):
            if about.get(name) != getattr(store_key, name):
                raise NotOurs("is for another picture or recipe")
        _make_safe(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def open_existing(path: Path) -> StoreConnection:
    """Open a store file, whatever it is for.

    Raises:
        NotOurs: It is somebody else's.
        sqlite3.Error: It is not there, broken, locked or unreadable.
        OSError: Somebody is taking it away.
    """
    connection = connect(path)
    Watch().attach(connection)
    try:
        _check_ours(connection)
        _make_safe(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def is_ours(connection: sqlite3.Connection) -> bool:
    """Tell whether a file is a store, of any version. Raises sqlite3.Error."""
    return _number(connection, "application_id") == APPLICATION_ID


def is_older(connection: sqlite3.Connection) -> bool:
    """Tell whether a file is a store of an older version: its tiles are of no use any more. Raises
    sqlite3.Error."""
    return is_ours(connection) and 0 < _number(connection, "user_version") < SCHEMA_VERSION


def read_about(connection: sqlite3.Connection) -> dict[str, str]:
    """Return the file's key, by the names of `StoreKey`'s attributes; values that are not text are
    left out.

    Raises:
        NotOurs: The file has no key.
        sqlite3.Error: It cannot be read.
    """
    try:
        rows = limited(connection, "SELECT name, value FROM about", MOST_ABOUT)
        return {
            name: value for name, value in rows if isinstance(name, str) and isinstance(value, str)
        }
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_ERROR:  # no such table
            raise NotOurs("is damaged") from error
        raise


def plain(text: str) -> str:
    """Return text that SQLite can keep: file names may hold bytes that are no characters."""
    return text.encode(errors="backslashreplace").decode()


def is_broken(error: sqlite3.Error) -> bool:
    """Tell whether SQLite found the file damaged or no database at all."""
    return _code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def is_busy(error: sqlite3.Error) -> bool:
    """Tell whether somebody else holds the file locked; it may be free the next time."""
    return _code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _code(error: sqlite3.Error) -> int:
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF  # without the extended part


def _lock(path: Path) -> StoreLock | None:
    try:
        return StoreLock(path, alone=False, patience=BUSY_SECONDS)
    except PermissionError:
        return None  # a folder that we only read: SQLite does not touch journals in it
    except OSError as error:
        if error.errno == errno.EROFS:
            return None
        raise


def _check_ours(connection: sqlite3.Connection) -> None:
    if not is_ours(connection):
        raise NotOurs("belongs to another program")
    if _number(connection, "user_version") != SCHEMA_VERSION:
        raise NotOurs("was made by another version of cozviewer")
    if foreign_object(connection, SCHEMA) is not None:
        raise NotOurs("is damaged")  # or planted: what else is in it could run


def _make_safe(connection: sqlite3.Connection) -> None:
    """Choose how commits survive a crash; on a stranger's database this could change the file."""
    connection.execute("PRAGMA journal_mode = TRUNCATE")
    connection.execute("PRAGMA synchronous = FULL")


def _number(connection: sqlite3.Connection, pragma: str) -> int:
    try:
        return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])
    except UnicodeDecodeError as error:  # see `read_schema`
        raise Damaged("malformed database schema") from error


def _create(connection: sqlite3.Connection, store_key: StoreKey) -> None:
    """Fill a new, empty file in one transaction; leave any other as it is."""
    if not _blank(connection):
        return
    connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
    connection.execute("PRAGMA auto_vacuum = FULL")  # evicted tiles give their space back
    connection.execute("BEGIN IMMEDIATE")
    try:
        if _blank(connection):  # else another process was faster
            for statement in SCHEMA.split(";")[:-1]:
                connection.execute(statement)
            connection.executemany(
                "INSERT INTO about VALUES (?, ?)",
                [(name, plain(str(value))) for name, value in asdict(store_key).items()],
            )
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()
        raise


def _blank(connection: sqlite3.Connection) -> bool:
    read_schema(connection)
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    marks = _number(connection, "application_id") or _number(connection, "user_version")
    return not tables and not marks
