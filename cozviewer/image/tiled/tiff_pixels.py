"""The samples of regions of one directory of a TIFF, read tile by tile, strip by strip, or, where
nothing packs them, row by row."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cozviewer.image.rect import Rect
from cozviewer.image.tiled.segment_cache import SegmentCache

MOST_SEGMENT = 16_000_000
"""Samples of the largest tile or strip that is unpacked to read a part of it."""

_TABLES = (273, 279, 324, 325)
"""Tags of the places and sizes of strips and tiles."""

Samples = NDArray[Any]
"""(H, W, bands) of any kind of number."""


class TiffPixels:
    """Reads one directory. One thread at a time.

    Attributes:
        page: tifffile's page.
        width, height: In pixels.
        is_plain: Whether any part of its rows can be read alone: nothing packs them.
    """

    def __init__(self, file: Any, offset: int, kept: SegmentCache) -> None:
        """Read the directory.

        Args:
            file: tifffile's file.
            offset: Where the directory begins in it.
            kept: Tiles or strips that were unpacked; shared by all directories of the file.

        Raises:
            ValueError, tifffile's errors: It is damaged, or its segments are too large.
        """
        from tifffile import TiffPage

        file.filehandle.seek(offset)
        self.page: Any = TiffPage(file, index=0)
        self._file = file.filehandle
        self._order = file.byteorder
        self.width, self.height = int(self.page.imagewidth), int(self.page.imagelength)
        if min(self.width, self.height) < 1 or self.page.dtype is None:
            raise ValueError("no image")
        if int(self.page.imagedepth) != 1:
            raise ValueError("several slices")
        self._separate = int(self.page.planarconfig) == 2 and self.page.samplesperpixel > 1
        self.is_plain = self._plain()
        self._kept, self._place = kept, offset
        if self.page.is_tiled:
            self._side = int(self.page.tilewidth), int(self.page.tilelength)
        else:
            self._side = self.width, max(1, int(self.page.rowsperstrip))
        across, down = self._counts
        planes = int(self.page.samplesperpixel) if self._separate else 1
        count = across * down * planes
        self._offsets, self._sizes = _table(self.page.dataoffsets), _table(self.page.databytecounts)
        if min(len(self._offsets), len(self._sizes)) < count:
            raise ValueError("tiles or strips are missing")
        forget_tables(self.page)
        if not self.is_plain and self._side[0] * self._side[1] * self._contiguous > MOST_SEGMENT:
            raise ValueError("its tiles or strips are too large")

    @property
    def is_tiled(self) -> bool:
        """Whether it lies in the file in tiles rather than strips."""
        return bool(self.page.is_tiled)

    @property
    def table_bytes(self) -> int:
        """Memory used by the places and sizes of its tiles or strips."""
        return self._offsets.nbytes + self._sizes.nbytes

    @property
    def side(self) -> tuple[int, int]:
        """Width and height of its tiles or strips, in pixels."""
        return self._side

    def samples(self, region: Rect) -> Samples:
        """Return a region inside the image, (h, w, bands). Tiles that are not in the file (sparse
        TIFF) are filled with its value for missing data, or 0.

        Raises:
            ValueError, OSError, tifffile's and the codecs' errors: It is damaged there.
        """
        bands = int(self.page.samplesperpixel)
        out = np.empty((region.height, region.width, bands), self.page.dtype)
        if self.is_plain:
            self._read_rows(region, out)
            return out
        width, height = self._side
        across, down = self._counts
        whole = Rect(0, 0, self.width, self.height)
        for plane in range(bands if self._separate else 1):
            shown = np.s_[plane : plane + 1] if self._separate else np.s_[:]
            for row in range(region.y // height, (region.bottom - 1) // height + 1):
                for col in range(region.x // width, (region.right - 1) // width + 1):
                    index = (plane * down + row) * across + col
                    there = Rect(col * width, row * height, width, height)
                    common = there.intersected(region)
                    target = out[
                        common.y - region.y : common.bottom - region.y,
                        common.x - region.x : common.right - region.x,
                        shown,
                    ]
                    segment = self._segment(
                        index, keep=not region.contains(there.intersected(whole))
                    )
                    if segment is None:
                        target[:] = self.page.nodata
                    else:
                        target[:] = segment[
                            common.y - there.y : common.bottom - there.y,
                            common.x - there.x : common.right - there.x,
                        ]
        return out

    @property
    def _counts(self) -> tuple[int, int]:
        """How many tiles or strips there are across and down."""
        width, height = self._side
        return -(-self.width // width), -(-self.height // height)

    @property
    def _contiguous(self) -> int:
        """Samples of a pixel that lie beside each other."""
        return 1 if self._separate else int(self.page.samplesperpixel)

    def _segment(self, index: int, keep: bool) -> Samples | None:
        """Return a tile or strip, (h, w, samples); None if it is not in the file.

        Args:
            keep: Whether other parts of it may be read next.
        """
        kept = self._kept.get((self._place, index))
        if kept is not None:
            return kept
        page, offset, count = self.page, int(self._offsets[index]), int(self._sizes[index])
        if not offset or not count:
            return None
        self._file.seek(offset)
        content = self._file.read(count)
        if len(content) < count:
            raise ValueError("the file ends early")
        decoded, _, _ = page.decode(
            content, index, jpegtables=page.jpegtables, jpegheader=page.jpegheader
        )
        segment: Samples | None = decoded[0]
        if keep and segment is not None:
            self._kept.put((self._place, index), segment)
        return segment

    def _plain(self) -> bool:
        page = self.page
        return (
            int(page.compression) == 1
            and not page.is_tiled
            and not self._separate
            and not page.is_subsampled
            and isinstance(page.bitspersample, int)
            and page.bitspersample in (8, 16, 32, 64)
            and int(page.fillorder) == 1
            and int(page.predictor) == 1
            and page.rowsperstrip > 0
        )

    def _read_rows(self, region: Rect, out: Samples) -> None:
        page, (_, rows) = self.page, self._side
        dtype = np.dtype(self._order + page.dtype.char)
        pixel = dtype.itemsize * int(page.samplesperpixel)
        for y in range(region.y, region.bottom):
            strip, row = divmod(y, rows)
            place = int(self._offsets[strip])
            if not place:
                out[y - region.y] = page.nodata
                continue
            self._file.seek(place + (row * self.width + region.x) * pixel)
            content = self._file.read(region.width * pixel)
            if len(content) < region.width * pixel:
                raise ValueError("the file ends early")
            out[y - region.y] = np.frombuffer(content, dtype).reshape(region.width, -1)


def _table(values: Any) -> NDArray[np.integer]:
    """Return the places or sizes of tiles as an array: a giant has a hundred thousand, which are
    ten times as large as Python's numbers. Raises ValueError: They are not numbers."""
    table: NDArray[Any] = np.array(values)
    if table.ndim != 1 or table.dtype.kind not in "iu":
        raise ValueError("no table of tiles")
    return table


def forget_tables(page: Any) -> None:
    """Drop what one of tifffile's pages keeps of where its tiles or strips are."""
    page.dataoffsets = page.databytecounts = ()
    for tag in _TABLES:
        if tag in page.tags:
            del page.tags[tag]
