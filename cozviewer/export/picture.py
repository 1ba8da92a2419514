"""Saves pictures: checks that a file can be written, and writes pixels with their origin.

Called by the tasks (`tasks`) and by commands with finished pixels.
"""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from cozviewer.export.background import (
    KEEP,
    Background,
    channels_of,
    finished,
    finished_bands,
)
from cozviewer.export.caption import captioned, captioned_bands, label_of
from cozviewer.export.formats import FORMATS, QUALITY, format_of, share_of_quality, srgb_profile
from cozviewer.export.georeferenced import geo_tags, write_side_files
from cozviewer.export.large import IN_MEMORY, in_bands, save_large
from cozviewer.export.origin import Origin, to_xmp
from cozviewer.export.replacing import not_saved, replacing
from cozviewer.export.scale_bar import scale_bar_bands, with_scale_bar
from cozviewer.export.targets import refuse_foreign_folder
from cozviewer.image.georeference import Georeference
from cozviewer.image.pixels import Rgb8
from cozviewer.image.reading import quiet_pillow
from cozviewer.image.rect import Rect
from cozviewer.image.resolution import Resolution, pillow_options
from cozviewer.pyramid.compose import band_parts, bands, best_region
from cozviewer.pyramid.geometry import LevelRegion
from cozviewer.pyramid.georeference import reference_of_region
from cozviewer.pyramid.orientation import UPRIGHT, Orientation
from cozviewer.pyramid.pyramid import Pyramid
from cozviewer.pyramid.scale_bar import ScaleBar
from cozviewer.pyramid.transparency import alpha_bands
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
    "save_picture",
    "save_region",
]


def check_target(path: Path, width: int, height: int) -> None:
    """Make sure, before the work begins, that a picture can be saved as `path`.

    Args:
        path: The file to write; it may exist, and is replaced then.
        width, height: Size of the picture in pixels.

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
        width, height: Of the picture in pixels.
        quality: 1..100 for JPEG, WebP and AVIF.

    Raises:
        BadInput: The suffix is unknown.
    """
    form = FORMATS[format_of(path)]
    share = share_of_quality(quality) if form.has_quality else 1.0
    return round(width * height * form.bytes_per_pixel * share)


def save_picture(
    path: Path,
    rgb: Rgb8,
    origin: Origin,
    *,
    quality: int = QUALITY,
    exif: bytes | None = None,
    label: bool = False,
    resolution: Resolution | None = None,
    georeference: Georeference | None = None,
    cancelled: IsCancelled = never,
) -> None:
    """Save a picture in the format for the suffix of `path`, with its origin as metadata.

    The file appears whole or not at all. PNG, TIFF and Deep Zoom are lossless, and WebP is at
    quality 100; JPEG and AVIF are not subsampled (4:4:4). All have an sRGB profile.

    Args:
        path: The file to write; replaced if it exists.
        rgb: (H, W, 3) uint8 sRGB; or (H, W, 4) with alpha, by which the colours are not
            multiplied, for formats that hold it.
        origin: Where the pixels come from.
        quality: 1..100 for JPEG, WebP and AVIF.
        exif: EXIF block of the source, upright (`Source.exif`); left out if the format cannot hold
            it.
        label: Whether the picture is labelled in a corner if detail was generated.
        resolution: Of `rgb`; kept by PNG and TIFF, and by JPEG without `exif`, which has its own.
        georeference: Where `rgb` lies on the earth; kept by TIFF, else in files beside the picture
            (see `georeferenced`), which are replaced if they exist.
        cancelled: Checked while the file is written; WebP and AVIF are encoded in one go before.

    Raises:
        BadInput: As `check_target`, or the quality is out of range.
        Cancelled: `cancelled` returned True.
        Failure: The disk is full or went away, or memory ran out.
    """
    check_target(path, rgb.shape[1], rgb.shape[0])
    _check_quality(quality)
    name = format_of(path)
    if label and (said := label_of(origin)):
        rgb = captioned(rgb, said)
    if in_bands(path, rgb.shape[1], rgb.shape[0]):
        save_large(
            path,
            rgb.shape[1],
            rgb.shape[0],
            [rgb],
            lambda: origin,
            channels=rgb.shape[2],
            quality=quality,
            exif=exif,
            resolution=resolution,
            cancelled=cancelled,
        )
        _save_side_files(path, georeference, (rgb.shape[1], rgb.shape[0]))
        return
    with replacing(path, cancelled) as file, quiet_pillow():
        options = FORMATS[name].options(to_xmp(origin), exif, quality)
        if name != "JPEG" or exif is None:
            options |= pillow_options(name, resolution)
        if name == "TIFF" and georeference is not None:
            options["exif"].update(geo_tags(georeference))
        image = Image.fromarray(rgb)
        image.save(file, name, icc_profile=srgb_profile(), **options)
    _save_side_files(path, georeference, image.size)


