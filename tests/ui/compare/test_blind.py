"""The blind comparison: nothing tells what is what, and the tally is right about it."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from cozviewer.evaluate.tally import Standing, read_tally, standings
from cozviewer.ui.compare.blind import Blind, results_text
from cozviewer.ui.compare.compared_images import SOURCES, Sides
from cozviewer.ui.compare.paint import Mode
from tests.ui.conftest import Bench, grabbed, settle, wheel


@pytest.fixture
def blind(viewer: Bench, qtbot: QtBot, tmp_path: Path) -> Blind:
    window = viewer.window
    wheel(window.panes.generated, QPoint(200, 300), 9)
    settle(qtbot, window)
    window.panes.compare(Mode.SIDE, Sides(second=SOURCES[2]))
    settle(qtbot, window)
    found = window.findChildren(Blind)[0]
    found.begin(tmp_path / "tally.csv")
    return found


def labels(viewer: Bench) -> list[str]:
    """Return what is written over the panes, from the left."""
    panes = viewer.window.panes
    return [pane.label for pane in sorted((panes.generated, panes.beside), key=panes.indexOf)]


def has_map(viewer: Bench) -> bool:
    return viewer.window.minimap.wanted


def test_nothing_tells_what_is_what(viewer: Bench, blind: Blind, qtbot: QtBot) -> None:
    window = viewer.window
    assert labels(viewer) == ["A", "B"]
    assert not has_map(viewer)  # it lies over one of them
    QTest.mouseMove(window.panes.generated, QPoint(150, 150))
    qtbot.wait(150)
    assert "Generated detail" not in window.readout.text
    QTest.keyClick(window, Qt.Key.Key_O)
    qtbot.wait(100)
    assert not window.panes.generated.layer.legend
    QTest.keyClick(window, Qt.Key.Key_M)
    assert not has_map(viewer)
    blind.end()
    assert has_map(viewer)
    assert [label.split(" · ")[0] for label in labels(viewer)] == [
        "Stripes",
        "Original, enlarged (nearest)",
    ]
    QTest.keyClick(window, Qt.Key.Key_O)
    qtbot.waitUntil(lambda: bool(window.panes.generated.layer.legend))


def test_whoever_prefers_one_picture_is_understood_however_it_is_shuffled(
    viewer: Bench, blind: Blind, qtbot: QtBot, tmp_path: Path
) -> None:
    window = viewer.window
    sides = []
    for look in range(12):
        generated_left = window.panes.indexOf(window.panes.generated) == 0
        sides.append(generated_left)
        blind.bar.scores[0 if generated_left else 1].setCurrentIndex(1)  # 5 for the generated one
        blind.bar.scores[1 if generated_left else 0].setCurrentIndex(4)  # 2 for the other
        QTest.keyClick(window, Qt.Key.Key_A if generated_left else Qt.Key.Key_B)
        assert len(read_tally(tmp_path / "tally.csv")) == look + 1
    assert len(set(sides)) == 2, "never shuffled in 12 ratings: once in 2000 runs by chance"
    best, worst = standings(read_tally(tmp_path / "tally.csv"))
    assert (best.name, best.wins, best.opinion) == ("Stripes", 12, 5)
    assert (worst.name, worst.wins, worst.opinion) == ("Original, enlarged (nearest)", 0, 2)
    counted = Counter(each.first for each in read_tally(tmp_path / "tally.csv"))
    assert counted["Stripes"] == sum(sides)
    assert "12 rated" in blind.bar._text.text()

    blind.end()
    (box,) = window.findChildren(QMessageBox)
    assert "Stripes: preferred in 100 % of 12 ratings" in box.text()
    box.close()


def test_swapping_moves_the_pictures_themselves(viewer: Bench, blind: Blind, qtbot: QtBot) -> None:
    panes = viewer.window.panes
    panes.set_blind(swapped=False)
    settle(qtbot, viewer.window)
    left = grabbed(panes)[60:-80]
    panes.set_blind(swapped=True)
    settle(qtbot, viewer.window)
    assert not np.array_equal(left, grabbed(panes)[60:-80])
    blind.end()


def test_elsewhere_is_another_place_as_close_as_here(
    viewer: Bench, blind: Blind, qtbot: QtBot
) -> None:
    before = viewer.window.navigator.camera
    blind.bar.next.click()
    settle(qtbot, viewer.window)
    after = viewer.window.navigator.camera
    assert after.magnification == pytest.approx(before.magnification)
    assert after.source_centre != before.source_centre
    blind.end()


def test_a_file_that_is_no_tally_stays_as_it_is(
    viewer: Bench, blind: Blind, tmp_path: Path
) -> None:
    strange = tmp_path / "strange.csv"
    strange.write_text("my,own\n1,2\n")
    blind.begin(strange)
    blind.bar.buttons["same"].click()
    assert "does not contain ratings" in viewer.window.banner.text
    assert strange.read_text() == "my,own\n1,2\n"
    blind.end()


def test_the_tally_is_told_with_its_intervals() -> None:
    found = [
        Standing("Stripes", 20, 15, 0.531, 0.888, 4.25, 0.31),
        Standing("Source", 1, 0.5, 0, 1, 3, None),
    ]
    assert results_text(found).split("\n\n") == [
        "Stripes: preferred in 75 % of 20 ratings (95 %: 53 % to 89 %), average rating 4.2 ± 0.3.",
        "Source: preferred in 50 % of 1 rating (95 %: 0 % to 100 %), average rating 3.0.",
    ]


def test_escape_ends_the_blind_test(viewer: Bench, blind: Blind) -> None:
    QTest.keyClick(viewer.window, Qt.Key.Key_Escape)
    assert not blind.active
    assert blind.bar.isHidden()
    assert labels(viewer)[0].startswith("Stripes")


def test_another_comparison_ends_the_blind_test(viewer: Bench, blind: Blind) -> None:
    window = viewer.window
    compare = window.actions_by_name["compare"]
    assert compare.isEnabled()
    assert window.compare_menu.isEnabled()
    next(a for a in window.compare_menu.actions() if a.text() == "Split View").trigger()
    assert not blind.active
    assert blind.bar.isHidden()
    assert window.panes.mode is Mode.CURTAIN
    compare.trigger()
    assert window.panes.mode is None


def test_nothing_is_compared_without_a_photo(bench: Bench) -> None:
    window = bench.window
    assert not window.compare_menu.isEnabled()
    assert not window.actions_by_name["compare"].isEnabled()


def test_a_blind_test_that_is_not_begun_changes_nothing(
    viewer: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = viewer.window
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args, **kwargs: ("", ""))
    next(a for a in window.compare_menu.actions() if a.text() == "&Blind Test…").trigger()
    assert window.panes.mode is None
    assert not window.actions_by_name["compare"].isChecked()


def test_a_blind_test_begins_side_by_side(
    viewer: Bench, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, path = viewer.window, str(tmp_path / "tally.csv")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args, **kwargs: (path, ""))
    next(a for a in window.compare_menu.actions() if a.text() == "&Blind Test…").trigger()
    assert window.panes.mode is Mode.SIDE
    assert labels(viewer) == ["A", "B"]
    found = window.findChildren(Blind)[0]
    assert found.active
    found.end()


def test_a_table_of_another_kind_is_refused_before_anything_is_judged(
    viewer: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, table = viewer.window, tmp_path / "own.csv"
    table.write_text("my,own\n1,2\n")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args, **kwargs: (str(table), ""))
    next(a for a in window.compare_menu.actions() if a.text() == "&Blind Test…").trigger()
    assert "does not contain ratings" in window.banner.text
    assert not window.findChildren(Blind)[0].active
    assert table.read_text() == "my,own\n1,2\n"
