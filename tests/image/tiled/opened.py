"""Opens small files as if they were huge."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from cozviewer.image.pixels import Rgb8
from cozviewer.image.reading import kind_of
from cozviewer.image.rect import Rect
from cozviewer.image.tiled.opening import open_regions
from cozviewer.image.tiled.protocol import RegionReader, RegionRequest
from cozviewer.util.cancel import IsCancelled, never


def regions_of(
    path: Path,
    page: int | None = None,
    *,
    managed: bool = True,
    progress: Callable[[float], None] = lambda part: None,
    cancelled: IsCancelled = never,
) -> RegionReader:
    """Return the reader of a file, however small it is."""
    request = RegionRequest(
        path,
        kind_of(path),
        path.name,
        page,
        managed,
        large=0,
        huge=0,
        progress=progress,
        cancelled=cancelled,
    )
    reader = open_regions(request)
    assert reader is not None
    return reader


def whole_of(reader: RegionReader, level: int = 0, side: int = 100) -> Rgb8:
    """Return a whole level, read in squares."""
    width, height = reader.sizes[level]
    whole = Rect(0, 0, width, height)
    out = np.zeros((height, width, 4 if reader.facts.alpha else 3), np.uint8)
    for y in range(0, height, side):
        for x in range(0, width, side):
            part = Rect(x, y, side, side).intersected(whole)
            pixels = reader.read(level, part)
            assert pixels.dtype == np.uint8
            out[part.y : part.bottom, part.x : part.right] = pixels
    return out
