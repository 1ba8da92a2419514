"""An open picture's object: each request reaches the worker, whatever its own signals set off."""

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, Slot
from pytestqt.qtbot import QtBot

from cozviewer.chain.chain import Chain, Progress
from cozviewer.chain.recipe import recipe_of
from cozviewer.jobs.document import Document, DocumentServices
from cozviewer.jobs.zoom_worker import StepRequest
from cozviewer.models.prompters import NoPrompter
from cozviewer.pyramid.camera import View, camera_at
from tests.chain.fakes import FakeUpscaler
from tests.pyramid.pyramids import gentle, pyramid_of

VIEW = View(camera_at(100, 100, 4.0), 400, 300)
OTHER_VIEW = View(camera_at(60, 60, 4.0), 400, 300)


class Interrupter(QObject):
    """Withdraws the request as soon as progress is reported, as a resize of the window may."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._document = document
        self.reports: list[Progress] = []

    @Slot(object)
    def on_progress(self, progress: Progress) -> None:
        self.reports.append(progress)
        if progress.stage == "Leaving the view before":
            self._document.interrupt()


@pytest.fixture
def released() -> threading.Event:
    """Holds the engine within its first tile until it is set."""
    return threading.Event()


@pytest.fixture
def document(qtbot: QtBot, released: threading.Event) -> Iterator[Document]:
    def hold(number: int) -> None:
        released.wait(60)

    upscaler, prompter = FakeUpscaler(before=hold), NoPrompter()
    chain = Chain(pyramid_of(gentle(200, 200)), upscaler, prompter, recipe_of(upscaler, prompter))
    made = Document(chain, DocumentServices(lambda: ["cpu"], lambda: None))
    yield made
    released.set()
    made.close()
    made.wait()


def test_a_request_withdrawn_while_its_progress_is_reported_is_stopped(
    document: Document, released: threading.Event, qtbot: QtBot
) -> None:
    received: list[object] = []
    document._refine.connect(received.append)
    interrupter = Interrupter(document)
    document.progressed.connect(interrupter.on_progress)
    document.refine(VIEW)
    qtbot.waitUntil(lambda: bool(interrupter.reports), timeout=60_000)
    document.refine(OTHER_VIEW)
    assert interrupter.reports[-1].stage == "Leaving the view before"
    assert all(isinstance(request, StepRequest) for request in received)
    assert not document.working
    document.progressed.disconnect(interrupter.on_progress)
    released.set()
    with qtbot.waitSignal(document.refined, timeout=60_000):
        document.refine(VIEW)
