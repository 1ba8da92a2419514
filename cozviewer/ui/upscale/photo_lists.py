"""Reads photos for the lists of the dialog and the queue, on its own thread."""

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QObject, QThread, Signal, Slot

from cozviewer.jobs.files.photo_list_job import FindRequest, PhotoListJob, PhotoLook
from cozviewer.jobs.threads import start_thread, stop_thread


class PhotoLists(QObject):
    """Finds photos in folders, and reads sizes and thumbnails, each photo's once. GUI thread.

    Signals:
        found: (FindRequest, tuple[FoundPhoto, ...], str) As `PhotoListJob.found`.
        looked: (PhotoLook)
    """

    found = Signal(object, object, str)
    looked = Signal(object)

    _find = Signal(object)
    _look = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._job = PhotoListJob()
        self._job.found.connect(self.found)
        self._job.looked.connect(self._on_looked)
        self._find.connect(self._job.find)
        self._look.connect(self._job.look)
        self._thread: QThread | None = None
        self._looks: dict[Path, PhotoLook | None] = {}

    def find(self, paths: Iterable[Path]) -> FindRequest:
        """Find the photos of files and folders; the answer comes as `found`."""
        self._start()
        request = FindRequest(tuple(paths))
        self._find.emit(request)
        return request

    def look(self, path: Path) -> PhotoLook | None:
        """Return what is known of a photo; else it comes as `looked`."""
        if path not in self._looks:
            self._looks[path] = None
            self._start()
            self._look.emit(path)
        return self._looks[path]

    def close(self) -> None:
        """Stop and end the thread."""
        self._job.closing.set()
        if self._thread is not None:
            stop_thread(self._thread)
            self._thread = None

    def _start(self) -> None:
        if self._thread is None:
            self._thread = start_thread("photo-lists", self._job, low_priority=True)

    @Slot(object)
    def _on_looked(self, look: PhotoLook) -> None:
        self._looks[look.path] = look
        self.looked.emit(look)
