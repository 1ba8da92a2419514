"""The file of a session: SQLite, written once as a whole, read without trust.

It may come from anybody. What it says about itself must be whole, or it is not opened; of its
tiles the broken ones are left out (see `session_tiles`). It is opened in a way in which SQLite
neither locks it nor looks for a journal beside it, so it may lie on a disk that is only read.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from fractions import Fraction
from pathlib import Path
from typing import Any

from cozviewer.errors import BadInput
from cozviewer.pyramid.camera import DEEPEST
from cozviewer.pyramid.geometry import STEP_LEVELS, TileKey, level_rect, tile_rect
from cozviewer.pyramid.reading import shown_name
from cozviewer.pyramid.session import (
    SUFFIX,
    Bookmark,
    KeptPyramid,
    Made,
    Maker,
    Reference,
    Session,
    Sight,
)
from cozviewer.pyramid.store_file import is_broken
from cozviewer.pyramid.store_rows import key_of

APPLICATION_ID = 0x436F7A56
"""Marks session files in SQLite's header: "CozV"."""

VERSION = 1
"""Of the tables below. A program reads its own version and older ones."""

SCHEMA = f"""
    CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL);
    CREATE TABLE views (
        id INTEGER PRIMARY KEY, name TEXT,
        x TEXT NOT NULL, y TEXT NOT NULL, magnification TEXT NOT NULL
    );
    CREATE TABLE pyramids (
        id INTEGER PRIMARY KEY, recipe TEXT NOT NULL, recipe_digest TEXT NOT NULL,
        choice TEXT NOT NULL, maker TEXT NOT NULL, tiles INTEGER NOT NULL
    );
    CREATE TABLE steps (
        pyramid INTEGER NOT NULL, uid TEXT NOT NULL, z INTEGER NOT NULL,
        x TEXT NOT NULL, y TEXT NOT NULL, width TEXT NOT NULL, height TEXT NOT NULL,
        prompt TEXT NOT NULL, seed TEXT NOT NULL, seconds REAL NOT NULL, made_at TEXT NOT NULL,
        PRIMARY KEY (pyramid, uid)
    );
    CREATE TABLE tiles (
        id INTEGER PRIMARY KEY, pyramid INTEGER NOT NULL, key TEXT NOT NULL, step TEXT NOT NULL,
        checksum BLOB NOT NULL, webp BLOB NOT NULL
    );
    PRAGMA application_id = {APPLICATION_ID};
    PRAGMA user_version = {VERSION};
"""
# Numbers that outgrow SQLite's 64 bits are text; places and magnifications are exact fractions
# ("1625/2"). Of the views, the one without a name is what was seen last. Tiles have no index: they
# are found by id, so that a damaged page costs no other tiles than its own.

_MAGIC = b"SQLite format 3\0"
_MOST_DIGITS = 1000
"""Of a number in text: far more than a view at the deepest level has."""


def is_session(path: Path) -> bool:
    """Tell whether a file is meant to be a session, by its name or by what it begins with."""
    if path.suffix.lower() == SUFFIX:
        return True
    try:
        return path.is_file() and _application_id(_head(path)) == APPLICATION_ID
    except OSError:
        return False


def read_session(path: Path) -> Session:
    """Return what a session file says.

    Raises:
        BadInput: It is missing, no session, damaged, or of a newer version.
    """
    with closing(open_session(path)) as connection:
        try:
            return _read(path, connection)
        except (sqlite3.Error, ValueError, TypeError, KeyError, ZeroDivisionError) as error:
            raise damaged(path) from error


