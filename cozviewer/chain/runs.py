"""Groups missing tiles of a level into rectangles, each of which is generated in one run.

The cost of a run is its pixels and the context around them, so one rectangle is much cheaper than
its tiles one by one. Missing tiles are covered by rectangles without other tiles. Rectangles are
merged where that is cheaper, even if existing tiles are generated again with them.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product

from cozviewer.chain.recipe import Recipe
from cozviewer.image.rect import Rect, rect_between
from cozviewer.pyramid.geometry import STEP_LEVELS, STEP_SCALE, TILE, TileKey, coarser

MOST_MERGED = 32
"""Maximum number of rectangles among which merges are searched: the time is cubic in it."""

CORE = TILE // STEP_SCALE
"""Side of a tile's parent region, in parent pixels."""


@dataclass(frozen=True, slots=True)
class Run:
    """Tiles that are generated together.

    Small, as the plan of a whole level has very many: the names of its tiles are made on demand.

    Attributes:
        z: Their level.
        level_region: A rectangle of whole tiles in pixels of their level; it may extend beyond the
            photo.
        holes: The tiles in it that exist, as bits, row by row, the lowest one first.
        clear: Whether nothing of the tiles can be seen, so that they are only enlarged; see
            `clear`.
    """

    z: int
    level_region: Rect
    holes: int = 0
    clear: bool = False

    @property
    def keys(self) -> tuple[TileKey, ...]:
        """The missing tiles in it, row by row; the other tiles in it exist."""
        z, holes = self.z, self.holes
        cells = _cells(_in_tiles(self.level_region))
        if not holes:
            return tuple(TileKey(z, col, row) for row, col in cells)
        return tuple(
            TileKey(z, col, row) for i, (row, col) in enumerate(cells) if not holes >> i & 1
        )

    @property
    def first(self) -> TileKey:
        """The first one of `keys`."""
        column, row = self.level_region.x // TILE, self.level_region.y // TILE
        if self.holes & 1:
            number = (~self.holes & (self.holes + 1)).bit_length() - 1  # of the lowest bit unset
            down, across = divmod(number, self.level_region.width // TILE)
            column, row = column + across, row + down
        return TileKey(self.z, column, row)

    @property
    def tiles(self) -> int:
        """The number of `keys`."""
        return self.level_region.area // TILE**2 - self.holes.bit_count()

    def cost(self, recipe: Recipe) -> int:
        """Return the number of parent pixels given to the upscaler."""
        if self.clear:
            return 0
        core = coarser(self.level_region, STEP_LEVELS)
        return _cost(core.width, core.height, recipe)


@dataclass(frozen=True, slots=True)
class Edges:
    """Divides a length in tiles into similar parts within `largest` pixels."""

    start: int
    length: int
    largest: int

    @property
    def parts(self) -> int:
        """The number of parts."""
        return -(-self.length // (self.largest // TILE))

    def __getitem__(self, part: int) -> int:
        """Return where a part begins, and so where the one before it ends."""
        return self.start + self.length * part // self.parts

    def part_of(self, place: int) -> int:
        """Return the part in which a row or column of tiles is."""
        return ((place - self.start + 1) * self.parts - 1) // self.length


@dataclass(frozen=True, slots=True)
class Grid:
    """Divides the missing tiles of a level into blocks of similar size.

    Attributes:
        around: The bounding rectangle of the missing tiles, in tiles.
        largest: See `Recipe`.
    """

    around: Rect
    largest: int

    @property
    def columns(self) -> Edges:
        """The columns of blocks."""
        return Edges(self.around.x, self.around.width, self.largest)

    @property
    def rows(self) -> Edges:
        """The rows of blocks."""
        return Edges(self.around.y, self.around.height, self.largest)


def runs_of(keys: Iterable[TileKey], recipe: Recipe) -> list[Run]:
    """Group tiles of one level into runs.

    Args:
        keys: Tiles of one level.
        recipe: Decides the halo around a run, and how large it may be.

    Returns:
        Runs with disjoint rectangles of at most `recipe.largest` a side; each tile is in one of
        them.
    """
    wanted = sorted(set(keys), key=lambda key: (key.row, key.col))
    if not wanted:
        return []
    z = wanted[0].z
    return [
        run
        for group in _groups([(key.row, key.col) for key in wanted], recipe.largest)
        for run in runs_in_block(z, group, recipe)
    ]


def runs_in_block(z: int, cells: Sequence["Cell"], recipe: Recipe) -> Iterator[Run]:
    """Yield the runs that generate tiles of one block of a `Grid`.

    Args:
        z: The level.
        cells: The missing tiles, row by row; at least one.
        recipe: Decides the halo around a run.
    """
    wanted = set(cells)
    for part in _covering(cells, recipe):
        yield Run(z, in_pixels(part), _holes(part, wanted))


def in_pixels(rect: Rect) -> Rect:
    """Return a rectangle of tiles in pixels."""
    return Rect(rect.x * TILE, rect.y * TILE, rect.width * TILE, rect.height * TILE)


def _in_tiles(level_region: Rect) -> Rect:
    x, y = level_region.x // TILE, level_region.y // TILE
    return Rect(x, y, level_region.width // TILE, level_region.height // TILE)


def _holes(rect: Rect, wanted: Collection["Cell"]) -> int:
    """Return the cells of a rectangle that are not wanted, as bits."""
    return sum(1 << i for i, cell in enumerate(_cells(rect)) if cell not in wanted)


Cell = tuple[int, int]
"""Row and column of a tile."""


def _groups(cells: Sequence[Cell], largest: int) -> Iterator[list[Cell]]:
    """Yield cells in groups of similar size, each within `largest`."""
    grid = Grid(_around(cells), largest)
    columns, rows = grid.columns, grid.rows
    groups: dict[Cell, list[Cell]] = {}
    for row, col in cells:
        place = rows.part_of(row), columns.part_of(col)
        groups.setdefault(place, []).append((row, col))
    yield from groups.values()


def _covering(cells: Sequence[Cell], recipe: Recipe) -> list[Rect]:
    """Return rectangles, in tiles, that cover cells."""
    around = _around(cells)
    rects = _rectangles(cells)
    if len(rects) <= MOST_MERGED:
        while merged := _merged(rects, recipe):
            rects = merged
    if _total([around], recipe) <= _total(rects, recipe):
        return [around]
    return rects


def _rectangles(cells: Sequence[Cell]) -> list[Rect]:
    """Return rectangles that cover exactly the cells: adjacent cells form rows, and adjacent equal
    rows form rectangles."""
    rows: dict[int, list[int]] = {}
    for row, col in cells:
        rows.setdefault(row, []).append(col)
    rects: list[Rect] = []
    open_: dict[tuple[int, int], Rect] = {}  # those that include the row above
    for row in sorted(rows):
        segments, columns = list[tuple[int, int]](), sorted(rows[row])
        for col in columns:
            if segments and segments[-1][1] == col:
                segments[-1] = (segments[-1][0], col + 1)
            else:
                segments.append((col, col + 1))
        grown = {}
        for left, right in segments:
            above = open_.get((left, right))
            if above is not None and above.bottom == row:
                grown[left, right] = rect_between(left, above.y, right, row + 1)
            else:
                grown[left, right] = rect_between(left, row, right, row + 1)
        rects += [rect for edges, rect in open_.items() if not _goes_on(grown.get(edges), rect)]
        open_ = grown
    return rects + list(open_.values())


def _goes_on(rect: Rect | None, above: Rect) -> bool:
    return rect is not None and rect.y == above.y


def _merged(rects: list[Rect], recipe: Recipe) -> list[Rect] | None:
    """Merge several rectangles into their bounding box, where that saves most; None if no merge
    saves anything."""
    most, best = 0, None
    edges = [(rect.x, rect.y, rect.right, rect.bottom) for rect in rects]
    costs = [_total([rect], recipe) for rect in rects]
    total = sum(costs)
    for (x1, y1, right1, bottom1), (x2, y2, right2, bottom2) in combinations(edges, 2):
        left, top, right, bottom = (
            min(x1, x2),
            min(y1, y2),
            max(right1, right2),
            max(bottom1, bottom2),
        )
        around = rect_between(left, top, right, bottom)
        cost = _total([around], recipe)
        if total - cost <= most:
            continue
        saved = -cost
        for (x, y, end, below), each in zip(edges, costs, strict=True):
            if x >= left and y >= top and end <= right and below <= bottom:
                saved += each
        if saved > most:
            outside = [rect for rect in rects if not around.contains(rect)]
            if all(around.intersected(rect).empty for rect in outside):
                most, best = saved, [*outside, around]
    return best


def _total(rects: Iterable[Rect], recipe: Recipe) -> int:
    """Return the parent pixels given to the upscaler for rectangles, in tiles."""
    return sum(_cost(rect.width * CORE, rect.height * CORE, recipe) for rect in rects)


def _cost(width: int, height: int, recipe: Recipe) -> int:
    across, along = recipe.margins(width, height)
    return (width + 2 * across) * (height + 2 * along)


def _cells(rect: Rect) -> Iterator[Cell]:
    """Yield the cells of a rectangle, row by row."""
    return product(range(rect.y, rect.bottom), range(rect.x, rect.right))


def _around(cells: Sequence[Cell]) -> Rect:
    """Return the bounding rectangle of cells, in tiles."""
    rows, columns = [row for row, _ in cells], [col for _, col in cells]
    return rect_between(min(columns), min(rows), max(columns) + 1, max(rows) + 1)
