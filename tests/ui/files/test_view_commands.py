"""Copying, printing, and showing the file of a view."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QObject, QPoint, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from cozviewer.jobs.images import to_rgb8
from cozviewer.ui.compare.compared_images import Sides
from cozviewer.ui.compare.paint import Mode
from cozviewer.ui.files.printing import caption_of, print_view, printer_for
from cozviewer.ui.files.seen import without_surroundings
from tests.ui.conftest import Bench, settle, wheel

CONTROL = Qt.KeyboardModifier.ControlModifier


def test_the_view_is_copied_as_it_is_seen(viewer: Bench, qtbot: QtBot) -> None:
    window = viewer.window
    wheel(window.panes.generated, QPoint(300, 200), 9)
    settle(qtbot, window)
    QTest.keyClick(window, Qt.Key.Key_C, CONTROL)
    copied = to_rgb8(QGuiApplication.clipboard().image())
    np.testing.assert_array_equal(copied, window.panes.generated.rendered())
    assert window.banner.text.startswith("Copied the view (×")
    assert window.banner.text.endswith(", generated detail).")


def test_a_comparison_is_copied_whole(viewer: Bench, qtbot: QtBot) -> None:
    window = viewer.window
    window.panes.compare(Mode.SIDE, Sides())
    settle(qtbot, window)
    window.actions_by_name["copy"].trigger()
    assert QGuiApplication.clipboard().image().width() > window.panes.generated.width()
    assert "comparison" in window.banner.text


def test_what_is_copied_is_named(viewer: Bench) -> None:
    viewer.window.actions_by_name["copy"].trigger()
    assert viewer.window.banner.text.endswith(", original photo).")


def test_a_view_is_printed_to_a_file(viewer: Bench, qtbot: QtBot, tmp_path: Path) -> None:
    window, path = viewer.window, tmp_path / "view.pdf"
    wheel(window.panes.generated, QPoint(300, 200), 9)
    settle(qtbot, window)
    seen = window.view_commands.seen
    assert seen is not None
    printer = printer_for(seen)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(path))
    assert print_view(printer, seen)
    assert path.read_bytes().startswith(b"%PDF")
    caption = caption_of(seen)
    assert caption.startswith("photo.png · ×")
    assert caption.endswith("detail beyond 100% is AI-generated and may not be real")


def test_only_the_photo_is_printed_not_what_is_around_it(viewer: Bench, qtbot: QtBot) -> None:
    window = viewer.window
    window.navigator.zoom(0.5)
    settle(qtbot, window)
    document, seen = window.document, window.view_commands.seen
    assert document is not None
    assert seen is not None
    view = window.panes.generated.view
    part = without_surroundings(seen, document.source, view).pixels
    height, width = part.shape[:2]
    assert (height, width) < seen.pixels.shape[:2]
    assert width / height == pytest.approx(700 / 500, rel=0.02)
    assert part[0].std() > 1  # no row of the background
    window.navigator.zoom(20.0)
    settle(qtbot, window)
    seen = window.view_commands.seen
    assert seen is not None
    whole = without_surroundings(seen, document.source, window.panes.generated.view)
    assert whole.pixels.shape == seen.pixels.shape


def test_the_dialog_prints_but_never_over_the_photo(
    viewer: Bench, qtbot: QtBot, tmp_path: Path
) -> None:
    window = viewer.window
    before = viewer.photo.read_bytes()
    for path in (viewer.photo, tmp_path / "view.pdf"):
        QTest.keyClick(window, Qt.Key.Key_P, CONTROL)
        dialog = window.findChild(QPrintDialog)
        assert isinstance(dialog, QPrintDialog)
        dialog.printer().setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        dialog.printer().setOutputFileName(str(path))
        dialog.accepted.emit(dialog.printer())
        dialog.setParent(None)
        dialog.hide()
        dialog.deleteLater()
    assert viewer.photo.read_bytes() == before
    assert (tmp_path / "view.pdf").read_bytes().startswith(b"%PDF")
    assert window.banner.text == f"Printed the view to {tmp_path / 'view.pdf'}."


class Desktop(QObject):
    """Stands in for the desktop, which opens folders."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[QUrl] = []

    @Slot(QUrl)
    def open(self, url: QUrl) -> None:
        self.opened.append(url)


def test_the_folder_is_opened_where_there_is_no_file_manager(
    viewer: Bench, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    desktop = Desktop()
    QDesktopServices.setUrlHandler("file", desktop, "open")  # type: ignore[arg-type]  # of its stub
    try:
        viewer.window.actions_by_name["show-in-folder"].trigger()
        qtbot.waitUntil(lambda: bool(desktop.opened))
    finally:
        QDesktopServices.unsetUrlHandler("file")
    assert desktop.opened == [QUrl.fromLocalFile(str(viewer.photo.parent))]


def test_a_changed_file_can_be_reloaded_from_the_banner(viewer: Bench, qtbot: QtBot) -> None:
    window = viewer.window
    viewer.photo.write_bytes(viewer.photo.read_bytes() + b"more")
    qtbot.waitUntil(lambda: "was changed by another program" in window.banner.text)
    button = window.banner.findChild(QPushButton)
    assert isinstance(button, QPushButton)
    assert (button.isVisible(), button.text()) == (True, "Reload")
    with qtbot.waitSignal(window.opened):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert window.banner.text == ""
    window.banner.show_message("Done.")
    assert not button.isVisible()
    settle(qtbot, window)
