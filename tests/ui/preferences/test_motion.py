"""Whether the desktop asks for less motion, and what follows."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from cozviewer.config.choice import EngineChoice
from cozviewer.ui.main_window import MainWindow
from cozviewer.ui.preferences.motion import READERS, desktop_reduces_motion
from cozviewer.ui.settings import Preferences, save_preferences, saved_preferences
from tests.patience import PATIENCE
from tests.ui.conftest import Stripes, services


def broken() -> bool:
    raise OSError("no such service")


def test_the_reader_of_the_system_is_asked() -> None:
    readers = {"linux": lambda: True, "win32": lambda: False, "darwin": broken}
    assert desktop_reduces_motion("linux", readers)
    assert not desktop_reduces_motion("win32", readers)
    assert not desktop_reduces_motion("darwin", readers)
    assert not desktop_reduces_motion("plan9", readers)
    assert set(READERS) == {"linux", "win32", "darwin"}


class Desktop:
    """A desktop that asks for less motion, once it answers."""

    def __init__(self) -> None:
        self.answers = threading.Event()

    def reduces_motion(self) -> bool:
        self.answers.wait(PATIENCE)
        return True


@pytest.fixture
def desktop() -> Desktop:
    return Desktop()


@pytest.fixture
def window(tmp_path: Path, photo: Path, desktop: Desktop, qtbot: QtBot) -> Iterator[MainWindow]:
    given = services(Stripes(), tmp_path / "pyramids", photo)
    given = replace(given, reduces_motion=desktop.reduces_motion)
    window = MainWindow(given, EngineChoice("stripes"))
    qtbot.addWidget(window)
    window.show()
    yield window
    desktop.answers.set()
    window.close()


def test_the_window_follows_the_desktop(window: MainWindow, desktop: Desktop, qtbot: QtBot) -> None:
    assert not window.navigator.reduced_motion
    desktop.answers.set()
    qtbot.waitUntil(lambda: window.navigator.reduced_motion)
    assert window.actions_by_name["still"].isChecked()
    assert saved_preferences().motion == "system"


def test_what_the_user_chose_stays(window: MainWindow, desktop: Desktop, qtbot: QtBot) -> None:
    navigator, still = window.navigator, window.actions_by_name["still"]
    desktop.answers.set()
    qtbot.waitUntil(lambda: navigator.reduced_motion)
    still.trigger()
    assert (navigator.reduced_motion, saved_preferences().motion) == (False, "full")
    still.trigger()
    assert (navigator.reduced_motion, saved_preferences().motion) == (True, "reduced")


def test_a_stored_choice_is_there_at_the_start(tmp_path: Path, photo: Path, qtbot: QtBot) -> None:
    save_preferences(Preferences(motion="reduced"))
    window = MainWindow(services(Stripes(), tmp_path / "pyramids", photo), EngineChoice("stripes"))
    qtbot.addWidget(window)
    assert window.navigator.reduced_motion
    window.close()
