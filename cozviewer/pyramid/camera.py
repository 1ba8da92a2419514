"""The camera: the point of the photo at the centre of the view, and the magnification.

Planes: `view_` is device pixels from the view's top left corner (names with `offset`: from its
centre); `level_` is pixels of a pyramid level.

Positions are fixed-point Python integers, exact at any depth; floats are used only for distances
within a view.
"""

import math
from dataclasses import dataclass, replace
from enum import Enum
from fractions import Fraction

from cozviewer.image.rect import Rect, rect_between
from cozviewer.pyramid.geometry import STEP_LEVELS, level_rect
from cozviewer.pyramid.orientation import UPRIGHT, Orientation

SUBPIXEL_BITS = 64
"""Positions are in units of 2^-64 pixels of the camera's level."""

SHARP_UP_TO = 1.1
"""A level is drawn up to 1.1 times its size before the next finer one is needed: an enlargement by
a tenth is invisible, and a view just past a level would otherwise need sixteen times the tiles."""

LARGEST_STRETCH = 2.0
"""A generated level is shown up to twice its size before the next one is generated: a view then
needs at most four times its own pixels, where a finer level would need sixteen times."""

NO_SHIFT = 1e-4
"""Distance between two views, in view pixels, up to which they show the same pixels."""

DEEPEST = 256
"""log2 of the maximum magnification: far beyond any use, and still a finite float."""


