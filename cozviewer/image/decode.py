"""From an open Pillow image to upright sRGB pixels, and Pillow's traps on the way.

Between `reading.py`, which opens, and `source.py`, which adds the overviews. Pillow keeps 4 bytes
per RGB pixel and the result takes 3: a picture of 300 megapixels is 2.1 GB while it is decoded
(`limits.py` has the whole reckoning). Everything else happens strip by strip.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from PIL import Image
from PIL.ImageFile import ImageFile
from PIL.TiffImagePlugin import TiffImageFile

from cozviewer.image import colour, exif, notices
from cozviewer.image import high_bit_depth as deep_grey
from cozviewer.image.alpha.plane import AlphaWriter, Plane
from cozviewer.image.coded_colour import ADOBE_RGB
from cozviewer.image.limits import check_size
from cozviewer.image.pixels import Rgb8
from cozviewer.image.png.png_depth import deep_values
from cozviewer.image.readers.process import ProcessImage
from cozviewer.image.reading import STOPPED, Picture
from cozviewer.image.tiff import samples as tiff_samples
from cozviewer.image.tiff import traps as tiff_traps
from cozviewer.image.tiff.samples import SampleTiff
from cozviewer.util.cancel import IsCancelled, check_cancelled
from cozviewer.util.errors import BadInput
from cozviewer.util.translation import translate

STRIP_PIXELS = 1 << 18
"""Pixels worked on at once: a megabyte, which stays in the processor's cache."""

TOO_WIDE = 1 << 25
"""Pixels of a row from which Pillow may fail to count its bits, 64 each at most, in 31 bits."""


@dataclass(frozen=True, eq=False)
class Decoded:
    """The pixels of a picture.

    Attributes:
        rgb: (H, W, 3) uint8 sRGB, upright.
        exif: The EXIF block for an upright picture, if there is one.
        warnings: What is missing of the picture, a sentence each.
        notices: What people should know about how it is shown, a sentence each.
        sideways: Whether it was turned by a quarter.
        alpha: (H, W) uint8, upright; None if it is opaque.
    """

    rgb: Rgb8
    exif: bytes | None
    warnings: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    sideways: bool = False
    alpha: Plane | None = None


def decode(name: str, picture: Picture, cancelled: IsCancelled, *, managed: bool = True) -> Decoded:
    """Decode `picture`, which is of no use afterwards.

    Args:
        name: What people call the file.
        picture: From `reading.opened_page`, within its `with` block, which explains what Pillow
            raises.
        cancelled: Asked between strips.
        managed: Whether its colour profile counts; if not, its numbers are taken as sRGB.

    Raises:
        BadInput: The picture is of a kind that cannot be read, or nothing of it is there.
        Cancelled: `cancelled` said so.
    """
    image = picture.image
    if isinstance(image, SampleTiff):
        return _decode_samples(name, picture, image, cancelled, managed)
    facts = tiff_traps.GreyFacts(bits=16, inverted=False, unsigned=False)
    if isinstance(image, TiffImageFile):
        facts = tiff_traps.prepare(image)
    _scale_transparent_colour(image)
    _load(name, image)
    if facts.deep_colour and picture.samples is not None and _is_narrow(image):
        samples = picture.samples()
        if samples.is_readable and _fits(name, picture.kind, samples):
            image.close()  # which frees its memory
            return _decode_samples(name, picture, samples, cancelled, managed)
    told = list(image.told) if isinstance(image, ProcessImage) else []
    warnings = notices.missing_part(name, image) if picture.ended_early() else ()
    if isinstance(image, TiffImageFile):  # it has turned itself upright
        turn, block = 1, tiff_traps.exif_of(image)
    else:
        block = exif_block(image)
        turn = exif.orientation(block)

    grey = None
    if image.mode in deep_grey.MODES:
        strips = (strip for _, _, strip in _strips(image, cancelled))
        grey = deep_grey.scale_of(image.mode, strips, facts.bits, facts.inverted, facts.unsigned)
        told += notices.stretched(grey)
    convert, hdr = converter(picture, image, block, managed)
    told += hdr
    deep = _deep_converter(name, picture, image, grey) if managed else None

    rgb, as_in_file = _canvas(image.size, turn)
    opacity = AlphaWriter(*image.size)
    for x, y, strip in _strips(image, cancelled):
        colours, alpha = colour.split(strip, grey)
        part = convert(colours) if deep is None else deep(x, y, strip)
        as_in_file[y : y + strip.height, x : x + strip.width] = part
        opacity.write(x, y, alpha)
    plane = _upright(opacity.plane, turn)
    sideways = turn >= 5 or facts.sideways
    return Decoded(rgb, exif.upright(block), warnings, tuple(told), sideways, plane)


