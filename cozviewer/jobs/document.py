"""An open picture: its chain and the threads that work on it, behind one object of the GUI thread.

A thread for each kind of work, so that none waits for another: tiles are fetched, frames composed,
text, faces and borrowed texture looked for, drafts drawn, steps computed (exports and what is drawn
ahead as well, as all need the models). A step begins when the draft of its view is complete:
together they would compete for the cores. For the same reason the engine is loaded after the draft
network, and not while a draft is drawn.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal, Slot

from cozviewer.chain.chain import Chain, Progress
from cozviewer.chain.detections import Find
from cozviewer.chain.protocols import Upscaler
from cozviewer.chain.quick_view import worthwhile
from cozviewer.image.rect import Rect
from cozviewer.jobs.ahead import Ahead, May, targets
from cozviewer.jobs.borrowed_finder import BorrowedFinder, BorrowedRequest
from cozviewer.jobs.detection_job import Looker
from cozviewer.jobs.drafting import Drafting
from cozviewer.jobs.export_job import Export, ExportJob
from cozviewer.jobs.frame_composer import FrameComposer, FrameRequest
from cozviewer.jobs.prompt_finder import WordsFinder, WordsRequest
from cozviewer.jobs.quick_job import (
    DraftImage,
    QuickJob,
    QuickRequest,
    SharperImage,
    SharperRequest,
)
from cozviewer.jobs.threads import start_thread
from cozviewer.jobs.tile_loader import Answer, LoadRequest, TileLoader
from cozviewer.jobs.zoom_worker import StepRequest, ZoomWorker
from cozviewer.pyramid.camera import View
from cozviewer.pyramid.compose import wanted_level
from cozviewer.pyramid.geometry import TileKey
from cozviewer.pyramid.store.draft import Stale


@dataclass(frozen=True)
class DocumentServices:
    """What a document needs besides its chain.

    Attributes:
        devices: Returns the names of the devices that there are; slow. Called on the thread of the
            steps, after the engine is loaded.
        trim: Keeps the tile cache within its budget. Called on the thread of the steps.
        find: Detects text and faces for the deviation overlay; None where that is not installed.
        quick: Draws drafts; None for no drafts.
        may_ahead: Asked on the thread of the steps before tiles are generated ahead; None generates
            nothing ahead.
    """

    devices: Callable[[], Sequence[str]]
    trim: Callable[[], None]
    find: Find | None = None
    quick: Upscaler | None = None
    may_ahead: May | None = None


class Document(QObject):
    """A source, its pyramid and the work on it. All methods are for the GUI thread.

    Attributes:
        chain: What makes the tiles.
        source: The picture.
        drafting: Makes steps anew with other words. Interrupt before, refine after.
        ahead: Draws what comes next; stops as soon as anything else is asked of the document.

    Signals:
        tiles_answered: (Answer) some of the tiles of a request are here, or do not exist (yet).
        tiles_made: (tuple[TileKey, ...]) a step has stored them.
        draft_drawn: (DraftImage) a part of the draft of the newest view.
        sharper_drawn: (SharperImage) a part of a draft over it, as it is refined.
        tiles_changed: (Stale) there are others in the place of these tiles, or none yet.
        borrowed_found: (BorrowedRequest, NDArray[np.bool_]) where a view shows borrowed texture.
        words_found: (WordsRequest, tuple[LevelWords, ...])
        composed: (FrameRequest, QImage)
        marked: (FrameRequest, QImage, tuple[Mark, ...]) a frame with an overlay, and its legend.
        progressed: (Progress) of the newest request or of an export.
        refined: the newest view has all that it needs.
        stopped: work on the newest view ended before that, on request.
        warmed: (str, list[str]) the engine is loaded; where it computes, all devices there are.
        exported: (Export) the file is written.
        export_ended: (Export, str) it is not; "" if the user stopped it.
        failed: (str) one sentence.
        closed: every thread has ended.
    """

    tiles_answered = Signal(object)
    tiles_made = Signal(object)
    draft_drawn = Signal(object)
    sharper_drawn = Signal(object)
    tiles_changed = Signal(object)
    borrowed_found = Signal(object, object)
    words_found = Signal(object, object)
    composed = Signal(object, object)
    marked = Signal(object, object, object)
    progressed = Signal(object)
    refined = Signal()
    stopped = Signal()
    warmed = Signal(str, object)
    exported = Signal(object)
    export_ended = Signal(object, str)
    failed = Signal(str)
    closed = Signal()

    _load = Signal(object)
    _find_borrowed = Signal(object)
    _find_words = Signal(object)
    _compose = Signal(object)
    _refine = Signal(object)
    _draw_draft = Signal(object)
    _sharpen = Signal(object)
    _warm_quick = Signal()
    _warm = Signal()
    _export = Signal(object)

    def __init__(
        self, chain: Chain, services: DocumentServices, parent: QObject | None = None
    ) -> None:
        """Open a chain and start the threads."""
        super().__init__(parent)
        self.chain = chain
        self.source = chain.pyramid.source
        self._quick: QuickJob | None = None
        self._draft: QuickRequest | None = None
        self._drafting = False
        self._sharper: SharperRequest | None = None
        self._sharpening = False
        self._step: StepRequest | None = None
        self._under_way: StepRequest | None = None
        self._exporting: Export | None = None
        self._warming = False
        self._engine_due = False
        self._loading = ""
        self._edition = 0

        self._loader = TileLoader(chain.pyramid)
        self._loader.answered.connect(self._on_answered)
        self._loader.failed.connect(self.failed)
        self._load.connect(self._loader.load)

        self._finder = WordsFinder(chain.pyramid)
        self._finder.found.connect(self.words_found)
        self._finder.failed.connect(self.failed)
        self._find_words.connect(self._finder.find)

        self._composer = FrameComposer(chain.pyramid, chain.texture)
        self._composer.composed.connect(self.composed)
        self._composer.marked.connect(self.marked)
        self._composer.failed.connect(self.failed)
        self._compose.connect(self._composer.compose)

        self._looker = Looker(services.find)
        self._composer.trusted.connect(self._looker.look)
        self._looker.marked.connect(self.marked)
        self._looker.failed.connect(self.failed)

        self._borrowed = BorrowedFinder(chain.pyramid, chain.texture)
        self._borrowed.found.connect(self.borrowed_found)
        self._borrowed.failed.connect(self.failed)
        self._find_borrowed.connect(self._borrowed.find)

        self._worker = ZoomWorker(chain, services.devices, services.trim)
        self._worker.progressed.connect(self._on_progress)
        self._worker.tiles_made.connect(self._on_tiles_made)
        self._worker.finished.connect(self._on_finished)
        self._worker.stopped.connect(self._on_stopped)
        self._worker.failed.connect(self._on_failed)
        self._worker.loading.connect(self._on_loading)
        self._worker.warmed.connect(self._on_warmed)
        self._worker.warming_failed.connect(self._on_warming_failed)
        self._warm.connect(self._worker.warm)
        self._refine.connect(self._worker.refine)

        if services.quick is not None and chain.upscaler.generative:  # else it is not even loaded
            self._quick = QuickJob(chain.pyramid, services.quick, chain.texture)
            self._quick.drawn.connect(self._on_draft_drawn)
            self._quick.ended.connect(self._on_draft_ended)
            self._quick.sharpened.connect(self._on_sharper_drawn)
            self._draw_draft.connect(self._quick.draw)
            self._sharpen.connect(self._quick.sharpen)
            self._quick.loaded.connect(self._on_quick_loaded)
            self._warm_quick.connect(self._quick.warm)

        self._exporter = ExportJob(chain)
        self._exporter.progressed.connect(self._on_export_progress)
        self._exporter.tiles_made.connect(self._on_tiles_made)
        self._exporter.saved.connect(self._on_exported)
        self._exporter.ended.connect(self._on_export_ended)
        self._export.connect(self._exporter.export)

        self.drafting = Drafting(chain, services.trim, self)
        self.drafting.tiles_changed.connect(self._on_tiles_changed)
        self.drafting.failed.connect(self.failed)

        self.ahead = Ahead(chain, self._quick, services.may_ahead, self)
        self.ahead.tiles_made.connect(self.tiles_made)

        makers = (self._worker, self._exporter, self.drafting.job, self.ahead.job)
        self._threads = [
            start_thread("tiles", self._loader, self._finder),
            start_thread("frames", self._composer),
            start_thread("looking", self._looker, self._borrowed, low_priority=True),
            start_thread("steps", *makers, low_priority=True),
        ]
        if self._quick is not None:
            self._threads.append(start_thread("drafts", self._quick, low_priority=True))
        self._running = len(self._threads)
        for thread in self._threads:
            thread.finished.connect(self._on_thread_finished)

    @property
    def working(self) -> bool:
        """Whether a step or an export is under way or waiting."""
        return self._step is not None or self._exporting is not None

    @property
    def exporting(self) -> bool:
        """Whether an export is under way or waiting."""
        return self._exporting is not None

    def warm(self) -> None:
        """Load what draws drafts, then the engine, in the background, once."""
        if self._warming:
            return
        self._warming = True
        self._on_loading(f"Loading {self.chain.upscaler.name}")
        if self._quick is None:
            self._warm.emit()
        else:
            self._warm_quick.emit()

    def _load_engine(self) -> None:
        """Let the engine be loaded if its time has come, unless a draft is being drawn."""
        if self._engine_due and not self._drafting:
            self._engine_due = False
            self._warm.emit()

    def load(self, request: LoadRequest) -> None:
        """Fetch tiles; answers come as `tiles_answered`."""
        self._load.emit(replace(request, edition=self._edition))

    def find_words(self, request: WordsRequest) -> None:
        """Find what the levels under a view were made with; the answer comes as `words_found`."""
        self._find_words.emit(request)

    def find_borrowed(self, request: BorrowedRequest) -> None:
        """Find where a view shows borrowed texture, if the chain borrows any; the answer comes as
        `borrowed_found`."""
        if self.chain.texture is not None:
            self._find_borrowed.emit(request)

    def compose(self, request: FrameRequest) -> None:
        """Compose the exact picture of a view; the answer comes as `composed`."""
        self._compose.emit(request)

    def draw_draft(self, view: View, view_x: float, view_y: float) -> None:
        """Have a draft drawn of what a view lacks, if that is of use; its parts come as
        `draft_drawn`. Takes the place of the one before, unless that is of the same view. When the
        view is refined, and enlarges its level, a sharper one follows.

        Args:
            view: May be one that the camera is still on its way to.
            view_x, view_y: Where to begin, in view pixels: the pointer's place.
        """
        if self._draft is not None and self._draft.view == view:
            return
        self.ahead.stop()
        self._leave_draft()
        if not self._drafts_help():
            return
        z, region = self._wanted(view)
        if z <= 0 or region.empty:
            return
        left, top, right, bottom = view.level_box(z, region)
        x = region.x + int(left + (right - left) * view_x / view.width)
        y = region.y + int(top + (bottom - top) * view_y / view.height)
        self._draft = QuickRequest(view, z, region, x, y)
        self._sharper = SharperRequest(view, view_x, view_y)
        parts, whole = self.ahead.drafts(z, region)
        if not whole:
            self._drafting = True
            self._draw_draft.emit(self._draft)
        for part in parts:
            self.draft_drawn.emit(part)

    def _drafts_help(self) -> bool:
        """Whether there is something to draw drafts with, and the engine is slower than that."""
        chain = self.chain
        return self._quick is not None and worthwhile(chain.upscaler, chain.seconds_per_pixel)

    def _draw_sharper(self) -> None:
        """Have the next level drafted over a view that enlarges its own, of which all is there."""
        if self._sharper is not None and not self._sharpening and self._drafts_help():
            self._sharpening = True
            self._sharpen.emit(self._sharper)

    def refine(self, view: View) -> None:
        """Compute what a view lacks, as soon as its draft is there if one is being drawn; takes the
        place of the request before."""
        self.ahead.stop()
        self._leave_step()
        if self._draft is not None and self._draft.view != view:
            self._leave_draft()
        self._load_engine()
        z, region = self._wanted(view)
        if z <= 0 or region.empty:
            self.refined.emit()
            return
        self._step = StepRequest(z, region)
        self._send_step()
        self._tell_loading()

    def _wanted(self, view: View) -> tuple[int, Rect]:
        """Return the level that a view at rest is made from, and what is seen of it."""
        z = wanted_level(view, self.source.coarsest)
        return z, view.visible(z, self.source.width, self.source.height)

    def _send_step(self) -> None:
        """Let the present step begin, unless it has or its draft is still being drawn."""
        request = self._step
        if request is None or request is self._under_way or self._drafting:
            return
        # The worker still holds the request before; a model may take a while to let go.
        waiting = self._under_way is not None
        self._under_way = request
        self._refine.emit(request)
        if waiting:
            # Last, because a slot may answer with another call of this object.
            self.progressed.emit(Progress("Leaving the view before", request.z, 0, 0, None))

    def _tell_loading(self) -> None:
        """Report what the step waits for while the engine is loaded."""
        if self._step is not None and self._loading:
            self.progressed.emit(Progress(self._loading, self._step.z, 0, 0, None))

    def interrupt(self) -> None:
        """Make the present requests stale: the tile under work is the last one."""
        self.ahead.stop()
        self._leave_step()
        self._leave_draft()

    def _leave_step(self) -> None:
        if self._step is not None:
            self._step.cancelled.set()
            self._step = None

    def _leave_draft(self) -> None:
        if self._draft is not None:
            self._draft.cancelled.set()
            self._draft = None
        if self._sharper is not None:
            self._sharper.cancelled.set()
            self._sharper = None
        self._drafting = self._sharpening = False
        self._send_step()

    def draw_ahead(
        self,
        view: View,
        view_x: float,
        view_y: float,
        pan: tuple[float, float],
        drafts: bool = True,
    ) -> None:
        """Draw what probably comes next after a view, unless anything is under way.

        Args:
            view, view_x, view_y, pan: As `targets` takes them.
            drafts: Whether drafts are of use, as they are shown.
        """
        if not self.working and not self._drafting:
            self.ahead.start(targets(view, self.source, view_x, view_y, pan), drafts)

    def stop(self) -> None:
        """Stop steps and export, as the user asks."""
        if self._exporting is not None:
            self._exporting.cancelled.set()
        working = self._step is not None
        self.interrupt()
        if working:
            self.stopped.emit()

    def export(self, request: Export) -> None:
        """Save a picture or a movie; one at a time (a second one takes the place of the first)."""
        self.ahead.stop()
        if self._exporting is not None:
            self._exporting.cancelled.set()
        self._exporting = request
        self._export.emit(request)

    def close(self) -> None:
        """Cancel all work and let the threads end; `closed` tells when they have."""
        self.interrupt()
        self.drafting.discard()
        if self._exporting is not None:
            self._exporting.cancelled.set()
        for thread in self._threads:
            thread.quit()

    def wait(self) -> None:
        """Block until the threads have ended. Call `close` first."""
        for thread in self._threads:
            thread.wait()
        self.drafting.finish()
        self.chain.pyramid.store.close()

    @Slot()
    def _on_thread_finished(self) -> None:
        self._running -= 1
        if not self._running:
            # `finished` is told by a thread that still has a few steps to go.
            self.wait()
            self.closed.emit()

    @Slot(object, object)
    def _on_answered(self, request: LoadRequest, answer: Answer) -> None:
        if request.edition == self._edition:  # else it may be of what was there before
            self.tiles_answered.emit(answer)

    @Slot(object)
    def _on_tiles_changed(self, stale: Stale) -> None:
        self._edition += 1
        self.ahead.forget()
        self._leave_draft()  # it may be drawn from what was there before
        self.tiles_changed.emit(stale)

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

    @Slot()
    def _on_quick_loaded(self) -> None:
        self._engine_due = True
        self._load_engine()

    @Slot(str)
    def _on_loading(self, stage: str) -> None:
        self._loading = stage
        self._tell_loading()

    @Slot(str, object)
    def _on_warmed(self, place: str, devices: list[str]) -> None:
        self._loading = ""
        self.warmed.emit(place, devices)

    @Slot(str)
    def _on_warming_failed(self, sentence: str) -> None:
        self._loading = ""
        self.failed.emit(sentence)

    @Slot(object, object)
    def _on_progress(self, request: StepRequest, progress: Progress) -> None:
        if request is self._step:
            self.progressed.emit(progress)

    @Slot(object, object)
    def _on_tiles_made(self, request: object, keys: tuple[TileKey, ...]) -> None:
        # A stale request's last tiles are good tiles all the same.
        self.tiles_made.emit(keys)
        for key in keys:
            self.drafting.note(key)

    def _ended(self, request: StepRequest) -> None:
        if request is self._under_way:
            self._under_way = None

    @Slot(object)
    def _on_finished(self, request: StepRequest) -> None:
        self._ended(request)
        if request is self._step:
            self._step = None
            self._draw_sharper()
            self.refined.emit()

    @Slot(object)
    def _on_stopped(self, request: StepRequest) -> None:
        self._ended(request)
        if request is self._step:
            self._step = None
            self.stopped.emit()

    @Slot(object, str)
    def _on_failed(self, request: StepRequest, sentence: str) -> None:
        self._ended(request)
        if request is self._step:
            self._step = None
            self.stopped.emit()
            self.failed.emit(sentence)

    @Slot(object, object)
    def _on_export_progress(self, request: Export, progress: Progress) -> None:
        if request is self._exporting:
            self.progressed.emit(progress)

    @Slot(object)
    def _on_exported(self, request: Export) -> None:
        if request is self._exporting:
            self._exporting = None
        self.exported.emit(request)

    @Slot(object, str)
    def _on_export_ended(self, request: Export, sentence: str) -> None:
        if request is self._exporting:
            self._exporting = None
        self.export_ended.emit(request, sentence)