def open_session(path: Path) -> sqlite3.Connection:
    """Open a session file for reading.

    Raises:
        BadInput: It is missing, no session, damaged, or of a newer version.
    """
    name = shown_name(path)
    try:
        head = _head(path)
        if path.is_file() and _application_id(head) != APPLICATION_ID:
            raise BadInput(f"{name} is no session of cozviewer: choose a {SUFFIX} file.")
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro&immutable=1",
            uri=True,
            isolation_level=None,
        )
    except FileNotFoundError as error:
        raise BadInput(f"{name} does not exist: check the path.") from error
    except (OSError, sqlite3.Error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BadInput(f"{name} cannot be read ({reason}): check the path.") from error
    try:
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA cell_size_check = ON")
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > VERSION:
            raise BadInput(f"{name} was saved by a newer cozviewer: get that one to open it.")
        if version < 1:
            raise damaged(path)
    except sqlite3.Error as error:
        connection.close()
        raise damaged(path) from error
    except BaseException:
        connection.close()
        raise
    return connection


def damaged(path: Path) -> BadInput:
    """Return what is said about a file that cannot be read to its end."""
    return BadInput(f"{shown_name(path)} is damaged or not all there: get a fresh copy of it.")


def read_rows(
    connection: sqlite3.Connection, question: str, values: Sequence[object] = ()
) -> Iterator[Any]:
    """Yield the rows of an answer as far as they can be read."""
    try:
        yield from connection.execute(question, values)
    except sqlite3.Error:
        return


def read_index(
    connection: sqlite3.Connection, number: int, reference: Reference
) -> dict[TileKey, tuple[int, bytes]]:
    """Return the tiles of a pyramid that could be, with their ids and the checksums that they
    should have; pages that cannot be read are skipped.

    Raises:
        sqlite3.Error: Nothing can be read at all.
    """
    found = {}
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    last, skipped = 0, 0
    while skipped <= pages:  # a row has one page and more
        try:
            rows = connection.execute(
                "SELECT id, pyramid, key, checksum FROM tiles WHERE id > ? ORDER BY id", (last,)
            )
            for last, pyramid, name, checksum in rows:
                key = _possible_key(name, reference) if pyramid == number else None
                if key is not None and isinstance(checksum, bytes):
                    found[key] = last, checksum
            break
        except sqlite3.Error as error:
            if not is_broken(error):
                raise
            last, skipped = last + 1, skipped + 1
    return found


def _possible_key(name: object, reference: Reference) -> TileKey | None:
    """Return the tile of a name if it lies in the picture, on a level that there can be."""
    try:
        key = key_of(name) if isinstance(name, str) and len(name) < _MOST_DIGITS else None
    except ValueError:
        return None
    if key is None or str(key) != name or key.z % STEP_LEVELS or not 0 < key.z <= 2 * DEEPEST:
        return None
    whole = level_rect(key.z, reference.width, reference.height)
    return None if tile_rect(key).intersected(whole).empty else key


def _read(path: Path, connection: sqlite3.Connection) -> Session:
    about = dict(connection.execute("SELECT name, value FROM about"))
    reference = Reference(
        name=_text(about["source_name"]),
        digest=_text(about["source_digest"]),
        width=int(about["source_width"]),
        height=int(about["source_height"]),
        path=_text(about["source_path"]),
        relative=_text(about["source_relative"]),
    )
    if min(reference.width, reference.height) < 1:
        raise ValueError("a picture has pixels")
    sight, bookmarks = None, []
    for name, *numbers in connection.execute(
        "SELECT name, x, y, magnification FROM views ORDER BY id"
    ):
        seen = _sight(numbers)
        if name is None:
            sight = seen
        else:
            bookmarks.append(Bookmark(_text(name), seen))
    pyramids = [
        _pyramid(connection, reference, row)
        for row in connection.execute(
            "SELECT id, recipe, recipe_digest, choice, maker, tiles FROM pyramids ORDER BY id"
        )
    ]
    if not pyramids:
        raise ValueError("a session has a pyramid")
    return Session(path, reference, tuple(pyramids), tuple(bookmarks), sight)


def _pyramid(
    connection: sqlite3.Connection, reference: Reference, row: Sequence[Any]
) -> KeptPyramid:
    number, recipe, recipe_digest, choice, maker, tiles = row
    said = json.loads(maker)
    made = Made(
        _text(recipe),
        _text(recipe_digest),
        _text(choice),
        Maker(
            _text(said["name"]),
            bool(said["generative"]),
            bool(said["listens"]),
            _text(said["prompter"]),
        ),
    )
    digest = hashlib.sha256(f"{reference.digest};{recipe_digest};".encode())
    for key, (_, checksum) in sorted(read_index(connection, number, reference).items()):
        digest.update(f"{key}:{checksum.hex()};".encode())
    return KeptPyramid(int(number), made, digest.hexdigest(), int(tiles))


def _sight(numbers: Sequence[Any]) -> Sight:
    """Return a view of three fractions; Fraction() by itself would take "1e999999999" as well."""
    for number in numbers:
        if len(number) > _MOST_DIGITS or set(number) - set("-/0123456789"):
            raise ValueError("no fraction")
    x, y, magnification = map(Fraction, numbers)
    if not Fraction(2) ** -DEEPEST <= magnification <= Fraction(2) ** DEEPEST:
        raise ValueError("no magnification")
    return Sight(x, y, magnification)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(100)


def _application_id(head: bytes) -> int:
    """Return what an SQLite file says that it is; 0 if it is none or says nothing."""
    return int.from_bytes(head[68:72], "big") if head.startswith(_MAGIC) else 0
