"""The Models dialog: it shows what is here, fetches on demand alone, and stops when told."""

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from cozviewer.ui.dialogs.models_dialog import ModelsDialog
from cozviewer.util.cancel import IsCancelled
from cozviewer.util.downloads import DownloadProgress, Offer, OnProgress
from cozviewer.util.errors import BadInput, Cancelled


def offer(name: str, problem: str = "It is not here.", where: str = "") -> Offer:
    return Offer(
        name, name.title(), "Does a thing.", "MIT", "https://a", 7_500_000_000, (), where, problem
    )


class Hub:
    """A fake of what fetches: it waits until it is told how to end."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.go_on = threading.Event()
        self.error: Exception | None = None
        self.here: set[str] = set()

    def offers(self) -> list[Offer]:
        return [
            offer(name, "", "/models/" + name) if name in self.here else offer(name)
            for name in ("base", "words")
        ]

    def fetch(self, name: str, told: OnProgress, cancelled: IsCancelled) -> None:
        self.asked.append(name)
        told(DownloadProgress("weights.safetensors", 2_500_000_000, 7_500_000_000, 65.0))
        while not self.go_on.wait(0.01):
            if cancelled():
                raise Cancelled("Stopped.")
        if self.error is not None:
            raise self.error
        self.here.add(name)


@pytest.fixture
def hub() -> Hub:
    return Hub()


@pytest.fixture
def dialog(qtbot: QtBot, hub: Hub) -> Iterator[ModelsDialog]:
    made = ModelsDialog(hub.offers, hub.fetch)
    qtbot.addWidget(made)
    made.open()
    yield made
    made.shut_down()


def press(dialog: ModelsDialog, index: int) -> None:
    QTest.mouseClick(dialog.cards[index].button, Qt.MouseButton.LeftButton)


def test_nothing_is_fetched_unasked(dialog: ModelsDialog, hub: Hub, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: [card.state.text() for card in dialog.cards] == ["About 7.5 GB"] * 2)
    qtbot.wait(50)
    assert hub.asked == []
    assert all("Licence: MIT" in card.about.text() for card in dialog.cards)


def test_a_download_tells_how_far_it_is_and_that_it_is_there(
    dialog: ModelsDialog, hub: Hub, qtbot: QtBot
) -> None:
    press(dialog, 1)
    card = dialog.cards[1]
    qtbot.waitUntil(lambda: "weights.safetensors" in card.note.text())
    assert card.note.text() == "2.5 GB of 7.5 GB · 1 min 5 s left · weights.safetensors"
    assert card.bar.value() == 333
    assert not dialog.cards[0].button.isEnabled()
    hub.go_on.set()
    qtbot.waitUntil(lambda: card.state.text() == "Installed")
    assert hub.asked == ["words"]
    assert card.note.text() == "/models/words"
    assert not card.button.isVisible()
    assert dialog.cards[0].button.isEnabled()


def test_stop_stops_and_the_same_button_goes_on(
    dialog: ModelsDialog, hub: Hub, qtbot: QtBot
) -> None:
    card = dialog.cards[0]
    press(dialog, 0)
    qtbot.waitUntil(lambda: card.button.text() == "Stop")
    press(dialog, 0)
    qtbot.waitUntil(lambda: "Download resumes" in card.note.text())
    hub.go_on.set()
    press(dialog, 0)
    qtbot.waitUntil(lambda: card.state.text() == "Installed")
    assert hub.asked == ["base", "base"]


def test_steps_are_shown_where_they_are_needed(
    dialog: ModelsDialog, hub: Hub, qtbot: QtBot
) -> None:
    hub.error = BadInput("Its licence is to be accepted: 1. open its page; 2. log in.")
    hub.go_on.set()
    press(dialog, 0)
    qtbot.waitUntil(lambda: dialog.cards[0].note.text() == str(hub.error))
    assert dialog.cards[0].button.text() == "Download"


def test_hiding_the_dialog_stops_a_download(dialog: ModelsDialog, hub: Hub, qtbot: QtBot) -> None:
    press(dialog, 0)
    qtbot.waitUntil(lambda: hub.asked == ["base"])
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    qtbot.waitUntil(lambda: "Paused" in dialog.cards[0].note.text())
    assert hub.here == set()


def test_what_was_put_there_meanwhile_is_seen_when_it_opens_again(
    dialog: ModelsDialog, hub: Hub
) -> None:
    dialog.reject()
    hub.here = {"base"}
    dialog.open()
    assert dialog.cards[0].state.text() == "Installed"
