"""Dropping and pasting files, folders, images and links."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cozviewer.config.choice import EngineChoice
from cozviewer.ui.files.drop import DropTarget
from cozviewer.ui.main_window import MainWindow
from cozviewer.util.cancel import IsCancelled, check_cancelled
from cozviewer.util.errors import Failure
from tests.ui.conftest import Bench, Stripes, services, settle
from tests.ui.files import dropping
from tests.ui.files.folders import album, open_first, save_photo, shown

CONTROL = Qt.KeyboardModifier.ControlModifier


def image(colour: str = "#0a141e") -> QImage:
    made = QImage(50, 40, QImage.Format.Format_ARGB32)
    made.fill(QColor(colour))
    return made


def paste(bench: Bench, data: QMimeData) -> None:
    QGuiApplication.clipboard().setMimeData(data)
    QTest.keyClick(bench.window, Qt.Key.Key_V, CONTROL)
    QGuiApplication.clipboard().clear()  # Qt would free it after Python did, at the end


def test_the_window_shows_where_to_drop(bench: Bench) -> None:
    window = bench.window
    target = window.findChild(DropTarget)
    assert isinstance(target, DropTarget)
    assert dropping.drag(window, dropping.files(bench.photo))
    assert target.isVisible()
    assert target.geometry() == window.parts.pages.rect()
    dropping.leave(window)
    assert not target.isVisible()
    data = QMimeData()
    data.setText("a cat")
    assert not dropping.drag(window, data)
    assert not target.isVisible()


def test_several_dropped_files_are_walked_through(
    bench: Bench, qtbot: QtBot, tmp_path: Path
) -> None:
    photos = album(tmp_path / "album")
    with qtbot.waitSignal(bench.window.opened):
        dropping.drop(bench.window, dropping.files(photos[2], photos[0]))
    assert bench.window.windowTitle() == "img10.png (1 of 2) — cozviewer"


def test_a_dropped_folder_opens_its_first_photo(bench: Bench, qtbot: QtBot, tmp_path: Path) -> None:
    album(tmp_path / "album")
    with qtbot.waitSignal(bench.window.opened):
        dropping.drop(bench.window, dropping.files(tmp_path / "album"))
    assert bench.window.windowTitle() == "img1.png (1 of 4) — cozviewer"
    save_photo(tmp_path / "album" / "img0.png", 3)  # the folder is followed
    qtbot.waitUntil(lambda: bench.window.browsing.position == (2, 5))


def test_an_empty_folder_gets_a_sentence(bench: Bench, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    dropping.drop(bench.window, dropping.files(tmp_path / "empty"))
    qtbot.waitUntil(lambda: "“empty” contains no photos" in bench.window.banner.text)


def test_an_image_from_a_browser_is_opened(bench: Bench, qtbot: QtBot) -> None:
    data = QMimeData()
    data.setImageData(image())
    data.setUrls([QUrl("https://example.org/a.jpg")])
    with qtbot.waitSignal(bench.window.opened):
        dropping.drop(bench.window, data)
    assert shown(bench) == "Dropped image"


def test_a_pasted_image_has_no_file(bench: Bench, qtbot: QtBot) -> None:
    window = bench.window
    data = QMimeData()
    data.setImageData(image("#80ff0000"))  # half transparent
    with qtbot.waitSignal(window.opened):
        paste(bench, data)
    settle(qtbot, window)
    assert window.windowTitle() == "Pasted image — cozviewer"
    document = window.document
    assert document is not None
    assert document.source.path is None
    assert document.source.levels[0][9, 9].tolist() == [255, 0, 0]
    assert document.source.alpha is not None
    assert document.source.alpha.levels[0][9, 9] == 128
    assert not window.actions_by_name["reload"].isEnabled()
    assert not window.actions_by_name["show-in-folder"].isEnabled()
    assert not window.actions_by_name["next-photo"].isEnabled()
    window.actions_by_name["session"].trigger()
    assert "has no file" in window.banner.text
    assert window.browsing.recent.paths == ()


def test_an_image_that_is_pasted_right_after_a_step_stays(
    bench: Bench, qtbot: QtBot, tmp_path: Path
) -> None:
    photos = album(tmp_path / "album")
    open_first(qtbot, bench, photos[0], 4)
    data = QMimeData()
    data.setImageData(image())
    QTest.keyClick(bench.window, Qt.Key.Key_PageDown)
    paste(bench, data)
    qtbot.waitUntil(lambda: shown(bench) == "Pasted image" and not bench.window.images.busy)
    settle(qtbot, bench.window)
    assert shown(bench) == "Pasted image"


def test_pasted_paths_are_opened(bench: Bench, qtbot: QtBot, tmp_path: Path) -> None:
    path = save_photo(tmp_path / "my photo.png", 8)
    for text in (str(path), f"file://{str(path).replace(' ', '%20')}"):
        data = QMimeData()
        data.setText(text)
        with qtbot.waitSignal(bench.window.opened):
            paste(bench, data)
        assert shown(bench) == "my photo.png"


def test_an_empty_clipboard_gets_a_sentence(bench: Bench) -> None:
    data = QMimeData()
    data.setText("a cat")
    paste(bench, data)
    assert "holds no image" in bench.window.banner.text


class Web:
    """A fetch function, and what it was asked for."""

    def __init__(self) -> None:
        self.links: list[str] = []
        self.work: Callable[[Path, IsCancelled], None] = lambda path, cancelled: None

    def fetch(
        self,
        link: str,
        path: Path,
        on_progress: Callable[[int, int], None],
        cancelled: IsCancelled,
    ) -> None:
        self.links.append(link)
        on_progress(1, 2)
        self.work(path, cancelled)


@pytest.fixture
def web() -> Web:
    return Web()


@pytest.fixture
def online(qtbot: QtBot, tmp_path: Path, photo: Path, web: Web) -> Iterator[Bench]:
    """A window that can open links."""
    engine, cache = Stripes(), tmp_path / "pyramids"
    given = replace(services(engine, cache, photo), fetch_image=web.fetch)
    window = MainWindow(given, EngineChoice("stripes"))
    window.resize(800, 640)
    window.show()
    qtbot.waitExposed(window)
    yield Bench(window, engine, photo, cache)
    window.close()
    window.deleteLater()
    QApplication.processEvents()


def link(address: str) -> QMimeData:
    data = QMimeData()
    data.setText(address)
    return data


def test_a_link_is_downloaded_and_opened(online: Bench, qtbot: QtBot, web: Web) -> None:
    web.work = lambda path, cancelled: online_photo(path)
    with qtbot.waitSignal(online.window.opened):
        dropping.drop(online.window, link("https://example.org/cat.png"))
    assert web.links == ["https://example.org/cat.png"]
    assert shown(online) == "cat.png"
    document = online.window.document
    assert document is not None
    assert document.source.path is None


def online_photo(path: Path) -> None:
    save_photo(path, 77)


def test_a_download_shows_its_progress_and_can_be_stopped(
    online: Bench, qtbot: QtBot, web: Web
) -> None:
    def wait(path: Path, cancelled: IsCancelled) -> None:
        while True:
            check_cancelled(cancelled)

    web.work = wait
    paste(online, link("https://example.org/cat.png"))
    qtbot.waitUntil(lambda: "Downloading cat.png" in online.window.readout.text)
    QTest.keyClick(online.window, Qt.Key.Key_Escape)
    assert online.window.banner.text == "Opening cat.png was canceled."
    assert online.window.document is None


def test_a_failed_download_gets_its_sentence(online: Bench, qtbot: QtBot, web: Web) -> None:
    def fail(path: Path, cancelled: IsCancelled) -> None:
        raise Failure("The network is down.")

    web.work = fail
    paste(online, link("https://example.org/cat.png"))
    qtbot.waitUntil(lambda: online.window.banner.text == "The network is down.")


def test_without_a_network_function_links_get_a_sentence(bench: Bench, qtbot: QtBot) -> None:
    paste(bench, link("https://example.org/cat.png"))
    qtbot.waitUntil(lambda: "Links cannot be opened" in bench.window.banner.text)
