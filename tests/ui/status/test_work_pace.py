"""Where work stands between two reports: never still, never back, never there too early."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cozviewer.chain.chain import Progress
from cozviewer.ui.status.work_pace import WorkPace


def at(fraction: float | None, left: float | None, done: int = 0, total: int = 0) -> Progress:
    return Progress("Generating ×16", 4, done, total, left, fraction=fraction)


def shown(pace: WorkPace, now: float) -> float:
    fraction = pace.fraction(now)
    assert fraction is not None
    return fraction


def test_nothing_is_known_before_a_report_or_without_an_estimate() -> None:
    pace = WorkPace()
    assert pace.fraction(0) is None
    assert pace.seconds_left(0) is None
    pace.report(at(None, None), 0)
    assert pace.fraction(1) is None
    assert pace.seconds_left(1) is None


def test_between_reports_it_goes_on_at_the_pace_that_they_tell() -> None:
    pace = WorkPace()
    pace.report(at(0.2, 8.0), 0)
    assert shown(pace, 20) > shown(pace, 10) > 0.9
    pace = WorkPace()
    pace.report(at(0.0, 10.0), 100)
    assert shown(pace, 101) == pytest.approx(0.1, abs=0.01)
    assert shown(pace, 105) == pytest.approx(0.5, abs=0.01)
    assert [pace.seconds_left(100 + second) for second in range(4)] == [10, 9, 8, 7]


def test_a_late_report_slows_it_down_but_never_stops_it() -> None:
    pace = WorkPace()
    pace.report(at(0.5, 1.0), 0)
    steps = [shown(pace, second / 4) for second in range(17)]
    assert all(one < other for one, other in pairwise(steps))
    assert steps[-1] < 1
    assert pace.seconds_left(4) == 0


def test_a_report_ahead_is_caught_up_with_softly() -> None:
    pace = WorkPace()
    pace.report(at(0.0, 100.0), 0)
    pace.report(at(0.5, 50.0), 0.1)
    assert shown(pace, 0.1) < 0.01
    assert shown(pace, 0.5) > 0.3
    assert shown(pace, 3) == pytest.approx(0.53, abs=0.01)


def test_a_report_behind_never_takes_it_back() -> None:
    pace = WorkPace()
    pace.report(at(0.0, 10.0), 0)
    before = shown(pace, 5)
    pace.report(at(0.4, 15.0), 5)
    assert shown(pace, 5) == before
    assert before < shown(pace, 6) < before + 0.06


def test_other_work_begins_anew() -> None:
    pace = WorkPace()
    pace.report(at(0.9, 1.0), 0)
    pace.report(at(0.1, 9.0), 1)
    assert shown(pace, 1) < 0.2
    assert pace.seconds_left(1) == 9


def test_counted_things_are_not_counted_before_they_are_there() -> None:
    pace = WorkPace()
    pace.report(at(None, 8.0, 2, 4), 0)  # 4 s each
    assert shown(pace, 1) == pytest.approx(0.5 + 0.25 / 4, abs=0.05)
    assert 0.7 < shown(pace, 30) < 0.75


def test_the_time_left_does_not_jump() -> None:
    pace = WorkPace()
    pace.report(at(0.0, 10.0), 0)
    told = [pace.seconds_left(0)]
    for tenth in range(1, 40):
        now = tenth / 10
        # An estimate that is a second too long or too short, in turns.
        pace.report(at(now / 10, 10 - now + (-1) ** tenth), now)
        told.append(pace.seconds_left(now))
    known = [seconds for seconds in told if seconds is not None]
    assert len(known) == 40
    assert sorted(known, reverse=True) == known
    assert all(one - other <= 1 for one, other in pairwise(known))


@given(
    st.lists(
        st.tuples(st.floats(0, 1), st.floats(0.01, 1000), st.floats(0.01, 20)),
        min_size=1,
        max_size=20,
    )
)
def test_it_never_goes_back_or_beyond(reports: list[tuple[float, float, float]]) -> None:
    pace, now, done = WorkPace(), 0.0, 0.0
    last = 0.0
    for fraction, left, wait in reports:
        done = max(done, fraction)
        pace.report(at(done, left), now)
        for part in range(5):
            here = shown(pace, now + wait * part / 4)
            assert last - 1e-9 <= here <= 1
            last = here
        now += wait
