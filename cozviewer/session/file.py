"""The file of a session: SQLite, written once as a whole, read without trust.

It may come from anybody. What it says about itself must be whole, or it is not opened; of its
tiles the broken ones are left out (see `session_tiles`). It is opened in a way in which SQLite
neither locks it nor looks for a journal beside it, so it may lie on a disk that is only read; see
`sqlite_guard` for what it cannot do.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from cozviewer.image.reading import STOPPED, shown_name
from cozviewer.image.rect import Rect
from cozviewer.pyramid.geometry import TILE, TileKey, level_rect
from cozviewer.pyramid.store.file import is_broken
from cozviewer.pyramid.store.rows import possible_key
from cozviewer.pyramid.store.sqlite_guard import (
    Watch,
    foreign_object,
    harden,
    is_interrupted,
    limited,
    read_schema,
)
from cozviewer.session.session import (
    SUFFIX,
    Bookmark,
    KeptPyramid,
    Made,
    Maker,
    Reference,
    Session,
    bookmark_from,
    sight_from,
)
from cozviewer.util.cancel import IsCancelled, check_cancelled, never
from cozviewer.util.checked import checked_int, checked_text, int_of_text
from cozviewer.util.errors import BadInput

APPLICATION_ID = 0x436F7A56
"""Marks session files in SQLite's header: "CozV"."""

VERSION = 3
"""Of the file. A program reads its own version and older ones."""

SIDES = {1: 512, 2: 128, 3: TILE}
"""Of the tiles of each version, in pixels."""

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

LARGEST_TILE = 1 << 22
"""Bytes of an encoded tile; lossless noise takes 800 KB in version 1."""

MOST_TILES = 8_000_000
"""Rows of tiles that are read of a session: some 30 GB."""

MOST_VIEWS = 10_000
MOST_PYRAMIDS = 100
LONGEST_TEXT = 100_000
"""Rows that a session may have, and characters of a recipe or a choice: a hundred times what is
usual."""

LONGEST_PATH = 10_000
"""Characters of where the photo was, and of its name."""

LONGEST_TITLE = 1000
"""Characters of what people call an engine or a prompter."""

LARGEST_SIDE = 1 << 31
"""Pixels of a photo's side."""

CHECKSUM_BYTES = 16
"""Of a tile; see `tile_codec`."""

_MAGIC = b"SQLite format 3\0"


def is_session(path: Path) -> bool:
    """Tell whether a file is meant to be a session, by its name or by what it begins with."""
    if path.suffix.lower() == SUFFIX:
        return True
    try:
        return path.is_file() and _application_id(_head(path)) == APPLICATION_ID
    except OSError:
        return False


def read_session(path: Path, cancelled: IsCancelled = never) -> Session:
    """Return what a session file says.

    Raises:
        BadInput: It is missing, no session, damaged, or of a newer version.
        Cancelled: `cancelled` said so.
    """
    with session_file(path, cancelled) as connection:
        try:
            return _read(path, connection)
        except (ValueError, TypeError, KeyError, RecursionError, OverflowError) as error:
            raise damaged(path) from error


@contextmanager
def session_file(path: Path, cancelled: IsCancelled = never) -> Iterator[sqlite3.Connection]:
    """Give a connection to a session file; what SQLite raises in the block becomes a sentence.

    Args:
        path: The file.
        cancelled: Asked all the while.

    Raises:
        BadInput: It is missing, no session, damaged, or of a newer version.
        Cancelled: `cancelled` said so.
    """
    check_cancelled(cancelled, STOPPED)
    watch = Watch(cancelled)
    with closing(_connected(path)) as connection:
        watch.attach(connection)
        try:
            _check(path, connection)
            yield connection
        except sqlite3.Error as error:
            watch.raise_if_stopped("Opening the session was stopped.")
            if is_interrupted(error):
                raise BadInput(
                    f"{shown_name(path)} takes too long to read, so it is not a session that "
                    "cozviewer saved, or damaged: get a fresh copy of it."
                ) from error
            raise damaged(path) from error


def damaged(path: Path) -> BadInput:
    """Return what is said about a file that cannot be read to its end."""
    return BadInput(f"{shown_name(path)} is damaged or not all there: get a fresh copy of it.")


def read_rows(
    connection: sqlite3.Connection, question: str, most: int, values: Sequence[object] = ()
) -> Iterator[Any]:
    """Yield the rows of an answer as far as they can be read, at most `most`.

    Raises:
        sqlite3.Error: It was interrupted.
    """
    try:
        yield from limited(connection, question, most, values)
    except sqlite3.Error as error:
        if is_interrupted(error):
            raise


Index = dict[TileKey, tuple[int, bytes]]
"""Tiles, as the file has them, with their ids and the checksums that they should have."""


def tile_side(connection: sqlite3.Connection) -> int:
    """Return the side of the tiles of a session, in pixels. Raises sqlite3.Error."""
    return SIDES[connection.execute("PRAGMA user_version").fetchone()[0]]


def tile_part(key: TileKey, side: int, reference: Reference) -> Rect:
    """Return the part of a tile of this side that lies in the picture, in pixels of its level;
    empty if none does."""
    whole = level_rect(key.z, reference.width, reference.height)
    return Rect(key.col * side, key.row * side, side, side).intersected(whole)


