"""The order of work on a view: draft, step, sharper draft; and which answers count."""

from typing import cast

import pytest
from PySide6.QtCore import QObject, Signal, Slot
from pytestqt.qtbot import QtBot

from cozviewer.chain.chain import Chain, Progress
from cozviewer.chain.recipe import recipe_of
from cozviewer.jobs.ahead import Ahead
from cozviewer.jobs.quick_job import QuickJob, QuickRequest, SharperRequest
from cozviewer.jobs.view_work import FINISHING, ViewWork
from cozviewer.jobs.zoom_worker import StepRequest, ZoomWorker
from cozviewer.models.prompters import NoPrompter
from cozviewer.pyramid.camera import View, camera_at
from cozviewer.pyramid.geometry import LevelRegion
from tests.chain.fakes import FakeUpscaler
from tests.pyramid.pyramids import gentle, pyramid_of

VIEW = View(camera_at(100, 100, 4.0), 400, 300)
OTHER_VIEW = View(camera_at(60, 60, 4.0), 400, 300)
SOURCE_VIEW = View(camera_at(100, 100, 1.0), 200, 150)


class Worker(QObject):
    """Takes requests, and answers when a test emits its signals."""

    progressed = Signal(object, object)
    finished = Signal(object)
    stopped = Signal(object)
    failed = Signal(object, str)
    loading = Signal(str)
    warmed = Signal(str, object)
    warming_failed = Signal(str)

    def __init__(self, log: list[str]) -> None:
        super().__init__()
        self.log = log
        self.requests: list[StepRequest] = []

    @Slot()
    def warm(self) -> None:
        self.log.append("load engine")

    @Slot(object)
    def refine(self, request: StepRequest) -> None:
        self.log.append("step")
        self.requests.append(request)


class Quick(QObject):
    """The same for drafts."""

    drawn = Signal(object, object)
    ended = Signal(object)
    sharpened = Signal(object, object)
    loaded = Signal()

    def __init__(self, log: list[str]) -> None:
        super().__init__()
        self.log = log
        self.requests: list[QuickRequest] = []
        self.sharper: list[SharperRequest] = []

    @Slot()
    def warm(self) -> None:
        self.log.append("load drafts")

    @Slot(object)
    def draw(self, request: QuickRequest) -> None:
        self.log.append("draft")
        self.requests.append(request)

    @Slot(object)
    def sharpen(self, request: SharperRequest) -> None:
        self.log.append("sharper")
        self.sharper.append(request)


class NothingAhead:
    """Has drafts of no view, unless `whole` is set."""

    def __init__(self) -> None:
        self.stops = 0
        self.whole = False

    def stop(self) -> None:
        self.stops += 1

    def drafts(self, region: LevelRegion) -> tuple[list[str], bool]:
        return (["kept"], True) if self.whole else ([], False)


class Bench:
    """View work between stand-ins; `log` has what they and the listeners of signals received."""

    def __init__(self) -> None:
        upscaler, prompter = FakeUpscaler(), NoPrompter()
        recipe = recipe_of(upscaler, prompter)
        chain = Chain(pyramid_of(gentle(200, 200)), upscaler, prompter, recipe)
        self.log: list[str] = []
        self.parent = QObject()
        self.worker, self.quick, self.ahead = Worker(self.log), Quick(self.log), NothingAhead()
        self.work = ViewWork(
            chain,
            cast(ZoomWorker, self.worker),
            cast(QuickJob, self.quick),
            cast(Ahead, self.ahead),
            self.parent,
        )
        self.work.progressed.connect(self._on_progressed)
        self.work.refined.connect(lambda: self.log.append("refined"))
        self.work.stopped.connect(lambda: self.log.append("stopped"))
        self.work.failed.connect(lambda sentence: self.log.append(sentence))
        self.work.draft_drawn.connect(lambda part: self.log.append(f"part {part}"))
        self.work.sharper_drawn.connect(lambda part: self.log.append(f"sharper {part}"))

    def _on_progressed(self, progress: Progress) -> None:
        self.log.append(progress.stage)

    def draft(self, view: View = VIEW) -> None:
        """Request a draft from the middle of a view."""
        self.work.draw_draft(view, view.width / 2, view.height / 2)

    @property
    def taken(self) -> list[str]:
        """Return the log since the last look."""
        taken = list(self.log)
        self.log.clear()
        return taken


