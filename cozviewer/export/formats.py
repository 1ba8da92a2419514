"""The formats that an image can be saved in, and Pillow's options for each.

`image` saves; the window lists FORMATS in its dialog.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from PIL import Image, ImageCms, PngImagePlugin

from cozviewer.export.origin import PNG_KEYWORD
from cozviewer.image.georeference import Georeference
from cozviewer.image.resolution import Resolution
from cozviewer.util.errors import BadInput
from cozviewer.util.translation import listed, translate

QUALITY = 95
"""The quality that JPEG, WebP and AVIF are saved at unless another one is chosen."""

_SHARES = ((1, 0.04), (50, 0.2), (80, 0.42), (90, 0.65), (QUALITY, 1.0), (100, 2.4))
"""Sizes of a photo's file at some qualities, as parts of the size at QUALITY: the largest of JPEG,
WebP and AVIF."""

LOSSLESS = 100
"""The quality at which WebP keeps every pixel."""

_LONGEST_JPEG_SEGMENT = 65533
_TIFF_XMP = 700
_ORIENTATION = 0x0112
_TIFF_TAGS_OF_THE_PHOTO = frozenset(
    (0x010E, 0x010F, 0x0110, 0x0112, 0x0131, 0x0132, 0x013B, 0x8298, 0x8769, 0x8825)
)


@dataclass(frozen=True)
class FileOptions:
    """How pixels are written, and what the file holds besides them and their origin.

    Attributes:
        quality: 1..100 for JPEG, WebP and AVIF.
        exif: EXIF block of the source, upright (`Source.exif`); left out if the format cannot hold
            it: libvips cannot write it into TIFF and Deep Zoom.
        label: Whether the image is labelled in a corner if detail was generated.
        resolution: Of the pixels; kept by PNG and TIFF, and by JPEG without `exif`, which has its
            own.
        georeference: Where the pixels lie on the earth; kept by TIFF, else in files beside the
            image (see `georeferenced`), which are replaced if they exist.
    """

    quality: int = QUALITY
    exif: bytes | None = None
    label: bool = False
    resolution: Resolution | None = None
    georeference: Georeference | None = None


PLAIN = FileOptions()
"""Pixels and their origin alone."""


@dataclass(frozen=True)
class Format:
    """A file format for images.

    Attributes:
        suffixes: File name suffixes, lower case, the default one first.
        longest_side: Limit of the format in pixels.
        bytes_per_pixel: Size of a photo at the default quality, the largest of six photos.
        options: Returns Pillow's options for (XMP packet, EXIF block, quality 1..100).
        has_quality: Whether the quality has an effect.
        has_alpha: Whether it holds transparency.
    """

    suffixes: tuple[str, ...]
    longest_side: int
    bytes_per_pixel: float
    options: Callable[[bytes, bytes | None, int], dict[str, Any]]
    has_quality: bool = False
    has_alpha: bool = True


def format_of(path: Path) -> str:
    """Return the format, a key of FORMATS, for the suffix of `path`.

    Raises:
        BadInput: The suffix has no format.
    """
    for name, form in FORMATS.items():
        if path.suffix.lower() in form.suffixes:
            return name
    known = listed(suffix for form in FORMATS.values() for suffix in form.suffixes)
    if not path.suffix:
        sentence = translate("Error", "{name} has no ending: use one of {known}.")
    else:
        sentence = translate("Error", "{name} has an unknown ending: use one of {known}.")
    raise BadInput(sentence.format(name=path.name, known=known))


def share_of_quality(quality: int) -> float:
    """Return the size of a file as a part of that at QUALITY, roughly.

    Args:
        quality: 1..100.
    """
    for (lower, less), (upper, more) in pairwise(_SHARES):
        if quality <= upper:
            return less + (more - less) * (max(quality, lower) - lower) / (upper - lower)
    return _SHARES[-1][1]


def srgb_profile() -> bytes:
    """Return the colour profile of every saved file: sRGB, always the same bytes, although
    littlecms writes the time into it."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[24:36] = b"".join(part.to_bytes(2, "big") for part in (2000, 1, 1, 0, 0, 0))
    return bytes(profile)


