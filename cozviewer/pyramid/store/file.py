"""The file of a tile store: an SQLite database per source and recipe, checked when opened.

This module handles the file, `rows` its contents, `lock` concurrent use, `removal` damaged or
unneeded files, and `files` which file is used. A store file must be opened only by SQLite: closing
any other handle on it would drop SQLite's locks in this process.
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
from cozviewer.util.translation import translate

APPLICATION_ID = 0x436F5A54
"""The application id in SQLite's header: "CoZT"."""

SCHEMA_VERSION = 3
"""1 had tiles of 512 pixels a side, 2 of 128."""

BUSY_SECONDS = 3.0
"""Time to wait for another process that writes, in seconds."""

PAGE_BYTES = 1024
"""A tile of a photo takes 2 to 5 KB. With pages of 4096 bytes a store is 15 to 20 % larger, and a
view of tiles is written, read and evicted in the same time."""

LARGEST_VALUE = 1 << 20
"""Maximum size of a value in bytes: a tile of noise takes 12 KB, the longest prompt 400 KB."""

MOST_ABOUT = 100
"""Maximum number of rows that identify a store."""

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
# Coordinates are text because they may exceed SQLite's 64 bits. Pixels have a table of their own,
# so that recording when a tile was shown does not rewrite its blob.


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
    """The file is not a store, or has another key. The message completes "it ..."."""


class StoreConnection(sqlite3.Connection):
    """A connection that holds the lock of its file until it is closed.

    Attributes:
        lock: See `lock`; None for a database in memory, and where the caller holds the lock.
    """

    lock: StoreLock | None = None

    def close(self) -> None:
        """Close the file."""
        super().close()
        if self.lock is not None:
            self.lock.release()


def connect(
    path: Path | None, *, create: bool = False, lock: StoreLock | None = None
) -> StoreConnection:
    """Open an SQLite file (None: in memory), usable in any thread, one at a time.

    Its contents are not checked.

    Args:
        lock: A lock held by the caller; None acquires one for the connection.

    Raises:
        sqlite3.Error: It cannot be opened.
        OSError: Another process is removing it, or the folder does not exist.
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
    """Return the URI of a file for SQLite; a new file gets the permissions of its lock file."""
    mode = "rwc" if create else "rw"
    if create and locked:
        mode += f"&modeof={quote(os.fsencode(f'{path.absolute()}{SUFFIX}'))}"
    return f"{path.absolute().as_uri()}?mode={mode}"


def open_file(path: Path | None, store_key: StoreKey) -> StoreConnection:
    """Open the store file of `store_key`; create it and its folder if they do not exist.

    Raises:
        NotOurs: It belongs to another program, or to another source or recipe.
        sqlite3.Error: It is damaged, locked or unreadable (see `is_broken` and `is_busy`).
        OSError: The folder cannot be created.
    """
    if path is not None:
        make_private_folder(path.parent)
        make_private(path)
        if path.exists() and path.stat().st_size == 1:
            # SQLite treats a file of one byte as empty.
            raise NotOurs(translate("Error", "is damaged"))
    connection = connect(path, create=True)
    try:
        _create(connection, store_key)
        _check_ours(connection)
        about = read_about(connection)
        for name in ("source_digest", "recipe_digest"):
            if about.get(name) != getattr(store_key, name):
                raise NotOurs(translate("Error", "is for another photo or recipe"))
        _make_safe(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def open_existing(path: Path) -> StoreConnection:
    """Open a store file with any key.

    Raises:
        NotOurs: It belongs to another program.
        sqlite3.Error: It is missing, damaged, locked or unreadable.
        OSError: Another process is removing it.
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
    """Return whether a file is a store of any version. Raises sqlite3.Error."""
    return _number(connection, "application_id") == APPLICATION_ID


def is_older(connection: sqlite3.Connection) -> bool:
    """Return whether a file is a store of an older version, whose tiles cannot be used. Raises
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
            raise NotOurs(translate("Error", "is damaged")) from error
        raise


def plain(text: str) -> str:
    """Return text that SQLite can store: file names may contain bytes that are not characters."""
    return text.encode(errors="backslashreplace").decode()


def is_broken(error: sqlite3.Error) -> bool:
    """Return whether SQLite found the file damaged, or not a database."""
    return _code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def is_busy(error: sqlite3.Error) -> bool:
    """Return whether another process has locked the file, so that a later attempt may succeed."""
    return _code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _code(error: sqlite3.Error) -> int:
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF  # without the extended part


def _lock(path: Path) -> StoreLock | None:
    try:
        return StoreLock(path, alone=False, patience=BUSY_SECONDS)
    except PermissionError:
        return None  # a read-only folder, in which SQLite does not change journals
    except OSError as error:
        if error.errno == errno.EROFS:
            return None
        raise


def _check_ours(connection: sqlite3.Connection) -> None:
    if not is_ours(connection):
        raise NotOurs(translate("Error", "belongs to another program"))
    if _number(connection, "user_version") != SCHEMA_VERSION:
        raise NotOurs(translate("Error", "was made by another version of cozviewer"))
    if foreign_object(connection, SCHEMA) is not None:
        # Or manipulated: other objects in it could run code.
        raise NotOurs(translate("Error", "is damaged"))


def _make_safe(connection: sqlite3.Connection) -> None:
    """Set how commits survive a crash; on a foreign database this could change the file."""
    connection.execute("PRAGMA journal_mode = TRUNCATE")
    connection.execute("PRAGMA synchronous = FULL")


def _number(connection: sqlite3.Connection, pragma: str) -> int:
    try:
        return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])
    except UnicodeDecodeError as error:  # see `read_schema`
        raise Damaged("malformed database schema") from error


def _create(connection: sqlite3.Connection, store_key: StoreKey) -> None:
    """Create the tables of a new, empty file in one transaction; do not change other files."""
    if not _blank(connection):
        return
    connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
    connection.execute("PRAGMA auto_vacuum = FULL")  # space of evicted tiles is freed
    connection.execute("BEGIN IMMEDIATE")
    try:
        if _blank(connection):  # else another process created them
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
