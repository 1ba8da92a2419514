"""Watches the open picture's file, which others may change or remove."""

from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal, Slot

DUST_MS = 500
"""Editors replace a file in two moves; look when the dust has settled."""


class FileWatch(QObject):
    """Signals:
    told: (str) one sentence about what happened to the file.
    """

    told = Signal(str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._path: Path | None = None
        self._watcher = QFileSystemWatcher(self)
        self._delay = QTimer(self)
        self._delay.setSingleShot(True)
        self._delay.setInterval(DUST_MS)
        self._watcher.fileChanged.connect(self._delay.start)
        self._delay.timeout.connect(self._look)

    def watch(self, path: Path | None) -> None:
        """Watch this file from now on, and no other."""
        if self._watcher.files():
            self._watcher.removePaths(self._watcher.files())
        self._path = path
        if path is not None and path.exists():
            self._watcher.addPath(str(path))

    @Slot()
    def _look(self) -> None:
        if self._path is None:
            return
        if self._path.exists():
            self.told.emit(f"{self._path.name} has changed on disk; press F5 to read it again.")
            self.watch(self._path)
        else:
            self.told.emit(
                f"{self._path.name} is no longer on disk; the viewer goes on with its copy in "
                "memory."
            )
