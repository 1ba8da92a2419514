"""The work on the newest view of a document: its draft, then its step, then a sharper draft.

One after the other, because together they would compete for the cores. For the same reason the
engine is loaded after the draft network, and not while a draft is drawn.
"""

from PySide6.QtCore import QObject, Signal, Slot

from cozviewer.chain.chain import Chain, Progress
from cozviewer.chain.quick_view import worthwhile
from cozviewer.jobs.ahead import Ahead
from cozviewer.jobs.quick_job import (
    DraftImage,
    QuickJob,
    QuickRequest,
    SharperImage,
    SharperRequest,
)
from cozviewer.jobs.zoom_worker import StepRequest, ZoomWorker
from cozviewer.pyramid.camera import View
from cozviewer.pyramid.compose import wanted_region
from cozviewer.pyramid.makers import maker_label
from cozviewer.util.translation import QT_TRANSLATE_NOOP, translate, translate_marked

FINISHING = QT_TRANSLATE_NOOP("Status", "Finishing the current tile")
"""Stage while the worker still holds the request before: a model may take a while to return."""


class ViewWork(QObject):
    """Sends requests for the newest view to the workers, and drops stale answers. GUI thread.

    It has more than 12 attributes and 20 methods, because three requests (draft, sharper draft,
    step) and the loading of the engine wait for each other.

    Signals:
        draft_drawn, sharper_drawn, progressed, refined, stopped, warmed, failed: As `Document`
            has them.
    """

    draft_drawn = Signal(object)
    sharper_drawn = Signal(object)
    progressed = Signal(object)
    refined = Signal()
    stopped = Signal()
    warmed = Signal(str, object)
    failed = Signal(str)

    _refine = Signal(object)
    _draw_draft = Signal(object)
    _sharpen = Signal(object)
    _warm_quick = Signal()
    _warm = Signal()

    def __init__(
        self,
        chain: Chain,
        worker: ZoomWorker,
        quick: QuickJob | None,
        ahead: Ahead,
        parent: QObject,
    ) -> None:
        """Connect the workers.

        Args:
            quick: Draws drafts; None for no drafts.
            ahead: Stopped by every request; it may have drafts of a view already.
        """
        super().__init__(parent)
        self._chain, self._source = chain, chain.pyramid.source
        self._quick, self._ahead = quick, ahead
        self._draft: QuickRequest | None = None
        self._drafting = False
        self._sharper: SharperRequest | None = None
        self._sharpening = False
        self._step: StepRequest | None = None
        self._under_way: StepRequest | None = None
        self._warming = False
        self._engine_due = False
        self._loading = ""

        worker.progressed.connect(self._on_progress)
        worker.finished.connect(self._on_finished)
        worker.stopped.connect(self._on_stopped)
        worker.failed.connect(self._on_failed)
        worker.loading.connect(self._on_loading)
        worker.warmed.connect(self._on_warmed)
        worker.warming_failed.connect(self._on_warming_failed)
        self._warm.connect(worker.warm)
        self._refine.connect(worker.refine)
        if quick is not None:
            quick.drawn.connect(self._on_draft_drawn)
            quick.ended.connect(self._on_draft_ended)
            quick.sharpened.connect(self._on_sharper_drawn)
            quick.loaded.connect(self._on_quick_loaded)
            self._draw_draft.connect(quick.draw)
            self._sharpen.connect(quick.sharpen)
            self._warm_quick.connect(quick.warm)

    @property
    def working(self) -> bool:
        """Whether a step is under way or waiting."""
        return self._step is not None

    @property
    def drafting(self) -> bool:
        """Whether a draft is being drawn."""
        return self._drafting

    # -- loading ---------------------------------------------------------------------------------

    def warm(self) -> None:
        """Load the draft network, then the engine, in the background, once."""
        if self._warming:
            return
        self._warming = True
        self._on_loading(
            translate("Status", "Loading {name}").format(
                name=maker_label(self._chain.upscaler.name)
            )
        )
        if self._quick is None:
            self._warm.emit()
        else:
            self._warm_quick.emit()

    def _load_engine(self) -> None:
        """Load the engine when it is due, unless a draft is being drawn."""
        if self._engine_due and not self._drafting:
            self._engine_due = False
            self._warm.emit()

    @Slot()
    def _on_quick_loaded(self) -> None:
        self._engine_due = True
        self._load_engine()

    @Slot(str)
    def _on_loading(self, stage: str) -> None:
        self._loading = stage
        self._report_loading()

    def _report_loading(self) -> None:
        """Report what the step waits for while the engine is loaded."""
        if self._step is not None and self._loading:
            self.progressed.emit(Progress(self._loading, self._step.region.z, 0, 0, None))

    @Slot(str, object)
    def _on_warmed(self, place: str, devices: list[str]) -> None:
        self._loading = ""
        self.warmed.emit(place, devices)

    @Slot(str)
    def _on_warming_failed(self, sentence: str) -> None:
        self._loading = ""
        self.failed.emit(sentence)

    # -- drafts ----------------------------------------------------------------------------------

    def draw_draft(self, view: View, view_x: float, view_y: float) -> None:
        """See `Document.draw_draft`."""
        if self._draft is not None and self._draft.view == view:
            return
        self._ahead.stop()
        self.leave_draft()
        if not self._drafts_help():
            return
        region = wanted_region(view, self._source)
        if region.z <= 0 or region.empty:
            return
        left, top, right, bottom = view.level_box(*region)
        x = region.rect.x + int(left + (right - left) * view_x / view.width)
        y = region.rect.y + int(top + (bottom - top) * view_y / view.height)
        self._draft = QuickRequest(view, region, x, y)
        self._sharper = SharperRequest(view, view_x, view_y)
        parts, whole = self._ahead.drafts(region)
        if not whole:
            self._drafting = True
            self._draw_draft.emit(self._draft)
        for part in parts:
            self.draft_drawn.emit(part)

    def leave_draft(self) -> None:
        """Make the drafts stale, and start a step that waits for them."""
        if self._draft is not None:
            self._draft.cancelled.set()
            self._draft = None
        if self._sharper is not None:
            self._sharper.cancelled.set()
            self._sharper = None
        self._drafting = self._sharpening = False
        self._send_step()

    def _drafts_help(self) -> bool:
        """Return whether drafts can be drawn, and faster than the engine draws."""
        chain = self._chain
        return self._quick is not None and worthwhile(chain.upscaler, chain.seconds_per_pixel)

    def _draw_sharper(self) -> None:
        """Have the next level drafted over a complete view that enlarges its own level."""
        if self._sharper is not None and not self._sharpening and self._drafts_help():
            self._sharpening = True
            self._sharpen.emit(self._sharper)

    @Slot(object, object)
    def _on_draft_drawn(self, request: QuickRequest, part: DraftImage) -> None:
        if request is self._draft:
            self.draft_drawn.emit(part)

    @Slot(object, object)
    def _on_sharper_drawn(self, request: SharperRequest, part: SharperImage) -> None:
        if request is self._sharper:
            self.sharper_drawn.emit(part)

    @Slot(object)
    def _on_draft_ended(self, request: QuickRequest) -> None:
        if request is self._draft:
            self._drafting = False
            self._load_engine()
            self._send_step()

    # -- steps -----------------------------------------------------------------------------------

    def refine(self, view: View) -> None:
        """See `Document.refine`."""
        self._ahead.stop()
        self._leave_step()
        if self._draft is not None and self._draft.view != view:
            self.leave_draft()
        self._load_engine()
        region = wanted_region(view, self._source)
        if region.z <= 0 or region.empty:
            self.refined.emit()
            return
        self._step = StepRequest(region)
        self._send_step()
        self._report_loading()

    def leave(self) -> None:
        """Make all present requests stale."""
        self._ahead.stop()
        self._leave_step()
        self.leave_draft()

    def _leave_step(self) -> None:
        if self._step is not None:
            self._step.cancelled.set()
            self._step = None

    def _send_step(self) -> None:
        """Let the present step begin, unless it has or its draft is still being drawn."""
        request = self._step
        if request is None or request is self._under_way or self._drafting:
            return
        waiting = self._under_way is not None
        self._under_way = request
        self._refine.emit(request)
        if waiting:
            # Last, because a slot may answer with another call of this object.
            self.progressed.emit(
                Progress(translate_marked("Status", FINISHING), request.region.z, 0, 0, None)
            )

    @Slot(object, object)
    def _on_progress(self, request: StepRequest, progress: Progress) -> None:
        if request is self._step:
            self.progressed.emit(progress)

    def _end(self, request: StepRequest) -> bool:
        """Note that the worker has finished a request; return whether it is the newest."""
        if request is self._under_way:
            self._under_way = None
        if request is not self._step:
            return False
        self._step = None
        return True

    @Slot(object)
    def _on_finished(self, request: StepRequest) -> None:
        if self._end(request):
            self._draw_sharper()
            self.refined.emit()

    @Slot(object)
    def _on_stopped(self, request: StepRequest) -> None:
        if self._end(request):
            self.stopped.emit()

    @Slot(object, str)
    def _on_failed(self, request: StepRequest, sentence: str) -> None:
        if self._end(request):
            self.stopped.emit()
            self.failed.emit(sentence)
