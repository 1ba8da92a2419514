"""Comparisons and zoom strips, saved from the window."""

import gc
import weakref
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialogButtonBox
from pytestqt.qtbot import QtBot

from cozviewer.config.choice import EngineChoice
from cozviewer.export.origin import read_origin
from cozviewer.image.pixels import Rgb8
from cozviewer.ui.compare.compared_images import GENERATED, OTHER_SETTINGS, SOURCES, Sides
from cozviewer.ui.compare.paint import Mode
from cozviewer.ui.export.dialog import ExportDialog
from cozviewer.ui.export.offers import PANEL
from tests.export.certificates import signature_in
from tests.ui.conftest import Bench, settle, wheel


@pytest.fixture
def near(viewer: Bench, qtbot: QtBot) -> Bench:
    """A view at about x5, refined."""
    wheel(viewer.window.panes.generated, QPoint(400, 300), 9)
    settle(qtbot, viewer.window)
    return viewer


def asked(viewer: Bench) -> ExportDialog:
    viewer.window.actions_by_name["export"].trigger()
    return viewer.window.findChildren(ExportDialog)[-1]


def saved(viewer: Bench, dialog: ExportDialog, title: str, path: Path, qtbot: QtBot) -> Rgb8:
    """Choose what a title names, save it, and return the file's pixels."""
    titles = [dialog.what.itemText(i) for i in range(dialog.what.count())]
    dialog.what.setCurrentIndex(next(i for i, text in enumerate(titles) if title in text))
    dialog.path.setText(str(path))
    width, height = dialog.offer.width, dialog.offer.height
    button = dialog.buttons.button(QDialogButtonBox.StandardButton.Save)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: f"Exported {path}" in viewer.window.banner.text, timeout=20_000)
    with Image.open(path) as image:
        assert image.size == (width, height)
        return np.asarray(image.convert("RGB"))


def test_a_closed_dialog_keeps_no_engine(viewer: Bench, qtbot: QtBot) -> None:
    dialog = asked(viewer)
    gone = weakref.ref(dialog)
    with qtbot.waitSignal(dialog.destroyed):
        dialog.reject()
    del dialog
    gc.collect()
    assert gone() is None


def test_without_a_comparison_none_is_offered(near: Bench) -> None:
    dialog = asked(near)
    titles = [dialog.what.itemText(i) for i in range(dialog.what.count())]
    assert not any("omparison" in title for title in titles)
    dialog.reject()


@pytest.mark.parametrize("mode", [Mode.CURTAIN, Mode.SIDE, Mode.DIFFERENCE])
def test_a_comparison_is_saved_as_it_is_seen(
    near: Bench, qtbot: QtBot, tmp_path: Path, mode: Mode
) -> None:
    panes = near.window.panes
    panes.compare(mode, Sides(second=SOURCES[0]))
    settle(qtbot, near.window)
    if mode is Mode.SIDE:
        qtbot.waitUntil(lambda: panes.beside.shows_frame and panes.generated.shows_frame)
    shown = panes.rendered()
    assert shown is not None
    found = saved(near, asked(near), "Comparison as shown", tmp_path / "both.png", qtbot)
    assert np.array_equal(found, shown)
    # Both images are in it, not one twice; and so are the labels.
    half = found.shape[1] // 2
    assert not np.array_equal(found[:, :half], found[:, -half:])
    origin = read_origin(tmp_path / "both.png")
    assert origin is not None
    assert origin.kind in ("mixed", "interpolated")


def test_the_way_here_is_saved_as_a_strip(near: Bench, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = asked(near)
    found = saved(near, dialog, "Zoom sequence", tmp_path / "strip.png", qtbot)
    assert found.shape[0] > PANEL
    assert found.shape[1] > 2 * PANEL
    origin = read_origin(tmp_path / "strip.png")
    assert origin is not None
    seen = near.window.navigator.camera.magnification
    assert float(origin.magnification) == pytest.approx(seen)


@pytest.mark.parametrize(
    ("sides", "kind", "engine"),
    [
        (Sides(SOURCES[2], SOURCES[0]), "interpolated", ""),
        (Sides(GENERATED, SOURCES[0]), "mixed", "Stripes"),
        (Sides(GENERATED, OTHER_SETTINGS), "generated", "Stripes and Stripes"),
        (Sides(SOURCES[2], OTHER_SETTINGS), "mixed", "Stripes"),
    ],
)
def test_a_saved_comparison_tells_what_both_sides_are(
    near: Bench, qtbot: QtBot, tmp_path: Path, sides: Sides, kind: str, engine: str
) -> None:
    panes, path = near.window.panes, tmp_path / "both.png"
    if sides.second is OTHER_SETTINGS:
        near.window.compare_menu.settings_chosen.emit(EngineChoice("stripes"))
    panes.compare(Mode.CURTAIN, sides)
    qtbot.waitUntil(lambda: panes.over is not None and panes.over.layer.shows_frame, timeout=20_000)
    saved(near, asked(near), "Comparison as shown", path, qtbot)
    origin = read_origin(path)
    assert origin is not None
    assert (origin.kind, origin.engine) == (kind, engine)
    assert origin.source_name == "photo.png"
    assert bool(origin.recipe) == bool(engine)


def test_an_export_is_signed_with_the_users_certificate(
    near: Bench, qtbot: QtBot, tmp_path: Path
) -> None:
    c2pa = pytest.importorskip("c2pa", reason="the extra `c2pa` is not installed")
    signature, path = signature_in(tmp_path), tmp_path / "signed.png"
    dialog = asked(near)
    dialog.signing.wanted.setChecked(True)
    dialog.path.setText(str(path))
    save = dialog.buttons.button(QDialogButtonBox.StandardButton.Save)
    QTest.mouseClick(save, Qt.MouseButton.LeftButton)
    assert "Signing with" in dialog.trouble.text()
    dialog.signing.certificate.show_path(signature.certificate)
    dialog.signing.key.show_path(signature.key)
    saved(near, dialog, "Current view", path, qtbot)
    assert c2pa.Reader(str(path)).get_validation_state() == "Valid"
    origin = read_origin(path)
    assert origin is not None
    again = asked(near)
    assert again.signing.signature == signature
    titles = [again.what.itemText(i) for i in range(again.what.count())]
    again.what.setCurrentIndex(next(i for i, text in enumerate(titles) if "sequence" in text))
    assert again.signing.isHidden()
    again.reject()
