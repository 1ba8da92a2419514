"""From an open Pillow image to upright sRGB pixels, and Pillow's traps on the way.

Between `reading.py`, which opens, and `source.py`, which adds the overviews. Pillow keeps 4 bytes
per RGB pixel and the result takes 3: an image of 300 megapixels is 2.1 GB while it is decoded
(`limits.py` has the whole reckoning). Everything else happens strip by strip.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.ImageFile import ImageFile
from PIL.TiffImagePlugin import TiffImageFile

from cozviewer.image import exif, notices
from cozviewer.image.alpha.plane import AlphaWriter, Plane
from cozviewer.image.colours import colour
from cozviewer.image.colours import high_bit_depth as deep_grey
from cozviewer.image.colours.coded_colour import ADOBE_RGB
from cozviewer.image.limits import check_size
from cozviewer.image.pixels import Rgb8, as_in_file, turned_upright
from cozviewer.image.png.png_depth import deep_values
from cozviewer.image.readers.notes import refusal
from cozviewer.image.readers.process import ProcessImage
from cozviewer.image.reading import STOPPED, EncodedImage
from cozviewer.image.tiff import samples as tiff_samples
from cozviewer.image.tiff import traps as tiff_traps
from cozviewer.image.tiff.samples import SampleTiff
from cozviewer.image.tone import AUTOMATIC, Tone
from cozviewer.image.toning.curve import grey_levels
from cozviewer.image.toning.samples import Samples, thinned
from cozviewer.image.toning.tone_range import ToneRange, range_of_scale
from cozviewer.util.cancel import IsCancelled, check_cancelled
from cozviewer.util.errors import BadInput
from cozviewer.util.translation import translate

STRIP_PIXELS = 1 << 18
"""Pixels worked on at once: a megabyte, which stays in the processor's cache."""

_SAMPLES_PER_PIXEL = 277

TOO_WIDE = 1 << 25
"""Pixels of a row from which Pillow may fail to count its bits, 64 each at most, in 31 bits."""


@dataclass(frozen=True, eq=False)
class Decoded:
    """The pixels of an image.

    Attributes:
        rgb: (H, W, 3) uint8 sRGB, upright.
        exif: The EXIF block for an upright image, if there is one.
        warnings: What is missing of the image, a sentence each.
        notices: Messages for the user about how it is shown, a sentence each.
        sideways: Whether it was turned by a quarter.
        alpha: (H, W) uint8, upright; None if it is opaque.
        offered: What a tone can change about it; None if nothing.
    """

    rgb: Rgb8
    exif: bytes | None
    warnings: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    sideways: bool = False
    alpha: Plane | None = None
    offered: ToneRange | None = None


