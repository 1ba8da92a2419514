"""TIFF and BigTIFF read region by region, with the smaller versions that they hold.

tifffile finds and unpacks the tiles (with imagecodecs where they are packed by more than Deflate),
and `tiff.samples` makes colours of them as for TIFFs that are read into memory.
"""

import logging
import struct
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cozviewer.image import exif, notices
from cozviewer.image.colours import colour
from cozviewer.image.colours.coded_colour import ADOBE_RGB
from cozviewer.image.colours.colour import profile_name
from cozviewer.image.decode import own_tone
from cozviewer.image.pixels import Rgb8
from cozviewer.image.readers.notes import refusal
from cozviewer.image.rect import Rect
from cozviewer.image.tiff import samples as tiff_samples
from cozviewer.image.tiff import traps as tiff_traps
from cozviewer.image.tiff.pages import Directory, pages_of, smaller_versions, starting_at
from cozviewer.image.tiff.tiff_subject import tiff_subject
from cozviewer.image.tiled.converted import converted
from cozviewer.image.tiled.digest import spots
from cozviewer.image.tiled.protocol import RegionFacts, RegionReader, RegionRequest
from cozviewer.image.tiled.segment_cache import SegmentCache
from cozviewer.image.tiled.tiff_pixels import Samples, TiffPixels, forget_tables
from cozviewer.image.tiled.upright import upright
from cozviewer.image.toning.samples import MOST_SAMPLES, Extent, thinned
from cozviewer.image.toning.samples import Samples as Numbers
from cozviewer.util.errors import BadInput, MissingLibrary
from cozviewer.util.translation import translate

_UNPACKED = (1, 8, 32946)
"""Compressions that need no further package: none, Deflate."""

_JPEG = (6, 7, 33007, 34892)
_YCBCR, _RGB = 6, 2
_ICC, _ORIENTATION = 34675, 274

_ALIKE = ("samplesperpixel", "bitspersample", "sampleformat", "photometric")
"""What levels of one image have in common."""

_MOST_SAMPLES = 4_000_000
"""Pixels of the coarsest level up to which all of it decides what becomes black and white."""


def open_tiff(request: RegionRequest) -> RegionReader | None:
    """Open a large TIFF; see `protocol.OpenRegions`.

    None for small ones, kinds that have no colours of their own, and pages that do not exist, which
    are left to the reader into memory and its messages.
    """
    try:
        found = _found(request)
    except (ValueError, OverflowError, struct.error, OSError):
        return None
    if found is None:
        return None
    directory, smaller, facts = found
    try:
        file_of_tiff = _TiffFile(request.path)
    except Exception:  # tifffile raises many kinds; the reader into memory reports what is wrong
        return None
    try:
        levels = file_of_tiff.levels(directory, smaller)
        if not levels:
            file_of_tiff.close()
            return None
        reader: RegionReader = TiffRegions(request, file_of_tiff, levels, facts)
        is_slow = not levels[0].is_tiled and not levels[0].is_plain
        if is_slow and not request.for_numbers:
            reader = converted(reader, request)  # a strip is as wide as the image
    except BaseException:
        file_of_tiff.close()
        raise
    return upright(reader, _orientation(levels[0].page))


def _found(request: RegionRequest) -> tuple[Directory, list[Directory], RegionFacts] | None:
    """Return the directory of a page, its smaller versions, and its metadata; None if the image
    is not large."""
    with open(request.path, "rb") as file:
        pages = pages_of(file)
        page = request.page or 1
        if not 1 <= page <= len(pages):
            return None
        directory = pages[page - 1]
        width, height = directory.size
        smaller = smaller_versions(file, directory) if width * height > request.large else []
        if directory.raw or width * height <= (request.large if smaller else request.huge):
            return None
        block = tiff_traps.exif_of_file(starting_at(file, directory))
    # Smaller versions that are not marked as such would count as pages.
    known = {one.offset for one in smaller}
    count = sum(one.offset not in known for one in pages)
    about = directory.description or pages[0].description
    facts = RegionFacts(
        exif=exif.upright(block),
        page=page,
        pages=count,
        resolution=directory.resolution,
        subject=tiff_subject(directory.values, about, directory.resolution),
    )
    return directory, smaller, facts


