"""Opening a picture with an engine that cannot be made."""

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFile
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from cozviewer.chain.chain import Chain
from cozviewer.chain.choice import EngineChoice
from cozviewer.chain.protocols import Cancelled, Notice
from cozviewer.errors import BadInput
from cozviewer.pyramid.source import Source
from tests.ui.conftest import Bench, settle


def test_the_embedded_engine_goes_on_where_another_lacks_its_files(
    bench: Bench, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    opener = bench.window._opening._opener
    open_chain = opener._open_chain

    def lacking(
        source: Source, choice: EngineChoice, notice: Notice, told: Notice, cancelled: Cancelled
    ) -> Chain:
        if choice.engine == "coz":
            raise BadInput("Its files are missing: run `cozviewer models download coz`.")
        return open_chain(source, choice, notice, told, cancelled)

    monkeypatch.setattr(opener, "_open_chain", lacking)
    bench.window.engine_menu.chosen.emit(EngineChoice("coz", device="cpu"))
    with qtbot.waitSignal(bench.window.photo_painted, timeout=10_000):
        bench.window.open_picture(bench.picture)
    settle(qtbot, bench.window)
    assert bench.window.banner.text == (
        "Its files are missing: run `cozviewer models download coz`. Meanwhile Stripes goes on."
    )
    assert bench.window.engine_menu.choice == EngineChoice("realesrgan", device="cpu")


class StuckDecoder:
    """Pillow's decoder, which stays in one call for the file `stuck.bmp` until it is released."""

    def __init__(self) -> None:
        self.begun, self.release = threading.Event(), threading.Event()
        self._load = ImageFile.ImageFile.load

    def load(self, image: ImageFile.ImageFile) -> object:
        if image.size == (33, 22):
            self.begun.set()
            self.release.wait(60)
        return self._load(image)


@pytest.fixture
def stuck(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Path, StuckDecoder]]:
    """A picture of which the decoder cannot be interrupted, and that decoder."""
    path, decoder = tmp_path / "stuck.bmp", StuckDecoder()
    Image.new("RGB", (33, 22)).save(path)
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda image: decoder.load(image))
    yield path, decoder
    decoder.release.set()


def test_escape_stops_reading_at_once(
    viewer: Bench, qtbot: QtBot, stuck: tuple[Path, StuckDecoder]
) -> None:
    window, (path, decoder) = viewer.window, stuck
    before = window.document
    window.open_picture(path)
    qtbot.waitUntil(decoder.begun.is_set)
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert window.banner.text == "Opening stuck.bmp was stopped."
    assert window.document is before
    other = path.with_name("other.png")
    Image.fromarray(np.full((50, 60, 3), 99, np.uint8)).save(other)
    with qtbot.waitSignal(window.opened):  # though the first is still being decoded
        window.open_picture(other)
    assert not decoder.release.is_set()
    assert window.document is not None
    assert window.document.source.name == "other.png"
    settle(qtbot, window)
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert window.document.source.name == "other.png"


def test_before_a_first_picture_escape_leads_back_to_the_empty_page(
    bench: Bench, qtbot: QtBot, stuck: tuple[Path, StuckDecoder]
) -> None:
    window, (path, decoder) = bench.window, stuck
    window.open_picture(path)
    qtbot.waitUntil(decoder.begun.is_set)
    assert window.readout.isVisible()
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert not window.readout.isVisible()
    assert window.document is None


def test_the_window_closes_while_a_decoder_cannot_be_interrupted(
    bench: Bench, qtbot: QtBot, stuck: tuple[Path, StuckDecoder]
) -> None:
    window, (path, decoder) = bench.window, stuck
    window.open_picture(path)
    qtbot.waitUntil(decoder.begun.is_set)
    assert window.close()
    assert not decoder.release.is_set()
    assert window._opening._thread.isFinished()
