"""What is drawn next, and again: without Ray."""

import pytest

from cozviewer.chain import runs
from cozviewer.cluster.schedule import MOST_ENDS, TRIES, Schedule
from cozviewer.cluster.units import Unit, UnitPlan, plan_units
from tests.cluster.works import Fake, chain_for, whole
from tests.pyramid.pictures import smooth


@pytest.fixture
def plan(monkeypatch: pytest.MonkeyPatch) -> UnitPlan:
    """Return a plan of two levels."""
    monkeypatch.setattr(runs, "LARGEST", 256)
    chain = chain_for(smooth(192, 192), Fake())
    return plan_units(chain, 4, whole(chain, 4))


def rest(schedule: Schedule) -> list[Unit]:
    """Draw everything that can be drawn; return it in order."""
    done = []
    while (unit := schedule.take()) is not None:
        assert schedule.drawn(unit)
        done.append(unit)
    return done


def test_everything_is_drawn_once_after_what_it_waits_for(plan: UnitPlan) -> None:
    schedule = Schedule(plan)
    done = [unit.index for unit in rest(schedule)]
    assert sorted(done) == list(range(len(plan.units)))
    for unit in plan.units:
        before = done[: done.index(unit.index)]
        assert set(unit.parents) | set(unit.beside) <= set(before)
    assert schedule.finished


def test_there_is_no_barrier_between_levels(plan: UnitPlan) -> None:
    levels = [unit.z for unit in rest(Schedule(plan))]
    assert levels != sorted(levels)


def test_a_second_result_is_dropped(plan: UnitPlan) -> None:
    schedule = Schedule(plan)
    unit = schedule.take()
    assert unit is not None
    schedule.copy(unit)
    assert schedule.drawn(unit)
    assert not schedule.drawn(unit)
    assert schedule.redone == 1


def test_a_unit_that_is_lost_is_drawn_again_before_those_that_need_it(plan: UnitPlan) -> None:
    schedule = Schedule(plan)
    unit = schedule.take()
    assert unit is not None
    schedule.drawn(unit)
    assert schedule.is_needed(unit.index)
    schedule.lost(unit)
    done = rest(schedule)
    assert unit in done
    assert schedule.finished


def test_a_unit_is_given_up_after_its_tries_with_all_that_need_it(plan: UnitPlan) -> None:
    schedule = Schedule(plan)
    first = plan.units[0]
    tries = 0
    while not schedule.finished:
        unit = schedule.take()
        assert unit is not None
        if unit is first:
            tries += 1
            schedule.failed_once(unit, "cursed")
        else:
            schedule.drawn(unit)
    assert tries == TRIES
    assert schedule.failed == {0: "cursed"}
    assert set(plan.children[0]) | set(plan.continuing[0]) <= schedule.skipped
    drawn = [unit for unit in plan.units if schedule.is_done(unit.index)]
    assert len(drawn) + len(schedule.skipped) + 1 == len(plan.units)
    assert drawn


def test_workers_that_end_are_forgiven_more_often(plan: UnitPlan) -> None:
    schedule = Schedule(plan)
    for _ in range(MOST_ENDS - 1):
        unit = schedule.take()
        assert unit is not None
        schedule.ended(unit)
        assert not schedule.failed
    assert unit is not None
    again = schedule.take()
    assert again is unit
    schedule.ended(again)
    assert list(schedule.failed) == [unit.index]


def test_units_near_a_worker_are_preferred(plan: UnitPlan) -> None:
    schedule = Schedule(plan)
    ready = [unit for unit in plan.units if not unit.parents and not unit.beside]
    assert schedule.take(lambda unit: unit is ready[-1]) is ready[-1]
    assert schedule.take(lambda unit: False) is ready[0]
