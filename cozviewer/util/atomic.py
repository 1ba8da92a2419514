"""Writing a file so that it appears whole or not at all: readers see the old file or the new one.

`replacing` in `cozviewer.export.replacing` adds what exports need: cancelling and error sentences.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cozviewer.util.folders import make_private, make_private_folder
from cozviewer.util.temporary import part_beside


@contextmanager
def atomic_path(path: Path, ending: str = ".part") -> Iterator[Path]:
    """Yield the name of a new file that takes the place of `path` at the end of the `with` block.

    If the block raises, `path` stays as it was and nothing is left of the new file. A file that is
    replaced passes on its permissions.

    Args:
        path: The file to write; its folder exists. A symbolic link itself would be replaced:
            resolve it first where its target is meant.
        ending: As in `part_beside`.

    Raises:
        Cancelled: The program is about to end.
        OSError: The new file cannot take the place of `path`.
    """
    with part_beside(path, ending) as part:
        yield part
        if path.exists():
            shutil.copymode(path, part)
        os.replace(part, path)


@contextmanager
def atomic_private_path(path: Path) -> Iterator[Path]:
    """Yield the name of a new, empty file as `atomic_path` does, readable by the user alone.

    Its folder is created where it is missing.

    Args:
        path: The file to write, in one of our own folders.

    Raises:
        Cancelled: The program is about to end.
        OSError: The folder or file cannot be written.
    """
    make_private_folder(path.parent)
    with part_beside(path, private=True) as part:
        yield part
        make_private(part)  # a library may have put another file in its place
        os.replace(part, path)
