"""A session saved in one window is gone on with in another, on a machine without the model."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from cozviewer.app import services_for
from cozviewer.assembly import NO_SERVER
from cozviewer.config.choice import EngineChoice, PrompterChoice
from cozviewer.config.choice_text import choice_text
from cozviewer.image.pixels import Rgb8
from cozviewer.image.subject import Scale
from cozviewer.pyramid.camera import Camera
from cozviewer.pyramid.store.sqlite_guard import Watch
from cozviewer.session import file as session_file
from cozviewer.session import task
from cozviewer.session.file import read_session
from cozviewer.ui.main_window import MainWindow
from cozviewer.ui.scale.kept_scales import keep_scale
from cozviewer.ui.settings import save_engine_choice, saved_engine_choice
from cozviewer.util.cancel import IsCancelled
from cozviewer.util.errors import Cancelled
from tests.conftest import PatientBot
from tests.models.chat_server import ChatServer
from tests.models.networks import compact_state
from tests.models.networks import saved as saved_model
from tests.pyramid.sessions import change
from tests.pyramid.sessions import saved as saved_session
from tests.pyramid.stores import damage
from tests.ui.conftest import Bench, Choose, grabbed, photo_like, settle

Open = Callable[[Path, EngineChoice], MainWindow]


@contextmanager
def new_windows(qtbot: QtBot, folder: Path) -> Iterator[Open]:
    """Give what opens windows with a cache folder of their own each."""
    windows: list[MainWindow] = []

    def shown(path: Path, choice: EngineChoice) -> MainWindow:
        services = replace(services_for(folder / f"cache{len(windows)}"), quick=None)
        window = MainWindow(services, choice)
        window.parts.set_reduced_motion(True)
        windows.append(window)
        window.resize(560, 420)
        window.show()
        qtbot.waitExposed(window)
        window.open_image(path)
        return window

    yield shown
    for window in windows:
        window.close()
        window.deleteLater()
    QApplication.processEvents()


@pytest.fixture
def new_window(qtbot: QtBot, tmp_path: Path) -> Iterator[Open]:
    """Opens windows with a cache folder of their own each."""
    with new_windows(qtbot, tmp_path) as shown:
        yield shown


def first_window(new_window: Open, qtbot: QtBot, photo: Path, model: Path) -> MainWindow:
    """Return a window at x4 with its tiles, by a model."""
    window = new_window(photo, EngineChoice(str(model), "cpu"))
    qtbot.waitUntil(lambda: window.document is not None, timeout=10_000)
    window.navigator.zoom(5, 40, 30)
    settle(qtbot, window)
    return window


@dataclass(frozen=True)
class Machine:
    """The files of the first machine.

    Attributes:
        photo, model: The photo, and the model that only this machine has.
        trip: The session of a window with both, with a bookmark.
        camera: What the window showed.
        pixels: Its pixels, (H, W, 3) uint8.
    """

    photo: Path
    model: Path
    trip: bytes
    camera: Camera
    pixels: Rgb8


@pytest.fixture(scope="module")
def machine(
    qapp: QApplication, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Machine:
    """The first machine, which is used once for all tests."""
    folder, qtbot = tmp_path_factory.mktemp("machine"), PatientBot(request)
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(folder))
    photo = folder / "photo.png"
    photo.write_bytes(photo_like(700, 500))
    model = saved_model(folder / "mine.safetensors", compact_state())
    with new_windows(qtbot, folder) as new_window:
        window = first_window(new_window, qtbot, photo, model)
        window.bookmarks_menu.add("yellow", window.navigator.camera)
        save(window, qtbot, folder / "trip.cozview")
        window.banner.hide()  # the image has all the room
        QApplication.processEvents()
        settle(qtbot, window)
        camera, pixels = window.navigator.camera, grabbed(window.panes.generated)
    return Machine(photo, model, (folder / "trip.cozview").read_bytes(), camera, pixels)


@pytest.fixture
def photo(machine: Machine) -> Iterator[Path]:
    """The photo, which a test may move."""
    content = machine.photo.read_bytes()
    yield machine.photo
    machine.photo.write_bytes(content)


@pytest.fixture
def model(machine: Machine) -> Iterator[Path]:
    """The model file, which a test may remove."""
    content = machine.model.read_bytes()
    yield machine.model
    machine.model.write_bytes(content)


@pytest.fixture
def trip(machine: Machine, photo: Path, tmp_path: Path) -> Path:
    """A copy of the session."""
    path = tmp_path / "trip.cozview"
    path.write_bytes(machine.trip)
    return path


@pytest.fixture
def first(new_window: Open, qtbot: QtBot, photo: Path, model: Path) -> MainWindow:
    """A window at x4 with its tiles, by the model of the first machine."""
    return first_window(new_window, qtbot, photo, model)


def opened(window: MainWindow, qtbot: QtBot, path: Path) -> None:
    """Open another image or session in a window."""
    with qtbot.waitSignal(window.opened, timeout=10_000):
        window.open_image(path)


def save(window: MainWindow, qtbot: QtBot, path: Path) -> None:
    """Save a session as the user does."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(QFileDialog, "getSaveFileName", lambda *words: (str(path), ""))
        control_shift = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        QTest.keyClick(window, Qt.Key.Key_S, control_shift)
    qtbot.waitUntil(lambda: f"Saved {path}" in window.banner.text, timeout=10_000)


