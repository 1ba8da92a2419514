"""Records the steps of what workers draw."""

import time
import uuid
from dataclasses import replace

from cozviewer.chain.chain import Chain
from cozviewer.cluster.schedule import Schedule
from cozviewer.cluster.units import Unit
from cozviewer.pyramid.geometry import STEP_LEVELS, coarser, snapped_to_tiles
from cozviewer.pyramid.store.store import StepRecord


class Steps:
    """The steps of one work. Used by one thread."""

    def __init__(self, chain: Chain, schedule: Schedule) -> None:
        """Begin.

        Args:
            chain: Where steps are stored.
            schedule: The units.
        """
        self._chain, self._schedule = chain, schedule
        self._begun: dict[int, tuple[str, StepRecord, float]] = {}

    def uid(self, unit: Unit) -> str:
        """Return the uid of a unit's step, recorded with its first tile."""
        found = self._begun.get(unit.step)
        if found is not None:
            return found[0]
        step = self._schedule.step(unit.step)
        record = step.record
        if record is None:
            seen = coarser(step.level_region, STEP_LEVELS)
            record = self._chain.step(step.z, snapped_to_tiles(seen), self._schedule.prompt(unit))
        else:
            record = self._chain.step(step.z, record.level_region, record.prompt)
        uid = uuid.uuid4().hex
        self._chain.pyramid.store.adopt({}, {uid: record})
        self._begun[unit.step] = uid, record, time.perf_counter()
        return uid

    def end(self) -> None:
        """Record how long the steps took."""
        now = time.perf_counter()
        finished = {
            uid: replace(record, seconds=now - began) for uid, record, began in self._begun.values()
        }
        if finished:
            self._chain.pyramid.store.adopt({}, finished)
