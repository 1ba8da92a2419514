"""Plans the missing tiles of a region as units: runs with what each of them waits for.

Planned row by row, from top to bottom (see `chain.whole`): what is not planned yet takes no memory,
and what is drawn and stored is forgotten by the schedule. Pure: neither Ray nor a model is needed
here.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import NamedTuple

from cozviewer.chain.chain import Chain, prompted_regions
from cozviewer.chain.joining.order import Places
from cozviewer.chain.joining.rows import Linked, Linker
from cozviewer.chain.planned import LevelWork, repairs_of
from cozviewer.chain.runs import Run
from cozviewer.chain.step import parent_region
from cozviewer.chain.whole import OnRow, Row, WholeLevels
from cozviewer.image.rect import Rect
from cozviewer.pyramid.geometry import STEP_LEVELS, TILE
from cozviewer.pyramid.store.store import StepRecord

ALL = 1 << 200
"""A row of tiles below any level."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A run, with the units that must be drawn before it and those that wait for it.

    Attributes:
        index: Its number in the plan.
        run: Its tiles.
        step: The number of its step.
        parents: The units that draw tiles of its parent region.
        beside: The units of its level that it continues, in drawing order.
        children: The units of which it is a parent.
        continuing: The units that continue it.
    """

    index: int
    run: Run
    step: int
    parents: tuple[int, ...] = ()
    beside: tuple[int, ...] = ()
    children: tuple[int, ...] = ()
    continuing: tuple[int, ...] = ()

    @property
    def z(self) -> int:
        """Its level."""
        return self.run.z

    @property
    def before(self) -> tuple[int, ...]:
        """The units that must be drawn before."""
        return self.parents + self.beside

    @property
    def users(self) -> tuple[int, ...]:
        """The units that wait for it."""
        return self.children + self.continuing


@dataclass(frozen=True)
class PlannedStep:
    """A step: units of one level with one prompt.

    Attributes:
        z: The level of its units.
        level_region: The visible region of level z.
        prompt: Its prompt, if it is known before the work.
        record: The recorded step if broken tiles of it are replaced.
        after: The units that must be drawn before the prompter can describe the crop.
    """

    z: int
    level_region: Rect
    prompt: str | None
    record: StepRecord | None = None
    after: tuple[int, ...] = ()


class Batch(NamedTuple):
    """A part of a plan.

    Attributes:
        units: Some units; what they wait for may come in a later part.
        steps: Steps by their numbers, not before the units that they wait for, but perhaps after
            units of theirs.
    """

    units: list[Unit]
    steps: dict[int, PlannedStep]


@dataclass(frozen=True)
class UnitPlan:
    """All units of a work.

    Attributes:
        finest: Its finest level.
        units, tiles: Their numbers.
        batches: The units, from top to bottom; planned when they are asked for.
    """

    finest: int
    units: int
    tiles: int
    batches: Iterator[Batch]


def plans(chain: Chain, z: int, level_region: Rect) -> Iterator[UnitPlan]:
    """Yield what must be drawn to show a region, each time when what was planned before is drawn.

    Damaged tiles come first, see `chain.planned.in_rows`.

    Args:
        chain: Its pyramid, recipe and models; no model is loaded. It has no draft.
        z: A step level.
        level_region: Pixels of level z inside the photo.
    """
    pyramid, recipe = chain.pyramid, chain.recipe
    whole = WholeLevels(pyramid, recipe, z, level_region)
    while repairs := repairs_of(pyramid, recipe, whole):
        yield _repair(chain, repairs)
        whole = WholeLevels(pyramid, recipe, z, level_region)
    if whole.levels:
        levels = [_Begun(level.z, level.level_region) for level in whole.levels[::-1]]
        stream = _Stream(chain, levels, lambda on_row: whole.rows(on_row=on_row))
        yield UnitPlan(z, whole.runs, whole.tiles, stream.batches())


def _repair(chain: Chain, works: Sequence[LevelWork]) -> UnitPlan:
    """Return the plan of damaged tiles of one step and their parents, all at once."""
    finest = works[-1]
    levels = [
        _Begun(work.z, work.level_region, next((part.step for part, _ in work.parts), None))
        for work in works
    ]
    rows = [Row(work.z, ALL, [run for _, runs in work.parts for run in runs]) for work in works]

    def planned(on_row: OnRow) -> Iterator[Row]:
        for row in reversed(rows):  # fine to coarse
            on_row(row)
            yield row

    stream = _Stream(chain, levels, planned)
    runs = [run for row in rows for run in row.runs]
    tiles = sum(run.tiles for run in runs)
    return UnitPlan(finest.z, len(runs), tiles, stream.batches())


class _Begun(NamedTuple):
    """A level of a plan: its visible region, and its step if that is recorded."""

    z: int
    level_region: Rect
    record: StepRecord | None = None


@dataclass(eq=False, slots=True)
class _Growing:
    """A unit whose links are not complete."""

    linked: Linked
    made_from: Rect
    parents: list[int] = field(default_factory=list)
    children: list[int] = field(default_factory=list)


@dataclass(eq=False, slots=True)
class _LevelState:
    """How far a level is planned.

    Attributes:
        step: The number of its step.
        linker: Links its rows.
        bottom: The first row of pixels that is not planned.
        linked: The last units whose neighbours are known: all numbers below it.
        growing: Units that were not given out, in order.
    """

    step: int
    linker: Linker
    bottom: int = 0
    linked: int = 0
    growing: list[_Growing] = field(default_factory=list)


@dataclass(eq=False, slots=True)
class _Awaited:
    """A step without a prompt, with the regions of levels that are described."""

    step: PlannedStep
    crops: list[tuple[int, Rect]]
    after: list[int] = field(default_factory=list)


class _Stream:
    """Makes units of the rows of all levels."""

    def __init__(
        self,
        chain: Chain,
        levels: Sequence[_Begun],
        rows: Callable[[OnRow], Iterator[Row]],
    ) -> None:
        """Begin.

        Args:
            levels: Coarse to fine.
            rows: Yields rows, and passes all of them on before, those of finer levels first.
        """
        self._chain, self._rows = chain, rows
        self._joins = chain.upscaler.generative  # interpolation has no borders
        numbers = count()
        self._levels = {
            level.z: _LevelState(step, Linker(numbers)) for step, level in enumerate(levels)
        }
        self._known: dict[int, PlannedStep] = {}
        self._awaited: dict[int, _Awaited] = {}
        for step, level in enumerate(levels):
            self._add_step(step, level)
        self._ended = False

    def batches(self) -> Iterator[Batch]:
        """Yield the units, from top to bottom."""
        for _ in self._rows(self._add):
            yield self._complete()
        for state in self._levels.values():
            state.linker.end()
        self._ended = True
        yield self._complete()

    def _add_step(self, number: int, level: _Begun) -> None:
        chain, (z, region, record) = self._chain, level
        if record is None:
            prompt = chain.known_prompt(z, chain.pyramid.store, region)
        else:
            prompt = record.prompt
        step = PlannedStep(z, region, prompt, record)
        if prompt is not None:
            self._known[number] = step
            return
        wide, crop = prompted_regions(chain.pyramid, z, region)
        crops = [(z - STEP_LEVELS, crop)]
        if wide is not None:
            crops.append((z - 2 * STEP_LEVELS, wide))
        self._awaited[number] = _Awaited(step, crops)

    def _add(self, row: Row) -> None:
        """Add a row of one level: what it is made from follows, what is made from it is there."""
        state = self._levels[row.z]
        new, _ = state.linker.add(row.runs)
        if new:
            state.linked = new[0].number
        chain, source = self._chain, self._chain.pyramid.source
        growing = [
            _Growing(
                each,
                parent_region(
                    each.run.level_region, row.z, chain.recipe, source.width, source.height
                ),
            )
            for each in new
        ]
        places = Places([each.run.level_region for each in new])
        finer = self._levels.get(row.z + STEP_LEVELS)
        for child in finer.growing if finer else ():
            if child.made_from.bottom > state.bottom:
                for i in places.touching(child.made_from):
                    child.parents.append(new[i].number)
                    growing[i].children.append(child.linked.number)
        for awaited in self._awaited.values():
            for z, crop in awaited.crops:
                if z == row.z:
                    awaited.after += [new[i].number for i in places.touching(crop)]
        state.growing += growing
        state.bottom = row.bottom * TILE

    def _complete(self) -> Batch:
        """Return, and forget, the units and steps whose links are complete."""
        units: list[Unit] = []
        for z, state in self._levels.items():
            kept: list[_Growing] = []
            for each in state.growing:
                linked = self._ended or each.linked.number < state.linked
                if linked and self._is_planned(z - STEP_LEVELS, each.made_from):
                    units.append(self._unit(each, state.step))
                else:
                    kept.append(each)
            state.growing = kept
        steps, self._known = self._known, {}
        held = {each.linked.number for state in self._levels.values() for each in state.growing}
        for number, awaited in list(self._awaited.items()):
            planned = all(self._is_planned(z, crop) for z, crop in awaited.crops)
            if planned and held.isdisjoint(awaited.after):
                steps[number] = replace(awaited.step, after=tuple(awaited.after))
                del self._awaited[number]
        return Batch(units, steps)

    def _is_planned(self, z: int, level_region: Rect) -> bool:
        """Return whether all missing tiles of a region are planned."""
        state = self._levels.get(z)
        return self._ended or state is None or state.bottom >= level_region.bottom

    def _unit(self, each: _Growing, step: int) -> Unit:
        linked, joins = each.linked, self._joins
        return Unit(
            linked.number,
            linked.run,
            step,
            tuple(each.parents),
            tuple(number for _, number, _ in sorted(linked.before, key=_drawn)) if joins else (),
            tuple(each.children),
            tuple(sorted(linked.after)) if joins else (),
        )


def _drawn(before: tuple[int, int, Rect]) -> tuple[int, int]:
    """Return what runs before one are sorted by, as they are drawn: by colours."""
    return before[:2]
