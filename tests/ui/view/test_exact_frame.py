"""The exact frame of a view at rest: asked for once, replaced by newer ones, never stale."""

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from cozviewer.chain.trust.overlays import Mark
from cozviewer.jobs.frame_composer import FrameRequest
from cozviewer.pyramid.camera import View, camera_at
from cozviewer.ui.view.exact_frame import ExactFrame, Frame
from cozviewer.ui.view.navigator import Navigator
from tests.ui.view.documents import FAR_VIEW, VIEW, FakeDocument, Heard

MARK = Mark((1, 2, 3), "Generated")


class Pane:
    """An exact frame over a fake document, and what it depends on.

    Attributes:
        view: What the pane shows.
        finest: The finest level that it shows; None for all.
        stand_in: Whether a draft stands in for missing tiles.
    """

    def __init__(self) -> None:
        self.view: View = VIEW
        self.finest: int | None = None
        self.stand_in = False
        self.navigator = Navigator()
        self.document = FakeDocument()
        self.exact = ExactFrame(
            self.navigator,
            lambda: self.view,
            lambda: FrameRequest(self.view, self.finest),
            lambda: self.stand_in,
            self.navigator,
        )
        self.exact.set_document(self.document.itself)
        self.heard = Heard()
        self.heard.listen(self.exact, "composed", "updated", "changed")

    def move(self, view: View) -> bool:
        self.view = view
        return self.exact.move()

    def pending(self) -> bool:
        return self.exact.is_pending

    def frame(self) -> Frame | None:
        return self.exact.frame

    def covering(self) -> QImage | None:
        return self.exact.covering

    def compose(self, final: bool = True) -> QImage:
        """Have the present view's frame composed and delivered."""
        self.exact.finish(final)
        return self.document.answer(self.document.frames[-1])


@pytest.fixture
def pane(qtbot: QtBot) -> Iterator[Pane]:
    made = Pane()
    yield made
    made.exact.set_document(None)


def test_nothing_is_composed_before_the_view_is_complete(pane: Pane) -> None:
    pane.exact.ask()
    assert pane.document.frames == []
    assert not pane.pending()


def test_a_complete_view_is_composed_once(pane: Pane) -> None:
    pane.exact.finish(final=True)
    pane.exact.ask()
    assert [request.view for request in pane.document.frames] == [VIEW]
    assert pane.pending()
    image = pane.document.answer(pane.document.frames[0])
    frame = pane.exact.current
    assert frame is not None
    assert frame.image is image
    assert pane.exact.is_final
    assert not pane.pending()
    assert pane.heard.take() == ["composed", "updated", "changed"]
    pane.exact.ask()
    assert len(pane.document.frames) == 1


def test_a_frame_of_a_view_that_was_left_is_cancelled_and_not_shown(pane: Pane) -> None:
    pane.exact.finish(final=True)
    (request,) = pane.document.frames
    assert not pane.move(FAR_VIEW), "there was no frame yet"
    assert request.cancelled.is_set()
    pane.document.answer(request)
    assert pane.frame() is None
    assert pane.heard.take() == []


def test_a_frame_stays_while_the_view_moves_by_whole_pixels(pane: Pane) -> None:
    pane.compose()
    (x, y), magnification = VIEW.camera.source_centre, VIEW.camera.magnification
    shifted = View(camera_at(x + 3 / magnification, y, magnification), 40, 30)
    assert shifted.shift_from(VIEW) is not None
    assert not pane.move(shifted)
    assert pane.frame() is not None
    assert not pane.exact.is_final, "it is of the view before"
    pane.compose()
    frame = pane.frame()
    assert frame is not None
    assert frame.view == shifted
    assert frame.arrived < 0, "its pixels are there already: nothing to fade"


def test_a_frame_of_another_place_is_dropped(pane: Pane) -> None:
    pane.compose()
    assert pane.move(FAR_VIEW)
    assert pane.frame() is None


def test_reduced_motion_shows_a_frame_at_once(pane: Pane) -> None:
    pane.navigator.reduced_motion = True
    pane.compose()
    assert pane.exact.is_shown
    assert not pane.exact.is_fading


def test_an_unfinished_frame_does_not_cover_a_draft(pane: Pane) -> None:
    pane.stand_in = True
    pane.exact.finish(final=False)
    assert pane.document.frames == []
    pane.exact.finish(final=True)
    assert len(pane.document.frames) == 1


