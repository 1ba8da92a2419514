"""Drafts on their thread: before the step, part by part, dropped with their view, never kept."""

import gc
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pytest
from PySide6.QtCore import QObject, Slot
from pytestqt.qtbot import QtBot

from cozviewer.chain.chain import Chain
from cozviewer.chain.protocols import Progressed, ignore
from cozviewer.chain.quick_view import QuickPiece, quick_view, sharper_view
from cozviewer.chain.recipe import recipe_of
from cozviewer.image.pixels import Rgb8, RgbFloat
from cozviewer.image.rect import Rect
from cozviewer.jobs.document import Document, DocumentServices
from cozviewer.jobs.images import to_rgb8
from cozviewer.jobs.quick_job import DraftImage, QuickJob, QuickRequest, SharperImage
from cozviewer.models.prompters import NoPrompter
from cozviewer.pyramid.camera import View, camera_at
from cozviewer.pyramid.geometry import LevelRegion
from cozviewer.util.cancel import IsCancelled
from cozviewer.util.errors import Failure
from tests.chain.fakes import DetailUpscaler, FakeUpscaler
from tests.pyramid.pyramids import gentle, pyramid_of

pytestmark = pytest.mark.usefixtures("drafts_always")

VIEW = View(camera_at(200, 150, 4.0), 1280, 800)
OTHER_VIEW = View(camera_at(60, 60, 4.0), 400, 300)
SOURCE_VIEW = View(camera_at(60, 60, 1.0), 400, 300)

SOFT_VIEW = View(camera_at(200, 150, 6.0), 570, 560)
"""Enlarges level 2 by half."""

VISIBLE = Rect(160, 200, 1280, 800)
"""What `VIEW` shows of level 2."""


@dataclass
class Quick(DetailUpscaler):
    """A draft network that can be held.

    Attributes:
        free: Each image waits until it is set, or until it is not wanted any more.
        begun: Set when an image was begun.
    """

    halo: int = 4
    free: threading.Event = field(default_factory=threading.Event)
    begun: threading.Event = field(default_factory=threading.Event)

    def upscale(
        self,
        rgb: Rgb8 | RgbFloat,
        prompt: str,
        seed: int,
        cancelled: IsCancelled,
        progressed: Progressed = ignore,
    ) -> RgbFloat:
        self.begun.set()
        while not cancelled() and not self.free.wait(0.002):
            pass
        return super().upscale(rgb, prompt, seed, cancelled)


