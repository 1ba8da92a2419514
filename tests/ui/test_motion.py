"""A view in motion, painted without a GPU: more coarsely where that is too slow, the same image,
and exact at rest; and one plan for many tiles."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cozviewer.image.pixels import Rgb8
from cozviewer.pyramid.compose import compose
from cozviewer.pyramid.geometry import TileKey
from cozviewer.pyramid.plan import plan
from cozviewer.ui.compare.panes import ComparePanes
from tests.ui.conftest import GLIDING, LARGE_WINDOW, Bench, FixedPace, grabbed, settle, wheel

pytestmark = GLIDING


def use_factor(panes: ComparePanes, factor: int) -> None:
    """Paint views in motion with pixels so many device pixels wide."""
    panes.generated.layer._mosaic._pace = FixedPace(factor)


def in_motion(panes: ComparePanes) -> Rgb8:
    """Zoom a little, and return what is painted before the view rests."""
    canvas = panes.generated
    canvas._navigator.pinch(1.07, 3.0, 2.0)
    QApplication.processEvents()
    assert not canvas._navigator.at_rest
    return grabbed(canvas)


@LARGE_WINDOW
@pytest.mark.parametrize("factor", [2, 3])
def test_in_motion_it_is_coarser_where_that_is_too_slow_and_stays_in_place(
    viewer: Bench, factor: int
) -> None:
    panes = viewer.window.panes
    use_factor(panes, factor)
    coarse = in_motion(panes)
    height, width = (size // factor * factor for size in coarse.shape[:2])
    squares = coarse[:height, :width].reshape(height // factor, factor, width // factor, factor, 3)
    assert np.all(squares == squares[:, :1, :, :1])

    use_factor(panes, 1)
    fine = grabbed(panes.generated).astype(float)
    middle = fine[:height, :width].reshape(squares.shape).mean(axis=(1, 3))
    away = np.abs(squares[:, 0, :, 0] - middle).mean()
    assert away < 1.0
    for axis in (0, 1):  # a shift by one of these pixels would be seen as such
        assert away < np.abs(squares[:, 0, :, 0] - np.roll(middle, 1, axis)).mean()


def test_at_rest_it_is_exact(panes: ComparePanes, viewer: Bench, qtbot: QtBot) -> None:
    use_factor(panes, 3)
    in_motion(panes)
    settle(qtbot, viewer.window)
    document = viewer.window.document
    assert document is not None
    canvas = panes.generated
    np.testing.assert_array_equal(grabbed(canvas), compose(document.chain.pyramid, canvas.view))


def test_what_waits_for_tiles_at_rest_is_painted_finely(viewer: Bench, qtbot: QtBot) -> None:
    use_factor(viewer.window.panes, 2)
    window, canvas = viewer.window, viewer.window.panes.generated
    viewer.engine.hold(after=0)
    wheel(canvas, QPoint(300, 200), 9)
    layer = canvas.layer
    qtbot.waitUntil(
        lambda: (
            window.navigator.at_rest
            and window.document is not None
            and window.document.working
            and not layer._mosaic.waiting
        )
    )
    qtbot.waitUntil(lambda: not layer._fade.isActive())
    shown = grabbed(canvas)
    rows = (shown.shape[0] // 2) * 2
    assert not np.array_equal(shown[0:rows:2], shown[1:rows:2])
    window.stop_work()


def test_many_tiles_in_one_turn_are_one_plan(
    panes: ComparePanes, viewer: Bench, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[object] = []

    def counted(*arguments: object) -> object:
        made.append(arguments)
        return plan(*arguments)  # type: ignore[arg-type]

    document = viewer.window.document
    assert document is not None
    layer = panes.generated.layer
    qtbot.waitUntil(lambda: not layer._fade.isActive() and not layer._mosaic.waiting)
    monkeypatch.setattr("cozviewer.ui.view.tiles.mosaic.plan", counted)
    with qtbot.waitSignal(panes.generated.layer.changed):
        for col in range(300):
            document.tiles_made.emit((TileKey(2, 1000 + col, 1000),))
    assert len(made) == 1
