"""What the line under the picture says about the place under the mouse."""

import re

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from cozviewer.pyramid.camera import View, camera_at
from cozviewer.pyramid.geometry import Rect, TileKey
from cozviewer.pyramid.origins import Patch
from cozviewer.ui.compare_paint import Mode
from cozviewer.ui.pointer import pointed_text
from cozviewer.ui.sides import Sides
from tests.ui.conftest import Bench, settle, wheel

VIEW = View(camera_at(100, 50, 16), 800, 600)
TILE = Patch(Rect(0, 0, 256, 256), 4, TileKey(4, 6, 3))


def test_a_generated_place_names_step_maker_and_words() -> None:
    said = pointed_text(VIEW, 400, 300, TILE, "Engine", True, "an eye")
    assert said == "100.00, 50.00 · Generated at step 2, ×16, by Engine · told “an eye”"


def test_what_was_only_enlarged_is_said_so() -> None:
    said = pointed_text(VIEW, 400, 300, TILE, "Bicubic", False, "")
    assert said == "100.00, 50.00 · Interpolated at step 2, ×16 (bicubic)"
    waiting = Patch(TILE.level_region, 4, TileKey(2, 1, 0))
    assert "step 1, ×4, enlarged" in pointed_text(VIEW, 0, 0, waiting, "Engine", True, "")
    nothing = Patch(TILE.level_region, 4, None)
    said = pointed_text(VIEW, 0, 0, nothing, "Engine", True, "")
    assert said.endswith("· Interpolated from the source")


def test_the_line_tells_it_while_the_mouse_is_there(viewer: Bench, qtbot: QtBot) -> None:
    window, pane = viewer.window, viewer.window.panes.generated
    wheel(pane, QPoint(400, 300), 9)
    settle(qtbot, window)
    usual = window.readout.text
    assert "Detail is generated" in usual
    # Away from the map, which lies over the picture.
    QTest.mouseMove(pane, QPoint(300, 300))
    qtbot.waitUntil(lambda: "Generated at step 2, ×16" in window.readout.text)
    first = re.search(r"([\d.]+), [\d.]+ · ", window.readout.text)
    QTest.mouseMove(pane, QPoint(340, 300))
    qtbot.waitUntil(lambda: first is not None and first[0] not in window.readout.text)
    second = re.search(r"([\d.]+), [\d.]+ · ", window.readout.text)
    assert first is not None
    assert second is not None
    moved = 40 / window.navigator.camera.magnification
    assert abs(float(second[1]) - float(first[1]) - moved) < 0.11  # one decimal is told

    # While it drags nothing is told, nor where another picture lies over this one.
    QTest.mousePress(pane, Qt.MouseButton.LeftButton, pos=QPoint(340, 300))
    QTest.mouseMove(pane, QPoint(345, 300))
    qtbot.waitUntil(lambda: "step 2" not in window.readout.text)
    QTest.mouseRelease(pane, Qt.MouseButton.LeftButton, pos=QPoint(345, 300))
    settle(qtbot, window)
    QTest.mouseMove(pane, QPoint(300, 300))
    qtbot.waitUntil(lambda: "step 2" in window.readout.text)
    window.panes.compare(Mode.CURTAIN, Sides())
    QTest.mouseMove(pane, QPoint(310, 300))
    qtbot.waitUntil(lambda: "step 2" not in window.readout.text)
