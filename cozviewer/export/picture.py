"""Pictures as files: what can be saved where, and the saving.

The end of the way: the window's export and the commands come here with finished pixels.
"""

import os
from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageCms

from cozviewer.errors import BadInput
from cozviewer.export.formats import FORMATS, format_of
from cozviewer.export.origin import Origin, to_xmp
from cozviewer.export.replacing import replacing
from cozviewer.pyramid.pixels import Rgb8
from cozviewer.pyramid.reading import never, quiet_pillow

__all__ = ["FORMATS", "check_target", "format_of", "save_picture"]

CLASSIC_TIFF_BYTES = 4_000_000_000
"""Of pixels; a TIFF with more becomes a BigTIFF, as offsets in a classic one have 32 bits."""


def check_target(path: Path, width: int, height: int) -> None:
    """Make sure, before the work begins, that a picture can be saved as `path`.

    Args:
        path: The file that is to be; it may exist, and is replaced then.
        width, height: Of the picture in pixels.

    Raises:
        BadInput: The suffix is unknown, the folder is missing or not writable, or the format
            cannot hold the size.
    """
    name = format_of(path)
    longest = FORMATS[name].longest_side
    if width <= 0 or height <= 0:
        raise BadInput(
            f"{width} x {height} pixels are no picture: choose a part that is not empty."
        )
    if max(width, height) > longest:
        raise BadInput(
            f"{width} x {height} pixels do not fit into {name}, which holds {longest} a side: "
            "choose a smaller part, or another format (TIFF or PNG)."
        )
    folder = path.parent
    if path.is_dir():
        raise BadInput(f"{path} is a folder: give the name of a file.")
    if not folder.is_dir():
        raise BadInput(f"The folder {folder} does not exist: make it, or choose another one.")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise BadInput(f"The folder {folder} cannot be written to: choose another one.")
    if path.exists() and not os.access(path, os.W_OK):
        raise BadInput(f"{path.name} is write-protected: choose another name.")


def save_picture(
    path: Path,
    rgb: Rgb8,
    origin: Origin,
    *,
    quality: int = 95,
    exif: bytes | None = None,
    cancelled: Callable[[], bool] = never,
) -> None:
    """Save a picture in the format that the suffix of `path` names, its origin inside.

    The file appears whole or not at all. PNG and TIFF keep every pixel, WebP does at quality 100;
    JPEG keeps its colours at full resolution (4:4:4). All carry an sRGB profile.

    Args:
        path: The file that is to be; replaced if it exists.
        rgb: (H, W, 3) uint8 sRGB.
        origin: Where the pixels come from.
        quality: 1..100 for JPEG and WebP.
        exif: Of the source, upright (`Source.exif`); left out where the format cannot hold it.
        cancelled: Asked while the file is written; WebP is encoded in one go before.

    Raises:
        BadInput: As `check_target`, or the quality is out of range.
        Cancelled: `cancelled` said so.
        Failure: The disk is full or went away, or memory ran out.
    """
    check_target(path, rgb.shape[1], rgb.shape[0])
    if not 1 <= quality <= 100:
        raise BadInput(f"A quality of {quality} makes no sense: choose one from 1 to 100.")
    name = format_of(path)
    with replacing(path, cancelled) as file, quiet_pillow():
        options = FORMATS[name].options(to_xmp(origin), exif, quality)
        image = Image.fromarray(rgb)
        if name == "TIFF" and rgb.nbytes > CLASSIC_TIFF_BYTES:
            options["big_tiff"] = True
        image.save(file, name, icc_profile=srgb_profile(), **options)


def srgb_profile() -> bytes:
    """Return an sRGB profile; always the same one, though littlecms writes the time into it."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[24:36] = b"".join(part.to_bytes(2, "big") for part in (2000, 1, 1, 0, 0, 0))
    return bytes(profile)