class Notes(QObject):
    """What a document told, in order."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self.parts: list[DraftImage] = []
        self.sharper: list[SharperImage] = []
        self.told: list[str] = []
        document.draft_drawn.connect(self.on_drawn)
        document.sharper_drawn.connect(self.on_sharper)
        document.refined.connect(self.on_refined)
        document.tiles_made.connect(self.on_tiles)
        document.failed.connect(self.on_failed)

    @Slot(object)
    def on_drawn(self, part: DraftImage) -> None:
        self.parts.append(part)
        self.told.append("draft")

    @Slot(object)
    def on_sharper(self, part: SharperImage) -> None:
        self.sharper.append(part)
        self.told.append("sharper")

    @Slot()
    def on_refined(self) -> None:
        self.told.append("refined")

    @Slot(object)
    def on_tiles(self, keys: object) -> None:
        self.told.append("tiles")

    @Slot(str)
    def on_failed(self, sentence: str) -> None:
        self.told.append(sentence)


@pytest.fixture
def quick() -> Quick:
    return Quick()


@pytest.fixture
def engine() -> FakeUpscaler:
    return FakeUpscaler(generative=True)


@pytest.fixture
def make(qtbot: QtBot, quick: Quick, engine: FakeUpscaler) -> Iterator[Callable[[], Document]]:
    made: list[Document] = []

    def make() -> Document:
        prompter = NoPrompter()
        chain = Chain(pyramid_of(gentle(400, 300)), engine, prompter, recipe_of(engine, prompter))
        made.append(Document(chain, DocumentServices(lambda: ["cpu"], lambda: None, quick=quick)))
        return made[-1]

    yield make
    quick.free.set()
    for document in made:
        document.close()
        document.wait()


@pytest.fixture
def document(make: Callable[[], Document]) -> Document:
    return make()


def test_the_step_begins_when_the_draft_is_complete(
    document: Document, quick: Quick, engine: FakeUpscaler, qtbot: QtBot
) -> None:
    notes = Notes(document)
    document.draw_draft(VIEW, 640, 400)
    document.refine(VIEW)
    assert document.working
    qtbot.waitUntil(quick.begun.is_set)
    assert engine.asked == []
    quick.free.set()
    qtbot.waitUntil(lambda: "refined" in notes.told)
    assert notes.told[:2] == ["draft", "draft"]
    assert notes.told.count("draft") == 2
    assert set(notes.told[2:-1]) == {"tiles"}
    assert notes.told[-1] == "refined"


def test_its_parts_are_those_of_the_chain_and_begin_at_the_pointer(
    document: Document, quick: Quick, qtbot: QtBot
) -> None:
    quick.free.set()
    notes = Notes(document)
    document.draw_draft(VIEW, 1000, 300)
    qtbot.waitUntil(lambda: len(notes.parts) == 2)
    first, whole = notes.parts
    assert first.region.rect == Rect(160 + 1000 - 256, 200 + 300 - 256, 512, 512)
    assert whole.region.rect == VISIBLE
    same = Quick(free=quick.free)
    pyramid = document.chain.pyramid
    expected = list(
        quick_view(pyramid, same, LevelRegion(2, VISIBLE), 160 + 1000, 200 + 300, lambda: False)
    )
    for part, piece in zip(notes.parts, expected, strict=True):
        assert part.region.z == piece.region.z == 2
        assert np.array_equal(to_rgb8(part.image), piece.pixels)


def test_a_draft_for_a_view_that_the_camera_is_on_its_way_to_is_not_drawn_twice(
    document: Document, quick: Quick, qtbot: QtBot
) -> None:
    quick.free.set()
    notes = Notes(document)
    document.draw_draft(VIEW, 640, 400)
    qtbot.waitUntil(lambda: len(notes.parts) == 2)
    document.draw_draft(VIEW, 600, 300)
    document.refine(VIEW)
    qtbot.waitUntil(lambda: "refined" in notes.told)
    assert len(notes.parts) == 2


def test_a_newer_view_takes_the_place_of_the_one_before(
    document: Document, quick: Quick, qtbot: QtBot
) -> None:
    notes = Notes(document)
    document.draw_draft(VIEW, 0, 0)
    qtbot.waitUntil(quick.begun.is_set)
    document.draw_draft(OTHER_VIEW, 0, 0)
    document.refine(OTHER_VIEW)
    quick.free.set()
    qtbot.waitUntil(lambda: "refined" in notes.told)
    assert [part.region.rect for part in notes.parts] == [Rect(40, 90, 400, 300)]


def test_what_is_left_draws_nothing_and_refines_nothing(
    document: Document, quick: Quick, engine: FakeUpscaler, qtbot: QtBot
) -> None:
    notes = Notes(document)
    document.draw_draft(VIEW, 0, 0)
    document.refine(VIEW)
    qtbot.waitUntil(quick.begun.is_set)
    document.interrupt()
    assert not document.working
    quick.free.set()
    document.draw_draft(OTHER_VIEW, 0, 0)
    document.refine(OTHER_VIEW)
    qtbot.waitUntil(lambda: "refined" in notes.told)
    assert len(notes.parts) == 1
    assert all(call.shape[0] < 128 + 33 for call in engine.asked)


def test_stop_ends_the_draft_too_and_says_so_once(
    document: Document, quick: Quick, engine: FakeUpscaler, qtbot: QtBot
) -> None:
    document.draw_draft(VIEW, 0, 0)
    document.refine(VIEW)
    qtbot.waitUntil(quick.begun.is_set)
    with qtbot.waitSignal(document.stopped):
        document.stop()
    assert not document.working
    assert engine.asked == []


def test_a_step_that_waits_for_a_draft_begins_when_the_draft_is_left(
    document: Document, quick: Quick, qtbot: QtBot
) -> None:
    notes = Notes(document)
    document.draw_draft(VIEW, 0, 0)
    document.refine(VIEW)
    qtbot.waitUntil(quick.begun.is_set)
    document._on_tiles_changed(lambda key: False)
    qtbot.waitUntil(lambda: "refined" in notes.told)
    assert notes.parts == []


def test_a_draft_that_fails_does_not_keep_the_step_from_beginning(
    document: Document, quick: Quick, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(number: int) -> None:
        raise Failure("There is too little memory.")

    quick.before = fail
    quick.free.set()
    notes = Notes(document)
    document.draw_draft(VIEW, 0, 0)
    document.refine(VIEW)
    qtbot.waitUntil(lambda: "refined" in notes.told)
    assert set(notes.told) == {"tiles", "refined"}
    assert "too little memory" in caplog.text


def test_where_nothing_is_missing_or_wanted_there_is_no_draft(
    document: Document, quick: Quick, qtbot: QtBot
) -> None:
    quick.free.set()
    notes = Notes(document)
    document.refine(VIEW)
    qtbot.waitUntil(lambda: "refined" in notes.told)
    for view in (VIEW, SOURCE_VIEW):
        with qtbot.waitSignal(document.refined):
            document.draw_draft(view, 0, 0)
            document.refine(view)
    assert quick.asked == []
    assert notes.parts == []


def test_when_a_view_is_refined_that_enlarges_its_level_the_next_is_drafted(
    document: Document, quick: Quick, qtbot: QtBot
) -> None:
    quick.free.set()
    notes = Notes(document)
    document.draw_draft(SOFT_VIEW, 150, 100)
    document.refine(SOFT_VIEW)
    qtbot.waitUntil(lambda: len(notes.sharper) == 2)
    assert [part.region.z for part in notes.parts] == [2]
    assert [each for each in notes.told if each != "tiles"] == [
        "draft",
        "refined",
        "sharper",
        "sharper",
    ]
    other, pyramid = Quick(free=quick.free), document.chain.pyramid
    expected = list(sharper_view(pyramid, other, SOFT_VIEW, 150, 100, lambda: False))
    for part, piece in zip(notes.sharper, expected, strict=True):
        assert (part.view, part.view_part) == (SOFT_VIEW, piece.view_part)
        assert np.array_equal(to_rgb8(part.image), piece.pixels)
    # It is not drawn again while the view stays.
    document.draw_draft(SOFT_VIEW, 150, 100)
    with qtbot.waitSignal(document.refined):
        document.refine(SOFT_VIEW)
    document.draw_draft(OTHER_VIEW, 0, 0)
    qtbot.waitUntil(lambda: len(notes.parts) > 1)
    assert len(notes.sharper) == 2


def test_a_sharper_draft_keeps_no_step_waiting_and_goes_with_its_view(
    document: Document, quick: Quick, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(document.refined):
        document.refine(SOFT_VIEW)
    notes = Notes(document)
    document.draw_draft(SOFT_VIEW, 0, 0)
    document.refine(SOFT_VIEW)
    qtbot.waitUntil(quick.begun.is_set)
    assert notes.told == ["refined"]
    document.refine(SOFT_VIEW)
    qtbot.waitUntil(lambda: notes.told == ["refined"] * 2)
    document.interrupt()
    quick.free.set()
    document.draw_draft(OTHER_VIEW, 0, 0)
    qtbot.waitUntil(lambda: bool(notes.parts))
    assert notes.sharper == []


def test_a_sharper_draft_that_fails_is_only_logged(
    document: Document, quick: Quick, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(number: int) -> None:
        raise Failure("There is too little memory.")

    with qtbot.waitSignal(document.refined):
        document.refine(SOFT_VIEW)
    quick.before = fail
    quick.free.set()
    notes = Notes(document)
    document.draw_draft(SOFT_VIEW, 0, 0)
    document.refine(SOFT_VIEW)
    qtbot.waitUntil(lambda: "too little memory" in caplog.text)
    assert notes.told == ["refined"]


def test_without_a_draft_there_is_no_sharper_one(
    document: Document, quick: Quick, qtbot: QtBot
) -> None:
    quick.free.set()
    with qtbot.waitSignal(document.refined):
        document.refine(SOFT_VIEW)
    assert document.view_work._draft is None
    assert quick.asked == []


def test_an_engine_that_only_interpolates_has_no_drafts(
    make: Callable[[], Document], quick: Quick, engine: FakeUpscaler, qtbot: QtBot
) -> None:
    engine.generative = False
    quick.free.set()
    document = make()
    document.warm()
    document.draw_draft(VIEW, 0, 0)
    with qtbot.waitSignal(document.refined):
        document.refine(VIEW)
    assert engine.loads == 1
    assert (quick.loads, quick.asked) == (0, [])


def loads_in_order(quick: Quick, engine: FakeUpscaler) -> list[str]:
    """Return a list that receives the name of each model as it is loaded."""
    order: list[str] = []
    quick.loading = lambda: order.append("quick")
    engine.loading = lambda: order.append("engine")
    return order


@pytest.mark.usefixtures("collector_on")
def test_the_network_is_loaded_first_and_then_the_engine_once(
    document: Document,
    quick: Quick,
    engine: FakeUpscaler,
    qtbot: QtBot,
) -> None:
    order = loads_in_order(quick, engine)
    with qtbot.waitSignal(document.warmed):
        document.warm()
        document.warm()
    assert order == ["quick", "engine"]
    assert gc.isenabled()


@pytest.mark.usefixtures("collector_on")
def test_no_garbage_is_collected_from_the_import_to_when_its_objects_are_passed_over(
    document: Document, quick: Quick, monkeypatch: pytest.MonkeyPatch
) -> None:
    enabled: list[bool] = []
    quick.loading = lambda: enabled.append(gc.isenabled())
    monkeypatch.setattr("cozviewer.jobs.collector._passed_over", False)
    monkeypatch.setattr(gc, "freeze", lambda: enabled.append(gc.isenabled()))
    QuickJob(document.chain.pyramid, quick).warm()
    assert enabled == [False, False]
    assert gc.isenabled()


@pytest.mark.usefixtures("collector_on")
def test_the_engine_is_loaded_even_where_the_network_is_broken(
    document: Document,
    quick: Quick,
    qtbot: QtBot,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail() -> None:
        raise Failure("The draft network is broken.")

    quick.loading = fail
    with qtbot.waitSignal(document.warmed):
        document.warm()
    assert "There are no drafts: The draft network is broken." in caplog.text
    assert gc.isenabled()


def test_the_engine_is_not_loaded_while_a_draft_is_drawn(
    document: Document,
    quick: Quick,
    engine: FakeUpscaler,
    qtbot: QtBot,
) -> None:
    order = loads_in_order(quick, engine)
    notes = Notes(document)
    document.warm()
    document.draw_draft(VIEW, 0, 0)
    document.refine(VIEW)
    qtbot.waitUntil(quick.begun.is_set)
    assert document._quick is not None
    document.view_work._on_quick_loaded()  # as late as it may come
    assert order == ["quick"]
    quick.free.set()
    qtbot.waitUntil(lambda: "refined" in notes.told)
    assert order == ["quick", "engine"]


def test_the_engine_is_loaded_for_the_view_that_follows_a_draft_left_undone(
    document: Document,
    quick: Quick,
    engine: FakeUpscaler,
    qtbot: QtBot,
) -> None:
    order = loads_in_order(quick, engine)
    document.draw_draft(VIEW, 0, 0)
    document.view_work._on_quick_loaded()
    document.interrupt()
    assert order == []
    with qtbot.waitSignal(document.warmed):
        document.refine(SOURCE_VIEW)
    assert order == ["engine"]


def test_a_step_that_waits_while_the_network_is_loaded_says_what_for(
    document: Document, engine: FakeUpscaler, qtbot: QtBot
) -> None:
    stages: list[str] = []
    document.progressed.connect(lambda progress: stages.append(progress.stage))
    document.draw_draft(VIEW, 0, 0)
    document.warm()
    document.refine(VIEW)
    assert stages == [f"Loading {engine.name}"]


def test_a_draft_that_was_left_before_it_began_reads_nothing(
    document: Document, quick: Quick, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    def view(*args: object) -> Iterator[QuickPiece]:
        asked.append(args)
        return iter(())

    monkeypatch.setattr("cozviewer.jobs.quick_job.quick_view", view)
    job = QuickJob(document.chain.pyramid, quick)
    left, wanted = (QuickRequest(VIEW, LevelRegion(2, VISIBLE), 0, 0) for _ in range(2))
    left.cancelled.set()
    ended: list[object] = []
    job.ended.connect(ended.append)
    job.draw(left)
    assert (asked, ended) == ([], [left])
    job.draw(wanted)
    assert (len(asked), ended) == (1, [left, wanted])


def test_nothing_of_a_draft_is_stored(document: Document, quick: Quick, qtbot: QtBot) -> None:
    quick.free.set()
    notes = Notes(document)
    document.draw_draft(VIEW, 0, 0)
    qtbot.waitUntil(lambda: len(notes.parts) == 2)
    assert document.chain.pyramid.store.usage()[1] == 0
