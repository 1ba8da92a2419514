"""The camera: where every pixel lies in the view, exact at any depth."""

import math
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cozviewer.image.rect import Rect
from cozviewer.pyramid.camera import (
    DEEPEST,
    SUBPIXEL_BITS,
    Camera,
    View,
    between,
    camera_at,
    fit,
)
from cozviewer.pyramid.geometry import at_level

ONE = 1 << SUBPIXEL_BITS
TREMBLE = 1e-6
"""View pixels; nobody sees less than a thousandth."""

NOTCH = 1.2

offsets = st.floats(-2000, 2000)
source_positions = st.integers(0, 5000 << 40).map(lambda n: Fraction(n, 1 << 40))
magnifications = st.floats(2.0**-12, 2.0**60)
cameras = st.builds(camera_at, source_positions, source_positions, magnifications)


def source_point(camera: Camera, offset_x: float, offset_y: float) -> tuple[Fraction, Fraction]:
    """Return the source point under a view offset from the centre, exact."""
    x, y = camera.source_centre
    magnification = Fraction(camera.scale) * Fraction(2) ** camera.level
    return x + Fraction(offset_x) / magnification, y + Fraction(offset_y) / magnification


def moved(before: Camera, after: Camera, offset_x: float, offset_y: float) -> float:
    """Return how many view pixels (of `after`) the point under an offset has moved."""
    x0, y0 = source_point(before, offset_x, offset_y)
    x1, y1 = source_point(after, offset_x, offset_y)
    scale = Fraction(after.scale) * Fraction(2) ** after.level
    return math.hypot(float((x1 - x0) * scale), float((y1 - y0) * scale))


# -- What a camera is


@pytest.mark.parametrize(
    ("magnification", "level", "scale"),
    [
        (1.0, 0, 1.0),
        (1.5, 0, 1.5),
        (2.0, 1, 1.0),
        (0.75, -1, 1.5),
        (0.25, -2, 1.0),
        (Fraction(3, 8), -2, 1.5),
        (2.0**64 * 1.25, 64, 1.25),
        (math.nextafter(2.0, 0), 0, math.nextafter(2.0, 0)),
    ],
)
def test_magnification_is_scale_times_a_power_of_two(
    magnification: float, level: int, scale: float
) -> None:
    camera = camera_at(3, Fraction(5, 2), magnification)
    assert (camera.level, camera.scale) == (level, scale)
    assert camera.magnification == magnification
    assert camera.log2 == pytest.approx(math.log2(magnification), abs=1e-12)
    assert camera.source_centre == (Fraction(3), Fraction(5, 2))


@pytest.mark.parametrize(
    ("magnification", "level"),
    [
        (0.55, -1),
        (0.5500001, 0),
        (1.0, 0),
        (1.1, 0),
        (1.1000001, 1),
        (2.0, 1),
        (2.2, 1),
        (2.2000001, 2),
        (2.0**60 * 1.1, 60),
        (2.0**60 * 1.11, 61),
    ],
)
def test_a_level_is_drawn_up_to_a_tenth_larger_than_it_is(magnification: float, level: int) -> None:
    assert camera_at(0, 0, magnification).draw_level == level


# -- Zooming


@given(camera=cameras, factors=st.lists(st.floats(0.3, 3.0), max_size=40), x=offsets, y=offsets)
def test_a_zoom_keeps_the_point_under_the_cursor(
    camera: Camera, factors: list[float], x: float, y: float
) -> None:
    for factor in factors:
        after = camera.zoomed(factor, x, y)
        assert moved(camera, after, x, y) < TREMBLE
        assert 1 <= after.scale < 2
        assert after.log2 == pytest.approx(camera.log2 + math.log2(factor), abs=1e-9)
        camera = after


@given(
    camera=st.builds(camera_at, source_positions, source_positions, st.floats(0.01, 1000)),
    cursors=st.lists(st.tuples(st.floats(0.5, 2.0), offsets, offsets), max_size=12),
)
def test_going_back_the_way_one_came_ends_where_one_began(
    camera: Camera, cursors: list[tuple[float, float, float]]
) -> None:
    there = camera
    for factor, x, y in cursors:
        there = there.zoomed(factor, x, y)
    for factor, x, y in reversed(cursors):
        there = there.zoomed(1 / factor, x, y)
    assert moved(camera, there, 0, 0) < TREMBLE


