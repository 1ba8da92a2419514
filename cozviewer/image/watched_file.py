"""Files of images while they are read: whether they are any, and are still wanted."""

import io
import os
import stat
from pathlib import Path

from cozviewer.util.cancel import IsCancelled, check_cancelled
from cozviewer.util.errors import BadInput
from cozviewer.util.translation import QT_TRANSLATE_NOOP, translate

STOPPED = QT_TRANSLATE_NOOP("Error", "Opening the image was stopped.")
"""The message when opening was cancelled."""


def shown_name(path: Path) -> str:
    """Return the file name for display; bytes that are not UTF-8 become question marks."""
    return os.fsencode(path.name or path).decode("utf-8", "replace")


class WatchedFile(io.BufferedReader):
    """A file that checks for cancellation before every read.

    Attributes:
        path: The file.
        cancelled: Whether it is no longer wanted.
        short_header: Whether to return the first few bytes in two parts. Pillow's WebP plugin (13)
            applies the global pixel limit if its first read contains the image's size.
        ending: What is read behind the end of the file, once.
        ended_early: Whether that was read.
    """

    def __init__(self, path: Path, cancelled: IsCancelled) -> None:
        super().__init__(io.FileIO(path))
        self.path, self.cancelled = path, cancelled
        self.short_header = False
        self.ending = b""
        self.ended_early = False

    def read(self, size: int | None = -1, /) -> bytes:
        check_cancelled(self.cancelled, STOPPED)
        if self.short_header and size is not None and 16 < size < 64:
            size, self.short_header = 16, False
        content = super().read(size)
        if not content and size != 0 and self.ending and os.path.exists(self.path):
            content, self.ending, self.ended_early = self.ending, b"", True
        return content


def open_file(path: Path, cancelled: IsCancelled) -> WatchedFile:
    """Open a file that is to be an image.

    Raises:
        BadInput: There is none, or it cannot be read.
    """
    name = shown_name(path)
    try:
        state = path.stat()
        if stat.S_ISDIR(state.st_mode):
            raise BadInput(
                translate("Error", "{name} is a folder: choose an image in it.").format(name=name)
            )
        if not stat.S_ISREG(state.st_mode):
            raise BadInput(
                translate(
                    "Error", "{name} is a device or a pipe, not a file: choose an image."
                ).format(name=name)
            )
        if state.st_size == 0:
            raise BadInput(
                translate("Error", "{name} is empty (0 bytes): get a fresh copy of it.").format(
                    name=name
                )
            )
        return WatchedFile(path, cancelled)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise BadInput(
            translate("Error", "{name} does not exist: check the path.").format(name=name)
        ) from error
    except PermissionError as error:
        raise BadInput(
            translate("Error", "{name} cannot be read: you have no permission for it.").format(
                name=name
            )
        ) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BadInput(
            translate("Error", "{name} cannot be opened ({reason}): check the path.").format(
                name=name, reason=reason
            )
        ) from error
