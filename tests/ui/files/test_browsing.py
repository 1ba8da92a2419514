"""Walking through a folder, through chosen files, and past broken ones."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cozviewer.jobs.document import Document
from cozviewer.pyramid.camera import View
from cozviewer.ui.files.edge_buttons import EdgeButton
from tests.ui.conftest import Bench, Choose, settle, wheel
from tests.ui.files.folders import album, open_first, save_photo, shown


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    return album(tmp_path / "album")


def test_keys_go_to_the_next_and_previous_photo_and_round(
    bench: Bench, qtbot: QtBot, photos: list[Path]
) -> None:
    window = bench.window
    open_first(qtbot, bench, photos[0], 4)
    assert window.windowTitle() == "img1.png (1 of 4) — cozviewer"
    for key, name in (
        (Qt.Key.Key_PageDown, "IMG2.png"),
        (Qt.Key.Key_Space, "img10.png"),
        (Qt.Key.Key_PageDown, "img11.png"),
        (Qt.Key.Key_PageDown, "img1.png"),
        (Qt.Key.Key_PageUp, "img11.png"),
        (Qt.Key.Key_Backspace, "img10.png"),
    ):
        with qtbot.waitSignal(window.opened):
            QTest.keyClick(window, key)
        assert shown(bench) == name
    assert window.windowTitle() == "img10.png (3 of 4) — cozviewer"
    assert window.banner.text == ""
    assert window.browsing.recent.paths == (photos[0],)  # not those on the way


def test_a_key_that_is_held_down_ends_at_the_last_photo_asked_for(
    bench: Bench, qtbot: QtBot, photos: list[Path]
) -> None:
    open_first(qtbot, bench, photos[0], 4)
    for _ in range(6):
        QTest.keyClick(bench.window, Qt.Key.Key_PageDown)
    qtbot.waitUntil(lambda: shown(bench) == "img10.png" and not bench.window.images.busy)
    assert bench.window.browsing.position == (3, 4)


def test_the_next_photo_while_one_is_generated(
    bench: Bench, qtbot: QtBot, photos: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    window, refine, views = bench.window, Document.refine, list[View]()

    def note(document: Document, view: View) -> None:
        views.append(view)
        refine(document, view)

    open_first(qtbot, bench, photos[0], 4)
    bench.engine.hold(0)
    wheel(window.panes.generated, QPoint(400, 250), 9)
    first = window.document
    assert first is not None
    qtbot.waitUntil(lambda: first.working)
    monkeypatch.setattr(Document, "refine", note)
    with qtbot.waitSignal(window.opened):
        QTest.keyClick(window, Qt.Key.Key_PageDown)
    assert shown(bench) == "IMG2.png"
    bench.engine.hold(1000)
    settle(qtbot, window)
    assert {view.camera for view in views} == {window.navigator.camera}  # not the place before


def test_a_broken_file_is_passed(bench: Bench, qtbot: QtBot, photos: list[Path]) -> None:
    window = bench.window
    photos[1].write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    open_first(qtbot, bench, photos[0], 4)
    QTest.keyClick(window, Qt.Key.Key_PageDown)
    qtbot.waitUntil(lambda: "IMG2.png" in window.banner.text)
    assert shown(bench) == "img1.png"
    assert window.windowTitle() == "img1.png (1 of 4) — cozviewer"
    with qtbot.waitSignal(window.opened):
        QTest.keyClick(window, Qt.Key.Key_PageDown)
    assert shown(bench) == "img10.png"
    assert window.banner.text == ""


def test_a_key_that_is_held_down_goes_past_a_broken_file(
    bench: Bench, qtbot: QtBot, photos: list[Path]
) -> None:
    window = bench.window
    photos[1].write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    open_first(qtbot, bench, photos[0], 4)
    for _ in range(3):
        QTest.keyClick(window, Qt.Key.Key_PageDown)
    qtbot.waitUntil(lambda: shown(bench) == "img11.png" and not window.images.busy)
    assert window.banner.text == ""


def test_stop_leads_back_to_the_photo_that_is_open(
    bench: Bench, qtbot: QtBot, photos: list[Path]
) -> None:
    window = bench.window
    open_first(qtbot, bench, photos[0], 4)
    QTest.keyClick(window, Qt.Key.Key_PageDown)
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert window.browsing.walk.place == 0
    with qtbot.waitSignal(window.opened):
        QTest.keyClick(window, Qt.Key.Key_PageDown)
    assert shown(bench) == "IMG2.png"


def test_sessions_are_walked_past_unless_they_are_opened(
    bench: Bench, qtbot: QtBot, photos: list[Path]
) -> None:
    window, session = bench.window, photos[0].with_name("img3.cozview")
    open_first(qtbot, bench, photos[1], 4)
    settle(qtbot, window)
    window.parts.sessions.save(session)
    qtbot.waitUntil(lambda: "Saved" in window.banner.text)
    with qtbot.waitSignal(window.opened):
        QTest.keyClick(window, Qt.Key.Key_PageDown)
    assert shown(bench) == "img10.png"
    open_first(qtbot, bench, session, 5)
    assert window.windowTitle() == "img3.cozview — IMG2.png (3 of 5) — cozviewer"
    with qtbot.waitSignal(window.opened):
        QTest.keyClick(window, Qt.Key.Key_PageDown)
    assert shown(bench) == "img10.png"
    qtbot.waitUntil(lambda: not window.images.busy)


def test_files_that_come_and_go(bench: Bench, qtbot: QtBot, photos: list[Path]) -> None:
    window = bench.window
    open_first(qtbot, bench, photos[1], 4)
    save_photo(photos[0].with_name("img3.png"), 70)
    qtbot.waitUntil(lambda: window.browsing.position == (2, 5))
    with qtbot.waitSignal(window.opened):
        QTest.keyClick(window, Qt.Key.Key_PageDown)
    assert shown(bench) == "img3.png"
    photos[0].with_name("img3.png").unlink()
    qtbot.waitUntil(lambda: window.browsing.walk.count == 4)
    assert window.windowTitle() == "img3.png — cozviewer"
    with qtbot.waitSignal(window.opened):
        QTest.keyClick(window, Qt.Key.Key_PageUp)
    assert shown(bench) == "IMG2.png"


def test_a_photo_alone_has_no_neighbours(bench: Bench, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "alone").mkdir()
    open_first(qtbot, bench, save_photo(tmp_path / "alone" / "a.png", 9), 1)
    assert bench.window.windowTitle() == "a.png — cozviewer"
    assert not bench.window.actions_by_name["next-photo"].isEnabled()
    QTest.keyClick(bench.window, Qt.Key.Key_Space)
    assert not bench.window.images.busy


def test_chosen_files_are_walked_through_in_their_order(
    bench: Bench, qtbot: QtBot, photos: list[Path], choose: Choose
) -> None:
    chosen = [str(photos[3]), str(photos[0])]
    choose(*chosen)
    with qtbot.waitSignal(bench.window.opened):
        bench.window.actions_by_name["open"].trigger()
    assert bench.window.windowTitle() == "img11.png (1 of 2) — cozviewer"
    for name in ("img1.png", "img11.png"):
        with qtbot.waitSignal(bench.window.opened):
            QTest.keyClick(bench.window, Qt.Key.Key_PageDown)
        assert shown(bench) == name
    open_first(qtbot, bench, photos[0], 4)  # alone: the folder again


def test_neighbours_are_read_while_nothing_else_is_to_be_done(
    bench: Bench, qtbot: QtBot, photos: list[Path]
) -> None:
    ahead = bench.window.browsing._ahead
    open_first(qtbot, bench, photos[1], 4)
    qtbot.waitUntil(lambda: ahead.kept == [photos[2], photos[0]])
    with qtbot.waitSignal(bench.window.opened):
        QTest.keyClick(bench.window, Qt.Key.Key_PageDown)
    qtbot.waitUntil(lambda: set(ahead.kept) == {photos[3], photos[1]})


def test_what_was_read_ahead_and_then_changed_is_read_again(
    bench: Bench, qtbot: QtBot, photos: list[Path]
) -> None:
    open_first(qtbot, bench, photos[0], 4)
    qtbot.waitUntil(lambda: photos[1] in bench.window.browsing._ahead.kept)
    save_photo(photos[1], 199).write_bytes(photos[1].read_bytes() + b"more")
    with qtbot.waitSignal(bench.window.opened):
        QTest.keyClick(bench.window, Qt.Key.Key_PageDown)
    document = bench.window.document
    assert document is not None
    assert tuple(document.source.levels[0][5, 5]) == (199, 100, 1)


def test_nothing_is_read_ahead_while_the_photo_is_generated(
    bench: Bench, qtbot: QtBot, photos: list[Path]
) -> None:
    window = bench.window
    open_first(qtbot, bench, photos[0], 4)
    settle(qtbot, window)
    bench.engine.hold(0)
    wheel(window.panes.generated, QPoint(400, 250), 9)
    document = window.document
    assert document is not None
    qtbot.waitUntil(lambda: document.working)
    window.browsing._ahead.want([photos[2]])
    qtbot.wait(400)
    assert window.browsing._ahead.kept == []
    bench.engine.hold(1000)
    qtbot.waitUntil(lambda: window.browsing._ahead.kept == [photos[2]])


def test_buttons_at_the_edges(bench: Bench, qtbot: QtBot, photos: list[Path]) -> None:
    window = bench.window
    open_first(qtbot, bench, photos[0], 4)
    settle(qtbot, window)
    canvas = window.panes.generated
    left, right = sorted(canvas.findChildren(EdgeButton), key=lambda button: button._forward)
    middle = canvas.rect().center()
    QTest.mouseMove(canvas, middle)
    assert not left.isVisible()
    assert not right.isVisible()
    QTest.mouseMove(canvas, QPoint(canvas.width() - 70, 20))
    qtbot.waitUntil(right.isVisible)
    assert not left.isVisible()
    turned = QWheelEvent(
        QPointF(20, 20),
        QPointF(right.mapToGlobal(QPoint(20, 20))),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(right, turned)
    assert not turned.isAccepted()  # Qt passes it on to the pane
    with qtbot.waitSignal(window.opened):
        QTest.mouseClick(right, Qt.MouseButton.LeftButton)
    assert shown(bench) == "IMG2.png"
    QTest.mouseMove(canvas, middle)
    qtbot.waitUntil(lambda: not right.isVisible())


def test_the_buttons_go_when_the_pointer_rests(
    bench: Bench, qtbot: QtBot, photos: list[Path]
) -> None:
    open_first(qtbot, bench, photos[0], 4)
    canvas = bench.window.panes.generated
    QTest.mouseMove(canvas, canvas.rect().center())
    QTest.mouseMove(canvas, QPoint(70, 20))
    left = next(each for each in canvas.findChildren(EdgeButton) if not each._forward)
    qtbot.waitUntil(left.isVisible)
    qtbot.waitUntil(lambda: not left.isVisible())
    settle(qtbot, bench.window)
