"""Writing a file so that it appears whole or not at all."""

import errno
import io
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cozviewer.util.atomic import atomic_path
from cozviewer.util.cancel import IsCancelled, check_cancelled
from cozviewer.util.errors import CozviewerError, Failure
from cozviewer.util.translation import QT_TRANSLATE_NOOP, translate

STOPPED = QT_TRANSLATE_NOOP("Error", "Saving the image was stopped.")


def _reasons() -> dict[int, str]:
    """Return why the system refuses a file, and what to do, by its error number."""
    return {
        errno.ENOSPC: translate(
            "Error", "the disk is full: free some space, or choose another folder"
        ),
        errno.EDQUOT: translate(
            "Error",
            "your share of the disk is used up: free some space, or choose another folder",
        ),
        errno.EFBIG: translate(
            "Error", "the disk cannot hold files this large: choose another one"
        ),
        errno.EROFS: translate("Error", "the disk is read-only: choose another folder"),
        errno.EACCES: translate("Error", "you have no permission: choose another folder"),
        errno.EPERM: translate("Error", "you have no permission: choose another folder"),
        errno.ENOENT: translate("Error", "its folder is gone: choose another one"),
    }


@contextmanager
def replacing(path: Path, cancelled: IsCancelled) -> Iterator[io.BufferedWriter]:
    """Give a file to write that takes the place of `path` at the end of the `with` block.

    See `replacing_path`; `cancelled` is checked before every write, too.
    """
    with replacing_path(path, cancelled) as part, _Watched(part, cancelled) as file:
        yield file
        file.sync()


@contextmanager
def replacing_path(path: Path, cancelled: IsCancelled) -> Iterator[Path]:
    """Give the name of a new file that takes the place of `path` at the end of the `with` block.

    Until then, and if anything goes wrong or is cancelled, `path` stays as it was. A link is
    followed: its target is replaced.

    Args:
        path: The file that is to be.
        cancelled: Asked before the file takes its place.

    Raises:
        Failure: The disk is full, not writable or gone; or the block raised what is no
            `CozviewerError`.
        Cancelled: `cancelled` returned True.
    """
    target = Path(os.path.realpath(path))
    try:
        with atomic_path(target) as part:
            yield part
            check_cancelled(cancelled, STOPPED)
    except CozviewerError:
        raise
    except MemoryError as error:
        raise Failure(
            translate(
                "Error",
                "{name} was not saved: there is not enough memory; choose a smaller part.",
            ).format(name=path.name)
        ) from error
    except Exception as error:  # encoders raise many kinds
        raise not_saved(path, error) from error


class _Watched(io.BufferedWriter):
    """A new file that checks for cancellation before every write.

    It hides its descriptor: given one, Pillow's encoders write past Python, can then not be
    stopped, and lose the reason why a disk refused.
    """

    def __init__(self, path: Path, cancelled: IsCancelled) -> None:
        self._file = io.FileIO(path, "x")
        super().__init__(self._file)
        self._cancelled = cancelled

    def write(self, data: Any, /) -> int:
        check_cancelled(self._cancelled, STOPPED)
        return super().write(data)

    def fileno(self) -> int:
        raise io.UnsupportedOperation("fileno")

    def sync(self) -> None:
        """Bring everything to the disk."""
        self.flush()
        os.fsync(self._file.fileno())


def not_saved(path: Path, error: Exception) -> Failure:
    """Return the error to raise where `path` could not be written."""
    sentence = translate("Error", "{name} was not saved: {reason}.")
    return Failure(sentence.format(name=path.name, reason=reason(error)))


def reason(error: Exception) -> str:
    """Return why a file was not written, as the middle of a sentence, and what to do."""
    if isinstance(error, sqlite3.Error):
        full = getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_FULL
        error = OSError(errno.ENOSPC, "") if full else error
    if isinstance(error, OSError) and error.errno is not None:
        other = translate("Error", "{error}; try another folder").format(error=error.strerror)
        return _reasons().get(error.errno, other)
    return str(error).strip().rstrip(".") or type(error).__name__
