"""Selects the file of a tile store, and handles its failures.

    intact                   the file on disk
    damaged or foreign       a new one; the old one is set aside
    deleted                  the file that has its name now, or a new one
    locked                   the same one, later
    not writable             one in memory; the one on disk is still read

Called under the lock of its `store`. No method raises SQLite errors.
"""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from cozviewer.pyramid.store.eviction import shrink
from cozviewer.pyramid.store.file import (
    NotOurs,
    StoreConnection,
    StoreKey,
    is_broken,
    is_busy,
    open_file,
)
from cozviewer.pyramid.store.removal import delete_file, identity, set_aside
from cozviewer.pyramid.store.rows import Batch, StepRecord, is_empty, write_batch
from cozviewer.pyramid.store.sqlite_guard import TooManyRows
from cozviewer.util.translation import translate

MEMORY_BUDGET = 1 << 30
"""Budget for encoded tiles in memory if the disk cannot be used, in bytes."""

REPLACEMENTS = 3
"""Number of files tried for one batch before the disk is given up."""

T = TypeVar("T")


def open_or_replace(
    path: Path, store_key: StoreKey, tell: Callable[[str], None]
) -> StoreConnection:
    """Open the store file of `store_key`; set a damaged or foreign file aside.

    Args:
        tell: Receives a message if a file was set aside.

    Raises:
        NotOurs, sqlite3.Error, OSError: No file can be used.
    """
    found = identity(path)
    try:
        return open_file(path, store_key)
    except NotOurs as error:
        reason = str(error)
    except sqlite3.Error as error:
        if not is_broken(error):
            raise
        reason = translate("Error", "is damaged")
    set_aside(path, found, reason, tell)
    return open_file(path, store_key)


class StoreFiles:
    """The files of one tile store.

    Attributes:
        in_memory: Whether new tiles are stored in memory.
        store_key: Identifies the store.
    """

    def __init__(
        self, path: Path | None, store_key: StoreKey, notice: Callable[[str], None]
    ) -> None:
        """Open or create the file at `path`; if it is None or cannot be opened, use memory.

        Args:
            notice: Receives one message about each kind of problem.
        """
        self.in_memory = False
        self.store_key = store_key
        self._path = path
        self._notice = notice
        self._told: set[str] = set()
        self._files: list[StoreConnection] = []  # the first one is written to
        self._identity: tuple[int, int] | None = None
        self._fresh = True  # the first file does not contain this session's steps yet
        if path is None:
            self._open_in_memory()
        else:
            self._open_on_disk(path)

    def ask(self, question: Callable[[sqlite3.Connection], T]) -> Iterator[T]:
        """Yield the results of a query in all readable files, newest tiles first."""
        self._follow()
        for file in list(self._files):
            try:
                answer = question(file)
            except sqlite3.Error as error:
                if is_broken(error) and not isinstance(error, TooManyRows):
                    self._replace(file, translate("Error", "is damaged"))
                elif not is_busy(error):  # the store of a whole slide is too large for some
                    self.tell(
                        translate(
                            "Error", "The tile cache {path} cannot be read ({reason})."
                        ).format(path=self._path, reason=error)
                    )
            else:
                yield answer

    def write(self, batch: Batch, steps: dict[str, StepRecord]) -> bool:
        """Write a batch in one transaction, to the first writable file.

        Args:
            batch: Must not be empty.
            steps: All steps of the tiles; a new file gets them again.

        Returns:
            False if the file is locked, so that the batch must wait.
        """
        self._follow()
        for attempt in range(REPLACEMENTS + 2):
            if self._fresh:
                batch.steps |= steps
            try:
                write_batch(self._files[0], batch, time.time())
                if self.in_memory:
                    shrink(self._files[0], MEMORY_BUDGET)
                self._fresh = False
                return True
            except sqlite3.Error as error:
                if is_busy(error):
                    self.tell(
                        translate(
                            "Error",
                            "The tile cache {path} is locked by another program;"
                            " new tiles wait in memory until it is free.",
                        ).format(path=self._path)
                    )
                    return False
                if self._follow():
                    continue  # it was deleted just now
                if is_broken(error) and attempt < REPLACEMENTS:
                    self._replace(self._files[0], translate("Error", "is damaged"))
                elif batch.tiles or batch.replaced:
                    self._go_on_in_memory(error)
                else:
                    break  # lost times of use do not matter to the user
        return True

    def close(self) -> None:
        """Close all files; delete the one on disk if it is empty."""
        while self._files:
            self._files.pop().close()
        if self._path is not None and not self.in_memory:
            with suppress(sqlite3.Error, OSError):  # another process has it open
                delete_file(self._path, is_empty)

    def tell(self, sentence: str) -> None:
        """Send a message, once."""
        if sentence not in self._told:
            self._told.add(sentence)
            self._notice(sentence)

    def _open_on_disk(self, path: Path) -> None:
        try:
            self._files.insert(0, open_or_replace(path, self.store_key, self.tell))
            self._identity = identity(path)
            self._fresh = True
        except (OSError, sqlite3.Error, NotOurs) as error:
            self._go_on_in_memory(error)

    def _open_in_memory(self) -> None:
        self.in_memory = self._fresh = True
        self._files.insert(0, open_file(None, self.store_key))

    def _follow(self) -> bool:
        """Close a deleted file, before SQLite mistakes another file's journal for its own.

        Returns:
            Whether the file was deleted and another one is used now.
        """
        if self._path is None or self.in_memory or not self._files:
            return False
        if identity(self._path) == self._identity:
            return False
        self._replace(self._files[0], None)
        return True

    def _replace(self, file: StoreConnection, reason: str | None) -> None:
        """Continue without a file that is damaged (then `reason` is set) or deleted."""
        self._files.remove(file)
        file.close()
        assert self._path is not None, "a file in memory neither breaks nor moves"
        try:
            if reason is not None:
                set_aside(self._path, self._identity, reason, self.tell)
        except OSError as refused:
            if not self.in_memory:
                self._go_on_in_memory(refused)
            return
        if not self.in_memory:
            self._open_on_disk(self._path)

    def _go_on_in_memory(self, error: Exception) -> None:
        self._open_in_memory()
        self.tell(
            translate(
                "Error",
                "The tile cache {path} cannot be written ({reason}), so new tiles are kept"
                " in memory only, until the program ends.",
            ).format(path=self._path, reason=error)
        )
