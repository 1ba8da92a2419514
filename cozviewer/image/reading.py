"""Opens files as Pillow images, and converts all errors on the way to messages.

`decode` turns the opened image into pixels; `export/origin` reads the metadata of exported
pictures.
"""

import io
import os
import stat
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL.ImageFile import ImageFile

from cozviewer.image.formats import PLUGINS, format_of
from cozviewer.image.png_chunks import without_broken_metadata
from cozviewer.util.cancel import IsCancelled, check_cancelled, never
from cozviewer.util.errors import BadInput, CozviewerError, Failure
from cozviewer.util.translation import QT_TRANSLATE_NOOP, translate

STOPPED = QT_TRANSLATE_NOOP("Error", "Opening the picture was stopped.")
"""The message when opening was cancelled."""


def shown_name(path: Path) -> str:
    """Return the file name for display; bytes that are not UTF-8 become question marks."""
    return os.fsencode(path.name or path).decode("utf-8", "replace")


@contextmanager
def opened(path: Path, cancelled: IsCancelled = never) -> Iterator[tuple[str, ImageFile]]:
    """Open the picture at `path` and read its header; the pixels are not decoded yet.

    Pillow's errors within the `with` block are converted to messages, too, so decode there.

    Args:
        path: The file.
        cancelled: Checked before every read; JPEG, PNG, GIF and BMP are decoded while being read.

    Yields:
        The format, one of `formats.PLUGINS`, and the image at its first frame or page.

    Raises:
        BadInput: The file is missing, not a picture, of an unknown format, or damaged.
        Cancelled: `cancelled` returned True.
        Failure: Memory ran out.
    """
    with _open_file(path, cancelled) as file:
        kind, header_read = translate("Error", "a picture"), False
        try:
            kind = format_of(file.peek(16), shown_name(path))
            with quiet_pillow():
                file.short_header = kind == "WebP"
                image = PLUGINS[kind](without_broken_metadata(file) if kind == "PNG" else file)
                header_read = True
                try:
                    yield kind, image
                finally:
                    image.close()  # frees the memory even if the object is still referenced
        except CozviewerError:
            raise
        except MemoryError as error:
            raise Failure(
                translate(
                    "Error",
                    "There is not enough memory to open {path}: close other programs, "
                    "or open a smaller version of it.",
                ).format(path=shown_name(path))
            ) from error
        except Exception as error:  # the plugins raise errors of any type
            raise BadInput(_sentence(path, kind, error, header_read)) from error


@contextmanager
def quiet_pillow() -> Iterator[None]:
    """Suppress Pillow's warnings about unusual metadata.

    Python's warning filters are global. If another thread changes them at the same time, one of the
    changes may be lost; this affects only messages.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"PIL\.")
        yield


class _Watched(io.BufferedReader):
    """A file that checks for cancellation before every read.

    Attributes:
        short_header: Whether to return the first few bytes in two parts. Pillow's WebP plugin (13)
            applies the global pixel limit if its first read contains the picture's size.
    """

    def __init__(self, path: Path, cancelled: IsCancelled) -> None:
        super().__init__(io.FileIO(path))
        self._cancelled = cancelled
        self.short_header = False

    def read(self, size: int | None = -1, /) -> bytes:
        check_cancelled(self._cancelled, STOPPED)
        if self.short_header and size is not None and 16 < size < 64:
            size, self.short_header = 16, False
        return super().read(size)


def _open_file(path: Path, cancelled: IsCancelled) -> _Watched:
    name = shown_name(path)
    try:
        state = path.stat()
        if stat.S_ISDIR(state.st_mode):
            raise BadInput(
                translate("Error", "{name} is a folder: choose a picture in it.").format(name=name)
            )
        if not stat.S_ISREG(state.st_mode):
            raise BadInput(
                translate(
                    "Error", "{name} is a device or a pipe and no file: choose a picture."
                ).format(name=name)
            )
        if state.st_size == 0:
            raise BadInput(
                translate("Error", "{name} is empty (0 bytes): get a fresh copy of it.").format(
                    name=name
                )
            )
        return _Watched(path, cancelled)
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


def _sentence(path: Path, kind: str, error: Exception, header_read: bool) -> str:
    name = shown_name(path)
    if not os.path.exists(path):
        return translate(
            "Error", "{name} vanished while it was being read: open it again when it is back."
        ).format(name=name)
    if isinstance(error, OSError) and error.errno is not None:
        return translate(
            "Error", "{name} could not be read to its end ({reason}): open it again."
        ).format(name=name, reason=error.strerror)
    reason = str(error).strip().rstrip(".") or type(error).__name__
    if "truncated" in reason.lower():
        return translate(
            "Error",
            "{name} is incomplete: it ends before the picture does; get a fresh copy of it.",
        ).format(name=name)
    if header_read:
        return translate("Error", "{name} is damaged ({reason}): get a fresh copy of it.").format(
            name=name, reason=reason
        )
    return translate(
        "Error",
        "{name} begins like {kind} but cannot be read as such ({reason}): it is damaged or of a "
        "rare kind; get a fresh copy, or save it as PNG.",
    ).format(name=name, kind=kind, reason=reason)
