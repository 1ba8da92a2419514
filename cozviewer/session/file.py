"""The session file: an SQLite database, written once as a whole and read without trust.

It may come from any source. If its description is damaged it is not opened; damaged tiles are left
out (see `session.tiles`). It is opened as immutable, so that SQLite neither locks it nor looks for
a journal, and it may be on a read-only disk. `sqlite_guard` limits what a hostile file can do.
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
from cozviewer.image.subject import scale_from
from cozviewer.image.tone import tone_of
from cozviewer.pyramid.geometry import TILE, TileKey, level_rect
from cozviewer.pyramid.store.file import is_broken
from cozviewer.pyramid.store.rows import possible_key
from cozviewer.pyramid.store.sqlite_guard import (
    Watch,
    Watched,
    foreign_object,
    harden,
    is_interrupted,
    limited,
    read_schema,
)
from cozviewer.session.session import (
    SUFFIX,
    Bookmark,
    Maker,
    PyramidInfo,
    Reference,
    Session,
    StoredPyramid,
    bookmark_from,
    viewpoint_from,
)
from cozviewer.util.cancel import IsCancelled, check_cancelled, never
from cozviewer.util.checked import checked_int, checked_text, int_of_text
from cozviewer.util.errors import BadInput
from cozviewer.util.translation import translate

APPLICATION_ID = 0x436F7A56
"""The application id in SQLite's header: "CozV"."""

VERSION = 3
"""Version of the file format; older versions can be read, too."""

SIDES = {1: 512, 2: 128, 3: TILE}
"""Side of the tiles by version of the file, in pixels."""

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
# Numbers that may exceed SQLite's 64 bits are text; coordinates and magnifications are exact
# fractions ("1625/2"). The view without a name is the one shown when the session was saved. Tiles
# have no index: they are found by id, so that a damaged page loses only its own tiles.

ORIENTATIONS = "orientations"
"""The row of the table `about` with the orientation of each view, in order."""

SCALE = "scale"
"""The row of the table `about` with the scale of the photo that was set by hand."""

LARGEST_TILE = 1 << 22
"""Maximum size of an encoded tile in bytes; lossless noise takes 800 KB in version 1."""

MOST_TILES = 8_000_000
"""Maximum number of tiles read from a session: some 30 GB."""

MOST_VIEWS = 10_000
MOST_PYRAMIDS = 100
LONGEST_TEXT = 100_000
"""Maximum numbers of rows, and of characters of a recipe or a choice: a hundred times what is
usual."""

LONGEST_PATH = 10_000
"""Maximum number of characters of the photo's path and of its name."""

LONGEST_TITLE = 1000
"""Maximum number of characters of the display name of an engine or a prompter."""

LARGEST_SIDE = 1 << 31
"""Maximum width and height of a photo, in pixels."""

CHECKSUM_BYTES = 16
"""Size of a tile's checksum; see `tile_codec`."""

_MAGIC = b"SQLite format 3\0"


def is_session(path: Path) -> bool:
    """Return whether a file is a session, judging by its suffix or by its header."""
    if path.suffix.lower() == SUFFIX:
        return True
    try:
        return path.is_file() and _application_id(_head(path)) == APPLICATION_ID
    except OSError:
        return False


def read_session(
    path: Path, cancelled: IsCancelled = never, watched: Watched | None = None
) -> Session:
    """Read a session file, without its tiles.

    Args:
        path: The file.
        cancelled: Checked while SQLite works.
        watched: Makes what stops SQLite; None: `Watch`.

    Raises:
        BadInput: It is missing, not a session, damaged, or of a newer version.
        Cancelled: `cancelled` returned True.
    """
    with session_file(path, cancelled, watched) as connection:
        try:
            return _read(path, connection)
        except (ValueError, TypeError, KeyError, RecursionError, OverflowError) as error:
            raise damaged(path) from error


