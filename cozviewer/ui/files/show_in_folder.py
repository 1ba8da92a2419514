"""Shows a file in the file manager of the desktop."""

import subprocess
import sys
from pathlib import Path

from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusPendingCallWatcher
from PySide6.QtGui import QDesktopServices

SERVICE, OBJECT = "org.freedesktop.FileManager1", "/org/freedesktop/FileManager1"
"""The interface of file managers, see the File Manager DBus Interface of freedesktop.org."""

WAIT_MS = 3000
"""How long a file manager may take to start, before its folder is opened in another way."""


class FileManager(QObject):
    """Shows files, without waiting. GUI thread."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._path: Path | None = None

    def show_file(self, path: Path) -> None:
        """Open the folder of a file with the file selected, or just the folder where that is not
        possible."""
        self._path = path
        if sys.platform == "win32":
            # One string: explorer has its own rules for quotes.
            subprocess.Popen(f'explorer /select,"{path}"')
        elif sys.platform == "darwin":
            subprocess.Popen(["open", "-R", str(path)])
        else:
            bus = QDBusConnection.sessionBus()
            if not bus.isConnected():
                self._open_folder()
                return
            message = QDBusMessage.createMethodCall(SERVICE, OBJECT, SERVICE, "ShowItems")
            link = bytes(QUrl.fromLocalFile(str(path)).toEncoded().data()).decode("ascii")
            message.setArguments([[link], ""])
            watcher = QDBusPendingCallWatcher(bus.asyncCall(message, WAIT_MS), self)
            watcher.finished.connect(self._on_answered)

    @Slot(QDBusPendingCallWatcher)
    def _on_answered(self, watcher: QDBusPendingCallWatcher) -> None:
        if watcher.isError():
            self._open_folder()
        watcher.deleteLater()

    def _open_folder(self) -> None:
        if self._path is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._path.parent)))
