"""Messages about files that are read region by region and cannot be read any more."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cozviewer.image.watched_file import shown_name
from cozviewer.util.errors import BadInput, CozviewerError, Failure
from cozviewer.util.translation import translate


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn errors of any type into sentences about the file at `path`.

    Raises:
        BadInput: It vanished or is damaged.
        Failure: Memory ran out.
    """
    try:
        yield
    except CozviewerError:
        raise
    except MemoryError as error:
        raise Failure(
            translate(
                "Error", "There is not enough memory to read {name}: close other programs."
            ).format(name=shown_name(path))
        ) from error
    except Exception as error:  # libraries raise errors of any type
        raise BadInput(_unreadable(path, error)) from error


def _unreadable(path: Path, error: Exception) -> str:
    name = shown_name(path)
    if not os.path.exists(path):
        return translate(
            "Error", "{name} vanished while it was being read: open it again when it is back."
        ).format(name=name)
    reason = getattr(error, "strerror", None) or str(error).strip().rstrip(".")
    return translate(
        "Error",
        "A part of {name} cannot be read ({reason}): the file is damaged or has changed; reload "
        "it, or get a fresh copy.",
    ).format(name=name, reason=reason or type(error).__name__)
