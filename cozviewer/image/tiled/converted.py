"""Images whose files can only be read from top to bottom: copied once into a temporary file."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from cozviewer.image.pixels import Rgb8
from cozviewer.image.reading import STOPPED
from cozviewer.image.rect import Rect
from cozviewer.image.tiled.level_file import SIDE, LevelFile
from cozviewer.image.tiled.protocol import RegionFacts, RegionReader, RegionRequest
from cozviewer.util.cancel import check_cancelled


class InLevelFile:
    """An image that was copied; see `RegionReader`."""

    def __init__(self, kind: str, facts: RegionFacts, file: LevelFile) -> None:
        """Take over a file; its alpha is left out if there is none in `facts`."""
        self._kind, self._facts, self._file = kind, replace(facts, block=SIDE), file

    @property
    def kind(self) -> str:
        return self._kind

    @property
    def sizes(self) -> tuple[tuple[int, int], ...]:
        return self._file.sizes

    @property
    def facts(self) -> RegionFacts:
        return self._facts

    def read(self, level: int, region: Rect) -> Rgb8:
        pixels = self._file.read(level, region)
        return pixels if self._facts.alpha else pixels[..., :3]

    def close(self) -> None:
        self._file.close()


def converted(reader: RegionReader, request: RegionRequest) -> RegionReader:
    """Copy an image into a temporary file, and close its own.

    Memory stays bounded: SIDE rows of the image. The file takes the size of all pixels on the
    disk, and 2 % more.

    Args:
        reader: Reads stripes of full width quickly, one after the other; closed at the end.
        request: Gets the progress, and may cancel it.

    Raises:
        BadInput: The image is damaged.
        Cancelled: The request was cancelled.
        Failure: The disk is full.
    """
    width, height = reader.sizes[0]
    channels = 4 if reader.facts.alpha else 3
    file = LevelFile(request.name, width, height, channels, reduced_only=False)

    def stripes() -> Iterator[tuple[int, Rgb8]]:
        for y in range(0, height, SIDE):
            check_cancelled(request.cancelled, STOPPED)
            stripe = Rect(0, y, width, min(SIDE, height - y))
            yield y, np.ascontiguousarray(reader.read(0, stripe))
            request.progress(stripe.bottom / height)

    try:
        file.write_stripes(stripes())
    except BaseException:
        file.close()
        raise
    reader.close()
    return InLevelFile(reader.kind, reader.facts, file)
