"""An open image: level 0 of the pyramid, and its overviews.

`Source.pixels` returns parts of the levels z <= 0; the chain generates the levels z > 0 from
level 0.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL.JpegImagePlugin import JpegImageFile

from cozviewer.image import exif
from cozviewer.image.alpha.bleeding import with_alpha
from cozviewer.image.alpha.plane import Alpha, Plane, is_opaque
from cozviewer.image.decode import STRIP_PIXELS, decode
from cozviewer.image.formats import format_named
from cozviewer.image.georeference import Georeference
from cozviewer.image.levels import Levels, MemoryLevels
from cozviewer.image.limits import HUGE, check_size
from cozviewer.image.overviews import with_overviews
from cozviewer.image.pixels import Rgb8
from cozviewer.image.readers.notes import refusal
from cozviewer.image.readers.process import ProcessImage
from cozviewer.image.readers.table import RAW
from cozviewer.image.reading import STOPPED, kind_of, opened_page, shown_name
from cozviewer.image.rect import Rect
from cozviewer.image.regions.opening import unread_notices
from cozviewer.image.resolution import Resolution
from cozviewer.image.subject import UNKNOWN, Subject
from cozviewer.image.tiled.digest import digest_of
from cozviewer.image.tiled.levels import TiledLevels
from cozviewer.image.tiled.opening import open_regions
from cozviewer.image.tiled.protocol import OnGlimpse, RegionReader, RegionRequest
from cozviewer.image.tone import AUTOMATIC, Tone
from cozviewer.image.toning.tone_range import ToneRange
from cozviewer.util.background import in_background
from cozviewer.util.cancel import IsCancelled, check_cancelled, never
from cozviewer.util.errors import BadInput, Cancelled, Failure
from cozviewer.util.paths import absolute
from cozviewer.util.translation import translate

PREVIEW_SIDE = 512
"""Minimum length of a preview's longer side, in pixels."""


_SAME_SHAPE = 0.03
"""Difference of ratios of sides up to which a preview counts as one of the whole photo."""


@dataclass(frozen=True, eq=False)
class Source:
    """An image, upright, in sRGB. Immutable, so any thread may read it.

    It is in memory, or read from its file region by region (`levels.in_memory`).

    Attributes:
        name: The file name, for display.
        path: The absolute path of its file; None if it was not read from one.
        digest: Hex SHA-256 of the size and the pixels of level 0, with alpha if there is some; of
            an image not in memory, of some of them (see `tiled.digest`). It does not depend
            on the file's name or metadata.
        levels: Level k is z = -k. Each is half as large as the previous one, rounded up, down to
            overviews.LAST_SIDE.
        exif: The EXIF block of the file, adapted to the upright image (see `exif.upright`).
        page, pages: Which page or frame of its file it is, from 1, and how many there are.
        resolution: Of level 0, if stated in the file.
        warnings: What is missing of the image, a sentence each.
        notices: Messages for the user about how it was read, a sentence each.
        subject: What it shows, from its file: the field of work, and the physical size.
        alpha: Its transparency; None if it is opaque. The colours under what is transparent are
            those of its surroundings.
        tone: How the numbers of its file became grey levels.
        offered: What a tone can change about it; None if nothing, as of 8 bits.
        georeference: Where its pixels lie on the earth, if stated in the file.
    """

    name: str
    path: Path | None
    digest: str
    levels: Levels
    exif: bytes | None = None
    page: int = 1
    pages: int = 1
    resolution: Resolution | None = None
    warnings: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    subject: Subject = UNKNOWN
    alpha: Alpha | None = None
    tone: Tone = AUTOMATIC
    offered: ToneRange | None = None
    georeference: Georeference | None = None

    @property
    def width(self) -> int:
        return self.levels.size(0)[0]

    @property
    def height(self) -> int:
        return self.levels.size(0)[1]

    @property
    def medical(self) -> bool:
        """Whether it is of a person's body, so that a caution stays in sight."""
        return self.subject.field == "medical"

    @property
    def folder(self) -> Path:
        """The default folder for results: that of the image."""
        return Path.home() if self.path is None else self.path.parent

    @property
    def coarsest(self) -> int:
        """The coarsest level, <= 0."""
        return 1 - len(self.levels)

    def pixels(self, z: int, level_region: Rect) -> Rgb8:
        """Return a part of level z. May wait for a file, so not for the GUI thread.

        Args:
            z: coarsest..0.
            level_region: In pixels of level z, not empty, inside the level.

        Returns:
            (H, W, 3) uint8, read-only; its rows need not be contiguous.

        Raises:
            ValueError: The level does not exist, or the region is not inside it.
            BadInput, Failure: The file cannot be read there; not if the image is in memory.
        """
        if not self.coarsest <= z <= 0:
            raise ValueError(f"level {z} is not in {self.coarsest}..0")
        whole = Rect(0, 0, *self.levels.size(-z))
        if level_region.empty or not whole.contains(level_region):
            raise ValueError(f"{level_region} is not inside level {z}")
        return self.levels.read(-z, level_region)

    def small(self, most_pixels: int) -> tuple[int, Rgb8]:
        """Return the finest level of at most so many pixels, or the coarsest one, as a whole.

        Returns:
            z and the level, (H, W, 3) uint8, read-only.

        Raises:
            BadInput, Failure: As `pixels`.
        """
        sizes = [self.levels.size(k) for k in range(len(self.levels))]
        fitting = (k for k, (width, height) in enumerate(sizes) if width * height <= most_pixels)
        k = next(fitting, len(sizes) - 1)
        return -k, self.levels.read(k, Rect(0, 0, *sizes[k]))


