"""Readers of files that lie on their side: regions as people see them, by the EXIF orientation."""

from dataclasses import replace

from cozviewer.image.pixels import Rgb8, turned_upright
from cozviewer.image.rect import Rect
from cozviewer.image.tiled.protocol import HasNumbers, RegionFacts, RegionReader
from cozviewer.image.toning.samples import Samples as Numbers


def upright(reader: RegionReader, orientation: int) -> RegionReader:
    """Return a reader of the upright image.

    Args:
        reader: Of the image as stored in the file. Its facts must have resolution and subject
            as in the file, and the EXIF block of the upright image.
        orientation: As in EXIF, 1 to 8.
    """
    return reader if orientation == 1 else _Upright(reader, orientation)


class _Upright:
    """See `RegionReader`."""

    def __init__(self, reader: RegionReader, orientation: int) -> None:
        self._reader, self._orientation = reader, orientation
        facts = reader.facts
        if self._sideways:
            resolution = None if facts.resolution is None else facts.resolution.turned
            facts = replace(facts, resolution=resolution, subject=facts.subject.turned)
        self._facts = facts

    @property
    def kind(self) -> str:
        return self._reader.kind

    @property
    def sizes(self) -> tuple[tuple[int, int], ...]:
        turned = self._sideways
        return tuple((h, w) if turned else (w, h) for w, h in self._reader.sizes)

    @property
    def facts(self) -> RegionFacts:
        return self._facts

    def read(self, level: int, region: Rect) -> Rgb8:
        there = in_file(region, self._orientation, self._reader.sizes[level])
        pixels = self._reader.read(level, there)
        return turned_upright(pixels, self._orientation)

    def numbers(self, most_pixels: int) -> Numbers:
        """See `protocol.HasNumbers`."""
        if not isinstance(self._reader, HasNumbers):
            raise TypeError("it has no numbers")
        samples = self._reader.numbers(most_pixels)
        return replace(samples, values=turned_upright(samples.values, self._orientation))

    def close(self) -> None:
        self._reader.close()

    @property
    def _sideways(self) -> bool:
        return self._orientation >= 5


def in_file(region: Rect, orientation: int, size: tuple[int, int]) -> Rect:
    """Return where a region of the upright image lies in the file.

    Args:
        region: In pixels of the upright image.
        orientation: As in EXIF, 1 to 8.
        size: Width and height as the file has them.
    """
    width, height = size
    if orientation >= 5:
        region = Rect(region.y, region.x, region.height, region.width)
    x, y = region.x, region.y
    if orientation in (3, 4, 6, 7):
        y = height - region.bottom
    if orientation in (2, 3, 7, 8):
        x = width - region.right
    return Rect(x, y, region.width, region.height)
