"""Photos that are read in advance, and whether they are still up to date."""

import os
from dataclasses import dataclass
from pathlib import Path

import psutil

from cozviewer.image.limits import memory_needed
from cozviewer.image.reading import opened
from cozviewer.image.source import Source, open_source
from cozviewer.session.file import is_session
from cozviewer.util.cancel import IsCancelled

MOST_BYTES = 320_000_000
"""Most memory that reading one photo ahead may take at its peak; larger ones are read when they are
opened. A photo of 40 megapixels fits."""

PART_OF_FREE = 0.1
"""Most of the free memory that it may take."""

Stamp = tuple[int, int]


@dataclass(frozen=True, eq=False)
class ReadAhead:
    """A photo that was read ahead.

    Attributes:
        path: Its file.
        source: The photo.
        stamp: Size and time of the file as it was read.
    """

    path: Path
    source: Source
    stamp: Stamp

    def is_valid(self) -> bool:
        """Whether the file has not been changed since. Looks at the file, so not for the GUI."""
        return stamp_of(self.path) == self.stamp


def stamp_of(path: Path) -> Stamp | None:
    """Return what changes when a file is written; None if it is not there."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns


def read_ahead(
    path: Path, cancelled: IsCancelled, most_bytes: int = MOST_BYTES
) -> ReadAhead | None:
    """Read a photo; None if it takes more than `most_bytes`, or is a session.

    Raises:
        BadInput, Cancelled, Failure: As `open_source`.
    """
    stamp = stamp_of(path)
    if stamp is None or is_session(path):
        return None
    with opened(path, cancelled) as (kind, image):
        needed = memory_needed(kind, image)
    if needed > min(most_bytes, PART_OF_FREE * psutil.virtual_memory().available):
        return None
    return ReadAhead(path, open_source(path, cancelled=cancelled), stamp)
