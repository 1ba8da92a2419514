"""The outline around what is being drawn: where it is, what it leaves alone, and when it goes."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from cozviewer.chain.chain import Progress
from cozviewer.config.choice import EngineChoice
from cozviewer.image.pixels import Rgb8
from cozviewer.image.rect import Rect
from cozviewer.jobs.images import to_rgb8
from cozviewer.pyramid.camera import View, camera_at
from cozviewer.ui.compare.compared_images import Sides
from cozviewer.ui.compare.paint import Mode
from cozviewer.ui.main_window import MainWindow
from cozviewer.ui.view.drawing_mark import DrawingMark
from cozviewer.ui.view.navigator import Navigator
from tests.ui.conftest import Bench, Stripes, grabbed, services, settle
from tests.ui.runs import RunningChain

CAMERA = camera_at(100, 75, 4.0)
"""Over the middle of a view of 300 x 200: (0, 0) of it is (250, 200) of level 2."""


def told(region: Rect | None, z: int = 2) -> Progress:
    return Progress("Generating", z, 0, 0, None, drawing=region)


def painted(mark: DrawingMark, ground: str, ratio: int = 1, view: View | None = None) -> Rgb8:
    view = view or View(CAMERA, 300 * ratio, 200 * ratio)
    image = QImage(view.width, view.height, QImage.Format.Format_RGB32)
    image.fill(QColor(ground))
    painter = QPainter(image)
    mark.draw(painter, view, ratio)
    painter.end()
    return to_rgb8(image)


def touched(pixels: Rgb8, ground: str) -> QRect:
    """Return the box around all pixels that are not as the ground is."""
    colour = QColor(ground)
    other = np.abs(pixels.astype(int) - (colour.red(), colour.green(), colour.blue())).max(2) > 8
    rows, columns = np.flatnonzero(other.any(1)), np.flatnonzero(other.any(0))
    if not len(rows):
        return QRect()
    return QRect(
        int(columns[0]),
        int(rows[0]),
        int(columns[-1] - columns[0] + 1),
        int(rows[-1] - rows[0] + 1),
    )


@pytest.fixture
def mark(qtbot: QtBot) -> DrawingMark:
    pane = QWidget()
    qtbot.addWidget(pane)
    navigator = Navigator(pane)
    navigator.reduced_motion = True
    return DrawingMark(navigator, pane)


@pytest.mark.parametrize("ground", ["#000000", "#ffffff", "#808080", "#4c9be8"])
@pytest.mark.parametrize("ratio", [1, 2])
def test_it_lies_around_what_is_drawn_on_any_ground(
    mark: DrawingMark, ground: str, ratio: int
) -> None:
    mark._on_progress(told(Rect(400, 300, 60, 40)))  # from the middle of the view on
    box = touched(painted(mark, ground, ratio), ground)
    around = 3 * ratio
    assert abs(box.x() - 150 * ratio) <= around
    assert abs(box.y() - 100 * ratio) <= around
    assert abs(box.width() - 60) <= 2 * around
    assert abs(box.height() - 40) <= 2 * around
    top, left = 100 * ratio + 10, 150 * ratio + 10
    inside = painted(mark, ground, ratio)[top : top + 20, left : left + 40]
    assert touched(inside, ground).isEmpty()


def test_it_is_cut_to_the_view_and_wholly_seen_there(mark: DrawingMark) -> None:
    mark._on_progress(told(Rect(0, 0, 800, 600)))
    box = touched(painted(mark, "#000000"), "#000000")
    assert QRect(0, 0, 300, 200).contains(box)
    assert box.width() > 290
    assert box.height() > 190


def test_it_is_found_at_any_depth(mark: DrawingMark) -> None:
    far = 200
    camera = camera_at(0, 0, 2.0**far).panned(1 << 40, 1 << 40)
    region = Rect((1 << 40) - 50, (1 << 40) - 50, 100, 100)
    mark._on_progress(told(region, far))
    box = touched(painted(mark, "#000000", view=View(camera, 300, 200)), "#000000")
    assert abs(box.center().x() - 150) <= 1
    assert abs(box.center().y() - 100) <= 1


@pytest.mark.parametrize("region", [Rect(1000, 0, 50, 50), Rect(0, 0, 10, 10), None])
def test_nothing_is_marked_that_is_not_seen(mark: DrawingMark, region: Rect | None) -> None:
    mark._on_progress(told(region))
    assert touched(painted(mark, "#000000"), "#000000").isEmpty()


def test_it_follows_the_camera_at_once(mark: DrawingMark) -> None:
    mark._on_progress(told(Rect(400, 300, 60, 40)))
    before = touched(painted(mark, "#000000"), "#000000")
    panned = View(CAMERA.panned(30, -20), 300, 200)
    assert touched(painted(mark, "#000000", view=panned), "#000000") == before.translated(-30, 20)
    closer = View(CAMERA.zoomed(2), 300, 200)
    box = touched(painted(mark, "#000000", view=closer), "#000000")
    assert abs(box.width() - 120) <= 6


def test_it_breathes_unless_motion_is_reduced(mark: DrawingMark) -> None:
    mark._on_progress(told(Rect(400, 300, 60, 40)))
    mark._since = 0.0
    assert len({mark._strength() for _ in range(100)}) == 1
    mark._navigator.reduced_motion = False
    assert len({mark._strength() for _ in range(100)}) > 1


# -- in the window -----------------------------------------------------------------------------


@pytest.fixture
def viewer(qtbot: QtBot, tmp_path: Path, photo: Path) -> Iterator[Bench]:
    """A window at rest over x4 whose chain is within a run that does not end by itself."""
    engine, cache = Stripes(), tmp_path / "pyramids"
    window = MainWindow(services(engine, cache, photo, chain=RunningChain), EngineChoice("stripes"))
    window.resize(800, 640)
    window.show()
    qtbot.waitExposed(window)
    with qtbot.waitSignal(window.photo_painted):
        window.open_image(photo)
    settle(qtbot, window)
    window.actions_by_name["map"].trigger()
    window.navigator.reduced_motion = True
    chain = chain_of(window)
    chain.held.clear()
    window.navigator.begin_at(camera_at(350, 250, 4.0))
    qtbot.waitUntil(lambda: window.panes.generated.mark._region is not None)
    yield Bench(window, engine, photo, cache)
    chain.held.set()
    window.close()
    window.deleteLater()
    QApplication.processEvents()


def chain_of(window: MainWindow) -> RunningChain:
    assert window.document is not None
    chain = window.document.chain
    assert isinstance(chain, RunningChain)
    return chain


def is_marked(window: MainWindow) -> bool:
    """Tell whether the outline is on screen: it is whiter and darker than the photo is there."""
    pane = window.panes.generated
    with_mark, without = grabbed(pane).astype(int), pane.rendered().astype(int)
    edge = np.abs(with_mark - without)[3:5, 100:300]
    return bool(edge.max() > 30)


def test_it_is_on_the_image_while_work_goes_on_and_in_no_image_taken(
    viewer: Bench, qtbot: QtBot
) -> None:
    window = viewer.window
    assert is_marked(window)
    chain_of(window).held.set()
    settle(qtbot, window)
    assert not is_marked(window)


def test_it_goes_when_work_is_stopped(viewer: Bench) -> None:
    QTest.keyClick(viewer.window, Qt.Key.Key_Escape)
    assert not is_marked(viewer.window)


def test_it_goes_with_the_first_step_of_a_gesture(viewer: Bench) -> None:
    viewer.window.navigator.pan(5, 5)
    assert not is_marked(viewer.window)


@pytest.mark.parametrize("mode", [Mode.CURTAIN, Mode.BLINK, Mode.DIFFERENCE])
def test_where_another_image_lies_over_it_nothing_is_marked(viewer: Bench, mode: Mode) -> None:
    viewer.window.panes.compare(mode, Sides())
    assert not is_marked(viewer.window)


def test_beside_another_image_only_the_side_that_is_drawn_is_marked(
    viewer: Bench, qtbot: QtBot
) -> None:
    window = viewer.window
    window.panes.compare(Mode.SIDE, Sides())
    qtbot.waitUntil(lambda: window.panes.generated.mark._region is not None)
    assert is_marked(window)
    assert window.panes.beside.mark._region is None
    window.panes.set_blind(False)  # it would tell which side is which
    assert not is_marked(window)
    window.panes.set_blind(None)
    assert is_marked(window)


def test_breathing_paints_the_outline_alone(viewer: Bench, qtbot: QtBot) -> None:
    window = viewer.window
    grabbed(window.panes.generated)
    area = window.panes.generated.mark._painted
    pane = window.panes.generated
    assert area.contains(QPoint(100, 3))
    assert not area.intersects(pane.rect().adjusted(16, 16, -16, -16))
