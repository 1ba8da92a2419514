"""The quality is a slider and a number that move together."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from cozviewer.ui.export.quality import QualityField


def test_slider_and_number(qtbot: QtBot) -> None:
    field = QualityField(90)
    qtbot.addWidget(field)
    field.show()
    with qtbot.waitSignal(field.changed):
        QTest.keyClick(field.slider, Qt.Key.Key_Left)
    assert (field.value, field.box.value()) == (89, 89)
    QTest.keyClick(field.box, Qt.Key.Key_Up)
    assert (field.value, field.slider.value()) == (90, 90)
    field.slider.setValue(1000)
    assert field.value == 100
