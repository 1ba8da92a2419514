"""Measures and clears the tile cache beside the window, on its own thread."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, Slot

from cozviewer.jobs.report import sentence_of


class CacheJob(QObject):
    """Reads and deletes files of the cache.

    Signals:
        measured: (object) the bytes that all tiles take.
        cleared: (object, str) the bytes that were freed, and a sentence if some tiles stayed.
    """

    measured = Signal(object)
    cleared = Signal(object, str)

    def __init__(self, size: Callable[[], int], clear: Callable[[], int]) -> None:
        """Create the job.

        Args:
            size: Returns the bytes that all tiles take.
            clear: Deletes them and returns the bytes freed; raises Failure if some stay.
        """
        super().__init__()
        self._size, self._clear = size, clear

    @Slot()
    def measure(self) -> None:
        """Measure the cache."""
        try:
            self.measured.emit(self._size())
        except Exception as error:
            sentence_of(error, "measuring the cache")

    @Slot()
    def clear(self) -> None:
        """Delete all tiles, except of photos that are open, and measure again."""
        before, sentence = 0, ""
        try:
            before = self._size()
            self._clear()
        except Exception as error:
            sentence = sentence_of(error, "clearing the cache")
        try:
            after = self._size()
        except Exception as error:
            after = before
            sentence = sentence or sentence_of(error, "measuring the cache")
        self.cleared.emit(max(0, before - after), sentence)
        self.measured.emit(after)
