"""The window is where and as it was at the last start."""

from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from cozviewer.config.choice import EngineChoice
from cozviewer.ui.main_window import MainWindow
from cozviewer.ui.preferences.window_state import GEOMETRY, SIDES, bound_to_screen
from cozviewer.ui.settings import keep_text
from tests.ui.conftest import Bench, Stripes, services


@pytest.fixture
def again(tmp_path: Path, photo: Path, qtbot: QtBot) -> "Again":
    return Again(tmp_path, photo, qtbot)


class Again:
    """Opens the window once more, as the next start does."""

    def __init__(self, folder: Path, photo: Path, qtbot: QtBot) -> None:
        self._folder, self._image, self._qtbot = folder, photo, qtbot

    def __call__(self) -> MainWindow:
        given = services(Stripes(), self._folder / "again", self._image)
        window = MainWindow(given, EngineChoice("stripes"))
        self._qtbot.addWidget(window)
        window.show()
        self._qtbot.waitExposed(window)
        return window


def test_place_and_size_are_there_again(bench: Bench, again: Again) -> None:
    bench.window.setGeometry(120, 90, 612, 487)
    bench.window.close()
    window = again()
    assert window.geometry() == QRect(120, 90, 612, 487)
    window.close()


def test_a_maximised_window_is_maximised_again(bench: Bench, again: Again, qtbot: QtBot) -> None:
    bench.window.showMaximized()
    qtbot.waitUntil(bench.window.isMaximized)
    bench.window.close()
    window = again()
    assert window.isMaximized()
    window.close()


def test_full_screen_is_left_at_the_end(bench: Bench, again: Again, qtbot: QtBot) -> None:
    QTest.keyClick(bench.window, Qt.Key.Key_F11)
    qtbot.waitUntil(bench.window.isFullScreen)
    bench.window.close()
    window = again()
    assert not window.isFullScreen()
    assert window.menuBar().isVisible()
    window.close()


def test_a_place_that_is_on_no_screen_is_corrected(again: Again, qtbot: QtBot) -> None:
    away = QMainWindow()
    qtbot.addWidget(away)
    away.setGeometry(-9000, 7000, 640, 480)
    keep_text(GEOMETRY, away.saveGeometry().toBase64().toStdString())
    window = again()
    screens = [screen.availableGeometry() for screen in QGuiApplication.screens()]
    assert any(screen.contains(window.geometry().center()) for screen in screens)
    assert any(screen.contains(window.geometry().topLeft() + QPoint(8, 0)) for screen in screens)
    window.close()


@pytest.mark.parametrize("text", ["", "nonsense", "ä", "AAAA", "AdnQywADAAD/////AAAAAAAAAAAAAAAA"])
def test_a_broken_place_is_that_of_the_first_start(again: Again, text: str) -> None:
    keep_text(GEOMETRY, text)
    keep_text(SIDES, text)
    window = again()
    assert (window.width(), window.height()) == (1280, 860)
    window.close()


def test_panels_are_as_the_user_left_them(bench: Bench, again: Again) -> None:
    QTest.keyClick(bench.window, Qt.Key.Key_I)  # without a photo, it does nothing
    bench.window.parts.enable(image=True)
    QTest.keyClick(bench.window, Qt.Key.Key_I)
    QTest.keyClick(bench.window, Qt.Key.Key_M)
    assert bench.window.parts.side.isVisible()
    bench.window.parts.sides.setSizes([500, 280])
    sizes = bench.window.parts.sides.sizes()
    bench.window.close()
    window = again()
    assert window.actions_by_name["info"].isChecked()
    assert not window.actions_by_name["map"].isChecked()
    assert not window.minimap.wanted
    assert window.parts.side.isVisible()
    assert window.parts.sides.sizes()[1] == pytest.approx(sizes[1], abs=2)
    window.close()


def test_the_prompts_panel_comes_back_with_an_engine_that_has_prompts(
    bench: Bench, again: Again
) -> None:
    prompts = bench.window.actions_by_name["prompts"]
    bench.window.parts.prompts_command.follow("Chain-of-Zoom", accepts_prompt=True)
    prompts.setEnabled(True)
    assert prompts.isChecked()
    prompts.trigger()
    bench.window.close()
    window = again()
    command, action = window.parts.prompts_command, window.actions_by_name["prompts"]
    command.follow("Chain-of-Zoom", accepts_prompt=True)
    assert not action.isChecked()  # the user closed it
    action.trigger()
    window.close()
    window = again()
    assert not window.actions_by_name["prompts"].isChecked()  # no engine is known yet
    window.parts.prompts_command.follow("Chain-of-Zoom", accepts_prompt=True)
    assert window.actions_by_name["prompts"].isChecked()
    window.close()


def test_what_the_window_stores_is_text(bench: Bench) -> None:
    data = bench.window.saveGeometry()
    text = data.toBase64().toStdString()
    assert QByteArray.fromBase64(text.encode()) == data


def test_the_first_window_fits_on_its_screen(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    screen = window.screen().availableSize()
    window.resize(screen + QSize(400, 100))
    bound_to_screen(window)
    assert window.height() < screen.height()
    assert window.width() < screen.width()
    window.resize(300, 200)
    bound_to_screen(window)
    assert window.size() == QSize(300, 200)
