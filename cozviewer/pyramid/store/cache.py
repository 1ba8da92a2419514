"""The folder of store files: where a pyramid's file lies, what there is, clearing, the budget.

Other windows may use the files meanwhile: tiles may be taken from them, but the files themselves
stay while they are open anywhere. Files that are not stores of cozviewer are never touched.
"""

import math
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from cozviewer.pyramid.store.eviction import (
    SEEN,
    StoredTile,
    choose,
    evict,
    longest_unseen,
    read_looks,
    read_stored,
)
from cozviewer.pyramid.store.file import (
    SCHEMA,
    NotOurs,
    connect,
    is_broken,
    is_older,
    is_ours,
    open_existing,
    plain,
    read_about,
)
from cozviewer.pyramid.store.removal import SET_ASIDE, delete_file
from cozviewer.pyramid.store.rows import count_tiles, is_empty
from cozviewer.pyramid.store.sqlite_guard import foreign_object
from cozviewer.util.cache_settings import BUDGET_BYTES
from cozviewer.util.checked import checked_int, checked_text, int_of_text
from cozviewer.util.errors import Failure
from cozviewer.util.translation import translate

TRIMMED_TO = 0.95
"""Share of the budget that is left after trimming, so that not every step has to trim again."""

ROOM_UP_TO = 0.98
"""Share of the budget up to which tiles may be added that were not requested: between this and
TRIMMED_TO, so that they never have to make room for others, and a full folder takes some, too."""

SUFFIX = ".tiles"

LONGEST_TEXT = 100_000
"""Characters of a recipe or a name."""

LARGEST_SIDE = 1 << 31
"""Pixels of a photo's side."""

HEADER_BYTES = 100
"""Of an SQLite file; a shorter one is empty or was cut off."""

T = TypeVar("T")

_OWN_NAME = re.compile(r"[0-9a-f]{32}-[0-9a-f]{32}\.tiles")


@dataclass(frozen=True)
class StoreInfo:
    """One store file, for people.

    Attributes:
        source_name: File name of the image when it was first opened.
        source_width, source_height: Its pixels.
        recipe: Canonical JSON.
        bytes: Size of the file.
        tiles: How many it holds.
        last_seen: When one was last looked at, ISO 8601, UTC; "" if it holds none.
    """

    path: Path
    source_name: str
    source_width: int
    source_height: int
    recipe: str
    bytes: int
    tiles: int
    last_seen: str


@dataclass(frozen=True)
class Survey:
    """What there is in a folder.

    Attributes:
        stores: The one seen last first.
        older: Store files of an older version of the program, which are not used any more.
        unreadable: Store files that are broken, or of a newer version.
    """

    stores: list[StoreInfo]
    older: list[Path]
    unreadable: list[Path]


def store_path(folder: Path, source_digest: str, recipe_digest: str) -> Path:
    """Return the store file of a source and recipe (hex digests) in `folder`."""
    return folder / f"{source_digest[:32]}-{recipe_digest[:32]}{SUFFIX}"


def list_stores(folder: Path) -> list[StoreInfo]:
    """Return the stores in a folder, the one seen last first. Broken or foreign files are not."""
    return survey(folder).stores


def survey(folder: Path) -> Survey:
    """Return what there is in a folder, as far as it can be read."""
    stores, older, unreadable = [], [], []
    for path in _files(folder):
        try:
            with closing(open_existing(path)) as connection:
                stores.append(_info(path, connection))
        except (NotOurs, sqlite3.Error, OSError, ValueError, KeyError):
            if _is_older(path):
                older.append(path)
            elif _has_our_mark(path):
                unreadable.append(path)
    stores.sort(key=lambda store: store.last_seen, reverse=True)
    return Survey(stores, older, unreadable)


def only_older(folder: Path, source_digest: str, is_current: Callable[[str], bool]) -> bool:
    """Return whether all stored tiles of a source are from an older version of the program, so
    that they are not used any more.

    Args:
        is_current: Whether this version still makes tiles by a recipe, given as text.
    """
    paths = list(folder.glob(f"{source_digest[:32]}-*{SUFFIX}"))
    return bool(paths) and all(_is_older(path) or _is_outdated(path, is_current) for path in paths)


