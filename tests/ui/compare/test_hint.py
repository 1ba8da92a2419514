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


@pytest.mark.parametrize(
    ("mode", "text"),
    [(Mode.BLINK, "Hold B"), (Mode.LENS, "Move the pointer"), (Mode.CURTAIN, "Drag the divider")],
)
def test_a_mode_says_how_it_is_used(
    viewer: Bench, panes: ComparePanes, hint: Hint, mode: Mode, text: str
) -> None:
    viewer.window.compare_menu.set_mode(mode)
    assert hint.isVisible()
    assert hint.text().startswith(text)
    assert panes.rect().contains(hint.geometry())
    viewer.window.compare_menu.set_comparing(False)
    assert not hint.isVisible()


def test_a_hint_is_in_no_export(viewer: Bench, panes: ComparePanes, hint: Hint) -> None:
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


def test_with_reduced_motion_it_disappears(viewer: Bench, hint: Hint) -> None:
    viewer.window.parts.set_reduced_motion(True)
    viewer.window.compare_menu.set_mode(Mode.BLINK)
    hint.leave()
    assert not hint.isVisible()


def test_where_nothing_is_generated_it_says_to_zoom_in(viewer: Bench) -> None:
    window = viewer.window
    window.navigator.fit()
    window.navigator.begin_at(window.navigator.camera.zoomed(0.5, 0, 0))
    QTest.keyClick(window, Qt.Key.Key_C)
    assert window.parts.comparing.hint.text().startswith("Zoom in to compare")


def test_the_hint_fits_into_a_small_window(viewer: Bench, hint: Hint, qtbot: QtBot) -> None:
    window = viewer.window
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
