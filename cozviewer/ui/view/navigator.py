"""Moves the camera smoothly as gestures demand. Shared by the panes of a comparison.

A wheel notch sets a goal and the camera glides there; a drag moves it at once and lets it glide on;
when it has been still for a moment, the view is settled.

Gestures and keys are about the view as it is shown (`shown_`, see `pyramid.orientation`); the
camera and its motion are about the upright view.
"""

import math
import time
from fractions import Fraction

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from cozviewer.pyramid.camera import Camera, Fitting, View, camera_at, fit, fitted
from cozviewer.pyramid.orientation import UPRIGHT, Orientation
from cozviewer.ui.view.history import History, Place
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


class Navigator(QObject):
    """The camera and its motion.

    It has more than 20 methods, a short one for each gesture, and more than 12 attributes, as three
    are timers.

    Attributes:
        reduced_motion: Whether the camera jumps instead of gliding.

    Signals:
        moved: The camera changed.
        gesture_started: The camera begins to move after a rest. (A new size of the pane moves a
            camera only if the whole photo is shown.)
        paused: There was no input for PAUSE_MS; the camera is at its `goal`, or glides there.
        settled: The camera has been at rest for SETTLE_MS.
        turned: The orientation changed.
        history_changed: Whether `back` or `forward` lead anywhere may have changed.
    """

    moved = Signal()
    gesture_started = Signal()
    paused = Signal()
    settled = Signal()
    turned = Signal()
    history_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.reduced_motion = False
        self._source_size = (1, 1)
        self._view_size = (1, 1)
        self._orientation = UPRIGHT
        self._camera = camera_at(0.5, 0.5, 1.0)
        self._motion: Glide | Throw | None = None
        self._rest_of_pixel = (0.0, 0.0)
        self._resting = True
        self._resized = False
        self._fitting: Fitting | None = Fitting.WHOLE
        self._history = History()
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
        """Size of the upright view in device pixels: of a pane, or exchanged if it is sideways."""
        return self._view_size

    @property
    def orientation(self) -> Orientation:
        """How the view is turned when it is shown."""
        return self._orientation

    def view(self, shown_width: int, shown_height: int) -> View:
        """Return the camera with the size of a pane."""
        size = self._orientation.size(shown_width, shown_height)
        return View(self._camera, *size, self._orientation)

    def leave_rest(self) -> None:
        """Count as moving, as the present place is not one of the photo that is opened now."""
        self._begin()

    def set_source(
        self, source_width: int, source_height: int, orientation: Orientation = UPRIGHT
    ) -> None:
        """Begin with a new photo: all of it is shown."""
        self._source_size = (source_width, source_height)
        self._history.clear()
        self._take_orientation(orientation)
        self._fitting = Fitting.WHOLE
        self._jump(self._fitted(Fitting.WHOLE))
        self.history_changed.emit()

    def set_view_size(self, shown_width: int, shown_height: int) -> None:
        """Follow the pane's size in device pixels; a photo that was fitted stays fitted."""
        size = self._orientation.size(max(1, shown_width), max(1, shown_height))
        if size != self._view_size:
            self._view_size = size
            self._refit()

    def turn(self, orientation: Orientation) -> None:
        """Show the view turned. It stays where it is; a photo that was fitted stays fitted."""
        if orientation != self._orientation:
            self._take_orientation(orientation)
            self._refit()

    def _take_orientation(self, orientation: Orientation) -> None:
        if orientation == self._orientation:
            return
        shown_size = self._orientation.size(*self._view_size)
        self._orientation = orientation
        self._view_size = orientation.size(*shown_size)
        self.turned.emit()

    def _refit(self) -> None:
        """Follow a change of the pane; a glide ends at once."""
        if self._fitting is not None:
            self._jump(self._fitted(self._fitting))
        elif self._motion is not None:
            self._jump(self.goal)
        else:  # work for this camera continues
            self._resized = self._resized or self._resting
            self._resting = False
            self._pause.start()
            self._rest.start()
            self.moved.emit()

    def zoom(self, factor: float, offset_x: float = 0.0, offset_y: float = 0.0) -> None:
        """Glide to a zoom by `factor` around a point, in shown pixels from the centre."""
        self._leave()
        view_x, view_y = self._upright(offset_x, offset_y)
        self._glide(self._bounded(self.goal, factor, view_x, view_y), ZOOM_SECONDS)

    def pinch(self, factor: float, offset_x: float, offset_y: float) -> None:
        """Zoom at once, as for a trackpad."""
        self._leave()
        self._begin()
        if isinstance(self._motion, Glide):
            self._motion = None
        view_x, view_y = self._upright(offset_x, offset_y)
        self._move(self._bounded(self._camera, factor, view_x, view_y))

    def pan(self, shown_dx: float, shown_dy: float) -> None:
        """Move the camera at once by shown pixels."""
        self._leave()
        self._begin()
        self._motion = None
        self._move(self._panned(*self._upright(shown_dx, shown_dy)))

    def step(self, shown_dx: float, shown_dy: float) -> None:
        """Glide by shown pixels, as for the arrow keys."""
        self._leave()
        view_dx, view_dy = self._upright(shown_dx, shown_dy)
        goal = self.goal.panned(round(view_dx), round(view_dy))
        self._glide(goal.clamped(*self._source_size), ZOOM_SECONDS)

    def step_part(self, part_x: float, part_y: float) -> None:
        """Glide by parts of the pane's width and height."""
        width, height = self._orientation.size(*self._view_size)
        self.step(part_x * width, part_y * height)

    def throw(self, velocity_x: float, velocity_y: float) -> None:
        """Glide on after a drag with this speed in shown pixels per second."""
        if self.reduced_motion or math.hypot(velocity_x, velocity_y) < 10 * SLOWEST:
            return
        self._begin()
        self._motion = Throw(*self._upright(velocity_x, velocity_y), time.monotonic())
        self._frame.start()

    def hold(self) -> None:
        """Stop all motion: a finger or button went down."""
        self._motion = None
        self._frame.stop()
        if not self._resting:
            self._rest.start()

    def fit(self) -> None:
        """Glide to the whole photo."""
        self.fit_to(Fitting.WHOLE)

    def fit_to(self, fitting: Fitting) -> None:
        """Glide to where the photo is fitted, as it is shown; it stays so if the pane changes."""
        self._leave(fitting)
        self._glide(self._fitted(fitting), FLIGHT_SECONDS)

    def one_to_one(self) -> None:
        """Glide to one source pixel per device pixel; see `magnify`."""
        self.magnify(1.0)

    def magnify(self, magnification: float) -> None:
        """Glide to a magnification, around the middle of the view; along a side on which all of the
        photo is seen then, around the middle of the photo."""
        self._leave()
        x, y = (
            centre if source * magnification > view else Fraction(source, 2)
            for centre, source, view in zip(
                self.goal.source_centre, self._source_size, self._view_size, strict=True
            )
        )
        view = View(self._within(camera_at(x, y, magnification)), *self._view_size).aligned()
        self._glide(view.camera.clamped(*self._source_size), FLIGHT_SECONDS)

    def go_to(self, camera: Camera) -> None:
        """Glide to a camera."""
        self._leave()
        self._glide(self._within(camera), FLIGHT_SECONDS)

    def begin_at(self, camera: Camera) -> None:
        """Show a camera at once, such as that of a session."""
        self._leave()
        self._jump(self._within(camera))

    @property
    def view_before(self) -> Camera | None:
        """The last camera that differs from the present one; None at the first view."""
        return self._history.before(self._camera)

    @property
    def can_go_back(self) -> bool:
        """Whether there is a view before this one."""
        return self._history.can_go_back

    @property
    def can_go_forward(self) -> bool:
        """Whether there is a view after this one, as `back` was used."""
        return self._history.can_go_forward

    def back(self) -> None:
        """Glide to the view before."""
        self._travel(-1)

    def forward(self) -> None:
        """Glide to the view that `back` led away from."""
        self._travel(1)

    def _travel(self, steps: int) -> None:
        place = self._history.go(steps, Place(self.goal, self._fitting))
        if place is not None:
            self._fitting = place.fitting
            here = place.camera if place.fitting is None else self._fitted(place.fitting)
            self._glide(self._within(here), FLIGHT_SECONDS)
        self.history_changed.emit()

    def _leave(self, fitting: Fitting | None = None) -> None:
        """Begin a motion that leads elsewhere than to a view of the history."""
        self._fitting = fitting
        self._history.leave()

    def _fitted(self, fitting: Fitting) -> Camera:
        """Return the camera where the photo is fitted as it is shown."""
        view = View(self.goal, *self._view_size)
        return fitted(fitting.turned(self._orientation), *self._source_size, view)

    def _upright(self, shown_dx: float, shown_dy: float) -> tuple[float, float]:
        """Return a way or a speed over the upright view."""
        return self._orientation.inverse.way(shown_dx, shown_dy)

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
        self._history.note(Place(self._camera, self._fitting))
        self.history_changed.emit()
        self.settled.emit()
