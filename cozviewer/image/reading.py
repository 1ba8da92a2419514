"""Opens files as Pillow images, and converts all errors on the way to messages.

`decode` turns the opened image into pixels; `export/origin` reads the metadata of exported
images.
"""

import io
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image
from PIL.ImageFile import ImageFile
from PIL.TiffImagePlugin import TiffImageFile

from cozviewer.image.colours.coded_colour import CodedColour
from cozviewer.image.formats import check_package, format_named, format_of, is_raw_name
from cozviewer.image.heif_boxes import HEAD_BYTES, jp2_profile, nclx_colour
from cozviewer.image.png.png_chunks import without_broken_metadata
from cozviewer.image.png.png_colour import colour_of
from cozviewer.image.png.png_depth import has_low_bytes, low_bytes
from cozviewer.image.readers import heif, jpeg2000
from cozviewer.image.readers.process import ProcessImage
from cozviewer.image.readers.psd_head import is_flat
from cozviewer.image.readers.table import PHOTOSHOP, RAW
from cozviewer.image.regions.header import RegionHeader
from cozviewer.image.regions.opening import SLIDE_HEAD_BYTES, is_read_by_regions
from cozviewer.image.resolution import Resolution, resolution_of_info
from cozviewer.image.subject import UNKNOWN, Subject, subject_of_resolution
from cozviewer.image.tiff import traps as tiff_traps
from cozviewer.image.tiff.pages import pages_of, starting_at
from cozviewer.image.tiff.samples import SampleTiff
from cozviewer.image.tiff.tiff_subject import tiff_subject
from cozviewer.image.tiled.protocol import RegionRequest
from cozviewer.image.watched_file import STOPPED as STOPPED
from cozviewer.image.watched_file import WatchedFile, open_file
from cozviewer.image.watched_file import shown_name as shown_name
from cozviewer.util.cancel import IsCancelled, check_cancelled, never
from cozviewer.util.errors import BadInput, CozviewerError, Failure
from cozviewer.util.translation import translate

_HEAD_BYTES = 512
"""Bytes at the start of a file that identify its format."""


@dataclass(frozen=True, eq=False)
class EncodedImage:
    """An image whose header was read; its pixels are not decoded yet.

    Attributes:
        kind: The format, a name in `readers.table.FORMATS`.
        image: The decoder, at the requested page.
        page, pages: Which page or frame it is, from 1, and how many the file has.
        resolution: As stated in the file.
        subject: What it shows, as far as the file states it.
        coded: Its colours, if numbers name them; they count, not a profile.
        coded_only: Whether no profile counts, even if `coded` is None (sRGB).
        profile: A profile that Pillow could not read.
        ended_early: Returns whether more was read than the file has.
        samples: Opens a TIFF by the reader of samples instead.
        low_bytes: Reads a PNG of 16 bits again, for the bytes that Pillow leaves out.
    """

    kind: str
    image: ImageFile
    page: int = 1
    pages: int = 1
    resolution: Resolution | None = None
    coded: CodedColour | None = None
    coded_only: bool = False
    profile: bytes | None = None
    ended_early: Callable[[], bool] = lambda: False
    samples: Callable[[], SampleTiff] | None = None
    subject: Subject = UNKNOWN
    low_bytes: Callable[[], Image.Image] | None = None


def kind_of(path: Path, cancelled: IsCancelled = never) -> str:
    """Return the format of a file by its first bytes, a name in `readers.table.FORMATS`.

    Raises:
        BadInput: It is missing, not an image, or needs a package that is not installed.
    """
    with open_file(path, cancelled) as file:
        return _kind(file, shown_name(path))


@contextmanager
def opened(path: Path, cancelled: IsCancelled = never) -> Iterator[tuple[str, ImageFile]]:
    """Open the first page of the image at `path`, as `opened_page`.

    Yields:
        The format, a name in `readers.table.FORMATS`, and the image.

    Raises:
        BadInput, Cancelled, Failure: As `opened_page`.
    """
    with opened_page(path, None, cancelled, count_pages=False) as encoded:
        yield encoded.kind, encoded.image


