"""The navigator: where the view goes when several things want to move it."""

from pytestqt.qtbot import QtBot

from cozviewer.pyramid.camera import camera_at
from cozviewer.ui.navigator import Navigator


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
