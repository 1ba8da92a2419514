"""Removes store files: sets broken and foreign ones aside, and deletes others on purpose.

Only while no process has it open (see `lock`), and always together with its journal, lest that
be applied to a fresh file of the same name.
"""

import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing, suppress
from itertools import count
from pathlib import Path

from cozviewer.pyramid.store.file import connect
from cozviewer.pyramid.store.lock import StoreLock
from cozviewer.pyramid.store.sqlite_guard import Watch
from cozviewer.util.folders import PRIVATE_FILE
from cozviewer.util.translation import translate

SET_ASIDE = ".set-aside-"
"""Stands between the old name and the time."""

PATIENCE = 0.5
"""Seconds to wait for others before a broken file is left where it is."""


def identity(path: Path) -> tuple[int, int] | None:
    """Return what distinguishes a file from a later one of the same name; None if it is missing."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def set_aside(
    path: Path,
    found: tuple[int, int] | None,
    reason: str,
    tell: Callable[[str], None],
    patience: float = PATIENCE,
) -> None:
    """Rename a file that cannot be used, never onto another one, and report it.

    Args:
        path: Not open here.
        found: Its `identity`; if it differs by now, another process has removed the file.
        reason: Completes "The tile cache ...".
        tell: Receives a message.
        patience: Seconds to wait for others.

    Raises:
        OSError: Other programs have it open, or the folder is not writable.
    """
    with StoreLock(path, alone=True, patience=patience):
        if identity(path) != found:
            return
        aside = _rename(path)
    tell(
        translate(
            "Error",
            "The tile cache {name} {reason}, so it was set aside as {aside} and a fresh one begun.",
        ).format(name=path.name, reason=reason, aside=aside.name)
    )


def delete_file(path: Path, meant: Callable[[sqlite3.Connection], bool]) -> int:
    """Delete a store file if it is one that is meant.

    Args:
        path: Not open here.
        meant: Checks the file, while no other process has it open.

    Returns:
        Bytes freed; 0 if it is not meant.

    Raises:
        BlockingIOError: Other processes have it open.
        OSError: The folder is not writable.
        sqlite3.Error: It cannot be read.
    """
    with StoreLock(path, alone=True, patience=0) as lock:
        with closing(connect(path, lock=lock)) as connection:
            Watch().attach(connection)
            wanted = meant(connection)
        if not wanted:
            return 0
        size = path.stat().st_size
        Path(f"{path}-journal").unlink(missing_ok=True)
        path.unlink()
        lock.remove()
    return size


def _rename(path: Path) -> Path:
    """Rename a file and its journal, never onto another file; return the new path."""
    stamp = time.strftime("%Y%m%d-%H%M%S")
    for number in count(1):
        more = f"-{number}" if number > 1 else ""
        target = path.with_name(f"{path.name}{SET_ASIDE}{stamp}{more}")
        with suppress(FileExistsError):
            # An empty file of our own holds the name, so that the rename overwrites only that.
            os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE_FILE))
            break
    try:
        for suffix in ("-journal", "-wal", "-shm"):  # first, lest the fresh file inherit them
            with suppress(FileNotFoundError):
                if os.path.getsize(f"{path}{suffix}"):
                    os.replace(f"{path}{suffix}", f"{target}{suffix}")
        os.replace(path, target)
    except OSError:
        target.unlink()
        raise
    return target
