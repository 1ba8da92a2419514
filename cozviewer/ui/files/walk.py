"""The files that Next and Previous walk through: those of the folder, or those that were chosen."""

from bisect import bisect_left
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal, Slot

from cozviewer.image.folder import natural_key
from cozviewer.jobs.files.folder_job import FolderJob, Listing, ListRequest
from cozviewer.jobs.threads import start_thread, stop_thread

SETTLE_MS = 500
"""Programs that write into a folder do so in many steps; list it again when they pause."""


class Walk(QObject):
    """A list of files and a place in it. GUI thread; the folder is listed on its own thread.

    Both ends are joined: the first file follows the last one.

    Signals:
        changed: The list or the place is another one.
        gathered: (Path) The first of the files that `gather` found.
        failed: (str) `gather` found none; one sentence.
        missed: (tuple[Path, ...], frozenset[Path]) See `look`.
    """

    changed = Signal()
    gathered = Signal(object)
    failed = Signal(str)
    missed = Signal(object, object)
    _list = Signal(object)
    _look = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._listing = Listing()
        self._request: ListRequest | None = None
        self._gathering = False
        self._chosen = False
        self._current: Path | None = None
        self._watcher = QFileSystemWatcher(self)
        self._delay = QTimer(self)
        self._delay.setSingleShot(True)
        self._delay.setInterval(SETTLE_MS)
        self._watcher.directoryChanged.connect(self._delay.start)
        self._delay.timeout.connect(self._renew)
        self._job = FolderJob()
        self._job.listed.connect(self._on_listed)
        self._job.failed.connect(self._on_failed)
        self._job.missed.connect(self.missed)
        self._list.connect(self._job.list)
        self._look.connect(self._job.look)
        self._thread = start_thread("folders", self._job)

    @property
    def count(self) -> int:
        """How many files there are."""
        return len(self._listing.paths)

    @property
    def place(self) -> int | None:
        """The index of the current file; None where it is not in the list (any more)."""
        return None if self._current is None else self.place_of(self._current)

    def place_of(self, path: Path) -> int | None:
        """Return the index of a file; None if it is not in the list."""
        return self._listing.places.get(path)

    def neighbour(self, steps: int) -> Path | None:
        """Return the file so many steps away from the current one; None if there is no other."""
        paths, place = self._listing.paths, self.place
        if self._current is None or not paths or (place is not None and len(paths) == 1):
            return None
        if place is None:  # it was removed: both neighbours stand where it was
            place = bisect_left(
                paths, natural_key(self._current.name), key=lambda path: natural_key(path.name)
            )
            steps -= steps > 0
        return paths[(place + steps) % len(paths)]

    def move_to(self, path: Path) -> None:
        """Stand at a file of the list, whether it can be opened or not."""
        if path != self._current:
            self._current = path
            self.changed.emit()

    def leave_chosen(self) -> None:
        """Walk through the folder of the file that is opened next, not through chosen files."""
        self._drop_request()
        self._gathering = self._chosen = False

    def follow(self, path: Path | None) -> None:
        """Stand at the file that was opened; list its folder unless it is one of the chosen.

        Args:
            path: Absolute; None for a photo that is not from a file.
        """
        self._current = path
        if path is None:
            self._drop_request()
            self._chosen = False
            self._show(Listing())
        elif not (self._chosen and path in self._listing.places):
            self._chosen = False
            if path.parent != self._listing.folder:
                self._show(Listing((path,), path.parent))
                self._renew()
            elif path not in self._listing.places:
                self._renew()
        self.changed.emit()

    def gather(self, paths: tuple[Path, ...]) -> None:
        """Walk through these files, and the images of these folders; ends with `gathered` or
        `failed`. A single folder is followed as it changes."""
        self._gathering = True
        self._ask(ListRequest(paths))

    def look(self, paths: tuple[Path, ...]) -> None:
        """Look in the background which of these files are missing; the answer is `missed`."""
        self._look.emit(paths)

    def close(self) -> None:
        """End the thread."""
        self._drop_request()
        self._delay.stop()
        stop_thread(self._thread)

    def _ask(self, request: ListRequest) -> None:
        self._drop_request()
        self._request = request
        self._list.emit(request)

    def _drop_request(self) -> None:
        if self._request is not None:
            self._request.cancelled.set()
            self._request = None

    @Slot()
    def _renew(self) -> None:
        """List the folder again."""
        if self._listing.folder is not None and not self._gathering:
            self._ask(ListRequest((self._listing.folder,), self._current))

    def _show(self, listing: Listing) -> None:
        """Take a list, and watch its folder."""
        before, self._listing = self._listing.folder, listing
        if listing.folder != before or not self._watcher.directories():
            if self._watcher.directories():
                self._watcher.removePaths(self._watcher.directories())
            if listing.folder is not None and listing.folder.is_dir():
                self._watcher.addPath(str(listing.folder))

    @Slot(object, object)
    def _on_listed(self, request: ListRequest, listing: Listing) -> None:
        if request is not self._request:
            return
        self._request = None
        gathering, self._gathering = self._gathering, False
        self._show(listing)
        if gathering:
            self._chosen = listing.folder is None
            self._current = listing.paths[0]
            self.gathered.emit(self._current)
        self.changed.emit()

    @Slot(object, str)
    def _on_failed(self, request: ListRequest, sentence: str) -> None:
        if request is not self._request:
            return
        self._request = None
        gathering, self._gathering = self._gathering, False
        if gathering:
            self.failed.emit(sentence)
        else:  # the folder is gone, or empty
            self._show(Listing((), self._listing.folder))
            self.changed.emit()
