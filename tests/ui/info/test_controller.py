"""The panels Info and Histogram in the window, with keys and mouse."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cozviewer.export.origin import Origin, to_xmp
from cozviewer.image.facts.histogram import histogram_of
from cozviewer.jobs.threads import running_threads
from cozviewer.ui.info.section import Section, ValueField
from tests.ui.conftest import LARGE_WINDOW, Bench, grabbed, point, settle, wheel


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A 700 x 500 JPEG with EXIF, in a folder with a long name."""
    y, x = np.mgrid[0:500, 0:700]
    rgb = np.stack([x / 700 * 255, y / 500 * 255, 128 + 100 * np.sin(x / 30) * np.cos(y / 20)], -1)
    exif = Image.Exif()
    exif[0x0110] = "Box 1"
    exif.get_ifd(0x8769).update({0x829A: 0.004, 0x829D: 2.8, 0x8827: 400})
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 30.0, 0.0), 3: "E", 4: (2.0, 0.0, 0.0)})
    folder = tmp_path / ("a folder with a long name " * 3).strip()
    folder.mkdir()
    path = folder / "photo.jpg"
    Image.fromarray(rgb.astype(np.uint8)).save(path, exif=exif, quality=95)
    return path


def known(viewer: Bench, qtbot: QtBot) -> None:
    """Wait until all that is shown has been found out, with the panels in their place."""
    QApplication.processEvents()  # a panel that is shown makes the view smaller
    settle(qtbot, viewer.window)
    qtbot.waitUntil(lambda: not viewer.window.parts.info.waiting, timeout=10_000)


def values(section: Section) -> dict[str, str]:
    return {row.name: row.value for row in section.rows}


def test_the_panel_tells_about_file_and_camera(viewer: Bench, qtbot: QtBot) -> None:
    window = viewer.window
    panel = window.parts.info.panel
    assert not window.parts.side.isVisible()
    QTest.keyClick(window, Qt.Key.Key_I)
    known(viewer, qtbot)
    assert panel.isVisible()
    file = values(panel.file)
    assert file["Name"] == "photo.jpg"
    assert file["Folder"] == str(viewer.photo.parent)
    assert file["Dimensions"] == "700 × 500 px · 0.3 MP"
    assert file["Format"] == "JPEG"
    assert values(panel.camera)["Exposure"] == "1/250 s · f/2.8"
    assert not panel.made.isVisible()
    QTest.keyClick(window, Qt.Key.Key_I)
    assert not panel.isVisible()
    assert not window.parts.side.isVisible()


def test_nothing_is_read_until_a_panel_is_shown(viewer: Bench, qtbot: QtBot) -> None:
    names = [thread.objectName() for thread in running_threads()]
    assert "info" not in names
    QTest.keyClick(viewer.window, Qt.Key.Key_H)
    known(viewer, qtbot)
    assert "info" in [thread.objectName() for thread in running_threads()]


