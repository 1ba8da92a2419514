"""The upscale queue: photos that are upscaled one after the other, beside the open image."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event

from PySide6.QtCore import QObject, QThread, Signal, Slot

from cozviewer.chain.chain import WITH_HALO, Progress
from cozviewer.config.choice import EngineChoice
from cozviewer.export.upscaling.upscale import Upscaled, UpscaleOptions
from cozviewer.jobs.exports.on_cluster import ClusterChoice, OpenCluster
from cozviewer.jobs.exports.upscale_job import UpscaleJob, UpscaleRequest
from cozviewer.jobs.files.opener import OpenChain
from cozviewer.jobs.threads import start_thread, stop_thread
from cozviewer.ui.settings import saved_preferences
from cozviewer.ui.tone.kept import kept_tone
from cozviewer.ui.upscale.items import QueueItem, State, read_queue, write_queue
from cozviewer.ui.upscale.kept import keep_pace, kept_pace

log = logging.getLogger("cozviewer")


@dataclass(frozen=True)
class QueueProgress:
    """How far the queue is.

    Attributes:
        done, total: Photos that are finished (or failed) since the work began, and these with all
            that are still to be done.
        fraction: 0..1 of their work.
        seconds_left: Estimated; None if unknown.
    """

    done: int
    total: int
    fraction: float
    seconds_left: float | None


class UpscaleQueue(QObject):
    """The queue. GUI thread; it works on its own thread, which is started when needed.

    Every change is kept on disk, so that the queue continues at the next start. It has more than 20
    methods, as the job's five signals have a slot each.

    Attributes:
        open_cluster: Connects to the cluster of the preferences; None generates here.

    Signals:
        changed: Photos were added or removed.
        item_changed: (int) The state of the photo with this number.
        progressed: The work went on, or stopped, or began.
        finished: (int, int) All work is done: the numbers of photos done and failed since it began.
        noticed: (str) A warning about the cache or a model.
    """

    changed = Signal()
    item_changed = Signal(int)
    progressed = Signal()
    finished = Signal(int, int)
    noticed = Signal(str)

    _upscale = Signal(object)
    _rest = Signal()

    def __init__(
        self, open_chain: OpenChain, trim: Callable[[], None], path: Path, parent: QObject
    ) -> None:
        """Read the queue that was kept; it waits for `resume`.

        Args:
            open_chain, trim: As for `UpscaleJob`.
            path: Where the queue is kept.
        """
        super().__init__(parent)
        self.open_cluster: OpenCluster | None = None
        self._path = path
        self._items = {item.number: item for item in read_queue(path)}
        self._next = len(self._items)
        self._job = UpscaleJob(open_chain, trim)
        self._job.opened.connect(self._on_opened)
        self._job.progressed.connect(self._on_progressed)
        self._job.held.connect(self._on_held)
        self._job.saved.connect(self._on_saved)
        self._job.ended.connect(self._on_ended)
        self._job.noticed.connect(self.noticed)
        self._upscale.connect(self._job.upscale)
        self._rest.connect(self._job.rest)
        self._thread: QThread | None = None
        self._hold = Event()
        self._request: UpscaleRequest | None = None
        self._current: QueueItem | None = None
        self._progress: Progress | None = None
        self._part = 0.0  # of the photo under work
        self._wanted = False
        self._pace: float | None = None
        self._finished = set[int]()  # since the work began
        self._over = True

    # -- what there is ---------------------------------------------------------------------------

    @property
    def items(self) -> list[QueueItem]:
        """All photos in their order."""
        return list(self._items.values())

    def item(self, number: int) -> QueueItem | None:
        """Return a photo of the queue, unless it was removed."""
        return self._items.get(number)

    @property
    def open_count(self) -> int:
        """How many photos are waiting or being upscaled."""
        return sum(item.open for item in self._items.values())

    @property
    def running(self) -> bool:
        """Whether it works, or holds for the view."""
        return self._wanted

    @property
    def holding(self) -> bool:
        """Whether it waits for the view at the moment."""
        return self._wanted and self._hold.is_set()

    def progress_of(self, number: int) -> Progress | None:
        """Return how far the photo under work is; None for others, and at its very beginning."""
        current = self._current
        return self._progress if current is not None and current.number == number else None

    def fraction_of(self, number: int) -> float:
        """Return the part of the photo under work that is generated, 0..1; 0 for others."""
        return self._part if self._is_current(number) else 0.0

    @property
    def progress(self) -> QueueProgress:
        """How far the whole queue is; photos of unknown size count as one of middle size."""
        ours = [item for item in self._items.values() if item.open or item.number in self._finished]
        items = [item for item in ours if item.state is not State.FAILED]
        known = [item.work for item in items if item.work]
        usual = sum(known) / len(known) if known else 1.0
        done = left = 0.0
        for item in items:
            work = item.work or usual
            part = 1.0 if item.state is State.DONE else self.fraction_of(item.number)
            done += work * part
            left += 0.0 if item is self._now() else work * (1 - part)
        total = sum(item.work or usual for item in items)
        finished = sum(not item.open for item in ours)
        fraction = done / total if total else 1.0
        return QueueProgress(finished, len(ours), fraction, self._seconds_left(left))

    # -- requests --------------------------------------------------------------------------------

    def add(self, photos: Iterable[tuple[Path, UpscaleOptions]], choice: EngineChoice) -> None:
        """Add photos at the end, and begin; those that wait in the same way are left out."""
        items = self._items.values()
        waiting = {(item.photo, item.options, item.tone) for item in items if item.open}
        for photo, options in photos:
            tone = kept_tone(photo)
            if (photo, options, tone) not in waiting:
                self._items[self._next] = QueueItem(self._next, photo, options, choice, tone=tone)
                self._next += 1
        self._keep()
        self.changed.emit()
        self.resume()

    @Slot()
    def resume(self) -> None:
        """Work until all photos are done."""
        if not self._wanted and self.open_count:
            self._wanted = True
            if self._over:
                self._over = False
                self._finished.clear()
        self._begin_next()
        self.progressed.emit()

    @Slot()
    def pause(self) -> None:
        """Stop working; what is generated is kept, and `resume` continues from there."""
        self._wanted = False
        self._cancel()
        self.progressed.emit()

    def set_held(self, held: bool) -> None:
        """Let the view go first, or go on."""
        if held != self._hold.is_set():
            if held:
                self._hold.set()
            else:
                self._hold.clear()
            self.progressed.emit()

    def remove(self, numbers: Iterable[int]) -> None:
        """Remove photos; the files stay."""
        for number in list(numbers):
            if self._items.pop(number, None) is not None and self._is_current(number):
                self._cancel()
        self._keep()
        self.changed.emit()
        self._check_end()

    def retry(self, numbers: Iterable[int]) -> None:
        """Try photos that failed again, and begin."""
        for number in numbers:
            item = self._items.get(number)
            if item is not None and item.state is State.FAILED:
                self._finished.discard(number)
                self._set(replace(item, state=State.WAITING, sentence=""))
        self._keep()
        self.resume()

    @Slot()
    def clear_finished(self) -> None:
        """Remove the photos that are done."""
        self.remove([n for n, item in self._items.items() if item.state is State.DONE])

    def close(self) -> None:
        """Stop and end the thread; what is not done continues at the next start."""
        self._wanted = False
        self._cancel()
        if self._thread is not None:
            stop_thread(self._thread)
            self._thread = None

    # -- the work --------------------------------------------------------------------------------

    def _begin_next(self) -> None:
        """Send the next photo to the job, unless it still has one."""
        if not self._wanted or self._request is not None:
            return
        item = next((item for item in self._items.values() if item.state is State.WAITING), None)
        if item is None:
            return
        if self._thread is None:
            self._thread = start_thread("upscaling", self._job, low_priority=True)
        self._current, self._progress, self._part = item, None, 0.0
        self._pace = kept_pace(item.choice)
        address, cluster = saved_preferences().cluster, None
        if item.options.on_cluster and address and self.open_cluster is not None:
            cluster = ClusterChoice(address, self.open_cluster)
        self._request = UpscaleRequest(
            item.photo, item.options, item.choice, self._hold, cluster, tone=item.tone
        )
        self._set(replace(item, state=State.WORKING))
        self._upscale.emit(self._request)

    def _cancel(self) -> None:
        if self._request is not None:
            self._request.cancelled.set()

    @Slot(object, int, int)
    def _on_opened(self, request: UpscaleRequest, width: int, height: int) -> None:
        item = self._now()
        if request is self._request and item is not None:
            self._set(replace(item, size=(width, height)))

    def note_size(self, number: int, width: int, height: int) -> None:
        """Keep the size of a photo, which makes the estimates better."""
        item = self._items.get(number)
        if item is not None and item.size == (0, 0) and width and height:
            self._set(replace(item, size=(width, height)))

    @Slot(object, object)
    def _on_progressed(self, request: UpscaleRequest, progress: Progress) -> None:
        if request is self._request and self._current is not None:
            self._progress = progress
            self._part = max(self._part, progress.fraction or 0.0)
            self.item_changed.emit(self._current.number)
            self.progressed.emit()

    @Slot(object)
    def _on_held(self, request: UpscaleRequest) -> None:
        if request is self._request and self._current is not None:
            self.item_changed.emit(self._current.number)

    @Slot(object, object, object)
    def _on_saved(self, request: UpscaleRequest, done: Upscaled, pace: float | None) -> None:
        if pace is not None:
            keep_pace(request.choice, pace)
        item = self._now()
        self._end()
        if item is not None:
            self._finished.add(item.number)
            self._set(replace(item, state=State.DONE, result=done.path, existed=done.made is None))
        self._go_on()

    @Slot(object, str)
    def _on_ended(self, request: UpscaleRequest, sentence: str) -> None:
        item = self._now()
        self._end()
        if item is not None and sentence:
            self._finished.add(item.number)
            self._set(replace(item, state=State.FAILED, sentence=sentence))
        elif item is not None:
            self._set(replace(item, state=State.WAITING))
        self._go_on()

    def _end(self) -> None:
        self._request = self._current = self._progress = None

    def _go_on(self) -> None:
        self._keep()
        self._begin_next()
        self.progressed.emit()
        self._check_end()

    def _check_end(self) -> None:
        """Report that nothing is left to do."""
        if self._wanted and self._request is None and not self.open_count:
            self._wanted, self._over = False, True
            self._rest.emit()
            self.progressed.emit()
            ended = [item for number, item in self._items.items() if number in self._finished]
            failed = sum(item.state is State.FAILED for item in ended)
            self.finished.emit(len(ended) - failed, failed)

    def _now(self) -> QueueItem | None:
        """Return the photo under work as it is now; None if there is none or it was removed."""
        return None if self._current is None else self._items.get(self._current.number)

    def _is_current(self, number: int) -> bool:
        return self._current is not None and self._current.number == number

    def _set(self, item: QueueItem) -> None:
        self._items[item.number] = item
        self.item_changed.emit(item.number)

    def _seconds_left(self, waiting_work: float) -> float | None:
        """Return the time left for the photo under work and for those that wait."""
        item = self._now()
        if item is None or self._progress is None or self._progress.seconds_left is None:
            return None
        if not waiting_work:
            return self._progress.seconds_left
        if self._pace is None or not item.work:
            return None
        return self._progress.seconds_left + waiting_work * WITH_HALO * self._pace

    def _keep(self) -> None:
        try:
            write_queue(self._path, self.items)
        except OSError:
            log.warning("The upscale queue cannot be kept", exc_info=True)
