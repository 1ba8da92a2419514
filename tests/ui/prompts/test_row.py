"""The words of one level: shown, typed over, undone."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from cozviewer.ui.prompts.row import MOST_LINES, PromptRow


@pytest.fixture
def row(qtbot: QtBot) -> PromptRow:
    row = PromptRow(4)
    qtbot.addWidget(row)
    row.resize(260, 200)
    row.show()
    row.show_prompt("fur, whiskers")
    return row


def test_words_are_shown_and_follow(row: PromptRow) -> None:
    assert row.text == "fur, whiskers"
    assert not row.changed
    assert not row.draw.isVisible()
    row.show_prompt("grass")
    assert row.text == "grass"


def test_no_words_and_nothing_drawn_are_told_apart(row: PromptRow) -> None:
    row.show_prompt("")
    assert row.edit.placeholderText() == "No prompt"
    assert not row.edit.isReadOnly()
    row.show_prompt(None)
    assert row.edit.placeholderText() == "Not generated yet"
    assert row.edit.isReadOnly()


@pytest.mark.parametrize("words", ["fur, \n", "  fur", "fur\r\nwhiskers", "fur\u2029tail"])
def test_words_that_look_otherwise_in_an_editor_are_not_changed(row: PromptRow, words: str) -> None:
    row.show_prompt(words)
    assert not row.changed


def test_what_is_typed_is_not_overwritten(row: PromptRow) -> None:
    QTest.keyClicks(row.edit, "dark ")
    assert row.changed
    assert row.draw.isVisible()
    row.show_prompt("grass")
    assert row.text == "dark fur, whiskers"
    QTest.mouseClick(row.undo, Qt.MouseButton.LeftButton)
    assert row.text == "grass"
    assert not row.changed


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_ctrl_enter_asks_for_the_new_words_once(row: PromptRow, qtbot: QtBot, key: Qt.Key) -> None:
    asked: list[tuple[int, str]] = []
    row.redraw_wanted.connect(lambda z, words: asked.append((z, words)))
    row.edit.setFocus()
    QTest.keyClick(row.edit, key, Qt.KeyboardModifier.ControlModifier)
    assert asked == []  # nothing is changed
    QTest.keyClicks(row.edit, "dark ")
    QTest.keyClick(row.edit, key, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(row.edit, key, Qt.KeyboardModifier.ControlModifier)
    assert asked == [(4, "dark fur, whiskers")]
    assert not row.draw.isVisible()
    assert row.edit.hasFocus()


def test_an_editor_grows_with_its_text_up_to_a_limit(row: PromptRow, qtbot: QtBot) -> None:
    low = row.edit.height()
    row.show_prompt("many words " * 12)
    qtbot.waitUntil(lambda: row.edit.height() > low)
    assert not row.edit.verticalScrollBar().isVisible()
    row.show_prompt("many words " * 200)
    line = row.edit.fontMetrics().lineSpacing()
    qtbot.waitUntil(lambda: row.edit.height() > MOST_LINES * line)
    assert row.edit.height() < (MOST_LINES + 2) * line