def read_index(connection: sqlite3.Connection, reference: Reference) -> dict[int, Index]:
    """Return the tiles of each pyramid that could be, by the pyramid's number; pages that cannot
    be read are skipped.

    Raises:
        sqlite3.Error: Nothing can be read at all, or it was interrupted.
    """
    found: dict[int, Index] = {}
    side = tile_side(connection)
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    last, skipped, rows = 0, 0, 0
    while skipped <= pages and rows < MOST_TILES:  # a row has one page and more
        try:
            for number, pyramid, name, checksum in connection.execute(
                "SELECT id, pyramid, key, checksum FROM tiles WHERE id > ? ORDER BY id", (last,)
            ):
                if number <= last or rows == MOST_TILES:
                    return found  # a tree that leads back to itself would never end
                last, rows = number, rows + 1
                key = _key_within(name, side, reference)
                if key is None or type(pyramid) is not int:
                    continue
                if isinstance(checksum, bytes) and len(checksum) == CHECKSUM_BYTES:
                    found.setdefault(pyramid, {})[key] = number, checksum
            break
        except sqlite3.Error as error:
            if not (is_broken(error) or _is_too_big(error)):
                raise
            last, skipped = last + 1, skipped + 1
    return found


def _connected(path: Path) -> sqlite3.Connection:
    """Return a connection to a file that says that it is a session; nothing is read yet."""
    name = shown_name(path)
    try:
        if path.exists() and not path.is_file():
            raise BadInput(f"{name} cannot be read, as it is not a file: choose a {SUFFIX} file.")
        if _application_id(_head(path)) != APPLICATION_ID:
            raise BadInput(f"{name} is no session of cozviewer: choose a {SUFFIX} file.")
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro&immutable=1",
            uri=True,
            isolation_level=None,
        )
    except FileNotFoundError as error:
        raise BadInput(f"{name} does not exist: check the path.") from error
    except (OSError, ValueError, sqlite3.Error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BadInput(f"{name} cannot be read ({reason}): check the path.") from error
    harden(connection, LARGEST_TILE)
    connection.execute("PRAGMA query_only = ON")
    return connection


def _check(path: Path, connection: sqlite3.Connection) -> None:
    """Make sure that a file is a session of this version and nothing besides.

    Raises:
        BadInput: It is not.
        sqlite3.Error: It is damaged.
    """
    read_schema(connection)
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > VERSION:
        raise BadInput(
            f"{shown_name(path)} was saved by a newer cozviewer: get that one to open it."
        )
    if version < 1:
        raise damaged(path)
    foreign = foreign_object(connection, SCHEMA)
    if foreign is not None:
        raise BadInput(
            f"{shown_name(path)} is not a session that cozviewer saved, or damaged ({foreign}): "
            "get a fresh copy of it."
        )


def _is_too_big(error: sqlite3.Error) -> bool:
    """Tell whether a value is longer than any that we write."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_TOOBIG


def _key_within(name: object, side: int, reference: Reference) -> TileKey | None:
    """Return the tile of a name if it lies in the photo, on a level that there can be."""
    key = possible_key(name)
    return None if key is None or tile_part(key, side, reference).empty else key


def _read(path: Path, connection: sqlite3.Connection) -> Session:
    about = dict(limited(connection, "SELECT name, value FROM about", MOST_PYRAMIDS))
    width, height = (int_of_text(about[f"source_{side}"]) for side in ("width", "height"))
    reference = Reference(
        name=checked_text(about["source_name"], LONGEST_PATH),
        digest=checked_text(about["source_digest"], LONGEST_TITLE),
        width=checked_int(width, 1, LARGEST_SIDE),
        height=checked_int(height, 1, LARGEST_SIDE),
        path=checked_text(about["source_path"], LONGEST_PATH),
        relative=checked_text(about["source_relative"], LONGEST_PATH),
    )
    sight, bookmarks = None, list[Bookmark]()
    views = "SELECT name, x, y, magnification FROM views ORDER BY id"
    for name, *numbers in limited(connection, views, MOST_VIEWS):
        if name is None:
            sight = sight_from(*numbers)
        else:
            bookmarks.append(bookmark_from(name, *numbers))
    index = read_index(connection, reference)
    pyramids = "SELECT id, recipe, recipe_digest, choice, maker, tiles FROM pyramids ORDER BY id"
    kept = [
        _pyramid(index, reference, *row) for row in limited(connection, pyramids, MOST_PYRAMIDS)
    ]
    if not kept:
        raise ValueError("a session has a pyramid")
    return Session(path, reference, tuple(kept), tuple(bookmarks), sight)


def _pyramid(
    index: dict[int, Index],
    reference: Reference,
    number: object,
    recipe: object,
    recipe_digest: object,
    choice: object,
    maker: object,
    tiles: object,
) -> KeptPyramid:
    number = checked_int(number, 0, MOST_TILES)
    said = json.loads(checked_text(maker, LONGEST_TEXT))
    made = Made(
        checked_text(recipe, LONGEST_TEXT),
        checked_text(recipe_digest, LONGEST_TITLE),
        checked_text(choice, LONGEST_TEXT),
        Maker(
            checked_text(said["name"], LONGEST_TITLE),
            bool(said["generative"]),
            bool(said["listens"]),
            checked_text(said["prompter"], LONGEST_TITLE),
        ),
    )
    digest = hashlib.sha256(f"{reference.digest};{made.recipe_digest};".encode())
    for key, (_, checksum) in sorted(index.get(number, {}).items()):
        digest.update(f"{key}:{checksum.hex()};".encode())
    return KeptPyramid(number, made, digest.hexdigest(), checked_int(tiles, 0, MOST_TILES))


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(100)


def _application_id(head: bytes) -> int:
    """Return what an SQLite file says that it is; 0 if it is none or says nothing."""
    return int.from_bytes(head[68:72], "big") if head.startswith(_MAGIC) else 0
