"""The bar over a comparison: modes and close by mouse, beside the map, and in no export."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from cozviewer.ui.compare.bar import CompareBar
from cozviewer.ui.compare.blind_test.blind import Blind
from cozviewer.ui.compare.paint import Mode
from cozviewer.ui.compare.panes import ComparePanes
from cozviewer.ui.widgets.theme import DARK, style_sheet
from tests.ui.conftest import Bench, settle


@pytest.fixture
def bar(viewer: Bench, panes: ComparePanes) -> CompareBar:
    return viewer.window.parts.comparing.bar


def click(button: QToolButton) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_modes_are_chosen_by_mouse(viewer: Bench, panes: ComparePanes, bar: CompareBar) -> None:
    assert not bar.isVisible()
    QTest.keyClick(viewer.window, Qt.Key.Key_C)
    assert bar.isVisible()
    for mode in (*Mode, Mode.CURTAIN):
        click(bar.buttons[mode])
        assert panes.mode is mode
        assert [each for each, button in bar.buttons.items() if button.isChecked()] == [mode]
        assert bar.counts[4].isVisible() is (mode is Mode.GRID)
    click(bar.close_button)
    assert panes.mode is None
    assert not bar.isVisible()
    assert not viewer.window.actions_by_name["compare"].isChecked()
    # Every button has a name and a tool tip.
    buttons = [*bar.buttons.values(), *bar.counts.values(), bar.close_button]
    assert len(buttons) == len(Mode) + 3 + 1
    assert all(button.accessibleName() and button.toolTip() for button in buttons)
    assert len({button.accessibleName() for button in buttons}) == len(buttons)
    assert not any(button.icon().isNull() for button in bar.buttons.values())
    # The buttons of modes stay in place.
    viewer.window.resize(1000, 700)
    QTest.keyClick(viewer.window, Qt.Key.Key_C)
    button = bar.buttons[Mode.GRID]
    before = button.mapToGlobal(QPoint(0, 0))
    click(button)
    assert button.mapToGlobal(QPoint(0, 0)) == before


def test_the_bar_is_in_no_export(viewer: Bench, panes: ComparePanes, bar: CompareBar) -> None:
    viewer.window.compare_menu.set_mode(Mode.SIDE)
    shown = panes.rendered()
    assert bar.isVisible()
    bar.hide()
    without = panes.rendered()
    assert shown is not None
    assert without is not None
    np.testing.assert_array_equal(shown, without)


def test_the_bar_fits_and_leaves_the_map_free(viewer: Bench, bar: CompareBar, qtbot: QtBot) -> None:
    window = viewer.window
    window.setStyleSheet(style_sheet(DARK))
    window.actions_by_name["map"].trigger()
    panes, minimap = window.panes, window.minimap
    for size in ((400, 300), (560, 640), (640, 480), (1000, 700)):
        window.resize(*size)
        for mode in (Mode.CURTAIN, Mode.GRID):
            window.compare_menu.set_mode(mode)
            settle(qtbot, window)
            assert panes.rect().contains(bar.geometry()), (size, mode)
            if minimap.isVisible():
                place = QRect(minimap.mapTo(panes, QPoint(0, 0)), minimap.size())
                assert not place.intersects(bar.geometry()), (size, mode)


def test_a_blind_test_hides_the_bar(viewer: Bench, bar: CompareBar, tmp_path: Path) -> None:
    viewer.window.compare_menu.set_mode(Mode.CURTAIN)
    blind = viewer.window.findChildren(Blind)[0]
    blind.begin(tmp_path / "ratings.csv")
    assert not bar.isVisible()
    assert not viewer.window.parts.comparing.hint.isVisible()
    blind.end()
    assert bar.isVisible()
    # It was side by side for the test alone.
    for _ in range(2):
        QTest.keyClick(viewer.window, Qt.Key.Key_C)
    assert viewer.window.panes.mode is Mode.CURTAIN