def _decode_samples(
    name: str, picture: Picture, image: SampleTiff, cancelled: IsCancelled, managed: bool
) -> Decoded:
    """Decode a TIFF by its samples."""
    check_cancelled(cancelled, STOPPED)
    samples, layout = image.samples(name), image.layout
    rows = max(1, STRIP_PIXELS // (image.width * layout.count))
    scale = tiff_samples.scale_of(samples, layout, rows)
    told = notices.stretched(scale)
    if layout.hidden:
        told.append(notices.bands(layout))
    block = tiff_traps.exif_of(image)
    convert, _ = converter(picture, image, block, managed and not layout.is_lab)
    rgb, as_in_file = _canvas(image.size, image.orientation)
    opacity = AlphaWriter(*image.size)
    for y, colours, alpha in tiff_samples.strips_of(samples, layout, scale, rows):
        check_cancelled(cancelled, STOPPED)
        as_in_file[y : y + colours.height] = convert(colours)
        opacity.write(0, y, alpha)
    plane = _upright(opacity.plane, image.orientation)
    sideways = image.orientation >= 5
    return Decoded(rgb, exif.upright(block), (), tuple(told), sideways, plane)


def converter(
    picture: Picture, image: ImageFile, block: bytes | None, managed: bool
) -> tuple[Callable[[Image.Image], Rgb8], list[str]]:
    """Return the way to sRGB (see `colour.converter`), and what is to be said about it.

    Args:
        picture: How its colours are coded.
        image: What decodes it; its mode and profile count.
        block: Its EXIF block.
        managed: Whether its colour profile counts.
    """
    if not managed:
        return colour.converter(image.mode, None), []
    coded, icc = picture.coded, picture.profile or image.info.get("icc_profile")
    if coded is None and (picture.coded_only or not isinstance(icc, bytes)):
        icc = None
        if not picture.coded_only and exif.says_adobe_rgb(block):
            coded = ADOBE_RGB
    told = [notices.hdr(coded.hdr)] if coded is not None and coded.hdr else []
    return colour.converter(image.mode, icc, coded), told


def _deep_converter(
    name: str, picture: Picture, image: ImageFile, grey: deep_grey.Scale | None
) -> Callable[[int, int, Image.Image], Rgb8] | None:
    """Return the way to sRGB from all 16 bits of the strip at (column, row); None where 8 bits are
    enough as no curve of light is applied, or the file has no more."""
    if picture.coded is None:
        return None
    convert = colour.deep_converter(picture.coded)
    if image.mode.startswith("I;16") and grey == deep_grey.Scale(0.0, 65535.0):
        return lambda x, y, strip: convert(
            np.repeat(np.asarray(strip, np.uint16)[..., None], 3, axis=2)
        )
    if picture.low_bytes is None or not _fits(name, picture.kind, image):
        return None
    low = picture.low_bytes()
    return lambda x, y, strip: convert(
        deep_values(strip, low.crop((x, y, x + strip.width, y + strip.height)))
    )


def _canvas(size: tuple[int, int], turn: int) -> tuple[Rgb8, Rgb8]:
    """Return an empty picture, and a view of it as the file has it."""
    width, height = size if turn < 5 else size[::-1]
    rgb = np.empty((height, width, 3), np.uint8)
    return rgb, as_in_file(rgb, turn)


def _fits(name: str, kind: str, image: ImageFile) -> bool:
    """Return whether there is memory to decode a picture."""
    try:
        check_size(name, kind, image, allow_huge=True)
    except BadInput:
        return False
    return True


def _is_narrow(image: Image.Image) -> bool:
    """Return whether of 16 bits the upper 4 are unused, of which 8 bits would show next to
    nothing."""
    most = [band.getextrema()[1] for band in image.split()[:3]]
    return max(int(value) for value in most if isinstance(value, int | float)) < 16


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


def _upright(plane: Plane | None, turn: int) -> Plane | None:
    """Return an alpha plane upright, which lies as the file has it."""
    if plane is None or turn == 1:
        return plane
    upright = np.empty(plane.shape if turn < 5 else plane.shape[::-1], np.uint8)
    as_in_file(upright, turn)[:] = plane
    return upright


def as_in_file(upright: Rgb8, turn: int) -> Rgb8:
    """Return a view of `upright` in which the pixels lie as the file has them (EXIF 2.32, 0x0112:
    the orientation `turn` names the sides of the scene at which row 0 and column 0 of the file
    lie)."""
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


def exif_block(image: ImageFile) -> bytes | None:
    """Return the EXIF block of a picture whose header was read."""
    block = image.info.get("exif")
    if isinstance(block, bytes):
        return block
    text = image.info.get("Raw profile type exif")  # how ImageMagick wrote it into PNG until 2018
    if isinstance(text, str):
        with suppress(ValueError):
            return bytes.fromhex("".join(text.split("\n")[3:]))
    return None