def test_it_opens_elsewhere_as_it_was(
    machine: Machine, trip: Path, model: Path, new_window: Open, qtbot: QtBot
) -> None:
    model.unlink()
    window = new_window(trip, EngineChoice("bicubic", "cpu"))
    qtbot.waitUntil(lambda: window.document is not None, timeout=10_000)
    assert window.navigator.camera == machine.camera
    assert [bookmark.name for bookmark in window.bookmarks_menu.bookmarks] == ["yellow"]
    qtbot.waitUntil(lambda: "generated by mine" in window.banner.text, timeout=10_000)
    assert "only existing detail is shown" in window.banner.text
    window.banner.hide()  # the image has all the room in both
    QApplication.processEvents()
    settle(qtbot, window)
    assert np.array_equal(grabbed(window.panes.generated), machine.pixels)
    assert "AI-generated detail (mine)" in window.readout.text
    assert "trip.cozview" in window.windowTitle()


def test_it_can_be_saved_over_itself_with_more(
    trip: Path, model: Path, new_window: Open, qtbot: QtBot
) -> None:
    model.unlink()
    before = read_session(trip)
    window = new_window(trip, EngineChoice())
    qtbot.waitUntil(lambda: window.document is not None, timeout=10_000)
    # The model is missed once the window has been painted, maybe only after it was saved.
    qtbot.waitUntil(lambda: "generated by mine" in window.banner.text, timeout=10_000)
    window.bookmarks_menu.add("more", window.navigator.camera)
    save(window, qtbot, trip)
    after = read_session(trip)
    assert [bookmark.name for bookmark in after.bookmarks] == ["yellow", "more"]
    assert after.pyramids[0].digest == before.pyramids[0].digest


