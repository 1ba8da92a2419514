"""An open image: its chain and the threads that work on it, behind one object of the GUI thread.

There is a thread for each kind of work, so that none waits for another: loading tiles, composing
frames, detecting text, faces and borrowed texture, drawing drafts, and computing steps (exports and
tiles generated ahead as well, as all of them need the models).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal, Slot

from cozviewer.chain.chain import Chain, Progress
from cozviewer.chain.protocols import Upscaler
from cozviewer.chain.trust.findings import Find
from cozviewer.jobs.ahead import Ahead, May, targets
from cozviewer.jobs.borrowed_finder import BorrowedFinder, BorrowedRequest
from cozviewer.jobs.detection_job import Looker
from cozviewer.jobs.drafting import Drafting
from cozviewer.jobs.exports.export_job import Export, ExportJob
from cozviewer.jobs.frame_composer import FrameComposer, FrameRequest
from cozviewer.jobs.prompt_finder import PromptFinder, PromptsRequest
from cozviewer.jobs.quick_job import QuickJob
from cozviewer.jobs.threads import start_thread
from cozviewer.jobs.tile_loader import Answer, LoadRequest, TileLoader
from cozviewer.jobs.view_work import ViewWork
from cozviewer.jobs.zoom_worker import ZoomWorker
from cozviewer.pyramid.camera import View
from cozviewer.pyramid.geometry import TileKey
from cozviewer.pyramid.store.draft import Stale
from cozviewer.session.session import Session
from cozviewer.session.source import OpenedImage


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

    It has an attribute for each worker, which no thread keeps alive, and a short method for each
    request: more than 12 and 20.

    Attributes:
        chain: Generates the tiles.
        source: The photo.
        image: The photo, and the session that it was opened through.
        drafting: Regenerates steps with another prompt. Interrupt before, refine after.
        ahead: Generates what comes next; stops with any other request to the document.
        view_work: The work on the newest view.

    Signals:
        tiles_answered: (Answer) Some of the tiles of a request are here, or do not exist (yet).
        tiles_made: (tuple[TileKey, ...]) They are in the store now.
        draft_drawn: (DraftImage) A part of the draft of the newest view.
        sharper_drawn: (SharperImage) A part of a draft over it, as it is refined.
        tiles_changed: (Stale) These tiles were replaced or removed.
        borrowed_found: (BorrowedRequest, NDArray[np.bool_]) Where a view shows borrowed texture.
        prompts_found: (PromptsRequest, tuple[LevelPrompt, ...])
        composed: (FrameRequest, QImage, FrameAlpha | None) A frame, opaque, and its alpha.
        marked: (FrameRequest, QImage, tuple[Mark, ...]) A frame with an overlay, and its legend.
        progressed: (Progress) Of the newest view or of an export.
        refined: The newest view has all the tiles that it needs.
        stopped: Work on the newest view ended before that, on request or because of an error.
        warmed: (str, list[str]) The engine is loaded: the device it runs on, and all devices.
        exported: (Export) The file is written.
        export_ended: (Export, str) It is not; "" if the user stopped it.
        failed: (str) One sentence.
        closed: Every thread has ended.
    """

    tiles_answered = Signal(object)
    tiles_made = Signal(object)
    draft_drawn = Signal(object)
    sharper_drawn = Signal(object)
    tiles_changed = Signal(object)
    borrowed_found = Signal(object, object)
    prompts_found = Signal(object, object)
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
    _find_prompts = Signal(object)
    _compose = Signal(object)
    _export = Signal(object)

    def __init__(
        self,
        chain: Chain,
        services: DocumentServices,
        parent: QObject | None = None,
        session: Session | None = None,
    ) -> None:
        """Open a chain and start the threads.

        Args:
            session: The session that the photo was opened through.
        """
        super().__init__(parent)
        self.chain = chain
        self.source = chain.pyramid.source
        self.image = OpenedImage(self.source, session)
        self._quick: QuickJob | None = None
        self._exporting: Export | None = None
        self._edition = 0

        self._loader = TileLoader(chain.pyramid)
        self._loader.answered.connect(self._on_answered)
        self._loader.failed.connect(self.failed)
        self._load.connect(self._loader.load)

        self._finder = PromptFinder(chain.pyramid)
        self._finder.found.connect(self.prompts_found)
        self._finder.failed.connect(self.failed)
        self._find_prompts.connect(self._finder.find)

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
        self._worker.tiles_made.connect(self._on_tiles_made)

        if services.quick is not None and chain.upscaler.generative:  # else it is not even loaded
            self._quick = QuickJob(chain.pyramid, services.quick, chain.texture)

        self._exporter = ExportJob(chain, None if session is None else session.path)
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

        self.view_work = ViewWork(chain, self._worker, self._quick, self.ahead, self)
        self.view_work.draft_drawn.connect(self.draft_drawn)
        self.view_work.sharper_drawn.connect(self.sharper_drawn)
        self.view_work.progressed.connect(self.progressed)
        self.view_work.refined.connect(self.refined)
        self.view_work.stopped.connect(self.stopped)
        self.view_work.warmed.connect(self.warmed)
        self.view_work.failed.connect(self.failed)

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
        return self.view_work.working or self._exporting is not None

    @property
    def exporting(self) -> bool:
        """Whether an export is under way or waiting."""
        return self._exporting is not None

    def warm(self) -> None:
        """Load the draft network, then the engine, in the background, once."""
        self.view_work.warm()

    def load(self, request: LoadRequest) -> None:
        """Load tiles; answers come as `tiles_answered`."""
        self._load.emit(replace(request, edition=self._edition))

    def find_prompts(self, request: PromptsRequest) -> None:
        """Find the prompts of the levels under a view; the answer comes as `prompts_found`."""
        self._find_prompts.emit(request)

    def find_borrowed(self, request: BorrowedRequest) -> None:
        """Find where a view shows borrowed texture, if the chain borrows any; the answer comes as
        `borrowed_found`."""
        if self.chain.texture is not None:
            self._find_borrowed.emit(request)

    def compose(self, request: FrameRequest) -> None:
        """Compose the exact frame of a view; the answer comes as `composed`."""
        self._compose.emit(request)

    def draw_draft(self, view: View, view_x: float, view_y: float) -> None:
        """Draw a draft of what a view lacks, if that is useful; its parts come as `draft_drawn`.

        It replaces the one before, unless that is of the same view. When the view is refined and
        enlarges its level, a sharper draft follows.

        Args:
            view: May be one that the camera still glides to.
            view_x, view_y: Where to begin, in view pixels: the position of the pointer.
        """
        self.view_work.draw_draft(view, view_x, view_y)

    def refine(self, view: View) -> None:
        """Generate what a view lacks, once its draft is complete if one is being drawn; replaces
        the request before. Ends with `refined` or `stopped`."""
        self.view_work.refine(view)

    def interrupt(self) -> None:
        """Make the present requests stale: the tile under work is the last one."""
        self.view_work.leave()

    def draw_ahead(
        self,
        view: View,
        view_x: float,
        view_y: float,
        pan: tuple[float, float],
        drafts: bool = True,
    ) -> None:
        """Generate what probably comes next after a view, unless there is other work.

        Args:
            view, view_x, view_y, pan: As `targets` takes them.
            drafts: Whether drafts are shown.
        """
        if not self.working and not self.view_work.drafting:
            self.ahead.start(targets(view, self.source, view_x, view_y, pan), drafts)

    def stop(self) -> None:
        """Stop steps and export at the request of the user."""
        if self._exporting is not None:
            self._exporting.cancelled.set()
        working = self.view_work.working
        self.interrupt()
        if working:
            self.stopped.emit()

    def export(self, request: Export) -> None:
        """Export an image or a video; one at a time (a second one replaces the first)."""
        self.ahead.stop()
        if self._exporting is not None:
            self._exporting.cancelled.set()
        self._exporting = request
        self._export.emit(request)

    def close(self) -> None:
        """Cancel all work and end the threads; `closed` follows."""
        self.interrupt()
        self._worker.closing.set()
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
            # A thread emits `finished` shortly before it has ended.
            self.wait()
            self.closed.emit()

    @Slot(object, object)
    def _on_answered(self, request: LoadRequest, answer: Answer) -> None:
        if request.edition == self._edition:  # else it may show the previous pixels
            self.tiles_answered.emit(answer)

    @Slot(object)
    def _on_tiles_changed(self, stale: Stale) -> None:
        self._edition += 1
        self.ahead.forget()
        self.view_work.leave_draft()  # it may be drawn from the previous pixels
        self.tiles_changed.emit(stale)

    @Slot(object, object)
    def _on_tiles_made(self, request: object, keys: tuple[TileKey, ...]) -> None:
        # The last tiles of a stale request are as good as any.
        self.tiles_made.emit(keys)
        for key in keys:
            self.drafting.note(key)

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
