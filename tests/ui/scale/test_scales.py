"""The scale bar in the window, and setting the scale of a photo."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialogButtonBox
from pytestqt.qtbot import QtBot

from cozviewer.config.choice import NO_TEXTURE, EngineChoice
from cozviewer.export.origin import read_origin
from cozviewer.image.pixels import Rgb8
from cozviewer.image.subject import Scale, scale_from, scale_text
from cozviewer.ui.engine_options import ChoiceMenu
from cozviewer.ui.export.dialog import ExportDialog
from cozviewer.ui.scale.dialog import ScaleDialog
from cozviewer.ui.scale.kept_scales import keep_scale, kept_scale
from cozviewer.ui.view.canvas import Canvas
from tests.image.rare_files import dicom
from tests.pyramid.images import smooth, tiff
from tests.ui.conftest import LARGE_WINDOW, Bench, grabbed, settle, wheel

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def cells(bench: Bench, qtbot: QtBot, tmp_path: Path) -> Bench:
    """A window with an image of a microscope, 0.5 µm across and 1 µm down a pixel."""
    path = tmp_path / "cells.tif"
    content = tiff(
        smooth(700, 500), photometric="rgb", resolution=(20_000, 10_000), resolutionunit=3
    )
    path.write_bytes(content)
    window = bench.window
    window.navigator.reduced_motion = True
    with qtbot.waitSignal(window.photo_painted, timeout=10_000):
        window.open_image(path)
    settle(qtbot, window)
    window.navigator.one_to_one()
    settle(qtbot, window)
    return bench


def has_bar(pane: Canvas) -> bool:
    return pane.scale_bar is not None


def lower_left(rgb: Rgb8) -> Rgb8:
    return rgb[-60:, :260]


def length_of_bar(rgb: Rgb8) -> int:
    """Return the longest run of white in the lower left corner."""
    longest = 0
    for row in lower_left(rgb):
        run = 0
        for white in (row == 255).all(axis=1):
            run = run + 1 if white else 0
            longest = max(longest, run)
    return longest


def test_a_bar_is_shown_where_the_scale_is_known(cells: Bench, qtbot: QtBot) -> None:
    window, pane = cells.window, cells.window.panes.generated
    bar, action = pane.scale_bar, window.actions_by_name["scale-bar"]
    assert bar is not None
    assert (bar.label, round(bar.length)) == ("100 µm", 200)
    assert length_of_bar(grabbed(pane)) == 200
    assert length_of_bar(pane.rendered()) < 20  # the image itself has none
    # The View menu hides it.
    assert action.isChecked()
    action.trigger()
    assert not has_bar(pane)
    assert length_of_bar(grabbed(pane)) < 20
    action.trigger()
    assert has_bar(pane)
    wheel(pane, QPoint(400, 300), 4)
    settle(qtbot, window)
    bar = pane.scale_bar
    assert bar is not None
    assert bar.label == "20 µm" or bar.label == "50 µm"
    assert abs(length_of_bar(grabbed(pane)) - bar.length) <= 1
    metres = float(bar.label.split()[0]) * 1e-6
    assert bar.length == pytest.approx(metres / 0.5e-6 * window.navigator.camera.magnification)
    # Turned, it measures the other side.
    window.actions_by_name["rotate-right"].trigger()
    window.navigator.one_to_one()
    settle(qtbot, window)
    bar = pane.scale_bar
    assert bar is not None
    assert (bar.label, round(bar.length)) == ("200 µm", 200)


def test_in_a_comparison_it_stands_above_the_label_and_the_kind_of_the_file_is_the_type(
    cells: Bench, qtbot: QtBot
) -> None:
    window, pane = cells.window, cells.window.panes.generated
    alone = grabbed(pane)[-24:, 12:60]
    window.actions_by_name["compare"].trigger()
    settle(qtbot, window)
    assert has_bar(pane)
    assert not np.array_equal(alone, grabbed(pane)[-24:, 12:60])  # the label is there now
    assert length_of_bar(grabbed(pane)) == 200
    # The kind of the file is the type.
    menu = window.engine_menu.field_menu
    titles = [action.text() for action in menu.actions()]
    assert titles[:3] == ["&Automatic (Microscopy, pathology)", "Photo", "Microscopy, pathology"]
    assert menu.actions()[0].isChecked()
    window.actions_by_name["info"].trigger()
    assert "Microscopy, pathology" in window.parts.info.panel.text
    assert "0.5 µm × 1 µm" in window.parts.info.panel.text


def open_dialog(bench: Bench) -> ScaleDialog:
    bench.window.actions_by_name["set-scale"].trigger()
    (dialog,) = [each for each in bench.window.findChildren(ScaleDialog) if each.isVisible()]
    return dialog


def confirm(dialog: ScaleDialog) -> None:
    QTest.mouseClick(dialog.buttons.button(QDialogButtonBox.StandardButton.Ok), LEFT)


def enter(dialog: ScaleDialog, pixels: str, length: str, unit: str) -> None:
    dialog.pixels.setText(pixels)
    dialog.length.setText(length)
    dialog.unit.setCurrentIndex(dialog.unit.findData(unit))
    confirm(dialog)


def test_a_scale_is_set_and_kept_with_the_photo(viewer: Bench, qtbot: QtBot) -> None:
    window, pane = viewer.window, viewer.window.panes.generated
    assert not has_bar(pane)
    window.actions_by_name["info"].trigger()
    dialog = open_dialog(viewer)
    assert not dialog.reset.isEnabled()
    enter(dialog, "0", "5", "mm")
    assert "above 0" in dialog.trouble.text()
    assert dialog.isVisible()
    enter(dialog, "200", "50,0", "mm")
    assert not dialog.isVisible()
    scope = window.images.scope
    assert scope is not None
    digest = scope.source.digest
    assert kept_scale(digest) == Scale(0.25e-3, 0.25e-3)
    assert has_bar(pane)
    assert "0.25 mm" in window.parts.info.panel.file.text
    window.actions_by_name["reload"].trigger()
    settle(qtbot, window)
    assert window.parts.scales.scale == Scale(0.25e-3, 0.25e-3)
    dialog = open_dialog(viewer)
    assert (dialog.pixels.text(), dialog.length.text()) == ("100", "2.5")
    QTest.mouseClick(dialog.reset, LEFT)
    assert kept_scale(digest) is None
    assert not has_bar(pane)


def test_a_line_is_drawn_on_the_photo_and_left_with_escape(viewer: Bench, qtbot: QtBot) -> None:
    window, pane = viewer.window, viewer.window.panes.generated
    window.navigator.reduced_motion = True
    window.navigator.magnify(2.0)
    settle(qtbot, window)
    camera = window.navigator.camera
    begin, end = QPoint(200, 200), QPoint(260, 280)
    for clicks in (False, True):
        QTest.mouseClick(open_dialog(viewer).draw, LEFT)
        if clicks:
            QTest.mouseClick(pane, LEFT, pos=begin)
            QTest.mouseMove(pane, end)
            QTest.mouseClick(pane, LEFT, pos=end)
        else:
            QTest.mousePress(pane, LEFT, pos=begin)
            QTest.mouseMove(pane, end)
            QTest.mouseRelease(pane, LEFT, pos=end)
        assert window.navigator.camera == camera, clicks
        (dialog,) = [each for each in window.findChildren(ScaleDialog) if each.isVisible()]
        assert dialog.pixels.text() == "50", clicks  # 100 on the screen
        dialog.reject()
    QTest.mouseClick(open_dialog(viewer).draw, LEFT)
    QTest.keyClick(pane, Qt.Key.Key_Escape)
    QTest.mouseClick(pane, LEFT, pos=QPoint(100, 100))
    QTest.mouseClick(pane, LEFT, pos=QPoint(200, 100))
    assert not [each for each in viewer.window.findChildren(ScaleDialog) if each.isVisible()]


def test_only_scales_are_read_back() -> None:
    scale = Scale(0.25e-6, 1 / 3, "m")
    assert scale_from(scale_text(scale)) == scale
    assert scale_from(scale_text(Scale(1, 2, "arcsec"))) == Scale(1, 2, "arcsec")
    for broken in ("", "[]", "[1, 2]", '[0, 1, "m"]', '[1, 1, "parsec"]', "{", "[" * 9999):
        assert scale_from(broken) is None
    keep_scale("digest", scale)
    assert kept_scale("digest") == scale
    keep_scale("digest", None)
    assert kept_scale("digest") is None


@LARGE_WINDOW
def test_an_export_has_a_bar_if_it_is_wanted(cells: Bench, qtbot: QtBot, tmp_path: Path) -> None:
    window = cells.window
    lengths = []
    for wanted in (False, True):
        path = tmp_path / f"{wanted}.png"
        window.actions_by_name["export"].trigger()
        (dialog,) = [each for each in window.findChildren(ExportDialog) if each.isVisible()]
        assert not dialog.scale_bar.isHidden()
        dialog.scale_bar.setChecked(wanted)
        dialog.path.setText(str(path))
        QTest.mouseClick(dialog.buttons.button(QDialogButtonBox.StandardButton.Save), LEFT)
        qtbot.waitUntil(path.exists, timeout=20_000)
        qtbot.waitUntil(lambda: "Exported" in window.banner.text, timeout=20_000)
        window.banner.hide()
        origin = read_origin(path)
        assert origin is not None
        lengths.append(origin.scale_bar)
    assert lengths == ["", "100 µm"]
    with Image.open(tmp_path / "True.png") as image:
        assert (np.asarray(image.convert("RGB"))[-60:, -260:] == 255).all(axis=2).any()


def test_without_a_scale_none_is_offered(viewer: Bench) -> None:
    viewer.window.actions_by_name["export"].trigger()
    (dialog,) = viewer.window.findChildren(ExportDialog)
    assert dialog.scale_bar.isHidden()
    dialog.reject()


def test_another_type_can_be_chosen(viewer: Bench, qtbot: QtBot) -> None:
    window = viewer.window
    menu = window.engine_menu.field_menu
    with qtbot.waitSignal(window.opened, timeout=10_000):
        menu.actions()[-1].trigger()
    settle(qtbot, window)
    assert window.images.choice == EngineChoice("stripes", field="artwork")
    assert menu.actions()[-1].isChecked()


def test_a_caution_stands_by_a_medical_image(bench: Bench, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "scan.dcm"
    grey = smooth(300, 200)[..., 0]
    content = dicom(grey, WindowCenter=100, WindowWidth=200, PixelSpacing=[0.5, 0.5])
    path.write_bytes(content)
    window = bench.window
    assert window.parts.caution.isHidden()
    with qtbot.waitSignal(window.opened, timeout=20_000):
        window.open_image(path)
    settle(qtbot, window)
    caution = window.parts.caution
    assert caution.text() == "Not for diagnosis: generated detail is not evidence"
    window.navigator.reduced_motion = True
    heights = []
    for magnification in (1.0, 4.0):  # the pixels of the file, and generated ones
        window.navigator.magnify(magnification)
        settle(qtbot, window)
        window.actions_by_name["copy"].trigger()
        heights.append(QGuiApplication.clipboard().image().height())
    assert heights[0] == window.panes.generated.height() < heights[1]
    for change in ("compare", "full", "info"):
        window.actions_by_name[change].trigger()
        settle(qtbot, window)
        assert caution.isVisible()
        assert not caution.visibleRegion().isEmpty()
    window.actions_by_name["full"].trigger()
    window.resize(400, 300)
    qtbot.waitUntil(lambda: not caution.visibleRegion().isEmpty())
    (texture,) = [
        menu for menu in window.engine_menu.findChildren(ChoiceMenu) if "Texture" in menu.title()
    ]
    assert not texture.group.isEnabled()
    assert texture.group.checkedAction().data() == NO_TEXTURE
    with qtbot.waitSignal(window.opened, timeout=20_000):
        window.open_image(bench.photo)
    settle(qtbot, window)
    assert caution.isHidden()
