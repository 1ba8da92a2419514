"""The Tone panel in the window, with keys and mouse."""

from pathlib import Path

import numpy as np
import pytest
import tifffile
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QWidget
from pytestqt.qtbot import QtBot

from cozviewer.image.source import open_source
from cozviewer.image.tone import AUTOMATIC, Tone, tone_of
from cozviewer.jobs.threads import running_threads
from cozviewer.ui.settings import keep_text
from cozviewer.ui.tone.controller import Toning
from cozviewer.ui.tone.form import ToneForm
from cozviewer.ui.tone.kept import KEY, keep_tone, kept_tone
from cozviewer.ui.tone.panel import TonePanel
from tests.image.rare_files import dicom, exr, fits_file
from tests.image.regions.test_tones import few_in_memory, large_tiff
from tests.ui.conftest import Bench, settle, wheel

BANDS = ("red", "green", "blue")


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A 320 x 240 ramp of 12 bits in 16: the value of a pixel is 10 times its column."""
    path = tmp_path / "twelve.tif"
    values = np.broadcast_to(np.arange(320, dtype=np.uint16) * 10, (240, 320))
    tifffile.imwrite(path, np.ascontiguousarray(values))
    return path


def toning(viewer: Bench) -> Toning:
    return viewer.window.parts.toning


def panel(viewer: Bench) -> TonePanel:
    return toning(viewer).panel


def ready(viewer: Bench, qtbot: QtBot) -> ToneForm:
    """Show the panel and wait until it knows all."""
    if not panel(viewer).isVisible():
        QTest.keyClick(viewer.window, Qt.Key.Key_L)
    quiet(viewer, qtbot)
    return panel(viewer).form


def quiet(viewer: Bench, qtbot: QtBot) -> None:
    qtbot.waitUntil(
        lambda: not viewer.window.images.opening.reading and not toning(viewer).waiting,
        timeout=20_000,
    )
    settle(qtbot, viewer.window)


def tone(viewer: Bench) -> Tone:
    document = viewer.window.document
    assert document is not None
    return document.source.tone


def level(viewer: Bench) -> np.ndarray:
    document = viewer.window.document
    assert document is not None
    return document.source.levels[0]


def middle(viewer: Bench) -> int:
    """Return the grey level that is on screen in the middle of the image."""
    rgb = viewer.window.panes.generated.rendered()
    return int(rgb[rgb.shape[0] // 2, rgb.shape[1] // 2, 0])


def opened(viewer: Bench, qtbot: QtBot, path: Path) -> None:
    with qtbot.waitSignal(viewer.window.opened, timeout=20_000):
        viewer.window.open_image(path)
    quiet(viewer, qtbot)


def choose(box: QComboBox, index: int) -> None:
    """Choose an item with keys."""
    box.setFocus()
    step = 1 if index > box.currentIndex() else -1
    while box.currentIndex() != index:
        QTest.keyClick(box, Qt.Key.Key_Down if step > 0 else Qt.Key.Key_Up)


def typed(field: QWidget, text: str) -> None:
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


@pytest.mark.parametrize("reduced", [True, False])
def test_a_photo_that_stays_in_its_file(
    viewer: Bench, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reduced: bool
) -> None:
    path = large_tiff(tmp_path / "large.tif", reduced=reduced)
    few_in_memory(monkeypatch, 300_000)
    opened(viewer, qtbot, path)
    form = ready(viewer, qtbot)
    assert form.presets.count() > 1  # numbers are known
    said = "in a smaller version of the photo" if reduced else "at 64 places of the photo"
    assert f"Counted {said}." in form.plot.toolTip()
    document = viewer.window.document
    assert document is not None
    assert not document.source.levels.in_memory
    before = viewer.window.panes.generated.rendered()
    typed(form.high, "1500")
    quiet(viewer, qtbot)
    assert tone(viewer).window == (0.0, 1500.0)
    assert (viewer.window.panes.generated.rendered() != before).any()


def test_a_handle_is_dragged_with_a_preview(viewer: Bench, qtbot: QtBot) -> None:
    shown, plot = ready(viewer, qtbot), panel(viewer).form.plot
    wheel(viewer.window.panes.generated, QPoint(200, 200), 3)
    settle(qtbot, viewer.window)
    camera, before = viewer.window.navigator.camera, middle(viewer)
    white = QPoint(round(plot.x_of(4095)), plot.height() // 2)
    QTest.mousePress(plot, Qt.MouseButton.LeftButton, pos=white)
    for x in range(white.x(), round(plot.x_of(2000)), -5):
        QTest.mouseMove(plot, QPoint(x, white.y()))
    assert shown.dragging
    qtbot.waitUntil(lambda: middle(viewer) > 1.5 * before, timeout=10_000)
    assert tone(viewer) == AUTOMATIC  # nothing is read while it is held
    QTest.mouseRelease(plot, Qt.MouseButton.LeftButton, pos=QPoint(x, white.y()))
    qtbot.waitUntil(lambda: tone(viewer).window is not None, timeout=20_000)
    quiet(viewer, qtbot)
    window = tone(viewer).window
    assert window is not None
    assert window == panel(viewer).tone.window
    assert window[0] == 0
    assert window[1] == pytest.approx(2000, abs=150)
    values = np.arange(320) * 10.0
    expected = np.floor(255 * np.clip(values / window[1], 0, 1) + 0.5)
    assert np.abs(level(viewer)[0, :, 0] - expected).max() <= 1
    assert middle(viewer) > 1.5 * before
    assert viewer.window.navigator.camera == camera


def test_what_was_generated_is_there_again_by_the_former_tone(viewer: Bench, qtbot: QtBot) -> None:
    shown = ready(viewer, qtbot)
    wheel(viewer.window.panes.generated, QPoint(200, 200), 9)
    quiet(viewer, qtbot)
    calls = viewer.engine.calls
    assert calls
    typed(shown.high, "2000")
    qtbot.waitUntil(lambda: tone(viewer).changed != (), timeout=20_000)
    quiet(viewer, qtbot)
    more = viewer.engine.calls
    assert more > calls  # another image
    QTest.mouseClick(shown.reset, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: tone(viewer) == AUTOMATIC, timeout=20_000)
    quiet(viewer, qtbot)
    assert viewer.engine.calls == more
    assert not shown.reset.isEnabled()


def test_fields_take_values_and_steps(viewer: Bench, qtbot: QtBot) -> None:
    shown = ready(viewer, qtbot)
    assert (shown.low.text(), shown.high.text()) == ("0", "4095")
    typed(shown.low, "500")
    quiet(viewer, qtbot)
    assert tone(viewer) == Tone((500.0, 4095.0))
    assert shown.low.hasFocus()  # not taken by the image
    QTest.keyClick(shown.low, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    quiet(viewer, qtbot)
    assert tone(viewer).window == (859.5, 4095.0)
    for nonsense in ("much", "inf", "5000"):  # the last one is above white
        typed(shown.low, nonsense)
        assert shown.low.text() == "859.5"
    typed(shown.low, "0")
    quiet(viewer, qtbot)
    assert tone(viewer) == AUTOMATIC


def test_stretch_gamma_and_inversion(viewer: Bench, qtbot: QtBot) -> None:
    shown = ready(viewer, qtbot)
    choose(shown.stretch, 1)
    quiet(viewer, qtbot)
    shown.gamma.slider.setFocus()
    QTest.keyClick(shown.gamma.slider, Qt.Key.Key_PageUp)
    quiet(viewer, qtbot)
    shown.inverted.setFocus()
    QTest.keyClick(shown.inverted, Qt.Key.Key_Space)
    quiet(viewer, qtbot)
    assert tone(viewer) == Tone(gamma=1.26, stretch="sqrt", inverted=True)
    t = (np.arange(320) * 10 / 4095) ** (0.5 / 1.26)
    expected = np.floor(255 * (1 - t) + 0.5)
    assert np.abs(level(viewer)[0, :, 0] - expected).max() <= 1
    QTest.mouseClick(shown.auto, Qt.MouseButton.LeftButton)
    quiet(viewer, qtbot)
    assert tone(viewer) == Tone(gamma=1.26, inverted=True)


def test_a_preset_and_what_no_longer_is_one(viewer: Bench, qtbot: QtBot) -> None:
    menu = viewer.window.bookmarks_menu
    menu.add("corner", viewer.window.navigator.camera)
    shown = ready(viewer, qtbot)
    names = [shown.presets.itemText(index) for index in range(shown.presets.count())]
    assert names == [
        *("Choose…", "Full range", "Least to greatest value", "99.5% of the values", "ZScale")
    ]
    shown.presets.setCurrentIndex(2)
    shown.presets.activated.emit(2)
    quiet(viewer, qtbot)
    assert tone(viewer) == Tone((0.0, 3190.0))
    assert shown.presets.currentText() == "Least to greatest value"
    assert [bookmark.name for bookmark in menu.bookmarks] == ["corner"]  # they stay
    typed(shown.high, "1500")
    assert shown.presets.currentIndex() == 0
    # The image is that of the command line.
    quiet(viewer, qtbot)
    document = viewer.window.document
    assert document is not None
    same = open_source(viewer.photo, tone=tone_of("window=0:1500"))
    assert document.source.digest == same.digest


def test_bands(viewer: Bench, qtbot: QtBot, tmp_path: Path) -> None:
    values = np.stack([np.full((60, 80), 9000 * band, np.uint16) for band in range(1, 6)], axis=2)
    tifffile.imwrite(tmp_path / "b.tif", values, photometric="minisblack", planarconfig="contig")
    opened(viewer, qtbot, tmp_path / "b.tif")
    shown = ready(viewer, qtbot)
    assert [box.currentText() for box in shown.bands] == ["1", "2", "3"]
    assert all(box.isVisible() for box in shown.bands)
    assert not shown.exposure.isVisible()
    for box, index in zip(shown.bands, (3, 2, 4), strict=True):
        choose(box, index)
    quiet(viewer, qtbot)
    assert tone(viewer) == Tone(bands=(4, 3, 5))
    assert level(viewer)[0, 0].tolist() == [
        np.floor(255 * 9000 * band / 65535 + 0.5) for band in (4, 3, 5)
    ]
    choose(shown.bands[1], 3)
    choose(shown.bands[2], 3)
    quiet(viewer, qtbot)
    assert tone(viewer) == Tone(bands=(4,))


def test_a_ct_has_center_and_width(viewer: Bench, qtbot: QtBot, tmp_path: Path) -> None:
    values = np.arange(-1000, 1000, dtype=np.int16).reshape(40, 50)
    content = dicom(values, WindowCenter=40, WindowWidth=400, Modality="CT")
    (tmp_path / "a.dcm").write_bytes(content)
    opened(viewer, qtbot, tmp_path / "a.dcm")
    shown = ready(viewer, qtbot)
    assert (shown.low.accessibleName(), shown.high.accessibleName()) == (
        "Center (HU)",
        "Width (HU)",
    )
    assert (shown.low.text(), shown.high.text()) == ("40", "400")
    typed(shown.high, "80")
    assert panel(viewer).tone == tone_of("center=40,width=80")
    typed(shown.low, "-600")
    quiet(viewer, qtbot)
    assert tone(viewer) == tone_of("center=-600,width=80")
    typed(shown.high, "1")  # too narrow
    assert shown.high.text() == "80"


def test_light_has_an_exposure_and_every_field_a_name(
    viewer: Bench, qtbot: QtBot, tmp_path: Path
) -> None:
    light = np.full((40, 50, 3), 0.2, np.float32)
    (tmp_path / "a.exr").write_bytes(exr(RGB=light))
    opened(viewer, qtbot, tmp_path / "a.exr")
    shown, before = ready(viewer, qtbot), int(level(viewer)[0, 0, 0])
    assert shown.exposure.isVisible()
    shown.exposure.slider.setFocus()
    QTest.keyClick(shown.exposure.slider, Qt.Key.Key_PageUp)
    quiet(viewer, qtbot)
    assert tone(viewer) == Tone(exposure=1.0)
    assert level(viewer)[0, 0, 0] > before
    fields = (shown.low, shown.high, shown.gamma.slider, shown.exposure.slider, *shown.bands)
    assert all(field.accessibleName() for field in fields)


def test_8_bits_leave_nothing_to_choose(viewer: Bench, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "8.tif"
    tifffile.imwrite(path, np.zeros((40, 50), np.uint8))
    opened(viewer, qtbot, path)
    shown = ready(viewer, qtbot)
    assert not shown.plot.isVisible()
    assert not shown.reset.isVisible()
    assert "8 bits per channel" in panel(viewer).sentence
    opened(viewer, qtbot, viewer.photo)
    assert shown.plot.isVisible()


def test_a_file_opens_as_it_was_left(viewer: Bench, qtbot: QtBot, tmp_path: Path) -> None:
    shown = ready(viewer, qtbot)
    typed(shown.high, "2000")
    quiet(viewer, qtbot)
    (tmp_path / "sky.fits").write_bytes(fits_file(np.arange(1200.0).reshape(30, 40)))
    opened(viewer, qtbot, tmp_path / "sky.fits")
    assert tone(viewer) == AUTOMATIC
    opened(viewer, qtbot, viewer.photo)
    assert tone(viewer) == Tone((0.0, 2000.0))
    assert shown.high.text() == "2000"
    QTest.keyClick(viewer.window, Qt.Key.Key_F5)
    quiet(viewer, qtbot)
    assert tone(viewer) == Tone((0.0, 2000.0))
    QTest.mouseClick(shown.reset, Qt.MouseButton.LeftButton)
    quiet(viewer, qtbot)
    assert kept_tone(viewer.photo) == AUTOMATIC


def test_a_kept_tone_that_fits_no_more_is_told(viewer: Bench, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "8.tif"
    tifffile.imwrite(path, np.zeros((40, 50), np.uint8))
    keep_tone(path, Tone(bands=(4, 3, 2)))
    opened(viewer, qtbot, path)
    assert tone(viewer) == AUTOMATIC
    assert "takes no tone" in viewer.window.banner.text


def test_the_panel_fits_a_small_window_and_numbers_are_read_while_it_is_shown(
    viewer: Bench, qtbot: QtBot
) -> None:
    assert "tone" not in [thread.objectName() for thread in running_threads()]
    viewer.window.resize(400, 300)
    shown = ready(viewer, qtbot)
    assert viewer.window.width() == 400
    assert viewer.window.height() == 300
    assert shown.inverted.visibleRegion().isEmpty()
    shown.inverted.setFocus()
    QTest.keyClick(shown.inverted, Qt.Key.Key_Tab)  # scrolls to what has the focus
    assert not shown.inverted.visibleRegion().isEmpty()
    numbers = toning(viewer)._numbers
    assert numbers.result is not None
    QTest.keyClick(viewer.window, Qt.Key.Key_L)
    assert not panel(viewer).isVisible()
    assert numbers.result is None


def test_kept_tones_that_are_broken_are_automatic(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    for text in ("[", "[1]", '{"x": 5}', f'{{"{path}": "nonsense"}}'):
        keep_text(KEY, text)
        assert kept_tone(path) == AUTOMATIC
    keep_tone(path, Tone(gamma=2.0))
    assert kept_tone(path) == Tone(gamma=2.0)
    keep_tone(path, AUTOMATIC)
    assert kept_tone(path) == AUTOMATIC


def test_ctrl_and_a_drag_in_the_image_change_the_window(viewer: Bench, qtbot: QtBot) -> None:
    """Sideways its width, up and down its center; the view does not move."""
    ready(viewer, qtbot)
    pane, camera = viewer.window.panes.generated, viewer.window.navigator.camera
    ctrl, left = Qt.KeyboardModifier.ControlModifier, Qt.MouseButton.LeftButton

    def drag(way: QPoint) -> None:
        start = QPoint(200, 200)
        QTest.mousePress(pane, left, ctrl, start)
        move = QMouseEvent(
            QEvent.Type.MouseMove,
            QPointF(start + way),
            QPointF(pane.mapToGlobal(start + way)),
            Qt.MouseButton.NoButton,
            left,
            ctrl,
        )
        QApplication.sendEvent(pane, move)
        QTest.mouseRelease(pane, left, ctrl, start + way)
        quiet(viewer, qtbot)

    drag(QPoint(-150, 0))
    assert tone(viewer).window == pytest.approx((4095 / 4, 4095 * 3 / 4), abs=1)
    drag(QPoint(0, -100))
    assert tone(viewer).window == pytest.approx((4095 * 5 / 12, 4095 * 11 / 12), abs=1)
    assert viewer.window.navigator.camera == camera
    QTest.keyClick(viewer.window, Qt.Key.Key_L)  # without the panel it moves the view
    before = tone(viewer)
    drag(QPoint(-150, 0))
    assert tone(viewer) == before
