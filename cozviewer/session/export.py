"""Saves a session: pyramids from their stores, views, and a reference to the photo."""

import json
import os
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from cozviewer.export.image import check_place
from cozviewer.export.replacing import STOPPED, replacing_path
from cozviewer.image.source import Source
from cozviewer.image.subject import Scale, scale_text
from cozviewer.pyramid.store.file import PAGE_BYTES, plain
from cozviewer.pyramid.store.rows import step_row
from cozviewer.session.file import ORIENTATIONS, SCALE, SCHEMA
from cozviewer.session.session import SUFFIX, Bookmark, Reference, SessionPyramid, Viewpoint
from cozviewer.session.source import reference_to
from cozviewer.util.cancel import IsCancelled, check_cancelled, never
from cozviewer.util.errors import BadInput, Failure
from cozviewer.util.translation import translate


@dataclass(frozen=True)
class Saved:
    """The result of saving a session.

    Attributes:
        tiles: Number of tiles in the file.
        left_out: Number of tiles left out, because they are damaged or were evicted meanwhile.
        bytes: Size of the file.
    """

    tiles: int
    left_out: int
    bytes: int


def check_session_target(path: Path) -> None:
    """Check, before any work, that a session can be saved as `path`.

    Raises:
        BadInput: The suffix is wrong, or the place is not writable.
    """
    if path.suffix.lower() != SUFFIX:
        raise BadInput(
            translate("Error", "A session needs the suffix {suffix}: save it as {name}.").format(
                suffix=SUFFIX, name=path.with_suffix(SUFFIX).name
            )
        )
    check_place(path)


def save_session(
    path: Path,
    source: Source,
    pyramids: Sequence[SessionPyramid],
    bookmarks: Sequence[Bookmark] = (),
    viewpoint: Viewpoint | None = None,
    *,
    scale: Scale | None = None,
    cancelled: IsCancelled = never,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> Saved:
    """Save a session, atomically. The photo itself is not included.

    Takes long: not for the GUI thread. Tiles added to the stores meanwhile may be left out.

    Args:
        path: The file to write; replaced if it exists.
        source: The photo.
        pyramids: At least one; the one to be shown comes first.
        bookmarks: In the user's order.
        viewpoint: The current view.
        scale: Physical size of a pixel of the photo, as set by hand; None if it was not set.
        cancelled: Checked before every tile.
        on_progress: Called with (tiles written, total).

    Raises:
        BadInput: As `check_session_target`.
        Cancelled: `cancelled` returned True.
        Failure: The disk is full or was removed, or tiles were changed meanwhile.
    """
    check_session_target(path)
    sums = [pyramid.store.checksums() for pyramid in pyramids]
    total, done, left_out = sum(map(len, sums)), 0, 0
    with replacing_path(path, cancelled) as part:
        with closing(sqlite3.connect(part, isolation_level=None)) as connection:
            # No journal is needed: nothing reads this file before it is synced and renamed.
            connection.execute("PRAGMA journal_mode = OFF")
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
            connection.executescript(SCHEMA)
            connection.execute("BEGIN")
            _write_about(connection, reference_to(source, path), bookmarks, viewpoint)
            if scale is not None:
                row = (SCALE, scale_text(scale))
                connection.execute("INSERT INTO about VALUES (?, ?)", row)
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
                    on_progress(done + written, total)
                _write_pyramid(connection, number, pyramid, written)
                done, left_out = done + written, left_out + len(keys) - written
                now = pyramid.store.checksums()
                if any(now.get(key, checksum) != checksum for key, checksum in keys.items()) or (
                    keys and not now
                ):
                    raise Failure(
                        translate(
                            "Error",
                            "The tiles changed while {name} was being saved: save it again.",
                        ).format(name=path.name)
                    )
            connection.execute("COMMIT")
        size = _synced(part)
    return Saved(done, left_out, size)


def _write_about(
    connection: sqlite3.Connection,
    reference: Reference,
    bookmarks: Sequence[Bookmark],
    viewpoint: Viewpoint | None,
) -> None:
    connection.executemany(
        "INSERT INTO about VALUES (?, ?)",
        [(f"source_{name}", plain(str(value))) for name, value in asdict(reference).items()],
    )
    views: list[tuple[str | None, Viewpoint]] = [
        (plain(bookmark.name), bookmark.viewpoint) for bookmark in bookmarks
    ]
    if viewpoint is not None:
        views.append((None, viewpoint))
    # Not in the table of views, whose columns older versions check.
    turned = [0 if seen.orientation is None else seen.orientation.exif for _, seen in views]
    connection.execute(
        "INSERT INTO about VALUES (?, ?)", (ORIENTATIONS, " ".join(map(str, turned)))
    )
    connection.executemany(
        "INSERT INTO views (name, x, y, magnification) VALUES (?, ?, ?, ?)",
        [(name, str(seen.x), str(seen.y), str(seen.magnification)) for name, seen in views],
    )


def _write_pyramid(
    connection: sqlite3.Connection, number: int, pyramid: SessionPyramid, tiles: int
) -> None:
    info = pyramid.info
    connection.execute(
        "INSERT INTO pyramids VALUES (?, ?, ?, ?, ?, ?)",
        (
            number,
            plain(info.recipe),
            info.recipe_digest,
            plain(info.choice),
            json.dumps(asdict(info.maker)),
            tiles,
        ),
    )
    connection.executemany(
        "INSERT INTO steps VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [(number, uid, *step_row(step)) for uid, step in pyramid.store.steps_by_uid().items()],
    )


def _synced(path: Path) -> int:
    """Flush a file to disk and return its size."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())
        return os.fstat(file.fileno()).st_size
