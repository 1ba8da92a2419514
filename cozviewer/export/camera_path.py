"""The way of a movie's camera: from one view to another, smooth to the eye at any depth.

A view is a point of a half-plane: where its centre is, and how high it hovers, which is how far
its corners are from its centre, in source pixels. The way is the shortest one in the half-plane's
hyperbolic geometry, flown at a steady pace: what J. J. van Wijk and W. A. A. Nuij, "Smooth and
efficient zooming and panning" (IEEE InfoVis 2003), found to look best, with their rho^2 = 2 (the
mean of what people liked was 2.0) and the half diagonal as the size of a view. Then

- the magnification grows evenly in its logarithm, as the picture comes closer;
- what lies aside drifts to the middle first, while the view is wide and the way short;
- a target that is seen at the start is flown to directly; to one further away the way first
  leads out, so that something that stays is always seen.

Positions are exact (see `camera`). Only part of a view's own size is reckoned in floats.
"""

import math
from dataclasses import dataclass
from fractions import Fraction

from cozviewer.pyramid.camera import Camera, View, camera_at
from cozviewer.util.errors import BadInput

EASE_SECONDS = 1.0
"""Time in which the flight gathers speed, and loses it."""

PACE = 1.5
"""Seconds that a way of length 1 takes at a calm pace (see `Flight.length`)."""

SHORTEST_SECONDS = 2.0
"""Of a flight whose length in time nobody has chosen."""

_SAME_PLACE = 1e-12
"""Centres so close together, in half diagonals of the closer view, are the same to the eye."""

_LOG_2 = math.log(2)


@dataclass(frozen=True)
class Flight:
    """A way between two cameras that look through views of one size.

    Attributes:
        start, end: Where it begins and ends.
        half_diagonal: From the middle of the view to its corner, in view pixels.
    """

    start: Camera
    end: Camera
    half_diagonal: float

    def at(self, part: float) -> Camera:
        """Return the camera at a part (0..1) of the way; at 0 and 1 exactly `start` and `end`."""
        if part <= 0:
            return self.start
        if part >= 1:
            return self.end
        far = self._distance()
        if far is None:
            log2 = self.start.log2 + (self.end.log2 - self.start.log2) * part
            return _camera(*self.end.source_centre, log2)
        first, last = self._ends(far)
        here = first + (last - first) * part
        # The half circle is u = R tanh(s), height = R / cosh(s). Centres are reckoned from the
        # side of the summit on which they are: there no distance exceeds the view's own size.
        if here < 0:
            near, other, log2, side = self.start, self.end, self.start.log2, first
        else:
            near, other, log2, side = self.end, self.start, self.end.log2, last
        height = self.half_diagonal * 2.0**-log2
        way = Fraction(height * abs(math.sinh(side - here)) / math.cosh(here)) / Fraction(far)
        (x, y), (other_x, other_y) = near.source_centre, other.source_centre
        return _camera(
            x + (other_x - x) * way,
            y + (other_y - y) * way,
            log2 + (_log_cosh(here) - _log_cosh(side)) / _LOG_2,
        )

    @property
    def length(self) -> float:
        """How long the way is: 1 is e times closer, or half a diagonal aside."""
        far = self._distance()
        if far is None:
            return abs(self.end.log2 - self.start.log2) * _LOG_2
        first, last = self._ends(far)
        return last - first

    def _distance(self) -> float | None:
        """Return how far the centres are apart in source pixels; None: not to the eye."""
        (x, y), (end_x, end_y) = self.start.source_centre, self.end.source_centre
        far = math.hypot(float(end_x - x), float(end_y - y))
        seen = far * 2.0 ** max(self.start.log2, self.end.log2)
        return far if seen > _SAME_PLACE * self.half_diagonal else None

    def _ends(self, far: float) -> tuple[float, float]:
        """Return s of both ends on the half circle on which the way lies.

        van Wijk and Nuij's r0 and r1, with sizes and distance in units of the larger of them.
        """
        first, last = (self.half_diagonal * 2.0**-c.log2 for c in (self.start, self.end))
        unit = max(first, last, far)
        first, last, far = first / unit, last / unit, far / unit
        difference = (last - first) * (last + first)
        return (
            -math.asinh((difference + far * far) / (2 * first * far)),
            -math.asinh((difference - far * far) / (2 * last * far)),
        )


@dataclass(frozen=True)
class Take:
    """A frame of a movie.

    Attributes:
        view: What it shows.
        ticks: How many frames long it stays.
    """

    view: View
    ticks: int = 1


def takes(
    start: View,
    end: View,
    fps: Fraction,
    seconds: float,
    hold_seconds: float = 0.0,
    back: bool = False,
) -> list[Take]:
    """Return the frames of a flight; the first shows exactly `start`, the last (or, with the way
    back, that in the middle) exactly `end`.

    Args:
        start, end: Views of one size.
        fps: Frames a second.
        seconds: How long the flight takes, > 0; the way back takes as long again.
        hold_seconds: How long it rests at the end of the way.
        back: Whether it comes back.

    Raises:
        BadInput: Nothing would move.
    """
    flight = flight_between(start, end)
    if not flight.length:
        raise BadInput("The movie would begin where it ends: choose another view for one of them.")
    last = max(1, round(fps * Fraction(seconds)) - 1)
    there = [
        Take(View(flight.at(eased(i / last, seconds)), end.width, end.height))
        for i in range(last + 1)
    ]
    there[-1] = Take(end, 1 + round(fps * Fraction(hold_seconds)))
    return [*there, *reversed(there[:-1])] if back else there


def calm_seconds(start: View, end: View) -> float:
    """Return how long a flight between two views takes at a calm pace, in whole seconds."""
    return max(SHORTEST_SECONDS, float(round(PACE * flight_between(start, end).length)))


def flight_between(start: View, end: View) -> Flight:
    """Return the flight between two views of one size."""
    half_diagonal = math.hypot(end.width, end.height) / 2
    return Flight(start.camera, end.camera, half_diagonal)


def resized(view: View, width: int, height: int) -> View:
    """Return the view of another size that shows all that `view` shows, as large as can be."""
    if (width, height) == (view.width, view.height):
        return view
    x, y = view.camera.source_centre
    factor = min(Fraction(width, view.width), Fraction(height, view.height))
    magnification = Fraction(view.camera.scale) * Fraction(2) ** view.camera.level * factor
    return View(camera_at(x, y, magnification), width, height).aligned()


def eased(part: float, seconds: float) -> float:
    """Return the part of the way that is behind after a part (0..1) of the time.

    The speed rises as a smoothstep within EASE_SECONDS (or half of the time, if that is less),
    is steady, and falls as it rose: neither place nor speed nor force ever jumps.
    """
    ramp = min(0.5, EASE_SECONDS / seconds)
    if part > 0.5:
        return 1 - eased(1 - part, seconds)
    x = min(1.0, max(0.0, part) / ramp)
    # The integral of x^2 (3 - 2x), which is 1/2 at 1.
    return (ramp * x**3 * (1 - x / 2) + max(0.0, part - ramp)) / (1 - ramp)


def _log_cosh(s: float) -> float:
    return abs(s) + math.log1p(math.exp(-2 * abs(s))) - _LOG_2


def _camera(x: Fraction, y: Fraction, log2: float) -> Camera:
    level = math.floor(log2)
    return camera_at(x, y, math.ldexp(2.0 ** (log2 - level), level))
