"""Nothing is replaced unasked: exports, movies and sessions over files that exist."""

import os
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialogButtonBox, QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from cozviewer.session.file import is_session
from cozviewer.ui.export.dialog import ExportDialog
from cozviewer.ui.export.movie_dialog import SHAPES, MovieDialog
from cozviewer.ui.export.resume import KEY
from cozviewer.ui.export.target import TargetLine
from cozviewer.ui.settings import keep_text, kept_text
from tests.ui.conftest import SMALL_PHOTO, Bench, Choose, settle, wheel

Dialog = ExportDialog | MovieDialog


@pytest.fixture(params=["export", "movie"])
def dialog(viewer: Bench, qtbot: QtBot, request: pytest.FixtureRequest) -> Dialog:
    """One of the two dialogs over a view at about x5, which is refined."""
    viewer.window.resize(420, 360)
    wheel(viewer.window.panes.generated, QPoint(200, 130), 9)
    settle(qtbot, viewer.window)
    return opened(viewer, request.param)


def opened(viewer: Bench, name: str) -> Dialog:
    viewer.window.actions_by_name[name].trigger()
    found: list[Dialog] = [
        *viewer.window.findChildren(ExportDialog),
        *viewer.window.findChildren(MovieDialog),
    ]
    dialog = next(each for each in found if each.isVisible())
    if isinstance(dialog, MovieDialog):
        dialog.shape.setCurrentIndex(len(SHAPES))  # that of the window
        dialog.seconds.setValue(1.5)
    return dialog


def suffix(dialog: Dialog) -> str:
    return ".png" if isinstance(dialog, ExportDialog) else ".gif"


def save(dialog: Dialog) -> None:
    button = dialog.buttons.button(QDialogButtonBox.StandardButton.Save)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def question(viewer: Bench) -> QMessageBox | None:
    """Return the question that is asked now, if any."""
    boxes = viewer.window.findChildren(QMessageBox)
    return next((box for box in boxes if box.isVisible()), None)


def answer(viewer: Bench, text: str) -> None:
    box = question(viewer)
    assert box is not None
    button = next(each for each in box.buttons() if each.text().replace("&", "") == text)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def wait_until_saved(viewer: Bench, path: Path, qtbot: QtBot) -> None:
    said = (f"Exported {path}", f"Saved {path}")  # an image, a session
    qtbot.waitUntil(lambda: any(each in viewer.window.banner.text for each in said), timeout=20_000)


