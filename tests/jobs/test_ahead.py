"""What is drawn ahead of the user: what comes next, in which order, and how it gives way."""

import threading
from collections import namedtuple
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import psutil
import pytest
from PySide6.QtCore import QObject, Slot
from pytestqt.qtbot import QtBot

from cozviewer.chain.chain import Chain
from cozviewer.chain.protocols import Progressed, Prompter, ignore
from cozviewer.chain.recipe import recipe_of
from cozviewer.image.pixels import Rgb8, RgbFloat
from cozviewer.image.rect import Rect
from cozviewer.image.source import Source, source_from_pixels
from cozviewer.jobs.ahead import May, Target, on_battery, targets
from cozviewer.jobs.document import Document, DocumentServices
from cozviewer.jobs.quick_job import DraftImage
from cozviewer.models.prompters import NoPrompter
from cozviewer.pyramid.camera import Camera, View, camera_at
from cozviewer.pyramid.geometry import TileKey, tiles_of
from cozviewer.pyramid.store.store import TileStore
from cozviewer.util.cancel import IsCancelled
from tests.chain.fakes import FakePrompter, FakeUpscaler, Silent
from tests.pyramid.pyramids import gentle, pyramid_of

STILL = (0.0, 0.0)


def at(camera: Camera, width: int = 400, height: int = 300) -> View:
    return View(camera, width, height)


VIEW = at(camera_at(200, 150, 4.0))


# -- what comes next ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def source() -> Source:
    return source_from_pixels(gentle(400, 300), "test.png")


@pytest.mark.parametrize(
    ("magnification", "z"),
    [(1, 2), (1.9, 2), (2, 2), (2.1, 4), (4, 4), (8, 4), (8.1, 6), (16, 6), (300, 10)],
)
def test_the_next_level_is_drawn_at_its_own_size_around_the_pointer(
    source: Source, magnification: float, z: int
) -> None:
    view = at(camera_at(200, 150, magnification))
    found = targets(view, source, 300, 200, STILL)
    assert [target.region.z for target in found] == [z]
    target = found[0]
    # A window's worth, cut to the image.
    whole = Rect(0, 0, 400 << z, 300 << z)
    assert whole.contains(target.region.rect)
    assert 390 <= target.region.rect.width <= 401
    assert 290 <= target.region.rect.height <= 301
    # What is under the pointer stays under it.
    x = view.view_x(z, target.region.rect.x + 300)
    y = view.view_y(z, target.region.rect.y + 200)
    pixel = 2.0**-z * magnification + 1
    assert abs(x - 300) <= pixel
    assert abs(y - 200) <= pixel


@pytest.mark.parametrize(
    ("pan", "strips"),
    [
        (STILL, []),
        ((50.0, 0.0), [Rect(700, 450, 400, 300)]),
        ((-50.0, 3.0), [Rect(500, 450, 400, 300)]),
        ((2.0, 9.0), [Rect(600, 525, 400, 300)]),
        ((20.0, -30.0), [Rect(700, 450, 400, 300), Rect(600, 375, 400, 300)]),
    ],
)
def test_then_what_lies_beyond_the_edge_that_was_panned_to(
    source: Source, pan: tuple[float, float], strips: list[Rect]
) -> None:
    found = targets(VIEW, source, 200, 150, pan)
    assert [target.region.rect for target in found[1:]] == strips
    assert all(target.region.z == 2 for target in found[1:])


def test_the_source_lacks_nothing_beyond_an_edge(source: Source) -> None:
    view = at(camera_at(200, 150, 1.0), 100, 100)
    assert [target.region.z for target in targets(view, source, 50, 50, (9.0, 0.0))] == [2]


def test_a_level_that_is_far_away_is_not_drawn_ahead(source: Source) -> None:
    assert targets(at(camera_at(200, 150, 0.5)), source, 200, 150, STILL)
    assert not targets(at(camera_at(200, 150, 0.49)), source, 200, 150, STILL)


