"""Work that is under way when the mode of a comparison changes goes on."""

import math

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from cozviewer.jobs.document import Document
from cozviewer.pyramid.compose import compose
from cozviewer.ui.compare.compared_images import OTHER_SETTINGS, SOURCES, Sides
from cozviewer.ui.compare.paint import Mode
from tests.ui.conftest import TILE_RUNS, Bench, grabbed, settle, wheel

MODES = (*Mode, None, Mode.SIDE, Mode.CURTAIN, None, Mode.GRID, Mode.LENS)


def begin(viewer: Bench, qtbot: QtBot) -> Document:
    """Zoom in until the engine works, and have it wait."""
    window = viewer.window
    window.actions_by_name["map"].trigger()
    window.navigator.reduced_motion = True
    viewer.engine.hold(after=0)
    wheel(window.panes.generated, QPoint(400, 300), 9)
    document = window.document
    assert document is not None
    qtbot.waitUntil(lambda: document.view_work._under_way is not None)
    return document


def rest(viewer: Bench, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: viewer.window.navigator.at_rest)


def finish(viewer: Bench, qtbot: QtBot) -> None:
    """Let the engine draw all that is wanted, and check what is seen then."""
    window = viewer.window
    viewer.engine.hold(after=math.inf)
    settle(qtbot, window)
    window.compare_menu.set_mode(None)
    settle(qtbot, window)
    pane, document = window.panes.generated, window.document
    assert document is not None
    exact = compose(document.chain.pyramid, pane.view, complete=True)
    np.testing.assert_array_equal(grabbed(pane), exact)


def test_a_step_goes_on_while_the_mode_changes(viewer: Bench, qtbot: QtBot) -> None:
    document = begin(viewer, qtbot)
    step = document.view_work._under_way
    assert step is not None
    stops: list[bool] = []
    document.stopped.connect(lambda: stops.append(True))
    for mode in MODES:
        viewer.window.compare_menu.set_mode(mode)
        rest(viewer, qtbot)
        assert document.view_work._step is step
        assert not step.cancelled.is_set()
    assert viewer.engine.calls == 0
    finish(viewer, qtbot)
    assert viewer.engine.calls == 1  # nothing was drawn twice
    assert not stops


def test_what_a_larger_pane_lacks_is_generated_afterwards(viewer: Bench, qtbot: QtBot) -> None:
    viewer.window.compare_menu.set_mode(Mode.SIDE)
    settle(qtbot, viewer.window)
    document = begin(viewer, qtbot)
    step = document.view_work._under_way
    viewer.window.compare_menu.set_mode(None)
    rest(viewer, qtbot)
    assert document.view_work._step is step
    finish(viewer, qtbot)
    assert viewer.engine.calls > 1


@TILE_RUNS
def test_tiles_in_flight_arrive(viewer: Bench, qtbot: QtBot) -> None:
    document = begin(viewer, qtbot)
    made: list[object] = []
    document.tiles_made.connect(made.append)
    viewer.engine.hold(after=2)
    viewer.window.compare_menu.set_mode(Mode.BLINK)
    qtbot.waitUntil(lambda: bool(made))
    viewer.window.compare_menu.set_mode(Mode.SIDE)
    rest(viewer, qtbot)
    assert document.view_work.working
    finish(viewer, qtbot)


def test_a_gesture_still_ends_the_work(viewer: Bench, qtbot: QtBot) -> None:
    document = begin(viewer, qtbot)
    step = document.view_work._under_way
    assert step is not None
    viewer.window.compare_menu.set_mode(Mode.SIDE)
    viewer.window.navigator.pan(30, 0)  # before the new size has settled, too
    assert step.cancelled.is_set()
    finish(viewer, qtbot)


def test_the_open_image_seen_again_is_not_requested_anew(viewer: Bench, qtbot: QtBot) -> None:
    document = begin(viewer, qtbot)
    step, panes = document.view_work._under_way, viewer.window.panes
    panes.compare(Mode.CURTAIN, Sides(SOURCES[2], SOURCES[0]))
    panes.compare(Mode.CURTAIN, Sides())
    assert document.view_work._step is step
    finish(viewer, qtbot)
    assert viewer.engine.calls == 1


def test_work_for_a_hidden_image_with_other_settings_ends(viewer: Bench, qtbot: QtBot) -> None:
    window, panes = viewer.window, viewer.window.panes
    entry = next(a for a in window.compare_menu.actions() if a.text() == "Engine: Stripes")
    entry.trigger()
    panes.compare(Mode.CURTAIN, Sides(SOURCES[2], OTHER_SETTINGS))
    qtbot.waitUntil(lambda: len(panes.images.others) == 1)
    viewer.engine.hold(after=0)
    wheel(panes.generated, QPoint(400, 300), 9)
    other = next(iter(panes.images.others.values()))
    qtbot.waitUntil(lambda: other.working)
    QTest.keyClick(window, Qt.Key.Key_C)
    assert not other.working
    viewer.engine.hold(after=math.inf)
    settle(qtbot, window)
