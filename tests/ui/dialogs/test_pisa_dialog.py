"""The dialog of PiSA-SR: it shows what is chosen, and hands back what was made of it."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QPushButton
from pytestqt.qtbot import QtBot

from cozviewer.config.choice import EngineChoice, PisaChoice
from cozviewer.ui.dialogs.pisa_dialog import PisaDialog

FULL = EngineChoice("pisa", "cpu", 7, pisa=PisaChoice("/sd2", Path("/a.pkl"), 0.7, 1.3))


def shown(qtbot: QtBot, dialog: PisaDialog) -> PisaDialog:
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def test_what_is_chosen_is_shown_and_handed_back(qtbot: QtBot) -> None:
    dialog = shown(qtbot, PisaDialog(FULL))
    assert dialog.choice == FULL
    with qtbot.waitSignal(dialog.wanted) as wanted:
        QTest.mouseClick(dialog.use, Qt.MouseButton.LeftButton)
    assert wanted.args == [FULL]
    assert dialog.result() == QDialog.DialogCode.Accepted


def test_who_comes_from_another_engine_gets_its_defaults(qtbot: QtBot) -> None:
    assert shown(qtbot, PisaDialog(EngineChoice("bicubic"))).choice == EngineChoice("pisa")


def test_a_strength_is_changed_by_keys_and_has_a_range(qtbot: QtBot) -> None:
    dialog = shown(qtbot, PisaDialog(EngineChoice()))
    dialog.semantic.setFocus()
    QTest.keyClick(dialog.semantic, Qt.Key.Key_Down)
    assert dialog.choice.pisa == PisaChoice(semantic=0.9)
    for _ in range(30):
        QTest.keyClick(dialog.semantic, Qt.Key.Key_Up)
    assert dialog.choice.pisa == PisaChoice(semantic=2.0)


def test_missing_files_are_named_in_the_dialog_which_stays_open(qtbot: QtBot) -> None:
    missing = ["sd2", "pisa"]
    dialog = shown(qtbot, PisaDialog(FULL, missing=lambda choice: tuple(missing)))
    with qtbot.assertNotEmitted(dialog.wanted):
        QTest.mouseClick(dialog.use, Qt.MouseButton.LeftButton)
    assert dialog.isVisible()
    assert dialog.trouble == (
        "Not found: Stable Diffusion 2.1 (base model) and pisa_sr.pkl (LoRA). Choose them above, "
        "or click Get Models… to download them."
    )
    qtbot.waitUntil(lambda: dialog.height() >= dialog.minimumSizeHint().height())
    models = next(b for b in dialog.findChildren(QPushButton) if b.text() == "Get Models…")
    with qtbot.waitSignal(dialog.models_wanted):
        QTest.mouseClick(models, Qt.MouseButton.LeftButton)
    missing.clear()
    with qtbot.waitSignal(dialog.wanted):
        QTest.mouseClick(dialog.use, Qt.MouseButton.LeftButton)