def test_at_the_end_of_the_world_nothing_comes_next(source: Source) -> None:
    view = at(camera_at(200, 150, 2.0**256))
    assert targets(view, source, 200, 150, STILL) == []


# -- drawing it --------------------------------------------------------------------------------


@dataclass
class Held(FakeUpscaler):
    """A fake whose work waits until it is let go, or is not wanted any more.

    Attributes:
        free: Lets it go.
        begun: Set when an image was begun.
        left: How often it was left in the middle.
    """

    halo: int = 16
    accepts_prompt: bool = False
    generative: bool = True
    free: threading.Event = field(default_factory=threading.Event)
    begun: threading.Event = field(default_factory=threading.Event)
    left: int = 0

    def upscale(
        self,
        rgb: Rgb8 | RgbFloat,
        prompt: str,
        seed: int,
        cancelled: IsCancelled,
        progressed: Progressed = ignore,
    ) -> RgbFloat:
        from cozviewer.util.errors import Cancelled

        self.begun.set()
        while not self.free.wait(0.001):
            if cancelled():
                self.left += 1
                raise Cancelled("Stopped.")
        return super().upscale(rgb, prompt, seed, cancelled)


class Notes(QObject):
    """What a document told, in order."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self.tiles: list[TileKey] = []
        self.parts: list[DraftImage] = []
        self.told: list[str] = []
        document.tiles_made.connect(self.on_tiles)
        document.draft_drawn.connect(self.on_drawn)
        document.ahead.began.connect(self.on_began)
        document.ahead.ended.connect(self.on_ended)
        document.refined.connect(self.on_refined)
        document.progressed.connect(self.on_progress)
        document.failed.connect(self.told.append)

    @Slot(object)
    def on_tiles(self, keys: tuple[TileKey, ...]) -> None:
        self.tiles += keys

    @Slot(object)
    def on_drawn(self, part: DraftImage) -> None:
        self.parts.append(part)

    @Slot()
    def on_began(self) -> None:
        self.told.append("began")

    @Slot()
    def on_ended(self) -> None:
        self.told.append("ended")

    @Slot()
    def on_refined(self) -> None:
        self.told.append("refined")

    @Slot(object)
    def on_progress(self, progress: object) -> None:
        self.told.append("progress")


Make = Callable[..., Document]


@pytest.fixture
def engine() -> Held:
    return Held()


@pytest.fixture
def quick() -> Held:
    return Held()


@pytest.fixture
def make(qtbot: QtBot, engine: Held, quick: Held, drafts_always: None) -> Iterator[Make]:
    made: list[Document] = []

    def make(
        may: May | None = lambda store: True,
        prompter: Prompter | None = None,
        drafts: bool = False,
    ) -> Document:
        prompter = prompter or NoPrompter()
        chain = Chain(pyramid_of(gentle(400, 300)), engine, prompter, recipe_of(engine, prompter))
        made.append(
            Document(
                chain,
                DocumentServices(
                    lambda: ["cpu"],
                    lambda: None,
                    quick=quick if drafts else None,
                    may_ahead=may,
                ),
            )
        )
        return made[-1]

    yield make
    engine.free.set()
    quick.free.set()
    for document in made:
        document.close()
        document.wait()


def expected(document: Document, pan: tuple[float, float] = STILL) -> list[Target]:
    return targets(VIEW, document.source, 200, 150, pan)


def refined(document: Document, qtbot: QtBot, engine: Held) -> None:
    """Refine the view, with the engine let go meanwhile."""
    engine.free.set()
    with qtbot.waitSignal(document.refined):
        document.refine(VIEW)
    engine.free.clear()
    engine.begun.clear()


def test_targets_become_ordinary_tiles_and_are_told(make: Make, engine: Held, qtbot: QtBot) -> None:
    document = make()
    refined(document, qtbot, engine)
    engine.free.set()
    notes = Notes(document)
    document.draw_ahead(VIEW, 200, 150, (50.0, 0.0))
    qtbot.waitUntil(lambda: notes.told == ["began", "ended"])
    store = document.chain.pyramid.store
    wanted = [set(tiles_of(t.region.z, t.region.rect)) for t in expected(document, (50.0, 0.0))]
    assert len(wanted) == 2
    assert not store.missing(set.union(*wanted))
    assert [key.z for key in notes.tiles] == sorted((key.z for key in notes.tiles), reverse=True)
    steps = store.steps_of(notes.tiles)
    assert set(steps) == set(notes.tiles)
    assert all(step.z == key.z - 2 for key, step in steps.items())
    assert not document.ahead.running
    # The view that comes next has it all.
    calls = len(engine.asked)
    with qtbot.waitSignal(document.refined):
        document.refine(expected(document)[0].view)
    assert len(engine.asked) == calls


def test_a_draft_comes_first_and_is_shown_when_the_view_gets_there(
    make: Make, engine: Held, quick: Held, qtbot: QtBot
) -> None:
    quick.free.set()
    document = make(drafts=True)
    refined(document, qtbot, engine)
    notes = Notes(document)
    document.draw_ahead(VIEW, 200, 150, STILL)
    qtbot.waitUntil(engine.begun.is_set)
    assert notes.told == ["began"]
    assert notes.parts == []  # nothing of it belongs to what is seen
    drawn = len(quick.asked)
    view = expected(document)[0].view
    document.draw_draft(view, 200, 150)
    assert notes.told == ["began", "ended"]
    assert [part.region.z for part in notes.parts] == [4]
    assert notes.parts[0].region.rect.contains(expected(document)[0].region.rect)
    engine.free.set()
    with qtbot.waitSignal(document.refined):
        document.refine(view)
    assert len(quick.asked) == drawn


def test_of_a_larger_view_the_rest_is_drafted_as_well(
    make: Make, engine: Held, quick: Held, qtbot: QtBot
) -> None:
    quick.free.set()
    document = make(drafts=True)
    refined(document, qtbot, engine)
    notes = Notes(document)
    document.draw_ahead(VIEW, 200, 150, STILL)
    qtbot.waitUntil(engine.begun.is_set)
    wider = at(camera_at(200, 150, 9.0))
    document.draw_draft(wider, 200, 150)
    assert len(notes.parts) == 1  # at once
    qtbot.waitUntil(lambda: len(notes.parts) > 1)
    assert notes.parts[-1].region.rect.contains(wider.visible(4, 400, 300))


def test_drafts_that_are_not_shown_are_not_drawn(
    make: Make, engine: Held, quick: Held, qtbot: QtBot
) -> None:
    document = make(drafts=True)
    refined(document, qtbot, engine)
    document.draw_ahead(VIEW, 200, 150, STILL, drafts=False)
    qtbot.waitUntil(engine.begun.is_set)
    assert not quick.begun.is_set()


def test_a_new_view_is_not_kept_waiting(make: Make, engine: Held, qtbot: QtBot) -> None:
    document = make()
    refined(document, qtbot, engine)
    notes = Notes(document)
    document.draw_ahead(VIEW, 200, 150, STILL)
    qtbot.waitUntil(engine.begun.is_set)
    assert not document.working
    document.interrupt()
    qtbot.waitUntil(lambda: engine.left == 1)
    assert not document.ahead.running
    assert notes.tiles == []
    engine.free.set()
    with qtbot.waitSignal(document.refined):
        document.refine(at(camera_at(100, 100, 4.0)))


ENDS: dict[str, Callable[[Document], None]] = {
    "interrupt": lambda document: document.interrupt(),
    "stop": lambda document: document.stop(),
    "refine": lambda document: document.refine(VIEW),
    "close": lambda document: document.close(),
    "ahead": lambda document: document.ahead.stop(),
}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("drafting", [False, True])
def test_whatever_else_is_wanted_ends_it(
    make: Make, engine: Held, quick: Held, qtbot: QtBot, end: str, drafting: bool
) -> None:
    document = make(drafts=drafting)
    quick.free.set()
    refined(document, qtbot, engine)
    quick.free.clear()
    quick.begun.clear()
    document.draw_ahead(VIEW, 200, 150, STILL)
    held = quick if drafting else engine
    qtbot.waitUntil(held.begun.is_set)
    ENDS[end](document)
    assert not document.ahead.running
    qtbot.waitUntil(lambda: held.left == 1)


def test_nothing_is_drawn_ahead_while_anything_is_under_way(
    make: Make, engine: Held, qtbot: QtBot
) -> None:
    document = make()
    document.refine(VIEW)
    document.draw_ahead(VIEW, 200, 150, STILL)
    assert not document.ahead.running
    document.interrupt()


def test_without_power_or_room_nothing_is_drawn(
    make: Make, engine: Held, quick: Held, qtbot: QtBot
) -> None:
    asked: list[TileStore] = []

    def may(store: TileStore) -> bool:
        asked.append(store)
        return len(asked) < 2

    quick.free.set()
    document = make(may, drafts=True)
    refined(document, qtbot, engine)
    engine.free.set()
    notes = Notes(document)
    document.draw_ahead(VIEW, 200, 150, (50.0, 0.0))
    qtbot.waitUntil(lambda: len(asked) == 2)
    qtbot.waitUntil(lambda: not document.ahead.running)
    assert notes.told == ["began", "ended"]
    assert {key.z for key in notes.tiles} == {4}  # the strip was not begun
    assert asked[0] is document.chain.pyramid.store


@pytest.mark.parametrize("may", [None, lambda store: False])
def test_it_may_be_that_nothing_is_ever_drawn_ahead(
    make: Make, engine: Held, quick: Held, qtbot: QtBot, may: May | None
) -> None:
    document = make(may, drafts=True)
    quick.free.set()
    refined(document, qtbot, engine)
    drawn = len(quick.asked)
    notes = Notes(document)
    document.draw_ahead(VIEW, 200, 150, STILL)
    qtbot.waitUntil(lambda: not document.ahead.running)
    assert notes.told == []
    assert len(quick.asked) == drawn


@pytest.mark.parametrize(
    ("accepts_prompt", "prompter", "generative", "possible"),
    [
        (False, Silent(), True, True),
        (True, Silent(), True, False),
        (False, FakePrompter(), True, False),
        (False, Silent(), False, False),
    ],
)
def test_only_an_engine_that_takes_no_words_is_used_unasked(
    make: Make,
    engine: Held,
    accepts_prompt: bool,
    prompter: Prompter,
    generative: bool,
    possible: bool,
) -> None:
    engine.accepts_prompt, engine.generative = accepts_prompt, generative
    document = make(prompter=prompter)
    assert document.ahead.possible is possible
    document.draw_ahead(VIEW, 200, 150, STILL)
    assert document.ahead.running is possible
    document.interrupt()


def test_what_fails_is_left_alone(make: Make, engine: Held, qtbot: QtBot) -> None:
    document = make()
    refined(document, qtbot, engine)

    def fail(number: int) -> None:
        raise RuntimeError("no more memory")

    engine.before = fail
    engine.free.set()
    notes = Notes(document)
    document.draw_ahead(VIEW, 200, 150, (50.0, 0.0))
    qtbot.waitUntil(lambda: not document.ahead.running)
    assert notes.told == ["began", "ended"]  # and no sentence
    assert not document.ahead.possible


Battery = namedtuple("Battery", "percent secsleft power_plugged")


@pytest.mark.parametrize(
    ("found", "on"),
    [
        (None, False),
        (Battery(50, 100, True), False),
        (Battery(50, 100, None), False),
        (Battery(50, 100, False), True),
        (FileNotFoundError(), False),
        (AttributeError(), False),
    ],
)
def test_the_battery_is_spared(
    monkeypatch: pytest.MonkeyPatch, found: Battery | Exception | None, on: bool
) -> None:
    def sensors() -> Battery | None:
        if isinstance(found, Exception):
            raise found
        return found

    monkeypatch.setattr(psutil, "sensors_battery", sensors, raising=False)
    assert on_battery() is on
