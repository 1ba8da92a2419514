"""The zoom box: typing, choosing, and giving the keyboard back."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolTip
from pytestqt.qtbot import QtBot

from cozviewer.pyramid.camera import Fitting
from cozviewer.ui.status.zoom_box import ZoomBox


def shown_box(qtbot: QtBot) -> tuple[ZoomBox, list[object], list[bool]]:
    """Return a box that shows ×16, what it wants, and how often it was left."""
    box, wanted, left = ZoomBox(), list[object](), list[bool]()
    qtbot.addWidget(box)
    box.wanted.connect(wanted.append)
    box.left.connect(lambda: left.append(True))
    box.show()
    box.show_text("×16")
    qtbot.waitExposed(box)
    box.activateWindow()
    box.edit()
    return box, wanted, left


def test_enter_applies_what_was_typed(qtbot: QtBot) -> None:
    box, wanted, left = shown_box(qtbot)
    QTest.keyClicks(box, "400%")
    assert box.text() == "400%"
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert (wanted, left) == ([4.0], [True])
    assert box.text() == "×16"  # until the view has moved
    box.show_text("×4")
    assert box.text() == "×4"


def test_enter_without_a_change_leaves_the_view_alone(qtbot: QtBot) -> None:
    box, wanted, left = shown_box(qtbot)
    QTest.keyClick(box, Qt.Key.Key_Enter)
    assert (wanted, left) == ([], [True])


def test_escape_leaves_without_applying(qtbot: QtBot) -> None:
    box, wanted, left = shown_box(qtbot)
    QTest.keyClicks(box, "99")
    QTest.keyClick(box, Qt.Key.Key_Escape)
    assert (wanted, left) == ([], [True])
    assert box.text() == "×16"


def test_what_means_nothing_turns_back_with_a_hint(qtbot: QtBot) -> None:
    box, wanted, left = shown_box(qtbot)
    QTest.keyClicks(box, "big")
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert (wanted, left) == ([], [])
    assert box.text() == box.selectedText() == "×16"
    assert QToolTip.text() == "Enter a magnification such as 400%, ×64 or Fit."
    QToolTip.hideText()


def test_what_is_typed_stays_while_the_view_moves(qtbot: QtBot) -> None:
    box, wanted, _ = shown_box(qtbot)
    QTest.keyClicks(box, "fi")
    box.show_text("×17")
    QTest.keyClicks(box, "ll")
    assert (box.text(), box.shown) == ("fill", "×17")
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert wanted == [Fitting.FILL]


def test_the_list_opens_with_a_key_and_applies_at_once(qtbot: QtBot) -> None:
    box, wanted, left = shown_box(qtbot)
    QTest.keyClick(box, Qt.Key.Key_Down)
    qtbot.waitUntil(box.menu.isVisible)
    for _ in range(3):
        QTest.keyClick(box.menu, Qt.Key.Key_Down)
    QTest.keyClick(box.menu, Qt.Key.Key_Return)
    assert wanted == [Fitting.WIDTH]
    assert left == [True]


def test_its_arrow_opens_the_list(qtbot: QtBot) -> None:
    box, wanted, _ = shown_box(qtbot)
    arrow = next(action for action in box.actions() if isinstance(action, QAction))
    arrow.trigger()
    qtbot.waitUntil(box.menu.isVisible)
    QTest.keyClick(box.menu, Qt.Key.Key_Escape)
    assert wanted == []


def test_a_narrow_box_has_no_arrow(qtbot: QtBot) -> None:
    box, _, _ = shown_box(qtbot)
    box.resize(box.sizeHint())
    arrow = box.actions()[0]
    assert arrow.isVisible()
    box.resize(box.least_width, 26)
    assert not arrow.isVisible()
    assert box.least_width < box.sizeHint().width()
