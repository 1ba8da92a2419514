"""A photo of ten gigapixels in the window: opened without a question, read where one looks."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from cozviewer.image.pixels import Rgb8
from cozviewer.image.tiled import reduced
from cozviewer.jobs.memory_return import MemoryReturn
from cozviewer.pyramid.camera import camera_at
from cozviewer.pyramid.compose import compose
from cozviewer.ui import image_controller
from cozviewer.ui.info.rows import file_rows
from cozviewer.ui.view.tiles.tile_cache import budget_for
from tests.image.tiled.giant import JPEG, giant_tiff, tile_at
from tests.ui.conftest import Bench, grabbed, settle, wheel


@pytest.fixture
def giant(bench: Bench, qtbot: QtBot, tmp_path: Path) -> Bench:
    """The window with the giant open."""
    with qtbot.waitSignal(bench.window.photo_painted):
        bench.window.open_image(giant_tiff(tmp_path / "giant.tif"))
    settle(qtbot, bench.window)
    return bench


def test_it_opens_as_a_whole_without_a_question(giant: Bench) -> None:
    window = giant.window
    assert window.findChildren(QMessageBox) == []
    assert window.document is not None
    assert window.document.source.width == 100_000
    assert not window.document.source.levels.in_memory
    assert window.banner.isHidden()


def test_it_opens_after_another_photo_and_before_one(
    giant: Bench, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    apart = list[bool]()
    monkeypatch.setattr(image_controller, "keep_large_apart", apart.append)
    other, again = tmp_path / "other.png", giant_tiff(tmp_path / "again.tif")
    Image.new("RGB", (60, 40), "teal").save(other)
    for path in (other, other, again):
        before = giant.window.document
        assert before is not None
        with qtbot.waitSignals([giant.window.opened, before.closed]):
            giant.window.open_image(path)
        assert giant.window.document is not None
        assert giant.window.document.source.path == path
    assert apart == [False, True]  # a photo in memory leaves memory as it is after another one
    settle(qtbot, giant.window)


def test_a_corner_is_generated_as_anywhere(giant: Bench, qtbot: QtBot) -> None:
    window = giant.window
    canvas = window.panes.generated
    window.navigator.go_to(camera_at(Fraction(99_950), Fraction(99_960), 1.0))
    settle(qtbot, window)
    assert window.minimap.isVisible()
    wheel(canvas, QPoint(canvas.width() // 2, canvas.height() // 2), 8)
    settle(qtbot, window, timeout=60_000)
    assert giant.engine.calls > 0
    window.minimap.hide()
    assert window.document is not None
    shown = compose(window.document.chain.pyramid, canvas.view)
    np.testing.assert_array_equal(grabbed(canvas), shown)


def test_memory_is_returned_after_a_step(
    bench: Bench, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = list[None]()
    monkeypatch.setattr(MemoryReturn, "soon", lambda self: asked.append(None))
    photo = tmp_path / "photo.png"
    Image.new("RGB", (60, 40), "teal").save(photo)
    window = bench.window
    with qtbot.waitSignal(window.opened):
        window.open_image(photo)
    settle(qtbot, window)
    asked.clear()
    window.navigator.go_to(camera_at(Fraction(30), Fraction(20), 4.0))
    settle(qtbot, window, timeout=60_000)
    assert bench.engine.calls > 0
    assert asked


def test_the_panels_describe_it_from_an_overview(giant: Bench, qtbot: QtBot) -> None:
    window = giant.window
    QTest.keyClick(window, Qt.Key.Key_H)
    panel = window.parts.info.histogram
    panel.whole.setChecked(True)
    qtbot.waitUntil(lambda: panel.histogram is not None and panel.histogram.sampled)
    assert "Counted in an overview" in panel.text
    assert panel.histogram is not None
    assert panel.histogram.pixels == 3125 * 3125
    panel.whole.setChecked(False)
    qtbot.waitUntil(lambda: panel.histogram is not None and not panel.histogram.sampled)
    assert "overview" not in panel.text
    assert window.document is not None
    values = [row.value for row in file_rows(window.document.source, None)]
    assert "Read from disk as needed" in values


def test_a_damaged_tile_stays_coarse_and_is_told_once(
    bench: Bench, qtbot: QtBot, tmp_path: Path
) -> None:
    bad = (0, 200, 100)
    path = giant_tiff(tmp_path / "bad.tif", compression=JPEG, special={bad: tile_at(*bad)})
    with tifffile.TiffFile(path) as file:
        page = file.pages.first
        place = page.dataoffsets[bad[2] * 391 + bad[1]]
    with path.open("r+b") as bytes_of:
        bytes_of.seek(place)
        bytes_of.write(bytes(1000))
    window = bench.window
    with qtbot.waitSignal(window.photo_painted):
        window.open_image(path)
    settle(qtbot, window)
    assert window.banner.isHidden()
    _, col, row = bad
    middle = Fraction(256 * col + 128), Fraction(256 * row + 128)
    window.navigator.go_to(camera_at(middle[0], middle[1], 1.0))
    qtbot.waitUntil(lambda: "A part of bad.tif cannot be read" in window.banner.text)
    canvas = window.panes.generated
    x, y = canvas.width() // 2, canvas.height() // 2

    coarse = tile_at(1, col // 2, row // 2)[34:94, 34:94].repeat(2, axis=0).repeat(2, axis=1)
    beside = tile_at(0, col, row + 1)[20:60, 68:188]

    def shows(expected: Rgb8, top: int) -> bool:
        height = len(expected)
        shown = grabbed(canvas)[y + top : y + top + height, x - 60 : x + 60].astype(int)
        return bool(np.abs(shown - expected).mean() < 4)

    qtbot.waitUntil(lambda: shows(coarse, -60))
    qtbot.waitUntil(lambda: shows(beside, 148))
    window.navigator.go_to(camera_at(Fraction(500), Fraction(500), 1.0))
    settle(qtbot, window)
    window.minimap.hide()
    assert window.document is not None
    expected = compose(window.document.chain.pyramid, canvas.view)
    window.banner.hide()
    np.testing.assert_array_equal(grabbed(canvas), expected)


def test_one_without_small_versions_shows_progress_and_can_be_stopped(
    viewer: Bench, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reduced, "BLOCK", 256)
    window, before = viewer.window, viewer.window.document
    path = giant_tiff(tmp_path / "flat.tif", reduced=False)
    opening = window.images.opening
    with qtbot.waitSignal(opening.progressed) as progressed:
        window.open_image(path)
    assert progressed.args is not None
    assert progressed.args[0].stage == "Preparing flat.tif"
    assert 0 < progressed.args[0].fraction < 1
    window.images.stop()
    assert not opening.reading
    assert window.document is before
    settle(qtbot, window)


def test_its_painted_tiles_use_memory_for_a_few_views(giant: Bench) -> None:
    view = giant.window.panes.generated.view
    main = giant.window.panes.images.main
    assert main is not None
    assert main.tiles.budget == budget_for(view.width * view.height, in_memory=False)
