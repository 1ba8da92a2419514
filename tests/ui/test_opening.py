"""Opening an image with an engine that cannot be made."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFile
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from cozviewer.chain.chain import Chain
from cozviewer.chain.protocols import Notice
from cozviewer.config.choice import EngineChoice
from cozviewer.session.source import OpenedImage
from cozviewer.util.cancel import IsCancelled
from cozviewer.util.errors import BadInput
from tests.decoder import decode_by
from tests.patience import PATIENCE
from tests.ui.conftest import Bench, settle


def test_the_embedded_engine_goes_on_where_another_lacks_its_files(
    bench: Bench, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    opener = bench.window.images.opening._opener
    open_chain = opener._open_chain

    def lacking(
        image: OpenedImage,
        choice: EngineChoice,
        notice: Notice,
        told: Notice,
        cancelled: IsCancelled,
    ) -> Chain:
        if choice.engine == "coz":
            raise BadInput("Its files are missing: run `cozviewer models download coz`.")
        return open_chain(image, choice, notice, told, cancelled)

    monkeypatch.setattr(opener, "_open_chain", lacking)
    bench.window.engine_menu.chosen.emit(EngineChoice("coz", device="cpu"))
    with qtbot.waitSignal(bench.window.photo_painted, timeout=10_000):
        bench.window.open_image(bench.photo)
    settle(qtbot, bench.window)
    assert bench.window.banner.text == (
        "Its files are missing: run `cozviewer models download coz`. Stripes is used instead."
    )
    assert bench.window.engine_menu.choice == EngineChoice("realesrgan", device="cpu")


def test_the_numbers_of_the_device_are_offered_once_the_engine_is_loaded(
    bench: Bench, qtbot: QtBot
) -> None:
    asked, window = list[str](), bench.window

    def numbers(device: str) -> list[str]:
        asked.append(device)
        return ["fp32", "bf16"]

    window._services = replace(window._services, numbers=numbers)
    bench.engine.device = "CPU, bf16"
    with qtbot.waitSignal(window.photo_painted, timeout=10_000):
        window.open_image(bench.photo)
    qtbot.waitUntil(lambda: len(asked) > 0)
    titles = [
        action.text()
        for menu in window.engine_menu.findChildren(QMenu)
        if "Precision" in menu.title()
        for action in menu.actions()
        if action.isEnabled()
    ]
    assert titles == ["&Automatic (bf16)", "32-bit float (&fp32)", "16-bit float (&bf16)"]
    assert asked == ["auto"]


class StuckDecoder:
    """Pillow's decoder, which stays in one call for the file `stuck.bmp` until it is released."""

    def __init__(self) -> None:
        self.begun, self.release = threading.Event(), threading.Event()
        self._load = ImageFile.ImageFile.load

    def load(self, image: ImageFile.ImageFile) -> object:
        if image.size == (33, 22):
            self.begun.set()
            self.release.wait(PATIENCE)
        return self._load(image)


@pytest.fixture
def stuck(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Path, StuckDecoder]]:
    """An image of which the decoder cannot be interrupted, and that decoder."""
    path, decoder = tmp_path / "stuck.bmp", StuckDecoder()
    Image.new("RGB", (33, 22)).save(path)
    decode_by(monkeypatch, decoder.load)
    yield path, decoder
    decoder.release.set()


def test_escape_stops_reading_at_once(
    viewer: Bench, qtbot: QtBot, stuck: tuple[Path, StuckDecoder]
) -> None:
    window, (path, decoder) = viewer.window, stuck
    before = window.document
    window.open_image(path)
    qtbot.waitUntil(decoder.begun.is_set)
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert window.banner.text == "Opening stuck.bmp was canceled."
    assert window.document is before
    other = path.with_name("other.png")
    Image.fromarray(np.full((50, 60, 3), 99, np.uint8)).save(other)
    with qtbot.waitSignal(window.opened):  # though the first is still being decoded
        window.open_image(other)
    assert not decoder.release.is_set()
    assert window.document is not None
    assert window.document.source.name == "other.png"
    settle(qtbot, window)
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert window.document.source.name == "other.png"


@pytest.mark.parametrize("first", [False, True])
def test_an_engine_chosen_while_a_photo_is_opened_is_used_for_it(
    bench: Bench, qtbot: QtBot, stuck: tuple[Path, StuckDecoder], first: bool
) -> None:
    window, (path, decoder) = bench.window, stuck
    if not first:
        with qtbot.waitSignal(window.opened):
            window.open_image(bench.photo)
    window.open_image(path)
    qtbot.waitUntil(decoder.begun.is_set)
    window.engine_menu.chosen.emit(EngineChoice("nearest"))
    decoder.release.set()
    qtbot.waitUntil(lambda: window.document is not None and window.document.source.path == path)
    settle(qtbot, window)
    assert window.images.choice_in_use == window.images.choice == EngineChoice("nearest")
    assert window.engine_menu.choice == EngineChoice("nearest")


def test_before_a_first_image_escape_leads_back_to_the_empty_page(
    bench: Bench, qtbot: QtBot, stuck: tuple[Path, StuckDecoder]
) -> None:
    window, (path, decoder) = bench.window, stuck
    window.open_image(path)
    qtbot.waitUntil(decoder.begun.is_set)
    assert window.readout.isVisible()
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert not window.readout.isVisible()
    assert window.document is None


def test_the_window_closes_while_a_decoder_cannot_be_interrupted(
    bench: Bench, qtbot: QtBot, stuck: tuple[Path, StuckDecoder]
) -> None:
    window, (path, decoder) = bench.window, stuck
    window.open_image(path)
    qtbot.waitUntil(decoder.begun.is_set)
    assert window.close()
    assert not decoder.release.is_set()
    assert window.images.opening._thread.isFinished()
