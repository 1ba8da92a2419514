"""Texts from files, metadata and servers are shown as they are: never markup, nothing hidden."""

import ast
from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QLabel, QMessageBox
from pytestqt.qtbot import QtBot

from cozviewer.ui.session.bookmarks import BookmarksMenu
from cozviewer.ui.status.status_bar import ElidingLabel
from cozviewer.ui.widgets.plain import Label, menu_text, message_box, tool_tip, window_title
from tests.ui.conftest import Bench

UI = Path(__file__).parents[2] / "cozviewer" / "ui"

HTML = "<h1>photo</h1><img src='/etc/passwd'>"


def test_html_in_a_label_stays_text(qtbot: QtBot) -> None:
    label, plain = Label(HTML), Label("x")
    for each in (label, plain):
        qtbot.addWidget(each)
    assert label.textFormat() == Qt.TextFormat.PlainText
    assert label.text() == HTML
    assert label.sizeHint().height() == plain.sizeHint().height()


def test_bidirectional_characters_are_shown_as_signs(qtbot: QtBot) -> None:
    label = Label("photo\u202egnp.exe\x07")
    qtbot.addWidget(label)
    assert label.text() == "photo<U+202E>gnp.exe␇"


def test_a_tool_tip_that_looks_like_html_is_escaped(qtbot: QtBot) -> None:
    assert tool_tip("photo.png") == "photo.png"
    assert "&lt;img" in tool_tip(HTML)
    label = ElidingLabel(HTML)
    qtbot.addWidget(label)
    label.resize(QSize(20, 20))
    label.show()
    label.grab()
    assert "&lt;img" in label.toolTip()


def test_menus_and_titles_show_every_character() -> None:
    assert menu_text("R&B\tmix\u202e") == "R&&B␉mix<U+202E>"
    assert window_title("a[*]b\nc") == "a[*][*]b␊c"


def test_a_message_box_shows_plain_text(bench: Bench) -> None:
    box = message_box(
        bench.window,
        QMessageBox.Icon.Question,
        "A question",
        HTML,
        QMessageBox.StandardButton.Cancel,
    )
    box.setInformativeText(HTML)
    box.open()
    shown = [label for label in box.findChildren(QLabel) if label.text()]
    assert len(shown) == 2
    assert {label.textFormat() for label in shown} == {Qt.TextFormat.PlainText}
    box.close()


def test_banner_and_status_line_show_html_as_it_is(viewer: Bench) -> None:
    window = viewer.window
    window.banner.warn(f"{HTML} was saved from another photo.")
    window.readout.show_pointed(HTML)
    labels = [*window.banner.findChildren(QLabel), *window.readout.findChildren(QLabel)]
    assert {label.textFormat() for label in labels} == {Qt.TextFormat.PlainText}


@pytest.mark.parametrize("module", sorted(UI.glob("*.py")), ids=lambda path: path.stem)
def test_no_module_makes_labels_that_guess(module: Path) -> None:
    """Only plain.py and two places with markup of our own make QLabel and QMessageBox."""
    own = {"plain": {"QMessageBox"}, "help": {"QMessageBox"}, "models_dialog": {"QLabel"}}
    made = {
        node.func.id
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert made & {"QLabel", "QMessageBox"} <= own.get(module.stem, set())


def test_bookmarks_are_shown_as_they_are(bench: Bench) -> None:
    menu = bench.window.findChildren(BookmarksMenu)[0]
    menu.add("R&B\u202e", bench.window.navigator.camera)
    assert any(action.text().startswith("R&&B<U+202E>\t") for action in menu.actions())
