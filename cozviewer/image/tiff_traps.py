"""Where Pillow's TIFF reader (12 and 13) goes wrong without a word, and what is done about it.

`decode.py` asks here before and after a TIFF is decoded.
"""

from dataclasses import dataclass

from PIL import Image
from PIL.TiffImagePlugin import TiffImageFile

from cozviewer.util.errors import BadInput
from cozviewer.util.translation import translate

_WIDTH, _HEIGHT, _BITS, _PHOTOMETRIC, _PLANAR, _SAMPLE_FORMAT = 256, 257, 258, 262, 284, 339
_WHITE_IS_ZERO = 0
_UNSIGNED = 1

# Descriptive tags of the main directory, and the EXIF and GPS directories. All others describe
# how this very file keeps its pixels, which is wrong anywhere else.
_KEPT_TAGS = (0x010E, 0x010F, 0x0110, 0x0131, 0x0132, 0x013B, 0x8298)
_KEPT_DIRECTORIES = (0x8769, 0x8825)


@dataclass(frozen=True)
class GreyFacts:
    """What the tags say about grey values of more than 8 bits; see deep_grey.Scale."""

    bits: int
    inverted: bool
    unsigned: bool


def prepare(name: str, image: TiffImageFile) -> GreyFacts:
    """Get `image` ready to be decoded.

    Raises:
        BadInput: Pillow would give wrong pixels for this kind of file.
    """
    bits = image.tag_v2.get(_BITS, (1,))
    raw_modes = [tile.args[0] for tile in image.tile if isinstance(tile.args, tuple)]
    compressed = any(tile.codec_name == "libtiff" for tile in image.tile)
    if max(bits) > 8 and image.tag_v2.get(_PLANAR) == 2 and not compressed:
        # Each plane is unpacked as if its samples had 8 bits: garbage.
        raise BadInput(
            translate(
                "Error",
                "{name} keeps its {bits}-bit colours in separate planes, which cannot be read: "
                "save it with interleaved channels, or as PNG.",
            ).format(name=name, bits=max(bits))
        )
    if compressed and any(mode.endswith(("BS", "BF")) for mode in raw_modes):
        # libtiff gives native byte order, and Pillow swaps it once more: garbage.
        raise BadInput(
            translate(
                "Error",
                "{name} is a compressed big-endian TIFF of signed or float values, which cannot be "
                "read: save it uncompressed or little-endian.",
            ).format(name=name)
        )
    # With its memory there already, the plugin does not apply the process-wide pixel limit.
    size = image.tag_v2[_WIDTH], image.tag_v2[_HEIGHT]
    image.im = Image.new(image.mode, size).im
    return GreyFacts(
        bits=12 if raw_modes[:1] == ["I;12"] else 16,
        inverted=image.tag_v2.get(_PHOTOMETRIC) == _WHITE_IS_ZERO,
        unsigned=image.mode == "I" and image.tag_v2.get(_SAMPLE_FORMAT, (1,))[0] == _UNSIGNED,
    )


def exif_of(image: TiffImageFile) -> bytes | None:
    """Return what the tags of a decoded TIFF say about the photo, as an EXIF block, if anything
    that can be understood."""
    kept = Image.Exif()
    try:
        tags = image.getexif()
        for tag in _KEPT_TAGS:
            if tag in tags:
                kept[tag] = tags[tag]
        for tag in _KEPT_DIRECTORIES:
            if directory := tags.get_ifd(tag):
                kept[tag] = directory
        return kept.tobytes() if len(kept) else None
    except Exception:  # of odd tags Pillow raises many kinds; the picture itself is good
        return None