def test_64_levels_down_at_a_fixed_cursor_nothing_jumps() -> None:
    x, y = 411.25, -307.5
    camera = camera_at(Fraction(2048), Fraction(1365), 0.3)
    notches = 0
    while camera.level < 64:
        after = camera.zoomed(NOTCH, x, y)
        assert moved(camera, after, x, y) < TREMBLE
        camera = after
        notches += 1
    assert notches == math.ceil(math.log(2.0**64 / 0.3, NOTCH))
    for _ in range(notches):
        after = camera.zoomed(1 / NOTCH, x, y)
        assert moved(camera, after, x, y) < TREMBLE
        camera = after
    assert camera.magnification == pytest.approx(0.3)
    assert moved(camera_at(Fraction(2048), Fraction(1365), 0.3), camera, 0, 0) < TREMBLE


def test_64_levels_down_neighbouring_pixels_lie_one_pixel_apart() -> None:
    camera = camera_at(Fraction(2048) + Fraction(1, 3), 1365, 2.0**64)
    view = View(camera, 1280, 800)
    region = view.level_region(64)
    assert region.width == 1281  # a third of a pixel off: one is cut at either end
    edges = [view.view_x(64, x) for x in range(region.x, region.right + 1)]
    assert [b - a for a, b in pairwise(edges)] == pytest.approx([1.0] * 1281, abs=1e-12)
    assert edges[0] == pytest.approx(-1 / 3)
    one_further = View(camera.panned(1, 0), 1280, 800)
    assert one_further.camera != camera
    assert one_further.view_x(64, region.x) == pytest.approx(edges[0] - 1, abs=1e-12)


def test_zooming_in_ends_at_the_deepest_level_and_never_turns_back() -> None:
    camera = camera_at(100, 100, 2.0 ** (DEEPEST - 2))
    for _ in range(30):
        after = camera.zoomed(NOTCH, 300, -200)
        assert after.magnification >= camera.magnification
        assert moved(camera, after, 300, -200) < TREMBLE
        camera = after
    assert camera.magnification == 2.0**DEEPEST
    view = View(camera, 1920, 1080)
    assert math.isfinite(view.view_x(-20, 100))
    assert view.level_region(DEEPEST).width in (1920, 1921)
    assert camera.zoomed(0.5).magnification == 2.0 ** (DEEPEST - 1)


def test_zooming_out_has_no_end_of_its_own() -> None:
    camera = camera_at(100, 100, 1.0)
    for _ in range(200):
        camera = camera.zoomed(1 / NOTCH, 300, -200)
    assert camera.magnification == pytest.approx(NOTCH**-200)


# -- Panning


@given(camera=cameras, x=offsets, y=offsets)
def test_a_pan_back_undoes_a_pan(camera: Camera, x: float, y: float) -> None:
    assert camera.panned(x, y).panned(-x, -y) == camera


@given(camera=cameras, dx=st.floats(-900, 900), dy=st.floats(-900, 900))
def test_a_pan_moves_by_view_pixels_right_and_down(camera: Camera, dx: float, dy: float) -> None:
    after = camera.panned(dx, dy)
    here = source_point(camera, dx, dy)
    scale = Fraction(camera.scale) * Fraction(2) ** camera.level
    assert abs(float((after.source_centre[0] - here[0]) * scale)) < TREMBLE
    assert abs(float((after.source_centre[1] - here[1]) * scale)) < TREMBLE


@pytest.mark.parametrize(
    ("centre", "clamped"),
    [((-5, 20), (0, 20)), ((50, 81), (50, 80)), ((1e9, -1e9), (100, 0)), ((33, 44), (33, 44))],
)
@pytest.mark.parametrize("magnification", [0.001, 0.3, 1.0, 7.0, 2.0**80])
def test_the_centre_stays_in_the_image(
    centre: tuple[float, float], clamped: tuple[float, float], magnification: float
) -> None:
    camera = camera_at(*centre, magnification).clamped(100, 80)
    x, y = camera.source_centre
    assert (float(x), float(y)) == pytest.approx(clamped, abs=1e-12)
    assert 0 <= x <= 100
    assert 0 <= y <= 80
    assert camera.magnification == magnification


# -- Where things lie in the view


views = st.builds(View, cameras, st.integers(1, 3000), st.integers(1, 3000))


