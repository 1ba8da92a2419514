"""A map in the window: coordinates under the pointer, also turned, and files beside exports."""

from pathlib import Path

import pytest
import rasterio
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from cozviewer.ui.export.dialog import ExportDialog
from tests.image.regions.region_files import geotiff
from tests.pyramid.pyramids import gentle
from tests.ui.conftest import Bench, point, settle


@pytest.fixture
def window_with_map(bench: Bench, qtbot: QtBot, tmp_path: Path) -> Bench:
    """The window with a map open."""
    path = geotiff(tmp_path / "map.tif", gentle(400, 300).transpose(2, 0, 1), photometric="RGB")
    with qtbot.waitSignal(bench.window.photo_painted):
        bench.window.open_image(path)
    settle(qtbot, bench.window)
    return bench


def test_the_pointer_shows_map_coordinates_also_in_a_turned_view(
    window_with_map: Bench, qtbot: QtBot, tmp_path: Path
) -> None:
    window = window_with_map.window
    pointer = window.parts.pointers[0]
    for turn in range(2):
        if turn:
            QTest.keyClick(window, Qt.Key.Key_BracketRight, Qt.KeyboardModifier.ControlModifier)
            settle(qtbot, window)
        for place in (QPoint(300, 250), QPoint(420, 320)):
            point(window.panes.generated, place)
            qtbot.waitUntil(lambda place=place: pointer.pixel == pointer.pixel_at(place))  # type: ignore[misc]
            pixel = pointer.pixel
            assert pixel is not None
            assert pixel.on_map is not None
            across, down = map(float, pixel.on_map.coordinates.split(", "))
            with rasterio.open(tmp_path / "map.tif") as file:
                row, column = file.index(across, down)
            assert abs(column - float(pixel.x)) <= 1
            assert abs(row - float(pixel.y)) <= 1
            assert pixel.on_map.text in window.readout.pixel.text()
            assert "° N" in pixel.on_map.earth


def test_a_file_beside_an_export_is_not_replaced_without_a_question(
    window_with_map: Bench, qtbot: QtBot, tmp_path: Path
) -> None:
    window = window_with_map.window
    (tmp_path / "out.pgw").write_text("somebody's")
    assert window.document is not None
    dialog = ExportDialog(window.document.chain, window.panes.generated.view, window)
    dialog.show()
    assert dialog.place.isVisible()
    assert dialog.place.text() == "Include map coordinates"
    dialog.path.setText(str(tmp_path / "out.png"))
    dialog.buttons.accepted.emit()
    (box,) = dialog.findChildren(QMessageBox)
    assert box.text() == "out.pgw already exists. Replace it?"
    box.reject()
    dialog.place.setChecked(False)
    with qtbot.waitSignal(dialog.wanted) as wanted:
        dialog.buttons.accepted.emit()
    assert not wanted.args[0].options.place
    assert (tmp_path / "out.pgw").read_text() == "somebody's"
