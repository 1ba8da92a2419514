"""The zoom movie in the window: asked for, told, made, stopped."""

from itertools import product
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialogButtonBox
from pytestqt.qtbot import QtBot

from cozviewer.export.movies.camera_path import resized
from cozviewer.pyramid.camera import View, camera_at
from cozviewer.pyramid.compose import compose
from cozviewer.ui.export.movie_dialog import RATES, SHAPES, MovieDialog
from tests.packages import Packages
from tests.ui.conftest import Bench, settle, wheel


@pytest.fixture
def dialog(viewer: Bench, qtbot: QtBot) -> MovieDialog:
    """The dialog over a view at about x5, which is refined."""
    wheel(viewer.window.panes.generated, QPoint(400, 300), 9)
    settle(qtbot, viewer.window)
    viewer.window.actions_by_name["movie"].trigger()
    (found,) = viewer.window.findChildren(MovieDialog)
    found.shape.setCurrentIndex(SHAPES.index((640, 360)))
    found.seconds.setValue(2)
    return found


def save(dialog: MovieDialog) -> None:
    button = dialog.buttons.button(QDialogButtonBox.StandardButton.Save)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_what_it_will_be_is_told_before(dialog: MovieDialog) -> None:
    assert dialog.about.text().startswith("60 frames, 2.0 s, up to ")
    dialog.back.setChecked(True)
    assert dialog.seconds.value() == 3
    assert dialog.about.text().startswith("90 frames, 3.0 s, ")
    dialog.back.setChecked(False)
    assert dialog.about.text().startswith("60 frames, 2.0 s, ")
    dialog.seconds.setValue(8)
    assert "missing tiles will be generated first" in dialog.about.text()
    # The length is that of the frames.
    for back, rate, seconds in product((False, True), RATES, (0.0, 1.3, 2.1)):
        dialog.back.setChecked(back)
        dialog.rate.setCurrentIndex(RATES.index(rate))
        dialog.seconds.setValue(seconds)
        clip = dialog.clip
        length = f"{float(clip.frames / clip.fps):.1f} s"
        assert dialog.seconds.text() == length
        assert dialog.about.text().startswith(f"{clip.frames} frames, {length}, ")
        longest = max(dialog._frames(), key=lambda frame: frame.ticks)
        assert longest.view == dialog._ends()[1], "it rests at the end of the way"
        assert abs(longest.ticks - rate) <= 4


def test_it_is_made_and_ends_at_what_was_seen(
    viewer: Bench, dialog: MovieDialog, qtbot: QtBot, tmp_path: Path
) -> None:
    window = viewer.window
    seen = window.panes.generated.view
    dialog.caption.setChecked(False)
    dialog.rate.setCurrentIndex(RATES.index(24))
    dialog.seconds.setValue(1.5)
    dialog.path.setText(str(tmp_path / "zoom.gif"))
    assert dialog.format.currentText() == "GIF"
    save(dialog)
    qtbot.waitUntil(lambda: "Exported" in window.banner.text, timeout=20_000)
    with Image.open(tmp_path / "zoom.gif") as image:
        assert image.size == (640, 360)
        image.seek(image.n_frames - 1)  # type: ignore[attr-defined]
        last = np.asarray(image.convert("RGB")).astype(float)
    document = window.document
    assert document is not None
    wanted = compose(document.chain.pyramid, resized(seen, 640, 360))
    assert np.abs(last - wanted).mean() < 8  # in 256 colours


def test_it_can_begin_at_a_bookmark(viewer: Bench, dialog: MovieDialog) -> None:
    dialog.reject()
    there = camera_at(120, 90, 2.0)
    viewer.window.bookmarks_menu.add("the eye", there)
    viewer.window.actions_by_name["movie"].trigger()
    again = viewer.window.findChildren(MovieDialog)[-1]
    again.start.setCurrentText("Bookmark “the eye”")
    assert again.start.currentText() == "Bookmark “the eye”"
    first, ends = again._frames()[0].view, again._ends()
    assert first.camera == ends[0].camera
    assert first.camera.source_centre == there.source_centre
    # A view of another shape shows as much of the image as the window did.
    seen = View(there, again._view.width, again._view.height)
    assert first.camera == resized(seen, first.width, first.height).camera
    again.reject()


def test_it_can_be_stopped(
    viewer: Bench, dialog: MovieDialog, qtbot: QtBot, tmp_path: Path
) -> None:
    dialog.seconds.setValue(20)
    dialog.path.setText(str(tmp_path / "zoom.webp"))
    save(dialog)
    qtbot.waitUntil(lambda: "Writing zoom.webp" in viewer.window.readout.text, timeout=20_000)
    QTest.keyClick(viewer.window, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: "“zoom.webp” was not written" in viewer.window.banner.text)
    assert not list(tmp_path.glob("*.webp"))
    assert not list(tmp_path.glob(".cozviewer-*"))


def test_what_cannot_be_saved_is_said_in_the_dialog(
    dialog: MovieDialog, tmp_path: Path, packages: Packages
) -> None:
    for name, said in (
        ("zoom.avi", "zoom.avi cannot be a movie"),
        ("gone/zoom.mp4", "does not exist"),
    ):
        dialog.path.setText(str(tmp_path / name))
        save(dialog)
        assert said in dialog.trouble.text()
        assert dialog.trouble.isVisible(), name
        assert dialog.isVisible(), name
        dialog.path.setText(str(tmp_path / "zoom.mp4"))
        assert not dialog.trouble.isVisible(), name
    packages.hide("av")  # a missing library is reported without a shell command
    dialog.path.setText(str(tmp_path / "zoom.mp4"))
    save(dialog)
    assert dialog.trouble.text() == (
        "MP4 is not available in this installation: choose .webp or .gif."
    )


def test_where_nothing_would_move_nothing_can_be_saved(viewer: Bench, qtbot: QtBot) -> None:
    settle(qtbot, viewer.window)
    viewer.window.actions_by_name["movie"].trigger()
    (dialog,) = viewer.window.findChildren(MovieDialog)
    assert "Start and end are the same" in dialog.about.text()
    assert not dialog.buttons.button(QDialogButtonBox.StandardButton.Save).isEnabled()
    dialog.reject()