@dataclass(frozen=True, slots=True)
class Camera:
    """A position over the photo and a magnification.

    Attributes:
        level: floor(log2(magnification)).
        scale: View pixels per pixel of `level`, in [1, 2); magnification = scale * 2^level.
        x, y: Centre of the view in 2^-SUBPIXEL_BITS pixels of `level`.
    """

    level: int
    scale: float
    x: int
    y: int

    @property
    def magnification(self) -> float:
        """View pixels per source pixel."""
        return math.ldexp(self.scale, self.level)

    @property
    def log2(self) -> float:
        """log2 of the magnification; equal steps of it look equal."""
        return self.level + math.log2(self.scale)

    @property
    def draw_level(self) -> int:
        """The coarsest level that is sharp in this view (see SHARP_UP_TO)."""
        return self.level_within(SHARP_UP_TO)

    @property
    def rest_level(self) -> int:
        """The level from which a view at rest is composed.

        Up to ×1, that is the source or one of its overviews. Beyond, it is the coarsest
        of level 0 and the step levels whose pixels are at most LARGEST_STRETCH view pixels wide:
        ×4 from just above ×2 to ×8, ×16 from there to ×32, and so on.
        """
        if self.draw_level <= 0:
            return self.draw_level
        # At exactly a power of two, the pixels of the level below are exactly twice as wide.
        coarsest = self.level - 1 if self.scale == 1.0 else self.level
        return -(-coarsest // STEP_LEVELS) * STEP_LEVELS

    def level_within(self, stretch: float) -> int:
        """Return the coarsest level whose pixels are at most `stretch` (1..2) view pixels wide."""
        return self.level if self.scale <= stretch else self.level + 1

    @property
    def source_centre(self) -> tuple[Fraction, Fraction]:
        """Centre in source pixels, exact."""
        unit = Fraction(2) ** -(SUBPIXEL_BITS + self.level)
        return self.x * unit, self.y * unit

    def zoomed(self, factor: float, offset_x: float = 0.0, offset_y: float = 0.0) -> "Camera":
        """Return the camera magnified by `factor`; the point under the offset stays fixed.

        Args:
            factor: > 0; above 1 zooms in.
            offset_x, offset_y: View pixels from the centre of the view to the fixed point.
        """
        mantissa, exponent = math.frexp(self.scale * factor)
        level, scale = self.level + exponent - 1, mantissa * 2
        level, scale = min((level, scale), (DEEPEST, 1.0))
        shift = level - self.level
        # From the old centre to the fixed point, then from there to the new centre.
        x = _shifted(self.x + _fixed(offset_x / self.scale), shift) - _fixed(offset_x / scale)
        y = _shifted(self.y + _fixed(offset_y / self.scale), shift) - _fixed(offset_y / scale)
        return Camera(level, scale, x, y)

    def panned(self, view_dx: float, view_dy: float) -> "Camera":
        """Return the camera moved by view pixels (positive: right and down over the photo)."""
        return Camera(
            self.level,
            self.scale,
            self.x + _fixed(view_dx / self.scale),
            self.y + _fixed(view_dy / self.scale),
        )

    def clamped(self, source_width: int, source_height: int) -> "Camera":
        """Return the camera with its centre moved inside the photo."""
        right = _shifted(source_width << SUBPIXEL_BITS, self.level)
        bottom = _shifted(source_height << SUBPIXEL_BITS, self.level)
        return Camera(
            self.level, self.scale, min(max(self.x, 0), right), min(max(self.y, 0), bottom)
        )


@dataclass(frozen=True, slots=True)
class View:
    """A camera and the size of the view in device pixels.

    Attributes:
        camera: Position and magnification.
        width, height: Size upright; see `shown_size`.
        orientation: How the pixels of the view are turned when they are shown. All other members
            are about the upright view.
    """

    camera: Camera
    width: int
    height: int
    orientation: Orientation = UPRIGHT

    @property
    def upright(self) -> "View":
        """The same view, not turned."""
        return self if self.orientation == UPRIGHT else replace(self, orientation=UPRIGHT)

    @property
    def shown_size(self) -> tuple[int, int]:
        """Width and height of the view as it is shown."""
        return self.orientation.size(self.width, self.height)

    def view_x(self, z: int, level_x: int) -> float:
        """Return the view position of the left edge of column `level_x` of level z."""
        return self._view(z, level_x, self.camera.x, self.width)

    def view_y(self, z: int, level_y: int) -> float:
        """Return the view position of the upper edge of row `level_y` of level z."""
        return self._view(z, level_y, self.camera.y, self.height)

    def _view(self, z: int, level_edge: int, centre: int, size: int) -> float:
        camera = self.camera
        distance = _shifted(level_edge << SUBPIXEL_BITS, camera.level - z) - centre
        return distance / (1 << SUBPIXEL_BITS) * camera.scale + size / 2

    def level_box(self, z: int, origin: Rect) -> tuple[float, float, float, float]:
        """Return the view's (left, top, right, bottom) in pixels of level z, relative to the corner
        of `origin` (a rectangle of level z near the view, so that floats are precise)."""
        camera = self.camera
        per_pixel = math.ldexp(1 / camera.scale, z - camera.level)
        unit = Fraction(2) ** (z - camera.level - SUBPIXEL_BITS)
        x = float(camera.x * unit - origin.x)
        y = float(camera.y * unit - origin.y)
        half_width, half_height = self.width / 2 * per_pixel, self.height / 2 * per_pixel
        return x - half_width, y - half_height, x + half_width, y + half_height

    def level_region(self, z: int) -> Rect:
        """Return the pixels of level z that intersect the view, also outside the photo."""
        camera = self.camera
        half_width = _fixed(self.width / 2 / camera.scale)
        half_height = _fixed(self.height / 2 / camera.scale)
        shift = z - camera.level - SUBPIXEL_BITS
        return rect_between(
            _shifted(camera.x - half_width, shift),
            _shifted(camera.y - half_height, shift),
            -_shifted(-(camera.x + half_width), shift),
            -_shifted(-(camera.y + half_height), shift),
        )

    def visible(self, z: int, source_width: int, source_height: int) -> Rect:
        """Return the visible pixels of level z: `level_region` cropped to the photo."""
        return self.level_region(z).intersected(level_rect(z, source_width, source_height))

    def photo_area(self, source_width: int, source_height: int) -> Rect:
        """Return the view pixels whose centres are inside the photo. (The last pixel of an overview
        may extend beyond it: `geometry.level_size` rounds up.)"""
        return rect_between(
            max(0, round(self.view_x(0, 0))),
            max(0, round(self.view_y(0, 0))),
            min(self.width, round(self.view_x(0, source_width))),
            min(self.height, round(self.view_y(0, source_height))),
        )

    def shift_from(self, other: "View") -> tuple[int, int] | None:
        """Return the offset of this view from `other` in whole view pixels (right, down); None if
        it is not a whole number, or if size or magnification differ."""
        mine, its = self.camera, other.camera
        if (mine.level, mine.scale, self.width, self.height) != (
            its.level,
            its.scale,
            other.width,
            other.height,
        ):
            return None
        unit = mine.scale / (1 << SUBPIXEL_BITS)
        dx, dy = (mine.x - its.x) * unit, (mine.y - its.y) * unit
        if abs(dx - round(dx)) > NO_SHIFT or abs(dy - round(dy)) > NO_SHIFT:
            return None
        return round(dx), round(dy)

    def aligned(self) -> "View":
        """Return the view with its corner moved to a whole pixel, if it shows a level at exactly
        its own size: at 100% the pixels are then unchanged, not blurred by half a pixel."""
        if self.camera.scale != 1.0:
            return self
        one = 1 << SUBPIXEL_BITS
        x = _rounded(self.camera.x - self.width * one // 2) + self.width * one // 2
        y = _rounded(self.camera.y - self.height * one // 2) + self.height * one // 2
        return replace(self, camera=Camera(self.camera.level, 1.0, x, y))


def camera_at(
    source_x: Fraction | float, source_y: Fraction | float, magnification: Fraction | float
) -> Camera:
    """Return the camera over a point of the source.

    Args:
        source_x, source_y: Source pixels; the corner of the image is (0, 0), the middle of its
            first pixel (0.5, 0.5).
        magnification: View pixels per source pixel, > 0.
    """
    mantissa, exponent = math.frexp(magnification)
    level = exponent - 1
    unit = Fraction(2) ** (SUBPIXEL_BITS + level)
    return Camera(
        level, mantissa * 2, round(Fraction(source_x) * unit), round(Fraction(source_y) * unit)
    )


def fit(source_width: int, source_height: int, view_width: int, view_height: int) -> Camera:
    """Return the camera that fits the whole photo into a view, without enlarging a small photo."""
    # A view may have no pixels, but a magnification must be above 0.
    magnification = min(1.0, max(1, view_width) / source_width, max(1, view_height) / source_height)
    camera = camera_at(Fraction(source_width, 2), Fraction(source_height, 2), magnification)
    return View(camera, view_width, view_height).aligned().camera


class Fitting(Enum):
    """How a photo is fitted into a view."""

    WHOLE = "whole"
    """All of it is seen; a small photo is not enlarged."""
    FILL = "fill"
    """The view is full of it."""
    WIDTH = "width"
    """It is as wide as the view."""
    HEIGHT = "height"
    """It is as high as the view."""

    def turned(self, orientation: Orientation) -> "Fitting":
        """Return what fits the upright view, if this fits the view as it is shown."""
        exchanged = {Fitting.WIDTH: Fitting.HEIGHT, Fitting.HEIGHT: Fitting.WIDTH}
        return exchanged.get(self, self) if orientation.sideways else self


def fitted(
    fitting: Fitting,
    source_width: int,
    source_height: int,
    view: View,
) -> Camera:
    """Return the camera that fits a photo into a view.

    A photo that is larger than the view along a side stays where it is along that side, as far as
    the view then shows nothing beyond it; else it is centred.

    Args:
        fitting: How; see `Fitting.turned` if the view is turned.
        view: Its size, and where it is.
    """
    if fitting is Fitting.WHOLE:
        return fit(source_width, source_height, view.width, view.height)
    sizes = ((source_width, max(1, view.width)), (source_height, max(1, view.height)))
    wide, high = (Fraction(seen, source) for source, seen in sizes)
    if fitting is Fitting.FILL:
        magnification = max(wide, high)
    else:
        magnification = wide if fitting is Fitting.WIDTH else high
    x, y = (
        min(max(centre, seen / magnification / 2), source - seen / magnification / 2)
        if source * magnification > seen
        else Fraction(source, 2)
        for centre, (source, seen) in zip(view.camera.source_centre, sizes, strict=True)
    )
    camera = camera_at(x, y, magnification)
    return View(camera, view.width, view.height).aligned().camera


def between(start: Camera, end: Camera, t: float) -> Camera:
    """Return the camera at fraction t (0..1) of an even zoom from `start` to `end`.

    The logarithm of the magnification changes linearly. If the magnifications differ, the centre
    moves so that one point stays fixed in the view.
    """
    if t <= 0:
        return start
    if t >= 1:
        return end
    log_step = end.log2 - start.log2
    start_x, start_y = start.source_centre
    end_x, end_y = end.source_centre
    # With a fixed point, the centre is linear in 1/magnification. It is computed from the closer
    # camera, where the distance is small, so that a float is precise enough.
    if abs(log_step) < 1e-9:
        near_x, near_y, far_x, far_y, way = start_x, start_y, end_x, end_y, t
    elif log_step > 0:
        way = (2.0 ** (-log_step * t) - 2.0**-log_step) / (1 - 2.0**-log_step)
        near_x, near_y, far_x, far_y = end_x, end_y, start_x, start_y
    else:
        way = (2.0 ** (log_step * (1 - t)) - 2.0**log_step) / (1 - 2.0**log_step)
        near_x, near_y, far_x, far_y = start_x, start_y, end_x, end_y
    exact = Fraction(way)
    log2 = start.log2 + log_step * t
    level = math.floor(log2)
    return camera_at(
        near_x + (far_x - near_x) * exact,
        near_y + (far_y - near_y) * exact,
        math.ldexp(2.0 ** (log2 - level), level),
    )


def _fixed(value: float) -> int:
    """Return a distance in pixels as a fixed-point integer, correctly rounded."""
    return round(Fraction(value) * (1 << SUBPIXEL_BITS))


def _rounded(fixed: int) -> int:
    """Return a fixed-point position rounded to the nearest whole pixel."""
    half = 1 << (SUBPIXEL_BITS - 1)
    return (fixed + half) >> SUBPIXEL_BITS << SUBPIXEL_BITS


def _shifted(value: int, bits: int) -> int:
    """Return value * 2^bits, rounded down."""
    return value << bits if bits >= 0 else value >> -bits
