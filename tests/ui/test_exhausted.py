"""What ends the means of the window: no more handles, a full disk, a cache folder that is gone."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint
from pytestqt.qtbot import QtBot

from cozviewer.export.tasks import ImageTask
from cozviewer.jobs.exports.export_job import Export
from tests.ui.conftest import Bench, settle, wheel

if sys.platform == "win32":
    pytest.skip("limits of a process are set as Unix does", allow_module_level=True)

import resource


@contextmanager
def limited(kind: int, most: int) -> Iterator[None]:
    """Let this process have no more of something."""
    before = resource.getrlimit(kind)
    resource.setrlimit(kind, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(kind, before)


@contextmanager
def no_handles() -> Iterator[None]:
    """Use up all handles."""
    taken: list[int] = []
    with limited(resource.RLIMIT_NOFILE, 200):
        try:
            while True:
                taken.append(os.open(os.devnull, os.O_RDONLY))
        except OSError:
            yield
        finally:
            for handle in taken:
                os.close(handle)


def zoom_in(viewer: Bench, qtbot: QtBot) -> None:
    wheel(viewer.window.panes.generated, QPoint(400, 300), 9)
    settle(qtbot, viewer.window)


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """Another photo."""
    path = tmp_path / "other.png"
    Image.fromarray(np.full((300, 400, 3), 90, np.uint8)).save(path)
    return path


def test_without_a_handle_the_open_photo_stays_until_there_are_some(
    viewer: Bench, qtbot: QtBot, other: Path
) -> None:
    window = viewer.window
    with no_handles():
        window.open_image(other)
        qtbot.waitUntil(lambda: "Too many open files" in window.banner.text)
        assert window.document is not None
        assert window.document.source.name == "photo.png"
    with qtbot.waitSignal(window.opened):
        window.open_image(other)
    settle(qtbot, window)


def test_without_a_handle_the_open_photo_can_be_zoomed_into(viewer: Bench, qtbot: QtBot) -> None:
    with no_handles():
        zoom_in(viewer, qtbot)
    assert "new tiles are kept in memory only" in viewer.window.banner.text
    assert viewer.engine.calls > 0


def test_on_a_full_disk_detail_is_drawn_and_shown_and_kept_in_memory(
    viewer: Bench, qtbot: QtBot
) -> None:
    window = viewer.window
    with limited(resource.RLIMIT_FSIZE, 50_000):
        zoom_in(viewer, qtbot)
        assert "new tiles are kept in memory only" in window.banner.text
        assert window.document is not None
        assert window.document.chain.pyramid.store.usage()[1] > 0


def test_an_export_on_a_full_disk_leaves_no_part_of_a_file(
    viewer: Bench, qtbot: QtBot, tmp_path: Path
) -> None:
    window, path = viewer.window, tmp_path / "made" / "export.bmp"
    path.parent.mkdir()
    document = window.document
    assert document is not None
    with limited(resource.RLIMIT_FSIZE, 50_000), qtbot.waitSignal(document.export_ended) as ended:
        document.export(Export(ImageTask(path, window.panes.generated.view)))
    assert ended.args is not None
    assert ended.args[1].endswith(".")
    assert not [*path.parent.iterdir()]


def test_a_cache_folder_that_is_removed_is_made_again(viewer: Bench, qtbot: QtBot) -> None:
    zoom_in(viewer, qtbot)
    calls = viewer.engine.calls
    shutil.rmtree(viewer.cache)
    window = viewer.window
    window.actions_by_name["fit"].trigger()
    settle(qtbot, window)
    wheel(window.panes.generated, QPoint(100, 100), 9)
    settle(qtbot, window)
    assert viewer.engine.calls > calls
    assert window.banner.text == ""
    assert [*viewer.cache.rglob("*.tiles")]
