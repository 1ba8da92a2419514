"""What is drawn next, and again: without Ray."""

import pytest

from cozviewer.cluster.schedule import MOST_ENDS, TRIES, Schedule
from cozviewer.cluster.units import Unit, UnitPlan, plans
from tests.cluster.works import Fake, chain_for, corner, listed, whole
from tests.pyramid.images import smooth


@pytest.fixture
def planned() -> tuple[UnitPlan, list[Unit]]:
    """Return a plan of two levels, and its units."""
    chain = chain_for(smooth(192, 192), Fake())
    return listed(chain, 4)


@pytest.fixture
def plan(planned: tuple[UnitPlan, list[Unit]]) -> UnitPlan:
    """Return the plan."""
    return planned[0]


@pytest.fixture
def units(planned: tuple[UnitPlan, list[Unit]]) -> list[Unit]:
    """Return its units."""
    return planned[1]


def rest(schedule: Schedule) -> list[Unit]:
    """Draw everything that can be drawn; return it in order."""
    done = []
    while (unit := schedule.take()) is not None:
        assert schedule.drawn(unit)
        done.append(unit)
    return done


def test_everything_is_drawn_once_after_what_it_waits_for(
    plan: UnitPlan, units: list[Unit]
) -> None:
    schedule = Schedule(plan)
    done = [unit.index for unit in rest(schedule)]
    assert sorted(done) == sorted(unit.index for unit in units)
    for unit in units:
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


def test_a_unit_is_given_up_after_its_tries_with_all_that_need_it(
    plan: UnitPlan, units: list[Unit]
) -> None:
    schedule = Schedule(plan)
    first = min(units, key=lambda unit: (unit.z, *corner(unit)))
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
    assert schedule.failed == {first.index: "cursed"}
    assert set(first.users) <= schedule.skipped
    drawn = [unit for unit in units if schedule.is_done(unit.index)]
    assert len(drawn) + len(schedule.skipped) + 1 == len(units)
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


def test_units_near_a_worker_are_preferred(plan: UnitPlan, units: list[Unit]) -> None:
    schedule = Schedule(plan)
    ready = sorted((unit for unit in units if not unit.before), key=corner)
    assert schedule.take(lambda unit: unit is ready[-1]) is ready[-1]
    assert schedule.take(lambda unit: False) is ready[0]


def test_what_is_stored_is_forgotten() -> None:
    """So that a schedule holds as many units of a large image as of a small one."""

    def most_alive(height: int) -> int:
        chain = chain_for(smooth(96, height), Fake())
        plan = next(plans(chain, 4, whole(chain, 4)))
        schedule, drawn, most = Schedule(plan), set[int](), 0
        while (unit := schedule.take()) is not None:
            assert drawn.issuperset(index for index in unit.before)
            assert schedule.drawn(unit)
            schedule.stored(unit)
            drawn.add(unit.index)
            most = max(most, schedule.alive)
        assert schedule.finished
        assert len(drawn) == plan.units
        chain.pyramid.store.close()
        return most

    assert most_alive(2048) <= most_alive(512) < 200


def test_a_prompt_is_made_of_what_is_further_down() -> None:
    """All that is above the middle is planned for it."""
    chain = chain_for(smooth(96, 1024), Fake(words=True))
    schedule = Schedule(next(plans(chain, 4, whole(chain, 4))))
    finer = 0
    while not schedule.finished:
        number = schedule.to_describe()
        if number is not None:
            step = schedule.step(number)
            assert all(map(schedule.is_stored, step.after))
            schedule.described(number, f"words {step.z}")
        unit = schedule.take()
        if unit is not None:
            assert schedule.prompt(unit) == f"words {unit.z}"
            finer += unit.z == 4
            schedule.drawn(unit)
            schedule.stored(unit)
    assert finer
    chain.pyramid.store.close()


def test_what_continues_a_unit_is_known_as_long_as_that_may_be_drawn(plan: UnitPlan) -> None:
    """It must not see their tiles if it is drawn again, as it is lost before it is stored."""
    schedule = Schedule(plan)
    late = next(unit for unit in iter(schedule.take, None) if unit.continuing)
    assert schedule.drawn(late)
    for unit in rest(schedule):
        schedule.stored(unit)
    assert all(schedule.is_stored(index) for index in late.continuing)
    assert all(schedule.unit(index) is not None for index in late.continuing)
    schedule.lost(late)
    again = schedule.take()
    assert again is late
    assert schedule.drawn(again)
    schedule.stored(again)
    assert schedule.finished
    assert not any(schedule.unit(index) for index in (late.index, *late.users))
