"""Returns memory to the system when a photo has been closed, or a part of it was generated."""

from collections.abc import Callable
from threading import Thread

from PySide6.QtCore import QObject, QTimer, Slot

from cozviewer.util.memory import return_free_memory

DELAY_MS = 2000
"""From the end of a document: others may end with it, and the next photo is shown first. After a
step over a huge photo, 90 MB are returned."""


class MemoryReturn(QObject):
    """Runs `return_free_memory` in the background, at most once in a while. GUI thread."""

    def __init__(
        self,
        parent: QObject | None = None,
        delay_ms: int = DELAY_MS,
        work: Callable[[], None] = return_free_memory,
    ) -> None:
        """Prepare.

        Args:
            parent: The parent object.
            delay_ms: Time from a request to the work.
            work: What is run.
        """
        super().__init__(parent)
        self._work = work
        self._thread: Thread | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(delay_ms)
        self._timer.timeout.connect(self._start)

    @Slot()
    def soon(self) -> None:
        """Return memory after a moment."""
        if not self._timer.isActive():
            self._timer.start()

    def close(self) -> None:
        """Start nothing any more, and wait for work in progress."""
        self._timer.stop()
        if self._thread is not None:
            self._thread.join()

    @Slot()
    def _start(self) -> None:
        if self._thread is not None:
            self._thread.join()  # it has long ended
        self._thread = Thread(target=self._work, name="memory")
        self._thread.start()