def list_set_aside(folder: Path) -> list[Path]:
    """Return the broken or foreign files that were set aside in a folder, with their journals."""
    return sorted(folder.glob(f"*{SUFFIX}{SET_ASIDE}*"))


def folder_bytes(folder: Path) -> int:
    """Return the bytes that all store files take; files that were set aside are not counted."""
    return sum(_size(path) for path in _files(folder))


def has_room(folder: Path, budget_bytes: int = BUDGET_BYTES) -> bool:
    """Return whether a folder may take tiles that were not requested; see ROOM_UP_TO."""
    return folder_bytes(folder) < ROOM_UP_TO * budget_bytes


def clear(folder: Path, which: str | Path | None = None) -> int:
    """Delete store files.

    Args:
        folder: Where they are.
        which: Name (or path) of an image, or path of a store file; None means all.

    Returns:
        Bytes freed.

    Raises:
        Failure: Some could not be deleted, mostly because a window has them open; the others are
            gone.
    """
    freed = 0
    refused: Path | None = None
    for path in _files(folder):
        try:
            # Of any version: stores that can no longer be read are removed, too.
            freed += delete_file(path, partial(_is_meant, path, which))
        except OSError:
            refused = path
        except sqlite3.Error as error:
            if not is_broken(error):
                refused = path
    if refused is not None:
        raise Failure(
            translate(
                "Error",
                "{reason} could not be deleted: close the windows that show the photo, or see"
                " whether the folder may be written, and try again.",
            ).format(reason=refused)
        )
    return freed


def clear_set_aside(folder: Path) -> int:
    """Delete files that were set aside in a folder, and return the bytes freed. Raises Failure."""
    freed = 0
    for path in list_set_aside(folder):
        size = _size(path)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise Failure(
                translate("Error", "{path} could not be deleted: {reason}.").format(
                    path=path, reason=error.strerror
                )
            ) from error
        freed += size
    return freed


def trim(folder: Path, budget_bytes: int = BUDGET_BYTES, keep: Path | None = None) -> int:
    """Evict tiles if the folder is over its budget: least recently seen first, over all files.

    Before any of them go whole files of an older version of the program, which are not used any
    more. A tile goes only after all its stored children. Cheap while there is room. What cannot be
    evicted just now (locked, broken, read-only) is left for another time.

    Args:
        folder: Of the store files.
        budget_bytes: What they may take together.
        keep: A file that stays even if it becomes empty: the caller's own.

    Returns:
        Bytes freed.
    """
    before = now = folder_bytes(folder)
    wanted = int(budget_bytes * TRIMMED_TO)
    if now > budget_bytes:
        now -= _delete_older(folder, now - wanted)
    for thoroughly in (False, True):
        while now > budget_bytes:
            _evict(folder, now - wanted, keep, thoroughly)
            after = folder_bytes(folder)
            if after >= now:
                break  # nothing more can go
            now = after
    return max(0, before - now)


def _delete_older(folder: Path, bytes_to_free: int) -> int:
    """Delete files of an older version, those first that were not written for the longest time;
    return the bytes freed."""
    freed = 0
    for path in sorted(filter(_is_older, _files(folder)), key=_written):
        if freed >= bytes_to_free:
            break
        with suppress(sqlite3.Error, OSError):  # an older version has it open
            freed += delete_file(path, is_older)
    return freed


def _evict(folder: Path, bytes_to_free: int, keep: Path | None, thoroughly: bool) -> None:
    """Evict tiles of all files.

    Args:
        thoroughly: Whether all of them are looked at, not only those that were not seen for the
            longest time: in a manipulated file, these may have children.
    """
    paths = list(_files(folder))
    until = math.inf
    if not thoroughly:
        looks = dict(_read_each(paths, lambda connection, index: read_looks(connection)))
        until = longest_unseen(looks.values(), bytes_to_free)
    tiles = list[StoredTile]()
    for _, found in _read_each(paths, partial(read_stored, until=until)):
        tiles += found
    chosen = choose(tiles, bytes_to_free)
    for index in {tile.store for tile in chosen}:
        path = paths[index]
        with suppress(NotOurs, sqlite3.Error, OSError):
            with closing(open_existing(path)) as connection:
                evict(connection, [tile for tile in chosen if tile.store == index])
                empty = is_empty(connection)
            if empty and path != keep:
                delete_file(path, is_empty)


