"""The navigator: where the view goes when several things want to move it."""

from collections.abc import Callable
from fractions import Fraction

import pytest
from pytestqt.qtbot import QtBot

from cozviewer.pyramid.camera import Camera, Fitting, camera_at, fit
from cozviewer.pyramid.orientation import UPRIGHT, Orientation
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
def test_a_camera_from_a_file_is_brought_into_the_image(
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
    assert navigator.camera.magnification >= 0.1  # half of what shows the whole image


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


def resting(qtbot: QtBot, navigator: Navigator, move: Callable[[], object]) -> Camera:
    """Move, and return where the view settles."""
    with qtbot.waitSignal(navigator.settled):
        move()
    return navigator.camera


def navigator_over(qtbot: QtBot, width: int = 2000, height: int = 1000) -> Navigator:
    """Return a navigator without glides over a photo, in a pane of 400 x 300."""
    navigator = Navigator()
    navigator.reduced_motion = True
    navigator.set_view_size(400, 300)
    resting(qtbot, navigator, lambda: navigator.set_source(width, height))
    return navigator


def test_back_and_forward_lead_along_the_views(qtbot: QtBot) -> None:
    navigator = navigator_over(qtbot)
    first = navigator.camera
    assert (navigator.can_go_back, navigator.can_go_forward) == (False, False)
    second = resting(qtbot, navigator, lambda: navigator.go_to(camera_at(700, 400, 4.0)))
    third = resting(qtbot, navigator, lambda: navigator.zoom(2.0, 40, 30))
    assert resting(qtbot, navigator, navigator.back) == second
    assert navigator.view_before == first
    assert resting(qtbot, navigator, navigator.back) == first
    assert (navigator.can_go_back, navigator.can_go_forward) == (False, True)
    navigator.back()  # leads nowhere
    assert navigator.camera == first
    assert resting(qtbot, navigator, navigator.forward) == second
    assert resting(qtbot, navigator, navigator.forward) == third
    resting(qtbot, navigator, navigator.back)
    resting(qtbot, navigator, lambda: navigator.pan(50, 0))
    assert not navigator.can_go_forward


def test_two_steps_back_in_quick_succession(qtbot: QtBot) -> None:
    navigator = navigator_over(qtbot)
    first = navigator.camera
    resting(qtbot, navigator, lambda: navigator.go_to(camera_at(700, 400, 4.0)))
    last = resting(qtbot, navigator, lambda: navigator.go_to(camera_at(900, 500, 16.0)))
    navigator.reduced_motion = False
    navigator.back()
    assert resting(qtbot, navigator, navigator.back) == first
    navigator.forward()
    assert resting(qtbot, navigator, navigator.forward) == last


def test_back_to_a_fitted_photo_fits_it_into_the_pane_as_it_is_now(qtbot: QtBot) -> None:
    navigator = navigator_over(qtbot)
    resting(qtbot, navigator, lambda: navigator.go_to(camera_at(700, 400, 4.0)))
    resting(qtbot, navigator, lambda: navigator.set_view_size(800, 600))
    assert resting(qtbot, navigator, navigator.back) == fit(2000, 1000, 800, 600)
    resting(qtbot, navigator, lambda: navigator.set_view_size(200, 150))
    assert navigator.camera == fit(2000, 1000, 200, 150)


def test_another_photo_has_views_of_its_own(qtbot: QtBot) -> None:
    navigator = navigator_over(qtbot)
    resting(qtbot, navigator, lambda: navigator.go_to(camera_at(700, 400, 4.0)))
    navigator.turn(Orientation(1))
    with qtbot.waitSignals([navigator.history_changed, navigator.turned]):
        navigator.set_source(100, 100)
    assert (navigator.can_go_back, navigator.view_before) == (False, None)
    assert navigator.orientation == UPRIGHT


@pytest.mark.parametrize(
    ("fitting", "seen", "seen_sideways"),
    [
        (Fitting.WHOLE, (2000, 1500), (1000 * 4 / 3 * 2, 2000)),
        (Fitting.WIDTH, (2000, 1500), (1000, 750)),
        (Fitting.HEIGHT, (1000 * 4 / 3, 1000), (2000 * 4 / 3, 2000)),
        (Fitting.FILL, (1000 * 4 / 3, 1000), (1000, 750)),
    ],
)
def test_a_fitted_photo_stays_fitted_as_it_is_shown(
    qtbot: QtBot,
    fitting: Fitting,
    seen: tuple[float, float],
    seen_sideways: tuple[float, float],
) -> None:
    """`seen` is how much of the photo's plane the pane shows, in source pixels."""
    navigator = navigator_over(qtbot)

    def shown() -> tuple[float, float]:
        zoom = navigator.camera.magnification
        width, height = navigator.orientation.size(*navigator.view_size)
        return width / zoom, height / zoom

    resting(qtbot, navigator, lambda: navigator.go_to(camera_at(1000, 500, 8.0)))
    resting(qtbot, navigator, lambda: navigator.fit_to(fitting))
    assert shown() == pytest.approx(seen)
    resting(qtbot, navigator, lambda: navigator.set_view_size(600, 450))
    assert shown() == pytest.approx(seen)
    resting(qtbot, navigator, lambda: navigator.turn(Orientation(1)))
    if fitting is Fitting.WHOLE:
        assert navigator.camera == fit(2000, 1000, 450, 600)
    else:
        assert shown() == pytest.approx(seen_sideways)


@pytest.mark.parametrize("magnification", [1.0, 4.0, 64.0])
def test_a_magnification_is_taken_around_the_middle(qtbot: QtBot, magnification: float) -> None:
    navigator = navigator_over(qtbot)
    resting(qtbot, navigator, lambda: navigator.go_to(camera_at(700, 400, 8.0)))
    camera = resting(qtbot, navigator, lambda: navigator.magnify(magnification))
    assert camera.magnification == magnification
    assert [float(part) for part in camera.source_centre] == pytest.approx([700, 400], abs=1)


def test_a_magnification_is_bounded(qtbot: QtBot) -> None:
    navigator = navigator_over(qtbot)
    camera = resting(qtbot, navigator, lambda: navigator.magnify(1e-9))
    assert camera.magnification == fit(2000, 1000, 400, 300).magnification / 2


def test_a_turned_view_stays_where_it_is(qtbot: QtBot) -> None:
    navigator = navigator_over(qtbot)
    camera = resting(qtbot, navigator, lambda: navigator.go_to(camera_at(700, 400, 8.0)))
    told: list[bool] = []
    navigator.turned.connect(lambda: told.append(True))
    resting(qtbot, navigator, lambda: navigator.turn(Orientation(3, True)))
    assert (navigator.camera, told) == (camera, [True])
    assert navigator.view(400, 300).shown_size == (400, 300)
    assert navigator.view_size == (300, 400)
    navigator.turn(Orientation(3, True))
    assert told == [True]
