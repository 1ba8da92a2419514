"""The cache is measured and cleared beside the window."""

from PySide6.QtCore import QObject, Signal, Slot
from pytestqt.qtbot import QtBot

from cozviewer.jobs.files.cache_job import CacheJob
from cozviewer.jobs.threads import start_thread, stop_thread
from cozviewer.util.errors import Failure


class Tiles:
    """A cache of a few bytes, some of which cannot be deleted."""

    def __init__(self, size: int, stays: int = 0) -> None:
        self.bytes, self.stays = size, stays

    def size(self) -> int:
        return self.bytes

    def clear(self) -> int:
        freed, self.bytes = self.bytes - self.stays, self.stays
        if self.stays:
            raise Failure("One file stays.")
        return freed


class Page(QObject):
    """What asks from another thread, and is answered there."""

    measure, clear = Signal(), Signal()

    def __init__(self, job: CacheJob) -> None:
        super().__init__()
        self.answers: list[object] = []
        self.measure.connect(job.measure)
        self.clear.connect(job.clear)
        job.measured.connect(self._on_measured)
        job.cleared.connect(self._on_cleared)

    @Slot(object)
    def _on_measured(self, size: int) -> None:
        self.answers.append(size)

    @Slot(object, str)
    def _on_cleared(self, freed: int, sentence: str) -> None:
        self.answers.append((freed, sentence))


def test_it_is_measured_cleared_and_measured_again(qtbot: QtBot) -> None:
    tiles = Tiles(500)
    job = CacheJob(tiles.size, tiles.clear)
    page = Page(job)
    thread = start_thread("cache", job)
    try:
        page.measure.emit()
        page.clear.emit()
        qtbot.waitUntil(lambda: page.answers == [500, (500, ""), 0])
    finally:
        stop_thread(thread)


def test_what_was_freed_is_told_even_if_something_stays(qtbot: QtBot) -> None:
    tiles = Tiles(500, stays=200)
    job = CacheJob(tiles.size, tiles.clear)
    with qtbot.waitSignal(job.cleared) as cleared:
        job.clear()
    assert cleared.args == [300, "One file stays."]
