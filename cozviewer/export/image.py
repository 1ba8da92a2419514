"""Saves images: checks that a file can be written, and writes pixels with their origin.

Called by the tasks (`tasks`) and by commands with finished pixels.
"""

import os
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from PIL import Image

from cozviewer.export.caption import captioned, captioned_bands, label_of
from cozviewer.export.formats import (
    FORMATS,
    PLAIN,
    QUALITY,
    FileOptions,
    format_of,
    share_of_quality,
    srgb_profile,
)
from cozviewer.export.georeferenced import geo_tags, write_side_files
from cozviewer.export.large import IN_MEMORY, in_bands, save_large
from cozviewer.export.origin import Origin, to_xmp
from cozviewer.export.replacing import not_saved, replacing
from cozviewer.export.targets import refuse_foreign_folder
from cozviewer.image.georeference import Georeference
from cozviewer.image.pixels import Rgb8
from cozviewer.image.reading import quiet_pillow
from cozviewer.image.resolution import pillow_options
from cozviewer.util.cancel import IsCancelled, never
from cozviewer.util.errors import BadInput
from cozviewer.util.paths import check_path
from cozviewer.util.translation import translate
from cozviewer.util.units import gigabytes

__all__ = [
    "FORMATS",
    "check_place",
    "check_target",
    "estimated_bytes",
    "format_of",
    "save_bands",
    "save_image",
]


def check_target(path: Path, width: int, height: int) -> None:
    """Make sure, before the work begins, that an image can be saved as `path`.

    Args:
        path: The file to write; it may exist, and is replaced then.
        width, height: Size of the image in pixels.

    Raises:
        BadInput: The suffix is unknown, the folder is missing or not writable, the format cannot
            hold the size, a Deep Zoom would replace a folder with other files, a library is not
            installed, or the disk has too little space.
    """
    name = format_of(path)
    longest = FORMATS[name].longest_side
    if width <= 0 or height <= 0:
        raise BadInput(
            translate(
                "Error", "The area is empty ({width} x {height} pixels): choose another one."
            ).format(width=width, height=height)
        )
    if max(width, height) > longest:
        raise BadInput(
            translate(
                "Error",
                "{width} x {height} pixels do not fit into {format}, which is limited to {longest} "
                "a side: choose a smaller area, or another format (TIFF or PNG).",
            ).format(width=width, height=height, format=name, longest=longest)
        )
    check_place(path)
    refuse_foreign_folder(path)
    if not in_bands(path, width, height) and width * height > IN_MEMORY:
        raise BadInput(
            translate(
                "Error",
                "{width} x {height} pixels are too large to be saved as {format}: choose a smaller "
                "area, or another format (TIFF or PNG).",
            ).format(width=width, height=height, format=name)
        )
    needed, free = estimated_bytes(path, width, height), shutil.disk_usage(path.parent).free
    if needed > free:
        raise BadInput(
            translate(
                "Error",
                "{name} will take about {needed}, and {free} are free in {folder}: choose another "
                "folder, or a smaller area.",
            ).format(
                name=path.name,
                needed=gigabytes(needed),
                free=gigabytes(free),
                folder=path.parent,
            )
        )


def check_place(path: Path) -> None:
    """Check that a file can be written at `path`.

    Raises:
        BadInput: The folder is missing or not writable, `path` is a folder or a protected file, or
            the name is invalid.
    """
    check_path(path)
    folder = path.parent
    if path.is_dir():
        raise BadInput(
            translate("Error", "{path} is a folder: enter the name of a file.").format(path=path)
        )
    if not folder.is_dir():
        raise BadInput(
            translate(
                "Error", "The folder {folder} does not exist: create it, or choose another one."
            ).format(folder=folder)
        )
    if not os.access(folder, os.W_OK | os.X_OK):
        raise BadInput(
            translate("Error", "The folder {folder} is not writable: choose another one.").format(
                folder=folder
            )
        )
    if path.exists() and not os.access(path, os.W_OK):
        raise BadInput(
            translate("Error", "{name} is write-protected: choose another name.").format(
                name=path.name
            )
        )


