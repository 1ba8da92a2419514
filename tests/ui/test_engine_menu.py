"""The Engine menu: what it marks and what it hands on."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from cozviewer.config.choice import CozChoice, EngineChoice, PisaChoice, PrompterChoice
from cozviewer.ui.dialogs.coz_dialog import CozDialog
from cozviewer.ui.dialogs.pisa_dialog import PisaDialog
from cozviewer.ui.engine_menu import EngineMenu
from cozviewer.ui.services import EngineEntry
from cozviewer.ui.settings import Preferences, choice_at_start
from tests.ui.conftest import Bench

ENTRIES = [
    EngineEntry("realesrgan", "Real-ESRGAN", ""),
    EngineEntry("bicubic", "Bicubic", ""),
    EngineEntry("coz", "Chain-of-Zoom", "", own_files=True),
    EngineEntry("pisa", "PiSA-SR", "", own_files=True),
]

COZ = EngineChoice("coz", coz=CozChoice("/base"), prompter=PrompterChoice("server", server="a"))


@pytest.fixture
def parent(qtbot: QtBot) -> Iterator[QWidget]:
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.show()
    yield widget
    for kind in (CozDialog, PisaDialog):
        for dialog in widget.findChildren(kind):
            dialog.close()
    QApplication.processEvents()


def trigger(menu: EngineMenu, title: str) -> None:
    next(action for action in menu.actions() if action.text() == title).trigger()


def marked(menu: EngineMenu) -> list[str]:
    """Return the engines that are checked; other checkable entries are in no group."""
    actions = [action for action in menu.actions() if action.actionGroup() is not None]
    return [action.text() for action in actions if action.isChecked()]


def test_choosing_an_engine_hands_it_on(parent: QWidget, qtbot: QtBot) -> None:
    menu = EngineMenu(ENTRIES, EngineChoice(), parent)
    with qtbot.waitSignal(menu.chosen) as chosen:
        trigger(menu, "Bicubic")
    assert chosen.args == [EngineChoice("bicubic")]


def test_an_engine_with_own_files_asks_first_and_marks_nothing(
    parent: QWidget, qtbot: QtBot
) -> None:
    menu = EngineMenu(ENTRIES, EngineChoice(), parent)
    with qtbot.assertNotEmitted(menu.chosen):
        trigger(menu, "Chain-of-Zoom…")
    assert marked(menu) == ["Real-ESRGAN"]
    dialog = parent.findChildren(CozDialog)[0]
    dialog.prompter.who.setCurrentIndex(dialog.prompter.who.findData("none"))
    with qtbot.waitSignal(menu.chosen) as chosen:
        QTest.mouseClick(dialog.use, Qt.MouseButton.LeftButton)
    assert chosen.args == [EngineChoice("coz")]


def test_leaving_it_silences_the_prompter_and_coming_back_finds_all_as_it_was(
    parent: QWidget, qtbot: QtBot
) -> None:
    menu = EngineMenu(ENTRIES, COZ, parent)
    with qtbot.waitSignal(menu.chosen) as chosen:
        trigger(menu, "Real-ESRGAN")
    left = chosen.args[0]
    assert (left.engine, left.prompter.name) == ("realesrgan", "none")
    menu.show_choice(replace(left, device="cpu", numbers="fp32"))
    trigger(menu, "Chain-of-Zoom…")
    assert parent.findChildren(CozDialog)[0].choice == replace(COZ, device="cpu", numbers="fp32")


def test_the_next_start_finds_what_was_named(parent: QWidget) -> None:
    EngineMenu(ENTRIES, EngineChoice(), parent).show_choice(COZ)
    trigger(EngineMenu(ENTRIES, EngineChoice(device="cpu"), parent), "Chain-of-Zoom…")
    assert parent.findChildren(CozDialog)[0].choice == replace(COZ, device="cpu")


def test_pisa_asks_for_its_settings_and_keeps_them(parent: QWidget, qtbot: QtBot) -> None:
    menu = EngineMenu(ENTRIES, COZ, parent)
    trigger(menu, "PiSA-SR…")
    assert marked(menu) == ["Chain-of-Zoom…"]
    dialog = parent.findChildren(PisaDialog)[0]
    dialog.semantic.setValue(0.5)
    with qtbot.waitSignal(menu.chosen) as chosen:
        QTest.mouseClick(dialog.use, Qt.MouseButton.LeftButton)
    choice = chosen.args[0]
    assert (choice.engine, choice.pisa, choice.prompter.name) == (
        "pisa",
        PisaChoice(semantic=0.5),
        "none",
    )
    menu.show_choice(choice)
    assert marked(menu) == ["PiSA-SR…"]
    assert menu.asked_last == COZ
    trigger(menu, "Bicubic")
    menu.show_choice(replace(choice, engine="bicubic"))
    trigger(menu, "PiSA-SR…")
    assert parent.findChildren(PisaDialog)[-1].choice.pisa == PisaChoice(semantic=0.5)


def submenu(menu: EngineMenu, word: str) -> list[QAction]:
    submenus = menu.findChildren(QMenu)
    return next(submenu for submenu in submenus if word in submenu.title()).actions()


def fidelities(menu: EngineMenu) -> list[QAction]:
    return submenu(menu, "Fidelity")


def test_fidelity_is_chosen_beside_the_engine(parent: QWidget, qtbot: QtBot) -> None:
    menu = EngineMenu(ENTRIES, EngineChoice(seed=3), parent)
    free = next(action for action in fidelities(menu) if action.text() == "&Creative")
    with qtbot.waitSignal(menu.chosen) as chosen:
        free.trigger()
    assert chosen.args == [EngineChoice(seed=3, fidelity=0.0)]


@pytest.mark.parametrize(("fidelity", "mark"), [(1.0, "&Faithful"), (0.6, "&Balanced")])
def test_the_fidelity_in_use_is_marked(parent: QWidget, fidelity: float, mark: str) -> None:
    menu = EngineMenu(ENTRIES, EngineChoice(fidelity=fidelity), parent)
    assert [action.text() for action in fidelities(menu) if action.isChecked()] == [mark]


def test_what_repeats_the_paper_has_no_choice_of_fidelity(parent: QWidget) -> None:
    menu = EngineMenu(ENTRIES, replace(COZ, coz=CozChoice(setting="paper")), parent)
    assert not any(action.isEnabled() for action in fidelities(menu))


def test_depth_is_chosen_beside_the_engine(parent: QWidget, qtbot: QtBot) -> None:
    menu = EngineMenu(ENTRIES, EngineChoice(seed=3), parent)
    depths = submenu(menu, "Edge")
    assert [action.text() for action in depths if action.isChecked()] == ["&Crisp"]
    with qtbot.waitSignal(menu.chosen) as chosen:
        next(action for action in depths if action.text() == "&Soft").trigger()
    assert chosen.args == [EngineChoice(seed=3, depth="soft")]
    menu.show_choice(chosen.args[0])
    assert [action.text() for action in depths if action.isChecked()] == ["&Soft"]


def test_texture_is_chosen_beside_the_contours(parent: QWidget, qtbot: QtBot) -> None:
    menu = EngineMenu(ENTRIES, EngineChoice(seed=3), parent)
    textures = submenu(menu, "Texture")
    assert [action.text() for action in textures if action.isChecked()] == ["From the &photo"]
    with qtbot.waitSignal(menu.chosen) as chosen:
        next(action for action in textures if action.text() == "&Off").trigger()
    assert chosen.args == [EngineChoice(seed=3, texture="off")]
    menu.show_choice(chosen.args[0])
    assert [action.text() for action in textures if action.isChecked()] == ["&Off"]


@pytest.mark.parametrize("title", ["Edge", "Texture"])
def test_an_engine_with_prompts_has_no_choice_of_depth(parent: QWidget, title: str) -> None:
    menu = EngineMenu(ENTRIES, COZ, parent)
    assert not any(action.isEnabled() for action in submenu(menu, title))
    menu.show_choice(EngineChoice())
    assert all(action.isEnabled() for action in submenu(menu, title))


def numbers(menu: EngineMenu) -> list[tuple[str, bool, bool]]:
    """Return the titles, and whether each can be chosen and is."""
    return [
        (action.text(), action.isEnabled(), action.isChecked())
        for action in submenu(menu, "Precision")
    ]


def test_numbers_can_be_chosen_once_it_is_known_which_there_are(
    parent: QWidget, qtbot: QtBot
) -> None:
    menu = EngineMenu(ENTRIES, EngineChoice(seed=3), parent)
    assert numbers(menu) == [
        ("&Automatic", False, True),
        ("32-bit float (&fp32)", False, False),
        ("16-bit float (&bf16)", False, False),
        ("8-bit integer (&int8)", False, False),
    ]
    menu.show_numbers(("fp32", "bf16"), "CPU, bf16")
    assert numbers(menu) == [
        ("&Automatic (bf16)", True, True),
        ("32-bit float (&fp32)", True, False),
        ("16-bit float (&bf16)", True, False),
        ("8-bit integer (&int8)", False, False),
    ]
    with qtbot.waitSignal(menu.chosen) as chosen:
        submenu(menu, "Precision")[1].trigger()
    assert chosen.args == [EngineChoice(seed=3, numbers="fp32")]
    menu.show_choice(chosen.args[0])
    assert numbers(menu) == [
        ("&Automatic", True, False),
        ("32-bit float (&fp32)", True, True),
        ("16-bit float (&bf16)", True, False),
        ("8-bit integer (&int8)", False, False),
    ]
    menu.show_choice(replace(chosen.args[0], device="cpu"))
    assert [enabled for _, enabled, _ in numbers(menu)] == [True, False, False, False]


def test_bytes_are_offered_for_the_embedded_engine_alone(parent: QWidget, tmp_path: Path) -> None:
    menu = EngineMenu(ENTRIES, EngineChoice(), parent)
    menu.show_numbers(("fp32", "bf16", "int8"), "CPU, int8")
    assert numbers(menu)[0] == ("&Automatic (int8)", True, True)
    assert numbers(menu)[3] == ("8-bit integer (&int8)", True, False)
    menu.show_choice(EngineChoice(str(tmp_path / "a.pth")))
    assert [enabled for _, enabled, _ in numbers(menu)] == [True, True, True, False]
    menu.show_choice(EngineChoice(numbers="int8"))
    assert [checked for _, _, checked in numbers(menu)] == [False, False, False, True]


def test_a_device_with_one_format_has_no_choice_of_numbers(parent: QWidget) -> None:
    menu = EngineMenu(ENTRIES, EngineChoice(), parent)
    menu.show_numbers(("fp32",), "CPU, fp32")
    assert [enabled for _, enabled, _ in numbers(menu)] == [False, False, False, False]
    assert numbers(menu)[0] == ("&Automatic (fp32)", False, True)


def test_numbers_that_are_not_supported_can_be_left(parent: QWidget) -> None:
    menu = EngineMenu(ENTRIES, EngineChoice(numbers="bf16"), parent)
    assert [enabled for _, enabled, _ in numbers(menu)] == [True, False, False, False]


@pytest.mark.parametrize("choice", [COZ, EngineChoice("bicubic"), EngineChoice("nearest")])
def test_other_engines_have_no_choice_of_numbers(parent: QWidget, choice: EngineChoice) -> None:
    menu = EngineMenu(ENTRIES, choice, parent)
    menu.show_numbers(("fp32", "bf16"), "CPU, bf16")
    assert [enabled for _, enabled, _ in numbers(menu)] == [False, False, False, False]
    assert numbers(menu)[0] == ("&Automatic", False, True)


def test_the_models_can_be_asked_for(parent: QWidget, qtbot: QtBot) -> None:
    menu = EngineMenu(ENTRIES, COZ, parent)
    with qtbot.waitSignal(menu.models_wanted):
        trigger(menu, "Manage M&odels…")


def test_drafts_are_shown_unless_they_are_turned_off_for_good(
    parent: QWidget, qtbot: QtBot
) -> None:
    menu = EngineMenu(ENTRIES, EngineChoice(), parent)
    assert menu.drafts
    with qtbot.waitSignal(menu.drafts_wanted) as wanted:
        trigger(menu, "Show D&rafts")
    assert wanted.args == [False]
    again = EngineMenu(ENTRIES, EngineChoice(), parent)
    assert not again.drafts
    trigger(again, "Show D&rafts")
    assert EngineMenu(ENTRIES, EngineChoice(), parent).drafts


def test_without_a_photo_one_choice_is_added_to_the_other(bench: Bench) -> None:
    window = bench.window
    window.engine_menu.chosen.emit(EngineChoice("nearest", fidelity=0.5))
    action = submenu(window.engine_menu, "Device")[1]
    assert action.text() == "CPU"
    action.trigger()
    assert window.images.choice == EngineChoice("nearest", "cpu", fidelity=0.5)


def test_what_the_user_chose_is_there_at_the_next_start(viewer: Bench, qtbot: QtBot) -> None:
    window = viewer.window
    with qtbot.waitSignal(window.opened):
        window.engine_menu.chosen.emit(EngineChoice("stripes", "cpu", seed=4))
    assert choice_at_start(Preferences()) == EngineChoice("stripes", "cpu", seed=4)


def test_an_engine_that_opens_nothing_is_not_kept(viewer: Bench, qtbot: QtBot) -> None:
    window = viewer.window
    window.images.opening.failed.connect(lambda _: None)
    assert choice_at_start(Preferences()) == EngineChoice()
    with qtbot.waitSignal(window.opened):
        window.images.reload()
    assert choice_at_start(Preferences()) == EngineChoice()