def format_named(name: str) -> str:
    """Return the format, a key of FORMATS, that a user calls "png", "JPEG", ".jpg" or "dzi".

    Raises:
        BadInput: There is no such format.
    """
    wanted = name.lower().lstrip(".")
    for title, form in FORMATS.items():
        if wanted == title.lower() or f".{wanted}" in form.suffixes:
            return title
    known = listed(form.suffixes[0].lstrip(".") for form in FORMATS.values())
    raise BadInput(
        translate("Error", "Unknown format {name}: choose one of {known}.").format(
            name=repr(name), known=known
        )
    )


def with_format(path: Path, name: str | None) -> Path:
    """Return `path` with the ending of a format that was given separately, if it has none.

    Args:
        name: "png", "jpeg", "dzi", in any case; None leaves `path` as it is.

    Raises:
        BadInput: There is no such format, or the ending belongs to another one.
    """
    if name is None:
        return path
    form = FORMATS[format_named(name)]
    if path.suffix.lower() in form.suffixes:
        return path
    if any(path.suffix.lower() in other.suffixes for other in FORMATS.values()):
        raise BadInput(
            translate(
                "Error", "{name} does not end with {ending}: remove --format or the ending."
            ).format(name=path.name, ending=form.suffixes[0])
        )
    return path.with_name(path.name + form.suffixes[0])


def _png_options(xmp: bytes, exif: bytes | None, quality: int) -> dict[str, Any]:
    text = PngImagePlugin.PngInfo()
    text.add_itxt(PNG_KEYWORD, xmp.decode("utf-8"))
    return {"pnginfo": text, "exif": exif or b""}


def _jpeg_options(xmp: bytes, exif: bytes | None, quality: int) -> dict[str, Any]:
    if exif is None or len(exif) > _LONGEST_JPEG_SEGMENT:
        exif = b""
    return {"xmp": xmp, "exif": exif, "quality": quality, "subsampling": "4:4:4"}


def _webp_options(xmp: bytes, exif: bytes | None, quality: int) -> dict[str, Any]:
    options: dict[str, Any] = {"xmp": xmp, "exif": exif or b""}
    if quality == LOSSLESS:
        # Here quality is effort: twice as fast as the default for 1 % more bytes.
        return {**options, "lossless": True, "quality": 20, "method": 2}
    return {**options, "quality": quality}


def _avif_options(xmp: bytes, exif: bytes | None, quality: int) -> dict[str, Any]:
    return {"xmp": xmp, "exif": _upright(exif), "quality": quality, "subsampling": "4:4:4"}


def _upright(exif: bytes | None) -> bytes:
    """Return `exif` without its orientation, which is 1: AVIF stores it elsewhere."""
    try:
        tags = Image.Exif()
        tags.load(exif or b"")
        tags.pop(_ORIENTATION, None)
        return tags.tobytes()
    except Exception:  # invalid values raise many kinds of errors, some only when they are written
        return b""


def _no_options(xmp: bytes, exif: bytes | None, quality: int) -> dict[str, Any]:
    raise AssertionError("libvips writes it")


def _tiff_options(xmp: bytes, exif: bytes | None, quality: int) -> dict[str, Any]:
    # Uncompressed: through libtiff Pillow cannot write the EXIF and GPS directories.
    tags = _tags_of_the_photo(exif)
    tags[_TIFF_XMP] = xmp
    return {"exif": tags}


def _tags_of_the_photo(exif: bytes | None) -> Image.Exif:
    """Return the tags of `exif` that may go into a TIFF, which stores them beside its own."""
    tags = Image.Exif()
    if exif is None:
        return tags
    try:
        tags.load(exif)
        for tag in set(tags) - _TIFF_TAGS_OF_THE_PHOTO:
            del tags[tag]
        tags.tobytes()
    except Exception:  # invalid values raise many kinds of errors, some only when they are written
        return Image.Exif()
    return tags


FORMATS: Mapping[str, Format] = {
    "PNG": Format((".png",), 2**31 - 1, 1.9, _png_options),
    # The format allows 65535; libjpeg does not.
    "JPEG": Format((".jpg", ".jpeg"), 65500, 0.6, _jpeg_options, True, False),
    "WebP": Format((".webp",), 16383, 0.4, _webp_options, True),
    "AVIF": Format((".avif",), 65536, 0.5, _avif_options, True),
    "TIFF": Format((".tif", ".tiff"), 2**31 - 1, 3.1, _tiff_options),
    # Written in bands by libvips (see `large`), like PNG and TIFF above a certain size.
    "Deep Zoom": Format((".dzi",), 2**31 - 1, 3.5, _no_options),
}
"""All formats, by their names for the user."""
