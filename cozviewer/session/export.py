"""Saving a session: pyramids from their stores, views and where the picture is, as one file."""

import json
import os
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from cozviewer.export.picture import check_place
from cozviewer.export.replacing import STOPPED, replacing_path
from cozviewer.image.source import Source
from cozviewer.pyramid.store.file import PAGE_BYTES, plain
from cozviewer.pyramid.store.rows import step_row
from cozviewer.session.file import SCHEMA
from cozviewer.session.session import SUFFIX, Bookmark, Filled, Reference, Sight
from cozviewer.session.source import reference_to
from cozviewer.util.cancel import IsCancelled, check_cancelled, never
from cozviewer.util.errors import BadInput, Failure


@dataclass(frozen=True)
class Saved:
    """What a session file holds.

    Attributes:
        tiles: How many.
        left_out: Tiles of the stores that are broken, or were evicted meanwhile.
        bytes: Size of the file.
    """

    tiles: int
    left_out: int
    bytes: int


def check_session_target(path: Path) -> None:
    """Make sure, before the work begins, that a session can be saved as `path`.

    Raises:
        BadInput: It is called otherwise than sessions are, or cannot be written there.
    """
    if path.suffix.lower() != SUFFIX:
        raise BadInput(f"A session is a {SUFFIX} file: save it as {path.with_suffix(SUFFIX).name}.")
    check_place(path)


def save_session(
    path: Path,
    source: Source,
    pyramids: Sequence[Filled],
    bookmarks: Sequence[Bookmark] = (),
    sight: Sight | None = None,
    *,
    cancelled: IsCancelled = never,
    told: Callable[[int, int], None] = lambda done, total: None,
) -> Saved:
    """Save a session. The file appears whole or not at all; the picture itself is not in it.

    Not for the GUI thread. Tiles made meanwhile may be left out.

    Args:
        path: The file that is to be; replaced if it exists.
        source: The picture.
        pyramids: At least one; the one that is seen first.
        bookmarks: In their order.
        sight: What is seen now.
        cancelled: Asked at every tile.
        told: Called with (tiles written, how many they are).

    Raises:
        BadInput: As `check_session_target`.
        Cancelled: `cancelled` said so.
        Failure: The disk is full or went away, or tiles were changed meanwhile.
    """
    check_session_target(path)
    sums = [pyramid.store.checksums() for pyramid in pyramids]
    total, done, left_out = sum(map(len, sums)), 0, 0
    with replacing_path(path, cancelled) as part:
        with closing(sqlite3.connect(part, isolation_level=None)) as connection:
            # The file has no name yet, so nobody needs a journal; what counts is the sync below.
            connection.execute("PRAGMA journal_mode = OFF")
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
            connection.executescript(SCHEMA)
            connection.execute("BEGIN")
            _write_about(connection, reference_to(source, path), bookmarks, sight)
            for number, (pyramid, keys) in enumerate(zip(pyramids, sums, strict=True), 1):
                written = 0
                for key in sorted(keys):
                    check_cancelled(cancelled, STOPPED)
                    tile = pyramid.store.encoded(key)
                    if tile is not None and tile.whole(key):
                        connection.execute(
                            "INSERT INTO tiles VALUES (NULL, ?, ?, ?, ?, ?)",
                            (number, str(key), tile.step, tile.checksum, tile.webp),
                        )
                        written += 1
                    told(done + written, total)
                _write_pyramid(connection, number, pyramid, written)
                done, left_out = done + written, left_out + len(keys) - written
                now = pyramid.store.checksums()
                if any(now.get(key, checksum) != checksum for key, checksum in keys.items()) or (
                    keys and not now
                ):
                    raise Failure(f"The tiles changed while {path.name} was saved: save it again.")
            connection.execute("COMMIT")
        size = _synced(part)
    return Saved(done, left_out, size)


def _write_about(
    connection: sqlite3.Connection,
    reference: Reference,
    bookmarks: Sequence[Bookmark],
    sight: Sight | None,
) -> None:
    connection.executemany(
        "INSERT INTO about VALUES (?, ?)",
        [(f"source_{name}", plain(str(value))) for name, value in asdict(reference).items()],
    )
    views = [(plain(bookmark.name), bookmark.sight) for bookmark in bookmarks]
    connection.executemany(
        "INSERT INTO views (name, x, y, magnification) VALUES (?, ?, ?, ?)",
        [
            (name, str(seen.x), str(seen.y), str(seen.magnification))
            for name, seen in [*views, *([(None, sight)] if sight is not None else [])]
        ],
    )


def _write_pyramid(
    connection: sqlite3.Connection, number: int, pyramid: Filled, tiles: int
) -> None:
    made = pyramid.made
    connection.execute(
        "INSERT INTO pyramids VALUES (?, ?, ?, ?, ?, ?)",
        (
            number,
            plain(made.recipe),
            made.recipe_digest,
            plain(made.choice),
            json.dumps(asdict(made.maker)),
            tiles,
        ),
    )
    connection.executemany(
        "INSERT INTO steps VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [(number, uid, *step_row(step)) for uid, step in pyramid.store.steps_by_uid().items()],
    )


def _synced(path: Path) -> int:
    """Bring a file to the disk and return its size."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())
        return os.fstat(file.fileno()).st_size
