"""Borrowed texture in the window: named by the line under the image, dotted by the overlays."""

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from skimage import data

from cozviewer.chain.textures.texture import PhotoTexture
from cozviewer.chain.trust.overlays import borrowed_mark
from cozviewer.config.choice import EngineChoice
from cozviewer.image.rect import Rect
from cozviewer.pyramid.camera import camera_at
from cozviewer.pyramid.wording import BORROWED
from cozviewer.ui.main_window import MainWindow
from tests.ui.conftest import LARGE_WINDOW, Bench, Stripes, services, settle


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """Grass on the left, an even grey on the right."""
    rgb = np.full((256, 512, 3), 128, np.uint8)
    rgb[:, :256] = data.grass()[:256, :256, None]
    path = tmp_path / "photo.png"
    Image.fromarray(rgb).save(path)
    return path


@pytest.fixture(params=[True, False], ids=["photo", "off"])
def textured(request: pytest.FixtureRequest) -> bool:
    """Whether the recipe borrows texture."""
    return bool(request.param)


@pytest.fixture
def bench(
    qtbot: QtBot, tmp_path: Path, photo: Path, textured: bool, window_size: tuple[int, int]
) -> Iterator[Bench]:
    engine, cache = Stripes(), tmp_path / "pyramids"
    window = MainWindow(
        services(engine, cache, photo, photo_texture=textured), EngineChoice("stripes")
    )
    window.parts.set_reduced_motion(True)
    window.resize(*window_size)
    window.show()
    qtbot.waitExposed(window)
    yield Bench(window, engine, photo, cache)
    window.close()
    window.deleteLater()
    QApplication.processEvents()


def look_at(viewer: Bench, qtbot: QtBot, x: float, zoom: float) -> None:
    """Show a place, with all that it needs, and wait until the line has said all it has to say."""
    window = viewer.window
    window.navigator.go_to(camera_at(x, 128, zoom))
    qtbot.waitUntil(lambda: window.navigator.camera.magnification == pytest.approx(zoom))
    settle(qtbot, window)
    layer = window.panes.generated.layer
    document = layer.document
    assert document is not None
    if document.chain.texture is not None:
        qtbot.waitUntil(lambda: layer.exact._borrowed.result is not None)


@LARGE_WINDOW
def test_the_line_names_it_for_the_view_and_for_the_pixel_under_the_mouse(
    viewer: Bench, qtbot: QtBot, textured: bool
) -> None:
    window, pane = viewer.window, viewer.window.panes.generated
    look_at(viewer, qtbot, 256, 16)
    assert ("AI-generated detail (Stripes)" in window.readout.text) is True
    assert (f"(Stripes), with {BORROWED} | " in window.readout.text) == textured
    QTest.mouseMove(pane, QPoint(60, 300))
    qtbot.waitUntil(lambda: "Generated detail, level 2" in window.readout.text)
    assert (f"· Stripes · {BORROWED}" in window.readout.text) == textured
    # Away from the map, over the flat part.
    QTest.mouseMove(pane, QPoint(700, 400))
    qtbot.waitUntil(lambda: BORROWED not in window.readout.text)
    assert "Generated detail, level 2" in window.readout.text


@pytest.mark.parametrize(("x", "zoom"), [(420, 16), (100, 4)])
def test_the_line_does_not_name_it_where_there_is_none(
    viewer: Bench, qtbot: QtBot, x: float, zoom: float
) -> None:
    look_at(viewer, qtbot, x, zoom)
    assert "AI-generated detail (Stripes) · 1 photo pixel" in viewer.window.readout.text


def test_it_is_named_again_after_a_detour(viewer: Bench, qtbot: QtBot, textured: bool) -> None:
    look_at(viewer, qtbot, 100, 16)
    assert (BORROWED in viewer.window.readout.text) == textured
    look_at(viewer, qtbot, 420, 16)
    assert BORROWED not in viewer.window.readout.text
    look_at(viewer, qtbot, 100, 16)
    assert (BORROWED in viewer.window.readout.text) == textured


@pytest.mark.parametrize("key", [Qt.Key.Key_O, Qt.Key.Key_T])
def test_overlays_have_it_in_their_legend(
    viewer: Bench, qtbot: QtBot, textured: bool, key: Qt.Key
) -> None:
    look_at(viewer, qtbot, 256, 16)
    layer = viewer.window.panes.generated.layer
    QTest.keyClick(viewer.window, key)
    qtbot.waitUntil(lambda: bool(layer.legend))
    assert (borrowed_mark() in layer.legend) == textured


@pytest.mark.parametrize("textured", [True], indirect=True)
def test_the_photo_is_never_surveyed_by_the_gui_thread(
    viewer: Bench, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = set()
    borrowed = PhotoTexture.borrowed

    def noted(self: PhotoTexture, source_region: Rect) -> NDArray[np.bool_]:
        threads.add(threading.get_ident())
        return borrowed(self, source_region)

    monkeypatch.setattr(PhotoTexture, "borrowed", noted)
    look_at(viewer, qtbot, 100, 16)
    QTest.mouseMove(viewer.window.panes.generated, QPoint(300, 300))
    qtbot.waitUntil(lambda: f"· Stripes · {BORROWED}" in viewer.window.readout.text)
    assert threads
    assert threading.get_ident() not in threads