def test_a_draft_uncovers_itself_from_an_unfinished_frame(pane: Pane) -> None:
    pane.compose(final=False)
    pane.exact.uncover_draft()
    assert pane.frame() is not None, "there is no draft"
    pane.stand_in = True
    pane.exact.uncover_draft()
    assert pane.frame() is None


def test_a_final_frame_stays_over_a_draft_and_new_tiles(pane: Pane) -> None:
    pane.compose()
    pane.stand_in = True
    pane.exact.uncover_draft()
    pane.exact.drop_unfinished()
    assert pane.exact.is_final


def test_a_frame_that_lacks_tiles_is_not_final_and_is_composed_again(pane: Pane) -> None:
    pane.exact.finish(final=True)
    pane.document.answer(pane.document.frames[0], complete=False)
    assert pane.exact.current is not None
    assert not pane.exact.is_final
    pane.exact.finish(final=True)
    pane.document.answer(pane.document.frames[1])
    assert pane.exact.is_final


def test_the_overlay_belongs_to_the_frame_of_the_view(pane: Pane) -> None:
    pane.exact.set_overlay("origin")
    assert pane.exact.awaits_marks
    assert pane.document.frames == [], "there is no frame to mark yet"
    pane.compose()
    marks = pane.document.frames[-1]
    assert (marks.view, marks.overlay, marks.generative) == (VIEW, "origin", True)
    image = QImage(4, 3, QImage.Format.Format_RGB32)
    pane.document.marked.emit(marks, image, (MARK,))
    assert pane.covering() is image
    assert pane.exact.legend == (MARK,)
    assert not pane.exact.awaits_marks


def test_an_overlay_may_come_twice(pane: Pane) -> None:
    pane.compose()
    pane.exact.set_overlay("trust")
    for legend in ((), (MARK,)):
        image = QImage(4, 3, QImage.Format.Format_RGB32)
        pane.document.marked.emit(pane.document.frames[-1], image, legend)
    assert pane.covering() is image
    assert pane.exact.legend == (MARK,)


def test_another_overlay_or_view_cancels_the_one_before(pane: Pane) -> None:
    pane.compose()
    pane.exact.set_overlay("trust")
    first = pane.document.frames[-1]
    pane.exact.set_overlay("origin")
    second = pane.document.frames[-1]
    assert first.cancelled.is_set()
    pane.move(FAR_VIEW)
    assert second.cancelled.is_set()
    for request in (first, second):
        pane.document.marked.emit(request, QImage(), (MARK,))
    assert pane.covering() is None
    assert pane.exact.legend == ()


def test_the_older_image_covers_the_frame_until_it_is_left(pane: Pane) -> None:
    pane.compose()
    pane.exact.show_older(True)
    request = pane.document.frames[-1]
    assert (request.view, request.older) == (VIEW, True)
    image = pane.document.answer(request)
    assert pane.covering() is image
    assert pane.exact.hides_drafts
    pane.exact.show_older(False)
    assert pane.covering() is None
    assert pane.exact.is_final, "the frame is still there"


def test_an_older_image_of_a_view_that_was_left_is_not_shown(pane: Pane) -> None:
    pane.exact.show_older(True)
    (request,) = pane.document.frames
    pane.move(FAR_VIEW)
    assert request.cancelled.is_set()
    pane.document.answer(request)
    assert pane.covering() is None


def test_borrowed_texture_is_looked_for_in_each_frame(pane: Pane) -> None:
    pane.compose()
    (request,) = pane.document.borrowed
    mask = np.zeros((30, 40), np.bool_)
    mask[5, 7] = True
    pane.heard.take()
    pane.document.borrowed_found.emit(request, mask)
    assert pane.heard.take() == ["changed"]
    assert pane.exact.borrows
    assert pane.exact.borrows_at(7.9, 5.0)
    assert not pane.exact.borrows_at(8.0, 5.0)
    assert not pane.exact.borrows_at(-1.0, 5.0)
    assert not pane.exact.borrows_at(7.0, 30.0)
    pane.move(FAR_VIEW)
    assert request.cancelled.is_set()
    assert not pane.exact.borrows


def test_the_interpolated_source_borrows_nothing(pane: Pane) -> None:
    pane.finest = 0
    pane.compose()
    assert pane.document.borrowed == []


def test_another_document_cancels_what_was_asked_of_the_one_before(pane: Pane) -> None:
    pane.compose()
    pane.exact.set_overlay("origin")
    request = pane.document.frames[-1]
    pane.exact.set_document(None)
    assert request.cancelled.is_set()
    assert pane.frame() is None
    pane.document.marked.emit(request, QImage(), (MARK,))
    assert pane.covering() is None
