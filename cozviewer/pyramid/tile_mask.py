"""Sets of tiles of one level, as masks over a rectangle of tiles.

A view contains a thousand tiles and a plan is made for every frame, so arrays are used. Plane:
`span` counts whole tiles of its level from the photo's corner, in Python integers; only distances
from its corner are array indices, so nothing overflows at any depth.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cozviewer.image.rect import Rect, rect_between
from cozviewer.pyramid.geometry import TILE, TileKey, coarser

SHEET_SIDE = 512
"""Tiles are painted in sheets of about this side in pixels: QPainter takes as long for a sheet as
for a few small tiles, and uses several cores only for large images."""

SHEET = max(1, SHEET_SIDE // TILE)
"""Side of a sheet, in tiles."""

Mask = npt.NDArray[np.bool_]
Opacities = npt.NDArray[np.float64]


def span_of(level_region: Rect) -> Rect:
    """Return the tiles that intersect a region of a level."""
    if level_region.empty:
        return Rect(level_region.x // TILE, level_region.y // TILE, 0, 0)
    return rect_between(
        level_region.x // TILE,
        level_region.y // TILE,
        -(-level_region.right // TILE),
        -(-level_region.bottom // TILE),
    )


def pixels_of(span: Rect) -> Rect:
    """Return the pixels of the level covered by tiles, not cropped to the photo."""
    return Rect(span.x * TILE, span.y * TILE, span.width * TILE, span.height * TILE)


@dataclass(frozen=True, slots=True, eq=False)
class TileMask:
    """A set of tiles of one level.

    Attributes:
        z: The level.
        span: A rectangle of tiles.
        mask: (span.height, span.width) bool: which of them are in the set.
    """

    z: int
    span: Rect
    mask: Mask

    def __bool__(self) -> bool:
        return bool(self.mask.any())

    def __iter__(self) -> Iterator[TileKey]:
        """Yield the tiles, row by row."""
        return self._keys(*np.nonzero(self.mask))

    def _keys(self, rows: npt.NDArray[np.int64], cols: npt.NDArray[np.int64]) -> Iterator[TileKey]:
        z, x, y = self.z, self.span.x, self.span.y
        return (
            TileKey(z, x + col, y + row)
            for row, col in zip(rows.tolist(), cols.tolist(), strict=True)
        )

    def touches(self, level_region: Rect) -> bool:
        """Return whether a region of the level intersects one of the tiles."""
        found = span_of(level_region).intersected(self.span)
        if found.empty:
            return False
        return bool(self.mask[window(found, self.span)].any())

    def coarser(self) -> "TileMask":
        """Return the tiles of the next coarser level that contain these."""
        above = coarser(self.span, 1)
        top, left = self.span.y & 1, self.span.x & 1
        grid = np.zeros((2 * above.height, 2 * above.width), bool)
        grid[top : top + self.span.height, left : left + self.span.width] = self.mask
        pairs = grid[::2] | grid[1::2]
        return TileMask(self.z - 1, above, pairs[:, ::2] | pairs[:, 1::2])

    def finer(self, span: Rect) -> "TileMask":
        """Return the tiles of the next finer level inside these.

        Args:
            span: The rectangle of the result, inside that of `self.span`.
        """
        rows = (np.arange(span.height) + (span.y & 1)) // 2 + ((span.y >> 1) - self.span.y)
        cols = (np.arange(span.width) + (span.x & 1)) // 2 + ((span.x >> 1) - self.span.x)
        return TileMask(self.z + 1, span, self.mask[np.ix_(rows, cols)])

    def centre_first(self, level_region: Rect) -> list[TileKey]:
        """Return the tiles by distance from the centre of a region, sheet by sheet, so that tiles
        that are painted together are read together."""
        rows, cols = np.nonzero(self.mask)
        sheet_rows, sheet_cols = (
            (at + start % SHEET) // SHEET
            for at, start in ((rows, self.span.y), (cols, self.span.x))
        )
        tile_away = _away(rows, self.span.y, level_region.y, level_region.height, TILE)
        tile_away += _away(cols, self.span.x, level_region.x, level_region.width, TILE)
        side = SHEET * TILE
        sheet_away = _away(
            sheet_rows, self.span.y // SHEET, level_region.y, level_region.height, side
        )
        sheet_away += _away(
            sheet_cols, self.span.x // SHEET, level_region.x, level_region.width, side
        )
        order = np.lexsort((rows, cols, tile_away, sheet_rows, sheet_cols, sheet_away))
        return list(self._keys(rows[order], cols[order]))


def _away(
    at: npt.NDArray[np.int64], start: int, level_start: int, level_length: int, side: int
) -> npt.NDArray[np.int64]:
    """Return squared doubled distances along one axis, from the centres of squares (`side` pixels
    wide, number `start + at`) to the centre of a range of pixels near them."""
    return np.square(2 * side * at + (2 * side * start + side - 2 * level_start - level_length))


def window(part: Rect, whole: Rect) -> tuple[slice, slice]:
    """Return the array slices of a part of a span."""
    x, y = part.x - whole.x, part.y - whole.y
    return slice(y, y + part.height), slice(x, x + part.width)


def sheets_of(span: Rect) -> Iterator[tuple[int, int, Rect]]:
    """Yield the (column, row) of each sheet that intersects a span, and the intersection."""
    for row in range(span.y // SHEET, -(-span.bottom // SHEET)):
        for col in range(span.x // SHEET, -(-span.right // SHEET)):
            whole = Rect(col * SHEET, row * SHEET, SHEET, SHEET)
            yield col, row, whole.intersected(span)


def even_runs(opacities: Opacities) -> Iterator[tuple[Rect, float]]:
    """Yield rectangles of equal values that together cover all values above 0, with their values.

    They are few, but not always as few as possible. In indices of the array."""
    rows, cols = opacities.shape
    values = opacities.tolist()
    if len({value for row in values for value in row}) == 1:
        if values[0][0] > 0:
            yield Rect(0, 0, cols, rows), values[0][0]
        return
    growing: list[tuple[Rect, float]] = []
    for y, row in enumerate(values):
        runs: list[tuple[int, int, float]] = []
        for x, value in enumerate(row):
            if runs and runs[-1][2] == value:
                runs[-1] = (runs[-1][0], x + 1, value)
            else:
                runs.append((x, x + 1, value))
        there = {(rect.x, rect.right, value): rect for rect, value in growing}
        found = []
        for x, right, value in runs:
            if value > 0:
                above = there.pop((x, right, value), None)
                top = y if above is None else above.y
                found.append((rect_between(x, top, right, y + 1), value))
        for (_, _, value), rect in there.items():
            yield rect, value
        growing = found
    yield from growing
