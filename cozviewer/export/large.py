"""Saves images too large for memory through libvips: PNG, JPEG, pyramidal BigTIFF, Deep Zoom.

The pixels come in bands, top to bottom, and are on disk before the next band is requested:
100 000 x 100 000 pixels need about 500 MB of memory.
"""

import os
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from cozviewer.export.formats import PLAIN, FileOptions, format_of, srgb_profile
from cozviewer.export.origin import Origin
from cozviewer.export.packet import fill_room, packet_of, room
from cozviewer.export.replacing import STOPPED, not_saved
from cozviewer.export.targets import tiles_folder
from cozviewer.image.pixels import Rgb8
from cozviewer.image.resolution import Resolution
from cozviewer.util.atomic import atomic_path
from cozviewer.util.cancel import IsCancelled, check_cancelled, never
from cozviewer.util.errors import CozviewerError, MissingLibrary
from cozviewer.util.translation import translate

LARGE = 64_000_000
"""Pixels above which an image is written in bands, if libvips is installed and has the format."""

IN_MEMORY = 400_000_000
"""Pixels above which an image is never whole in memory: 1.2 GB, and as much to write it."""

TILE_SIDE = 512
"""Side of TIFF tiles in pixels; Deep Zoom has its usual 254 with 1 pixel of overlap."""

TIFF_LEVEL = 3
"""Level of Deflate: an enlarged photo takes a third of the time of the usual level 6 (26 megapixels
per core-second in place of 9), and 4% more of the disk."""

ROWS = 32
"""Rows in one piece of the stream that libvips reads."""

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_EIGHT_BIT = {3: (8, 2, 0, 0, 0), 4: (8, 6, 0, 0, 0)}
"""IHDR by the number of channels: bit depth, colour type, compression, filter, interlace."""


def in_bands(path: Path, width: int, height: int) -> bool:
    """Return whether an image must be written by `save_large`.

    Raises:
        MissingLibrary: It must, and libvips is not installed.
    """
    name, pixels = format_of(path), width * height
    if name not in _SAVERS:
        return False
    if name == "Deep Zoom" or pixels > IN_MEMORY:
        if not _library():
            raise MissingLibrary(
                translate(
                    "Error",
                    "Deep Zoom and images this large are not available in this installation: "
                    "choose another format or a smaller area.",
                ),
                "huge",
            )
        return True
    return pixels > LARGE and _library()


def save_large(
    path: Path,
    width: int,
    height: int,
    bands: Iterable[Rgb8],
    origin: Callable[[], Origin],
    options: FileOptions = PLAIN,
    *,
    channels: int = 3,
    cancelled: IsCancelled = never,
) -> None:
    """Save an image that comes in bands, in the format for the suffix of `path`.

    The file appears whole or not at all; of Deep Zoom, the folder NAME_files first and NAME.dzi
    last. PNG, TIFF and Deep Zoom (with PNG tiles) are lossless.

    Args:
        path: The file to write; replaced if it exists.
        width, height: Of the image.
        bands: See `png_stream`.
        origin: Returns where the pixels come from; called after the last band was taken.
        options: Without a resolution, 72 per inch is written; labels and georeferences are the
            caller's.
        channels: Of the bands: 3, or 4 with alpha, not for JPEG.
        cancelled: Checked between pieces of a band.

    Raises:
        ImportError: libvips is not installed; see `in_bands`.
        Cancelled: `cancelled` returned True.
        Failure: The disk is full or went away.
    """
    import pyvips

    form = format_of(path)
    feed = _Feed(png_stream(width, height, bands, channels), cancelled)
    source = pyvips.SourceCustom()
    source.on_read(feed.read)
    try:
        with _replacing_path(path) as part:
            image = pyvips.Image.new_from_source(
                source, "", access="sequential", unlimited=True, fail_on="truncated"
            )
            # Without a resolution libvips assumes 1 pixel per millimetre: set 72 per inch.
            density = options.resolution or Resolution(72, 72, "inch")
            across, down = density.per_metre
            image = image.copy(xres=across / 1000, yres=down / 1000)
            unit = "cm" if density.unit == "cm" else "in"
            image.set_type(pyvips.GValue.gstr_type, "resolution-unit", unit)
            for name, block in (
                ("icc-profile-data", srgb_profile()),
                ("xmp-data", None if form == "Deep Zoom" else room(form)),
                ("exif-data", options.exif),
            ):
                if block:
                    image.set_type(pyvips.GValue.blob_type, name, block)
            _SAVERS[form](image, part, options.quality)
            feed.check()
            check_cancelled(cancelled, STOPPED)
            made_of = origin()
            if form == "Deep Zoom":  # its tiles have no metadata, so they are beside them
                (tiles_folder(part) / "origin.xmp").write_bytes(packet_of(made_of))
            else:
                fill_room(part, form, made_of)
            check_cancelled(cancelled, STOPPED)
    except CozviewerError:
        raise
    except Exception as error:  # libvips has one kind of error
        feed.check()
        raise not_saved(path, error) from error


