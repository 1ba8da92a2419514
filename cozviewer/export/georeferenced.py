"""Map coordinates of exported images: as tags of a TIFF, else as files beside the image.

The files are a world file (NAME.pgw, .jgw, .tfw, ...) and NAME.prj with the reference system, which
GIS programs read together with the image.
"""

import os
from pathlib import Path
from typing import Any

from cozviewer.export.formats import format_of
from cozviewer.export.large import in_bands
from cozviewer.image.georeference import Georeference
from cozviewer.util.atomic import atomic_path

_SCALE, _TIE_POINTS, _MATRIX = 33550, 33922, 34264
_DIRECTORY, _DOUBLES, _TEXT = 34735, 34736, 34737


def geo_tags(reference: Georeference) -> dict[int, Any]:
    """Return the tags of a TIFF that say where it lies (OGC GeoTIFF 1.1, 7.1 and 7.2).

    Without a reference system in the file that was opened there are none, as a map alone means
    nothing.
    """
    if reference.keys is None:
        return {}
    keys = reference.keys.of_corners
    a, b, c, d, e, f = reference.transform
    tags: dict[int, Any] = {_DIRECTORY: keys.directory}
    if keys.doubles:
        tags[_DOUBLES] = keys.doubles
    if keys.text:
        tags[_TEXT] = keys.text
    if b == d == 0 and a > 0 > e:
        tags |= {_SCALE: (a, -e, 0.0), _TIE_POINTS: (0.0, 0.0, 0.0, c, f, 0.0)}
    else:
        rows = ((a, b, 0.0, c), (d, e, 0.0, f), (0.0,) * 4, (0.0, 0.0, 0.0, 1.0))
        tags[_MATRIX] = tuple(number for row in rows for number in row)
    return tags


def side_files(path: Path, reference: Georeference | None, size: tuple[int, int]) -> list[Path]:
    """Return the files that are written beside an image.

    Args:
        path: The image; its suffix selects the format.
        reference: Where the photo lies on the earth; None if it does not say so.
        size: Width and height of the image.
    """
    if reference is None or format_of(path) == "Deep Zoom":
        return []
    if _has_tags(path, reference, size):
        return []
    world = path.with_suffix(_world_suffix(path.suffix))
    return [world, path.with_suffix(".prj")] if reference.prj else [world]


def existing_side_files(
    path: Path, reference: Georeference | None, size: tuple[int, int]
) -> list[Path]:
    """Return those of `side_files` that exist and would be replaced."""
    return [each for each in side_files(path, reference, size) if os.path.lexists(each)]


def write_side_files(path: Path, reference: Georeference | None, size: tuple[int, int]) -> None:
    """Write the files beside an image, each whole or not at all.

    Args:
        path: The image.
        reference: Of the image, not of the photo.
        size: Width and height of the image.

    Raises:
        OSError: The disk is full or went away.
    """
    for each in side_files(path, reference, size):
        assert reference is not None
        text = reference.prj if each.suffix == ".prj" else reference.world_file
        with atomic_path(Path(os.path.realpath(each))) as part:
            part.write_text(text, "utf-8")


def _has_tags(path: Path, reference: Georeference, size: tuple[int, int]) -> bool:
    """Return whether the image file itself holds map coordinates."""
    tiff = format_of(path) == "TIFF" and not in_bands(path, *size)
    return tiff and bool(geo_tags(reference))


def _world_suffix(suffix: str) -> str:
    """Return the ending of a world file: the first and the last letter of the image's, and w."""
    return f".{suffix[1]}{suffix[-1]}w".lower()