def test_long_values_are_elided_with_a_tool_tip_and_can_be_selected(
    viewer: Bench, qtbot: QtBot
) -> None:
    window = viewer.window
    QTest.keyClick(window, Qt.Key.Key_I)
    known(viewer, qtbot)
    fields = window.parts.info.panel.file.findChildren(ValueField)
    folder = next(field for field in fields if field.text() == str(viewer.photo.parent))
    name = next(field for field in fields if field.text() == "photo.jpg")
    assert folder.toolTip() == folder.text()
    assert name.toolTip() == ""
    QTest.mouseDClick(name, Qt.MouseButton.LeftButton, pos=QPoint(8, name.height() // 2))
    assert name.selectedText()
    QTest.keyClick(name, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == name.selectedText()
    QTest.keyClicks(name, "changed")
    assert name.text() == "photo.jpg"
    # The keys of the window still work.
    QTest.keyClick(name, Qt.Key.Key_I)
    assert not window.parts.info.panel.isVisible()


def test_the_place_is_shown_on_request_only(viewer: Bench, qtbot: QtBot) -> None:
    window = viewer.window
    QTest.keyClick(window, Qt.Key.Key_I)
    known(viewer, qtbot)
    panel = window.parts.info.panel
    assert "48.5" not in panel.text
    reveal = panel.camera.reveal
    assert reveal is not None
    QTest.mouseClick(reveal, Qt.MouseButton.LeftButton)

    def seen() -> list[str]:
        fields = panel.camera.findChildren(ValueField)
        return [field.text() for field in fields if field.isVisible()]

    qtbot.waitUntil(lambda: "48.50000, 2.00000" in seen())
    assert panel.camera.reveal is None
    QTest.mouseClick(panel.copy, Qt.MouseButton.LeftButton)
    copied = QGuiApplication.clipboard().text()
    assert copied.startswith("File\nName: photo.jpg\n")
    assert "Location: 48.50000, 2.00000" in copied
    # Another photo, or the same one again, is as discreet as before.
    with qtbot.waitSignal(window.opened):
        QTest.keyClick(window, Qt.Key.Key_F5)
    known(viewer, qtbot)
    assert panel.camera.reveal is not None


@LARGE_WINDOW
def test_what_the_view_is_made_of_follows_it(viewer: Bench, qtbot: QtBot) -> None:
    window = viewer.window
    QTest.keyClick(window, Qt.Key.Key_I)
    known(viewer, qtbot)
    panel = window.parts.info.panel
    assert values(panel.view)["Contents"] == "100% Original photo (scaled down)"
    assert "Engine" not in values(panel.view)
    wheel(window.panes.generated, QPoint(250, 300), 9)
    known(viewer, qtbot)
    qtbot.waitUntil(lambda: "level 1 (×4)" in values(panel.view)["Contents"])
    assert values(panel.view)["Contents"] == "100% Generated detail, level 1 (×4)"
    assert values(panel.view)["Engine"] == "Stripes · fake"


@LARGE_WINDOW
def test_the_pixel_under_the_pointer_is_told(viewer: Bench, qtbot: QtBot) -> None:
    window, pane = viewer.window, viewer.window.panes.generated
    QTest.keyClick(window, Qt.Key.Key_I)
    known(viewer, qtbot)
    section = window.parts.info.panel.pixel
    assert values(section)["Hex"] == "–"
    point(pane, QPoint(200, 300))

    def told() -> bool:
        """Tell whether the panel shows the pixel as it is now: the exact frame comes later."""
        pixel = window.parts.pointers[0].pixel_at(QPointF(200, 300))
        assert pixel is not None
        shown = values(section)
        return (shown["Hex"], shown["Position"]) == (pixel.hex, pixel.place)

    qtbot.waitUntil(told)


def test_an_export_tells_what_made_it(bench: Bench, qtbot: QtBot, tmp_path: Path) -> None:
    origin = Origin("generated", "Real-ESRGAN", "cat\u202e.jpg", "ab12", "", "", "12,3", "16", 4)
    path = tmp_path / "export.jpg"
    Image.new("RGB", (64, 64)).save(path, xmp=to_xmp(origin))
    window = bench.window
    with qtbot.waitSignal(window.photo_painted, timeout=10_000):
        window.open_image(path)
    QTest.keyClick(window, Qt.Key.Key_I)
    known(bench, qtbot)
    made = values(window.parts.info.panel.made)
    assert made["Contents"] == "AI-generated detail"
    assert made["From photo"] == "cat<U+202E>.jpg"


def test_the_histogram_is_that_of_the_view(viewer: Bench, qtbot: QtBot) -> None:
    window, pane = viewer.window, viewer.window.panes.generated
    QTest.keyClick(window, Qt.Key.Key_M)
    QTest.keyClick(window, Qt.Key.Key_H)
    wheel(pane, QPoint(250, 300), 9)
    known(viewer, qtbot)
    found = window.parts.info.histogram.histogram
    assert found is not None
    expected = histogram_of(grabbed(pane))
    np.testing.assert_array_equal(found.counts, expected.counts)
    # Fitted, what lies beside the photo does not count.
    QTest.keyClick(window, Qt.Key.Key_0)
    known(viewer, qtbot)
    found = window.parts.info.histogram.histogram
    assert found is not None
    part = pane.view.photo_area(700, 500)
    shown = grabbed(pane)[part.y : part.bottom, part.x : part.right]
    np.testing.assert_array_equal(found.counts, histogram_of(shown).counts)


def test_the_histogram_of_the_whole_photo(viewer: Bench, qtbot: QtBot) -> None:
    window = viewer.window
    QTest.keyClick(window, Qt.Key.Key_H)
    known(viewer, qtbot)
    panel = window.parts.info.histogram
    panel.whole.setFocus()
    QTest.keyClick(panel.whole, Qt.Key.Key_Space)
    known(viewer, qtbot)
    assert window.document is not None
    expected = histogram_of(window.document.source.levels[0])
    assert panel.histogram is not None
    np.testing.assert_array_equal(panel.histogram.counts, expected.counts)
    wheel(window.panes.generated, QPoint(250, 300), 3)
    known(viewer, qtbot)
    np.testing.assert_array_equal(panel.histogram.counts, expected.counts)
    assert " at 0 | " in panel.text
    assert "% at 255" in panel.plot.accessibleDescription()
    # The plot tells counts at the pointer, and has two scales.
    usual = panel.text
    point(panel.plot, QPoint(panel.plot.width() // 2, 20))
    assert panel.text.startswith("128: ")
    assert "R " in panel.text
    QApplication.sendEvent(panel.plot, QEvent(QEvent.Type.Leave))
    assert panel.text == usual
    before = grabbed(panel.plot)
    QTest.mouseClick(panel.logarithmic, Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    assert panel.plot.logarithmic
    assert (grabbed(panel.plot) != before).any()


def test_both_panels_share_the_side_and_close_by_their_buttons(viewer: Bench, qtbot: QtBot) -> None:
    window = viewer.window
    QTest.keyClick(window, Qt.Key.Key_I)
    QTest.keyClick(window, Qt.Key.Key_H)
    known(viewer, qtbot)
    info, histogram = window.parts.info.panel, window.parts.info.histogram
    assert info.isVisible()
    assert histogram.isVisible()
    below = info.mapTo(window, QPoint(0, 0)).y()
    assert below > histogram.mapTo(window, QPoint(0, histogram.height())).y()
    for name in ("info", "histogram"):
        window.actions_by_name[name].trigger()
    assert not window.parts.side.isVisible()
    # They do not widen or heighten a small window.
    window.resize(480, 320)
    QTest.keyClick(window, Qt.Key.Key_I)
    QTest.keyClick(window, Qt.Key.Key_H)
    known(viewer, qtbot)
    assert (window.width(), window.height()) == (480, 320)


def test_a_file_that_is_gone_leaves_the_rest(viewer: Bench, qtbot: QtBot) -> None:
    viewer.photo.unlink()
    QTest.keyClick(viewer.window, Qt.Key.Key_I)
    known(viewer, qtbot)
    panel = viewer.window.parts.info.panel
    assert values(panel.file)["Name"] == "photo.jpg"
    assert "File size" not in values(panel.file)
    assert values(panel.camera)["Camera"] == "Box 1"


def test_tool_tips_never_hold_markup(qtbot: QtBot) -> None:
    field = ValueField("Name")
    qtbot.addWidget(field)
    field.resize(40, 20)
    field.show()
    field.show_value("<b>bold</b> name that is long")
    assert "&lt;b&gt;" in field.toolTip()
    QApplication.sendEvent(field, QHelpEvent(QEvent.Type.ToolTip, QPoint(2, 2), QPoint(2, 2)))
