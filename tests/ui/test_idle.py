"""Drawing ahead in the window: it begins when nobody does anything, and ends at the first event."""

import math
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QWindow
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QProgressBar
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from cozviewer.config.choice import EngineChoice
from cozviewer.jobs.document import Document
from cozviewer.pyramid.camera import camera_at
from cozviewer.ui.compare.compared_images import Sides
from cozviewer.ui.compare.paint import Mode
from cozviewer.ui.engine_menu import EngineMenu
from cozviewer.ui.idle import Idle
from cozviewer.ui.main_window import MainWindow
from tests.ui.conftest import Bench, Stripes, services, settle, wheel

WORD = "Generating ahead"


@pytest.fixture
def viewer(
    qtbot: QtBot, tmp_path: Path, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Bench]:
    """A window that may draw ahead, refined at x4; the engine holds its next photo."""
    monkeypatch.setattr("cozviewer.ui.idle.IDLE_MS", 3_600_000)  # it begins when a test wants it to
    engine, cache = Stripes(), tmp_path / "pyramids"
    window = MainWindow(
        services(engine, cache, photo, may_ahead=lambda store: True), EngineChoice("stripes")
    )
    window.parts.set_reduced_motion(True)
    window.resize(600, 480)
    window.show()
    qtbot.waitExposed(window)
    with qtbot.waitSignal(window.photo_painted):
        window.open_image(photo)
    settle(qtbot, window)
    window.navigator.reduced_motion = True
    window.navigator.begin_at(camera_at(350, 250, 4.0))
    qtbot.waitUntil(lambda: window.navigator.at_rest)
    settle(qtbot, window)
    engine.hold(after=0)
    yield Bench(window, engine, photo, cache)
    engine.hold(after=math.inf)
    # What is pressed stays so for the tests that follow.
    for button in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
        QTest.mouseRelease(window.windowHandle(), button, pos=QPoint(400, 300))
    QTest.keyRelease(window.windowHandle(), Qt.Key.Key_Shift)
    QTest.keyRelease(window.windowHandle(), Qt.Key.Key_M)
    window.close()
    window.deleteLater()
    QApplication.processEvents()


def idle_of(window: MainWindow) -> Idle:
    assert window.images.scope is not None
    return window.images.scope.idle


def document_of(viewer: Bench) -> Document:
    assert viewer.window.document is not None
    return viewer.window.document


def idle(viewer: Bench) -> bool:
    """Let the time of waiting be over; return whether something is drawn ahead then."""
    assert idle_of(viewer.window)._wait.isActive()
    idle_of(viewer.window)._wait.stop()
    idle_of(viewer.window)._begin()
    return document_of(viewer).ahead.running


def test_it_waits_for_a_view_that_is_refined(viewer: Bench, qtbot: QtBot) -> None:
    window = viewer.window
    assert idle_of(window)._wait.isActive()
    window.navigator.begin_at(camera_at(100, 100, 16.0))
    assert not idle_of(window)._wait.isActive()
    qtbot.waitUntil(lambda: document_of(viewer).working)
    assert not idle_of(window)._wait.isActive()
    viewer.engine.hold(after=math.inf)
    settle(qtbot, window)
    assert idle_of(window)._wait.isActive()


