"""Runs the zoom steps: one request at a time, the newest view's, on its own QThread."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Event

from PySide6.QtCore import QObject, Signal, Slot

from cozviewer.chain.chain import Chain, Progress
from cozviewer.chain.stages import reporting_stages
from cozviewer.jobs.collector import libraries_passed_over
from cozviewer.jobs.report import sentence_of
from cozviewer.pyramid.geometry import LevelRegion
from cozviewer.pyramid.makers import maker_label
from cozviewer.util.errors import Cancelled
from cozviewer.util.translation import QT_TRANSLATE_NOOP, translate


@dataclass(frozen=True)
class StepRequest:
    """A view that came to rest.

    Attributes:
        region: Its visible part of the step level that makes it sharp, inside the photo.
        cancelled: Set when the view has changed or the user stopped it.
    """

    region: LevelRegion
    cancelled: Event = field(default_factory=Event)


class ZoomWorker(QObject):
    """Refines views of one pyramid.

    Attributes:
        closing: Set when the document is closed: it then does not wait for an engine that another
            one loads.

    Signals (all carry the request, so that stale ones are recognised):
        progressed: (StepRequest, Progress)
        tiles_made: (StepRequest, tuple[TileKey, ...]) they are in the store now.
        finished: (StepRequest) everything that the view needs is there.
        stopped: (StepRequest) on request; finished tiles are kept.
        failed: (StepRequest, str) one sentence; finished tiles are kept.
        loading: (str) the stage, while the engine is loaded ahead of any request.
        warmed: (str, object) the engine is loaded: where it computes, and the devices there are.
        warming_failed: (str) one sentence.
    """

    progressed = Signal(object, object)
    tiles_made = Signal(object, object)
    finished = Signal(object)
    stopped = Signal(object)
    failed = Signal(object, str)
    loading = Signal(str)
    warmed = Signal(str, object)
    warming_failed = Signal(str)

    def __init__(
        self,
        chain: Chain,
        devices: Callable[[], Sequence[str]],
        trim: Callable[[], None],
    ) -> None:
        """Make the worker; it belongs on its own thread.

        Args:
            chain: Used by this worker's thread only.
            devices: Names the devices there are; slow, called after the engine is loaded.
            trim: Keeps the cache folder within its budget; called after each request.
        """
        super().__init__()
        self.closing = Event()
        self._chain = chain
        self._devices = devices
        self._trim = trim

    @Slot()
    def warm(self) -> None:
        """Load the engine before it is needed."""
        try:
            self.loading.emit(
                translate("Status", "Loading {name}").format(
                    name=maker_label(self._chain.upscaler.name)
                )
            )
            with reporting_stages(self.loading.emit), libraries_passed_over():
                self._chain.load(self.closing.is_set)
            self.warmed.emit(self._chain.upscaler.device, list(self._devices()))
        except Cancelled:
            return
        except Exception as error:
            self.warming_failed.emit(
                sentence_of(error, QT_TRANSLATE_NOOP("Error", "loading the engine"))
            )

    @Slot(object)
    def refine(self, request: StepRequest) -> None:
        """Compute what a view lacks."""
        if request.cancelled.is_set():
            self.stopped.emit(request)
            return
        computed = False

        def report(stage: str) -> None:
            self.progressed.emit(request, Progress(stage, request.region.z, 0, 0, None))

        try:
            with reporting_stages(report):
                for progress in self._chain.refine(
                    *request.region,
                    request.cancelled.is_set,
                    lambda now: self.progressed.emit(request, now),
                ):
                    self.progressed.emit(request, progress)
                    if progress.finished:
                        computed = True
                        self.tiles_made.emit(request, progress.finished)
        except Cancelled:
            self.stopped.emit(request)
        except Exception as error:
            self.failed.emit(
                request, sentence_of(error, QT_TRANSLATE_NOOP("Error", "drawing finer tiles"))
            )
        else:
            self.finished.emit(request)
        if computed:
            self._trim_quietly()

    def _trim_quietly(self) -> None:
        try:
            self._trim()
        except Exception as error:
            # A cache over its budget does not stop the work; it is logged.
            sentence_of(error, "trimming the cache")
