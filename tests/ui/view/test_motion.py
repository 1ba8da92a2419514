"""How the camera moves by itself: a glide reaches its goal, a throw ends."""

import itertools
import math

import pytest

from cozviewer.pyramid.camera import View, camera_at
from cozviewer.ui.view.motion import FRICTION, SLOWEST, Glide, Throw

SIZE = (400, 300)


def test_a_glide_begins_at_its_start_and_ends_at_its_goal() -> None:
    start, goal = camera_at(100, 100, 1.0), camera_at(40, 60, 8.0)
    glide = Glide(start, goal, SIZE, began=10.0, seconds=0.2)
    assert glide.camera_at(10.0).magnification == pytest.approx(1.0)
    assert not glide.over(10.19)
    assert glide.over(10.21)
    assert glide.camera_at(10.21) == goal
    assert glide.camera_at(99.0) == goal


def test_a_glide_is_fastest_at_first() -> None:
    glide = Glide(camera_at(100, 100, 1.0), camera_at(100, 100, 4.0), SIZE, 0.0, 1.0)
    zooms = [math.log2(glide.camera_at(t / 4).magnification) for t in range(5)]
    steps = [after - before for before, after in itertools.pairwise(zooms)]
    assert steps == sorted(steps, reverse=True)
    assert all(step > 0 for step in steps)


def test_a_glide_without_zoom_moves_by_whole_pixels() -> None:
    start = camera_at(100, 100, 2.0)
    glide = Glide(start, start.panned(101, -7), SIZE, 0.0, 1.0)
    for moment in (0.1, 0.33, 0.5, 0.9):
        shift = View(glide.camera_at(moment), *SIZE).shift_from(View(start, *SIZE))
        assert shift is not None
        assert 0 <= shift[0] <= 101
        assert -7 <= shift[1] <= 0


def test_a_throw_slows_down_and_ends() -> None:
    throw = Throw(1000.0, 0.0, since=5.0)
    later = throw.after(5.1)
    assert later is not None
    assert later.velocity_x == pytest.approx(1000 * math.exp(-0.1 * FRICTION))
    ends = 5.0 + math.log(1000 / SLOWEST) / FRICTION
    assert throw.after(ends - 0.01) is not None
    assert throw.after(ends + 0.01) is None


def test_the_way_of_a_throw_is_the_same_in_one_piece_or_in_frames() -> None:
    throw = Throw(800.0, -400.0, since=0.0)
    whole = throw.way(0.5)
    x = y = 0.0
    part: Throw | None = throw
    for frame in range(1, 51):
        assert part is not None
        dx, dy = part.way(frame / 100)
        x, y, part = x + dx, y + dy, part.after(frame / 100)
    assert (x, y) == pytest.approx(whole)
