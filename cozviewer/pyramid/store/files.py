"""Which file a tile store works on, and what happens when that one fails.

    healthy                  the file on disk
    broken or not ours       a fresh one; the old one is set aside
    deleted by somebody      whatever has its name now, or a fresh one
    locked                   the same one, later
    cannot be written        one in memory; the one on disk is still read

Called under the lock of its `store`. No SQLite error leaves here.
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

MEMORY_BUDGET = 1 << 30
"""Bytes of encoded tiles kept when there is no disk to keep them on."""

REPLACEMENTS = 3
"""Files tried for one batch before the disk is given up."""

T = TypeVar("T")


def open_or_replace(
    path: Path, store_key: StoreKey, tell: Callable[[str], None]
) -> StoreConnection:
    """Open the store file of `store_key` as `open_file`; set it aside if it is broken or not ours.

    Args:
        tell: Receives a sentence if that was so.

    Raises:
        NotOurs, sqlite3.Error, OSError: There is nothing to work on.
    """
    found = identity(path)
    try:
        return open_file(path, store_key)
    except NotOurs as error:
        reason = str(error)
    except sqlite3.Error as error:
        if not is_broken(error):
            raise
        reason = "is damaged"
    set_aside(path, found, reason, tell)
    return open_file(path, store_key)


class StoreFiles:
    """The files below one tile store.

    Attributes:
        in_memory: Whether new tiles go to memory.
        store_key: What they are for.
    """

    def __init__(
        self, path: Path | None, store_key: StoreKey, notice: Callable[[str], None]
    ) -> None:
        """Open or create the file at `path`; None, or one that cannot be opened: in memory.

        Args:
            notice: Receives one sentence about each kind of trouble.
        """
        self.in_memory = False
        self.store_key = store_key
        self._path = path
        self._notice = notice
        self._told: set[str] = set()
        self._files: list[StoreConnection] = []  # the first takes what is written
        self._identity: tuple[int, int] | None = None
        self._fresh = True  # the first file does not know this session's steps yet
        if path is None:
            self._open_in_memory()
        else:
            self._open_on_disk(path)

    def ask(self, question: Callable[[sqlite3.Connection], T]) -> Iterator[T]:
        """Yield the answers of all files that can answer, newest tiles first."""
        self._follow()
        for file in list(self._files):
            try:
                answer = question(file)
            except sqlite3.Error as error:
                if is_broken(error):
                    self._replace(file, "is damaged")
                elif not is_busy(error):
                    self.tell(f"The tile cache {self._path} cannot be read ({error}).")
            else:
                yield answer

    def write(self, batch: Batch, steps: dict[str, StepRecord]) -> bool:
        """Write a batch in one transaction, wherever it can be written.

        Args:
            batch: Must not be empty.
            steps: All that tiles may belong to; a fresh file is told them again.

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
                        f"The tile cache {self._path} is locked by another program;"
                        " new tiles wait in memory until it is free."
                    )
                    return False
                if self._follow():
                    continue  # it was deleted just now
                if is_broken(error) and attempt < REPLACEMENTS:
                    self._replace(self._files[0], "is damaged")
                elif batch.tiles or batch.replaced:
                    self._go_on_in_memory(error)
                else:
                    break  # what was seen when is not worth a word
        return True

    def close(self) -> None:
        """Let go of all files, and delete the one on disk if nothing was ever kept in it."""
        while self._files:
            self._files.pop().close()
        if self._path is not None and not self.in_memory:
            with suppress(sqlite3.Error, OSError):  # another window has it open
                delete_file(self._path, is_empty)

    def tell(self, sentence: str) -> None:
        """Say something once."""
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
        """Let go of a file that somebody deleted, before SQLite takes another's journal for its.

        Returns:
            Whether that was so, and there is another file to work on now.
        """
        if self._path is None or self.in_memory or not self._files:
            return False
        if identity(self._path) == self._identity:
            return False
        self._replace(self._files[0], None)
        return True

    def _replace(self, file: StoreConnection, reason: str | None) -> None:
        """Go on without a file that is broken (then `reason` says it) or deleted."""
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
            f"The tile cache {self._path} cannot be written ({error}), so new tiles are kept"
            " in memory only, until the program ends."
        )
