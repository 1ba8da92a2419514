"""Works around silent errors of Pillow's TIFF reader (12 and 13).

`decode.py` calls it before and after a TIFF is decoded.
"""

import ctypes
import logging
from contextlib import suppress
from dataclasses import dataclass
from typing import IO

from PIL import Image, _imaging
from PIL.TiffImagePlugin import TiffImageFile

from cozviewer.image.tiff.samples import SampleTiff

_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _PHOTOMETRIC = 256, 257, 258, 259, 262
_ORIENTATION, _PLANAR, _SAMPLE_FORMAT = 274, 284, 339
_WEBP = 50001
_WHITE_IS_ZERO = 0
_UNSIGNED = 1

# Descriptive tags of the main directory, and the EXIF and GPS directories. All others describe
# how this very file keeps its pixels, which is wrong anywhere else.
_KEPT_TAGS = (0x010E, 0x010F, 0x0110, 0x0131, 0x0132, 0x013B, 0x8298)
_KEPT_DIRECTORIES = (0x8769, 0x8825)


@dataclass(frozen=True)
class GreyFacts:
    """What the tags say about values of more than 8 bits; see deep_grey.Scale.

    Attributes:
        deep_colour: Whether colours have 16 bits, of which Pillow keeps the upper byte.
        more_bands: Whether there are bands that Pillow leaves out.
        sideways: Whether Pillow will turn it by a quarter.
    """

    bits: int
    inverted: bool
    unsigned: bool
    deep_colour: bool = False
    more_bands: bool = False
    sideways: bool = False


def misread(image: TiffImageFile) -> bool:
    """Return whether Pillow would give wrong pixels, or none, for this kind of file."""
    bits = image.tag_v2.get(_BITS, (1,))
    compressed = _is_compressed(image)
    # Each plane would be unpacked as if its samples had 8 bits: garbage.
    deep_planes = max(bits) > 8 and image.tag_v2.get(_PLANAR) == 2 and not compressed
    # libtiff gives native byte order, and Pillow swaps it again: garbage.
    swapped = compressed and any(mode.endswith(("BS", "BF")) for mode in _raw_modes(image))
    # Pillow's own libtiff is built without WebP.
    return deep_planes or swapped or image.tag_v2.get(_COMPRESSION) == _WEBP


def silence_libtiff() -> None:
    """Keep libtiff and Pillow from printing on stderr; their errors reach us anyway.

    libtiff prints from C.

    Pillow offers no way to it. Where libtiff is built into Pillow's own library without being
    visible (Windows), nothing changes.
    """
    logging.getLogger("PIL.TiffImagePlugin").setLevel(logging.CRITICAL)
    with suppress(OSError, AttributeError):
        pillow = ctypes.CDLL(_imaging.__file__)
        pillow.TIFFSetErrorHandler(None)
        pillow.TIFFSetWarningHandler(None)


def _is_compressed(image: TiffImageFile) -> bool:
    return any(tile.codec_name == "libtiff" for tile in image.tile)


def _raw_modes(image: TiffImageFile) -> list[str]:
    return [str(tile.args[0]) for tile in image.tile if isinstance(tile.args, tuple)]


def prepare(image: TiffImageFile) -> GreyFacts:
    """Get `image`, which is not `misread`, ready to be decoded."""
    raw_modes = _raw_modes(image)
    # With its memory there already, the plugin does not apply the process-wide pixel limit.
    size = image.tag_v2[_WIDTH], image.tag_v2[_HEIGHT]
    image.im = Image.new(image.mode, size).im
    return GreyFacts(
        bits=12 if raw_modes[:1] == ["I;12"] else 16,
        inverted=image.tag_v2.get(_PHOTOMETRIC) == _WHITE_IS_ZERO,
        sideways=image.tag_v2.get(_ORIENTATION) in (5, 6, 7, 8),
        more_bands=any(mode.startswith("RGBX") for mode in raw_modes),
        deep_colour=any(";16" in mode and mode.startswith("RGB") for mode in raw_modes),
        unsigned=image.mode == "I" and image.tag_v2.get(_SAMPLE_FORMAT, (1,))[0] == _UNSIGNED,
    )


def exif_of(image: TiffImageFile | SampleTiff) -> bytes | None:
    """Return what the tags of a decoded TIFF say about the photo, as an EXIF block, if anything
    that can be understood."""
    try:
        if isinstance(image, TiffImageFile):
            return _kept(image.getexif())
    except Exception:  # of odd tags Pillow raises many kinds; the image itself is good
        return None
    return None if image.fp is None else exif_of_file(image.fp)


def exif_of_file(file: IO[bytes]) -> bytes | None:
    """Return the same of the first directory of a TIFF."""
    try:
        tags = Image.Exif()
        file.seek(0)
        tags.load_from_fp(file)
        return _kept(tags)
    except Exception:  # as above
        return None


def _kept(tags: Image.Exif) -> bytes | None:
    kept = Image.Exif()
    for tag in _KEPT_TAGS:
        if tag in tags:
            kept[tag] = tags[tag]
    for tag in _KEPT_DIRECTORIES:
        if directory := tags.get_ifd(tag):
            kept[tag] = directory
    return kept.tobytes() if len(kept) else None