def estimated_bytes(path: Path, width: int, height: int, quality: int = QUALITY) -> int:
    """Return an estimate of the file size in bytes: an upper bound for photos, not for noise.

    Args:
        path: Its suffix selects the format.
        width, height: Of the image in pixels.
        quality: 1..100 for JPEG, WebP and AVIF.

    Raises:
        BadInput: The suffix is unknown.
    """
    form = FORMATS[format_of(path)]
    share = share_of_quality(quality) if form.has_quality else 1.0
    return round(width * height * form.bytes_per_pixel * share)


def save_image(
    path: Path,
    rgb: Rgb8,
    origin: Origin,
    options: FileOptions = PLAIN,
    *,
    cancelled: IsCancelled = never,
) -> None:
    """Save an image in the format for the suffix of `path`, with its origin as metadata.

    The file appears whole or not at all. PNG, TIFF and Deep Zoom are lossless, and WebP is at
    quality 100; JPEG and AVIF are not subsampled (4:4:4). All have an sRGB profile.

    Args:
        path: The file to write; replaced if it exists.
        rgb: (H, W, 3) uint8 sRGB; or (H, W, 4) with alpha, by which the colours are not
            multiplied, for formats that hold it.
        origin: Where the pixels come from.
        options: How they are written.
        cancelled: Checked while the file is written; WebP and AVIF are encoded in one go before.

    Raises:
        BadInput: As `check_target`, or the quality is out of range.
        Cancelled: `cancelled` returned True.
        Failure: The disk is full or went away, or memory ran out.
    """
    height, width, channels = rgb.shape
    if in_bands(path, width, height):
        size = (width, height)
        save_bands(
            path, size, [rgb], lambda: origin, options, channels=channels, cancelled=cancelled
        )
        return
    check_target(path, width, height)
    _check_quality(options.quality)
    name = format_of(path)
    if options.label and (said := label_of(origin)):
        rgb = captioned(rgb, said)
    with replacing(path, cancelled) as file, quiet_pillow():
        found = FORMATS[name].options(to_xmp(origin), options.exif, options.quality)
        if name != "JPEG" or options.exif is None:
            found |= pillow_options(name, options.resolution)
        if name == "TIFF" and options.georeference is not None:
            found["exif"].update(geo_tags(options.georeference))
        image = Image.fromarray(rgb)
        image.save(file, name, icc_profile=srgb_profile(), **found)
    _save_side_files(path, options.georeference, image.size)


def save_bands(
    path: Path,
    size: tuple[int, int],
    parts: Iterable[Rgb8],
    origin: Callable[[], Origin],
    options: FileOptions = PLAIN,
    *,
    channels: int = 3,
    cancelled: IsCancelled = never,
) -> None:
    """Save an image that comes in bands; see `save_image`.

    Args:
        path: The file to write; its suffix selects the format.
        size: Width and height in pixels.
        parts: (rows, width, channels) uint8 from top to bottom, `height` rows in all. Those of a
            small image are joined in memory, others are written one by one.
        origin: Returns where the pixels come from; called once they are read, but for a label,
            which it decides.
        options: How they are written.
        channels: 3; or 4 with alpha, for formats that hold it.
        cancelled: As for `save_image`.

    Raises:
        BadInput, Cancelled, Failure: As `save_image`.
    """
    width, height = size
    check_target(path, width, height)
    _check_quality(options.quality)
    if not in_bands(path, width, height):
        pixels, top = np.empty((height, width, channels), np.uint8), 0
        for part in parts:
            pixels[top : top + len(part)] = part
            top += len(part)
        save_image(path, pixels, origin(), options, cancelled=cancelled)
        return
    if options.label:
        parts = captioned_bands(parts, lambda: label_of(origin()), width, height)
    save_large(path, width, height, parts, origin, options, channels=channels, cancelled=cancelled)
    _save_side_files(path, options.georeference, size)


def _save_side_files(path: Path, georeference: Georeference | None, size: tuple[int, int]) -> None:
    try:
        write_side_files(path, georeference, size)
    except OSError as error:
        raise not_saved(path, error) from error


def _check_quality(quality: int) -> None:
    if not 1 <= quality <= 100:
        raise BadInput(
            translate("Error", "The quality is {quality}: choose one from 1 to 100.").format(
                quality=quality
            )
        )