def test_pixels_and_where_they_lie() -> None:
    view = View(camera_at(100, 50, 2.0), 400, 300)
    assert view.view_x(0, 100) == 200
    assert view.view_x(0, 101) == 202
    assert view.view_y(0, 50) == 150
    assert view.view_x(1, 201) == 201
    assert view.view_x(3, 801) == 200.25
    assert view.view_x(-2, 25) == 200
    assert view.view_x(-2, 26) == 208
    assert view.level_region(0) == Rect(0, -25, 200, 150)
    assert view.level_region(1) == Rect(0, -50, 400, 300)
    assert view.level_region(-2) == Rect(0, -7, 50, 39)
    assert view.visible(0, 110, 45) == Rect(0, 0, 110, 45)
    assert view.visible(-2, 110, 45) == Rect(0, 0, 28, 12)
    assert view.visible(0, 10**6, 10) == Rect(0, 0, 200, 10)
    assert view.level_box(0, Rect(90, 40, 9, 9)) == (-90, -65, 110, 85)
    assert view.level_box(2, Rect(0, 0, 9, 9)) == (0, -100, 800, 500)


@given(view=views, up=st.integers(-3, 12))
def test_region_box_and_edges_agree(view: View, up: int) -> None:
    """The region is the view's box rounded outwards; its outer edges lie just outside the view."""
    z = view.camera.level - up
    region = view.level_region(z)
    left, top, right, bottom = view.level_box(z, region)
    tolerance = 1e-9
    assert -tolerance <= left < 1 + tolerance
    assert -tolerance <= top < 1 + tolerance
    assert -1 - tolerance < right - region.width <= tolerance
    assert -1 - tolerance < bottom - region.height <= tolerance

    per_pixel = math.ldexp(view.camera.scale, up)
    slack = 1e-9 * max(1.0, per_pixel)
    assert -per_pixel - slack < view.view_x(z, region.x) <= slack
    assert -per_pixel - slack < view.view_y(z, region.y) <= slack
    assert -slack <= view.view_x(z, region.right) - view.width < per_pixel + slack
    assert -slack <= view.view_y(z, region.bottom) - view.height < per_pixel + slack

    assert view.view_x(z, region.x) == pytest.approx(-left * per_pixel, abs=slack)
    assert view.view_y(z, region.bottom) == pytest.approx(
        (region.height - top) * per_pixel, abs=slack
    )


@given(view=views, z=st.integers(-10, 60))
def test_what_is_visible_is_the_region_within_the_image(view: View, z: int) -> None:
    assume(abs(z - view.camera.level) < 40)
    region, seen = view.level_region(z), view.visible(z, 5000, 4000)
    assert region.contains(seen) or seen.empty
    if z >= 0:
        assert seen == region.intersected(Rect(0, 0, 5000 << z, 4000 << z))
    # What is seen at a level is seen at the next finer one.
    if not seen.empty:
        assert at_level(seen, z, z + 1).contains(view.visible(z + 1, 5000, 4000))


# -- Fitting and 1:1


@pytest.mark.parametrize(
    ("source", "view", "magnification"),
    [
        ((4000, 3000), (1000, 1000), 0.25),
        ((3000, 4000), (1000, 1000), 0.25),
        ((4000, 1000), (1000, 1000), 0.25),
        ((300, 200), (1000, 1000), 1.0),
        ((1000, 1000), (1000, 1000), 1.0),
        ((1001, 7), (1000, 1000), 1000 / 1001),
        ((1, 1), (1, 1), 1.0),
        ((100_000, 3), (7, 7), 7e-5),
    ],
)
def test_fit_shows_the_whole_image_never_above_its_own_size(
    source: tuple[int, int], view: tuple[int, int], magnification: float
) -> None:
    camera = fit(*source, *view)
    assert camera.magnification == magnification
    shown = View(camera, *view)
    assert shown.view_x(0, 0) >= -1e-6
    assert shown.view_y(0, 0) >= -1e-6
    assert shown.view_x(0, source[0]) <= view[0] + 1e-6
    assert shown.view_y(0, source[1]) <= view[1] + 1e-6
    middle = (shown.view_x(0, 0) + shown.view_x(0, source[0])) / 2
    assert middle == pytest.approx(view[0] / 2, abs=0.51)  # by half a pixel for whole pixels


def test_fit_into_a_view_without_size_is_still_a_camera() -> None:
    """A splitter dragged shut leaves a pane of no width."""
    camera = fit(400, 300, 0, 0)
    assert camera.magnification > 0
    assert View(camera, 0, 0).visible(0, 400, 300).area <= 1


