"""Prompts in the window: read, changed, drawn again, kept or discarded, with keys and mouse."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import shiboken6
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cozviewer.config.choice import EngineChoice
from cozviewer.pyramid.camera import Camera
from cozviewer.util.errors import Failure
from tests.patience import PATIENCE
from tests.ui.conftest import TILE_RUNS, Bench, settle, wheel
from tests.ui.listening import (
    Studio,
    open_in,
    picture_of,
    press,
    rest,
    studio,
    write,
    zoom_in,
)


@pytest.fixture
def opened(qtbot: QtBot, tmp_path: Path, photo: Path, largest_run: int) -> Iterator[Studio]:
    """A window with the photo open, at rest, its engine one that listens."""
    at = studio(photo, tmp_path / "pyramids", largest_run)
    qtbot.waitExposed(at.window)
    open_in(qtbot, at)
    yield at
    if shiboken6.isValid(at.window):
        close(at)


@pytest.fixture
def at(opened: Studio, qtbot: QtBot) -> Studio:
    """The same, zoomed in two steps."""
    zoom_in(qtbot, opened, 18)
    assert opened.words == ["words 1", "words 2"]
    return opened


@pytest.fixture
def again_at(qtbot: QtBot, tmp_path: Path, photo: Path) -> Iterator[Callable[[Camera], Studio]]:
    """Return what opens the photo in another window, with the same cache, and goes there."""
    windows: list[Studio] = []

    def open_again(camera: Camera) -> Studio:
        windows.append(studio(photo, tmp_path / "pyramids"))
        open_in(qtbot, windows[-1])
        windows[-1].window.navigator.go_to(camera)
        rest(qtbot, windows[-1])
        return windows[-1]

    yield open_again
    for again in windows:
        close(again)


def close(at: Studio) -> None:
    at.window.close()
    at.window.deleteLater()
    QApplication.processEvents()


def redraw(qtbot: QtBot, at: Studio, row: int, words: str) -> None:
    """Change the words of a row and have it drawn again."""
    write(at.rows[row], words)
    QTest.keyClick(at.rows[row].edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    rest(qtbot, at)


def differ(one: np.ndarray, other: np.ndarray) -> bool:
    return bool(np.abs(one.astype(int) - other).mean() > 2)


# -- The panel


def test_for_an_engine_without_prompts_it_is_closed_and_the_command_says_why(
    viewer: Bench,
) -> None:
    window = viewer.window
    action = window.actions_by_name["prompts"]
    assert not window.prompting.panel.isVisible()
    assert not action.isEnabled()
    assert action.toolTip().startswith("Stripes does not use prompts")
    assert window.menuBar().actions()  # the menu shows tool tips
    assert window.parts.menus["view"].toolTipsVisible()
    assert action in window.parts.menus["view"].actions()
    assert window.parts.bar.widgetForAction(action) is None
    QTest.keyClick(window, Qt.Key.Key_P)
    assert not window.prompting.panel.isVisible()


def test_its_button_comes_and_goes_with_the_engine(opened: Studio, qtbot: QtBot) -> None:
    window = opened.window
    action, bar = window.actions_by_name["prompts"], window.parts.bar
    names = [each.text() for each in bar.actions()]
    assert action.isEnabled()
    assert action.toolTip() == "Prompts Panel (P)"
    opened.engine.accepts_prompt = False
    with qtbot.waitSignal(window.opened):
        QTest.keyClick(window, Qt.Key.Key_F5)
    settle(qtbot, window)
    assert not window.prompting.panel.isVisible()
    assert action not in bar.actions()
    assert not action.isEnabled()
    opened.engine.accepts_prompt = True
    with qtbot.waitSignal(window.opened):
        QTest.keyClick(window, Qt.Key.Key_F5)
    settle(qtbot, window)
    assert window.prompting.panel.isVisible()
    assert [each.text() for each in bar.actions()] == names


def test_for_one_that_listens_it_is_there_until_somebody_closes_it(
    opened: Studio, qtbot: QtBot
) -> None:
    panel = opened.window.prompting.panel
    assert panel.isVisible()
    assert "the original photo" in panel.hint
    QTest.keyClick(opened.window, Qt.Key.Key_P)
    assert not panel.isVisible()
    with qtbot.waitSignal(opened.window.opened):
        QTest.keyClick(opened.window, Qt.Key.Key_F5)
    settle(qtbot, opened.window)
    assert not panel.isVisible()


def test_each_level_under_the_view_tells_its_words_coarse_to_fine(
    opened: Studio, qtbot: QtBot
) -> None:
    zoom_in(qtbot, opened, 10)
    assert [(row.z, row.text) for row in opened.rows] == [(2, "words 1")]
    zoom_in(qtbot, opened, 14)
    levels = [(row.z, row.text) for row in opened.rows]
    assert levels == [(2, "words 1"), (4, "words 2"), (6, "words 3")]
    assert opened.window.prompting.panel.hint == ""
    QTest.keyClick(opened.window, Qt.Key.Key_0)
    rest(qtbot, opened)
    assert opened.rows == []


def test_a_level_that_is_being_described_says_so(opened: Studio, qtbot: QtBot) -> None:
    answered = threading.Event()

    def wait() -> None:
        answered.wait(PATIENCE)

    opened.describer.before = wait
    try:
        for _ in range(10):
            wheel(opened.window.panes.generated, QPoint(170, 170))
        qtbot.waitUntil(
            lambda: (
                [row.edit.placeholderText() for row in opened.rows] == ["Describing this area…"]
            ),
            timeout=10_000,
        )
        assert opened.rows[0].edit.isReadOnly()
    finally:
        answered.set()
    rest(qtbot, opened)
    assert opened.words == ["words 1"]
    assert opened.rows[0].state == ""


def test_rows_stay_as_they_are_while_the_words_do_and_keys_typed_there_do_nothing_else(
    at: Studio, qtbot: QtBot
) -> None:
    rows, changes = at.rows, []
    for row in rows:
        row.edit.textChanged.connect(lambda: changes.append("text"))
    wheel(at.window.panes.generated, QPoint(170, 170), 0.5)
    rest(qtbot, at)
    assert at.rows == rows
    assert changes == []
    camera = at.window.navigator.camera
    write(at.rows[0], "cmp 1+0-r")
    QTest.keyClick(at.rows[0].edit, Qt.Key.Key_Backspace)
    QTest.keyClick(at.rows[0].edit, Qt.Key.Key_Left)
    assert at.rows[0].text == "cmp 1+0-"
    assert at.window.prompting.panel.isVisible()
    assert at.window.panes.mode is None
    assert at.window.navigator.camera == camera


def test_what_is_typed_stays_when_the_view_moves_and_undo_takes_it_back(
    at: Studio, qtbot: QtBot
) -> None:
    row = at.rows[1]
    write(row, "something else")
    assert row.state == "Edited"
    QTest.keyClick(at.window.panes.generated, Qt.Key.Key_Right)
    rest(qtbot, at)
    assert row.text == "something else"
    QTest.keyClick(at.window, Qt.Key.Key_0, Qt.KeyboardModifier.NoModifier)
    at.window.navigator.fit()
    rest(qtbot, at)
    assert not row.isVisible()
    at.window.navigator.back()
    rest(qtbot, at)
    assert at.rows[1] is row
    assert row.text == "something else"
    assert not at.window.document.drafting.levels  # type: ignore[union-attr]
    press(row.undo)
    assert row.text == "words 2"
    assert row.state == ""
    assert not row.draw.isVisible()


# -- Drawing again


def test_other_words_draw_another_image_and_discard_brings_back_the_first(
    at: Studio, qtbot: QtBot
) -> None:
    before, calls = picture_of(at), at.engine.calls
    write(at.rows[1], "stone")
    press(at.rows[1].draw)
    rest(qtbot, at)
    assert differ(picture_of(at), before)
    assert set(at.engine.told[calls:]) == {"stone"}
    assert at.words == ["words 1", "stone"]
    assert at.rows[1].state == "New, not saved yet"
    assert at.window.prompting.bar.text == "New version at ×16"
    press(at.window.prompting.bar.discard)
    rest(qtbot, at)
    np.testing.assert_array_equal(picture_of(at), before)
    assert at.words == ["words 1", "words 2"]
    assert at.window.prompting.bar.text == ""


def test_coarser_words_change_the_finer_levels_which_keep_their_own_words(
    at: Studio, qtbot: QtBot
) -> None:
    before, calls = picture_of(at), at.engine.calls
    redraw(qtbot, at, 0, "sand")
    assert differ(picture_of(at), before)
    assert set(at.engine.told[calls:]) == {"sand", "words 2"}
    assert at.describer.answers == 2  # nobody was asked again
    assert at.words == ["sand", "words 2"]


def test_what_is_kept_is_there_when_the_image_is_opened_again(
    at: Studio, qtbot: QtBot, again_at: Callable[[Camera], Studio]
) -> None:
    redraw(qtbot, at, 1, "stone")
    shown, camera = picture_of(at), at.window.navigator.camera
    press(at.window.prompting.bar.keep)
    rest(qtbot, at)
    np.testing.assert_array_equal(picture_of(at), shown)
    assert at.window.prompting.bar.text == ""
    assert at.rows[1].state == ""
    close(at)
    again = again_at(camera)
    np.testing.assert_array_equal(picture_of(again), shown)
    assert again.words == ["words 1", "stone"]
    assert again.engine.calls == 0


def test_kept_and_closed_at_once_is_kept(
    at: Studio, qtbot: QtBot, again_at: Callable[[Camera], Studio]
) -> None:
    redraw(qtbot, at, 1, "stone")
    shown, camera = picture_of(at), at.window.navigator.camera
    press(at.window.prompting.bar.keep)
    close(at)
    again = again_at(camera)
    np.testing.assert_array_equal(picture_of(again), shown)


def test_closed_without_a_decision_the_older_image_stays(
    at: Studio, qtbot: QtBot, again_at: Callable[[Camera], Studio]
) -> None:
    before, camera = picture_of(at), at.window.navigator.camera
    redraw(qtbot, at, 0, "sand")
    close(at)
    again = again_at(camera)
    np.testing.assert_array_equal(picture_of(again), before)
    assert again.words == ["words 1", "words 2"]
    assert again.engine.calls == 0


def test_another_engine_discards_with_a_sentence(at: Studio, qtbot: QtBot) -> None:
    redraw(qtbot, at, 1, "stone")
    with qtbot.waitSignal(at.window.opened):
        at.window.engine_menu.chosen.emit(EngineChoice("painter", seed=1))
    assert at.window.banner.text == "New version at ×16 discarded."
    assert at.window.prompting.bar.text == ""
    rest(qtbot, at)


def test_a_second_change_goes_on_in_the_same_draft(at: Studio, qtbot: QtBot) -> None:
    before = picture_of(at)
    redraw(qtbot, at, 1, "stone")
    stone = picture_of(at)
    redraw(qtbot, at, 1, "water")
    assert differ(picture_of(at), stone)
    redraw(qtbot, at, 0, "sand")
    assert at.window.prompting.bar.text == "New version at ×4 and ×16"
    assert at.words == ["sand", "water"]
    press(at.window.prompting.bar.discard)
    rest(qtbot, at)
    np.testing.assert_array_equal(picture_of(at), before)


def test_zooming_on_while_undecided_and_back(at: Studio, qtbot: QtBot) -> None:
    camera, before = at.window.navigator.camera, picture_of(at)
    redraw(qtbot, at, 1, "stone")
    stone = picture_of(at)
    zoom_in(qtbot, at, 8)
    assert at.words == ["words 1", "stone", "words 3"]
    assert at.window.prompting.bar.text == "New version at ×16"
    deep = picture_of(at)
    at.window.navigator.go_to(camera)
    rest(qtbot, at)
    np.testing.assert_array_equal(picture_of(at), stone)
    press(at.window.prompting.bar.discard)
    rest(qtbot, at)
    np.testing.assert_array_equal(picture_of(at), before)
    zoom_in(qtbot, at, 8)
    assert differ(picture_of(at), deep)
    assert at.words[:2] == ["words 1", "words 2"]


def test_holding_the_button_shows_the_older_image(at: Studio, qtbot: QtBot) -> None:
    before = picture_of(at)
    redraw(qtbot, at, 1, "stone")
    new, older = picture_of(at), at.window.prompting.bar.older
    QTest.mousePress(older, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: np.array_equal(picture_of(at), before), timeout=5000)
    QTest.mouseRelease(older, Qt.MouseButton.LeftButton)
    np.testing.assert_array_equal(picture_of(at), new)


# -- Stopping and trouble


class Gate:
    """Lets the engine draw some runs and then waits."""

    def __init__(self, runs: int) -> None:
        self.left, self.open = runs, threading.Event()

    def __call__(self) -> None:
        self.left -= 1
        if self.left < 0:
            self.open.wait(PATIENCE)


@TILE_RUNS
def test_escape_stops_and_leaves_the_decision(at: Studio, qtbot: QtBot) -> None:
    before, gate = picture_of(at), Gate(1)
    calls = at.engine.calls
    at.engine.before_run = gate
    write(at.rows[1], "stone")
    press(at.rows[1].draw)
    qtbot.waitUntil(lambda: at.engine.calls > calls, timeout=10_000)
    QTest.keyClick(at.rows[1].edit, Qt.Key.Key_Escape)
    gate.open.set()
    rest(qtbot, at)
    assert "Stopped" in at.window.readout.text
    # The run under work comes after the stop.
    qtbot.waitUntil(at.window.prompting.bar.keep.isEnabled, timeout=60_000)
    stopped = at.engine.calls
    at.window.panes.generated.setFocus()
    QTest.keyClick(at.window, Qt.Key.Key_R)
    rest(qtbot, at)
    assert at.engine.calls > stopped
    assert set(at.engine.told[calls:]) == {"stone"}
    press(at.window.prompting.bar.discard)
    rest(qtbot, at)
    np.testing.assert_array_equal(picture_of(at), before)


@TILE_RUNS
def test_discard_brings_back_the_older_while_a_run_is_under_way(at: Studio, qtbot: QtBot) -> None:
    before, gate = picture_of(at), Gate(2)
    calls = at.engine.calls
    at.engine.before_run = gate
    write(at.rows[1], "stone")
    press(at.rows[1].draw)
    qtbot.waitUntil(lambda: at.engine.calls == calls + 2, timeout=10_000)
    press(at.window.prompting.bar.discard)
    document = at.window.document
    assert document is not None
    try:
        # The engine is still at it, the image is back.
        qtbot.waitUntil(lambda: at.window.panes.generated.sharp, timeout=5000)
        assert not document.chain.pyramid.missing([])
    finally:
        gate.open.set()
    rest(qtbot, at)
    np.testing.assert_array_equal(picture_of(at), before)
    assert at.words == ["words 1", "words 2"]


def test_discarded_before_it_has_begun_nothing_has_happened(at: Studio, qtbot: QtBot) -> None:
    before, calls = picture_of(at), at.engine.calls
    write(at.rows[1], "stone")
    press(at.rows[1].draw)
    assert not at.window.prompting.bar.keep.isEnabled()  # there is nothing to keep yet
    press(at.window.prompting.bar.discard)
    rest(qtbot, at)
    np.testing.assert_array_equal(picture_of(at), before)
    assert at.words == ["words 1", "words 2"]
    assert at.engine.calls <= calls + 1
    document = at.window.document
    assert document is not None
    qtbot.waitUntil(lambda: document.chain.pyramid.draft is None, timeout=5000)


@TILE_RUNS
def test_an_engine_that_fails_meanwhile_leaves_the_older_image(at: Studio, qtbot: QtBot) -> None:
    before, calls = picture_of(at), at.engine.calls

    failures: list[int] = []

    def fail() -> None:
        if at.engine.calls == calls + 1 and not failures:
            failures.append(1)
            raise Failure("The engine has no memory left; choose a smaller view.")

    at.engine.before_run = fail
    write(at.rows[1], "stone")
    press(at.rows[1].draw)
    qtbot.waitUntil(lambda: "no memory left" in at.window.banner.text, timeout=10_000)
    at.window.banner.hide()
    qtbot.waitUntil(lambda: at.window.panes.generated.height() == len(before))
    rest(qtbot, at)
    press(at.window.prompting.bar.discard)
    rest(qtbot, at)
    np.testing.assert_array_equal(picture_of(at), before)


def test_the_wheel_right_after_draw_again_does_not_lose_the_words(at: Studio, qtbot: QtBot) -> None:
    calls = at.engine.calls
    write(at.rows[1], "stone")
    press(at.rows[1].draw)
    wheel(at.window.panes.generated, QPoint(170, 170), 0.5)
    rest(qtbot, at)
    assert at.words == ["words 1", "stone"]
    assert set(at.engine.told[calls:]) == {"stone"}
