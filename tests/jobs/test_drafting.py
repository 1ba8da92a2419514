"""Drafts of an open document: what was read before never comes in the place of what is now."""

import threading
from collections.abc import Iterator
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
from tests.chain.fakes import FakePrompter, ListeningUpscaler
from tests.patience import PATIENCE
from tests.pyramid.pyramids import noise, pyramid_of
from tests.pyramid.stores import same

KEY = TileKey(2, 0, 0)
VIEW = View(camera_at(7.5, 7.5, 4.0), 50, 50)
WHOLE = Rect(0, 0, TILE, TILE)


@pytest.fixture
def document(qtbot: QtBot) -> Iterator[Document]:
    """A document with the tile KEY drawn."""
    upscaler, prompter = ListeningUpscaler(), FakePrompter()
    chain = Chain(pyramid_of(noise(75, 50)), upscaler, prompter, recipe_of(upscaler, prompter))
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
    document: Document, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, there: bool
) -> None:
    pyramid = document.chain.pyramid
    read, go_on = threading.Event(), threading.Event()
    tile = pyramid.tile
    answers: list[Any] = []

    def slow(key: TileKey) -> Rgb8 | None:
        pixels = tile(key) if there else None
        read.set()
        go_on.wait(PATIENCE)
        return pixels

    document.tiles_answered.connect(answers.append)
    monkeypatch.setattr(pyramid, "tile", slow)
    document.load(LoadRequest((KEY,)))
    assert read.wait(PATIENCE)
    monkeypatch.undo()
    redraw(document, qtbot, "new")
    go_on.set()
    after = loaded(document, qtbot)  # comes after what was under way
    (answer,) = answers
    assert [key for key, _ in answer.tiles] == [KEY]
    assert same(after, tile(KEY))  # type: ignore[arg-type]


def test_a_draft_that_cannot_be_kept_is_a_sentence_and_the_older_tiles_are_back(
    document: Document, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise MemoryError

    first = loaded(document, qtbot)
    redraw(document, qtbot, "new")
    monkeypatch.setattr(document.chain.pyramid.store, "replace", fail)
    with qtbot.waitSignals([document.failed, document.tiles_changed]):
        document.drafting.keep()
    assert same(loaded(document, qtbot), first)


def test_what_is_to_be_kept_is_also_when_the_document_closes_first(
    document: Document, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    redraw(document, qtbot, "new")
    store, kept = document.chain.pyramid.store, []
    replace = store.replace

    def noted(*args: Any) -> None:
        kept.append(args)
        replace(*args)

    monkeypatch.setattr(store, "replace", noted)
    document.drafting.keep()
    document.close()
    document.wait()
    document.wait()
    assert len(kept) == 1
    assert set(kept[0][1]) == {KEY}
