"""Plans whole levels from top to bottom, one row of blocks after another.

The same runs as `planned`, which holds all tiles in memory: here a row of every level is planned at
a time, so that a plan takes as much memory for a slide of gigapixels as for a photo. What must be
known of all of it before, the bounds of what is missing, is found by going through it once for each
level. Photos with transparency are the exception: of them, a level is one row.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cozviewer.chain.recipe import Recipe
from cozviewer.chain.runs import Edges, Grid, Run, in_pixels, runs_in_block
from cozviewer.chain.step import parent_region
from cozviewer.image.rect import Rect, rect_between
from cozviewer.pyramid.geometry import (
    STEP_LEVELS,
    TILE,
    TileKey,
    coarser,
    snapped_to_tiles,
)
from cozviewer.pyramid.pyramid import Pyramid

Mask = NDArray[np.bool_]

KEPT = 8 << 20
"""Bytes that are kept about which tiles are stored, at one bit for a tile. Of what exceeds them,
the store is asked again."""


ENTRY = 200
"""Bytes that a row of tiles takes besides."""


class Row(NamedTuple):
    """A row of blocks of one level.

    Attributes:
        z: The level.
        bottom: The first row of tiles below it.
        runs: What must be generated in it.
    """

    z: int
    bottom: int
    runs: list[Run]


OnRow = Callable[[Row], None]
"""Receives each row of each level as soon as it is planned."""


def _ignored(row: Row) -> None:
    """Ignore a row."""


@dataclass
class Level:
    """A level with missing tiles.

    Attributes:
        z: The level.
        level_region: What is to be shown, in pixels of level z.
        span: The tiles that may be needed.
        grids: How the missing tiles are divided: those of which something can be seen, those of
            which nothing can.
        clear: Whether nothing can be seen, for each tile of `span`; None if there is no
            transparency.
        tiles, runs, cost: What must be generated; `cost` as of `Run.cost`.
        needs_model: Whether the upscaler must run.
    """

    z: int
    level_region: Rect
    span: Rect
    grids: list[Grid] = field(default_factory=list)
    clear: Mask | None = None
    tiles: int = 0
    runs: int = 0
    cost: int = 0
    needs_model: bool = False

    @property
    def bands(self) -> list[tuple[int, int]] | Iterator[tuple[int, int]]:
        """The first row of tiles of each row of blocks, and the first one after it."""
        if self.clear is not None:
            return [(self.span.y, self.span.bottom)]
        rows = self.grids[0].rows
        return ((rows[part], rows[part + 1]) for part in range(rows.parts))


class WholeLevels:
    """The missing tiles of a region on all levels, as they are when this is made.

    Used by one thread. The store must have no draft.

    Attributes:
        levels: Those with missing tiles, fine to coarse.
    """

    def __init__(
        self, pyramid: Pyramid, recipe: Recipe, z: int, level_region: Rect, kept: int = KEPT
    ) -> None:
        """Go through all tiles of all levels.

        Args:
            z: A step level.
            level_region: Pixels of level z inside the photo.
            kept: See KEPT.
        """
        self._pyramid, self._recipe = pyramid, recipe
        self._stored = _Stored(pyramid, kept)
        self.levels: list[Level] = []
        span = _in_tiles(level_region)
        while z > 0 and not span.empty:
            region = level_region.intersected(pyramid.level_rect(z))
            self.levels.append(Level(z, region, span))
            if not self._look(len(self.levels) - 1):
                self.levels.pop()
                break
            span = _in_tiles(self._parents(z, in_pixels(span)))
            level_region = coarser(level_region, STEP_LEVELS)
            z -= STEP_LEVELS
        for _ in self.rows(on_row=self._count):
            pass

    @property
    def tiles(self) -> int:
        """The number of missing tiles."""
        return sum(level.tiles for level in self.levels)

    @property
    def runs(self) -> int:
        """The number of runs."""
        return sum(level.runs for level in self.levels)

    def rows(self, z: int | None = None, on_row: OnRow = _ignored) -> Iterator[Row]:
        """Yield the rows of a level from top to bottom; those of finer levels are planned before
        the ones that they are made from.

        Args:
            z: The level; None is the coarsest one.
            on_row: Receives the rows of this and of all finer levels.
        """
        if self.levels:
            numbers = {level.z: number for number, level in enumerate(self.levels)}
            yield from self._rows(len(self.levels) - 1 if z is None else numbers[z], on_row)

    def _rows(self, number: int, on_row: OnRow) -> Iterator[Row]:
        level = self.levels[number]
        missing = enumerate(self._missing(number, on_row), level.span.y)
        for top, bottom in level.bands:
            band = np.array([mask for row, mask in _until(missing, bottom) if row >= top])
            row = Row(level.z, bottom, list(self._runs(level, top, band)))
            on_row(row)
            yield row
        for _ in missing:  # so that all rows of the finer levels are planned
            pass

    def _runs(self, level: Level, top: int, band: Mask) -> Iterator[Run]:
        """Yield the runs of a row of blocks."""
        masks = [band] if level.clear is None else [band & ~level.clear, band & level.clear]
        for clear, (grid, mask) in enumerate(zip(level.grids, masks, strict=True)):
            rows, columns = grid.rows, grid.columns
            for down in _parts_between(rows, top, top + len(band)):
                for across in range(columns.parts):
                    place = rect_between(
                        columns[across], rows[down], columns[across + 1], rows[down + 1]
                    )
                    x, y = place.x - level.span.x, place.y - top
                    block = mask[y : y + place.height, x : x + place.width]
                    if block.all():
                        runs = iter([Run(level.z, in_pixels(place))])
                    elif block.any():
                        cells = [
                            (place.y + row, place.x + col)
                            for row, col in np.argwhere(block).tolist()
                        ]
                        runs = runs_in_block(level.z, cells, self._recipe)
                    else:
                        continue
                    yield from (replace(run, clear=True) if clear else run for run in runs)

    def _missing(self, number: int, on_row: OnRow) -> Iterator[Mask]:
        """Yield which tiles of `span` are missing, row by row."""
        level = self.levels[number]
        needed = self._needed(number, on_row)
        for row, mask in enumerate(needed, level.span.y):
            yield self._stored.without(level, row, mask)

    def _needed(self, number: int, on_row: OnRow) -> Iterator[Mask]:
        """Yield which tiles of `span` are needed for a finer level, or wanted, row by row."""
        span = self.levels[number].span
        if number == 0:
            for _ in range(span.height):
                yield np.ones(span.width, np.bool_)
            return
        finer = self.levels[number - 1]
        rows: dict[int, Mask] = {}
        coming = self._rows(number - 1, on_row)
        complete = span.y  # rows above it get no more needs
        for row in range(span.y, span.bottom):
            while complete <= row and (above := next(coming, None)) is not None:
                for run in above.runs:
                    tiles = _in_tiles(self._parents(finer.z, run.level_region, run))
                    left, right = tiles.x - span.x, tiles.right - span.x
                    for each in range(tiles.y, tiles.bottom):
                        if each not in rows:
                            rows[each] = np.zeros(span.width, np.bool_)
                        rows[each][left:right] = True
                below = Rect(span.x, above.bottom * TILE, TILE, TILE)
                complete = self._parents(finer.z, below).y // TILE
            yield rows.pop(row) if row in rows else np.zeros(span.width, np.bool_)
        for _ in coming:
            pass

    def _parents(self, z: int, level_region: Rect, run: Run | None = None) -> Rect:
        """Return the parent pixels of a run; without one, of any run within a region."""
        source = self._pyramid.source
        if run is not None:
            return parent_region(level_region, z, self._recipe, source.width, source.height)
        core = coarser(level_region.intersected(self._pyramid.level_rect(z)), STEP_LEVELS)
        widest = self._recipe.reach(z, 1, 1)  # the smaller a run is, the wider its margins
        return core.grown(*widest).intersected(self._pyramid.level_rect(z - STEP_LEVELS))

    def _look(self, number: int) -> bool:
        """Find the grids of a level; return whether tiles of it are missing."""
        level, alpha = self.levels[number], self._pyramid.source.alpha
        if alpha is None:
            box = _box(self._missing(number, _ignored), level.span)
            level.grids = [Grid(box, self._recipe.largest)]
            return not box.empty
        masks = np.array(list(self._missing(number, _ignored)))
        level.clear = np.zeros_like(masks)
        for down, across in np.argwhere(masks).tolist():
            key = TileKey(level.z, level.span.x + across, level.span.y + down)
            level.clear[down, across] = alpha.is_clear(key.z, self._pyramid.tile_rect(key))
        seen, clear = masks & ~level.clear, masks & level.clear
        level.grids = [
            Grid(_box(tiles, level.span), self._recipe.largest) for tiles in (seen, clear)
        ]
        return bool(masks.any())

    def _count(self, row: Row) -> None:
        level = next(level for level in self.levels if level.z == row.z)
        level.runs += len(row.runs)
        level.tiles += sum(run.tiles for run in row.runs)
        level.cost += sum(run.cost(self._recipe) for run in row.runs)
        level.needs_model |= any(not run.clear for run in row.runs)


class _Stored:
    """Which of the needed tiles were stored when they were asked for first."""

    def __init__(self, pyramid: Pyramid, kept: int) -> None:
        self._pyramid, self._kept = pyramid, kept
        self._none = pyramid.store.empty
        self._missing: dict[tuple[int, int], bytes] = {}
        self._size = 0

    def without(self, level: Level, row: int, needed: Mask) -> Mask:
        """Return the tiles of a row of `level.span` that are needed and not stored."""
        if self._none:
            return needed
        kept = self._missing.get((level.z, row))
        if kept is not None:
            bits = np.frombuffer(kept, np.uint8)
            return np.unpackbits(bits, count=level.span.width).astype(np.bool_)
        left = level.span.x
        keys = [TileKey(level.z, left + col, row) for col in np.flatnonzero(needed).tolist()]
        missing = np.zeros(level.span.width, np.bool_)
        missing[[key.col - left for key in self._pyramid.missing(keys)]] = True
        if self._size < self._kept:
            self._missing[level.z, row] = packed = np.packbits(missing).tobytes()
            self._size += len(packed) + ENTRY
        return missing


def _until(rows: Iterator[tuple[int, Mask]], bottom: int) -> Iterator[tuple[int, Mask]]:
    """Yield rows up to the last one above `bottom`."""
    for row, mask in rows:
        yield row, mask
        if row + 1 == bottom:
            return


def _parts_between(edges: Edges, top: int, bottom: int) -> range:
    """Return the parts that begin at `top` or below, and above `bottom`."""
    if not edges.length:
        return range(0)
    first = edges.part_of(max(top, edges.start))
    last = edges.part_of(min(bottom, edges.start + edges.length) - 1)
    return range(first, last + 1)


def _box(rows: "Iterator[Mask] | Mask", span: Rect) -> Rect:
    """Return the bounding rectangle of tiles, given row by row, in tiles."""
    left, right, top, bottom = span.width, 0, -1, 0
    for row, mask in enumerate(rows):
        columns = np.flatnonzero(mask)
        if len(columns):
            left, right = min(left, int(columns[0])), max(right, int(columns[-1]) + 1)
            top, bottom = (row if top < 0 else top), row + 1
    if top < 0:
        return Rect(span.x, span.y, 0, 0)
    return rect_between(span.x + left, span.y + top, span.x + right, span.y + bottom)


def _in_tiles(level_region: Rect) -> Rect:
    """Return the tiles of a region of pixels."""
    whole = snapped_to_tiles(level_region)
    return Rect(whole.x // TILE, whole.y // TILE, whole.width // TILE, whole.height // TILE)
