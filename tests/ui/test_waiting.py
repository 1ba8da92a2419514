"""While work goes on: what is said from the first moment, and that it can be left at any."""

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cozviewer.chain.stages import report_stage
from cozviewer.config.choice import EngineChoice
from cozviewer.pyramid.camera import camera_at
from cozviewer.ui.main_window import MainWindow
from cozviewer.util.cancel import IsCancelled, never
from tests.patience import PATIENCE
from tests.ui.conftest import Bench, Stripes, services, settle, wheel
from tests.ui.runs import RunningChain

MEASURING = "Measuring which number format is fastest"


@pytest.fixture
def viewer(qtbot: QtBot, tmp_path: Path, photo: Path) -> Iterator[Bench]:
    """A window within a run at x4 that goes on until it is let go."""
    engine, cache = Stripes(), tmp_path / "pyramids"
    window = MainWindow(services(engine, cache, photo, chain=RunningChain), EngineChoice("stripes"))
    window.parts.set_reduced_motion(True)
    window.resize(600, 480)
    window.show()
    qtbot.waitExposed(window)
    with qtbot.waitSignal(window.photo_painted):
        window.open_image(photo)
    settle(qtbot, window)
    chain_of(window).held.clear()
    window.navigator.begin_at(camera_at(350, 250, 4.0))
    qtbot.waitUntil(lambda: chain_of(window).sent > 20)
    yield Bench(window, engine, photo, cache)
    chain_of(window).held.set()
    window.close()
    window.deleteLater()
    QApplication.processEvents()


def chain_of(window: MainWindow) -> RunningChain:
    assert window.document is not None
    chain = window.document.chain
    assert isinstance(chain, RunningChain)
    return chain


def test_the_part_that_is_done_is_told_from_the_first_report_on(
    viewer: Bench, qtbot: QtBot
) -> None:
    readout = viewer.window.readout
    qtbot.waitUntil(lambda: "Generating ×4" in readout.text)
    assert re.search(r"Generating ×4 · \d+%", readout.text)
    assert "tiles" not in readout.text


@pytest.mark.parametrize("how", ["escape", "button", "wheel", "drag", "key"])
def test_a_run_ends_at_its_next_question(viewer: Bench, qtbot: QtBot, how: str) -> None:
    window, pane = viewer.window, viewer.window.panes.generated
    document = window.document
    assert document is not None
    qtbot.waitUntil(lambda: document.view_work._under_way is not None)
    if how == "escape":
        QTest.keyClick(window, Qt.Key.Key_Escape)
    elif how == "button":
        QTest.mouseClick(window.readout._stop, Qt.MouseButton.LeftButton)
    elif how == "wheel":
        wheel(pane, QPoint(300, 200), -1)
    elif how == "drag":
        QTest.mousePress(pane, Qt.MouseButton.LeftButton, pos=QPoint(300, 200))
        QTest.mouseMove(pane, QPoint(320, 215))  # a place where no other test left the mouse
        QTest.mouseMove(pane, QPoint(340, 230))
    else:
        QTest.keyClick(window, Qt.Key.Key_Left)
    sent = chain_of(window).sent
    qtbot.waitUntil(lambda: document.view_work._under_way is None)
    # What was being asked when the event came may still be answered.
    assert chain_of(window).sent <= sent + 1
    assert "Generating" not in window.readout.text
    if how == "drag":
        QTest.mouseRelease(pane, Qt.MouseButton.LeftButton, pos=QPoint(340, 230))


def test_after_a_gesture_the_new_view_is_drawn(viewer: Bench, qtbot: QtBot) -> None:
    wheel(viewer.window.panes.generated, QPoint(300, 200))
    chain_of(viewer.window).held.set()
    settle(qtbot, viewer.window)
    assert "Done" in viewer.window.readout.text


class Measured(Stripes):
    """Tells that it is timed while it is loaded, which takes until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.let_go = threading.Event()

    def load(self, cancelled: IsCancelled = never) -> None:
        report_stage(MEASURING)
        self.let_go.wait(PATIENCE)


def test_who_waits_for_the_engine_reads_what_it_does(
    qtbot: QtBot, tmp_path: Path, photo: Path
) -> None:
    engine = Measured()
    window = MainWindow(services(engine, tmp_path / "pyramids", photo), EngineChoice("stripes"))
    window.parts.set_reduced_motion(True)
    qtbot.addWidget(window)
    window.resize(600, 480)
    window.show()
    try:
        with qtbot.waitSignal(window.photo_painted):
            window.open_image(photo)
        document = window.document
        assert document is not None
        qtbot.waitUntil(lambda: document.view_work._loading == MEASURING)
        assert MEASURING not in window.readout.text  # nobody waits for it
        window.navigator.begin_at(camera_at(350, 250, 4.0))
        qtbot.waitUntil(lambda: MEASURING in window.readout.text)
        QTest.keyClick(window, Qt.Key.Key_Escape)
        assert MEASURING not in window.readout.text
        QTest.keyClick(window, Qt.Key.Key_R)
        qtbot.waitUntil(lambda: MEASURING in window.readout.text)
    finally:
        engine.let_go.set()
    settle(qtbot, window)
    assert "Done" in window.readout.text
    window.close()
