"""A folder of small photos of different colours, and what the window shows of it."""

from pathlib import Path

from PIL import Image
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Bench


def save_photo(path: Path, shade: int) -> Path:
    """Save a small photo of one colour."""
    Image.new("RGB", (64, 48), (shade, 100, 200 - shade)).save(path)
    return path


def album(folder: Path) -> list[Path]:
    """Make a folder of four photos, and return them in their order."""
    folder.mkdir()
    names = ["img1.png", "IMG2.png", "img10.png", "img11.png"]
    return [save_photo(folder / name, 40 * number) for number, name in enumerate(names)]


def open_first(qtbot: QtBot, bench: Bench, path: Path, count: int) -> None:
    """Open a photo and wait until its folder is listed."""
    with qtbot.waitSignal(bench.window.opened):
        bench.window.open_image(path)
    qtbot.waitUntil(lambda: bench.window.browsing.walk.count == count)


def shown(bench: Bench) -> str:
    """Return the name of the open photo."""
    document = bench.window.document
    return "" if document is None else document.source.name