def open_source(
    path: Path | str,
    *,
    page: int | None = None,
    allow_huge: bool = False,
    cancelled: IsCancelled = never,
    managed: bool = True,
    tone: Tone = AUTOMATIC,
    progress: Callable[[float], None] = lambda part: None,
    glimpse: OnGlimpse = lambda rgb, width, height: None,
) -> Source:
    """Open a page or frame of a file of one of `readers.table.FORMATS`.

    It is turned upright by its EXIF orientation, converted to sRGB by its colour profile, and
    scaled to 8 bits. Takes seconds for large images (300 megapixels), so it is not for the GUI
    thread. Very large ones stay in their files, and only what is viewed is read (see
    `tiled.opening`).

    Args:
        path: The file.
        page: Which one, from 1; None is the first one, of HEIC the primary one.
        allow_huge: Whether more than limits.HUGE pixels are allowed.
        cancelled: Checked repeatedly, in this thread and in a decoding thread. If the decoder
            cannot be interrupted, this function returns and the decoder finishes in the
            background.
        managed: Whether to apply its colour profile; if not, its values are taken as sRGB.
        tone: How its numbers become grey levels, where they have more than 8 bits or several bands.
        progress: Gets the part that is done, 0..1, while an image that stays in its file is
            prepared for that; from any thread.
        glimpse: Gets an impression of such an image before, if it can be had quickly; see
            `tiled.protocol.RegionRequest`.

    Raises:
        HugeImage: The header states more than limits.HUGE pixels, which cannot stay in the file;
            nothing was decoded.
        BadInput: The file is missing, not an image, damaged, or does not fit into memory, or the
            tone has what it does not offer.
        Cancelled: `cancelled` returned True.
        Failure: Memory ran out.
    """
    path = Path(path)
    name = shown_name(path)

    def read(cancelled: IsCancelled) -> Source:
        request = RegionRequest(
            path,
            _kind(path, cancelled),
            name,
            page,
            managed,
            tone=tone,
            progress=progress,
            cancelled=cancelled,
            glimpse=glimpse,
        )
        reader = open_regions(request)
        if reader is not None:
            if tone.changed and reader.facts.offered is None:
                reader.close()
                raise BadInput(refusal("no tone", name, {}))
            source = _tiled_source(name, absolute(path), reader, page, cancelled)
            notices = (*source.notices, *unread_notices(request))
            return replace(source, notices=notices, tone=tone)
        with opened_page(path, page, cancelled) as encoded:
            check_size(name, encoded.kind, encoded.image, allow_huge)
            decoded = decode(name, encoded, cancelled, managed=managed, tone=tone)
        source = _source(name, absolute(path), decoded.rgb, decoded.exif, cancelled, decoded.alpha)
        resolution = encoded.resolution
        return replace(
            source,
            page=encoded.page,
            pages=encoded.pages,
            resolution=resolution.turned if resolution and decoded.sideways else resolution,
            warnings=decoded.warnings,
            notices=(
                *_place(encoded.kind, encoded.page, encoded.pages, page),
                *decoded.notices,
                *unread_notices(request),
            ),
            subject=encoded.subject.turned if decoded.sideways else encoded.subject,
            tone=tone,
            offered=decoded.offered,
        )

    return in_background(read, cancelled, STOPPED)


def _kind(path: Path, cancelled: IsCancelled) -> str:
    """Return the format of a file; "" where the reader into memory is to say what is wrong."""
    try:
        return kind_of(path, cancelled)
    except Cancelled:
        raise
    except Exception:  # of damaged files: of any type
        return ""


def _tiled_source(
    name: str, path: Path, reader: RegionReader, page: int | None, cancelled: IsCancelled
) -> Source:
    facts, kind = reader.facts, reader.kind
    levels = TiledLevels(reader, path, cancelled)
    return Source(
        name,
        path,
        digest_of(levels, levels.alpha, facts.identity, cancelled),
        levels,
        facts.exif,
        page=facts.page,
        pages=facts.pages,
        resolution=facts.resolution,
        warnings=facts.warnings,
        notices=(*_place(kind, facts.page, facts.pages, page), *facts.notices),
        subject=facts.subject,
        alpha=levels.alpha,
        georeference=facts.georeference,
        offered=facts.offered,
    )


