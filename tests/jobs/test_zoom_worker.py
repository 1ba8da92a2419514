"""The worker that refines views and loads the engine: what it reports, and when it stops."""

import gc
from collections.abc import Callable, Iterator

import pytest

from cozviewer.chain.chain import Progress
from cozviewer.image.rect import Rect
from cozviewer.jobs.zoom_worker import StepRequest, ZoomWorker
from cozviewer.pyramid.geometry import LevelRegion, TileKey
from cozviewer.util.cancel import IsCancelled, check_cancelled, never
from cozviewer.util.errors import Failure


class Loaded:
    """A chain whose engine is there at once."""

    class upscaler:
        name, device = "Fake", "fake"

    def load(self, cancelled: IsCancelled = never) -> None:
        """Nothing to load."""


@pytest.mark.usefixtures("nothing_passed_over")
def test_the_engine_is_left_out_when_garbage_is_collected_and_later_objects_are_not() -> None:
    warmed: list[str] = []

    def warm() -> None:
        worker = ZoomWorker(Loaded(), lambda: ["fake"], lambda: None)  # type: ignore[arg-type]
        worker.warmed.connect(lambda place, devices: warmed.append(place))
        worker.warm()

    warm()
    frozen = gc.get_freeze_count()
    assert frozen > 1000
    later: list[list[int]] = [[] for _ in range(1000)]
    warm()
    assert len(later) == 1000
    assert gc.get_freeze_count() <= frozen
    assert warmed == ["fake", "fake"]


class Refined:
    """A chain that makes two tiles and then what `end` does.

    Attributes:
        asked: The level and region of each call.
    """

    def __init__(self, end: Callable[[], None] = lambda: None) -> None:
        self.asked: list[tuple[int, Rect]] = []
        self._end = end

    def refine(
        self,
        z: int,
        level_region: Rect,
        cancelled: IsCancelled,
        on_progress: Callable[[Progress], None],
    ) -> Iterator[Progress]:
        self.asked.append((z, level_region))
        on_progress(Progress("Drawing", z, 0, 2, None))
        yield Progress("Drawing", z, 1, 2, None, finished=(TILES[0],))
        check_cancelled(cancelled)
        yield Progress("Drawing", z, 2, 2, None, finished=(TILES[1],))
        self._end()


TILES = (TileKey(2, 0, 0), TileKey(2, 1, 0))
REGION = Rect(0, 0, 80, 40)


class Worker:
    """A worker, the names of the signals that it sent, and how often the cache was trimmed."""

    def __init__(self, chain: object, trim: Callable[[], None] = lambda: None) -> None:
        self.signals: list[str] = []
        self.tiles: list[TileKey] = []
        self.sentences: list[str] = []
        self.trims = 0

        def trimmed() -> None:
            self.trims += 1
            trim()

        self.worker = ZoomWorker(chain, lambda: ["fake"], trimmed)  # type: ignore[arg-type]
        for name in ("progressed", "tiles_made", "finished", "stopped", "failed"):
            signal = getattr(self.worker, name)
            signal.connect(lambda *_, name=name: self.signals.append(name))
        self.worker.tiles_made.connect(lambda _, keys: self.tiles.extend(keys))
        self.worker.failed.connect(lambda _, sentence: self.sentences.append(sentence))
        self.worker.warming_failed.connect(self.sentences.append)


def test_a_view_is_refined_and_its_tiles_are_reported() -> None:
    chain = Refined()
    worker = Worker(chain)
    worker.worker.refine(StepRequest(LevelRegion(2, REGION)))
    assert chain.asked == [(2, REGION)]
    assert worker.signals == [
        "progressed",
        *("progressed", "tiles_made"),
        *("progressed", "tiles_made"),
        "finished",
    ]
    assert worker.tiles == list(TILES)
    assert worker.trims == 1


def test_a_request_that_was_cancelled_in_the_queue_is_not_begun() -> None:
    chain, request = Refined(), StepRequest(LevelRegion(2, REGION))
    worker = Worker(chain)
    request.cancelled.set()
    worker.worker.refine(request)
    assert chain.asked == []
    assert worker.signals == ["stopped"]
    assert worker.trims == 0


def test_a_request_cancelled_on_the_way_keeps_its_tiles() -> None:
    worker, request = Worker(Refined()), StepRequest(LevelRegion(2, REGION))
    worker.worker.tiles_made.connect(lambda *_: request.cancelled.set())
    worker.worker.refine(request)
    assert worker.tiles == [TILES[0]]
    assert worker.signals[-1] == "stopped"
    assert worker.trims == 1


def test_a_failure_is_one_sentence_and_keeps_the_tiles() -> None:
    def fail() -> None:
        raise Failure("The disk is full.")

    worker = Worker(Refined(fail))
    worker.worker.refine(StepRequest(LevelRegion(2, REGION)))
    assert worker.tiles == list(TILES)
    assert worker.signals[-1] == "failed"
    assert worker.sentences == ["The disk is full."]


def test_a_cache_that_cannot_be_trimmed_stops_nothing(caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        raise OSError("no")

    worker = Worker(Refined(), fail)
    worker.worker.refine(StepRequest(LevelRegion(2, REGION)))
    assert worker.signals[-1] == "finished"
    assert "trimming the cache" in caplog.text


def test_an_engine_that_cannot_be_loaded_is_reported() -> None:
    class Broken(Loaded):
        def load(self, cancelled: IsCancelled = never) -> None:
            raise Failure("The weights are missing.")

    worker = Worker(Broken())
    worker.worker.warm()
    assert worker.sentences == ["The weights are missing."]


def test_a_closed_document_does_not_wait_for_the_engine() -> None:
    class Busy(Loaded):
        def load(self, cancelled: IsCancelled = never) -> None:
            check_cancelled(cancelled)

    worker = Worker(Busy())
    worker.worker.closing.set()
    worker.worker.warm()
    assert not {"warmed", "warming_failed"} & {*worker.signals}
    assert worker.sentences == []