class _Feed:
    """Passes a stream to libvips piece by piece. An error ends the stream and is stored."""

    def __init__(self, pieces: Iterator[bytes], cancelled: IsCancelled) -> None:
        self._pieces = pieces
        self._cancelled = cancelled
        self._left = memoryview(b"")
        self._error: BaseException | None = None

    def read(self, size: int) -> bytes:
        """Return at most `size` bytes, none at the end."""
        try:
            while not self._left:
                check_cancelled(self._cancelled, STOPPED)
                self._left = memoryview(next(self._pieces))
        except StopIteration:
            return b""
        except BaseException as error:
            # Exceptions cannot pass through libvips.
            self._error = error
            return b""
        part = bytes(self._left[:size])
        self._left = self._left[size:]
        return part

    def check(self) -> None:
        """Raise the error that ended the stream, if any."""
        if self._error is not None:
            raise self._error


@contextmanager
def _replacing_path(path: Path) -> Iterator[Path]:
    """Yield a path to write to; what was written replaces `path`, and the folder of a Deep Zoom."""
    target = Path(os.path.realpath(path))
    deep_zoom = format_of(path) == "Deep Zoom"
    with atomic_path(target, ".dzi" if deep_zoom else ".part") as part:
        yield part
        if deep_zoom:
            _replace_tiles(tiles_folder(part), tiles_folder(target))


def _replace_tiles(new: Path, tiles: Path) -> None:
    """Move the folder `new` to `tiles`. An existing folder gets the temporary name of `new`, and is
    removed with it."""
    old = new.with_name(f"{new.name}.old")
    try:
        tiles.rename(old)
    except FileNotFoundError:
        new.rename(tiles)
        return
    try:
        new.rename(tiles)
    except BaseException:
        old.rename(tiles)
        raise
    old.rename(new)


def png_stream(
    width: int, height: int, bands: Iterable[Rgb8], channels: int = 3
) -> Iterator[bytes]:
    """Yield the bytes of a PNG (RFC 2083) without compression: how bands get into libvips without
    ever being whole in memory or on disk. Writing and reading it costs next to nothing.

    Args:
        width, height: Of the image, below 2^31.
        bands: (rows, width, channels) uint8 from top to bottom, `height` rows in all; each is
            requested when the stream needs it.
        channels: 3, or 4 with alpha.
    """
    header = struct.pack(">IIBBBBB", width, height, *_EIGHT_BIT[channels])
    yield _PNG_SIGNATURE + _chunk(b"IHDR", header)
    stored = zlib.compressobj(0)
    for band in bands:
        for top in range(0, len(band), ROWS):
            rows = band[top : top + ROWS]
            # Each row begins with the number of its filter: 0, none.
            lines = np.zeros((len(rows), 1 + channels * width), np.uint8)
            lines[:, 1:] = rows.reshape(len(rows), -1)
            yield _chunk(b"IDAT", stored.compress(lines.data))
    yield _chunk(b"IDAT", stored.flush()) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    check = zlib.crc32(data, zlib.crc32(kind))
    return b"".join((struct.pack(">I", len(data)), kind, data, struct.pack(">I", check)))


def _library() -> bool:
    """Return whether libvips can be loaded."""
    try:
        import pyvips  # noqa: F401
    except (ImportError, OSError):
        return False
    return True


def _save_png(image: Any, path: Path, quality: int) -> None:
    image.pngsave(str(path), compression=6)


def _save_jpeg(image: Any, path: Path, quality: int) -> None:
    image.jpegsave(str(path), Q=quality, subsample_mode="off")


def _save_tiff(image: Any, path: Path, quality: int) -> None:
    image.tiffsave(
        str(path),
        compression="deflate",
        level=TIFF_LEVEL,
        predictor="horizontal",
        tile=True,
        tile_width=TILE_SIDE,
        tile_height=TILE_SIDE,
        pyramid=True,
        bigtiff=True,
    )


def _save_deep_zoom(image: Any, path: Path, quality: int) -> None:
    image.dzsave(str(path.with_suffix("")), suffix=".png")


_SAVERS: dict[str, Callable[[Any, Path, int], None]] = {
    "PNG": _save_png,
    "JPEG": _save_jpeg,
    "TIFF": _save_tiff,
    "Deep Zoom": _save_deep_zoom,
}
