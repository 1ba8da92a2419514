"""Upscales photos of the queue, one after the other, on a thread and with chains of their own.

The view comes first: while it generates, the queue holds. The run of the model that is under way is
given up at once (as with Stop), because the view would have to wait for it; its tiles are made
again afterwards. A file that is being written is finished meanwhile.
"""

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from PySide6.QtCore import QObject, Signal, Slot

from cozviewer.chain.chain import Chain, Progress
from cozviewer.config.choice import EngineChoice
from cozviewer.export.run import Generator
from cozviewer.export.upscaling.upscale import UpscaleOptions, upscale_photo
from cozviewer.image.tone import AUTOMATIC, Tone
from cozviewer.jobs.exports.on_cluster import ClusterChoice
from cozviewer.jobs.files.opener import OpenChain
from cozviewer.jobs.report import sentence_of
from cozviewer.session.source import OpenedImage, open_path
from cozviewer.util.cancel import never
from cozviewer.util.errors import Cancelled
from cozviewer.util.translation import translate

POLL_SECONDS = 0.05
"""Time between two looks at whether the work may go on."""


@dataclass(frozen=True, eq=False)
class UpscaleRequest:
    """A photo to upscale; compared by identity.

    Attributes:
        photo: Its file.
        options: Scale, format and place.
        choice: The engine and its settings.
        hold: Set while the view generates; shared by all requests of a queue.
        cluster: Where the detail is generated; None is this computer.
        cancelled: Set to stop.
        tone: How the numbers of its file become grey levels.
    """

    photo: Path
    options: UpscaleOptions
    choice: EngineChoice
    hold: Event = field(default_factory=Event)
    cluster: ClusterChoice | None = None
    cancelled: Event = field(default_factory=Event)
    tone: Tone = AUTOMATIC


class UpscaleJob(QObject):
    """Lives on the thread of the queue.

    Signals:
        opened: (UpscaleRequest, int, int) The photo is read: its width and height.
        progressed: (UpscaleRequest, Progress)
        held: (UpscaleRequest) The work waits for the view.
        saved: (UpscaleRequest, Upscaled, float | None) It is done, or was before; the measured
            seconds per parent pixel, if any were generated.
        ended: (UpscaleRequest, str) It is not: one sentence, "" if it was cancelled.
        noticed: (str) A warning about the cache or a model.
    """

    opened = Signal(object, int, int)
    progressed = Signal(object, object)
    held = Signal(object)
    saved = Signal(object, object, object)
    ended = Signal(object, str)
    noticed = Signal(str)

    def __init__(self, open_chain: OpenChain, trim: Callable[[], None]) -> None:
        """Take work with `upscale`.

        Args:
            open_chain: Makes a chain, with a store of its own.
            trim: Keeps the tile cache within its budget.
        """
        super().__init__()
        self._open_chain, self._trim = open_chain, trim
        self._models: object = None
        self._stack = ExitStack()
        self._on_cluster: Generator | None = None
        self._connected_to: tuple[str, EngineChoice] | None = None

    @Slot(object)
    def upscale(self, request: UpscaleRequest) -> None:
        """Upscale one photo. Runs on the job's thread."""
        try:
            if request.cancelled.is_set():
                raise Cancelled
            stage = translate("Upscale", "Opening {name}").format(name=request.photo.name)
            self.progressed.emit(request, Progress(stage, 0, 0, 0, None))
            image = open_path(request.photo, cancelled=request.cancelled.is_set, tone=request.tone)
            self.opened.emit(request, image.source.width, image.source.height)
            notice = self.noticed.emit
            chain = self._open_chain(
                image, request.choice, notice, notice, request.cancelled.is_set
            )
            try:
                self._work(request, image, chain)
            finally:
                # The next photo finds its models loaded.
                self._models = chain.upscaler, chain.prompter
                chain.pyramid.store.close()
                self._trim()
        except Cancelled:
            self.ended.emit(request, "")
        except Exception as error:
            doing = translate("Upscale", "upscaling {name}").format(name=request.photo.name)
            self.ended.emit(request, sentence_of(error, doing))

    @Slot()
    def rest(self) -> None:
        """Let go of the models and of the cluster: there is nothing to do."""
        self._models = None
        self._leave_cluster()

    def _work(self, request: UpscaleRequest, image: OpenedImage, chain: Chain) -> None:
        """Generate and save, with a rest whenever the queue is held."""
        session = None if image.session is None else image.session.path
        cancelled, held = request.cancelled.is_set, request.hold.is_set
        generator = self._generator(request)
        if generator is not None:
            held = never  # nothing is generated here

        def on_progress(progress: Progress) -> None:
            self.progressed.emit(request, progress)

        while True:
            if generator is None:
                self._wait(request)
            try:
                done = upscale_photo(
                    chain, request.options, cancelled, on_progress, session, held, generator
                )
            except Cancelled:
                if cancelled():
                    raise
                continue
            self.saved.emit(request, done, chain.seconds_per_pixel)
            return

    def _generator(self, request: UpscaleRequest) -> Generator | None:
        """Return what generates on the cluster of a request; the connection is kept for the next
        photo with the same engine."""
        wanted = None if request.cluster is None else (request.cluster.address, request.choice)
        if wanted != self._connected_to:
            self._leave_cluster()
        if request.cluster is not None and self._on_cluster is None:
            self._stack = ExitStack()
            self._on_cluster = self._stack.enter_context(
                request.cluster.open(request.cluster.address, request.choice, self.noticed.emit)
            )
            self._connected_to = wanted
        return self._on_cluster

    def _leave_cluster(self) -> None:
        self._stack.close()
        self._on_cluster = self._connected_to = None

    def _wait(self, request: UpscaleRequest) -> None:
        """Wait as long as the queue is held.

        Raises:
            Cancelled: The request was cancelled meanwhile.
        """
        if request.hold.is_set():
            self.held.emit(request)
        while request.hold.is_set():
            if request.cancelled.is_set():
                raise Cancelled
            time.sleep(POLL_SECONDS)