def _read_each(
    paths: Sequence[Path], read: Callable[[sqlite3.Connection, int], T]
) -> Iterator[tuple[int, T]]:
    """Yield the contents of each readable file, and the file."""
    for index, path in enumerate(paths):
        with suppress(NotOurs, sqlite3.Error, OSError):
            with closing(open_existing(path)) as connection:
                found = read(connection, index)
            yield index, found


def _files(folder: Path) -> Iterator[Path]:
    yield from sorted(path for path in folder.glob(f"*{SUFFIX}") if path.is_file())


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # it was deleted just now
        return 0


def _written(path: Path) -> float:
    """Return when a file was written, seconds since 1970; 0 if it is not there any more."""
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _info(path: Path, connection: sqlite3.Connection) -> StoreInfo:
    """Return the description in a store.

    Raises:
        ValueError, KeyError, NotOurs, sqlite3.Error: It is invalid.
    """
    about = read_about(connection)
    last = connection.execute(f"SELECT max({SEEN}) FROM tiles").fetchone()[0]
    sides = (int_of_text(about[f"source_{side}"]) for side in ("width", "height"))
    width, height = (checked_int(side, 1, LARGEST_SIDE) for side in sides)
    return StoreInfo(
        path=path,
        source_name=checked_text(about["source_name"], LONGEST_TEXT),
        source_width=width,
        source_height=height,
        recipe=checked_text(about["recipe"], LONGEST_TEXT),
        bytes=_size(path),
        tiles=count_tiles(connection)[1],
        last_seen="" if last is None else _utc(last),
    )


def _utc(seconds: float) -> str:
    """Return a moment as ISO 8601; "" where there is no such moment."""
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
    except (ValueError, OverflowError, OSError):
        return ""


def _is_older(path: Path) -> bool:
    """Return whether a file is a store of an older version; False where it cannot be read."""
    try:
        with closing(connect(path)) as connection:
            return is_older(connection)
    except (sqlite3.Error, OSError):
        return False


def _is_outdated(path: Path, is_current: Callable[[str], bool]) -> bool:
    """Return whether a file holds tiles of a recipe that is not current; False where it cannot be
    read."""
    try:
        with closing(open_existing(path)) as connection:
            recipe = read_about(connection).get("recipe")
    except (sqlite3.Error, OSError, NotOurs):
        return False
    return recipe is not None and not is_current(recipe)


def _has_our_mark(path: Path) -> bool:
    """Return whether a file that cannot be opened as a store is meant to be one."""
    try:
        with closing(connect(path)) as connection:
            return _is_own(path, connection)
    except (sqlite3.Error, OSError):
        return _named_by_us(path)


def _is_own(path: Path, connection: sqlite3.Connection) -> bool:
    """Return whether a file is a store, by its header, or by its name if it is damaged."""
    try:
        return is_ours(connection) or (_size(path) < HEADER_BYTES and _named_by_us(path))
    except sqlite3.Error as error:
        if not is_broken(error):
            raise
        return _named_by_us(path)


def _named_by_us(path: Path) -> bool:
    return _OWN_NAME.fullmatch(path.name) is not None


def _is_meant(path: Path, which: str | Path | None, connection: sqlite3.Connection) -> bool:
    """Return whether a file is a store, and the one that was named."""
    if not _is_own(path, connection):
        return False
    if which is None or Path(which).name == path.name:
        return True
    try:
        if foreign_object(connection, SCHEMA) is not None:
            return False
        return read_about(connection).get("source_name") == plain(Path(which).name)
    except (NotOurs, sqlite3.Error):  # too damaged to determine it
        return False