@contextmanager
def session_file(
    path: Path, cancelled: IsCancelled = never, watched: Watched | None = None
) -> Iterator[sqlite3.Connection]:
    """Connect to a session file; SQLite's errors in the block are raised as `BadInput`.

    Args:
        path: The file.
        cancelled: Checked while SQLite works.
        watched: Makes what stops SQLite; None: `Watch`.

    Raises:
        BadInput: It is missing, not a session, damaged, or of a newer version.
        Cancelled: `cancelled` returned True.
    """
    check_cancelled(cancelled, STOPPED)
    watch = (watched or Watch)(cancelled)
    with closing(_connected(path)) as connection:
        watch.attach(connection)
        try:
            _check(path, connection)
            yield connection
        except sqlite3.Error as error:
            watch.raise_if_stopped(translate("Error", "Opening the session was canceled."))
            if is_interrupted(error):
                raise BadInput(
                    translate(
                        "Error",
                        "{path} takes too long to read. It is damaged, or was not saved "
                        "by cozviewer: get a fresh copy of it.",
                    ).format(path=shown_name(path))
                ) from error
            raise damaged(path) from error


def damaged(path: Path) -> BadInput:
    """Return the error for a file that cannot be read completely."""
    return BadInput(
        translate("Error", "{path} is damaged or incomplete: get a fresh copy of it.").format(
            path=shown_name(path)
        )
    )


def read_rows(
    connection: sqlite3.Connection, question: str, most: int, values: Sequence[object] = ()
) -> Iterator[Any]:
    """Yield at most `most` rows of a query, as far as they can be read.

    Raises:
        sqlite3.Error: It was interrupted.
    """
    try:
        yield from limited(connection, question, most, values)
    except sqlite3.Error as error:
        if is_interrupted(error):
            raise


Index = dict[TileKey, tuple[int, bytes]]
"""Tiles of the file, with their ids and expected checksums."""


def tile_side(connection: sqlite3.Connection) -> int:
    """Return the side of a session's tiles, in pixels. Raises sqlite3.Error."""
    return SIDES[connection.execute("PRAGMA user_version").fetchone()[0]]


def tile_part(key: TileKey, side: int, reference: Reference) -> Rect:
    """Return the part of a tile that is inside the photo, in pixels of its level; may be empty."""
    whole = level_rect(key.z, reference.width, reference.height)
    return Rect(key.col * side, key.row * side, side, side).intersected(whole)


