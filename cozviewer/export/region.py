"""Regions of one level as files, of any size: pixel for pixel, in bands where they are large."""

from collections.abc import Callable, Iterator
from pathlib import Path

from cozviewer.export.caption import captioned_bands, label_of
from cozviewer.export.large import in_bands, save_large
from cozviewer.export.origin import Origin
from cozviewer.export.picture import save_picture
from cozviewer.image.pixels import Rgb8
from cozviewer.image.rect import Rect
from cozviewer.pyramid.compose import BAND, bands, best_region
from cozviewer.pyramid.pyramid import Pyramid
from cozviewer.util.cancel import IsCancelled, never


def save_region(
    path: Path,
    pyramid: Pyramid,
    z: int,
    level_region: Rect,
    origin: Origin,
    *,
    exif: bytes | None = None,
    label: bool = False,
    complete: bool = False,
    cancelled: IsCancelled = never,
    told: Callable[[int, int], None] = lambda done, total: None,
) -> None:
    """Save a region of a level, missing tiles enlarged from coarser ones.

    Args:
        path: The file that is to be; its suffix names the format.
        z: A level of the source or a step level.
        level_region: Pixels of level z, inside the picture.
        origin: What is written about it into the file.
        exif: Of the source, upright.
        label: As for `save_picture`.
        complete: Whether all tiles must exist, instead of that.
        cancelled: Asked while the file is written.
        told: Called with (bands written, how many they are); of a large picture, in a
            thread of libvips.

    Raises:
        BadInput, Cancelled, Failure: As `save_picture`.
        TileMissing: `complete`, and a tile does not exist or cannot be read.
    """
    width, height = level_region.width, level_region.height
    if not in_bands(path, width, height):
        pixels = best_region(pyramid, z, level_region, complete)
        save_picture(path, pixels, origin, exif=exif, label=label, cancelled=cancelled)
        return
    most = (level_region.bottom - 1) // BAND - level_region.y // BAND + 1
    parts = _counted(bands(pyramid, z, level_region, complete), lambda done: told(done, most))
    if label and (said := label_of(origin)):
        parts = captioned_bands(parts, said, width, height)
    save_large(path, width, height, parts, origin, exif=exif, cancelled=cancelled)


def _counted(parts: Iterator[Rgb8], told: Callable[[int], None]) -> Iterator[Rgb8]:
    """Pass parts on and tell how many have been used up."""
    for count, part in enumerate(parts, 1):
        yield part
        told(count)
