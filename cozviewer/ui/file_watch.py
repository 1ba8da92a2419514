"""Watches the file of the open photo, which other programs may change or remove."""

from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal, Slot

from cozviewer.util.translation import translate

SETTLE_MS = 500
"""Editors replace a file in two steps; look when both are over."""


class FileWatch(QObject):
    """Watches one file at a time.

    Signals:
        changed: (str) Its content is another; one sentence about that.
        removed: (str) It is not there any more; one sentence.
    """

    changed = Signal(str)
    removed = Signal(str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._path: Path | None = None
        self._watcher = QFileSystemWatcher(self)
        self._delay = QTimer(self)
        self._delay.setSingleShot(True)
        self._delay.setInterval(SETTLE_MS)
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
        name = self._path.name
        if self._path.exists():
            text = translate("Files", "“{name}” was changed by another program.")
            self.changed.emit(text.format(name=name))
            self.watch(self._path)
        else:
            text = translate(
                "Files", "“{name}” was moved or deleted. Still showing the loaded copy."
            )
            self.removed.emit(text.format(name=name))
