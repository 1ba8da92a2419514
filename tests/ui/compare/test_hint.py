"""Hints over the image: shown for a while, and in no export."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from cozviewer.ui.compare.hint import Hint
from cozviewer.ui.compare.paint import LENS_RADIUS, Mode
from cozviewer.ui.compare.panes import ComparePanes
from tests.ui.conftest import GLIDING, Bench


@pytest.fixture
def hint(viewer: Bench, panes: ComparePanes) -> Hint:
    return viewer.window.parts.comparing.hint


def test_a_mode_says_how_it_is_used_and_not_in_an_export(
    viewer: Bench, panes: ComparePanes, hint: Hint
) -> None:
    for mode, text in (
        (Mode.BLINK, "Hold B"),
        (Mode.LENS, "Move the pointer"),
        (Mode.CURTAIN, "Drag the divider"),
    ):
        viewer.window.compare_menu.set_mode(mode)
        assert hint.isVisible(), mode
        assert hint.text().startswith(text)
        assert panes.rect().contains(hint.geometry()), mode
        viewer.window.compare_menu.set_comparing(False)
        assert not hint.isVisible(), mode
    viewer.window.compare_menu.set_mode(Mode.BLINK)
    shown = panes.rendered()
    assert hint.isVisible()
    hint.hide()
    without = panes.rendered()
    assert shown is not None
    assert without is not None
    np.testing.assert_array_equal(shown, without)


@GLIDING
def test_a_hint_fades(viewer: Bench, hint: Hint, qtbot: QtBot) -> None:
    viewer.window.compare_menu.set_mode(Mode.BLINK)
    hint.leave()
    assert hint.isVisible()
    qtbot.waitUntil(lambda: not hint.isVisible())
    viewer.window.compare_menu.set_mode(Mode.LENS)  # the next one is not faded
    assert hint.isVisible()
    effect = hint.graphicsEffect()
    assert effect is not None
    assert not effect.isEnabled()


def test_where_nothing_is_generated_it_says_to_zoom_in(viewer: Bench) -> None:
    window = viewer.window
    window.navigator.fit()
    window.navigator.begin_at(window.navigator.camera.zoomed(0.5, 0, 0))
    QTest.keyClick(window, Qt.Key.Key_C)
    assert window.parts.comparing.hint.text().startswith("Zoom in to compare")


def test_with_reduced_motion_it_disappears_and_it_fits_into_a_small_window(
    viewer: Bench, hint: Hint, qtbot: QtBot
) -> None:
    window = viewer.window
    window.parts.set_reduced_motion(True)
    window.compare_menu.set_mode(Mode.BLINK)
    hint.leave()
    assert not hint.isVisible()
    window.resize(400, 300)
    window.compare_menu.set_mode(Mode.LENS)
    qtbot.waitUntil(lambda: window.panes.rect().contains(hint.geometry()))


def test_brackets_change_the_size_of_the_loupe(viewer: Bench, panes: ComparePanes) -> None:
    viewer.window.compare_menu.set_mode(Mode.LENS)
    QTest.keyClick(viewer.window, Qt.Key.Key_BracketRight)
    assert panes.over is not None
    assert panes.over.radius > LENS_RADIUS
    QTest.keyClick(viewer.window, Qt.Key.Key_BracketLeft)
    QTest.keyClick(viewer.window, Qt.Key.Key_BracketLeft)
    assert panes.over.radius < LENS_RADIUS
