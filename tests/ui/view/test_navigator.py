"""The navigator: where the view goes when several things want to move it."""

from collections.abc import Callable
from fractions import Fraction

import pytest
from pytestqt.qtbot import QtBot

from cozviewer.pyramid.camera import Camera, camera_at
from cozviewer.ui.view.navigator import Navigator


def test_a_window_that_changes_its_size_on_the_way_arrives_all_the_same(qtbot: QtBot) -> None:
    """A bookmark chosen while a comparison ends, say: the pane becomes wider just then."""
    navigator = Navigator()
    navigator.set_source(2000, 1000)
    navigator.set_view_size(400, 300)
    with qtbot.waitSignal(navigator.settled):
        navigator.begin_at(camera_at(700.0, 400.0, 64.0))
    goal = camera_at(500.0, 300.0, 16.0)
    with qtbot.waitSignal(navigator.settled):
        navigator.go_to(goal)
        navigator.set_view_size(800, 300)
    assert navigator.camera == goal


@pytest.mark.parametrize(
    ("source", "centre"),
    [
        ((40, 30), (20, 15)),  # all of it is seen, in the middle
        ((40, 3000), (20, 700)),  # as wide as is seen whole; its height stays where it was
        ((4000, 3000), (900, 700)),
    ],
)
def test_one_to_one_centres_what_is_seen_whole(
    qtbot: QtBot, source: tuple[int, int], centre: tuple[int, int]
) -> None:
    navigator = Navigator()
    navigator.reduced_motion = True
    navigator.set_view_size(800, 600)
    navigator.set_source(*source)
    navigator.begin_at(camera_at(min(900, source[0]), min(700, source[1]), 3.0))
    navigator.one_to_one()
    x, y = navigator.camera.source_centre
    assert navigator.camera.magnification == 1
    assert (float(x), float(y)) == pytest.approx(centre, abs=1)


@pytest.mark.parametrize("go", [Navigator.begin_at, Navigator.go_to])
@pytest.mark.parametrize(
    ("x", "y", "magnification"),
    [(10**400, -(10**400), 1), (-(10**400), 0, 2**200), (5, 5, Fraction(1, 2**250))],
    ids=["far", "far and deep", "tiny"],
)
def test_a_camera_from_a_file_is_brought_into_the_picture(
    qtbot: QtBot, go: Callable[[Navigator, Camera], None], x: int, y: int, magnification: Fraction
) -> None:
    """Floats would overflow on the way there, and nothing would be seen."""
    navigator = Navigator()
    navigator.set_source(2000, 1000)
    navigator.set_view_size(400, 300)
    with qtbot.waitSignal(navigator.settled):
        go(navigator, camera_at(Fraction(x), Fraction(y), magnification))
    centre_x, centre_y = navigator.camera.source_centre
    assert 0 <= centre_x <= 2000
    assert 0 <= centre_y <= 1000
    assert navigator.camera.magnification >= 0.1  # half of what shows the whole picture


def test_a_pause_is_told_before_the_camera_is_where_it_goes(qtbot: QtBot) -> None:
    navigator = Navigator()
    navigator.set_view_size(400, 300)
    navigator.set_source(2000, 1000)
    with qtbot.waitSignal(navigator.settled):
        navigator.begin_at(camera_at(700.0, 400.0, 4.0))
    told: list[tuple[Camera, bool]] = []
    navigator.paused.connect(lambda: told.append((navigator.goal, navigator.at_rest)))
    with qtbot.waitSignal(navigator.settled):
        navigator.zoom(1.2)
        navigator.zoom(1.2)
        goal = navigator.goal
        assert goal != navigator.camera
    assert navigator.camera == goal
    assert told == [(goal, False)]


def test_a_throw_has_no_goal_yet(qtbot: QtBot) -> None:
    navigator = Navigator()
    navigator.set_view_size(400, 300)
    navigator.set_source(2000, 1000)
    with qtbot.waitSignal(navigator.settled):
        navigator.begin_at(camera_at(700.0, 400.0, 4.0))
    told: list[Camera] = []
    navigator.paused.connect(lambda: told.append(navigator.goal))
    navigator._pause.setInterval(0)  # before the throw can be over, however busy the machine is
    navigator.throw(900.0, 0.0)
    with qtbot.waitSignal(navigator.settled):
        pass
    assert told == []
