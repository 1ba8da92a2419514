"""The application object: receives the files that the system opens with a running program."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QTimer, Signal, Slot
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication


class Application(QApplication):
    """Collects files that are opened together: macOS sends an event for each, and no arguments.

    Signals:
        files_wanted: (Sequence[Path]) These files are to be opened.
    """

    files_wanted = Signal(object)

    def __init__(self, arguments: Sequence[str]) -> None:
        """Prepare.

        Args:
            arguments: The name of the program, and those for Qt.
        """
        super().__init__(arguments)
        self._paths: list[Path] = []

    def event(self, event: QEvent) -> bool:
        if not isinstance(event, QFileOpenEvent):
            return super().event(event)
        path = event.url().toLocalFile()
        if path:
            if not self._paths:
                QTimer.singleShot(0, self._send)
            self._paths.append(Path(path))
        return True

    @Slot()
    def _send(self) -> None:
        paths, self._paths = self._paths, []
        self.files_wanted.emit(paths)
