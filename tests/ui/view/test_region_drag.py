"""A rectangle dragged over the image, to save what is in it."""

from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialogButtonBox
from pytestqt.qtbot import QtBot

from cozviewer.ui.export.dialog import ExportDialog
from tests.ui.conftest import LARGE_WINDOW, Bench, grabbed, settle, wheel

LEFT = Qt.MouseButton.LeftButton


def drag(viewer: Bench, begin: tuple[int, int], end: tuple[int, int]) -> None:
    pane = viewer.window.panes.generated
    QTest.mousePress(pane, LEFT, pos=QPoint(*begin))
    QTest.mouseMove(pane, QPoint((begin[0] + end[0]) // 2, (begin[1] + end[1]) // 2))
    QTest.mouseMove(pane, QPoint(*end))
    QTest.mouseRelease(pane, LEFT, pos=QPoint(*end))


def ask(viewer: Bench, qtbot: QtBot) -> None:
    viewer.window.actions_by_name["map"].trigger()  # off: it would be on the grabbed image
    wheel(viewer.window.panes.generated, QPoint(400, 300), 9)
    settle(qtbot, viewer.window)
    viewer.window.actions_by_name["region"].trigger()


def dialogs(viewer: Bench) -> list[ExportDialog]:
    return viewer.window.findChildren(ExportDialog)


@LARGE_WINDOW
def test_the_pixels_in_it_are_saved(viewer: Bench, qtbot: QtBot, tmp_path: Path) -> None:
    ask(viewer, qtbot)
    camera = viewer.window.navigator.camera
    drag(viewer, (333, 260), (200, 151))  # from the lower right
    assert viewer.window.navigator.camera == camera  # it chose, and did not pan
    (dialog,) = dialogs(viewer)
    assert (dialog.offer.width, dialog.offer.height) == (133, 109)
    path = tmp_path / "part.png"
    dialog.path.setText(str(path))
    QTest.mouseClick(dialog.buttons.button(QDialogButtonBox.StandardButton.Save), LEFT)
    qtbot.waitUntil(lambda: "Exported" in viewer.window.banner.text, timeout=20_000)
    viewer.window.banner.hide()
    settle(qtbot, viewer.window)
    with Image.open(path) as image:
        assert np.array_equal(
            np.asarray(image), grabbed(viewer.window.panes.generated)[151:260, 200:333]
        )


def test_escape_and_clicks_leave_it(viewer: Bench, qtbot: QtBot) -> None:
    ask(viewer, qtbot)
    QTest.keyClick(viewer.window.panes.generated, Qt.Key.Key_Escape)
    before = viewer.window.navigator.camera
    drag(viewer, (300, 200), (250, 150))
    settle(qtbot, viewer.window)
    assert viewer.window.navigator.camera != before  # a drag pans again
    assert dialogs(viewer) == []
    viewer.window.actions_by_name["region"].trigger()
    drag(viewer, (300, 200), (303, 202))
    assert dialogs(viewer) == []


def test_outside_the_pane_it_ends_at_its_edge(viewer: Bench, qtbot: QtBot) -> None:
    ask(viewer, qtbot)
    pane = viewer.window.panes.generated
    drag(viewer, (100, 100), (pane.width() + 500, pane.height() + 500))
    (dialog,) = dialogs(viewer)
    assert (dialog.offer.width, dialog.offer.height) == (pane.width() - 100, pane.height() - 100)
    dialog.reject()
