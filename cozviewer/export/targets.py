"""Checks what a file to be written would replace, and finds free names.

Used by the window and the commands before they write; writing itself is atomic (`replacing`).
"""

import os
from collections.abc import Callable, Iterable, Sequence
from itertools import count
from pathlib import Path

from cozviewer.image.reading import shown_name
from cozviewer.image.source import Source
from cozviewer.util.errors import BadInput
from cozviewer.util.translation import translate

DEEP_ZOOM = ".dzi"

Inputs = Iterable[tuple[Path | None, str]]
"""Files that must not be replaced, each with what it is: (path, "the photo itself")."""

_OF_DEEP_ZOOM = frozenset(("origin.xmp", "vips-properties.xml"))
"""Files in the folder of a Deep Zoom beside the folders of its levels, 0, 1, 2..."""


def tiles_folder(path: Path) -> Path:
    """Return the folder with the tiles of the Deep Zoom `path`."""
    return path.with_name(f"{path.stem}_files")


def replaced_by(path: Path) -> list[Path]:
    """Return what exists and would be replaced by saving as `path`: the file, and for a Deep Zoom
    the folder of its tiles."""
    parts = [path]
    if path.suffix.lower() == DEEP_ZOOM:
        parts.append(tiles_folder(Path(os.path.realpath(path))))
    return [part for part in parts if os.path.exists(part)]  # False for invalid names


def free_path(path: Path, beside: Callable[[Path], Sequence[Path]] = lambda path: ()) -> Path:
    """Return `path`, or "NAME (2).EXT", "NAME (3).EXT"... if something of that name exists.

    Args:
        path: The file to be written.
        beside: Returns what else exists and would be replaced together with a file.
    """
    if not replaced_by(path) and not beside(path):
        return path
    numbered = (path.with_name(f"{path.stem} ({number}){path.suffix}") for number in count(2))
    return next(each for each in numbered if not replaced_by(each) and not beside(each))


def refuse_inputs(paths: Iterable[Path], inputs: Inputs) -> None:
    """Make sure that saving as `paths` replaces none of the files that are read.

    Files are compared by identity, not by name, so links and other spellings are recognized.

    Raises:
        BadInput: It would.
    """
    known = {
        _identity(each): (each, what) for each, what in inputs if each and os.path.exists(each)
    }
    for path in paths:
        for part in replaced_by(path):
            found = known.get(_identity(part))
            if found is None and part != path:
                folder = part.resolve()
                held = (pair for pair in known.values() if folder in pair[0].resolve().parents)
                found = next(held, None)
            if found is not None:
                name = shown_name(found[0])
                raise BadInput(
                    translate(
                        "Error", "{path} would replace {what} ({name}): choose another name."
                    ).format(path=path, what=found[1], name=name)
                )


def refuse_source(path: Path, source: Source, session: Path | None = None) -> None:
    """Make sure that saving as `path` replaces neither the photo nor a session file.

    Args:
        path: The file to be written.
        source: The photo.
        session: The session file that it was opened through, unless that may be replaced.

    Raises:
        BadInput: It would.
    """
    photo = translate("Error", "the photo itself")
    refuse_inputs(
        [path], [(source.path, photo), (session, translate("Error", "the session itself"))]
    )


def refuse_foreign_folder(path: Path) -> None:
    """Make sure that a folder that a Deep Zoom replaces is empty or belongs to a Deep Zoom.

    Raises:
        BadInput: It holds other files.
    """
    folder = tiles_folder(Path(os.path.realpath(path)))
    if path.suffix.lower() != DEEP_ZOOM or not os.path.exists(folder):
        return
    try:
        names = os.listdir(folder)
    except OSError:  # not a folder, or not readable
        names = [""]
    if any(name not in _OF_DEEP_ZOOM and not name.isdecimal() for name in names):
        raise BadInput(
            translate(
                "Error",
                "{name} stores its tiles in {folder}, which exists and contains other files: "
                "choose another name.",
            ).format(name=path.name, folder=folder.name)
        )


def _identity(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_dev, status.st_ino