@pytest.fixture
def bench(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setattr("cozviewer.jobs.view_work.worthwhile", lambda upscaler, seconds: True)
    return Bench()


def test_a_step_waits_for_the_draft_of_its_view(bench: Bench) -> None:
    bench.draft()
    bench.work.refine(VIEW)
    assert bench.taken == ["draft"]
    assert bench.work.working
    bench.quick.drawn.emit(bench.quick.requests[0], 1)
    bench.quick.ended.emit(bench.quick.requests[0])
    assert bench.taken == ["part 1", "step"]


def test_a_step_does_not_wait_for_the_draft_of_another_view(bench: Bench) -> None:
    bench.draft(OTHER_VIEW)
    bench.work.refine(VIEW)
    assert bench.taken == ["draft", "step"]
    assert bench.quick.requests[0].cancelled.is_set()
    bench.quick.drawn.emit(bench.quick.requests[0], 1)
    assert bench.taken == []


def test_the_same_view_is_drafted_once_and_begins_at_the_pointer(bench: Bench) -> None:
    bench.work.draw_draft(VIEW, 0, 0)
    bench.work.draw_draft(VIEW, 300, 200)
    assert bench.taken == ["draft"]
    request = bench.quick.requests[0]
    assert (request.level_x, request.level_y) == (request.region.rect.x, request.region.rect.y)


def test_a_draft_from_ahead_is_shown_at_once_and_the_step_begins(bench: Bench) -> None:
    bench.ahead.whole = True
    bench.draft()
    bench.work.refine(VIEW)
    assert bench.taken == ["part kept", "step"]


def test_a_complete_view_gets_a_sharper_draft_once(bench: Bench) -> None:
    bench.draft()
    bench.work.refine(VIEW)
    bench.quick.ended.emit(bench.quick.requests[0])
    bench.worker.finished.emit(bench.worker.requests[0])
    assert bench.taken == ["draft", "step", "sharper", "refined"]
    assert not bench.work.working
    bench.quick.sharpened.emit(bench.quick.sharper[0], 1)
    assert bench.taken == ["sharper 1"]
    bench.work.refine(VIEW)
    bench.worker.finished.emit(bench.worker.requests[1])
    assert bench.taken == ["step", "refined"]


def test_a_view_of_source_pixels_needs_no_work(bench: Bench) -> None:
    bench.draft(SOURCE_VIEW)
    bench.work.refine(SOURCE_VIEW)
    assert bench.taken == ["refined"]
    assert not bench.work.working


def test_the_answers_to_an_older_request_are_dropped(bench: Bench) -> None:
    bench.work.refine(VIEW)
    bench.work.refine(OTHER_VIEW)
    old, new = bench.worker.requests
    assert bench.taken == ["step", "step", FINISHING]
    assert old.cancelled.is_set()
    bench.worker.progressed.emit(old, Progress("old", 2, 0, 1, None))
    bench.worker.finished.emit(old)
    assert bench.taken == []
    bench.worker.progressed.emit(new, Progress("new", 2, 0, 1, None))
    bench.worker.finished.emit(new)
    assert bench.taken == ["new", "refined"]


def test_work_that_was_left_ends_without_a_word(bench: Bench) -> None:
    bench.draft()
    bench.work.refine(VIEW)
    bench.quick.ended.emit(bench.quick.requests[0])
    assert bench.taken == ["draft", "step"]
    bench.work.leave()
    assert bench.worker.requests[0].cancelled.is_set()
    assert not bench.work.working
    bench.worker.stopped.emit(bench.worker.requests[0])
    assert bench.taken == []
    assert bench.ahead.stops == 3


def test_a_failure_stops_the_view_and_is_reported(bench: Bench) -> None:
    bench.work.refine(VIEW)
    bench.worker.failed.emit(bench.worker.requests[0], "No memory.")
    assert bench.taken == ["step", "stopped", "No memory."]
    assert not bench.work.working


def test_the_engine_is_loaded_after_the_draft_network_and_beside_no_draft(bench: Bench) -> None:
    bench.work.warm()
    bench.work.warm()
    bench.draft()
    assert bench.taken == ["load drafts", "draft"]
    bench.quick.loaded.emit()
    assert bench.taken == []
    bench.quick.ended.emit(bench.quick.requests[0])
    assert bench.taken == ["load engine"]


def test_who_waits_for_the_engine_reads_what_is_loaded(bench: Bench) -> None:
    bench.work.warm()
    bench.worker.loading.emit("Reading weights")
    assert bench.taken == ["load drafts"]  # no view waits for it
    bench.work.refine(VIEW)
    bench.worker.loading.emit("Compiling")
    assert bench.taken == ["step", "Reading weights", "Compiling"]
    bench.worker.warmed.emit("CPU", ["cpu"])
    bench.work.leave()
    bench.work.refine(OTHER_VIEW)
    assert bench.taken == ["step", FINISHING]
