"""Any two images against each other: what each side shows, what it is called, who works."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from cozviewer.config.choice import CozChoice, EngineChoice, PrompterChoice
from cozviewer.pyramid.compose import compose
from cozviewer.ui.compare.compared_images import (
    GENERATED,
    OTHER_SETTINGS,
    SOURCES,
    Result,
    Side,
    Sides,
    names_of,
)
from cozviewer.ui.compare.paint import Mode
from cozviewer.ui.compare.panes import ComparePanes
from cozviewer.ui.compare.settings_dialog import SAME, SettingsDialog
from tests.ui.conftest import Bench, grabbed, settle, wheel

BICUBIC, LANCZOS, NEAREST = SOURCES

ABOVE_LABELS = -60

COZ = EngineChoice("coz", coz=CozChoice(setting="best"), prompter=PrompterChoice("qwen"))


def choose(viewer: Bench, text: str) -> None:
    """Choose an entry of the Compare menu."""
    actions = viewer.window.compare_menu.actions()
    next(action for action in actions if action.text() == text).trigger()


def first(viewer: Bench, side: Side) -> QAction:
    """Return the entry that has a side stand first."""
    menus = [action.menu() for action in viewer.window.compare_menu.actions()]
    actions = next(menu for menu in menus if isinstance(menu, QMenu)).actions()
    return next(action for action in actions if action.data() == side)


def test_two_ways_to_enlarge_the_source_are_compared_and_nothing_is_computed(
    viewer: Bench, panes: ComparePanes, qtbot: QtBot
) -> None:
    choose(viewer, "Split View")
    first(viewer, NEAREST).trigger()
    assert panes.sides == Sides(NEAREST, BICUBIC)
    calls = viewer.engine.calls
    wheel(panes.generated, QPoint(200, 200), 6)
    settle(qtbot, viewer.window)
    qtbot.waitUntil(lambda: panes.over is not None and panes.over.layer.shows_frame)
    assert viewer.engine.calls == calls
    shown, document = grabbed(panes.generated), viewer.window.document
    assert document is not None
    middle, view = shown.shape[1] // 2, panes.generated.view
    for side, part in (
        (NEAREST, np.s_[:ABOVE_LABELS, : middle - 20]),
        (BICUBIC, np.s_[:ABOVE_LABELS, middle + 20 :]),
    ):
        assert side.kernel is not None
        wanted = compose(document.chain.pyramid, view, 0, side.kernel)
        np.testing.assert_array_equal(shown[part], wanted[part])
    assert "Enlarged, no detail added (nearest)" in viewer.window.readout.text


def test_the_generated_image_is_refined_when_it_is_seen_again(
    viewer: Bench, panes: ComparePanes, qtbot: QtBot
) -> None:
    panes.compare(Mode.CURTAIN, Sides(NEAREST, LANCZOS))
    wheel(panes.generated, QPoint(200, 200), 8)
    settle(qtbot, viewer.window)
    calls = viewer.engine.calls
    panes.compare(None, Sides(NEAREST, LANCZOS))
    qtbot.waitUntil(lambda: viewer.engine.calls > calls)
    settle(qtbot, viewer.window)
    document = viewer.window.document
    assert document is not None
    exact = compose(document.chain.pyramid, panes.generated.view)
    np.testing.assert_array_equal(grabbed(panes.generated), exact)


def test_marks_and_the_pointer_tell_what_the_first_side_is(
    viewer: Bench, panes: ComparePanes, qtbot: QtBot
) -> None:
    panes.compare(Mode.SIDE, Sides(NEAREST, BICUBIC))
    QTest.keyClick(viewer.window, Qt.Key.Key_O)
    qtbot.waitUntil(lambda: bool(panes.generated.layer.legend))
    assert [mark.text for mark in panes.generated.layer.legend] == ["Enlarged, no detail added"]
    # Another test may have left the mouse at the second place, which would then be no move.
    QTest.mouseMove(panes.generated, QPoint(140, 150))
    QTest.mouseMove(panes.generated, QPoint(150, 150))
    qtbot.waitUntil(lambda: "Enlarged, no detail added" in viewer.window.readout.text)


def test_the_source_beside_another_recipe_has_that_one_computed(
    viewer: Bench, panes: ComparePanes, qtbot: QtBot
) -> None:
    choose(viewer, "Split View")
    first(viewer, NEAREST).trigger()
    wheel(panes.generated, QPoint(200, 200), 8)
    settle(qtbot, viewer.window)
    calls = viewer.engine.calls
    choose(viewer, "Engine: Stripes")
    assert panes.sides == Sides(NEAREST, OTHER_SETTINGS)
    qtbot.waitUntil(lambda: panes.over is not None and panes.over.layer.shows_frame, timeout=20_000)
    assert viewer.engine.calls > calls
    assert panes.over is not None
    assert [name.split(" · ")[0] for name in panes.over.names()] == [
        "Original, enlarged (nearest)",
        "Stripes",
    ]


def test_what_is_chosen_for_both_sides_goes_elsewhere(viewer: Bench, panes: ComparePanes) -> None:
    choose(viewer, "Side by Side")
    first(viewer, BICUBIC).trigger()
    assert panes.sides == Sides(BICUBIC, LANCZOS)
    choose(viewer, BICUBIC.title)
    assert panes.sides == Sides(GENERATED, BICUBIC)
    assert first(viewer, GENERATED).isChecked()


def dialog_of(viewer: Bench) -> SettingsDialog:
    choose(viewer, "Other &Settings…")
    return viewer.window.findChildren(SettingsDialog)[-1]


def test_another_fidelity_is_asked_for_and_compared(
    viewer: Bench, panes: ComparePanes, qtbot: QtBot
) -> None:
    choose(viewer, "Side by Side")
    dialog = dialog_of(viewer)
    dialog.use.click()
    assert dialog.trouble.text() == SAME
    assert panes.sides.second is not OTHER_SETTINGS
    dialog.fidelity.setCurrentIndex(2)
    dialog.use.click()
    assert (panes.mode, panes.sides) == (Mode.SIDE, Sides(GENERATED, OTHER_SETTINGS))
    qtbot.waitUntil(lambda: panes.beside.shows_frame, timeout=20_000)
    assert panes.generated.label.startswith("Generated by Stripes, faithful · ×")
    assert panes.beside.label.startswith("Generated by Stripes, creative · ×")
    again = dialog_of(viewer)
    assert again.fidelity.currentData() == 0.0
    again.reject()


def test_a_dialog_that_is_left_changes_nothing(viewer: Bench, panes: ComparePanes) -> None:
    choose(viewer, "Original, enlarged (nearest)")
    before = panes.sides
    dialog_of(viewer).reject()
    assert panes.sides == before
    menu = viewer.window.compare_menu
    checked = {action.text() for action in menu.actions() if action.isChecked()}
    assert checked == {"Split View", NEAREST.title}


def test_seed_words_and_setting_are_asked_of_what_listens(qtbot: QtBot) -> None:
    plain = EngineChoice()
    dialog = SettingsDialog([("Real-ESRGAN", plain), ("Chain-of-Zoom", COZ)], COZ, COZ)
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.seed.isVisible()
    assert dialog.prompter.isVisible()
    dialog.seed.setValue(7)
    dialog.prompter.prompt.setText("an owl")
    wanted = replace(COZ, seed=7, prompter=replace(COZ.prompter, words="an owl"))
    assert dialog.choice == wanted
    dialog.setting.setCurrentIndex(dialog.setting.findData("paper"))
    assert not dialog.fidelity.isVisible()
    assert not dialog.contours.isVisible()
    assert not dialog.texture.isVisible()
    with qtbot.waitSignal(dialog.wanted) as told:
        dialog.use.click()
    assert told.args == [replace(wanted, coz=replace(COZ.coz, setting="paper"))]
    dialog.engine.setCurrentIndex(0)
    dialog.show()
    assert not dialog.seed.isVisible()
    assert not dialog.prompter.isVisible()
    assert dialog.choice == plain
    assert dialog.contours.isVisible()
    dialog.contours.setCurrentIndex(1)
    assert dialog.choice == replace(plain, depth="soft")
    dialog.texture.setCurrentIndex(1)
    assert dialog.choice == replace(plain, depth="soft", texture="off")


@pytest.mark.parametrize(
    ("other", "names"),
    [
        (replace(COZ, seed=3), ("CoZ, seed 0", "CoZ, seed 3")),
        (replace(COZ, fidelity=0.0), ("CoZ, faithful", "CoZ, creative")),
        (replace(COZ, depth="soft"), ("CoZ, crisp", "CoZ, soft")),
        (replace(COZ, texture="off"), ("CoZ, texture from the photo", "CoZ, no added texture")),
        (replace(COZ, fidelity=0.25), ("CoZ, faithful", "CoZ, fidelity 0.25")),
        (replace(COZ, prompter=PrompterChoice()), ("CoZ, auto-described", "CoZ, no prompt")),
        (
            replace(COZ, seed=1, prompter=PrompterChoice("text", "an owl")),
            ("CoZ, auto-described, seed 0", "CoZ, “an owl”, seed 1"),
        ),
        (
            replace(COZ, prompter=PrompterChoice("text", "one word " * 9)),
            ("CoZ, auto-described", "CoZ, “one word one word one word …”"),
        ),
        (
            replace(COZ, prompter=replace(COZ.prompter, words="cat")),
            ("CoZ, auto-described", "CoZ, auto-described and “cat”"),
        ),
        (replace(COZ, coz=CozChoice(setting="paper")), ("CoZ, best", "CoZ, paper")),
        (
            replace(COZ, prompter=replace(COZ.prompter, adapter=Path("/models/birds"))),
            ("CoZ, auto-described", "CoZ, auto-described with birds"),
        ),
        (
            replace(COZ, prompter=replace(COZ.prompter, adapter=Path("/birds/checkpoint-100"))),
            ("CoZ, auto-described", "CoZ, auto-described with birds/checkpoint-100"),
        ),
        (
            replace(COZ, prompter=replace(COZ.prompter, qwen="Qwen/Qwen3-VL-4B-Instruct")),
            ("CoZ, auto-described", "CoZ, described by Qwen3-VL-4B-Instruct"),
        ),
    ],
)
def test_two_recipes_of_one_engine_are_distinct_names(
    other: EngineChoice, names: tuple[str, str]
) -> None:
    assert tuple(names_of([Result("CoZ", COZ), Result("CoZ", other)])) == names


def test_two_adapters_are_distinct_names() -> None:
    one, other = (
        replace(COZ, prompter=replace(COZ.prompter, adapter=Path(name), words="cat"))
        for name in ("/models/birds", "/models/cats")
    )

    assert names_of([Result("CoZ", one), Result("CoZ", other)]) == [
        "CoZ, auto-described with birds and “cat”",
        "CoZ, auto-described with cats and “cat”",
    ]


def test_an_adapter_can_be_chosen_for_a_side(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = SettingsDialog([("Chain-of-Zoom", COZ)], COZ, COZ)
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.prompter.adapter.isVisible()

    dialog.prompter.adapter.show_path(tmp_path)
    with qtbot.waitSignal(dialog.wanted) as told:
        dialog.use.click()

    assert told.args == [replace(COZ, prompter=replace(COZ.prompter, adapter=tmp_path))]


def test_two_engines_are_distinct_names_by_their_names() -> None:
    assert names_of([Result("CoZ", COZ), Result("Bicubic", EngineChoice("bicubic"))]) == [
        "CoZ",
        "Bicubic",
    ]
