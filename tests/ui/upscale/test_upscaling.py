"""Upscaling from the window: the dialog, the queue's window, and the view that comes first."""

from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from cozviewer.config.choice import EngineChoice
from cozviewer.export.origin import read_origin
from cozviewer.export.upscaling.upscale import SCALES, UpscaleOptions
from cozviewer.ui.export.dialog import ExportDialog
from cozviewer.ui.main_window import MainWindow
from cozviewer.ui.settings import Preferences, save_preferences
from cozviewer.ui.upscale.dialog import UpscaleDialog
from cozviewer.ui.upscale.items import QueueItem, State, write_queue
from cozviewer.ui.upscale.kept import keep_pace, queue_file
from cozviewer.ui.upscale.queue_dialog import QueueDialog, summary_text
from tests.ui.conftest import TINY_PHOTO, Bench, Choose, Stripes, services, settle, wheel


def dialog_of(window: MainWindow, qtbot: QtBot) -> UpscaleDialog:
    """Press Ctrl+U, and return the dialog once it has read the photos."""
    activate(window, qtbot)
    QTest.keyClick(window, Qt.Key.Key_U, Qt.KeyboardModifier.ControlModifier)
    dialog = window.parts.upscaling.dialog
    assert dialog is not None
    measured(dialog, qtbot)
    return dialog


def activate(window: QWidget, qtbot: QtBot) -> None:
    """Make a window the active one: only that gets shortcuts."""
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)


def measured(dialog: UpscaleDialog, qtbot: QtBot) -> None:
    """Wait until all photos are measured."""
    photos = dialog.photos
    qtbot.waitUntil(lambda: not photos.searching and len(photos.sizes) == len(photos.photos))


def queue_dialog_of(window: MainWindow) -> QueueDialog:
    keys = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(window, Qt.Key.Key_U, keys)
    dialog = window.parts.upscaling.queue_dialog
    assert dialog is not None
    return dialog


