"""Has the neighbours of the open photo read while nothing else is to be done."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from cozviewer.jobs.files.read_ahead_job import ReadAheadJob, ReadAheadRequest
from cozviewer.jobs.threads import start_thread, stop_thread
from cozviewer.session.read_ahead import ReadAhead

LOOK_MS = 150
"""How often is checked whether the program has other work, before and during reading."""


class ReadingAhead(QObject):
    """Keeps the photos of at most as many files as are wanted. GUI thread.

    Reading waits for all other work, and ends when other work begins; it starts again afterwards.
    """

    _read = Signal(object)

    def __init__(self, may: Callable[[], bool], parent: QObject) -> None:
        """Start the thread that reads.

        Args:
            may: Returns whether there is no other work.
        """
        super().__init__(parent)
        self._may = may
        self._wanted: list[Path] = []
        self._kept: dict[Path, ReadAhead | None] = {}
        self._request: ReadAheadRequest | None = None
        self._closed = False
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._job = ReadAheadJob()
        self._job.ended.connect(self._on_ended)
        self._read.connect(self._job.read)
        self._thread = start_thread("reading ahead", self._job, low_priority=True)

    @property
    def kept(self) -> list[Path]:
        """The files whose photos are in memory."""
        return [path for path, ahead in self._kept.items() if ahead is not None]

    def want(self, paths: Sequence[Path]) -> None:
        """Read these files in the background, in this order, and forget all others."""
        self._wanted = list(dict.fromkeys(paths))
        self._kept = {path: self._kept[path] for path in self._wanted if path in self._kept}
        if self._request is not None and self._request.path not in self._wanted:
            self._request.cancelled.set()
        if not self._closed:
            self._timer.start()

    def take(self, path: Path) -> ReadAhead | None:
        """Return the photo of a file, if it was read, and let it go."""
        return self._kept.pop(path, None)

    def close(self) -> None:
        """Stop and end the thread."""
        self._closed = True
        self._timer.stop()
        if self._request is not None:
            self._request.cancelled.set()
        stop_thread(self._thread)

    @Slot()
    def _look(self) -> None:
        """Begin with the next file, or stop for other work."""
        if self._request is not None:
            if not self._may():
                self._request.cancelled.set()
            return
        left = [path for path in self._wanted if path not in self._kept]
        if not left:
            self._timer.stop()
        elif self._may():
            self._request = ReadAheadRequest(left[0])
            self._read.emit(self._request)

    @Slot(object, object)
    def _on_ended(self, request: ReadAheadRequest, ahead: ReadAhead | None) -> None:
        if request is not self._request:
            return
        self._request = None
        if not request.cancelled.is_set() and request.path in self._wanted:
            self._kept[request.path] = ahead
            self._look()
