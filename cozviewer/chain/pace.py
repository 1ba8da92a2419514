"""Measures the speed of a chain, and estimates the remaining time."""

import time
from collections.abc import Callable

ENOUGH = 0.02
"""Fraction of a run after which its own speed is used to estimate the rest of it."""


class Pace:
    """Tracks the work on the runs of one chain, in parent pixels (see `Run.cost`).

    Used in one thread; `seconds_per_pixel` may be read from any.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        """Begin without measurements.

        Args:
            clock: Returns seconds.
        """
        self._clock = clock
        self._pace: float | None = None
        self._measured = 0.0
        self._total = self._done = self._cost = 0
        self._started = 0.0
        self._part = 0.0
        self._first: tuple[float, float] | None = None

    @property
    def seconds_per_pixel(self) -> float | None:
        """Time per parent pixel, smoothed over the last seconds of work; None at first."""
        return self._pace

    def begin(self, total: int) -> None:
        """Begin work on a number of pixels."""
        self._total, self._done, self._cost, self._part = total, 0, 0, 0.0

    def begin_run(self, cost: int) -> None:
        """Begin a run of a number of pixels."""
        self._cost, self._started, self._part = cost, self._clock(), 0.0
        self._first = None

    def move(self, part: float) -> None:
        """Record the completed fraction of the run, 0..1."""
        self._part = max(self._part, min(part, 1.0))
        if self._first is None:
            self._first = self._clock(), self._part

    def end_run(self, *, drawn: bool = True) -> None:
        """Record the end of the run.

        Args:
            drawn: False if nothing had to be generated, so that its time is not measured.
        """
        if drawn and self._cost:
            self._remember((self._clock() - self._started) / self._cost, self._cost)
        self._done += self._cost
        self._cost, self._part = 0, 0.0

    @property
    def fraction(self) -> float:
        """The completed fraction of the work, 0..1."""
        return (
            min(1.0, (self._done + self._part * self._cost) / self._total) if self._total else 0.0
        )

    @property
    def seconds_left(self) -> float | None:
        """Estimated remaining time in seconds; None before anything was measured."""
        rest = self._total - self._done - self._part * self._cost
        pace, own = self._pace, self._own_pace()
        if own is not None:
            pace = own if pace is None else pace + self._part * (own - pace)
        return None if pace is None else max(0.0, rest * pace)

    def _own_pace(self) -> float | None:
        """Return the speed of the current run since its first report, as a run of a new shape
        starts slowly; None if it is too early."""
        if self._first is None:
            return None
        when, part = self._first
        if self._part - part < ENOUGH:
            # Until then, the total time so far, if there is no better estimate.
            when, part = self._started, 0.0
            if self._pace is not None or self._part < ENOUGH:
                return None
        return (self._clock() - when) / ((self._part - part) * self._cost)

    def _remember(self, pace: float, cost: int) -> None:
        """Update the speed: earlier measurements count less the more work has been done since."""
        share = cost / (cost + self._measured)
        self._pace = pace if self._pace is None else self._pace + share * (pace - self._pace)
        self._measured = min(self._measured + cost, 3.0 * cost)
