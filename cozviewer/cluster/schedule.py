"""Decides which unit is drawn next, and keeps count of what is done, lost and failed.

Takes units from the plan as they are needed, and forgets those that are stored and that nothing
waits for. Pure: it knows neither Ray nor time; the driver reports what happened.
"""

from collections.abc import Callable
from dataclasses import dataclass
from heapq import heappop, heappush

from cozviewer.cluster.units import PlannedStep, Unit, UnitPlan

TRIES = 3
"""Times that a unit may fail."""

MOST_ENDS = 10
"""Times that workers may end while they draw a unit: nodes come and go, but a unit may also be what
ends them."""

LOOKED_AT = 32
"""Ready units among which one is searched whose parents are where the worker is."""


MOST_ALIVE = 1 << 14
"""Units that are planned and not forgotten (some 20 MB), before no more are planned while some are
running: a prompt may have to wait for the middle of the image."""


@dataclass(slots=True)
class _State:
    """How far a unit is.

    Attributes:
        unit: The unit.
        waits: Units that must be drawn before, and 1 if there is no prompt yet.
        undrawn, unstored: Units that wait for it and are not drawn, or not stored; those that were
            given up do not count.
        running: Workers that draw it.
        done, stored: Whether it is drawn, and whether it is in the store.
        failures, ends: Times that it failed, and that its worker ended.
    """

    unit: Unit
    waits: int
    undrawn: int
    unstored: int
    running: int = 0
    done: bool = False
    stored: bool = False
    failures: int = 0
    ends: int = 0


