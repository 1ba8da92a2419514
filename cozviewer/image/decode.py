"""From an open Pillow image to upright sRGB pixels, and Pillow's traps on the way.

Between `reading.py`, which opens, and `source.py`, which adds the overviews. Pillow keeps 4 bytes
per RGB pixel and the result takes 3: a picture of 300 megapixels is 2.1 GB while it is decoded
(`limits.py` has the whole reckoning). Everything else happens strip by strip.
"""

from collections.abc import Iterator
from contextlib import suppress

import numpy as np
from PIL import Image
from PIL.ImageFile import ImageFile
from PIL.TiffImagePlugin import TiffImageFile

from cozviewer.image import colour, exif, tiff_traps
from cozviewer.image import high_bit_depth as deep_grey
from cozviewer.image.pixels import Rgb8
from cozviewer.image.reading import STOPPED
from cozviewer.util.cancel import IsCancelled, check_cancelled
from cozviewer.util.errors import BadInput
from cozviewer.util.translation import translate

STRIP_PIXELS = 1 << 18
"""Pixels worked on at once: a megabyte, which stays in the processor's cache."""

TOO_WIDE = 1 << 25
"""Pixels of a row from which Pillow may fail to count its bits, 64 each at most, in 31 bits."""


def decode(
    name: str, image: ImageFile, cancelled: IsCancelled, *, managed: bool = True
) -> tuple[Rgb8, bytes | None]:
    """Decode `image`, which is of no use afterwards.

    Args:
        name: What people call the file.
        image: From `reading.opened`, within its `with` block, which explains what Pillow raises.
        cancelled: Asked between strips.
        managed: Whether its colour profile counts; if not, its numbers are taken as sRGB.

    Returns:
        (H, W, 3) uint8 sRGB, upright; the EXIF block for an upright picture, if there is one.

    Raises:
        BadInput: Pillow reads this kind of file wrongly.
        Cancelled: `cancelled` said so.
    """
    facts = tiff_traps.GreyFacts(bits=16, inverted=False, unsigned=False)
    if isinstance(image, TiffImageFile):
        facts = tiff_traps.prepare(name, image)
    _scale_transparent_colour(image)
    _load(name, image)
    if isinstance(image, TiffImageFile):  # it has turned itself upright
        turn, block = 1, tiff_traps.exif_of(image)
    else:
        block = _exif_block(image)
        turn = exif.orientation(block)

    grey = None
    if image.mode in deep_grey.MODES:
        strips = (strip for _, _, strip in _strips(image, cancelled))
        grey = deep_grey.scale_of(image.mode, strips, facts.bits, facts.inverted, facts.unsigned)
    icc = image.info.get("icc_profile") if managed else None
    convert = colour.converter(image.mode, icc, grey)

    width, height = image.size if turn < 5 else image.size[::-1]
    rgb = np.empty((height, width, 3), np.uint8)
    as_in_file = _as_in_file(rgb, turn)
    for x, y, strip in _strips(image, cancelled):
        as_in_file[y : y + strip.height, x : x + strip.width] = convert(strip)
    return rgb, exif.upright(block)


def _load(name: str, image: ImageFile) -> None:
    """Decode all pixels: one call for some formats, which nothing can interrupt."""
    try:
        image.load()
    except MemoryError as error:
        if image.width < TOO_WIDE:
            raise
        raise BadInput(
            translate(
                "Error",
                "{name} is {width} pixels wide, which is too much to be read: open a narrower "
                "version of it.",
            ).format(name=name, width=image.width)
        ) from error


def _strips(image: Image.Image, cancelled: IsCancelled) -> Iterator[tuple[int, int, Image.Image]]:
    """Yield (first column, first row, part) over the whole picture; a part has whole rows, unless
    one row alone is longer than STRIP_PIXELS."""
    columns, rows = min(image.width, STRIP_PIXELS), max(1, STRIP_PIXELS // image.width)
    for y in range(0, image.height, rows):
        for x in range(0, image.width, columns):
            check_cancelled(cancelled, STOPPED)
            right, bottom = min(x + columns, image.width), min(y + rows, image.height)
            yield x, y, image.crop((x, y, right, bottom))


def _as_in_file(upright: Rgb8, turn: int) -> Rgb8:
    """Return a view of `upright` in which the pixels lie as the file has them (EXIF 2.32, 0x0112:
    the orientation names the sides of the scene at which row 0 and column 0 of the file lie)."""
    view = upright.swapaxes(0, 1) if turn >= 5 else upright
    if turn in (3, 4, 6, 7):
        view = view[::-1]
    if turn in (2, 3, 7, 8):
        view = view[:, ::-1]
    return view


def _scale_transparent_colour(image: ImageFile) -> None:
    """Bring the transparent colour of a 16-bit PNG to the 8 bits that its pixels will have."""
    key = image.info.get("transparency")
    if isinstance(key, tuple) and image.tile and image.tile[0].args == "RGB;16B":
        image.info["transparency"] = tuple(value >> 8 for value in key)


def _exif_block(image: ImageFile) -> bytes | None:
    block = image.info.get("exif")
    if isinstance(block, bytes):
        return block
    text = image.info.get("Raw profile type exif")  # how ImageMagick wrote it into PNG until 2018
    if isinstance(text, str):
        with suppress(ValueError):
            return bytes.fromhex("".join(text.split("\n")[3:]))
    return None