def drop(widget: QWidget, *paths: Path) -> None:
    """Drop files, as the platform would send it."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    place, action, button = QPoint(20, 20), Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    none = Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(widget, QDragEnterEvent(place, action, data, button, none))
    QApplication.sendEvent(widget, QDropEvent(QPointF(place), action, data, button, none))


@TINY_PHOTO
def test_one_photo(viewer: Bench, qtbot: QtBot) -> None:
    window = viewer.window
    dialog = dialog_of(window, qtbot)
    assert dialog.photos.list.item(0).text() == "photo.png  ·  140 × 100"
    assert dialog.scales.scale == 4
    assert dialog.scales.text(16).startswith("2,240 × 1,600 pixels, ")
    assert "may not be real" in dialog.honest.text()
    assert dialog.engine.text() == "Stripes"
    QTest.mouseClick(dialog.scales.buttons[2], Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    with qtbot.waitSignal(window.parts.upscaling.queue.finished):
        QTest.mouseClick(dialog.start, Qt.MouseButton.LeftButton)
    result = viewer.photo.with_name("photo-2x.png")
    with Image.open(result) as image:
        assert image.size == (280, 200)
    origin = read_origin(result)
    assert origin is not None
    assert origin.kind == "generated"
    assert window.banner.text == f"Saved {result}."
    assert window.parts.upscaling.mark.isHidden()
    assert window.parts.upscaling.dialog is None
    assert window.parts.upscaling.queue_dialog is None  # for one photo the mark is enough


def test_the_time_is_estimated_once_the_engine_has_run(bench: Bench, qtbot: QtBot) -> None:
    keep_pace(EngineChoice("stripes"), 1e-4)
    dialog = dialog_of(bench.window, qtbot)
    assert dialog.no_times.isHidden()
    assert not dialog.start.isEnabled()  # without a photo
    dialog.add_paths([bench.photo])
    measured(dialog, qtbot)
    texts = [dialog.scales.text(scale) for scale in SCALES]
    assert texts[0].startswith("1,400 × 1,000 pixels, about 46 s, up to ")
    assert "about 12 min 54 s" in texts[2]
    dialog.reject()


@TINY_PHOTO
def test_format_quality_folder_and_switches_are_remembered(
    viewer: Bench, qtbot: QtBot, tmp_path: Path
) -> None:
    window, out = viewer.window, tmp_path / "out"
    dialog = dialog_of(window, qtbot)
    assert dialog.quality.isHidden()  # it is a PNG
    dialog.format.setCurrentText("JPEG")
    assert not dialog.quality.isHidden()
    before = dialog.scales.text(2)
    dialog.quality.slider.setValue(60)
    assert dialog.scales.text(2) != before
    dialog.in_folder.click()
    assert dialog.trouble.text() == "Choose the folder to save in."
    assert not dialog.start.isEnabled()
    dialog.folder.show_path(out)
    dialog.metadata.click()
    assert not dialog.place.isEnabled()
    dialog.label.click()
    dialog.scales.buttons[2].click()
    with qtbot.waitSignal(window.parts.upscaling.queue.finished):
        dialog.start.click()
    assert (out / "photo-2x.jpg").exists()
    (item,) = window.parts.upscaling.queue.items
    assert item.options == UpscaleOptions(2, "JPEG", 60, out, False, True, True)
    again = dialog_of(window, qtbot)
    assert again.options == item.options
    again.reject()


def test_the_cluster_is_offered_where_one_is_set(viewer: Bench, qtbot: QtBot) -> None:
    window = viewer.window
    dialog = dialog_of(window, qtbot)
    assert dialog.on_cluster.isHidden()
    dialog.reject()
    save_preferences(Preferences(cluster="local:2"))
    dialog = dialog_of(window, qtbot)
    assert dialog.on_cluster.text() == "Generate on the cluster (local:2)"
    dialog.on_cluster.click()
    assert dialog.options.on_cluster
    dialog.reject()


def test_too_large_says_what_to_do(viewer: Bench, qtbot: QtBot, tmp_path: Path) -> None:
    wide = tmp_path / "wide.webp"
    Image.new("RGB", (1100, 4), "red").save(wide)
    viewer.window.parts.upscaling.ask_for([wide])
    dialog = viewer.window.parts.upscaling.dialog
    assert dialog is not None
    measured(dialog, qtbot)
    assert dialog.trouble.text() == ""
    dialog.scales.buttons[16].click()
    assert "WebP, which is limited to 16383 a side" in dialog.trouble.text()
    assert not dialog.start.isEnabled()
    dialog.format.setCurrentText("PNG")
    assert dialog.start.isEnabled()
    dialog.reject()


def test_photos_are_added_and_dropped(
    bench: Bench, qtbot: QtBot, photos: Path, choose: Choose
) -> None:
    dialog = dialog_of(bench.window, qtbot)
    names = [str(photos / "a.jpg")]
    choose(*names, folder=photos / "below")
    dialog.photos.add.click()
    dialog.photos.add_folder.click()
    measured(dialog, qtbot)
    assert [found.path.name for found in dialog.photos.photos] == ["a.jpg", "d.png"]
    drop(dialog, photos)
    measured(dialog, qtbot)
    qtbot.waitUntil(lambda: len(dialog.photos.photos) == 3)  # without the damaged one
    assert dialog.photos.list.count() == 4
    assert dialog.start.text() == "Upscale 3 Photos"
    dialog.photos.list.item(1).setSelected(True)
    dialog.photos.remove.click()
    assert [found.path.name for found in dialog.photos.photos] == ["a.jpg", "b.png"]
    drop(dialog, bench.cache.parent / "empty-folder")
    dialog.reject()


def test_folders_keep_their_order_below_a_chosen_one(
    bench: Bench, qtbot: QtBot, photos: Path, tmp_path: Path
) -> None:
    bench.window.parts.upscaling.ask_for([photos])
    dialog = bench.window.parts.upscaling.dialog
    assert dialog is not None
    measured(dialog, qtbot)
    dialog.in_folder.click()
    dialog.folder.show_path(tmp_path / "out")
    with qtbot.waitSignal(bench.window.parts.upscaling.queue.finished) as finished:
        dialog.start.click()
    assert finished.args == [3, 0]
    made = sorted(path.relative_to(tmp_path / "out") for path in (tmp_path / "out").rglob("*.*"))
    assert made == [Path("a-4x.jpg"), Path("b-4x.png"), Path("below/d-4x.png")]
    queue_dialog = bench.window.parts.upscaling.queue_dialog
    assert queue_dialog is not None
    assert queue_dialog.isVisible()


def queued(bench: Bench, *photos: Path) -> None:
    options = UpscaleOptions(2)
    bench.window.parts.upscaling.queue.add(
        [(photo, options) for photo in photos], EngineChoice("stripes")
    )


def test_the_window_of_the_queue(bench: Bench, qtbot: QtBot, photos: Path) -> None:
    queue = bench.window.parts.upscaling.queue
    dialog = queue_dialog_of(bench.window)
    assert not dialog.empty.isHidden()
    assert not dialog.pause.isEnabled()
    bench.engine.hold(0)
    queued(bench, photos / "a.jpg", photos / "c.jpg", photos / "b.png")
    model, rows = dialog.model, dialog.model.rowCount

    def text(row: int) -> str:
        return str(model.data(model.index(row)))

    qtbot.waitUntil(lambda: "Generating ×4" in text(0))
    assert text(1) == "c.jpg, 2×, Waiting"
    assert dialog.summary.text().startswith("0 of 3 photos finished · 0%")
    assert bench.window.parts.upscaling.mark.text() == "Upscaling 0%"
    qtbot.waitUntil(lambda: model.image(queue.items[2]) is not None)
    dialog.grab()
    QTest.mouseClick(dialog.pause, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: text(0) == "a.jpg, 2×, Waiting")
    assert dialog.pause.text() == "Resume"
    assert "paused" in dialog.summary.text()
    assert bench.window.parts.upscaling.mark.text() == "3 photos waiting"
    bench.engine.hold(1000)
    with qtbot.waitSignal(queue.finished):
        QTest.mouseClick(dialog.pause, Qt.MouseButton.LeftButton)
    assert text(0) == "a.jpg, 2×, Done: a-2x.jpg"
    assert text(1).startswith("c.jpg, 2×, Failed: c.jpg is not an image")
    assert summary_text(queue) == "2 photos finished · 1 failed"
    assert bench.window.banner.text == (
        "2 photos upscaled. 1 photo failed: see File > Upscale Queue."
    )
    select(dialog, 1)
    assert dialog.retry.isEnabled()
    assert not dialog.open_result.isEnabled()
    (photos / "c.jpg").write_bytes((photos / "a.jpg").read_bytes())
    with qtbot.waitSignal(queue.finished):
        dialog.retry.trigger()
    QTest.mouseClick(dialog.clear, Qt.MouseButton.LeftButton)
    assert rows() == 0
    assert not dialog.empty.isHidden()


def test_a_photo_that_is_done_has_a_thumbnail(bench: Bench, qtbot: QtBot, photos: Path) -> None:
    queue = bench.window.parts.upscaling.queue
    with qtbot.waitSignal(queue.finished):
        queued(bench, photos / "a.jpg")
    assert all(queue.items[0].size)
    dialog = queue_dialog_of(bench.window)
    qtbot.waitUntil(lambda: dialog.model.image(queue.items[0]) is not None)
    assert dialog.pause.text() == "Pause"
    assert not dialog.pause.isEnabled()


@TINY_PHOTO
def test_a_photo_known_from_the_dialog_has_a_thumbnail(
    viewer: Bench, qtbot: QtBot, photos: Path
) -> None:
    queue = viewer.window.parts.upscaling.queue
    dialog = dialog_of(viewer.window, qtbot)
    with qtbot.waitSignal(queue.finished):
        QTest.mouseClick(dialog.start, Qt.MouseButton.LeftButton)
    activate(viewer.window, qtbot)
    model = queue_dialog_of(viewer.window).model
    qtbot.waitUntil(lambda: model.image(queue.items[0]) is not None)


def test_below_the_rows_there_is_no_menu(bench: Bench, qtbot: QtBot) -> None:
    dialog = queue_dialog_of(bench.window)
    dialog.list.customContextMenuRequested.emit(QPoint(5, 60))
    assert QApplication.activePopupWidget() is None


def select(dialog: QueueDialog, row: int) -> None:
    place = dialog.list.visualRect(dialog.model.index(row)).center()
    QTest.mouseClick(dialog.list.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_rows_are_opened_shown_and_removed(bench: Bench, qtbot: QtBot, photos: Path) -> None:
    shown: list[Path] = []
    queue = bench.window.parts.upscaling.queue
    with qtbot.waitSignal(queue.finished):
        queued(bench, photos / "a.jpg", photos / "b.png")
    dialog = queue_dialog_of(bench.window)
    dialog._show_in_folder = shown.append
    select(dialog, 0)
    dialog.in_folder.trigger()
    assert shown == [photos / "a-2x.jpg"]
    with qtbot.waitSignal(bench.window.opened):
        dialog.open_result.trigger()
    document = bench.window.document
    assert document is not None
    assert document.source.name == "a-2x.jpg"  # the result itself, not the photo that it is from
    activate(dialog, qtbot)
    QTest.keyClick(dialog.list, Qt.Key.Key_Delete)
    assert [item.photo.name for item in queue.items] == ["b.png"]
    assert (photos / "a-2x.jpg").exists()
    drop(dialog, photos / "a.jpg")
    asked = bench.window.parts.upscaling.dialog
    assert asked is not None
    asked.reject()


def test_the_view_generates_first(viewer: Bench, qtbot: QtBot, photos: Path) -> None:
    window, queue = viewer.window, viewer.window.parts.upscaling.queue
    viewer.engine.hold(0)
    queued(viewer, photos / "a.jpg")
    qtbot.waitUntil(lambda: queue.progress_of(0) is not None)
    wheel(window.panes.generated, QPoint(400, 300), 9)
    qtbot.waitUntil(lambda: queue.holding)
    viewer.engine.hold(1000)
    settle(qtbot, window)
    qtbot.waitUntil(lambda: queue.items[0].state is State.DONE)
    assert not queue.holding


def test_nothing_is_generated_ahead_meanwhile(viewer: Bench, qtbot: QtBot, photos: Path) -> None:
    scope = viewer.window.images.scope
    assert scope is not None
    assert not scope.idle._busy()
    viewer.engine.hold(0)
    queued(viewer, photos / "a.jpg")
    assert scope.idle._busy()
    viewer.window.parts.upscaling.queue.pause()
    assert not scope.idle._busy()


def question(window: MainWindow) -> QMessageBox:
    return next(box for box in window.findChildren(QMessageBox) if box.isVisible())


def test_quitting_asks_while_it_works(bench: Bench, qtbot: QtBot, photos: Path) -> None:
    window = bench.window
    bench.engine.hold(0)
    queued(bench, photos / "a.jpg")
    window.actions_by_name["quit"].trigger()
    box = question(window)
    assert box.text() == "1 photo still to be upscaled. You can resume the queue next time."
    QTest.keyClick(box, Qt.Key.Key_Escape)
    assert window.isVisible()
    assert window.parts.upscaling.running
    window.actions_by_name["quit"].trigger()
    box = question(window)
    box.defaultButton().click()
    qtbot.waitUntil(lambda: not window.isVisible())


def test_closing_without_work_asks_nothing(bench: Bench) -> None:
    bench.window.actions_by_name["quit"].trigger()
    assert not bench.window.isVisible()


def test_a_stop_signal_is_not_asked_about(bench: Bench, photos: Path) -> None:
    bench.engine.hold(0)
    queued(bench, photos / "a.jpg")
    event = QCloseEvent()  # not from the user: `spontaneous` is False
    QApplication.sendEvent(bench.window, event)
    assert event.isAccepted()


def test_photos_of_the_last_time_wait(
    qtbot: QtBot, tmp_path: Path, photos: Path, photo: Path
) -> None:
    items = [
        QueueItem(0, photos / "a.jpg", UpscaleOptions(2), EngineChoice("stripes")),
        QueueItem(1, photos / "b.png", UpscaleOptions(2), EngineChoice("stripes")),
    ]
    write_queue(queue_file(), items)
    window = MainWindow(services(Stripes(), tmp_path / "tiles", photo), EngineChoice("stripes"))
    window.parts.set_reduced_motion(True)
    window.show()
    upscaling = window.parts.upscaling
    qtbot.waitUntil(lambda: window.banner.text.startswith("2 photos waiting to be upscaled"))
    assert not upscaling.running
    assert upscaling.mark.text() == "2 photos waiting"
    QTest.mouseClick(upscaling.mark, Qt.MouseButton.LeftButton)
    dialog = upscaling.queue_dialog
    assert dialog is not None
    with qtbot.waitSignal(upscaling.queue.finished):
        QTest.mouseClick(dialog.pause, Qt.MouseButton.LeftButton)
    assert (photos / "a-2x.jpg").exists()
    window.close()
    window.deleteLater()
    QApplication.processEvents()


def test_the_export_dialog_offers_it_first(viewer: Bench, qtbot: QtBot) -> None:
    viewer.window.actions_by_name["export"].trigger()
    (dialog,) = viewer.window.findChildren(ExportDialog)
    dialog.upscale.click()
    assert not dialog.isVisible()
    opened = viewer.window.parts.upscaling.dialog
    assert opened is not None
    opened.reject()


def test_the_export_dialog_has_a_quality(viewer: Bench, qtbot: QtBot, tmp_path: Path) -> None:
    sizes: list[int] = []
    for quality in (30, 90):
        viewer.window.actions_by_name["export"].trigger()
        dialog = next(d for d in viewer.window.findChildren(ExportDialog) if d.isVisible())
        assert dialog.quality.isHidden()
        dialog.format.setCurrentText("JPEG")
        assert not dialog.quality.isHidden()
        if sizes:
            assert dialog.quality.value == 30  # as last time
        dialog.quality.box.setValue(quality)
        path = tmp_path / f"{quality}.jpg"
        dialog.path.setText(str(path))
        document = viewer.window.document
        assert document is not None
        with qtbot.waitSignal(document.exported):
            dialog.buttons.button(dialog.buttons.StandardButton.Save).click()
        sizes.append(path.stat().st_size)
    assert sizes[0] < sizes[1]


def test_a_notification_where_the_window_is_not_active(
    bench: Bench, qtbot: QtBot, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alerted: list[QWidget] = []
    monkeypatch.setattr(QApplication, "alert", lambda widget, *_: alerted.append(widget))
    monkeypatch.setattr(QApplication, "activeWindow", lambda: None)
    with qtbot.waitSignal(bench.window.parts.upscaling.queue.finished):
        queued(bench, photos / "a.jpg")
    assert alerted == [bench.window]
