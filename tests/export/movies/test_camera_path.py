"""The way of a movie's camera: exact at its ends, even to the eye between them, at any depth."""

import math
from fractions import Fraction
from itertools import pairwise

import pytest

from cozviewer.export.movies.camera_path import (
    CameraPath,
    calm_seconds,
    eased,
    frame_specs,
    path_between,
    resized,
)
from cozviewer.pyramid.camera import Camera, View, camera_at, fit
from cozviewer.util.errors import BadInput

SIZE = (640, 360)
FPS = Fraction(30)


def view(x: float, y: float, magnification: float | Fraction) -> View:
    return View(camera_at(x, y, magnification), *SIZE)


def seen(camera: Camera, x: float, y: float) -> tuple[float, float]:
    """Return where a source pixel stands, in view pixels from the middle."""
    cx, cy = camera.source_centre
    unit = Fraction(camera.scale) * Fraction(2) ** camera.level
    return float((Fraction(x) - cx) * unit), float((Fraction(y) - cy) * unit)


def flow(path: CameraPath, steps: int = 400) -> list[float]:
    """Return how fast the image moves along the way: the mean over the view's corners, of how
    far what is there travels in a step."""
    found = []
    corners = [(x, y) for x in (-320, 320) for y in (-180, 180)]
    cameras = [path.at(i / steps) for i in range(steps + 1)]
    for before, after in pairwise(cameras):
        unit = Fraction(before.scale) * Fraction(2) ** before.level
        x, y = before.source_centre
        way = []
        for dx, dy in corners:
            now = seen(after, x + Fraction(dx) / unit, y + Fraction(dy) / unit)  # type: ignore[arg-type]
            way.append(math.dist((dx, dy), now))
        found.append(sum(way) / len(way))
    return found


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (view(500, 400, 0.5), view(512.3, 410.1, 64)),
        (view(100, 100, 16), view(1400, 900, 16)),
        (view(0, 0, 300), view(5, 5, 2)),
        (view(100, 100, 1), view(100, 100, Fraction(2) ** 200)),
    ],
)
def test_it_begins_and_ends_exactly_and_never_jumps(start: View, end: View) -> None:
    path = path_between(start, end)
    assert path.at(0) == start.camera
    assert path.at(1) == end.camera
    speeds = flow(path)
    # The same speed for the eye all along: van Wijk and Nuij's optimal path.
    assert max(speeds) < 1.6 * min(speeds)


def test_a_zoom_on_the_spot_is_exponential() -> None:
    path = path_between(view(300, 200, 1), view(300, 200, 256))
    logs = [path.at(i / 8).log2 for i in range(9)]
    assert logs == pytest.approx([float(i) for i in range(9)], abs=1e-9)
    assert {path.at(i / 8).source_centre for i in range(9)} == {(Fraction(300), Fraction(200))}


def test_far_away_it_leads_out_first_so_that_something_is_always_seen() -> None:
    start, end = view(100, 100, 64), view(4000, 100, 64)
    path = path_between(start, end)
    widest = min(path.at(i / 50).magnification for i in range(51))
    # Half way out both places are in view, or nearly so.
    assert widest < 640 / 3900 * 2
    assert path.at(0.5).magnification == pytest.approx(widest, rel=1e-3)


def test_near_by_it_goes_straight_in() -> None:
    path = path_between(view(500, 400, 1), view(620, 400, 64))
    logs = [path.at(i / 50).log2 for i in range(51)]
    assert logs == sorted(logs)


def test_deep_down_it_is_as_exact_as_at_the_surface() -> None:
    deep = Fraction(2) ** 300
    x = Fraction(100) + Fraction(7, 2**290)
    path = path_between(view(100, 50, deep), View(camera_at(x, 50, deep), *SIZE))
    ways = [float((path.at(i / 10).source_centre[0] - 100) * 2**290) for i in range(11)]
    assert ways == sorted(ways)
    assert ways[-1] == pytest.approx(7, abs=1e-6)
    assert 3 < ways[5] < 4


def test_the_pace_rises_and_falls_without_a_jolt() -> None:
    times = [eased(i / 1000, 6) for i in range(1001)]
    assert (times[0], times[-1]) == (0, 1)
    speeds = [b - a for a, b in pairwise(times)]
    assert speeds == pytest.approx(speeds[::-1], abs=1e-12)
    jolts = [abs(b - a) for a, b in pairwise(speeds)]
    assert max(jolts) < 0.02 * max(speeds)
    assert speeds[0] < 0.001 * max(speeds)


def test_the_frames_are_as_many_as_the_time_has_and_end_where_they_should() -> None:
    start, end = view(300, 200, 1), view(310, 205, 16)
    shown = frame_specs(start, end, FPS, 3, hold_seconds=0.5)
    assert sum(frame.ticks for frame in shown) == 3 * 30 + 15
    assert (shown[0].view, shown[-1].view) == (start, end)
    assert shown[-1].ticks == 16
    there_and_back = frame_specs(start, end, FPS, 3, hold_seconds=0.5, back=True)
    assert [frame.view for frame in there_and_back] == [
        *(frame.view for frame in shown),
        *(frame.view for frame in reversed(shown[:-1])),
    ]


def test_a_movie_that_would_stand_still_is_refused() -> None:
    with pytest.raises(BadInput, match="are the same: choose"):
        frame_specs(view(5, 5, 2), view(5, 5, 2), FPS, 3)


def test_longer_ways_take_longer() -> None:
    times = [calm_seconds(view(300, 200, 1), view(300, 200, 4.0**n)) for n in (1, 3, 6)]
    assert times == sorted(times)
    assert 5 <= times[1] <= 8
    assert times[0] >= 2


def test_a_view_of_another_size_shows_all_of_it() -> None:
    whole = View(fit(1600, 900, 800, 600), 800, 600)
    for size in ((1280, 720), (300, 900), (800, 600)):
        other = resized(whole, *size)
        assert (other.width, other.height) == size
        assert other.camera.source_centre == pytest.approx((800, 450), abs=1)
        shown = (
            other.width / other.camera.magnification,
            other.height / other.camera.magnification,
        )
        assert shown[0] >= 1599
        assert shown[1] >= 899