def decode(
    name: str,
    encoded: EncodedImage,
    cancelled: IsCancelled,
    *,
    managed: bool = True,
    tone: Tone = AUTOMATIC,
) -> Decoded:
    """Decode `encoded`, which is of no use afterwards.

    Args:
        name: What people call the file.
        encoded: From `reading.opened_page`, within its `with` block, which explains what Pillow
            raises.
        cancelled: Asked between strips.
        managed: Whether its colour profile counts; if not, its numbers are taken as sRGB.
        tone: How its numbers become grey levels.

    Raises:
        BadInput: The image is of a kind that cannot be read, or nothing of it is there, or the
            tone has what it does not offer.
        Cancelled: `cancelled` returned True.
    """
    image = encoded.image
    if isinstance(image, SampleTiff):
        return _Samples(name, image).decode(encoded, cancelled, managed, tone)
    facts = tiff_traps.GreyFacts(bits=16, inverted=False, unsigned=False)
    if isinstance(image, TiffImageFile):
        facts = tiff_traps.prepare(image)
    offered = _offered_beside(facts, encoded)
    if tone.changed and offered is not None and encoded.samples is not None:
        samples = encoded.samples()
        check_size(name, encoded.kind, samples, allow_huge=True)
        numbers = _Samples(name, samples)
        if numbers.changed_by(tone):
            return numbers.decode(encoded, cancelled, managed, tone)
        del numbers
    if isinstance(image, ProcessImage):
        image.tone = tone
    _scale_transparent_colour(image)
    _load(name, image)
    if facts.deep_colour and encoded.samples is not None and _is_narrow(image):
        samples = encoded.samples()
        if samples.is_readable and _fits(name, encoded.kind, samples):
            image.close()  # which frees its memory
            return _Samples(name, samples).decode(encoded, cancelled, managed, tone)
    messages = list(image.messages) if isinstance(image, ProcessImage) else []
    warnings = notices.missing_part(name, image) if encoded.ended_early() else ()
    if isinstance(image, TiffImageFile):  # it has turned itself upright
        turn, block = 1, tiff_traps.exif_of(image)
    else:
        block = exif_block(image)
        turn = exif.orientation(block)

    grey, own = None, None
    if image.mode in deep_grey.MODES:
        strips = (strip for _, _, strip in _strips(image, cancelled))
        grey = deep_grey.scale_of(image.mode, strips, facts.bits, facts.inverted, facts.unsigned)
        offered = range_of_scale(grey, facts.bits if image.mode.startswith("I;16") else 0)
        own = own_tone(name, tone, offered)
        messages += notices.stretched(grey) if own is None else ()
    elif isinstance(image, ProcessImage):
        offered = image.offered
        toned = own_tone(name, tone, offered)
        if toned is not None and offered is not None and toned.bands != offered.automatic.bands:
            managed = False  # as below
    elif encoded.samples is None or offered is None:
        own = own_tone(name, tone, offered)
    if own is not None and offered is not None and own.bands != offered.automatic.bands:
        managed = False  # the profile is of other bands
    convert, hdr = converter(encoded, image, block, managed)
    messages += hdr
    deep = None
    if own is not None and grey is None and encoded.low_bytes is not None:
        deep = _toned_png(encoded.low_bytes(), own, convert)
    elif managed and own is None:
        deep = _deep_converter(name, encoded, image, grey)

    rgb, as_in_file = _canvas(image.size, turn)
    opacity = AlphaWriter(*image.size)
    for x, y, strip in _strips(image, cancelled):
        colours, alpha = colour.split(strip, grey, own)
        part = convert(colours) if deep is None else deep(x, y, strip)
        as_in_file[y : y + strip.height, x : x + strip.width] = part
        opacity.write(x, y, alpha)
    plane = _upright(opacity.plane, turn)
    sideways = turn >= 5 or facts.sideways
    block = exif.upright(block)
    return Decoded(rgb, block, warnings, tuple(messages), sideways, plane, offered)