class Schedule:
    """The units of a plan on their way. Used by one thread. It has more than 20 methods and 12
    attributes: one for each event that is reported, over states that depend on each other.

    Attributes:
        failed: The units given up, each with the reason.
        skipped: Units that cannot be drawn as a unit before them failed.
        redone: Results that were thrown away, or lost and drawn again.
    """

    def __init__(self, plan: UnitPlan) -> None:
        self.failed: dict[int, str] = {}
        self.skipped: set[int] = set()
        self.redone = 0
        self._batches, self._finest = plan.batches, plan.finest
        self._planned = False
        self._states: dict[int, _State] = {}
        self._steps: dict[int, PlannedStep] = {}
        self._prompts: dict[int, str] = {}
        self._describing: set[int] = set()
        self._ready: list[tuple[tuple[int, int, int], int]] = []
        self._left = self._running = 0
        self.plan_for(1)

    @property
    def finished(self) -> bool:
        """Whether nothing is left to do or to wait for."""
        if not self._left:
            self.plan_for(1)
        return self._planned and not self._left

    @property
    def alive(self) -> int:
        """The number of units that are not forgotten."""
        return len(self._states)

    @property
    def ready(self) -> int:
        """About how many of the planned units can be sent now; 0 if none can."""
        while self._ready and not self._is_ready(self._ready[0][1]):
            heappop(self._ready)
        return len(self._ready)

    def plan_for(self, count: int) -> None:
        """Plan on until about `count` units can be sent, or all are planned."""
        while not self._planned and self.ready < count:
            if self.alive >= MOST_ALIVE and (self._running or self._describing):
                return
            batch = next(self._batches, None)
            if batch is None:
                self._planned = True
                return
            for number, step in batch.steps.items():
                self._steps[number] = step
                if step.prompt is not None:
                    self._prompts[number] = step.prompt
            for unit in batch.units:
                self._add(unit)
            for number, step in batch.steps.items():
                if any(map(self._is_out, step.after)):
                    self._skip([i for i in self._states if self._step_of(i) == number])

    def unit(self, index: int) -> Unit | None:
        """Return a unit, unless it is not planned yet, or forgotten."""
        state = self._states.get(index)
        return None if state is None else state.unit

    def step(self, number: int) -> PlannedStep:
        """Return a step of which units were taken, or that is to be described."""
        return self._steps[number]

    def prompt(self, unit: Unit) -> str:
        """Return the prompt of a unit that was taken."""
        return self._prompts.get(unit.step, "")

    def take(self, near: Callable[[Unit], bool] = lambda unit: True) -> Unit | None:
        """Return the next unit to draw, and count it as running; None if there is none now.

        Args:
            near: Returns whether the inputs of a unit are where it would be drawn; the first such
                unit among LOOKED_AT is taken, else the first one.
        """
        self.plan_for(1)
        seen: list[tuple[tuple[int, int, int], int]] = []
        chosen = None
        while self._ready and len(seen) < LOOKED_AT:
            entry = heappop(self._ready)
            if not self._is_ready(entry[1]):
                continue
            seen.append(entry)
            if near(self._states[entry[1]].unit):
                chosen = entry
                break
        chosen = chosen or (seen[0] if seen else None)
        for entry in seen:
            if entry is not chosen:
                heappush(self._ready, entry)
        if chosen is None:
            return None
        state = self._states[chosen[1]]
        self.copy(state.unit)
        return state.unit

    def copy(self, unit: Unit) -> None:
        """Count a second copy of a running unit."""
        self._running += 1
        self._states[unit.index].running += 1

    def is_done(self, index: int) -> bool:
        """Return whether a unit that was planned has been drawn."""
        state = self._states.get(index)
        return not self._is_out(index) if state is None else state.done

    def is_stored(self, index: int) -> bool:
        """Return whether a unit that was planned is in the store."""
        state = self._states.get(index)
        return not self._is_out(index) if state is None else state.stored

    def copies(self, index: int) -> int:
        """Return on how many workers a unit is running."""
        state = self._states.get(index)
        return 0 if state is None else state.running

    def to_describe(self) -> int | None:
        """Return a step whose crop can be described now, once; None if there is none."""
        for number, step in self._steps.items():
            if number in self._prompts or number in self._describing:
                continue
            if all(map(self.is_done, step.after)):
                self._describing.add(number)
                return number
        return None

    def described(self, number: int, prompt: str | None) -> None:
        """Note the prompt of a step; None to have it described again."""
        self._describing.discard(number)
        if prompt is None or number in self._prompts:
            return
        self._prompts[number] = prompt
        for index, state in self._states.items():
            if state.unit.step == number:
                state.waits -= 1
                self._offer(index)

    def drawn(self, unit: Unit) -> bool:
        """Note a result; return whether it is the first one."""
        state = self._ran(unit)
        if state is None or state.done or self._is_out(unit.index):
            self.redone += 1
            return False
        state.done = True
        self._left -= 1
        self._count_before(unit, undrawn=-1)
        for index in unit.users:
            if (user := self._states.get(index)) is not None:
                user.waits -= 1
                self._offer(index)
        return True

    def stored(self, unit: Unit) -> None:
        """Note that a drawn unit is in the store: it cannot be lost any more."""
        state = self._states.get(unit.index)
        if state is None or state.stored:
            return
        state.stored = True
        self._count_before(unit, unstored=-1)
        for index in (*unit.before, unit.index, *unit.continuing):
            self._forget(index)

    def lost(self, unit: Unit) -> None:
        """Note that a drawn unit was lost before it was written; it is drawn again."""
        state = self._states.get(unit.index)
        if state is None or not state.done:
            return
        state.done = False
        self.redone += 1
        self._left += 1
        self._count_before(unit, undrawn=1)
        for index in unit.users:
            if (user := self._states.get(index)) is not None:
                user.waits += 1
        self._offer(unit.index)

    def returned(self, unit: Unit) -> None:
        """Note that a unit was not drawn, through no fault of its own."""
        self._ran(unit)
        self._offer(unit.index)

    def failed_once(self, unit: Unit, reason: str) -> None:
        """Note a failure: the unit is tried again, or given up with all that wait for it."""
        state = self._ran(unit)
        if state is None or state.done or self._is_out(unit.index):
            return
        state.failures += 1
        if state.failures < TRIES:
            self._offer(unit.index)
        else:
            self._give_up(unit, reason)

    def ended(self, unit: Unit) -> None:
        """Note that a worker ended while it drew a unit; it is drawn by another one."""
        state = self._ran(unit)
        if state is None:
            return
        state.ends += 1
        if state.ends < MOST_ENDS or state.done or self._is_out(unit.index):
            self._offer(unit.index)
        else:
            self._give_up(unit, "every worker that drew it ended")

    def is_needed(self, index: int) -> bool:
        """Return whether units that are not drawn yet need the result of one."""
        state = self._states.get(index)
        return state is not None and state.undrawn > 0

    def _add(self, unit: Unit) -> None:
        """Add a planned unit."""
        waits = sum(not self._is_drawn(index) for index in unit.before)
        users = len(unit.users)
        without = unit.step not in self._prompts
        self._states[unit.index] = _State(unit, waits + without, users, users)
        self._left += 1
        step = self._steps.get(unit.step)
        after = step.after if step is not None and without else ()
        if any(map(self._is_out, (*unit.before, *after))):
            self._skip([unit.index])
        self._offer(unit.index)

    def _ran(self, unit: Unit) -> _State | None:
        """Count a run of a unit that has ended; None if it is forgotten, after a second copy."""
        self._running -= 1
        state = self._states.get(unit.index)
        if state is not None:
            state.running -= 1
        return state

    def _give_up(self, unit: Unit, reason: str) -> None:
        self.failed[unit.index] = reason
        self._skip(self._leave(unit))

    def _skip(self, indices: list[int]) -> None:
        """Give up units, and all that wait for them, as far as they are planned."""
        while indices:
            index = indices.pop()
            state = self._states.get(index)
            if state is not None and not state.done:
                self.skipped.add(index)
                indices += self._leave(state.unit)

    def _leave(self, unit: Unit) -> list[int]:
        """Forget a unit that was given up; return those that cannot be drawn without it."""
        dependents = self._dependents(unit.index)
        self._left -= 1
        self._count_before(unit, undrawn=-1, unstored=-1)
        del self._states[unit.index]
        for index in unit.before:
            self._forget(index)
        return dependents

    def _dependents(self, index: int) -> list[int]:
        """Return the units that cannot be drawn without one."""
        steps = {
            number
            for number, step in self._steps.items()
            if number not in self._prompts and index in step.after
        }
        described = [other for other in self._states if steps and self._step_of(other) in steps]
        return [*self._states[index].unit.users, *described]

    def _step_of(self, index: int) -> int:
        return self._states[index].unit.step

    def _count_before(self, unit: Unit, undrawn: int = 0, unstored: int = 0) -> None:
        """Change the counts of the units before one."""
        for index in unit.before:
            if (state := self._states.get(index)) is not None:
                state.undrawn += undrawn
                state.unstored += unstored

    def _forget(self, index: int) -> None:
        """Forget a unit that is stored, if nothing needs to know of it any more.

        The units that continue one must be known while it may be drawn: it must not see their
        tiles.
        """
        state = self._states.get(index)
        if state is None or not state.stored or state.unstored:
            return
        others = map(self._states.get, state.unit.beside)
        if all(other is None or other.stored for other in others):
            del self._states[index]

    def _is_drawn(self, index: int) -> bool:
        state = self._states.get(index)
        return state is not None and state.done

    def _is_out(self, index: int) -> bool:
        return index in self.failed or index in self.skipped

    def _is_ready(self, index: int) -> bool:
        state = self._states.get(index)
        if state is None or self._is_out(index):
            return False
        return not (state.waits or state.running or state.done)

    def _offer(self, index: int) -> None:
        """Add a unit to those that can be sent, if it is one."""
        if self._is_ready(index):
            heappush(self._ready, (self._priority(self._states[index].unit), index))

    def _priority(self, unit: Unit) -> tuple[int, int, int]:
        """Return what units are sorted by: from top to bottom, so that few wait for neighbours at
        any time, and the finer one first where two begin at the same height."""
        region = unit.run.level_region
        return region.y << (self._finest - unit.z), -unit.z, region.x
