"""An export that the end of the program stopped goes on at the next start."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from cozviewer.config.choice import EngineChoice
from cozviewer.export.tasks import RegionTask
from cozviewer.image.rect import Rect
from cozviewer.pyramid.compose import best_region
from cozviewer.pyramid.geometry import LevelRegion
from cozviewer.pyramid.orientation import UPRIGHT, Orientation
from cozviewer.ui.export.dialog import ExportDialog
from cozviewer.ui.export.resume import KEY, note_begun, pending_for, task_of
from cozviewer.ui.main_window import MainWindow
from cozviewer.ui.settings import keep_text, kept_text
from tests.ui.conftest import TILE_RUNS, Bench, Stripes, services, settle

SMALLER = pytest.mark.parametrize(("photo_size", "window_size"), [((260, 195), (420, 360))])
"""Marks tests in which a whole level is drawn that the view does not need."""


def begin_export(viewer: Bench, target: Path, qtbot: QtBot) -> None:
    """Begin to save the whole image at x4, and stay in the middle of it."""
    QTest.keyClick(viewer.window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    dialog = viewer.window.findChildren(ExportDialog)[-1]
    titles = [dialog.what.itemText(i) for i in range(dialog.what.count())]
    wanted = [i for i, title in enumerate(titles) if "area at ×4" in title]
    dialog.what.setCurrentIndex(wanted[-1])
    dialog.path.setText(str(target))
    calls = viewer.engine.calls
    viewer.engine.hold(after=2)
    dialog.buttons.button(dialog.buttons.StandardButton.Save).click()
    qtbot.waitUntil(lambda: viewer.engine.calls >= calls + 2, timeout=10_000)


@TILE_RUNS
@SMALLER
def test_the_next_start_does_the_rest(
    viewer: Bench, qtbot: QtBot, tmp_path: Path, largest_run: int
) -> None:
    settle(qtbot, viewer.window)
    target = tmp_path / "whole.png"
    begin_export(viewer, target, qtbot)
    viewer.window.close()
    assert not target.exists()
    assert str(target) in kept_text(KEY)
    made = viewer.engine.calls

    engine = Stripes()
    given = services(engine, viewer.cache, viewer.photo, largest_run=largest_run)
    window = MainWindow(given, EngineChoice())
    window.parts.set_reduced_motion(True)
    qtbot.addWidget(window)
    window.resize(viewer.window.size())
    window.show()
    with qtbot.waitSignal(window.opened):
        window.open_image(viewer.photo)
    assert "Export of “whole.png” was interrupted" in window.banner.text
    settle(qtbot, window)
    window.parts.menus["file"].aboutToShow.emit()
    assert window.actions_by_name["go-on"].isEnabled()
    resume = window.banner.findChild(QPushButton)
    assert isinstance(resume, QPushButton)
    assert resume.text() == "Resume"
    QTest.mouseClick(resume, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "Exported" in window.banner.text, timeout=20_000)
    document = window.document
    assert document is not None
    with Image.open(target) as image:
        found = np.asarray(image)
    pyramid = document.chain.pyramid
    assert np.array_equal(found, best_region(pyramid, pyramid.whole_level(2)))
    # None was computed again; the one under work at the end may not have been kept.
    assert engine.calls <= pyramid.store.usage()[1] - (made - 1)
    assert kept_text(KEY) == ""
    window.actions_by_name["go-on"].trigger()
    assert "There is no interrupted export" in window.banner.text
    window.parts.menus["file"].aboutToShow.emit()
    assert not window.actions_by_name["go-on"].isEnabled()
    window.close()


@pytest.mark.parametrize("orientation", [UPRIGHT, Orientation(1), Orientation(3, True)], ids=str)
def test_it_goes_on_with_the_orientation_of_the_window(
    viewer: Bench, orientation: Orientation
) -> None:
    document = viewer.window.document
    assert document is not None
    task = RegionTask(Path("a.png"), LevelRegion(2, Rect(0, 0, 30, 20)), orientation=orientation)
    note_begun(task, document.chain)
    pending = pending_for(document.chain)
    assert pending is not None
    assert task_of(pending, document.chain).orientation == orientation
    keep_text(KEY, kept_text(KEY).replace(f'"orientation": {orientation.exif}', '"orientation": 9'))
    damaged = pending_for(document.chain)
    assert damaged is not None
    assert task_of(damaged, document.chain).orientation == UPRIGHT
    keep_text(KEY, "")


@TILE_RUNS
@SMALLER
def test_what_a_person_stops_is_forgotten(viewer: Bench, qtbot: QtBot, tmp_path: Path) -> None:
    settle(qtbot, viewer.window)
    begin_export(viewer, tmp_path / "whole.png", qtbot)
    QTest.keyClick(viewer.window, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: "Export canceled" in viewer.window.banner.text, timeout=10_000)
    assert kept_text(KEY) == ""


BROKEN: tuple[Callable[[str], str], ...] = (
    lambda text: text[:-5],
    lambda text: text.replace('"z": 2', '"z": 3'),
    lambda text: text.replace('"z": 2', '"z": "2"'),
    lambda text: text.replace('"width": ', '"width": 99'),
    lambda text: text.replace('"source": "', '"source": "00'),
    lambda text: "[]",
    lambda text: "[" * 100_000,
    lambda text: text.replace("whole.png", "whole\\u0000.png"),
)


@TILE_RUNS
@SMALLER
def test_what_makes_no_sense_is_not_offered(viewer: Bench, qtbot: QtBot, tmp_path: Path) -> None:
    window = viewer.window
    settle(qtbot, window)
    begin_export(viewer, tmp_path / "whole.png", qtbot)
    text = kept_text(KEY)
    document = window.document
    assert document is not None
    with qtbot.waitSignal(document.export_ended, timeout=10_000):
        window.stop_work()
    for number, broken in enumerate(BROKEN):
        keep_text(KEY, broken(text))
        window.banner.show_message("")
        window.actions_by_name["go-on"].trigger()
        assert "There is no interrupted export" in window.banner.text, number