class _Samples:
    """A TIFF that is decoded by its samples."""

    def __init__(self, name: str, image: SampleTiff) -> None:
        """Read the samples."""
        self._name, self._image, self._layout = name, image, image.layout
        self.values = image.samples(name)
        self._rows = max(1, STRIP_PIXELS // (image.width * image.layout.count))
        self._scale = tiff_samples.scale_of(self.values, self._layout, self._rows)
        self.offered = tiff_samples.offered_by(self.values, self._layout, self._scale, self._rows)

    def changed_by(self, tone: Tone) -> bool:
        """Return whether a tone makes another image than the automatic one."""
        return own_tone(self._name, tone, self.offered) is not None

    def decode(
        self, encoded: EncodedImage, cancelled: IsCancelled, managed: bool, tone: Tone
    ) -> Decoded:
        """Return the pixels by a tone."""
        check_cancelled(cancelled, STOPPED)
        image, layout, own = self._image, self._layout, own_tone(self._name, tone, self.offered)
        messages = notices.stretched(self._scale) if own is None else []
        if own is not None and self.offered is not None:
            layout = replace(layout, bands=tuple(band - 1 for band in own.bands))
            managed = managed and own.bands == self.offered.automatic.bands
        if layout.hidden:
            messages.append(notices.bands(layout))
        block = tiff_traps.exif_of(image)
        convert, _ = converter(encoded, image, block, managed and not layout.is_lab)
        rgb, as_in_file = _canvas(image.size, image.orientation)
        opacity = AlphaWriter(*image.size)
        strips = tiff_samples.strips_of(self.values, layout, self._scale, self._rows, own)
        for y, colours, alpha in strips:
            check_cancelled(cancelled, STOPPED)
            as_in_file[y : y + colours.height] = convert(colours)
            opacity.write(0, y, alpha)
        plane = _upright(opacity.plane, image.orientation)
        sideways = image.orientation >= 5
        block = exif.upright(block)
        return Decoded(rgb, block, (), tuple(messages), sideways, plane, self.offered)


def _offered_beside(facts: tiff_traps.GreyFacts, encoded: EncodedImage) -> ToneRange | None:
    """Return what a tone can change about colours of which Pillow reads a part."""
    image = encoded.image
    if encoded.low_bytes is not None and image.mode in ("RGB", "RGBA"):
        return range_of_scale(deep_grey.Scale(0.0, 65535.0), 16, 3, (0, 1, 2), is_rgb=True)
    if not (facts.deep_colour or facts.more_bands) or not isinstance(image, TiffImageFile):
        return None
    bits = 16 if facts.deep_colour else 8
    most = deep_grey.Scale(0.0, float((1 << bits) - 1))
    return range_of_scale(
        most, bits, int(image.tag_v2.get(_SAMPLES_PER_PIXEL, 3)), (0, 1, 2), is_rgb=True
    )


def own_tone(name: str, tone: Tone, offered: ToneRange | None) -> Tone | None:
    """Return a tone with all that it leaves to a file filled in; None if it changes nothing.

    Raises:
        BadInput: It has what the file does not offer.
    """
    if not tone.changed:
        return None
    problem = ("no tone", {}) if offered is None else offered.problem(tone)
    if problem is not None or offered is None:
        key, values = problem or ("no tone", {})
        raise BadInput(refusal(key, name, values))
    own = offered.reduced(tone)
    return own.over(offered.automatic) if own.changed else None


def converter(
    encoded: EncodedImage, image: ImageFile, block: bytes | None, managed: bool
) -> tuple[Callable[[Image.Image], Rgb8], list[str]]:
    """Return the conversion to sRGB (see `colour.converter`), and notices about it.

    Args:
        encoded: How its colours are coded.
        image: What decodes it; its mode and profile count.
        block: Its EXIF block.
        managed: Whether its colour profile counts.
    """
    if not managed:
        return colour.converter(image.mode, None), []
    coded, icc = encoded.coded, encoded.profile or image.info.get("icc_profile")
    if coded is None and (encoded.coded_only or not isinstance(icc, bytes)):
        icc = None
        if not encoded.coded_only and exif.says_adobe_rgb(block):
            coded = ADOBE_RGB
    messages = [notices.hdr(coded.hdr)] if coded is not None and coded.hdr else []
    return colour.converter(image.mode, icc, coded), messages


def _toned_png(
    low: Image.Image, tone: Tone, convert: Callable[[Image.Image], Rgb8]
) -> Callable[[int, int, Image.Image], Rgb8]:
    """Return the way to sRGB from all 16 bits of the strip at (column, row), by a tone with a
    window."""
    bands = [band - 1 for band in tone.bands]

    def levels(x: int, y: int, strip: Image.Image) -> Rgb8:
        part = low.crop((x, y, x + strip.width, y + strip.height))
        toned = grey_levels(deep_values(strip, part)[..., bands], tone)
        return convert(Image.fromarray(toned[..., 0] if len(bands) == 1 else toned))

    return levels


def _deep_converter(
    name: str, encoded: EncodedImage, image: ImageFile, grey: deep_grey.Scale | None
) -> Callable[[int, int, Image.Image], Rgb8] | None:
    """Return the way to sRGB from all 16 bits of the strip at (column, row); None where 8 bits are
    enough as no curve of light is applied, or the file has no more."""
    if encoded.coded is None:
        return None
    convert = colour.deep_converter(encoded.coded)
    if image.mode.startswith("I;16") and grey == deep_grey.Scale(0.0, 65535.0):
        return lambda x, y, strip: convert(
            np.repeat(np.asarray(strip, np.uint16)[..., None], 3, axis=2)
        )
    if encoded.low_bytes is None or not _fits(name, encoded.kind, image):
        return None
    low = encoded.low_bytes()
    return lambda x, y, strip: convert(
        deep_values(strip, low.crop((x, y, x + strip.width, y + strip.height)))
    )


def _canvas(size: tuple[int, int], turn: int) -> tuple[Rgb8, Rgb8]:
    """Return an empty image, and a view of it as stored in the file."""
    width, height = size if turn < 5 else size[::-1]
    rgb = np.empty((height, width, 3), np.uint8)
    return rgb, as_in_file(rgb, turn)


def _fits(name: str, kind: str, image: ImageFile) -> bool:
    """Return whether there is memory to decode an image."""
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


def read_samples(
    name: str, encoded: EncodedImage, most_pixels: int, cancelled: IsCancelled
) -> Samples:
    """Read the numbers of `encoded`, which is of no use afterwards, upright.

    Args:
        name: What people call the file.
        encoded: As for `decode`.
        most_pixels: Pixels that are kept, see `toning.samples.thinned`.
        cancelled: Asked between steps.

    Raises:
        BadInput: There is nothing to choose about it, or it cannot be read.
        Cancelled: `cancelled` returned True.
    """
    image = encoded.image
    if isinstance(image, ProcessImage):
        samples = image.samples(most_pixels)
        if encoded.coded is None:
            return samples
        return replace(samples, to_srgb=_managed(encoded, image, None))
    facts = tiff_traps.GreyFacts(bits=16, inverted=False, unsigned=False)
    if isinstance(image, TiffImageFile):
        facts = tiff_traps.prepare(image)
    turn, block = 1, None
    offered = _offered_beside(facts, encoded)
    if offered is not None and encoded.samples is not None:
        image = encoded.samples()
        check_size(name, encoded.kind, image, allow_huge=True)
    if isinstance(image, SampleTiff):
        numbers = _Samples(name, image)
        values, offered, turn = numbers.values, numbers.offered, image.orientation
    elif image.mode in deep_grey.MODES:
        _load(name, image)
        grey = deep_grey.scale_of(image.mode, [image], facts.bits, facts.inverted, facts.unsigned)
        values = deep_grey.values_of(image, facts.unsigned)[..., None]
        extremes = deep_grey.extremes_of([values])
        bits = facts.bits if image.mode.startswith("I;16") else 0
        offered = range_of_scale(grey, bits, extremes=extremes)
    elif offered is not None and encoded.low_bytes is not None:
        _load(name, image)
        values = deep_values(image, encoded.low_bytes())
        offered = replace(offered, extremes=deep_grey.extremes_of([values]))
    if not isinstance(image, TiffImageFile | SampleTiff):
        block = exif_block(image)
        turn = exif.orientation(block)
    check_cancelled(cancelled, STOPPED)
    if offered is None:
        raise BadInput(refusal("no tone", name, {}))
    to_srgb = _managed(encoded, image, block)
    return thinned(Samples(turned_upright(values, turn), offered, to_srgb=to_srgb), most_pixels)


def _managed(
    encoded: EncodedImage, image: ImageFile, block: bytes | None
) -> Callable[[NDArray[np.uint8]], Rgb8]:
    """Return the way to sRGB from grey levels; see `converter`."""
    convert, _ = converter(encoded, image, block, managed=True)

    def to_srgb(levels: NDArray[np.uint8]) -> Rgb8:
        return convert(Image.fromarray(levels))

    return to_srgb


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
    """Yield (first column, first row, part) over the whole image; a part has whole rows, unless
    one row alone is longer than STRIP_PIXELS."""
    columns, rows = min(image.width, STRIP_PIXELS), max(1, STRIP_PIXELS // image.width)
    for y in range(0, image.height, rows):
        for x in range(0, image.width, columns):
            check_cancelled(cancelled, STOPPED)
            right, bottom = min(x + columns, image.width), min(y + rows, image.height)
            yield x, y, image.crop((x, y, right, bottom))


def _upright(plane: Plane | None, turn: int) -> Plane | None:
    """Return an alpha plane upright, which lies as stored in the file."""
    if plane is None or turn == 1:
        return plane
    return turned_upright(plane, turn)


def _scale_transparent_colour(image: ImageFile) -> None:
    """Bring the transparent colour of a 16-bit PNG to the 8 bits that its pixels will have."""
    key = image.info.get("transparency")
    if isinstance(key, tuple) and image.tile and image.tile[0].args == "RGB;16B":
        image.info["transparency"] = tuple(value >> 8 for value in key)


def exif_block(image: ImageFile) -> bytes | None:
    """Return the EXIF block of an image whose header was read."""
    block = image.info.get("exif")
    if isinstance(block, bytes):
        return block
    text = image.info.get("Raw profile type exif")  # how ImageMagick wrote it into PNG until 2018
    if isinstance(text, str):
        with suppress(ValueError):
            return bytes.fromhex("".join(text.split("\n")[3:]))
    return None