def test_a_path_that_exists_is_asked_about_once(
    viewer: Bench, dialog: Dialog, qtbot: QtBot, tmp_path: Path, choose: Choose
) -> None:
    path = tmp_path / f"old<b>{suffix(dialog)}"
    path.write_bytes(b"old")
    dialog.path.setText(str(path))
    save(dialog)
    box = question(viewer)
    assert box is not None
    assert box.text() == f"{path.name} already exists. Replace it?"
    assert box.textFormat() == Qt.TextFormat.PlainText
    assert box.defaultButton().text().replace("&", "") == "Cancel"
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert question(viewer) is None
    assert dialog.isVisible()
    save(dialog)
    box = question(viewer)
    assert box is not None
    QTest.keyClick(box, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    assert path.read_bytes() == b"old"
    save(dialog)
    answer(viewer, "Replace")
    wait_until_saved(viewer, path, qtbot)
    assert path.read_bytes() != b"old"
    # What the file dialog has asked is not asked again.
    viewer.window.banner.hide()
    path.write_bytes(b"old")
    again = opened(viewer, "export" if isinstance(dialog, ExportDialog) else "movie")
    choose(path)
    again._browse()
    save(again)
    assert question(viewer) is None
    wait_until_saved(viewer, path, qtbot)
    assert path.read_bytes() != b"old"


def test_another_path_than_the_one_chosen_and_a_name_that_the_format_changed_are_asked_about(
    viewer: Bench, dialog: Dialog, tmp_path: Path, choose: Choose
) -> None:
    old, other = (tmp_path / f"{name}{suffix(dialog)}" for name in ("old", "other"))
    old.write_bytes(b"old")
    other.write_bytes(b"other")
    choose(old)
    dialog._browse()
    dialog.path.setText(str(other))
    save(dialog)
    answer(viewer, "Cancel")
    dialog.path.setText(str(tmp_path / f"new{suffix(dialog)}"))
    choose(tmp_path / f"new{suffix(dialog)}")
    dialog._browse()  # which had nothing to ask
    (tmp_path / f"new{suffix(dialog)}").write_bytes(b"made meanwhile")
    save(dialog)
    answer(viewer, "Cancel")
    changed = tmp_path / "changed.webp"
    changed.write_bytes(b"old")
    choose(tmp_path / f"changed{suffix(dialog)}")
    dialog._browse()
    dialog.format.setCurrentText("WebP")
    assert dialog.path.text() == str(changed)
    save(dialog)
    answer(viewer, "Cancel")
    assert changed.read_bytes() == b"old"
    dialog.reject()


def test_a_deep_zoom_is_asked_about_with_its_folder(viewer: Bench, tmp_path: Path) -> None:
    pytest.importorskip("pyvips")
    dialog = opened(viewer, "export")
    (tmp_path / "old_files").mkdir()
    dialog.path.setText(str(tmp_path / "old.dzi"))
    save(dialog)
    box = question(viewer)
    assert box is not None
    assert box.text() == "old_files already exists. Replace it?"
    answer(viewer, "Cancel")
    (tmp_path / "old.dzi").touch()
    save(dialog)
    box = question(viewer)
    assert box is not None
    assert box.text() == "old.dzi and old_files already exist. Replace them?"
    answer(viewer, "Cancel")
    dialog.reject()


def test_the_open_photo_is_refused_in_the_dialog(
    viewer: Bench, qtbot: QtBot, tmp_path: Path
) -> None:
    before = viewer.photo.read_bytes()
    symbolic, hard = tmp_path / "symbolic.png", tmp_path / "hard.png"
    symbolic.symlink_to(viewer.photo)
    hard.hardlink_to(viewer.photo)
    dialog = opened(viewer, "export")
    for path in (viewer.photo, symbolic, hard):
        dialog.path.setText(str(path))
        assert dialog.trouble.text() == ""
        save(dialog)
        assert question(viewer) is None
        assert dialog.trouble.text() == (
            f"{path} would replace the photo itself (photo.png): choose another name."
        )
        assert dialog.isVisible()
        assert viewer.photo.read_bytes() == before
    dialog.reject()
    # Nor does a movie replace it.
    path = tmp_path / "link.webp"
    path.symlink_to(viewer.photo)
    wheel(viewer.window.panes.generated, QPoint(400, 300), 9)
    settle(qtbot, viewer.window)
    dialog = opened(viewer, "movie")
    dialog.path.setText(str(path))
    save(dialog)
    assert "would replace the photo itself" in dialog.trouble.text()
    dialog.reject()


# -- Names that are suggested


def test_the_suggested_name_says_what_is_saved_and_is_free(
    viewer: Bench, dialog: Dialog, qtbot: QtBot
) -> None:
    folder = viewer.photo.parent
    camera = viewer.window.panes.generated.view.camera
    x, y = (round(part) for part in camera.source_centre)
    name = f"photo-{x}x{y}-x{camera.magnification:.3g}-stripes"
    ending = ".png" if isinstance(dialog, ExportDialog) else ".mp4"
    assert dialog.path.text() == str(folder / f"{name}{ending}")
    dialog.reject()
    (folder / f"{name}{ending}").touch()
    again = opened(viewer, "export" if isinstance(dialog, ExportDialog) else "movie")
    assert again.path.text() == str(folder / f"{name} (2){ending}")
    (folder / f"{name}.webp").touch()
    again.format.setCurrentText("WebP")
    assert again.path.text() == str(folder / f"{name} (2).webp")
    again.reject()


def test_the_suggested_name_follows_what_is_saved_until_it_is_changed(viewer: Bench) -> None:
    dialog = opened(viewer, "export")
    assert isinstance(dialog, ExportDialog)
    titles = [dialog.what.itemText(i) for i in range(dialog.what.count())]
    dialog.format.setCurrentText("TIFF")
    dialog.what.setCurrentText(next(title for title in titles if "Whole" in title))
    assert Path(dialog.path.text()).name == "photo-x1.tif"
    dialog.path.setText(str(viewer.photo.with_name("mine.tif")))
    dialog.what.setCurrentIndex(0)
    assert Path(dialog.path.text()).name == "mine.tif"
    dialog.path.setText("")
    dialog.format.setCurrentText("PNG")
    save(dialog)
    assert dialog.trouble.text()
    dialog.reject()


# -- Sessions


def save_session(viewer: Bench, choose: Choose, chosen: Path) -> None:
    choose(chosen)
    viewer.window.actions_by_name["session"].trigger()


def test_a_session_replaces_what_was_asked_about_and_not_its_photo(
    viewer: Bench, qtbot: QtBot, tmp_path: Path, choose: Choose
) -> None:
    path = tmp_path / "trip.cozview"
    path.write_bytes(b"old")
    save_session(viewer, choose, tmp_path / "trip")
    box = question(viewer)
    assert box is not None
    assert box.text() == "trip.cozview already exists. Replace it?"
    answer(viewer, "Cancel")
    assert path.read_bytes() == b"old"
    save_session(viewer, choose, tmp_path / "trip")
    answer(viewer, "Replace")
    wait_until_saved(viewer, path, qtbot)
    assert is_session(path)
    # It is the one that is kept in this window now.
    viewer.window.banner.hide()
    viewer.window.banner.show_message("")
    save_session(viewer, choose, tmp_path / "trip")
    assert question(viewer) is None
    wait_until_saved(viewer, path, qtbot)
    # One that the file dialog asked about is saved.
    viewer.window.banner.hide()
    other = tmp_path / "other.cozview"
    other.write_bytes(b"old")
    save_session(viewer, choose, other)
    assert question(viewer) is None
    wait_until_saved(viewer, other, qtbot)
    # One that would replace its photo is not.
    os.link(viewer.photo, tmp_path / "linked.cozview")
    save_session(viewer, choose, tmp_path / "linked.cozview")
    assert "would replace the photo itself" in viewer.window.banner.text


def test_a_free_name_is_suggested_for_a_session(
    viewer: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    suggested: list[str] = []

    def noted(parent: object, title: str, path: str, patterns: str) -> tuple[str, str]:
        suggested.append(Path(path).name)
        return "", ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", noted)
    viewer.window.actions_by_name["session"].trigger()
    viewer.photo.with_name("photo.cozview").touch()
    viewer.window.actions_by_name["session"].trigger()
    assert suggested == ["photo.cozview", "photo (2).cozview"]


# -- Going on with an export


@SMALL_PHOTO
def test_going_on_asks_if_the_file_is_there_by_now(
    viewer: Bench, qtbot: QtBot, tmp_path: Path
) -> None:
    window = viewer.window
    document = window.document
    assert document is not None
    dialog = opened(viewer, "export")
    assert isinstance(dialog, ExportDialog)
    titles = [dialog.what.itemText(i) for i in range(dialog.what.count())]
    dialog.what.setCurrentText(next(title for title in titles if "area at ×4" in title))
    path = tmp_path / "whole.png"
    dialog.path.setText(str(path))
    save(dialog)
    kept = kept_text(KEY)
    wait_until_saved(viewer, path, qtbot)
    path.write_bytes(b"somebody's")
    keep_text(KEY, kept)  # as if the program had ended before
    window.actions_by_name["go-on"].trigger()
    box = question(viewer)
    assert box is not None
    assert box.text() == "whole.png already exists. Replace it?"
    answer(viewer, "Cancel")
    assert path.read_bytes() == b"somebody's"
    path.unlink()
    with qtbot.waitSignal(document.exported, timeout=20_000):
        window.actions_by_name["go-on"].trigger()
        assert question(viewer) is None
    assert path.exists()


def test_a_home_that_does_not_exist_is_a_plain_name(qtbot: QtBot) -> None:
    line = TargetLine(Path("view.png"))
    qtbot.addWidget(line)
    line.setText("~nobody-of-that-name/view.png")
    assert line.path == Path("~nobody-of-that-name/view.png")
