"""Going to coordinates: what can be entered, and what is said about the rest."""

from fractions import Fraction

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialogButtonBox, QLineEdit
from pytestqt.qtbot import QtBot

from cozviewer.pyramid.camera import Camera, camera_at
from cozviewer.ui.dialogs.go_to_dialog import GoToDialog


def shown_dialog(qtbot: QtBot, camera: Camera | None = None) -> tuple[GoToDialog, list[Camera]]:
    dialog = GoToDialog(camera or camera_at(812.4, 340.1, 64.0), (1600, 900))
    qtbot.addWidget(dialog)
    wanted: list[Camera] = []
    dialog.wanted.connect(wanted.append)
    dialog.show()
    qtbot.waitExposed(dialog)
    return dialog, wanted


def type_into(field: QLineEdit, text: str) -> None:
    field.selectAll()
    QTest.keyClicks(field, text)


def test_it_begins_where_the_view_is(qtbot: QtBot) -> None:
    dialog, wanted = shown_dialog(qtbot)
    fields = (dialog.x_field, dialog.y_field, dialog.zoom_field)
    assert [field.text() for field in fields] == ["812.40", "340.10", "×64"]
    QTest.keyClick(dialog.x_field, Qt.Key.Key_Return)
    assert wanted == [camera_at(Fraction("812.4"), Fraction("340.1"), 64.0)]
    assert not dialog.isVisible()


def test_typed_numbers_are_exact(qtbot: QtBot) -> None:
    dialog, wanted = shown_dialog(qtbot)
    type_into(dialog.x_field, "0.000000000000000000000000000001")
    type_into(dialog.y_field, "900")
    type_into(dialog.zoom_field, "400%")
    QTest.keyClick(dialog.zoom_field, Qt.Key.Key_Return)
    assert wanted == [camera_at(Fraction(1, 10**30), 900, 4.0)]


@pytest.mark.parametrize("name", ["x_field", "y_field", "zoom_field"])
def test_a_place_can_be_pasted_into_any_field(qtbot: QtBot, name: str) -> None:
    dialog, wanted = shown_dialog(qtbot)
    QGuiApplication.clipboard().setText("1234.5, 567 @ ×256")
    field = getattr(dialog, name)
    field.selectAll()
    QTest.keyClick(field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    texts = [each.text() for each in (dialog.x_field, dialog.y_field, dialog.zoom_field)]
    assert texts == ["1234.5", "567", "×256"]
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert wanted == [camera_at(Fraction("1234.5"), 567, 256.0)]


def test_a_place_that_was_typed_into_one_field_is_understood_too(qtbot: QtBot) -> None:
    dialog, wanted = shown_dialog(qtbot)
    type_into(dialog.x_field, "12, 34")
    QTest.keyClick(dialog.x_field, Qt.Key.Key_Return)
    assert wanted == [camera_at(12, 34, 64.0)]


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("x_field", "1601", "X must be a number from 0 to 1,600."),
        ("x_field", "-1", "X must be a number from 0 to 1,600."),
        ("y_field", "", "Y must be a number from 0 to 900."),
        ("y_field", "900.5", "Y must be a number from 0 to 900."),
        ("y_field", "left", "Y must be a number from 0 to 900."),
        ("zoom_field", "fit", "Enter a magnification such as 400%, ×64 or 4."),
        ("zoom_field", "0", "Enter a magnification such as 400%, ×64 or 4."),
    ],
)
def test_what_is_wrong_is_said_until_it_is_changed(
    qtbot: QtBot, name: str, text: str, sentence: str
) -> None:
    dialog, wanted = shown_dialog(qtbot)
    field = getattr(dialog, name)
    field.selectAll()
    QTest.keyClick(field, Qt.Key.Key_Delete)
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert wanted == []
    assert dialog.isVisible()
    assert dialog.trouble.text() == sentence
    QTest.keyClicks(field, "1")
    assert not dialog.trouble.isVisible()


def test_cancel_goes_nowhere(qtbot: QtBot) -> None:
    dialog, wanted = shown_dialog(qtbot)
    dialog.buttons.button(QDialogButtonBox.StandardButton.Cancel).click()
    assert wanted == []
    assert not dialog.isVisible()
