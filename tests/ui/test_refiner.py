"""The refine loop of one image: when its document is interrupted, drafted and refined."""

from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import pytest
from PySide6.QtCore import QObject, QPointF, Signal
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from cozviewer.jobs.document import Document
from cozviewer.jobs.frame_composer import ComposedFrame, FrameRequest
from cozviewer.pyramid.camera import View, camera_at
from cozviewer.ui.refiner import Refiner
from cozviewer.ui.view.canvas import Canvas
from cozviewer.ui.view.layer import Layer
from cozviewer.ui.view.navigator import Navigator
from tests.ui.view.documents import FAR_VIEW


class Recorder(QObject):
    """A document that does no work, and records what it is asked."""

    refined = Signal()
    stopped = Signal()
    composed = Signal(object, object)

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.views: list[View] = []
        self.view_work = SimpleNamespace(working=False)

    def interrupt(self) -> None:
        self.asked.append("interrupt")

    def draw_draft(self, view: View, view_x: float, view_y: float) -> None:
        self.asked.append("draft")
        self.views.append(view)

    def refine(self, view: View) -> None:
        self.asked.append("refine")
        self.views.append(view)


class Shown:
    """A layer that records how its view ended."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.ends: list[bool] = []

    def finish(self, final: bool) -> None:
        self.ends.append(final)


class Bench:
    """A refiner between stand-ins."""

    def __init__(self) -> None:
        self.navigator = Navigator()
        self.pane = Canvas(self.navigator)
        self.document = Recorder()
        self.refiner = Refiner(
            self.navigator, cast(Document, self.document), self.pane, self.navigator
        )
        self.layer = Shown(self.pane.view)
        self.refiner.layer = cast(Layer, self.layer)
        self.signals: list[str] = []
        self.refiner.interrupted.connect(lambda: self.signals.append("interrupted"))
        self.refiner.began.connect(lambda: self.signals.append("began"))
        self.refiner.refined.connect(lambda: self.signals.append("refined"))
        self.refiner.stopped.connect(lambda: self.signals.append("stopped"))

    @property
    def asked(self) -> list[str]:
        """Return what the document was asked since the last look."""
        asked, self.document.asked = self.document.asked, []
        return asked


@pytest.fixture
def bench(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setattr("cozviewer.ui.refiner.pointed_place", lambda pane: QPointF(10, 20))
    made = Bench()
    qtbot.addWidget(made.pane)
    yield made
    made.refiner.close()


def test_a_view_at_rest_is_refined_after_its_draft(bench: Bench) -> None:
    bench.refiner.drafts = True
    bench.refiner.refine()
    assert bench.asked == ["draft", "refine"]
    assert bench.document.views == [bench.pane.view, bench.layer.view]
    assert bench.signals == ["began"]


def test_without_drafts_none_is_drawn(bench: Bench) -> None:
    bench.refiner.refine()
    bench.navigator.paused.emit()
    assert bench.asked == ["refine"]


def test_a_gesture_interrupts_and_nothing_is_refined_before_the_view_rests(bench: Bench) -> None:
    bench.navigator.pan(5, 0)
    assert bench.asked == ["interrupt"]
    bench.refiner.refine()
    assert bench.asked == []
    assert bench.signals == ["interrupted"]


def test_a_pause_has_a_draft_drawn_of_where_the_camera_glides_to(bench: Bench) -> None:
    bench.refiner.drafts = True
    bench.navigator.set_source(4000, 3000)
    bench.navigator.go_to(camera_at(700, 500, 2.0))
    bench.asked.clear()
    bench.navigator.paused.emit()
    assert bench.asked == ["draft"]
    assert bench.document.views[-1].camera == bench.navigator.goal != bench.navigator.camera


def test_a_hidden_image_is_interrupted_instead(bench: Bench) -> None:
    bench.refiner.drafts = True
    bench.refiner.layer = None
    bench.refiner.refine()
    bench.navigator.paused.emit()
    assert bench.asked == ["interrupt"]
    bench.document.refined.emit()  # of work that had begun while it was shown
    assert bench.signals == ["began", "refined"]


def test_the_layer_gets_its_exact_frame_when_the_work_ends(bench: Bench) -> None:
    bench.refiner.refine()
    bench.document.stopped.emit()
    assert (bench.layer.ends, bench.refiner.complete) == ([False], False)
    bench.document.refined.emit()
    assert (bench.layer.ends, bench.refiner.complete) == ([False, True], True)
    assert bench.signals == ["began", "stopped", "refined"]
    bench.navigator.pan(5, 0)
    assert not bench.refiner.complete


def test_a_view_is_refined_again_where_tiles_were_lost_but_not_for_ever(bench: Bench) -> None:
    request = FrameRequest(bench.layer.view, None)
    lost, whole = (ComposedFrame(QImage(), complete) for complete in (False, True))
    bench.refiner.refine()
    bench.document.composed.emit(request, lost)
    assert bench.asked == ["refine"], "it is under way"
    for composed, again in ((whole, []), (lost, ["refine"]), (lost, ["refine"]), (lost, [])):
        bench.document.refined.emit()
        bench.document.composed.emit(request, composed)
        assert bench.asked == again
    bench.refiner.interrupt()
    bench.refiner.refine()
    assert bench.asked == ["interrupt", "refine"]
    bench.document.refined.emit()
    bench.document.composed.emit(FrameRequest(FAR_VIEW, None), lost)
    bench.document.composed.emit(replace(request, older=True), lost)
    request.cancelled.set()
    bench.document.composed.emit(request, lost)
    assert bench.document.asked == [], "not of what is shown"


def test_a_view_that_was_stopped_stays_as_it_is(bench: Bench) -> None:
    bench.refiner.refine()
    bench.document.stopped.emit()
    lost = ComposedFrame(QImage(), complete=False)
    bench.document.composed.emit(FrameRequest(bench.layer.view, None), lost)
    assert bench.asked == ["refine"]


def test_after_closing_it_follows_nothing(bench: Bench) -> None:
    bench.refiner.close()
    bench.navigator.pan(5, 0)
    bench.navigator.paused.emit()
    bench.document.refined.emit()
    assert (bench.asked, bench.signals, bench.layer.ends) == ([], [], [])
