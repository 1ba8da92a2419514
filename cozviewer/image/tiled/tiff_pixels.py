"""The samples of regions of one directory of a TIFF, read tile by tile, strip by strip, or, where
nothing packs them, row by row."""

from collections import OrderedDict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cozviewer.image.rect import Rect

MOST_SEGMENT = 16_000_000
"""Samples of the largest tile or strip that is unpacked to read a part of it."""

KEPT_BYTES = 32 << 20
"""Memory for tiles or strips that were just unpacked: what is read next often lies in them."""

MOST_KEPT = 1024
"""The same in number, as those that are not in the file take no memory."""

Samples = NDArray[Any]
"""(H, W, bands) of any kind of number."""


class TiffPixels:
    """Reads one directory. One thread at a time.

    Attributes:
        page: tifffile's page.
        width, height: In pixels.
        is_plain: Whether any part of its rows can be read alone: nothing packs them.
    """

    def __init__(self, file: Any, offset: int) -> None:
        """Read the directory.

        Args:
            file: tifffile's file.
            offset: Where the directory begins in it.

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
            raise ValueError("no picture")
        if int(self.page.imagedepth) != 1:
            raise ValueError("several slices")
        self._separate = int(self.page.planarconfig) == 2 and self.page.samplesperpixel > 1
        self.is_plain = self._plain()
        self._kept: OrderedDict[int, Samples | None] = OrderedDict()
        self._kept_bytes = 0
        if self.page.is_tiled:
            self._side = int(self.page.tilewidth), int(self.page.tilelength)
        else:
            self._side = self.width, max(1, int(self.page.rowsperstrip))
        across, down = self._counts
        planes = int(self.page.samplesperpixel) if self._separate else 1
        count = across * down * planes
        if min(len(self.page.dataoffsets), len(self.page.databytecounts)) < count:
            raise ValueError("tiles or strips are missing")
        if not self.is_plain and self._side[0] * self._side[1] * self._contiguous > MOST_SEGMENT:
            raise ValueError("its tiles or strips are too large")

    @property
    def is_tiled(self) -> bool:
        """Whether it lies in the file in tiles rather than strips."""
        return bool(self.page.is_tiled)

    @property
    def side(self) -> tuple[int, int]:
        """Width and height of its tiles or strips, in pixels."""
        return self._side

    def samples(self, region: Rect) -> Samples:
        """Return a region inside the picture, (h, w, bands). Tiles that are not in the file (sparse
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
                    segment = self._segment(index)
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

    def _segment(self, index: int) -> Samples | None:
        """Return a tile or strip, (h, w, samples); None if it is not in the file."""
        if index in self._kept:
            self._kept.move_to_end(index)
            return self._kept[index]
        page = self.page
        offset, count = page.dataoffsets[index], page.databytecounts[index]
        segment: Samples | None = None
        if offset and count:
            self._file.seek(offset)
            content = self._file.read(count)
            if len(content) < count:
                raise ValueError("the file ends early")
            decoded, _, _ = page.decode(
                content, index, jpegtables=page.jpegtables, jpegheader=page.jpegheader
            )
            segment = decoded[0]
        self._kept[index] = segment
        self._kept_bytes += 0 if segment is None else segment.nbytes
        while self._kept_bytes > KEPT_BYTES or len(self._kept) > MOST_KEPT:
            _, old = self._kept.popitem(last=False)
            self._kept_bytes -= 0 if old is None else old.nbytes
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
            if not page.dataoffsets[strip]:
                out[y - region.y] = page.nodata
                continue
            self._file.seek(page.dataoffsets[strip] + (row * self.width + region.x) * pixel)
            content = self._file.read(region.width * pixel)
            if len(content) < region.width * pixel:
                raise ValueError("the file ends early")
            out[y - region.y] = np.frombuffer(content, dtype).reshape(region.width, -1)
