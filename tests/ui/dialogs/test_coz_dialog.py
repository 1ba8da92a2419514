"""The Chain-of-Zoom dialog: it shows what is chosen, and hands back what was made of it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QPushButton
from pytestqt.qtbot import QtBot

from cozviewer.config.choice import CozChoice, EngineChoice, PrompterChoice
from cozviewer.config.fields import FIELDS
from cozviewer.config.questions import PHOTO, Questions
from cozviewer.ui.dialogs.coz_dialog import CozDialog

Make = Callable[[EngineChoice], CozDialog]

FULL = EngineChoice(
    "coz",
    "cpu",
    7,
    "sequential",
    CozChoice("/base", Path("/a.pkl"), Path("/b.pt"), "paper", t5=False),
    PrompterChoice(
        "server",
        "cat",
        "/qwen",
        Path("/grpo"),
        "localhost:1",
        "sees",
        Questions("A?", "B?"),
        64,
        Path("/ram.pth"),
        Path("/dape.pth"),
        Path("/tags.txt"),
    ),
)


@pytest.fixture
def make(qtbot: QtBot) -> Make:
    kept = []

    def made(choice: EngineChoice) -> CozDialog:
        dialog = CozDialog(choice)
        qtbot.addWidget(dialog)
        dialog.show()
        kept.append(dialog)
        return dialog

    return made


def test_what_is_chosen_is_shown_and_handed_back(make: Make) -> None:
    assert make(FULL).choice == FULL


def test_who_comes_from_another_engine_is_offered_the_vision_model(make: Make) -> None:
    choice = make(EngineChoice(device="cpu")).choice
    assert (choice.engine, choice.device, choice.prompter.name) == ("coz", "cpu", "qwen")
    assert choice.prompter.questions == PHOTO


def test_only_what_matters_is_asked(make: Make, qtbot: QtBot) -> None:
    form = make(FULL).prompter
    assert form.server.isVisible()
    assert not form.qwen.isVisible()
    form.who.setCurrentIndex(form.who.findData("text"))
    assert form.prompt.isVisible()
    assert not form.server.isVisible()
    assert not form.one.isVisible()
    form.who.setCurrentIndex(form.who.findData("tags"))
    assert form.ram.isVisible()
    assert form.dape.isVisible()
    assert form.ram_tags.isVisible()
    assert form.prompt.isVisible()
    assert not form.one.isVisible()


def test_a_field_puts_its_questions_there_to_be_changed(make: Make, qtbot: QtBot) -> None:
    form = make(EngineChoice()).prompter
    form.field.setFocus()
    QTest.keyClick(form.field, Qt.Key.Key_Down)
    assert form.choice.questions == FIELDS[1].questions
    form.one.setFocus()
    QTest.keyClicks(form.one, "Look! ")
    assert form.choice.questions.one == "Look! " + FIELDS[1].questions.one
    assert form.field.currentText() == "Custom"
    form.one.setPlainText(FIELDS[1].questions.one)
    assert form.field.currentText() == FIELDS[1].title


@pytest.mark.parametrize(
    ("prompter", "sentence"),
    [
        (PrompterChoice("text", "  "), "Enter a prompt"),
        (PrompterChoice("server", server="localhost:1"), "the model's name"),
        (PrompterChoice("qwen", questions=Questions("A?", " ")), "Enter both questions"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_used(
    make: Make, qtbot: QtBot, prompter: PrompterChoice, sentence: str
) -> None:
    dialog = make(EngineChoice("coz", prompter=prompter))
    with qtbot.assertNotEmitted(dialog.wanted):
        QTest.mouseClick(dialog.use, Qt.MouseButton.LeftButton)
    assert dialog.isVisible()
    assert sentence in dialog.trouble


def test_pressing_use_hands_it_back_and_closes(make: Make, qtbot: QtBot) -> None:
    dialog = make(FULL)
    with qtbot.waitSignal(dialog.wanted) as wanted:
        QTest.mouseClick(dialog.use, Qt.MouseButton.LeftButton)
    assert wanted.args == [FULL]
    assert dialog.result() == QDialog.DialogCode.Accepted


def test_missing_files_are_named_in_the_dialog_which_stays_open(qtbot: QtBot) -> None:
    missing = ["base", "lora"]
    dialog = CozDialog(FULL, missing=lambda choice: tuple(missing))
    qtbot.addWidget(dialog)
    dialog.show()
    with qtbot.assertNotEmitted(dialog.wanted):
        QTest.mouseClick(dialog.use, Qt.MouseButton.LeftButton)
    assert dialog.isVisible()
    assert dialog.trouble == (
        "Not found: Stable Diffusion 3 (base model) and model_20001.pkl (LoRA). Choose them above, "
        "or click Get Models… to download them."
    )
    models = next(b for b in dialog.findChildren(QPushButton) if b.text() == "Get Models…")
    with qtbot.waitSignal(dialog.models_wanted):
        QTest.mouseClick(models, Qt.MouseButton.LeftButton)
    missing.clear()
    with qtbot.waitSignal(dialog.wanted):
        QTest.mouseClick(dialog.use, Qt.MouseButton.LeftButton)
