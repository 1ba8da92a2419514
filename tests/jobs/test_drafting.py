"""Drafts of an open document: what was read before never comes in the place of what is now."""

import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from cozviewer.chain.chain import Chain
from cozviewer.chain.recipe import recipe_of
from cozviewer.image.pixels import Rgb8
from cozviewer.image.rect import Rect
from cozviewer.jobs.document import Document, DocumentServices
from cozviewer.jobs.images import to_rgb8
from cozviewer.jobs.tile_loader import Answer, LoadRequest
from cozviewer.pyramid.camera import View, camera_at
from cozviewer.pyramid.geometry import TILE, TileKey
from cozviewer.pyramid.store.rows import EncodedTile
from cozviewer.pyramid.store.store import StepRecord, TileStore
from tests.chain.fakes import FakePrompter, ListeningUpscaler
from tests.patience import PATIENCE
from tests.pyramid.pyramids import noise, pyramid_of
from tests.pyramid.stores import same

KEY = TileKey(2, 0, 0)
VIEW = View(camera_at(7.5, 7.5, 4.0), 50, 50)
WHOLE = Rect(0, 0, TILE, TILE)


class Watched(TileStore):
    """A store that a test watches.

    Attributes:
        held: Called when a tile was read, before it is returned.
        lacks_all: Whether no tile is found.
        replaced: The tiles of each `replace`.
        full: Whether memory is full when tiles are replaced.
    """

    full = lacks_all = False

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.held: Callable[[], None] = lambda: None
        self.replaced: list[set[TileKey]] = []

    def get(self, key: TileKey, size: tuple[int, int] | None = None) -> Rgb8 | None:
        pixels = None if self.lacks_all else super().get(key, size)
        self.held()
        return pixels

    def replace(
        self,
        stale: Callable[[TileKey], bool],
        tiles: Mapping[TileKey, EncodedTile],
        steps: Mapping[str, StepRecord],
    ) -> None:
        if self.full:
            raise MemoryError
        self.replaced.append(set(tiles))
        super().replace(stale, tiles, steps)


def store_of(document: Document) -> Watched:
    store = document.chain.pyramid.store
    assert isinstance(store, Watched)
    return store


@pytest.fixture
def document(qtbot: QtBot) -> Iterator[Document]:
    """A document with the tile KEY drawn."""
    upscaler, prompter = ListeningUpscaler(), FakePrompter()
    chain = Chain(
        pyramid_of(noise(75, 50), Watched), upscaler, prompter, recipe_of(upscaler, prompter)
    )
    document = Document(chain, DocumentServices(lambda: ["cpu"], lambda: None))
    with qtbot.waitSignal(document.refined):
        document.refine(VIEW)
    yield document
    document.close()
    document.wait()


def redraw(document: Document, qtbot: QtBot, words: str) -> None:
    """Have KEY drawn with other words."""
    with qtbot.waitSignals([document.tiles_changed, document.refined]):
        document.interrupt()
        document.drafting.redraw(document.chain.step(2, WHOLE, words))
        document.refine(VIEW)


def loaded(document: Document, qtbot: QtBot) -> Rgb8:
    """Fetch KEY."""
    with qtbot.waitSignal(document.tiles_answered) as answered:
        document.load(LoadRequest((KEY,)))
    assert answered.args is not None
    answer: Answer = answered.args[0]
    ((key, image),) = answer.tiles
    assert key == KEY
    return to_rgb8(image)


def test_kept_or_discarded(document: Document, qtbot: QtBot) -> None:
    drafting, first = document.drafting, loaded(document, qtbot)
    redraw(document, qtbot, "new")
    second = loaded(document, qtbot)
    assert not same(second, first)
    assert (drafting.levels, drafting.has_tiles, drafting.in_force) == ((2,), True, True)
    drafting.discard()
    assert (drafting.levels, drafting.has_tiles) == ((), False)
    assert same(loaded(document, qtbot), first)
    redraw(document, qtbot, "new")
    with qtbot.waitSignal(drafting.kept):
        drafting.keep()
    assert same(loaded(document, qtbot), second)
    assert document.chain.pyramid.draft is None


@pytest.mark.parametrize("there", [True, False])
def test_an_answer_from_before_is_not_passed_on(
    document: Document, qtbot: QtBot, there: bool
) -> None:
    store = store_of(document)
    read, go_on = threading.Event(), threading.Event()
    answers: list[Any] = []

    def hold() -> None:
        read.set()
        go_on.wait(PATIENCE)

    document.tiles_answered.connect(answers.append)
    store.held, store.lacks_all = hold, not there
    document.load(LoadRequest((KEY,)))
    assert read.wait(PATIENCE)
    store.held, store.lacks_all = (lambda: None), False
    redraw(document, qtbot, "new")
    go_on.set()
    after = loaded(document, qtbot)  # comes after what was under way
    (answer,) = answers
    assert [key for key, _ in answer.tiles] == [KEY]
    assert same(after, document.chain.pyramid.tile(KEY))  # type: ignore[arg-type]


def test_a_draft_that_cannot_be_kept_is_a_sentence_and_the_older_tiles_are_back(
    document: Document, qtbot: QtBot
) -> None:
    first = loaded(document, qtbot)
    redraw(document, qtbot, "new")
    store_of(document).full = True
    with qtbot.waitSignals([document.failed, document.tiles_changed]):
        document.drafting.keep()
    assert same(loaded(document, qtbot), first)


def test_what_is_to_be_kept_is_also_when_the_document_closes_first(
    document: Document, qtbot: QtBot
) -> None:
    redraw(document, qtbot, "new")
    document.drafting.keep()
    document.close()
    document.wait()
    document.wait()
    assert store_of(document).replaced == [{KEY}]
