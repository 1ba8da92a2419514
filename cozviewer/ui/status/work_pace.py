"""How far work is between two reports of it, so that what shows it moves smoothly.

Reports come several times a second at best, and are estimates. Between them the work is taken to go
on at the pace that the last one told. What is shown never goes back, never reaches the end before a
report does, and the time left does not jump.
"""

import math

from cozviewer.chain.chain import Progress

CATCH_UP = 0.4
"""Seconds in which what is shown comes close to a report that is ahead of it (by 63 %)."""

STEADY = 2.0
"""Seconds over which estimates of the time left are averaged."""

EVEN = 0.8
"""Up to this part of the way to what comes next, the pace is even; then it slows down, as the
report is late, and never arrives."""

NEW_WORK = 0.2
"""A report that is so far behind the one before is about other work."""

MOST_RISE = 0.8
"""Seconds that the time left, in whole seconds, must be too short by before a longer one is shown:
it does not go back and forth between two."""


class WorkPace:
    """Follows one piece of work. Times are seconds of any steady clock."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begin anew: what is reported next is other work."""
        self._reported: float | None = None
        self._at = 0.0
        self._from = self._behind = 0.0
        self._goal = 1.0
        self._seconds: float | None = None
        self._end: float | None = None
        self._told: int | None = None

    def report(self, progress: Progress, now: float) -> None:
        """Take a report."""
        done, goal, seconds = _parts(progress)
        if done is None or (self._reported is not None and done < self._reported - NEW_WORK):
            self.forget()
        if done is not None:
            shown = self.fraction(now)
            shown = done if shown is None else shown
            # Ahead of the report, it waits for it by going more slowly to the same goal.
            self._from, self._behind = max(done, shown), max(0.0, done - shown)
            self._reported, self._goal, self._seconds = done, goal, seconds
        self._follow_time_left(progress.seconds_left, now)
        self._at = now

    def fraction(self, now: float) -> float | None:
        """Return the part that is done, 0..1; None where nobody knows."""
        if self._reported is None:
            return None
        elapsed = max(0.0, now - self._at)
        ahead = 0.0
        if self._seconds and self._goal > self._from:
            ahead = (self._goal - self._from) * _eased(elapsed / self._seconds)
        return min(1.0, self._from + ahead - self._behind * math.exp(-elapsed / CATCH_UP))

    def seconds_left(self, now: float) -> int | None:
        """Return the time left in whole seconds, at least 0; None where nobody knows."""
        if self._end is None:
            return None
        left = max(0.0, self._end - now)
        if self._told is None or not self._told - 1 < left <= self._told + MOST_RISE:
            self._told = math.ceil(left)
        return self._told

    def _follow_time_left(self, seconds: float | None, now: float) -> None:
        if seconds is None:
            self._end = self._told = None
        elif self._end is None:
            self._end = now + seconds
        else:
            share = 1 - math.exp(-(now - self._at) / STEADY)
            self._end += share * (now + seconds - self._end)


def _parts(progress: Progress) -> tuple[float | None, float, float | None]:
    """Return the part that is done, the part that the next report will be about at most, and the
    seconds until then; None where nobody knows."""
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
    """Return `part`, but never 1: beyond EVEN it comes ever more slowly."""
    if part <= EVEN:
        return part
    return 1 - (1 - EVEN) * math.exp(-(part - EVEN) / (1 - EVEN))