@contextmanager
def opened_page(
    path: Path, page: int | None, cancelled: IsCancelled = never, *, count_pages: bool = True
) -> Iterator[EncodedImage]:
    """Open a page or frame of the image at `path` and read its header; the pixels are not decoded
    yet.

    Pillow's errors within the `with` block are converted to messages, too, so decode there.

    Args:
        path: The file.
        page: Which one, from 1; None is the first one, of HEIC the primary one.
        cancelled: Checked before every read; JPEG, PNG, GIF and BMP are decoded while being read.
        count_pages: Whether to count the frames, for which a GIF is read to its end.

    Raises:
        BadInput: The file is missing, not an image, of an unknown format, or damaged, or has no
            such page.
        Cancelled: `cancelled` returned True.
        Failure: Memory ran out.
    """
    with open_file(path, cancelled) as file:
        kind, header_read = translate("Error", "an image"), False
        try:
            kind = _kind(file, shown_name(path))
            with quiet_pillow():
                encoded = _image(kind, file, shown_name(path), page, count_pages)
                header_read = True
                try:
                    yield encoded
                finally:
                    encoded.image.close()  # frees the memory even if it is still referenced
        except CozviewerError:
            raise
        except MemoryError as error:
            raise Failure(
                translate(
                    "Error",
                    "There is not enough memory to open {path}: close other programs, "
                    "or open a smaller version of it.",
                ).format(path=shown_name(path))
            ) from error
        except Exception as error:  # the plugins raise errors of any type
            check_cancelled(cancelled, STOPPED)
            raise BadInput(_sentence(path, kind, error, header_read)) from error


def _image(
    kind: str, file: WatchedFile, name: str, page: int | None, count_pages: bool
) -> EncodedImage:
    if kind == "TIFF":
        return _tiff(file, name, page)
    plugin = format_named(kind).plugin
    if plugin is None and is_read_by_regions(kind, file.peek(SLIDE_HEAD_BYTES)):
        return _by_regions(kind, file, name, page)
    coded, coded_only, profile = None, False, None
    if kind in ("AVIF", "HEIC"):
        coded = nclx_colour(_head(file))
    if plugin is None or (kind == PHOTOSHOP and not is_flat(file)) or _is_deep(kind, file):
        return replace(_in_process(kind, file, name, page), coded=coded)
    view: io.BufferedReader = file
    if kind == "PNG":
        colour = colour_of(file)
        coded, coded_only, profile = colour.coded, colour.is_coded, colour.large_profile
        view = without_broken_metadata(file)
    elif kind == "JPEG 2000":
        profile = jp2_profile(_head(file))
    file.short_header = kind == "WebP"
    image = plugin(view)
    file.ending = b"\xff\xd9" if kind == "JPEG" else b""  # the marker at the end of each JPEG
    # An MPO holds other images of the same scene: a depth map, a gain map, the other eye.
    counted = kind not in ("JPEG", PHOTOSHOP) and (count_pages or page is not None)
    pages = int(getattr(image, "n_frames", 1)) if counted else 1
    if page is None:
        page = 1 if kind == PHOTOSHOP else image.tell() + 1  # whose frames are layers
    else:
        _check_page(name, page, pages)
        if pages > 1:
            image.seek(page - 1)
    resolution = resolution_of_info(image.info)
    return EncodedImage(
        kind,
        image,
        page,
        pages,
        resolution,
        coded,
        coded_only,
        profile,
        lambda: file.ended_early,
        subject=subject_of_resolution(resolution),
        low_bytes=_low_bytes_of(file) if has_low_bytes(image) and pages == 1 else None,
    )


def _is_deep(kind: str, file: WatchedFile) -> bool:
    """Return whether a file has colours of more bits than its plugin gives."""
    if kind == "JPEG 2000":
        return jpeg2000.deep_bits(_head(file)) > 0
    return kind in ("AVIF", "HEIC") and heif.deep_bits(kind, _head(file)) > 0


def _head(file: WatchedFile) -> bytes:
    """Return the first HEAD_BYTES of a file, of which nothing was read."""
    head = file.read(HEAD_BYTES)
    file.seek(0)
    return head


