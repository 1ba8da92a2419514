"""The camera path of a movie: from one view to another, smooth at any magnification.

A view is a point of a half-plane: its centre, and its height, which is the distance of its corners
from its centre in source pixels. The path is the shortest one in the hyperbolic geometry of the
half-plane, followed at constant speed: what J. J. van Wijk and W. A. A. Nuij, "Smooth and efficient
zooming and panning" (IEEE InfoVis 2003), found to look best, with their rho^2 = 2 (the mean of what
viewers preferred was 2.0) and half the diagonal as the size of a view. It follows that

- the logarithm of the magnification grows evenly while zooming in;
- a target off the centre moves to the middle first, while the view is wide and the path short;
- a target that is visible at the start is approached directly; for one further away the path first
  zooms out, so that consecutive frames always overlap.

Positions are exact (see `camera`). Floats are used only for fractions of a view's own size.
"""

import math
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

from cozviewer.pyramid.camera import Camera, View, camera_at
from cozviewer.util.errors import BadInput
from cozviewer.util.translation import translate

EASE_SECONDS = 1.0
"""Time in which the camera accelerates, and slows down again."""

PACE = 1.5
"""Seconds that a path of length 1 takes at a calm pace (see `CameraPath.length`)."""

SHORTEST_SECONDS = 2.0
"""Shortest default duration."""

_SAME_PLACE = 1e-12
"""Centres closer together than this, in half diagonals of the closer view, look the same."""

_LOG_2 = math.log(2)


@dataclass(frozen=True)
class CameraPath:
    """A path between two cameras with views of the same size.

    Attributes:
        start, end: The first and the last camera.
        half_diagonal: From the middle of the view to its corner, in view pixels.
    """

    start: Camera
    end: Camera
    half_diagonal: float

    def at(self, part: float) -> Camera:
        """Return the camera at a part (0..1) of the path; at 0 and 1 exactly `start` and `end`."""
        if part <= 0:
            return self.start
        if part >= 1:
            return self.end
        far = self._distance
        if far is None:
            log2 = self.start.log2 + (self.end.log2 - self.start.log2) * part
            return _camera(*self.end.source_centre, log2)
        first, last = self._ends
        here = first + (last - first) * part
        # The half circle is u = R tanh(s), height = R / cosh(s). Centres are computed from the end
        # on their side of the summit: there no distance exceeds the view's own size.
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
        """Length of the path: 1 is a zoom by e, or a pan by half a diagonal."""
        far = self._distance
        if far is None:
            return abs(self.end.log2 - self.start.log2) * _LOG_2
        first, last = self._ends
        return last - first

    @cached_property
    def _distance(self) -> float | None:
        """Return the distance of the centres in source pixels; None if they look the same."""
        (x, y), (end_x, end_y) = self.start.source_centre, self.end.source_centre
        far = math.hypot(float(end_x - x), float(end_y - y))
        seen = far * 2.0 ** max(self.start.log2, self.end.log2)
        return far if seen > _SAME_PLACE * self.half_diagonal else None

    @cached_property
    def _ends(self) -> tuple[float, float]:
        """Return s of both ends on the half circle on which the path lies, for centres apart.

        van Wijk and Nuij's r0 and r1, with sizes and distance in units of the larger of them.
        """
        far = self._distance
        assert far is not None
        first, last = (self.half_diagonal * 2.0**-c.log2 for c in (self.start, self.end))
        unit = max(first, last, far)
        first, last, far = first / unit, last / unit, far / unit
        difference = (last - first) * (last + first)
        return (
            -math.asinh((difference + far * far) / (2 * first * far)),
            -math.asinh((difference - far * far) / (2 * last * far)),
        )


@dataclass(frozen=True)
class FrameSpec:
    """A frame of a movie.

    Attributes:
        view: What it shows.
        ticks: For how many frames it is shown.
    """

    view: View
    ticks: int = 1


def frame_specs(
    start: View,
    end: View,
    fps: Fraction,
    seconds: float,
    hold_seconds: float = 0.0,
    back: bool = False,
) -> list[FrameSpec]:
    """Return the frames of a zoom; the first shows exactly `start`, the last (with `back`, the one
    in the middle) exactly `end`.

    Args:
        start, end: Views of the same size.
        fps: Frames per second.
        seconds: Duration of the zoom, > 0; zooming back out takes as long again.
        hold_seconds: How long the last view is held.
        back: Whether the camera returns to the start.

    Raises:
        BadInput: Start and end are the same.
    """
    path = path_between(start, end)
    if not path.length:
        raise BadInput(
            translate(
                "Error",
                "Start and end of the movie are the same: choose another view for one of them.",
            )
        )
    last = max(1, round(fps * Fraction(seconds)) - 1)
    there = [
        FrameSpec(replace(end, camera=path.at(eased(i / last, seconds)))) for i in range(last + 1)
    ]
    there[-1] = FrameSpec(end, 1 + round(fps * Fraction(hold_seconds)))
    return [*there, *reversed(there[:-1])] if back else there


def calm_seconds(start: View, end: View) -> float:
    """Return the duration of a zoom between two views at a calm pace, in whole seconds."""
    return max(SHORTEST_SECONDS, float(round(PACE * path_between(start, end).length)))


def path_between(start: View, end: View) -> CameraPath:
    """Return the path between two views of the same size."""
    half_diagonal = math.hypot(end.width, end.height) / 2
    return CameraPath(start.camera, end.camera, half_diagonal)


def resized(view: View, width: int, height: int) -> View:
    """Return the view of another size that shows all that `view` shows, as large as possible.

    Args:
        width, height: The size as it is shown.
    """
    width, height = view.orientation.size(width, height)
    if (width, height) == (view.width, view.height):
        return view
    x, y = view.camera.source_centre
    factor = min(Fraction(width, view.width), Fraction(height, view.height))
    magnification = Fraction(view.camera.scale) * Fraction(2) ** view.camera.level * factor
    return View(camera_at(x, y, magnification), width, height, view.orientation).aligned()


def eased(part: float, seconds: float) -> float:
    """Return the part of the path that is done after a part (0..1) of the time.

    The speed rises as a smoothstep within EASE_SECONDS (or half of the time, if that is less),
    is constant, and falls as it rose: position, speed and acceleration are continuous.
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
