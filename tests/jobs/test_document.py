"""An open image's object: each request reaches the worker, whatever its own signals set off."""

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, Slot
from pytestqt.qtbot import QtBot

from cozviewer.chain.chain import Chain, Progress
from cozviewer.chain.recipe import recipe_of
from cozviewer.jobs.document import Document, DocumentServices
from cozviewer.jobs.tile_loader import Answer, LoadRequest
from cozviewer.jobs.view_work import FINISHING
from cozviewer.jobs.zoom_worker import StepRequest
from cozviewer.models.prompters import NoPrompter
from cozviewer.pyramid.camera import View, camera_at
from cozviewer.pyramid.geometry import TileKey
from tests.chain.fakes import FakeUpscaler
from tests.patience import PATIENCE
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
        if progress.stage == FINISHING:
            self._document.interrupt()


@pytest.fixture
def released() -> threading.Event:
    """Holds the engine within its first tile until it is set."""
    return threading.Event()


@pytest.fixture
def document(qtbot: QtBot, released: threading.Event) -> Iterator[Document]:
    def hold(number: int) -> None:
        released.wait(PATIENCE)

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
    document.view_work._refine.connect(received.append)
    interrupter = Interrupter(document)
    document.progressed.connect(interrupter.on_progress)
    document.refine(VIEW)
    qtbot.waitUntil(lambda: bool(interrupter.reports), timeout=60_000)
    document.refine(OTHER_VIEW)
    assert interrupter.reports[-1].stage == FINISHING
    assert all(isinstance(request, StepRequest) for request in received)
    assert not document.working
    document.progressed.disconnect(interrupter.on_progress)
    released.set()
    with qtbot.waitSignal(document.refined, timeout=60_000):
        document.refine(VIEW)


def test_a_tile_that_was_replaced_while_it_was_loaded_is_not_shown(
    document: Document, qtbot: QtBot
) -> None:
    keys = (TileKey(0, 0, 0),)
    answers: list[Answer] = []
    document.tiles_answered.connect(answers.append)
    stale: list[object] = []
    document._loader.answered.connect(lambda request, answer: stale.append(request.edition))
    document.load(LoadRequest(keys))
    document._on_tiles_changed(lambda key: True)
    qtbot.waitUntil(lambda: stale == [0], timeout=60_000)
    assert answers == []
    document.load(LoadRequest(keys))
    qtbot.waitUntil(lambda: bool(answers), timeout=60_000)
    assert [key for key, _ in answers[0].tiles] == list(keys)


def test_stopping_is_reported_once_and_only_while_a_view_is_refined(
    document: Document, released: threading.Event, qtbot: QtBot
) -> None:
    stops: list[str] = []
    document.stopped.connect(lambda: stops.append("stopped"))
    document.stop()
    assert stops == []
    document.refine(VIEW)
    document.stop()
    document.stop()
    assert stops == ["stopped"]
    assert not document.working
    released.set()
    with qtbot.waitSignal(document.refined, timeout=60_000):
        document.refine(VIEW)
    assert stops == ["stopped"]


def test_a_closed_document_ends_its_threads_and_its_store(
    document: Document, released: threading.Event, qtbot: QtBot
) -> None:
    document.refine(VIEW)
    released.set()
    with qtbot.waitSignal(document.closed, timeout=60_000):
        document.close()
    assert not any(thread.isRunning() for thread in document._threads)
    assert not document.working