def test_nothing_but_a_quiet_word_tells_of_it(viewer: Bench, qtbot: QtBot) -> None:
    window, engine = viewer.window, viewer.engine
    pane = window.panes.generated
    QTest.mouseMove(pane, QPoint(pane.width() // 2, pane.height() // 2))
    QApplication.processEvents()
    assert idle(viewer)
    qtbot.waitUntil(lambda: WORD in window.readout.text)
    assert not any(bar.isVisible() for bar in window.readout.findChildren(QProgressBar))
    assert not window.readout._stop.isVisible()
    assert window.panes.generated.mark._region is None
    assert not document_of(viewer).working
    engine.hold(after=math.inf)
    qtbot.waitUntil(lambda: not document_of(viewer).ahead.running)
    assert WORD not in window.readout.text
    assert window.panes.generated.shows_frame
    calls = engine.calls
    # The wheel leads to what is there.
    window.navigator.begin_at(camera_at(350, 250, 16.0))
    settle(qtbot, window)
    assert engine.calls == calls


EVENTS: dict[str, Callable[[MainWindow], None]] = {
    "key": lambda window: QTest.keyPress(window.windowHandle(), Qt.Key.Key_Shift),
    "shortcut": lambda window: QTest.keyPress(window.windowHandle(), Qt.Key.Key_M),
    "press": lambda window: QTest.mousePress(
        window.windowHandle(), Qt.MouseButton.LeftButton, pos=QPoint(400, 300)
    ),
    "on a menu": lambda window: QTest.mousePress(
        window.windowHandle(), Qt.MouseButton.MiddleButton, pos=QPoint(550, 12)
    ),
    "wheel": lambda window: wheel(window.panes.generated, QPoint(300, 200)),
    "pan": lambda window: window.navigator.pan(3, 0),
    "escape": lambda window: window.stop_work(),
    "resize": lambda window: window.resize(580, 440),
    "setting": lambda window: idle_of(window).set_wanted(False),
}


def ended_by(viewer: Bench, qtbot: QtBot, event: str) -> None:
    """Let something be drawn ahead, and expect an event to end it."""
    assert idle(viewer), event
    EVENTS[event](viewer.window)
    QApplication.processEvents()
    qtbot.waitUntil(lambda: not document_of(viewer).ahead.running)
    assert WORD not in viewer.window.readout.text, event


def test_the_first_event_ends_it_and_it_begins_again(viewer: Bench, qtbot: QtBot) -> None:
    for event in ("key", "shortcut", "on a menu", "press"):
        ended_by(viewer, qtbot, event)


@pytest.mark.parametrize("event", ["wheel", "pan", "escape", "resize", "setting"])
def test_another_view_a_stop_and_the_setting_end_it(
    viewer: Bench, qtbot: QtBot, event: str
) -> None:
    ended_by(viewer, qtbot, event)


def test_after_a_press_that_does_nothing_it_waits_anew(viewer: Bench) -> None:
    assert idle(viewer)
    EVENTS["on a menu"](viewer.window)
    QApplication.processEvents()
    assert not document_of(viewer).ahead.running
    assert idle(viewer)


def test_after_escape_it_is_left_until_the_view_moves(viewer: Bench, qtbot: QtBot) -> None:
    assert idle(viewer)
    QTest.keyClick(viewer.window.windowHandle(), Qt.Key.Key_Escape)
    assert not document_of(viewer).ahead.running
    assert not idle_of(viewer.window)._wait.isActive()
    viewer.engine.hold(after=math.inf)
    viewer.window.navigator.pan(30, 0)
    qtbot.waitUntil(idle_of(viewer.window)._wait.isActive)


def test_the_pointer_may_move_while_it_goes_on(viewer: Bench) -> None:
    assert idle(viewer)
    QTest.mouseMove(viewer.window.windowHandle(), QPoint(300, 300))
    QApplication.processEvents()
    assert document_of(viewer).ahead.running


def test_where_the_pointer_rests_next_is_drawn_next(viewer: Bench, qtbot: QtBot) -> None:
    assert idle(viewer)
    viewer.engine.hold(after=math.inf)
    qtbot.waitUntil(lambda: not document_of(viewer).ahead.running)
    assert not idle_of(viewer.window)._wait.isActive()
    QTest.mouseMove(viewer.window.windowHandle(), QPoint(200, 200))
    QApplication.processEvents()
    assert idle(viewer)


def test_while_two_are_compared_nothing_is_drawn_ahead(viewer: Bench, qtbot: QtBot) -> None:
    viewer.window.panes.compare(Mode.CURTAIN, Sides())
    assert not idle(viewer)
    viewer.window.panes.compare(None, Sides())
    assert idle(viewer)


def test_nothing_is_drawn_ahead_behind_a_dialog(viewer: Bench) -> None:
    viewer.window.show_models()
    assert not idle(viewer)
    assert viewer.window._models is not None
    viewer.window._models.close()
    assert idle(viewer)


def test_the_last_pan_is_remembered_and_forgotten_with_a_zoom(viewer: Bench, qtbot: QtBot) -> None:
    window = viewer.window
    viewer.engine.hold(after=math.inf)

    def gone(move: Callable[[], None]) -> tuple[float, float]:
        with qtbot.waitSignal(window.navigator.settled):
            move()
        return idle_of(window)._pan

    assert gone(lambda: window.navigator.pan(30, -20)) == (30, -20)
    assert gone(lambda: window.navigator.zoom(1.1)) == (0, 0)


def test_another_image_is_begun_without_it(viewer: Bench, qtbot: QtBot) -> None:
    assert idle(viewer)
    before = document_of(viewer)
    with qtbot.waitSignal(viewer.window.opened):
        viewer.window.images.reload()
    assert not before.ahead.running
    viewer.engine.hold(after=math.inf)


def test_a_window_that_became_another_native_one_is_closed(viewer: Bench) -> None:
    """As when it draws with OpenGL from then on."""
    assert idle(viewer)
    document = document_of(viewer)
    idle_of(viewer.window)._watched = before = QWindow()
    delete(before)
    viewer.window.close()
    assert not document.ahead.running


def test_the_setting_is_on_until_it_is_switched_off_and_kept(viewer: Bench, qtbot: QtBot) -> None:
    window = viewer.window
    menu = window.engine_menu
    assert menu.ahead
    assert "battery" in menu._ahead.toolTip()
    menu._ahead.trigger()
    assert not idle_of(window)._wait.isActive()
    again = EngineMenu([], EngineChoice("stripes"), window)
    assert not again.ahead
    viewer.engine.hold(after=math.inf)
    window.navigator.pan(30, 0)
    settle(qtbot, window)
    assert not idle_of(window)._wait.isActive()
    menu._ahead.trigger()
    assert idle(viewer)
    assert EngineMenu([], EngineChoice("stripes"), window).ahead


def test_without_leave_nothing_is_ever_drawn_ahead(
    qtbot: QtBot, tmp_path: Path, photo: Path
) -> None:
    engine = Stripes()
    window = MainWindow(services(engine, tmp_path / "pyramids", photo), EngineChoice("stripes"))
    window.parts.set_reduced_motion(True)
    qtbot.addWidget(window)
    window.show()
    with qtbot.waitSignal(window.photo_painted):
        window.open_image(photo)
    settle(qtbot, window)
    idle_of(window)._begin()
    assert window.document is not None
    document = window.document
    qtbot.waitUntil(lambda: not document.ahead.running)
    assert engine.calls == 0
    window.close()