def _low_bytes_of(file: WatchedFile) -> Callable[[], Image.Image]:
    def read() -> Image.Image:
        with open_file(file.path, file.cancelled) as again:
            return low_bytes(without_broken_metadata(again))

    return read


def _kind(file: WatchedFile, name: str) -> str:
    kind = format_of(file.peek(_HEAD_BYTES), name)
    return RAW if kind == "TIFF" and _is_raw(file, name) else kind


def _is_raw(file: WatchedFile, name: str) -> bool:
    """Return whether a TIFF is what a camera's sensor measured."""
    pages = pages_of(file)
    return is_raw_name(name) or (bool(pages) and all(page.raw for page in pages))


def _by_regions(kind: str, file: WatchedFile, name: str, page: int | None) -> EncodedImage:
    request = RegionRequest(file.path, kind, name, page, cancelled=file.cancelled)
    image = RegionHeader(file, request)
    facts = image.facts
    return EncodedImage(kind, image, facts.page, facts.pages, facts.resolution)


def _in_process(kind: str, file: WatchedFile, name: str, page: int | None) -> EncodedImage:
    check_package(kind, name)
    image = ProcessImage(
        file, kind, format_named(kind).reader, (file.path, name), page, file.cancelled
    )
    if kind == RAW:
        image.info["exif"] = tiff_traps.exif_of_file(file)  # most are built like TIFF
    return EncodedImage(
        kind, image, image.page, image.pages, image.resolution, subject=image.subject
    )


def _tiff(file: WatchedFile, name: str, page: int | None) -> EncodedImage:
    tiff_traps.silence_libtiff()
    pages = pages_of(file)
    page = 1 if page is None else page
    _check_page(name, page, max(1, len(pages)))
    if not pages:
        return EncodedImage("TIFF", TiffImageFile(file))  # which reports what is wrong
    directory = pages[page - 1]

    def samples() -> SampleTiff:
        return SampleTiff(starting_at(file, directory))

    image: ImageFile
    try:
        image = TiffImageFile(starting_at(file, directory))
        if tiff_traps.misread(image):
            image = samples()
    except (SyntaxError, KeyError, ValueError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        file.seek(0)
        image = samples()
    resolution = directory.resolution
    about = directory.description or pages[0].description
    subject = tiff_subject(directory.values, about, resolution)
    return EncodedImage(
        "TIFF", image, page, len(pages), resolution, samples=samples, subject=subject
    )


def _check_page(name: str, page: int, pages: int) -> None:
    if not 1 <= page <= pages:
        raise BadInput(
            translate("Error", "{name} has no page {page}: choose one from 1 to {pages}.").format(
                name=name, page=page, pages=pages
            )
        )


@contextmanager
def quiet_pillow() -> Iterator[None]:
    """Suppress Pillow's warnings about unusual metadata.

    Python's warning filters are global. If another thread changes them at the same time, one of the
    changes may be lost; this affects only messages.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"PIL\.")
        yield


def _sentence(path: Path, kind: str, error: Exception, header_read: bool) -> str:
    name = shown_name(path)
    if not os.path.exists(path):
        return translate(
            "Error", "{name} vanished while it was being read: open it again when it is back."
        ).format(name=name)
    if isinstance(error, OSError) and error.errno is not None:
        return translate(
            "Error", "{name} could not be read to its end ({reason}): open it again."
        ).format(name=name, reason=error.strerror)
    reason = str(error).strip().rstrip(".") or type(error).__name__
    if "truncated" in reason.lower():
        return translate(
            "Error",
            "{name} is incomplete: it ends before the image does; get a fresh copy of it.",
        ).format(name=name)
    if header_read:
        return translate("Error", "{name} is damaged ({reason}): get a fresh copy of it.").format(
            name=name, reason=reason
        )
    return translate(
        "Error",
        "{name} begins like {kind} but cannot be read as such ({reason}): it is damaged or of a "
        "rare kind; get a fresh copy, or save it as PNG.",
    ).format(name=name, kind=kind, reason=reason)
