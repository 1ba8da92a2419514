"""How fast a chain draws, and what is left: with a clock that is set by hand."""

import pytest

from cozviewer.chain.pace import Pace


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pace(clock: Clock) -> Pace:
    return Pace(clock)


def test_nothing_is_known_before_anything_was_drawn(pace: Pace) -> None:
    assert pace.seconds_per_pixel is None
    assert pace.fraction == 0
    pace.begin(1000)
    pace.begin_run(400)
    assert pace.seconds_left is None
    assert pace.fraction == 0


def test_a_run_tells_from_its_first_parts_how_long_all_takes(pace: Pace, clock: Clock) -> None:
    pace.begin(1000)
    pace.begin_run(400)
    clock.now += 1
    pace.move(0.1)
    assert pace.fraction == pytest.approx(0.04)
    assert pace.seconds_left == pytest.approx(24)
    clock.now += 1
    pace.move(0.2)
    assert pace.seconds_left == pytest.approx(23)
    pace.end_run()
    assert pace.fraction == pytest.approx(0.4)


def test_the_next_run_knows_the_pace_of_those_before(pace: Pace, clock: Clock) -> None:
    pace.begin(1000)
    pace.begin_run(400)
    clock.now += 4
    pace.end_run()
    assert pace.seconds_per_pixel == pytest.approx(0.01)
    assert pace.seconds_left == pytest.approx(6)
    pace.begin_run(600)
    assert pace.seconds_left == pytest.approx(6)
    pace.begin(200)  # another view, with the same engine
    assert pace.seconds_left == pytest.approx(2)


def test_what_was_drawn_lately_counts_most_and_a_slip_little(pace: Pace, clock: Clock) -> None:
    pace.begin(10**6)
    for seconds in (1, 1, 1, 1):
        pace.begin_run(100)
        clock.now += seconds
        pace.end_run()
    pace.begin_run(100)
    clock.now += 5
    pace.end_run()
    assert 0.015 < (pace.seconds_per_pixel or 0) < 0.025
    for _ in range(20):
        pace.begin_run(100)
        clock.now += 5
        pace.end_run()
    assert pace.seconds_per_pixel == pytest.approx(0.05, rel=0.05)


def test_a_run_that_others_drew_says_nothing_about_the_pace(pace: Pace, clock: Clock) -> None:
    pace.begin(1000)
    pace.begin_run(400)
    clock.now += 0.001
    pace.end_run(drawn=False)
    assert pace.seconds_per_pixel is None
    assert pace.fraction == pytest.approx(0.4)


def test_it_never_goes_back_nor_beyond_the_end(pace: Pace) -> None:
    pace.begin(100)
    pace.begin_run(100)
    pace.move(0.5)
    pace.move(0.3)
    assert pace.fraction == 0.5
    pace.move(1.7)
    assert pace.fraction == 1
    pace.end_run()
    assert pace.fraction == 1
    assert pace.seconds_left is None or pace.seconds_left == 0
