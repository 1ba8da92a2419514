"""Files of rare formats in the window."""

from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.image.rare_files import dicom, dng
from tests.image.test_mutated import RARE
from tests.pyramid.images import smooth
from tests.ui.conftest import Bench, point, settle

MEDICAL = ("DICOM", "DICOM slide", "whole slide")


def test_each_opens(bench: Bench, qtbot: QtBot, tmp_path: Path) -> None:
    for number, (name, make) in enumerate(RARE.items()):
        path = tmp_path / f"picture-{number}"
        path.write_bytes(make())
        with qtbot.waitSignal(bench.window.opened, timeout=20_000):
            bench.window.open_image(path)
        scope = bench.window.images.scope
        assert scope is not None, name
        assert scope.source.name == path.name, name
        assert bench.window.parts.caution.isVisible() == (name == "DICOM"), name
        settle(qtbot, bench.window)


def test_a_medical_image_says_so_as_long_as_it_is_open(
    bench: Bench, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "scan.dcm"
    path.write_bytes(dicom(smooth(300, 200)[..., 0], WindowCenter=100, WindowWidth=200))
    window = bench.window
    with qtbot.waitSignal(window.opened, timeout=20_000):
        window.open_image(path)
    assert window.banner.text == "Not for diagnosis. Window: center 100, width 200."
    QTest.keyClick(window, Qt.Key.Key_Escape)
    settle(qtbot, window)
    assert window.parts.caution.isVisible()
    assert "Doe" not in window.windowTitle() + window.readout.text
    point(window.panes.generated, QPoint(300, 200))
    qtbot.waitUntil(lambda: window.parts.pointers[0].pixel is not None)
    assert window.parts.caution.isVisible()


def test_a_raw_photo_is_seen_before_it_is_developed(
    bench: Bench, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "photo.dng"
    path.write_bytes(dng(smooth(640, 480), preview=smooth(320, 240)))
    window = bench.window
    seen: list[tuple[int, int]] = []
    window.images.opening.previewed.connect(lambda small: seen.append((small.width, small.height)))
    with qtbot.waitSignal(window.opened, timeout=20_000):
        window.open_image(path)
    assert seen == [(640, 480)]
    assert "camera white balance" in window.banner.text
    settle(qtbot, window)
