"""Progress between two reports, so that the display moves smoothly.

Reports come several times a second at best, and are estimates. Between them, progress is
extrapolated at the pace of the last report. The displayed progress never goes back and never
reaches the end before a report does, and the time left does not jump.
"""

import math

from cozviewer.chain.chain import Progress

CATCH_UP = 0.4
"""Time constant in seconds with which the display follows a report that is ahead of it."""

STEADY = 2.0
"""Seconds over which estimates of the time left are averaged."""

EVEN = 0.8
"""Share of the way to the next report up to which the pace is constant; beyond it, as the report is
late, it slows down and never arrives."""

NEW_WORK = 0.2
"""A report that is further behind the one before than this belongs to other work."""

MOST_RISE = 0.8
"""Seconds by which the time left must exceed the displayed whole seconds before a longer one is
displayed: it does not flicker between two values."""


class WorkPace:
    """Follows one piece of work. Times are seconds of any steady clock."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Start over: the next report belongs to other work."""
        self._reported: float | None = None
        self._at = 0.0
        self._from = self._behind = 0.0
        self._goal = 1.0
        self._seconds: float | None = None
        self._end: float | None = None
        self._displayed: int | None = None

    def report(self, progress: Progress, now: float) -> None:
        """Take a report of progress at a time in seconds."""
        done, goal, seconds = _parts(progress)
        if done is None or (self._reported is not None and done < self._reported - NEW_WORK):
            self.forget()
        if done is not None:
            shown = self.fraction(now)
            shown = done if shown is None else shown
            # Ahead of the report, the display slows down towards the same goal.
            self._from, self._behind = max(done, shown), max(0.0, done - shown)
            self._reported, self._goal, self._seconds = done, goal, seconds
        self._follow_time_left(progress.seconds_left, now)
        self._at = now

    def fraction(self, now: float) -> float | None:
        """Return the part that is done, 0..1; None if unknown."""
        if self._reported is None:
            return None
        elapsed = max(0.0, now - self._at)
        ahead = 0.0
        if self._seconds and self._goal > self._from:
            ahead = (self._goal - self._from) * _eased(elapsed / self._seconds)
        return min(1.0, self._from + ahead - self._behind * math.exp(-elapsed / CATCH_UP))

    def seconds_left(self, now: float) -> int | None:
        """Return the time left in whole seconds, at least 0; None if unknown."""
        if self._end is None:
            return None
        left = max(0.0, self._end - now)
        if self._displayed is None or not self._displayed - 1 < left <= self._displayed + MOST_RISE:
            self._displayed = math.ceil(left)
        return self._displayed

    def _follow_time_left(self, seconds: float | None, now: float) -> None:
        if seconds is None:
            self._end = self._displayed = None
        elif self._end is None:
            self._end = now + seconds
        else:
            share = 1 - math.exp(-(now - self._at) / STEADY)
            self._end += share * (now + seconds - self._end)


def _parts(progress: Progress) -> tuple[float | None, float, float | None]:
    """Return the part that is done (None if unknown), the largest part that the next report can
    show, and the seconds until then (None if unknown)."""
    left = progress.seconds_left
    if progress.fraction is not None:
        return min(1.0, max(0.0, progress.fraction)), 1.0, left
    if not progress.total:
        return None, 1.0, None
    done, total = min(progress.done, progress.total), progress.total
    more = total - done
    seconds = None if left is None or not more else left / more
    return done / total, min(1.0, (done + 1) / total), seconds


def _eased(part: float) -> float:
    """Return `part` up to EVEN, and beyond it a value that approaches 1 but stays below."""
    if part <= EVEN:
        return part
    return 1 - (1 - EVEN) * math.exp(-(part - EVEN) / (1 - EVEN))