def save_region(
    path: Path,
    pyramid: Pyramid,
    region: LevelRegion,
    origin: Callable[[], Origin],
    *,
    orientation: Orientation = UPRIGHT,
    quality: int = QUALITY,
    exif: bytes | None = None,
    label: bool = False,
    complete: bool = False,
    wait: Callable[[int, Rect], None] = lambda z, level_region: None,
    bar: ScaleBar | None = None,
    background: Background = KEEP,
    place: bool = False,
    cancelled: Callable[[], bool] = never,
    on_written: Callable[[int, int], None] = lambda done, total: None,
) -> None:
    """Save a region of a level, in bands if it is large; missing tiles are enlarged from coarser
    ones.

    Args:
        path: The file to write; its suffix selects the format.
        pyramid: What it is read from.
        region: Of a level of the source or a step level, inside the photo.
        origin: Returns what is written into the file as metadata; called once the pixels are read,
            but for a label, which it decides.
        orientation: How the pixels are turned.
        quality: 1..100 for JPEG, WebP and AVIF.
        exif: EXIF block of the source, upright.
        label: As for `save_picture`.
        complete: Whether all tiles must exist.
        wait: Called before a part of the level is read, if it is written in bands.
        bar: A scale bar for the corner; None for none.
        background: The colour under transparent parts.
        place: Whether map coordinates of the photo are kept, see `save_picture`.
        cancelled: Checked while the file is written.
        on_written: Called with (bands written, all bands) if it is written in bands, on a thread of
            libvips.

    Raises:
        BadInput, Cancelled, Failure: As `save_picture`.
        TileMissing: `complete`, and a tile does not exist or cannot be read.
    """
    z, rect = region
    width, height = orientation.size(rect.width, rect.height)
    alpha = pyramid.source.alpha
    resolution = pyramid.source.resolution
    if resolution is not None:
        resolution = resolution.scaled(2.0**z)
        resolution = resolution.turned if orientation.sideways else resolution
    georeference = pyramid.source.georeference if place else None
    if georeference is not None:
        georeference = reference_of_region(georeference, region, orientation)
    if not in_bands(path, width, height):
        whole = None if alpha is None else orientation.turned(alpha.region(z, rect))
        pixels = orientation.turned(best_region(pyramid, region, complete))
        pixels = finished(pixels, whole, path, background)
        save_picture(
            path,
            pixels if bar is None else with_scale_bar(pixels, bar),
            origin(),
            quality=quality,
            exif=exif,
            label=label,
            resolution=resolution,
            georeference=georeference,
            cancelled=cancelled,
        )
        return
    most = len(band_parts(rect, orientation))
    alphas = None if alpha is None else alpha_bands(alpha, region, orientation)
    parts = finished_bands(
        bands(pyramid, region, complete, orientation, wait), alphas, path, background
    )
    if bar is not None:
        parts = scale_bar_bands(parts, bar, width, height)
    save_bands(
        path,
        (width, height),
        _counted(parts, lambda done: on_written(done, most)),
        origin,
        channels=channels_of(pyramid.source, path, background),
        quality=quality,
        exif=exif,
        label=label,
        resolution=resolution,
        georeference=georeference,
        cancelled=cancelled,
    )


def save_bands(
    path: Path,
    size: tuple[int, int],
    parts: Iterable[Rgb8],
    origin: Callable[[], Origin],
    *,
    channels: int = 3,
    quality: int = QUALITY,
    exif: bytes | None = None,
    label: bool = False,
    resolution: Resolution | None = None,
    georeference: Georeference | None = None,
    cancelled: IsCancelled = never,
) -> None:
    """Save a picture that comes in bands; see `save_picture`.

    Args:
        path: The file to write; its suffix selects the format.
        size: Width and height in pixels.
        parts: (rows, width, channels) uint8 from top to bottom, `height` rows in all. Those of a
            small picture are joined in memory, others are written one by one.
        channels: 3; or 4 with alpha, for formats that hold it.
        origin: As for `save_region`.
        quality, exif, label, resolution, georeference, cancelled: As for `save_picture`.

    Raises:
        BadInput, Cancelled, Failure: As `save_picture`.
    """
    width, height = size
    check_target(path, width, height)
    _check_quality(quality)
    if not in_bands(path, width, height):
        pixels, top = np.empty((height, width, channels), np.uint8), 0
        for part in parts:
            pixels[top : top + len(part)] = part
            top += len(part)
        save_picture(
            path,
            pixels,
            origin(),
            quality=quality,
            exif=exif,
            label=label,
            resolution=resolution,
            georeference=georeference,
            cancelled=cancelled,
        )
        return
    if label:
        parts = captioned_bands(parts, lambda: label_of(origin()), width, height)
    save_large(
        path,
        width,
        height,
        parts,
        origin,
        channels=channels,
        quality=quality,
        exif=exif,
        resolution=resolution,
        cancelled=cancelled,
    )
    _save_side_files(path, georeference, size)


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


def _counted(parts: Iterator[Rgb8], on_written: Callable[[int], None]) -> Iterator[Rgb8]:
    """Yield parts and report how many have been used."""
    for count, part in enumerate(parts, 1):
        yield part
        on_written(count)