def _place(kind: str, page: int, pages: int, asked: int | None) -> tuple[str, ...]:
    """Return the notice about the other pages or frames, unless one was chosen."""
    if pages == 1 or asked is not None:
        return ()
    if kind in ("TIFF", "HEIC", "PDF", "OpenEXR"):
        place = translate("Error", "Page {page} of {pages} is open.")
    else:
        place = translate("Error", "Frame {page} of {pages} is open.")
    return (place.format(page=page, pages=pages),)


def source_from_pixels(rgb: Rgb8, name: str, alpha: Plane | None = None) -> Source:
    """Return a source of pixels, which must not be changed afterwards.

    Args:
        rgb: (H, W, 3) uint8 sRGB, not multiplied by alpha.
        name: The name, for display.
        alpha: (H, W) uint8; None if it is opaque.

    Raises:
        BadInput: The array is empty.
    """
    if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8:
        raise ValueError(f"not (H, W, 3) uint8 but {rgb.shape} {rgb.dtype}")
    if rgb.size == 0:
        raise BadInput(
            translate(
                "Error", "{name} has no pixels: choose a part of the image that is not empty."
            ).format(name=name)
        )
    if alpha is not None and not is_opaque(alpha):
        return _source(name, None, rgb.copy(), None, never, alpha)
    return _source(name, None, np.ascontiguousarray(rgb), None, never)


def preview(path: Path | str, cancelled: IsCancelled = never) -> tuple[Rgb8, int, int] | None:
    """Quickly decode a small version of an image, to be shown while the image is read.

    A JPEG can be decoded at 1/2, 1/4 or 1/8 of its size in a fraction of the time; a camera raw
    file holds a JPEG.

    Args:
        path: The file.
        cancelled: As for `open_source`.

    Returns:
        ((h, w, 3) uint8 sRGB, upright; full width; full height); None for other formats, small
        images, and whenever `open_source` would raise an error.

    Raises:
        Cancelled: `cancelled` returned True.
    """
    path = Path(path)

    def read(cancelled: IsCancelled) -> tuple[Rgb8, int, int] | None:
        kind = _kind(path, cancelled)
        if kind and format_named(kind).regions:  # of which small levels are read at once
            return None
        with opened_page(path, None, cancelled, count_pages=False) as encoded:
            image = encoded.image
            width, height = image.size
            if isinstance(image, ProcessImage):
                return _embedded(image)
            divisor = min(8, max(width, height) // PREVIEW_SIDE)
            area = width * height
            small = isinstance(image, JpegImageFile) and divisor >= 2 and area <= 4 * HUGE
            if not small:
                return None
            image.draft(None, (max(1, width // divisor), max(1, height // divisor)))
            sideways = exif.orientation(image.info.get("exif")) >= 5
            rgb = decode(shown_name(path), encoded, cancelled).rgb
        return (rgb, height, width) if sideways else (rgb, width, height)

    try:
        return in_background(read, cancelled, STOPPED)
    except (BadInput, Failure):
        return None


def _embedded(image: ProcessImage) -> tuple[Rgb8, int, int] | None:
    """Return the preview in a camera raw file, if it shows all of the photo."""
    width, height = image.size
    small = image.thumbnail_in_file() if image.format == RAW and width * height <= HUGE else None
    if small is None or abs(small.width * height / (small.height * width) - 1) > _SAME_SHAPE:
        return None
    small.thumbnail((2 * PREVIEW_SIDE, 2 * PREVIEW_SIDE))
    return np.asarray(small), width, height


def _source(
    name: str,
    path: Path | None,
    rgb: Rgb8,
    exif_block: bytes | None,
    cancelled: IsCancelled,
    plane: Plane | None = None,
) -> Source:
    """Return a source; `rgb` is changed under what is transparent."""
    alpha = None
    if plane is None:
        made = with_overviews(rgb, cancelled)
    else:
        made, alpha = with_alpha(rgb, plane, cancelled)
    levels = tuple(level.view() for level in made)
    for level in levels:
        level.flags.writeable = False
    digest = _digest(rgb, cancelled, plane)
    return Source(name, path, digest, MemoryLevels(levels), exif_block, alpha=alpha)


def _digest(rgb: Rgb8, cancelled: IsCancelled, plane: Plane | None = None) -> str:
    """Return the digest of pixels; the colours under fully transparent ones do not count."""
    height, width = rgb.shape[:2]
    digest = hashlib.sha256(f"{width}x{height};".encode())
    flat = rgb.reshape(-1, 3)
    opacity = None if plane is None else plane.reshape(-1)
    for start in range(0, len(flat), STRIP_PIXELS):
        check_cancelled(cancelled, STOPPED)
        part = flat[start : start + STRIP_PIXELS]
        if opacity is not None:
            seen = opacity[start : start + STRIP_PIXELS] != 0
            part = part * seen[:, None].astype(np.uint8)
        digest.update(part.data)
    if plane is not None:
        digest.update(b";alpha;")
        digest.update(np.ascontiguousarray(plane).data)
    return digest.hexdigest()