@pytest.mark.parametrize(("width", "height"), [(800, 600), (801, 601), (800, 601), (1, 1)])
@pytest.mark.parametrize("magnification", [1.0, 0.5, 4.0, 2.0**64])
def test_at_its_own_size_a_level_lands_on_whole_view_pixels(
    width: int, height: int, magnification: float
) -> None:
    view = View(camera_at(Fraction(1001, 3), Fraction(777, 11), magnification), width, height)
    aligned = view.aligned()
    z = view.camera.level
    assert aligned.view_x(z, 1000 << max(z, 0)).is_integer()
    assert aligned.view_y(z, 1000 << max(z, 0)).is_integer()
    assert aligned.level_region(z).width == width
    assert aligned.level_region(z).height == height
    assert moved(view.camera, aligned.camera, 0, 0) <= math.hypot(0.5, 0.5) + TREMBLE
    assert aligned.aligned() == aligned


@given(st.floats(1.0001, 1.9999))
def test_other_sizes_are_not_moved(scale: float) -> None:
    view = View(camera_at(Fraction(1001, 3), Fraction(777, 11), scale), 801, 600)
    assert view.aligned() is view


# -- The way of an animated zoom


@given(camera=cameras, log2=st.floats(-70, 70), x=offsets, y=offsets, t=st.floats(0, 1))
def test_the_point_under_the_cursor_stays_all_along_a_zoom(
    camera: Camera, log2: float, x: float, y: float, t: float
) -> None:
    end = camera.zoomed(2.0**log2, x, y)
    there = between(camera, end, t)
    # Seen from the closer end, where positions count for more.
    near = end if log2 > 0 else camera
    assert moved(near, there, x, y) < TREMBLE


@pytest.mark.parametrize("depth", [0, 20, 60, 200])
@pytest.mark.parametrize("factor", [NOTCH, 1 / NOTCH, 4.0, 0.25, 2.0**50, 2.0**-50])
def test_an_animated_zoom_does_not_tremble_at_any_depth(depth: int, factor: float) -> None:
    x, y = -611.0, 303.25
    start = camera_at(Fraction(1999, 7), Fraction(3001, 11), math.ldexp(1.3, depth))
    end = start.zoomed(factor, x, y)
    frames = [between(start, end, i / 30) for i in range(31)]
    for before, after in pairwise(frames):
        near, far = (after, before) if factor > 1 else (before, after)
        assert moved(far, near, x, y) < TREMBLE
        assert (after.magnification > before.magnification) == (factor > 1)
    logs = [camera.log2 for camera in frames]
    steps = [b - a for a, b in pairwise(logs)]
    assert steps == pytest.approx([math.log2(factor) / 30] * 30, abs=1e-9)


@given(start=cameras, end=cameras)
def test_an_animation_ends_exactly(start: Camera, end: Camera) -> None:
    assert between(start, end, 0.0) is start
    assert between(start, end, 1.0) is end
    assert between(start, end, -0.1) is start
    assert between(start, end, 1.1) is end


@given(camera=cameras, dx=offsets, dy=offsets, t=st.floats(0, 1))
def test_an_animated_pan_is_even(camera: Camera, dx: float, dy: float, t: float) -> None:
    there = between(camera, camera.panned(dx, dy), t)
    assert moved(camera.panned(dx * t, dy * t), there, 0, 0) < TREMBLE


@given(start=cameras, end=cameras, t=st.floats(0.001, 0.999))
def test_a_long_way_stays_between_its_ends(start: Camera, end: Camera, t: float) -> None:
    there = between(start, end, t)
    low, high = sorted((start.log2, end.log2))
    assert low - 1e-9 <= there.log2 <= high + 1e-9
    for axis in (0, 1):
        low_x, high_x = sorted((start.source_centre[axis], end.source_centre[axis]))
        slack = Fraction(1e-6) / Fraction(there.magnification)
        assert low_x - slack <= there.source_centre[axis] <= high_x + slack


def test_a_shift_is_told_in_whole_view_pixels_or_not_at_all() -> None:
    view = View(camera_at(Fraction(1000, 3), 200, 13.7), 640, 480)
    moved = View(view.camera.panned(17, -250), 640, 480)
    assert moved.shift_from(view) == (17, -250)
    assert view.shift_from(view) == (0, 0)
    assert View(view.camera.panned(17.5, 0), 640, 480).shift_from(view) is None
    assert View(view.camera.zoomed(1.01), 640, 480).shift_from(view) is None
    assert View(view.camera, 641, 480).shift_from(view) is None
    deep = View(view.camera.zoomed(2.0**100), 640, 480)
    assert View(deep.camera.panned(-3, 4), 640, 480).shift_from(deep) == (-3, 4)
