"""Pages of a file in the window, and what is said of an image when it is open."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from cozviewer.image.pixels import Rgb8
from tests.pyramid.images import smooth
from tests.ui.conftest import Bench, settle

RGB = smooth(300, 200)
PAGES: list[Rgb8] = [RGB, 255 - RGB, RGB[::-1]]

Open = Callable[..., None]


@pytest.fixture
def open_it(bench: Bench, qtbot: QtBot) -> Open:
    def open_it(path: Path, page: int | None = None) -> None:
        with qtbot.waitSignal(bench.window.opened, timeout=10_000):
            bench.window.open_image(path, page=page)

    return open_it


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    path = tmp_path / "scan.tif"
    first, *rest = map(Image.fromarray, PAGES)
    first.save(path, save_all=True, append_images=rest)
    return path


CONTROL, PLAIN = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier


def page_of(bench: Bench) -> int:
    scope = bench.window.images.scope
    assert scope is not None
    page = scope.source.page
    assert np.array_equal(scope.source.levels[0], PAGES[page - 1])
    return page


def test_keys_turn_pages(bench: Bench, qtbot: QtBot, open_it: Open, scan: Path) -> None:
    window = bench.window
    open_it(scan)
    assert page_of(bench) == 1
    assert window.banner.text == "Page 1 of 3 is open."
    assert window.windowTitle() == "scan.tif (page 1 of 3) — cozviewer"
    for key, page, said in (
        (Qt.Key.Key_PageDown, 2, "Page 2 of 3."),
        (Qt.Key.Key_PageDown, 3, "Page 3 of 3."),
        (Qt.Key.Key_PageUp, 2, "Page 2 of 3."),
        (Qt.Key.Key_F5, 2, "Page 2 of 3."),
    ):
        with qtbot.waitSignal(window.opened, timeout=10_000):
            QTest.keyClick(window, key, PLAIN if key == Qt.Key.Key_F5 else CONTROL)
        assert page_of(bench) == page
        assert window.banner.text == said
        settle(qtbot, window)


def test_there_is_an_end_at_both_sides(
    bench: Bench, qtbot: QtBot, open_it: Open, scan: Path
) -> None:
    open_it(scan, page=3)
    QTest.keyClick(bench.window, Qt.Key.Key_PageDown, CONTROL)
    assert bench.window.banner.text == "This is the last page."
    open_it(scan, page=1)
    QTest.keyClick(bench.window, Qt.Key.Key_PageUp, CONTROL)
    assert bench.window.banner.text == "This is the first page."
    assert page_of(bench) == 1


def test_a_photo_has_one_page(bench: Bench, open_it: Open) -> None:
    open_it(bench.photo)
    actions = bench.window.actions_by_name
    assert not actions["next-page"].isEnabled()
    assert not actions["previous-page"].isEnabled()
    QTest.keyClick(bench.window, Qt.Key.Key_PageDown, CONTROL)
    assert bench.window.banner.text == ""
    assert bench.window.windowTitle() == "photo.png — cozviewer"
