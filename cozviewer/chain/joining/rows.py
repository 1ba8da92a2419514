"""The order of runs that are planned row by row: as `order`, which needs all runs of a level."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count

from cozviewer.chain.joining.order import NEAR, Places
from cozviewer.chain.runs import Run
from cozviewer.image.rect import Rect

CLEAR = 1 << 40
"""Colours from here on are of runs of which nothing can be seen: they follow their neighbours."""


@dataclass(eq=False, slots=True)
class Linked:
    """A run and the runs near it. It holds their numbers, as references would keep all runs.

    Attributes:
        number: Its number, ascending in the order of planning.
        run: The run.
        colour: See `order`.
        before: The runs that it continues: (colour, number, region) of each.
        after: The numbers of the runs that continue it.
    """

    number: int
    run: Run
    colour: int = -1
    before: list[tuple[int, int, Rect]] = field(default_factory=list)
    after: list[int] = field(default_factory=list)


class Linker:
    """Links the rows of one level, one after another.

    Args:
        numbers: Gives the runs their numbers.
    """

    def __init__(self, numbers: Iterator[int]) -> None:
        self._numbers = numbers
        self._last: list[Linked] = []
        self._clear = CLEAR

    def add(self, runs: Iterable[Run]) -> tuple[list[Linked], list[Linked]]:
        """Add the next row.

        Returns:
            Its runs, from top to bottom; and those of the row before, whose links are complete now.
        """
        corners = sorted(runs, key=lambda run: (run.clear, run.level_region.y, run.level_region.x))
        row = [Linked(next(self._numbers), run) for run in corners]
        last, self._last = self._last, row
        every = last + row
        places = Places([each.run.level_region for each in every])
        for i, each in enumerate(row, len(last)):
            near = [every[j] for j in places.touching(each.run.level_region.grown(NEAR)) if j != i]
            if each.run.clear:
                each.colour = self._clear = self._clear + 1
            else:
                taken = {other.colour for other in near}
                each.colour = next(colour for colour in count() if colour not in taken)
            for other in near:
                if other.colour >= 0:  # else it comes later in this loop, and is linked then
                    first, second = sorted((each, other), key=lambda one: one.colour)
                    second.before.append((first.colour, first.number, first.run.level_region))
                    first.after.append(second.number)
        return row, last

    def end(self) -> list[Linked]:
        """Return the runs of the last row."""
        last, self._last = self._last, []
        return last


def downwards(rows: Iterable[Sequence[Run]]) -> Iterator[Linked]:
    """Yield runs in the order in which they are drawn one after another: from top to bottom, as far
    as colours allow.

    Args:
        rows: The rows of one level.
    """
    linker = Linker(count())
    pending: dict[int, tuple[Linked, int]] = {}
    ready: list[tuple[int, int, int]] = []
    drawn: set[int] = set()

    def offer(linked: list[Linked]) -> None:
        for each in linked:
            waits = sum(number not in drawn for _, number, _ in each.before)
            pending[each.number] = each, waits
            if not waits:
                _push(ready, each)

    def taken() -> Iterator[Linked]:
        while ready:
            number = heappop(ready)[2]
            each, _ = pending.pop(number)
            drawn.add(number)
            for other in each.after:
                if other in pending:
                    later, waits = pending[other]
                    pending[other] = later, waits - 1
                    if waits == 1:
                        _push(ready, later)
            yield each

    for runs in rows:
        _, last = linker.add(runs)
        offer(last)
        yield from taken()
        # What is asked for from now on is near this row or the one before.
        if last:
            drawn.difference_update([number for number in drawn if number < last[0].number])
    offer(linker.end())
    yield from taken()


def _push(ready: list[tuple[int, int, int]], each: Linked) -> None:
    region = each.run.level_region
    heappush(ready, (region.y, region.x, each.number))