class _TiffFile:
    """A TIFF as tifffile opens it.

    Attributes:
        kept: Tiles or strips of its directories that were unpacked.
    """

    def __init__(self, path: Path) -> None:
        logging.getLogger("tifffile").setLevel(logging.CRITICAL)  # else it prints on stderr
        from tifffile import TiffFile

        self._file: Any = TiffFile(path)
        forget_tables(self._file.pages.first)  # directories are read below
        self.kept = SegmentCache()

    def close(self) -> None:
        self._file.close()

    def levels(self, directory: Directory, smaller: list[Directory]) -> list[TiffPixels]:
        """Return what reads a directory and its smaller versions; nothing if it cannot be read
        region by region."""
        try:
            first = TiffPixels(self._file, directory.offset, self.kept)
            tiff_samples.layout_of(first.page)
        except Exception:  # as above
            return []
        found = [first]
        for one in smaller:
            try:
                pixels = TiffPixels(self._file, one.offset, self.kept)
            except Exception:
                continue
            if all(getattr(pixels.page, name) == getattr(first.page, name) for name in _ALIKE):
                found.append(pixels)
        return found


class TiffRegions:
    """See `RegionReader`; the pixels as they lie in the file, not upright."""

    def __init__(
        self,
        request: RegionRequest,
        file: _TiffFile,
        levels: list[TiffPixels],
        facts: RegionFacts,
    ) -> None:
        """Find out how samples become colours.

        Args:
            facts: The metadata in the directory; completed here.

        Raises:
            MissingLibrary: The compression needs a package that is not installed.
        """
        self._file, self._levels, self._name = file, levels, request.name
        page = levels[0].page
        for pixels in levels:
            _check_compression(request.name, pixels.page)
        layout = tiff_samples.layout_of(page)
        if layout.photometric == _YCBCR and int(page.compression) in _JPEG:
            layout = replace(layout, photometric=_RGB)  # converted where it is unpacked
        self._layout = layout
        some = self._some_samples()
        self._scale = tiff_samples.scale_of(some, layout, len(some))
        self._is_plain = (
            layout.mode == "RGB"
            and layout.photometric == _RGB
            and (layout.count, layout.bits) == (3, 8)
        )
        offered = tiff_samples.offered_by(some, layout, self._scale, len(some))
        if some.size <= layout.count:  # values of 8 bits were not sampled
            offered = None if offered is None else replace(offered, extremes=None)
        self._own = own_tone(request.name, request.tone, offered)
        if self._own is not None and offered is not None:
            layout = replace(layout, bands=tuple(band - 1 for band in self._own.bands))
            self._layout = layout
            self._is_plain = False
            if self._own.bands != offered.automatic.bands:
                request = replace(request, managed=False)  # the profile is of other bands
        self._to_srgb = self._converter(request, facts.exif)
        has_profile = isinstance(page.tags.valueof(_ICC), bytes)
        coded = has_profile or exif.says_adobe_rgb(facts.exif)
        self._is_srgb = self._is_plain and not (request.managed and coded)
        messages = notices.stretched(self._scale) if self._own is None else []
        if layout.hidden:
            messages.append(notices.bands(layout))
        bits = page.bitspersample
        self._facts = replace(
            facts,
            block=max(levels[0].side) if levels[0].is_tiled else facts.block,
            notices=tuple(messages),
            colours="grey" if layout.mode == "L" else layout.mode,
            bits=bits if isinstance(bits, int) else None,
            alpha=layout.alpha is not None,
            profile=profile_name(page.tags.valueof(_ICC)),
            offered=offered,
        )

    @property
    def kind(self) -> str:
        return "TIFF"

    @property
    def sizes(self) -> tuple[tuple[int, int], ...]:
        return tuple((level.width, level.height) for level in self._levels)

    @property
    def facts(self) -> RegionFacts:
        return self._facts

    def read(self, level: int, region: Rect) -> Rgb8:
        samples = self._levels[level].samples(region)
        if self._is_srgb:
            return samples
        if self._is_plain:
            colours, alpha = Image.fromarray(samples), None
        else:
            strips = tiff_samples.strips_of(
                samples, self._layout, self._scale, region.height, self._own
            )
            _, colours, alpha = next(strips)
        return self._to_srgb(colours, alpha)

    def numbers(self, most_pixels: int) -> Numbers:
        """See `protocol.HasNumbers`."""
        offered = self._facts.offered
        if offered is None:
            raise BadInput(refusal("no tone", self._name, {}))
        bands = self._layout.count
        for pixels in self._levels:  # the finest one that is small enough
            if pixels.width * pixels.height * bands <= MOST_SAMPLES:
                values = pixels.samples(Rect(0, 0, pixels.width, pixels.height))
                extent: Extent = "image" if pixels is self._levels[0] else "overview"
                break
        else:
            values, extent = self._squares(), "squares"
        extremes = tiff_samples.extremes_of(values, self._layout, len(values))
        offered = replace(offered, extremes=extremes)

        def to_srgb(levels: NDArray[np.uint8]) -> Rgb8:
            return self._to_srgb(Image.fromarray(levels), None)

        samples = Numbers(values, offered, to_srgb=to_srgb, extent=extent)
        return thinned(samples, MOST_SAMPLES if extent == "squares" else most_pixels)

    def close(self) -> None:
        self._file.close()

    def _squares(self) -> Samples:
        """Return the samples of squares of level 0 that are evenly spread, (1, n, bands)."""
        whole = self._levels[0]
        parts = [
            whole.samples(spot).reshape(1, spot.area, -1)
            for spot in spots(whole.width, whole.height)
        ]
        return np.concatenate(parts, axis=1)

    def _converter(
        self, request: RegionRequest, block: bytes | None
    ) -> Callable[[Image.Image, Image.Image | None], Rgb8]:
        layout, icc = self._layout, self._levels[0].page.tags.valueof(_ICC)
        if not request.managed or layout.is_lab:
            return colour.with_alpha(colour.converter(layout.mode, None))
        if isinstance(icc, bytes):
            return colour.with_alpha(colour.converter(layout.mode, icc))
        coded = ADOBE_RGB if exif.says_adobe_rgb(block) else None
        return colour.with_alpha(colour.converter(layout.mode, None, coded))

    def _some_samples(self) -> Samples:
        """Return samples that show which values there are: the coarsest level, or squares of
        level 0; (n, m, bands)."""
        coarsest, whole = self._levels[-1], self._levels[0]
        bands = whole.page.samplesperpixel
        if self._layout.bits == 8:
            return np.zeros((1, 1, bands), np.uint8)  # the values do not matter
        if coarsest.width * coarsest.height <= _MOST_SAMPLES:
            return coarsest.samples(Rect(0, 0, coarsest.width, coarsest.height))
        return self._squares()


def _orientation(page: Any) -> int:
    """Return the orientation as in EXIF, 1 to 8."""
    value = page.tags.valueof(_ORIENTATION)
    return int(value) if isinstance(value, int) and 1 <= value <= 8 else 1


def _check_compression(name: str, page: Any) -> None:
    if int(page.compression) in _UNPACKED or find_spec("imagecodecs") is not None:
        return
    raise MissingLibrary(
        translate(
            "Error",
            "{name} is too large to be read into memory, and {compression} tiles of TIFF cannot be "
            "read in this installation.",
        ).format(name=name, compression=getattr(page.compression, "name", page.compression)),
        "scans",
    )
