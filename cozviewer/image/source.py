"""The picture as opened: level 0 of the pyramid and the overviews above it.

Everything that is shown starts here: `pixels` and `tile` give the levels z <= 0, and the chain
builds the levels z > 0 on level 0.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL.JpegImagePlugin import JpegImageFile

from cozviewer.image import exif
from cozviewer.image.decode import STRIP_PIXELS, decode
from cozviewer.image.limits import HUGE, check_size
from cozviewer.image.overviews import with_overviews
from cozviewer.image.pixels import Rgb8, part_of
from cozviewer.image.reading import STOPPED, opened, shown_name
from cozviewer.image.rect import Rect
from cozviewer.util.background import in_background
from cozviewer.util.cancel import IsCancelled, check_cancelled, never
from cozviewer.util.errors import BadInput, Failure
from cozviewer.util.paths import absolute

PREVIEW_SIDE = 512
"""A preview has at least this many pixels on its longer side."""


@dataclass(frozen=True, eq=False)
class Source:
    """A picture in memory, upright, sRGB; never changed, readable from any thread.

    Attributes:
        name: The file name, for people.
        path: Where it was opened from, if it was; absolute.
        digest: Hex SHA-256 over the size and the pixels of level 0: renaming the file or editing
            its metadata keeps it.
        levels: levels[k] is level z = -k, (H, W, 3) uint8, read-only. Each is half as large as
            the one before, rounded up, down to overviews.LAST_SIDE.
        exif: The EXIF block of the file for the upright picture (see `exif.upright`), if any.
    """

    name: str
    path: Path | None
    digest: str
    levels: tuple[Rgb8, ...]
    exif: bytes | None = None

    @property
    def width(self) -> int:
        return int(self.levels[0].shape[1])

    @property
    def height(self) -> int:
        return int(self.levels[0].shape[0])

    @property
    def folder(self) -> Path:
        """Where what is made of it is saved unless a person says otherwise: beside it."""
        return Path.home() if self.path is None else self.path.parent

    @property
    def coarsest(self) -> int:
        """The lowest level there is, <= 0."""
        return 1 - len(self.levels)

    def pixels(self, z: int, level_region: Rect) -> Rgb8:
        """Return a part of level z.

        Args:
            z: coarsest..0.
            level_region: In pixels of level z, not empty, inside the level.

        Returns:
            (H, W, 3) uint8, a read-only view: its rows have gaps in between.

        Raises:
            ValueError: There is no such level, or the region leaves it.
        """
        if not self.coarsest <= z <= 0:
            raise ValueError(f"level {z} is not in {self.coarsest}..0")
        level = self.levels[-z]
        whole = Rect(0, 0, level.shape[1], level.shape[0])
        if level_region.empty or not whole.contains(level_region):
            raise ValueError(f"{level_region} is not inside level {z}")
        return part_of(level, level_region, whole)


def open_source(
    path: Path | str,
    *,
    allow_huge: bool = False,
    cancelled: IsCancelled = never,
    managed: bool = True,
) -> Source:
    """Open a JPEG, PNG, WebP, TIFF, BMP, GIF or AVIF file; of several frames or pages the first.

    Upright by its EXIF orientation; converted to sRGB by its colour profile; transparent parts
    lie on white; more than 8 bits are scaled to 8. Slow for large pictures (300 megapixels:
    seconds), so not for the GUI thread.

    Args:
        path: The file.
        allow_huge: Somebody said yes to more than limits.HUGE pixels.
        cancelled: Asked all along, on this thread and on one that decodes: where a decoder cannot
            be interrupted, this returns all the same, and the decoder ends by itself.
        managed: Whether its colour profile counts; if not, its numbers are taken as sRGB.

    Raises:
        HugePicture: It claims more than limits.HUGE pixels; nothing was decoded.
        BadInput: The file is missing, no picture, damaged, or does not fit into memory.
        Cancelled: `cancelled` said so.
        Failure: Memory ran out.
    """
    path = Path(path)
    name = shown_name(path)

    def read(cancelled: IsCancelled) -> Source:
        with opened(path, cancelled) as (kind, image):
            check_size(name, kind, image, allow_huge)
            rgb, exif_block = decode(name, image, cancelled, managed=managed)
        return _source(name, absolute(path), rgb, exif_block, cancelled)

    return in_background(read, cancelled, STOPPED)


def source_from_pixels(rgb: Rgb8, name: str) -> Source:
    """Return a source of (H, W, 3) uint8 sRGB pixels, which must not be changed afterwards.

    Raises:
        BadInput: There is not a single pixel.
    """
    if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8:
        raise ValueError(f"not (H, W, 3) uint8 but {rgb.shape} {rgb.dtype}")
    if rgb.size == 0:
        raise BadInput(f"{name} has no pixels: choose a part of the picture that is not empty.")
    return _source(name, None, np.ascontiguousarray(rgb), None, never)


def preview(path: Path | str, cancelled: IsCancelled = never) -> tuple[Rgb8, int, int] | None:
    """Return a quick small version of the picture, to show something at once.

    A JPEG can be decoded at 1/2, 1/4 or 1/8 of its size in a fraction of the time.

    Args:
        path: The file.
        cancelled: As for `open_source`.

    Returns:
        ((h, w, 3) uint8 sRGB, upright; full width; full height), or None where there is no such
        short cut: other formats, small pictures, and whatever `open_source` has a question or a
        complaint about.

    Raises:
        Cancelled: `cancelled` said so.
    """
    path = Path(path)

    def read(cancelled: IsCancelled) -> tuple[Rgb8, int, int] | None:
        with opened(path, cancelled) as (_, image):
            width, height = image.size
            divisor = min(8, max(width, height) // PREVIEW_SIDE)
            small = isinstance(image, JpegImageFile) and divisor >= 2 and width * height <= HUGE
            if not small:
                return None
            image.draft(None, (max(1, width // divisor), max(1, height // divisor)))
            sideways = exif.orientation(image.info.get("exif")) >= 5
            rgb, _ = decode(shown_name(path), image, cancelled)
        return (rgb, height, width) if sideways else (rgb, width, height)

    try:
        return in_background(read, cancelled, STOPPED)
    except (BadInput, Failure):
        return None


def _source(
    name: str, path: Path | None, rgb: Rgb8, exif_block: bytes | None, cancelled: IsCancelled
) -> Source:
    levels = tuple(level.view() for level in with_overviews(rgb, cancelled))
    for level in levels:
        level.flags.writeable = False
    return Source(name, path, _digest(rgb, cancelled), levels, exif_block)


def _digest(rgb: Rgb8, cancelled: IsCancelled) -> str:
    height, width = rgb.shape[:2]
    digest = hashlib.sha256(f"{width}x{height};".encode())
    bytes_at_once = 3 * STRIP_PIXELS
    flat = rgb.reshape(-1)
    for start in range(0, flat.size, bytes_at_once):
        check_cancelled(cancelled, STOPPED)
        digest.update(flat[start : start + bytes_at_once].data)
    return digest.hexdigest()