def read_index(connection: sqlite3.Connection, reference: Reference) -> dict[int, Index]:
    """Return the valid tile names of each pyramid, by the pyramid's number.

    Pages that cannot be read are skipped.

    Raises:
        sqlite3.Error: Nothing can be read, or it was interrupted.
    """
    found: dict[int, Index] = {}
    side = tile_side(connection)
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    last, skipped, rows = 0, 0, 0
    while skipped <= pages and rows < MOST_TILES:  # a row takes at least a page
        try:
            for number, pyramid, name, checksum in connection.execute(
                "SELECT id, pyramid, key, checksum FROM tiles WHERE id > ? ORDER BY id", (last,)
            ):
                if number <= last or rows == MOST_TILES:
                    return found  # a cyclic tree would never end
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
    """Connect to a file that is a session according to its header."""
    name = shown_name(path)
    try:
        if path.exists() and not path.is_file():
            raise BadInput(
                translate("Error", "{name} is not a file: choose a {suffix} file.").format(
                    name=name, suffix=SUFFIX
                )
            )
        if _application_id(_head(path)) != APPLICATION_ID:
            raise BadInput(
                translate(
                    "Error", "{name} is not a cozviewer session: choose a {suffix} file."
                ).format(name=name, suffix=SUFFIX)
            )
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro&immutable=1",
            uri=True,
            isolation_level=None,
        )
    except FileNotFoundError as error:
        raise BadInput(
            translate("Error", "{name} does not exist: check the path.").format(name=name)
        ) from error
    except (OSError, ValueError, sqlite3.Error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BadInput(
            translate("Error", "{name} cannot be read ({reason}): check the path.").format(
                name=name, reason=reason
            )
        ) from error
    harden(connection, LARGEST_TILE)
    connection.execute("PRAGMA query_only = ON")
    return connection


def _check(path: Path, connection: sqlite3.Connection) -> None:
    """Check the version of a file, and that it contains nothing but a session's tables.

    Raises:
        BadInput: It is not.
        sqlite3.Error: It is damaged.
    """
    read_schema(connection)
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > VERSION:
        raise BadInput(
            translate(
                "Error", "{path} was saved by a newer version of cozviewer: update to open it."
            ).format(path=shown_name(path))
        )
    if version < 1:
        raise damaged(path)
    foreign = foreign_object(connection, SCHEMA)
    if foreign is not None:
        raise BadInput(
            translate(
                "Error",
                "{path} is damaged, or was not saved by cozviewer ({foreign}): get a "
                "fresh copy of it.",
            ).format(path=shown_name(path), foreign=foreign)
        )


def _is_too_big(error: sqlite3.Error) -> bool:
    """Return whether a value is longer than any that we write."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_TOOBIG


def _key_within(name: object, side: int, reference: Reference) -> TileKey | None:
    """Return the tile of a name if its level is possible and it overlaps the photo."""
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
        tone=_tone(checked_text(about.get("source_tone", ""), LONGEST_TITLE)),
    )
    viewpoint, bookmarks = None, list[Bookmark]()
    turned = iter(_orientations(about.get(ORIENTATIONS, "")))
    views = "SELECT name, x, y, magnification FROM views ORDER BY id"
    for name, x, y, magnification in limited(connection, views, MOST_VIEWS):
        if name is None:
            viewpoint = viewpoint_from(x, y, magnification, next(turned, 0))
        else:
            bookmarks.append(bookmark_from(name, x, y, magnification, next(turned, 0)))
    index = read_index(connection, reference)
    pyramids = "SELECT id, recipe, recipe_digest, choice, maker, tiles FROM pyramids ORDER BY id"
    stored = [
        _pyramid(index, reference, *row) for row in limited(connection, pyramids, MOST_PYRAMIDS)
    ]
    if not stored:
        raise ValueError("no pyramid")
    scale = scale_from(checked_text(about.get(SCALE, ""), LONGEST_TITLE))
    return Session(path, reference, tuple(stored), tuple(bookmarks), viewpoint, scale)


def _orientations(text: object) -> list[int]:
    """Return EXIF's number of the orientation of each view; 0 where none was recorded."""
    if not isinstance(text, str) or len(text) > 2 * MOST_VIEWS:
        return []
    return [int(word) if word in "12345678" else 0 for word in text.split()]


def _tone(text: str) -> str:
    """Return the canonical text of a tone.

    Raises:
        ValueError: It is not one.
    """
    try:
        return tone_of(text).text
    except BadInput as error:
        raise ValueError(str(error)) from error


def _pyramid(
    index: dict[int, Index],
    reference: Reference,
    number: object,
    recipe: object,
    recipe_digest: object,
    choice: object,
    maker: object,
    tiles: object,
) -> StoredPyramid:
    number = checked_int(number, 0, MOST_TILES)
    models = json.loads(checked_text(maker, LONGEST_TEXT))
    info = PyramidInfo(
        checked_text(recipe, LONGEST_TEXT),
        checked_text(recipe_digest, LONGEST_TITLE),
        checked_text(choice, LONGEST_TEXT),
        Maker(
            checked_text(models["name"], LONGEST_TITLE),
            bool(models["generative"]),
            bool(models["listens"]),
            checked_text(models["prompter"], LONGEST_TITLE),
        ),
    )
    digest = hashlib.sha256(f"{reference.digest};{info.recipe_digest};".encode())
    for key, (_, checksum) in sorted(index.get(number, {}).items()):
        digest.update(f"{key}:{checksum.hex()};".encode())
    return StoredPyramid(number, info, digest.hexdigest(), checked_int(tiles, 0, MOST_TILES))


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(100)


def _application_id(head: bytes) -> int:
    """Return the application id in an SQLite header; 0 if it is not an SQLite header."""
    return int.from_bytes(head[68:72], "big") if head.startswith(_MAGIC) else 0
