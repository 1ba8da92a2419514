"""The window while the process that runs its engine ends unexpectedly."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cozviewer.app import services_for
from cozviewer.config.choice import NO_TEXTURE, SOFT, EngineChoice
from cozviewer.image.pixels import Rgb8
from cozviewer.models.worker.client import ModelProcess
from cozviewer.models.worker.remote import RemoteModels
from cozviewer.pyramid.camera import camera_at
from cozviewer.pyramid.compose import compose
from cozviewer.ui.main_window import MainWindow
from tests.models.worker.fakes import command
from tests.ui.conftest import settle

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals")

CHOICE = EngineChoice(depth=SOFT, texture=NO_TEXTURE)
"""The quickest one."""

NEAR = camera_at(350, 250, 4.0)


class Opened:
    """A window with a photo, and the process that runs its engine."""

    def __init__(self, window: MainWindow, process: ModelProcess, folder: Path) -> None:
        self.window, self.process, self.folder = window, process, folder

    def kill(self) -> int:
        """Kill the process, and return its number."""
        pid = self.process.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        return pid

    @property
    def frame(self) -> Rgb8:
        """What the view shows when it is complete."""
        assert self.window.document is not None
        view = self.window.panes.generated.view
        return compose(self.window.document.chain.pyramid, view, complete=True)


@pytest.fixture
def opened(qtbot: QtBot, tmp_path: Path, photo: Path) -> Iterator[Callable[[str], Opened]]:
    """Open windows whose engine is a fake in a process; see `tests.models.worker.fakes`."""
    made = list[tuple[MainWindow, RemoteModels]]()

    def show(mode: str) -> Opened:
        folder = tmp_path / mode
        folder.mkdir()
        process = ModelProcess(command(mode, folder))
        models = RemoteModels(process, process)
        window = MainWindow(services_for(folder / "cache", None, True, models), CHOICE)
        made.append((window, models))
        window.resize(500, 400)
        window.show()
        with qtbot.waitSignal(window.photo_painted):
            window.open_image(photo)
        return Opened(window, process, folder)

    yield show
    for window, models in made:
        window.close()
        models.close()
        window.deleteLater()
    QApplication.processEvents()
    assert not [child for child in psutil.Process().children() if "fakes" in _words(child)]


def _words(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def test_a_view_is_completed_although_the_process_was_killed(
    opened: Callable[[str], Opened], qtbot: QtBot
) -> None:
    whole = opened("plain")
    whole.window.navigator.begin_at(NEAR)
    settle(qtbot, whole.window)
    assert not whole.window.banner.isVisible()

    viewer = opened("wait")
    viewer.window.navigator.begin_at(NEAR)
    qtbot.waitUntil((viewer.folder / "waiting").exists)
    killed = viewer.kill()
    qtbot.waitUntil(viewer.window.banner.isVisible)
    assert "It was started again" in viewer.window.banner.text
    (viewer.folder / "go").touch()
    settle(qtbot, viewer.window)
    assert viewer.process.pid != killed
    np.testing.assert_array_equal(viewer.frame, whole.frame)


def test_a_step_that_crashes_twice_is_reported_and_the_window_stays(
    opened: Callable[[str], Opened], qtbot: QtBot
) -> None:
    viewer = opened("segv")
    viewer.window.navigator.begin_at(NEAR)
    qtbot.waitUntil(lambda: "stopped unexpectedly twice" in viewer.window.banner.text)
    document = viewer.window.document
    assert document is not None
    qtbot.waitUntil(lambda: not document.working)
    viewer.window.navigator.begin_at(camera_at(350, 250, 1.0))
    settle(qtbot, viewer.window)


def test_a_window_closed_within_a_step_leaves_no_process(
    opened: Callable[[str], Opened], qtbot: QtBot
) -> None:
    viewer = opened("stuck")
    viewer.window.navigator.begin_at(NEAR)
    qtbot.waitUntil((viewer.folder / "waiting").exists)
    assert viewer.process.pid is not None
