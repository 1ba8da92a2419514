"""The order of runs of one level: each is blended with its earlier neighbours.

Runs that do not touch have no order, so that they can be drawn at the same time. A grid of runs
gets four colours, as in a tiling of 2 x 2; each run is blended with its neighbours of lower
colours, and a whole level is at most four runs deep, however large it is.
"""

from collections.abc import Iterator, Sequence
from heapq import heapify, heappop, heappush

from cozviewer.chain.runs import Run
from cozviewer.image.rect import Rect, middle_distance
from cozviewer.pyramid.geometry import TILE

NEAR = TILE
"""Distance in pixels within which runs continue each other: `beyond` blends, and `join` compares,
within less."""


class Places:
    """Finds the rectangles of a list that touch another one; quick for many of them."""

    def __init__(self, rects: Sequence[Rect]) -> None:
        self._rects = rects
        # A cell as large as the largest one: each is in a few cells, and each cell holds few.
        self._side = max([TILE, *(max(rect.width, rect.height) for rect in rects)])
        self._cells: dict[tuple[int, int], list[int]] = {}
        for index, rect in enumerate(rects):
            for cell in _cells_of(rect, self._side):
                self._cells.setdefault(cell, []).append(index)

    def touching(self, rect: Rect) -> list[int]:
        """Return the indices of the rectangles that have pixels in common with another one,
        ascending."""
        near = {
            index for cell in _cells_of(rect, self._side) for index in self._cells.get(cell, ())
        }
        return sorted(i for i in near if not self._rects[i].intersected(rect).empty)


def in_joining_order(runs: Sequence[Run], level_region: Rect) -> list[Run]:
    """Return runs in an order in which they can be drawn one after another.

    Args:
        runs: Runs of one level with disjoint regions.
        level_region: The visible region; runs near its middle come first, as far as colours allow.
            See `rows` for an order from top to bottom.
    """
    beside = _beside(runs)
    colours = _colours(runs, beside)
    waits = [sum(colours[j] < colours[i] for j in beside[i]) for i in range(len(runs))]
    distances = [middle_distance(run.level_region, level_region) for run in runs]
    ready = [(distances[i], i) for i, count in enumerate(waits) if not count]
    heapify(ready)
    ordered = []
    while ready:
        _, i = heappop(ready)
        ordered.append(runs[i])
        for j in beside[i]:
            if colours[j] > colours[i]:
                waits[j] -= 1
                if not waits[j]:
                    heappush(ready, (distances[j], j))
    return ordered


def continued(runs: Sequence[Run]) -> list[tuple[int, ...]]:
    """Return for each run the earlier ones that it continues, as indices, ascending.

    Args:
        runs: Runs of one level, in the order in which they are drawn.
    """
    places = Places([run.level_region for run in runs])
    return [
        tuple(j for j in places.touching(run.level_region.grown(NEAR)) if j < i)
        for i, run in enumerate(runs)
    ]


def _beside(runs: Sequence[Run]) -> list[set[int]]:
    """Return for each run the others near it."""
    places = Places([run.level_region for run in runs])
    beside: list[set[int]] = [set() for _ in runs]
    for i, run in enumerate(runs):
        for j in places.touching(run.level_region.grown(NEAR)):
            if j != i:
                beside[i].add(j)
                beside[j].add(i)
    return beside


def _colours(runs: Sequence[Run], beside: Sequence[set[int]]) -> list[int]:
    """Return the smallest colours, given row by row, by which neighbours differ."""
    colours = [-1] * len(runs)
    corners = [(run.level_region.y, run.level_region.x) for run in runs]
    for i in sorted(range(len(runs)), key=corners.__getitem__):
        taken = {colours[j] for j in beside[i]}
        colours[i] = next(colour for colour in range(len(runs)) if colour not in taken)
    return colours


def _cells_of(rect: Rect, side: int) -> Iterator[tuple[int, int]]:
    if rect.empty:
        return
    for row in range(rect.y // side, (rect.bottom - 1) // side + 1):
        for col in range(rect.x // side, (rect.right - 1) // side + 1):
            yield col, row