def test_broken_tiles_that_were_left_out_are_told(
    first: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    (store,) = (tmp_path / "cache0").rglob("*.tiles")
    damaged = damage(store, "other bytes")
    save(first, qtbot, tmp_path / "trip.cozview")
    broken = "1 damaged tile" if damaged == 1 else f"{damaged} damaged tiles"
    assert f"Left out: {broken}." in first.banner.text


def test_all_its_pyramids_go_along(trip: Path, model: Path, new_window: Open, qtbot: QtBot) -> None:
    window = new_window(trip, EngineChoice(device="cpu"))
    qtbot.waitUntil(lambda: window.document is not None, timeout=10_000)
    with qtbot.waitSignal(window.opened, timeout=10_000):
        window.engine_menu.chosen.emit(EngineChoice("bicubic", "cpu"))
    settle(qtbot, window)
    model.unlink()
    save(window, qtbot, trip)
    makers = [(kept.info.maker.name, kept.tiles > 0) for kept in read_session(trip).pyramids]
    assert makers == [("Bicubic", True), ("mine", True)]


def test_reload_brings_back_the_session(trip: Path, new_window: Open, qtbot: QtBot) -> None:
    window = new_window(trip, EngineChoice(device="cpu"))
    qtbot.waitUntil(lambda: window.document is not None, timeout=10_000)
    window.bookmarks_menu.add("not saved", window.navigator.camera)
    with qtbot.waitSignal(window.opened, timeout=10_000):
        window.images.reload()
    assert [bookmark.name for bookmark in window.bookmarks_menu.bookmarks] == ["yellow"]


@pytest.mark.parametrize("found", [True, False])
def test_a_missing_image_is_asked_for(
    trip: Path,
    photo: Path,
    new_window: Open,
    qtbot: QtBot,
    tmp_path: Path,
    found: bool,
    choose: Choose,
) -> None:
    moved = photo.rename(tmp_path / "moved.png")
    window = new_window(trip, EngineChoice(device="cpu"))
    qtbot.waitUntil(lambda: bool(window.findChildren(QMessageBox)), timeout=10_000)
    (box,) = window.findChildren(QMessageBox)
    assert box.text() == (f"The photo of trip.cozview is not at {photo} (700 x 500 pixels).")
    choose(*([moved] if found else []))
    box.defaultButton().click()
    if found:
        qtbot.waitUntil(lambda: window.document is not None, timeout=10_000)
        assert window.document is not None
        assert window.document.source.path == moved
    else:
        assert window.document is None
        assert not window.readout.isVisible()


def test_a_wrong_image_is_asked_about_again(
    trip: Path, photo: Path, new_window: Open, qtbot: QtBot, tmp_path: Path, choose: Choose
) -> None:
    photo.rename(tmp_path / "moved.png")
    other = Path(__file__).parents[3] / "resources" / "dandelion.jpg"
    window = new_window(trip, EngineChoice(device="cpu"))
    qtbot.waitUntil(lambda: bool(window.findChildren(QMessageBox)), timeout=10_000)
    choose(other)
    window.findChildren(QMessageBox)[0].defaultButton().click()

    def texts() -> list[str]:
        return [box.text() for box in window.findChildren(QMessageBox) if box.isVisible()]

    qtbot.waitUntil(lambda: any("dandelion.jpg is not the pho" in text for text in texts()))
    (box,) = (box for box in window.findChildren(QMessageBox) if box.isVisible())
    box.reject()
    assert window.document is None


def test_a_session_that_cannot_be_opened_leaves_what_is_open(
    viewer: Bench, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "no.cozview"
    path.write_bytes(b"no session")
    viewer.window.open_image(path)
    qtbot.waitUntil(lambda: "no.cozview is not a cozviewer session" in viewer.window.banner.text)
    assert viewer.window.document is not None


def test_saving_can_be_stopped_and_failing_is_told(
    first: MainWindow, qtbot: QtBot, tmp_path: Path, choose: Choose
) -> None:
    path = tmp_path / "no folder" / "a.cozview"
    choose(path)
    first.actions_by_name["session"].trigger()
    qtbot.waitUntil(lambda: "does not exist" in first.banner.text)
    path.parent.mkdir()
    first.actions_by_name["session"].trigger()
    first.stop_work()
    qtbot.waitUntil(lambda: "was not saved" in first.banner.text or "Saved" in first.banner.text)
    assert path.exists() == ("Saved" in first.banner.text)


def test_what_was_being_saved_when_another_image_was_opened_is_told(
    first: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, choose: Choose
) -> None:
    def until_stopped(*_: object, cancelled: IsCancelled, **__: object) -> None:
        while not cancelled():
            time.sleep(0.01)
        raise Cancelled("Stopped.")

    monkeypatch.setattr(task, "save_session", until_stopped)
    choose(tmp_path / "a")
    first.actions_by_name["session"].trigger()
    first.images.reload()
    qtbot.waitUntil(lambda: "because another image was opened" in first.banner.text)


def test_closing_the_window_ends_saving(
    first: MainWindow, qtbot: QtBot, tmp_path: Path, choose: Choose
) -> None:
    choose(tmp_path / "a")
    first.actions_by_name["session"].trigger()
    first.close()
    assert not list(tmp_path.glob(".cozviewer-*"))


def test_the_ending_is_added(
    first: MainWindow, qtbot: QtBot, tmp_path: Path, choose: Choose
) -> None:
    choose(tmp_path / "x.y")
    first.actions_by_name["session"].trigger()
    qtbot.waitUntil(lambda: "Saved" in first.banner.text)
    assert (tmp_path / "x.y.cozview").exists()


def test_its_engine_does_not_stick_to_the_next_photo(
    trip: Path, photo: Path, new_window: Open, qtbot: QtBot
) -> None:
    own = EngineChoice("nearest", "cpu", seed=3)
    window = new_window(photo, own)
    qtbot.waitUntil(lambda: window.document is not None, timeout=10_000)
    opened(window, qtbot, trip)
    assert window.engine_menu.choice.engine.endswith("mine.safetensors")
    opened(window, qtbot, photo)
    assert window.engine_menu.choice == own


def test_what_was_chosen_by_hand_in_a_session_goes_for_the_next_photo(
    trip: Path, photo: Path, new_window: Open, qtbot: QtBot
) -> None:
    window = new_window(trip, EngineChoice("nearest", "cpu", seed=3))
    qtbot.waitUntil(lambda: window.document is not None, timeout=10_000)
    shown = window.engine_menu.choice
    with qtbot.waitSignal(window.opened, timeout=10_000):
        window.engine_menu.chosen.emit(replace(shown, engine="bicubic"))
    opened(window, qtbot, photo)
    assert window.engine_menu.choice == EngineChoice("bicubic", "cpu", seed=3)


def test_the_engine_of_a_session_goes_for_the_next_photo_once_it_is_chosen_by_hand(
    trip: Path, photo: Path, new_window: Open, qtbot: QtBot
) -> None:
    window = new_window(trip, EngineChoice("nearest", "cpu", seed=3))
    qtbot.waitUntil(lambda: window.document is not None, timeout=10_000)
    shown = window.engine_menu.choice
    window.engine_menu.chosen.emit(shown)
    opened(window, qtbot, photo)
    assert window.engine_menu.choice == EngineChoice(shown.engine, "cpu", seed=3)


def test_an_engine_chosen_while_a_session_is_opened_goes_for_the_next_photo(
    trip: Path, photo: Path, new_window: Open, qtbot: QtBot
) -> None:
    window = new_window(photo, EngineChoice("nearest", "cpu", seed=3))
    qtbot.waitUntil(lambda: window.document is not None, timeout=10_000)
    with qtbot.waitSignal(window.opened, timeout=10_000):
        window.open_image(trip)
        window.engine_menu.chosen.emit(EngineChoice("bicubic", "cpu", seed=3))
    assert window.engine_menu.choice.engine.endswith("mine.safetensors")
    opened(window, qtbot, photo)
    assert window.engine_menu.choice == EngineChoice("bicubic", "cpu", seed=3)


def test_what_a_session_was_made_with_is_not_remembered_as_the_users(
    trip: Path, new_window: Open, qtbot: QtBot
) -> None:
    server = PrompterChoice("server", server="localhost:9", server_model="eye")
    planted = choice_text(EngineChoice("coz", prompter=server))
    change(trip, lambda sql: sql.execute("UPDATE pyramids SET choice = ?", (planted,)))
    window = new_window(trip, EngineChoice("nearest", "cpu"))
    qtbot.waitUntil(lambda: window.document is not None, timeout=10_000)
    assert window.engine_menu.choice.engine == "coz"
    assert window.engine_menu.choice.prompter.server == ""
    assert saved_engine_choice() is None
    assert window.engine_menu.asked_last is None


def test_opening_a_session_takes_the_server_of_the_users_settings(
    trip: Path, new_window: Open, qtbot: QtBot
) -> None:
    own = PrompterChoice("server", server="mine.example", server_model="mine")
    save_engine_choice(EngineChoice("coz", prompter=own))
    planted = replace(own, server="localhost:9", server_model="eye")
    text = choice_text(EngineChoice("coz", prompter=planted))
    change(trip, lambda sql: sql.execute("UPDATE pyramids SET choice = ?", (text,)))
    window = new_window(trip, EngineChoice("nearest", "cpu"))
    qtbot.waitUntil(lambda: window.document is not None, timeout=10_000)
    assert window.engine_menu.choice.prompter == own


def test_nothing_is_sent_to_a_server_that_a_session_names(
    photo: Path, new_window: Open, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COZVIEWER_SERVER_KEY", "sk-mine")
    own = EngineChoice("bicubic", "cpu")
    window = new_window(photo, own)
    qtbot.waitUntil(lambda: window.document is not None, timeout=10_000)
    window.navigator.zoom(5, 40, 30)
    settle(qtbot, window)
    path = tmp_path / "trip.cozview"
    save(window, qtbot, path)
    with ChatServer() as server:
        planted = PrompterChoice("server", server=server.address, server_model=server.model)
        text = choice_text(replace(own, prompter=planted))
        change(path, lambda sql: sql.execute("UPDATE pyramids SET choice = ?", (text,)))
        opened(window, qtbot, path)
        qtbot.waitUntil(lambda: window.banner.text == NO_SERVER)
        window.navigator.zoom(4, 40, 30)
        settle(qtbot, window)
        assert window.document is not None
        made = window.document.chain.pyramid.store.checksums()
        assert any(key.z == 4 for key in made), "it goes on without prompts"
        assert server.requests == []


@pytest.mark.parametrize("close", [True, False])
def test_reading_that_would_never_end_is_stopped_by_closing_and_by_another_photo(
    viewer: Bench, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, close: bool
) -> None:
    reading = Event()

    def read_without_end(path: Path, connection: sqlite3.Connection) -> None:
        reading.set()
        rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
        connection.execute(f"{rows} SELECT count(*) FROM n").fetchone()

    monkeypatch.setattr(session_file, "Watch", lambda cancelled: Watch(cancelled, 1 << 62))
    monkeypatch.setattr(session_file, "_read", read_without_end)
    (tmp_path / "beside").mkdir()
    viewer.window.open_image(saved_session(tmp_path / "beside"))
    qtbot.waitUntil(reading.is_set, timeout=10_000)
    if close:
        viewer.window.close()
        assert viewer.window.images.opening._thread.isFinished()
    else:
        opened(viewer.window, qtbot, viewer.photo)


def test_the_scale_set_by_hand_goes_with_the_session(
    trip: Path, new_window: Open, qtbot: QtBot, model: Path
) -> None:
    window = new_window(trip, EngineChoice("nearest", "cpu"))
    qtbot.waitUntil(lambda: window.document is not None, timeout=10_000)
    assert window.document is not None
    assert window.document.image.session is not None
    assert window.document.image.session.scale is None
    scale, other = Scale(0.25e-6, 0.25e-6), Scale(1e-3, 1e-3)
    window.parts.scales.set_by_hand(scale)
    save(window, qtbot, trip)
    assert read_session(trip).scale == scale
    keep_scale(window.document.source.digest, other)  # set for the photo, without the session
    again = new_window(trip, EngineChoice("nearest", "cpu"))
    qtbot.waitUntil(lambda: again.document is not None, timeout=10_000)
    assert again.parts.scales.scale == scale
