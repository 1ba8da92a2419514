"""How fast a chain draws, and how long the rest takes: measured as it goes."""

import time
from collections.abc import Callable

ENOUGH = 0.02
"""The part of a run after which its own pace tells how long the rest of it takes."""


class Pace:
    """Follows the work on the runs of one chain, counted in parent pixels (see `Run.cost`).

    Used by one thread; `seconds_per_pixel` may be read from any.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        """Begin with nothing measured.

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
        """What a parent pixel takes, smoothed over the last seconds of work; None at first."""
        return self._pace

    def begin(self, total: int) -> None:
        """Begin with work of so many pixels."""
        self._total, self._done, self._cost, self._part = total, 0, 0, 0.0

    def begin_run(self, cost: int) -> None:
        """Begin a run of so many of them."""
        self._cost, self._started, self._part = cost, self._clock(), 0.0
        self._first = None

    def move(self, part: float) -> None:
        """Note that this part of the run is done, 0..1."""
        self._part = max(self._part, min(part, 1.0))
        if self._first is None:
            self._first = self._clock(), self._part

    def end_run(self, *, drawn: bool = True) -> None:
        """Note that the run is done.

        Args:
            drawn: False where nothing had to be drawn, so that its time tells nothing.
        """
        if drawn and self._cost:
            self._remember((self._clock() - self._started) / self._cost, self._cost)
        self._done += self._cost
        self._cost, self._part = 0, 0.0

    @property
    def fraction(self) -> float:
        """The part of the work that is done, 0..1."""
        return (
            min(1.0, (self._done + self._part * self._cost) / self._total) if self._total else 0.0
        )

    @property
    def seconds_left(self) -> float | None:
        """How long the rest takes; None before anything was measured."""
        rest = self._total - self._done - self._part * self._cost
        pace, own = self._pace, self._own_pace()
        if own is not None:
            pace = own if pace is None else pace + self._part * (own - pace)
        return None if pace is None else max(0.0, rest * pace)

    def _own_pace(self) -> float | None:
        """Return the pace of the present run, counted from its first report on, as a run of a new
        shape takes time to begin; None as long as it tells nothing."""
        if self._first is None:
            return None
        when, part = self._first
        if self._part - part < ENOUGH:
            # Until then, all that it has taken, if nothing better is known.
            when, part = self._started, 0.0
            if self._pace is not None or self._part < ENOUGH:
                return None
        return (self._clock() - when) / ((self._part - part) * self._cost)

    def _remember(self, pace: float, cost: int) -> None:
        """Follow the pace: what was measured before counts less, the more has come since."""
        share = cost / (cost + self._measured)
        self._pace = pace if self._pace is None else self._pace + share * (pace - self._pace)
        self._measured = min(self._measured + cost, 3.0 * cost)
