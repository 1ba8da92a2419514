"""Moves the camera smoothly as gestures demand. Shared by the panes of a comparison.

A wheel notch sets a goal and the camera glides there; a drag moves it at once and lets it glide on;
when it has been still for a moment, the view is settled.
"""

import math
import time
from fractions import Fraction

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from cozviewer.pyramid.camera import Camera, View, camera_at, fit
from cozviewer.ui.view.motion import SLOWEST, Glide, Throw

ZOOM_SECONDS = 0.18
"""Duration of the glide after a wheel notch or key."""

FLIGHT_SECONDS = 0.25
"""Duration of the glide to a whole photo or to a previous view."""

SETTLE_MS = 200
"""Time at rest after which a view is settled and generating begins."""

PAUSE_MS = 90
"""A draft of the goal is begun after so long without input, so that it is there before the
camera."""

MEMORY = 100
"""The number of views that `previous` can go back."""


class Navigator(QObject):
    """The camera and its motion. It has more than 20 methods: a short one for each gesture.

    Attributes:
        reduced_motion: Whether the camera jumps instead of gliding.

    Signals:
        moved: The camera changed.
        gesture_started: The camera begins to move after a rest. (A new size of the pane moves a
            camera only if the whole photo is shown.)
        paused: There was no input for PAUSE_MS; the camera is at its `goal`, or glides there.
        settled: The camera has been at rest for SETTLE_MS.
    """

    moved = Signal()
    gesture_started = Signal()
    paused = Signal()
    settled = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.reduced_motion = False
        self._source_size = (1, 1)
        self._view_size = (1, 1)
        self._camera = camera_at(0.5, 0.5, 1.0)
        self._motion: Glide | Throw | None = None
        self._rest_of_pixel = (0.0, 0.0)
        self._resting = True
        self._resized = False
        self._follows_fit = True
        self._history: list[Camera] = []
        self._frame = QTimer(self)
        self._frame.setTimerType(Qt.TimerType.PreciseTimer)
        self._frame.setInterval(16)
        self._frame.timeout.connect(self._advance)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(SETTLE_MS)
        self._rest.timeout.connect(self._settle)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._on_pause)

    @property
    def camera(self) -> Camera:
        """The present camera."""
        return self._camera

    @property
    def goal(self) -> Camera:
        """Where the camera glides to, or is."""
        return self._motion.goal if isinstance(self._motion, Glide) else self._camera

    @property
    def at_rest(self) -> bool:
        """Whether the view has settled."""
        return self._resting

    @property
    def source_size(self) -> tuple[int, int]:
        """Size of the photo in source pixels."""
        return self._source_size

    @property
    def view_size(self) -> tuple[int, int]:
        """Size of a pane in device pixels."""
        return self._view_size

    def view(self, view_width: int, view_height: int) -> View:
        """Return the camera with the size of a pane."""
        return View(self._camera, view_width, view_height)

    def set_source(self, source_width: int, source_height: int) -> None:
        """Begin with a new photo: all of it is shown."""
        self._source_size = (source_width, source_height)
        self._history.clear()
        self._follows_fit = True
        self._jump(fit(*self._source_size, *self._view_size))

    def set_view_size(self, view_width: int, view_height: int) -> None:
        """Follow the pane's size in device pixels; a photo that was fitted stays fitted."""
        if (view_width, view_height) == self._view_size:
            return
        self._view_size = (max(1, view_width), max(1, view_height))
        if self._follows_fit:
            self._jump(fit(*self._source_size, *self._view_size))
        elif self._motion is not None:  # a glide ends at once
            self._jump(self.goal)
        else:  # what is under way for this camera goes on
            self._resized = self._resized or self._resting
            self._resting = False
            self._pause.start()
            self._rest.start()
            self.moved.emit()

    def zoom(self, factor: float, offset_x: float = 0.0, offset_y: float = 0.0) -> None:
        """Glide to a zoom by `factor` around a point, in view pixels from the centre."""
        self._follows_fit = False
        self._glide(self._bounded(self.goal, factor, offset_x, offset_y), ZOOM_SECONDS)

    def pinch(self, factor: float, offset_x: float, offset_y: float) -> None:
        """Zoom at once, as for a trackpad."""
        self._follows_fit = False
        self._begin()
        if isinstance(self._motion, Glide):
            self._motion = None
        self._move(self._bounded(self._camera, factor, offset_x, offset_y))

    def pan(self, view_dx: float, view_dy: float) -> None:
        """Move the camera at once by view pixels."""
        self._follows_fit = False
        self._begin()
        self._motion = None
        self._move(self._panned(view_dx, view_dy))

    def step(self, view_dx: float, view_dy: float) -> None:
        """Glide by view pixels, as for the arrow keys."""
        self._follows_fit = False
        goal = self.goal.panned(round(view_dx), round(view_dy))
        self._glide(goal.clamped(*self._source_size), ZOOM_SECONDS)

    def throw(self, velocity_x: float, velocity_y: float) -> None:
        """Glide on after a drag with this speed in view pixels per second."""
        if self.reduced_motion or math.hypot(velocity_x, velocity_y) < 10 * SLOWEST:
            return
        self._begin()
        self._motion = Throw(velocity_x, velocity_y, time.monotonic())
        self._frame.start()

    def hold(self) -> None:
        """Stop all motion: a finger or button went down."""
        self._motion = None
        self._frame.stop()
        if not self._resting:
            self._rest.start()

    def fit(self) -> None:
        """Glide to the whole photo."""
        self._follows_fit = True
        self._glide(fit(*self._source_size, *self._view_size), FLIGHT_SECONDS)

    def one_to_one(self) -> None:
        """Glide to one source pixel per device pixel, around the middle of the view; along a side
        on which all of the photo is seen then, around the middle of the photo."""
        self._follows_fit = False
        x, y = (
            centre if source > view else Fraction(source, 2)
            for centre, source, view in zip(
                self._camera.source_centre, self._source_size, self._view_size, strict=True
            )
        )
        view = View(camera_at(x, y, 1.0), *self._view_size).aligned()
        self._glide(view.camera.clamped(*self._source_size), FLIGHT_SECONDS)

    def go_to(self, camera: Camera) -> None:
        """Glide to a camera."""
        self._follows_fit = False
        self._glide(self._within(camera), FLIGHT_SECONDS)

    def begin_at(self, camera: Camera) -> None:
        """Show a camera at once, such as that of a session."""
        self._follows_fit = False
        self._jump(self._within(camera))

    @property
    def view_before(self) -> Camera | None:
        """The camera that `previous` leads to; None at the first view."""
        others = (camera for camera in reversed(self._history) if camera != self._camera)
        return next(others, None)

    def previous(self) -> None:
        """Glide back to the previous view."""
        while self._history and self._history[-1] == self._camera:
            self._history.pop()
        if self._history:
            self.go_to(self._history.pop())

    @property
    def _least(self) -> float:
        """The smallest magnification: half that of the fitted photo."""
        return fit(*self._source_size, *self._view_size).magnification / 2

    def _bounded(self, camera: Camera, factor: float, offset_x: float, offset_y: float) -> Camera:
        """Zoom, but not further out than `_least`."""
        factor = max(factor, self._least / camera.magnification)
        return camera.zoomed(factor, offset_x, offset_y).clamped(*self._source_size)

    def _within(self, camera: Camera) -> Camera:
        """Return a camera, which may come from a file, within the photo and not further out than
        `_least`."""
        if camera.magnification < self._least:
            camera = camera_at(*camera.source_centre, self._least)
        return camera.clamped(*self._source_size)

    def _begin(self) -> None:
        self._rest.stop()
        self._pause.start()
        if self._resting or self._resized:
            self._resting = self._resized = False
            self.gesture_started.emit()

    def _glide(self, goal: Camera, seconds: float) -> None:
        if goal == self.goal == self._camera:
            if self._motion is not None:
                self.hold()
            return
        self._begin()
        if self.reduced_motion:
            self._motion = None
            self._move(goal)
            return
        self._motion = Glide(self._camera, goal, self._view_size, time.monotonic(), seconds)
        self._frame.start()

    def _jump(self, camera: Camera) -> None:
        self._frame.stop()
        self._motion = None
        self._begin()
        self._move(camera)

    def _advance(self) -> None:
        """One frame of a glide or throw."""
        now, motion = time.monotonic(), self._motion
        if isinstance(motion, Glide):
            if motion.over(now):
                self._motion = None
            self._move(motion.camera_at(now))
        elif motion is not None:
            self._motion = motion.after(now)
            self._move(self._panned(*motion.way(now)))
        else:
            self._frame.stop()

    def _panned(self, view_dx: float, view_dy: float) -> Camera:
        """Return the camera moved by whole view pixels; the remainder is added to the next move.

        Moves by whole pixels need no rescaling and do not shimmer.
        """
        x, y = view_dx + self._rest_of_pixel[0], view_dy + self._rest_of_pixel[1]
        self._rest_of_pixel = (x - round(x), y - round(y))
        return self._camera.panned(round(x), round(y))

    def _move(self, camera: Camera) -> None:
        self._camera = camera.clamped(*self._source_size)
        if self._motion is None:
            self._frame.stop()
            self._rest.start()
        self.moved.emit()

    def _on_pause(self) -> None:
        if not isinstance(self._motion, Throw):  # whose goal is not known yet
            self.paused.emit()

    def _settle(self) -> None:
        self._resting, self._resized = True, False
        if not self._history or self._history[-1] != self._camera:
            self._history.append(self._camera)
            del self._history[:-MEMORY]
        self.settled.emit()
