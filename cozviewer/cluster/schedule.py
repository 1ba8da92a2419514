"""Decides which unit is drawn next, and keeps count of what is done, lost and failed.

Pure: it knows neither Ray nor time; the driver reports what happened.
"""

from collections.abc import Callable
from dataclasses import dataclass
from heapq import heappop, heappush

from cozviewer.cluster.units import Unit, UnitPlan

TRIES = 3
"""Times that a unit may fail."""

MOST_ENDS = 10
"""Times that workers may end while they draw a unit: nodes come and go, but a unit may also be what
ends them."""

LOOKED_AT = 32
"""Ready units among which one is searched whose parents are where the worker is."""


@dataclass
class _State:
    """How far a unit is."""

    waits: int
    running: int = 0
    done: bool = False
    failures: int = 0
    ends: int = 0


class Schedule:
    """The units of a plan on their way. Used by one thread.

    Attributes:
        plan: The plan.
        failed: The units given up, each with the reason.
        skipped: Units that cannot be drawn as a unit before them failed.
        redone: Results that were thrown away, or lost and drawn again.
    """

    def __init__(self, plan: UnitPlan) -> None:
        self.plan = plan
        self.failed: dict[int, str] = {}
        self.skipped: set[int] = set()
        self.redone = 0
        self._prompts = [step.prompt for step in plan.steps]
        self._describing: set[int] = set()
        self._states = [
            _State(len(unit.parents) + len(unit.beside) + (self._prompts[unit.step] is None))
            for unit in plan.units
        ]
        self._awaited = [len(step.after) for step in plan.steps]
        self._described_after: dict[int, list[int]] = {}
        for number, step in enumerate(plan.steps):
            for index in step.after:
                self._described_after.setdefault(index, []).append(number)
        self._ready: list[tuple[tuple[int, int, int], int]] = []
        self._left = len(plan.units)
        for unit in plan.units:
            self._offer(unit.index)

    @property
    def finished(self) -> bool:
        """Whether nothing is left to do or to wait for."""
        return self._left == 0

    @property
    def ready(self) -> int:
        """About how many units can be sent now; 0 if none can."""
        while self._ready and not self._is_ready(self._ready[0][1]):
            heappop(self._ready)
        return len(self._ready)

    def prompt(self, unit: Unit) -> str:
        """Return the prompt of a unit that was taken."""
        return self._prompts[unit.step] or ""

    def take(self, near: Callable[[Unit], bool] = lambda unit: True) -> Unit | None:
        """Return the next unit to draw, and count it as running; None if there is none now.

        Args:
            near: Returns whether the inputs of a unit are where it would be drawn; the first such
                unit among LOOKED_AT is taken, else the first one.
        """
        seen: list[tuple[tuple[int, int, int], int]] = []
        chosen = None
        while self._ready and len(seen) < LOOKED_AT:
            entry = heappop(self._ready)
            if not self._is_ready(entry[1]):
                continue
            seen.append(entry)
            if near(self.plan.units[entry[1]]):
                chosen = entry
                break
        chosen = chosen or (seen[0] if seen else None)
        for entry in seen:
            if entry is not chosen:
                heappush(self._ready, entry)
        if chosen is None:
            return None
        self._states[chosen[1]].running += 1
        return self.plan.units[chosen[1]]

    def copy(self, unit: Unit) -> None:
        """Count a second copy of a running unit."""
        self._states[unit.index].running += 1

    def is_done(self, index: int) -> bool:
        """Return whether a unit has been drawn."""
        return self._states[index].done

    def copies(self, index: int) -> int:
        """Return on how many workers a unit is running."""
        return self._states[index].running

    def to_describe(self) -> int | None:
        """Return a step whose crop can be described now, once; None if there is none."""
        for number, prompt in enumerate(self._prompts):
            if prompt is None and not self._awaited[number] and number not in self._describing:
                self._describing.add(number)
                return number
        return None

    def described(self, number: int, prompt: str | None) -> None:
        """Note the prompt of a step; None to have it described again."""
        self._describing.discard(number)
        if prompt is None or self._prompts[number] is not None:
            return
        self._prompts[number] = prompt
        for unit in self.plan.units:
            if unit.step == number:
                self._states[unit.index].waits -= 1
                self._offer(unit.index)

    def drawn(self, unit: Unit) -> bool:
        """Note a result; return whether it is the first one."""
        state = self._states[unit.index]
        state.running -= 1
        if state.done or self._is_out(unit.index):
            self.redone += 1
            return False
        state.done = True
        self._left -= 1
        for index in (*self.plan.children[unit.index], *self.plan.continuing[unit.index]):
            self._states[index].waits -= 1
            self._offer(index)
        for number in self._described_after.get(unit.index, ()):
            self._awaited[number] -= 1
        return True

    def lost(self, unit: Unit) -> None:
        """Note that a drawn unit was lost before it was written; it is drawn again."""
        state = self._states[unit.index]
        if not state.done:
            return
        state.done = False
        self.redone += 1
        self._left += 1
        for index in (*self.plan.children[unit.index], *self.plan.continuing[unit.index]):
            self._states[index].waits += 1
        for number in self._described_after.get(unit.index, ()):
            self._awaited[number] += 1
        self._offer(unit.index)

    def returned(self, unit: Unit) -> None:
        """Note that a unit was not drawn, through no fault of its own."""
        self._states[unit.index].running -= 1
        self._offer(unit.index)

    def failed_once(self, unit: Unit, reason: str) -> None:
        """Note a failure: the unit is tried again, or given up with all that wait for it."""
        state = self._states[unit.index]
        state.running -= 1
        if state.done or self._is_out(unit.index):
            return
        state.failures += 1
        if state.failures < TRIES:
            self._offer(unit.index)
        else:
            self._give_up(unit, reason)

    def ended(self, unit: Unit) -> None:
        """Note that a worker ended while it drew a unit; it is drawn by another one."""
        state = self._states[unit.index]
        state.ends += 1
        if state.ends < MOST_ENDS or state.done or self._is_out(unit.index):
            self.returned(unit)
        else:
            state.running -= 1
            self._give_up(unit, "every worker that drew it ended")

    def _give_up(self, unit: Unit, reason: str) -> None:
        self.failed[unit.index] = reason
        self._left -= 1
        waiting = [unit.index]
        while waiting:
            index = waiting.pop()
            users = (*self.plan.children[index], *self.plan.continuing[index])
            steps = self._described_after.get(index, ())
            users += tuple(u.index for u in self.plan.units if u.step in steps)
            for user in users:
                if not self._is_out(user) and not self._states[user].done:
                    self.skipped.add(user)
                    self._left -= 1
                    waiting.append(user)

    def is_needed(self, index: int) -> bool:
        """Return whether units that are not drawn yet need the result of one."""
        users = (*self.plan.children[index], *self.plan.continuing[index])
        return any(not self._states[user].done and not self._is_out(user) for user in users)

    def _is_out(self, index: int) -> bool:
        return index in self.failed or index in self.skipped

    def _is_ready(self, index: int) -> bool:
        state = self._states[index]
        return not (state.waits or state.running or state.done or self._is_out(index))

    def _offer(self, index: int) -> None:
        """Add a unit to those that can be sent, if it is one."""
        if self._is_ready(index):
            unit = self.plan.units[index]
            heappush(self._ready, (self.plan.priority(unit), index))
