"""From a path to an open Pillow image, and from all that can go wrong on the way to one sentence.

The first station of a picture: `decode.py` turns what is opened here into pixels, and
`export/origin.py` reads back what an exported picture says about itself.
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

STOPPED = "Opening the picture was stopped."
"""The sentence for a picture that was not wanted any more."""


def shown_name(path: Path) -> str:
    """Return the file name for people; bytes that are no UTF-8 become question marks."""
    return os.fsencode(path.name or path).decode("utf-8", "replace")


@contextmanager
def opened(path: Path, cancelled: IsCancelled = never) -> Iterator[tuple[str, ImageFile]]:
    """Open the picture at `path`, its header read and its pixels not yet decoded.

    Whatever Pillow raises within the `with` block becomes a sentence as well, so decode there.

    Args:
        path: The file.
        cancelled: Asked before every read; JPEG, PNG, GIF and BMP are decoded as they are read.

    Yields:
        The format, one of `formats.PLUGINS`, and the image at its first frame or page.

    Raises:
        BadInput: There is no such file, it is no picture, of a kind not known, or damaged.
        Cancelled: `cancelled` said so.
        Failure: Memory ran out.
    """
    with _open_file(path, cancelled) as file:
        kind, header_read = "a picture", False
        try:
            kind = format_of(file.peek(16), shown_name(path))
            with quiet_pillow():
                file.short_header = kind == "WebP"
                image = PLUGINS[kind](without_broken_metadata(file) if kind == "PNG" else file)
                header_read = True
                try:
                    yield kind, image
                finally:
                    image.close()  # gives the memory back even if somebody keeps the object
        except CozviewerError:
            raise
        except MemoryError as error:
            raise Failure(
                f"There is not enough memory to open {shown_name(path)}: close other programs, "
                "or open a smaller version of it."
            ) from error
        except Exception as error:  # the plugins raise whatever their parsing trips over
            raise BadInput(_sentence(path, kind, error, header_read)) from error


@contextmanager
def quiet_pillow() -> Iterator[None]:
    """Keep Pillow's warnings about odd metadata to ourselves.

    Python keeps the list of warning filters for the whole process. If another thread changes it
    at the same time, one of the two changes can get lost; that concerns messages only.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"PIL\.")
        yield


class _Watched(io.BufferedReader):
    """A file that asks before every read whether it is still wanted.

    Attributes:
        short_header: Give the first few bytes in two parts. Pillow's WebP plugin (13) applies the
            process-wide pixel limit by itself if its first read brings the picture's size.
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
            raise BadInput(f"{name} is a folder: choose a picture in it.")
        if not stat.S_ISREG(state.st_mode):
            raise BadInput(f"{name} is a device or a pipe and no file: choose a picture.")
        if state.st_size == 0:
            raise BadInput(f"{name} is empty (0 bytes): get a fresh copy of it.")
        return _Watched(path, cancelled)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise BadInput(f"{name} does not exist: check the path.") from error
    except PermissionError as error:
        raise BadInput(f"{name} cannot be read: you have no permission for it.") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BadInput(f"{name} cannot be opened ({reason}): check the path.") from error


def _sentence(path: Path, kind: str, error: Exception, header_read: bool) -> str:
    name = shown_name(path)
    if not os.path.exists(path):
        return f"{name} vanished while it was being read: open it again when it is back."
    if isinstance(error, OSError) and error.errno is not None:
        return f"{name} could not be read to its end ({error.strerror}): open it again."
    reason = str(error).strip().rstrip(".") or type(error).__name__
    if "truncated" in reason.lower():
        return f"{name} is incomplete: it ends before the picture does; get a fresh copy of it."
    if header_read:
        return f"{name} is damaged ({reason}): get a fresh copy of it."
    return (
        f"{name} begins like {kind} but cannot be read as such ({reason}): it is damaged or of a "
        "rare kind; get a fresh copy, or save it as PNG."
    )
