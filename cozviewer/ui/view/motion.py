"""The two ways in which a camera moves by itself: a glide to a goal, and a throw that slows."""

import math
from dataclasses import dataclass

from cozviewer.pyramid.camera import Camera, View, between

FRICTION = 4.5
"""1/s: the speed of a throw decays as exp(-FRICTION t)."""

SLOWEST = 12.0
"""View pixels per second below which a throw ends."""


@dataclass(frozen=True)
class Glide:
    """A motion to a goal that eases out.

    Attributes:
        start, goal: Where it leads from and to.
        view_size: Size of the pane in device pixels.
        began: When, in seconds of a monotonic clock.
        seconds: How long it takes.
    """

    start: Camera
    goal: Camera
    view_size: tuple[int, int]
    began: float
    seconds: float

    def over(self, now: float) -> bool:
        """Return whether it has reached its goal at a time."""
        return now - self.began >= self.seconds

    def camera_at(self, now: float) -> Camera:
        """Return the camera at a time. Where only the position changes, it moves by whole view
        pixels."""
        part = 1 - (1 - min(1.0, (now - self.began) / self.seconds)) ** 3
        view = View(self.start, *self.view_size)
        shift = View(self.goal, *self.view_size).shift_from(view)
        if shift is None or part >= 1:
            return between(self.start, self.goal, part)
        return self.start.panned(round(shift[0] * part), round(shift[1] * part))


@dataclass(frozen=True)
class Throw:
    """The motion after a drag that was released with some speed.

    Attributes:
        velocity_x, velocity_y: In view pixels per second.
        since: When that was, in seconds of a monotonic clock.
    """

    velocity_x: float
    velocity_y: float
    since: float

    def way(self, now: float) -> tuple[float, float]:
        """Return the way until a time, in view pixels."""
        way = (1 - self._decay(now)) / FRICTION
        return self.velocity_x * way, self.velocity_y * way

    def after(self, now: float) -> "Throw | None":
        """Return the remaining motion at a time; None if it has ended."""
        decay = self._decay(now)
        rest = Throw(self.velocity_x * decay, self.velocity_y * decay, now)
        return rest if math.hypot(rest.velocity_x, rest.velocity_y) >= SLOWEST else None

    def _decay(self, now: float) -> float:
        return math.exp(-FRICTION * (now - self.since))
