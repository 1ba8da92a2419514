"""Which photos are upscaled where files and folders are named, in the window or in a command."""

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cozviewer.export.origin import read_origin
from cozviewer.image.readers.table import PHOTO_SUFFIXES
from cozviewer.image.reading import shown_name
from cozviewer.util.cancel import IsCancelled, check_cancelled, never
from cozviewer.util.errors import BadInput
from cozviewer.util.translation import translate

_UPSCALED = re.compile(r"-\d{1,3}x( \(\d+\))?\Z")
"""The end of the name of an upscaled photo, without the ending."""


@dataclass(frozen=True)
class FoundPhoto:
    """A photo to be upscaled.

    Attributes:
        path: The photo.
        below: Its folder, relative to the folder that was named; "." if the photo itself was.
    """

    path: Path
    below: Path = Path()


def photos_in(folder: Path, recursive: bool, cancelled: IsCancelled = never) -> list[FoundPhoto]:
    """Return the photos of a folder in the order of their names, without those that are upscaled
    versions themselves, and without hidden files.

    Reads the folder and the headers of files that are named like upscaled versions: not for the
    GUI thread.

    Args:
        folder: The folder.
        recursive: Whether the folders in it are searched as well; links to folders are not
            followed.
        cancelled: Checked for every folder.

    Raises:
        BadInput: The folder cannot be read, or there is no photo in it.
        Cancelled: `cancelled` returned True.
    """
    found = [
        FoundPhoto(path, path.parent.relative_to(folder))
        for path in _files(folder, recursive, cancelled)
        if path.suffix.lower() in PHOTO_SUFFIXES and not is_upscaled(path, cancelled)
    ]
    if not found:
        raise BadInput(
            translate("Error", "There is no photo to be upscaled in {folder}.").format(
                folder=shown_name(folder)
            )
        )
    return found


def is_upscaled(path: Path, cancelled: IsCancelled = never) -> bool:
    """Return whether a file is named like an upscaled photo and its metadata says that it is one.

    Raises:
        Cancelled: `cancelled` returned True.
    """
    if not is_named_as_upscaled(path):
        return False
    try:
        return read_origin(path, cancelled) is not None
    except BadInput:
        return False


def is_named_as_upscaled(path: Path) -> bool:
    """Return whether a file is named like an upscaled photo: "NAME-4x.EXT", "NAME-4x (2).EXT"."""
    return _UPSCALED.search(path.stem) is not None


def folder_for(found: FoundPhoto, folder: Path | None) -> Path | None:
    """Return where the version of a photo is saved, if `folder` was chosen: the folders in it are
    those of the photos."""
    return None if folder is None else folder / found.below


def _files(folder: Path, recursive: bool, cancelled: IsCancelled) -> Iterator[Path]:
    """Yield the files of a folder that are not hidden.

    Raises:
        BadInput: It cannot be read; folders in it that cannot be are left out.
    """
    try:
        os.listdir(folder)
    except OSError as error:
        raise BadInput(
            translate("Error", "The folder {folder} cannot be read ({reason}).").format(
                folder=folder, reason=error.strerror
            )
        ) from error
    for place, folders, names in os.walk(folder):
        check_cancelled(cancelled)
        folders[:] = sorted(_shown(folders)) if recursive else []
        yield from (Path(place, name) for name in sorted(_shown(names)))


def _shown(names: Iterable[str]) -> Iterator[str]:
    return (name for name in names if not name.startswith("."))
