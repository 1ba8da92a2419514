"""Locks beside store files, so that none is renamed or deleted while it is in use.

SQLite finds the journal of a file by its name. If a file were renamed or deleted while another
process has it open, and a new one created under its name, that process would apply the journal of
the new file to the old one, and delete it. So every user of a store file holds a shared lock, and
renaming or deleting it requires an exclusive one.

Windows protects open files itself and needs no such locks.
"""

import os
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from cozviewer.util.folders import PRIVATE_FILE
from cozviewer.util.translation import translate

if sys.platform == "win32":

    def _lock(descriptor: int, alone: bool) -> None:
        """Do nothing."""

else:
    import fcntl

    def _lock(descriptor: int, alone: bool) -> None:
        """Lock an open file, or raise BlockingIOError at once."""
        fcntl.flock(descriptor, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)


SUFFIX = ".lock"


class StoreLock:
    """The lock of a store file; a context manager. It is released when a process is killed."""

    def __init__(self, path: Path, *, alone: bool, patience: float) -> None:
        """Take the lock.

        Args:
            path: The store file.
            alone: Lock exclusively; otherwise shared.
            patience: Seconds to wait for others.

        Raises:
            BlockingIOError: Others hold it.
            OSError: There is no such folder, or no lock can be made in it.
        """
        self._path = f"{path}{SUFFIX}"
        self._descriptor = -1
        end = time.monotonic() + patience
        while not self._take(alone):
            if time.monotonic() >= end:
                raise BlockingIOError(translate("Error", "it is in use by another program"))
            time.sleep(0.005)

    def remove(self) -> None:
        """Delete the lock file; only while it is locked exclusively."""
        with suppress(PermissionError):  # Windows, as we have it open ourselves
            Path(self._path).unlink(missing_ok=True)

    def release(self) -> None:
        """Release it."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> "StoreLock":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.release()

    def _take(self, alone: bool) -> bool:
        """Try once. A lock whose file was deleted in the meantime does not count."""
        self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, PRIVATE_FILE)
        try:
            _lock(self._descriptor, alone)
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(self._descriptor), os.stat(self._path)):
                    return True
        except BlockingIOError:
            pass
        except OSError:
            self.release()
            raise
        self.release()
        return False
