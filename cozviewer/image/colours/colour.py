"""From the pixels as a file keeps them to 8-bit sRGB and alpha, strip by strip.

`decode.py` cuts the strips, so that no second whole image is ever in memory.
"""

import io
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from cozviewer.image.colours import high_bit_depth as deep_grey
from cozviewer.image.colours.coded_colour import CodedColour, srgb_converter
from cozviewer.image.pixels import Rgb8
from cozviewer.image.tone import Tone
from cozviewer.image.toning.curve import grey_levels

_SRGB_NAMES = ("sRGB", "sRGB IEC61966-2.1", "sRGB built-in")

_LONGEST_NAME = 200
"""Characters of a profile's name that are kept."""

_ToSrgb = Callable[[Image.Image], Image.Image]


def converter(
    mode: str, icc: bytes | None, coded: CodedColour | None = None
) -> Callable[[Image.Image], Rgb8]:
    """Return the function that turns strips of an image into (H, W, 3) uint8 sRGB.

    It gets the colours that `split` returns. A colour profile that is broken or belongs to another
    kind of image is passed over: the image then counts as sRGB.

    Args:
        mode: Pillow's mode of the image.
        icc: Its embedded profile, if any.
        coded: Its colours, if numbers name them; then the profile does not count.
    """
    base = _base_mode(mode)
    to_srgb: _ToSrgb = _plain
    if coded is not None and base in ("L", "RGB"):
        to_srgb = _coded_transform(coded)
    elif coded is None:
        to_srgb = _profile_transform(base, icc) or _plain

    return lambda colour: np.asarray(to_srgb(colour))


def with_alpha(
    convert: Callable[[Image.Image], Rgb8],
) -> Callable[[Image.Image, Image.Image | None], Rgb8]:
    """Return the function that turns colours and alpha, as `split` returns them, into (H, W, 3) or,
    with alpha, (H, W, 4) uint8 sRGB, not multiplied by it."""

    def both(colours: Image.Image, alpha: Image.Image | None) -> Rgb8:
        rgb = convert(colours)
        return rgb if alpha is None else np.dstack((rgb, np.asarray(alpha)))

    return both


def deep_converter(coded: CodedColour) -> Callable[[NDArray[np.uint16]], Rgb8]:
    """Return the function that turns strips of 16 bits into (H, W, 3) uint8 sRGB.

    Args:
        coded: Their colours.
    """
    return srgb_converter(coded, 1 << 16)


def _base_mode(mode: str) -> str:
    """Return the mode in which the colours of an image of `mode` get to the transform."""
    if mode in ("1", "L", "LA", "La", *deep_grey.MODES):
        return "L"
    return mode if mode in ("CMYK", "LAB") else "RGB"


def split(
    strip: Image.Image, grey: deep_grey.Scale | None, tone: Tone | None = None
) -> tuple[Image.Image, Image.Image | None]:
    """Return (colours in their base mode, alpha in mode "L" where there is some).

    Args:
        strip: A part of an image.
        grey: How values become 0..255, for the modes of deep_grey.MODES.
        tone: With a window, in place of `grey`.
    """
    if grey is not None:
        if tone is None:
            return deep_grey.to_grey8(strip, grey), _key_alpha(strip)
        values = deep_grey.values_of(strip, grey.unsigned)
        return Image.fromarray(grey_levels(values, tone)), _key_alpha(strip)
    base = _base_mode(strip.mode)
    if base in ("CMYK", "LAB") or not strip.has_transparency_data:
        return _in_mode(strip, base), None
    if base == "L" and strip.mode != "LA":
        strip = strip.convert("LA")
    elif base == "RGB" and strip.mode != "RGBA":
        strip = strip.convert("RGBA")
    *bands, alpha = strip.split()
    return Image.merge(base, bands), alpha


def _key_alpha(strip: Image.Image) -> Image.Image | None:
    """Return the alpha of a deep grey strip, of which one value may be declared transparent."""
    transparent = strip.info.get("transparency")
    if not isinstance(transparent, int):
        return None
    return Image.fromarray(np.where(np.asarray(strip) == transparent, 0, 255).astype(np.uint8))


def _in_mode(strip: Image.Image, mode: str) -> Image.Image:
    return strip if strip.mode == mode else strip.convert(mode)  # Pillow would copy it


def _plain(colour: Image.Image) -> Image.Image:
    return _in_mode(colour, "RGB")


def _coded_transform(coded: CodedColour) -> _ToSrgb:
    convert = srgb_converter(coded)
    return lambda colour: Image.fromarray(convert(np.asarray(_in_mode(colour, "RGB"))))


def _profile_transform(mode: str, icc: bytes | None) -> _ToSrgb | None:
    """Return the conversion from `mode` through the profile to sRGB; None if none is needed."""
    if not icc:
        return None
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        space = profile.profile.xcolor_space.strip()
        if space == "RGB" and ImageCms.getProfileDescription(profile).strip() in _SRGB_NAMES:
            return None
        if mode == "L" and space == "RGB":
            mode = "RGB"
        if space != {"L": "GRAY", "RGB": "RGB", "CMYK": "CMYK"}.get(mode):
            return None
        transform = ImageCms.buildTransform(
            profile,
            ImageCms.createProfile("sRGB"),
            mode,
            "RGB",
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
            ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except Exception:  # of a broken profile: PyCMSError, OSError, ValueError, TypeError, ...
        return None
    return lambda colour: transform.apply(_in_mode(colour, mode))


def profile_name(icc: object) -> str:
    """Return the name of a colour profile; "?" if it is there and cannot be read."""
    if not isinstance(icc, bytes) or not icc:
        return ""
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        return ImageCms.getProfileDescription(profile).strip()[:_LONGEST_NAME] or "?"
    except Exception:  # of a broken profile: PyCMSError, OSError, ValueError, TypeError, ...
        return "?"
