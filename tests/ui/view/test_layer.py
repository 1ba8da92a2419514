"""What a pane shows: how frames, drafts and tiles replace one another."""

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from cozviewer.pyramid.camera import View
from cozviewer.pyramid.geometry import TileKey
from cozviewer.ui.view.layer import Layer
from cozviewer.ui.view.navigator import Navigator
from cozviewer.ui.view.tiles.tile_cache import TileCache
from tests.ui.view.documents import FAR_VIEW, VIEW, FakeDocument, Heard


class Pane(QObject):
    """A layer over a fake document.

    Attributes:
        view: What the pane shows.
    """

    def __init__(self, finest: int | None = None) -> None:
        super().__init__()
        self.view: View = VIEW
        self.navigator = Navigator(self)
        self.layer = Layer(self.navigator, lambda: self.view, self, finest)
        self.document = FakeDocument()
        self.layer.set_document(self.document.itself, TileCache(0))
        self.heard = Heard()
        self.heard.listen(self.layer, "changed", "updated")

    def shows_something(self) -> bool:
        """Return whether there is a frame of the view."""
        return self.layer.frame is not None

    def move(self, view: View) -> None:
        self.view = view
        self.navigator.moved.emit()


@pytest.fixture(params=[None, 0], ids=["all", "source"])
def finest(request: pytest.FixtureRequest) -> Any:
    """The finest level that is shown."""
    return request.param


@pytest.fixture
def pane(qtbot: QtBot, finest: int | None) -> Iterator[Pane]:
    made = Pane(finest)
    yield made
    made.layer.set_document(None, None)


def test_the_interpolated_source_is_complete_once_the_view_has_settled(
    pane: Pane, finest: int | None
) -> None:
    pane.navigator.settled.emit()
    assert len(pane.document.frames) == (0 if finest is None else 1)


def test_a_frame_has_the_finest_level_and_kernel_of_the_layer(
    pane: Pane, finest: int | None
) -> None:
    pane.layer.kernel = "nearest"
    pane.layer.finish(final=True)
    (request,) = pane.document.frames
    assert (request.view, request.finest, request.kernel) == (VIEW, finest, "nearest")
    pane.heard.take()
    image = pane.document.answer(request)
    assert pane.layer.frame is image
    assert pane.layer.frame_is_final
    assert set(pane.heard.take()) == {"changed", "updated"}


def test_a_move_leaves_the_frame_and_asks_for_another_one_later(pane: Pane) -> None:
    pane.layer.finish(final=True)
    pane.document.answer(pane.document.frames[0])
    pane.move(FAR_VIEW)
    assert pane.layer.frame is None
    assert len(pane.document.frames) == 1
    pane.layer.finish(final=True)
    assert pane.document.frames[-1].view == FAR_VIEW


@pytest.mark.parametrize("finest", [None])
def test_new_tiles_replace_an_unfinished_frame(pane: Pane) -> None:
    pane.layer.finish(final=False)
    pane.document.answer(pane.document.frames[0])
    assert pane.shows_something()
    assert not pane.layer.frame_is_final
    pane.document.tiles_made.emit((TileKey(2, 0, 0),))
    assert not pane.shows_something()
    assert len(pane.document.frames) == 2


@pytest.mark.parametrize("finest", [None])
def test_changed_tiles_cancel_all_that_was_made_from_the_old_ones(pane: Pane) -> None:
    pane.layer.finish(final=True)
    pane.document.answer(pane.document.frames[0])
    pane.layer.set_overlay("origin")
    marks = pane.document.frames[-1]
    pane.document.tiles_changed.emit(lambda key: True)
    assert marks.cancelled.is_set()
    assert pane.layer.frame is None
    assert pane.layer.awaits_marks


@pytest.mark.parametrize("finest", [0])
def test_the_interpolated_source_stays_when_tiles_change(pane: Pane) -> None:
    pane.layer.finish(final=True)
    pane.document.answer(pane.document.frames[0])
    pane.document.tiles_changed.emit(lambda key: True)
    assert pane.layer.frame_is_final


def test_tiles_are_read_for_the_newest_view_only(pane: Pane, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: len(pane.document.loads) == 1)
    pane.move(FAR_VIEW)
    pane.layer.set_document(None, None)
    assert pane.document.loads[0].cancelled.is_set()


def test_another_document_begins_with_nothing(pane: Pane) -> None:
    pane.layer.finish(final=True)
    pane.document.answer(pane.document.frames[0])
    pane.layer.has_painted = True
    other = FakeDocument()
    pane.layer.set_document(other.itself, TileCache(0))
    assert pane.layer.document is other.itself
    assert pane.layer.frame is None
    assert not pane.layer.has_painted
    pane.document.tiles_made.emit(())
    assert other.frames == []
