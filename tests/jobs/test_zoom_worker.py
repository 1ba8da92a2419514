"""Warming an engine."""

import gc
from collections.abc import Iterator

import pytest

from cozviewer.jobs.zoom_worker import ZoomWorker


class Loaded:
    """A chain whose engine is there at once."""

    class upscaler:
        name, device = "Fake", "fake"

    def load(self) -> None:
        """Nothing to load."""


@pytest.fixture
def _unfrozen() -> Iterator[None]:
    gc.unfreeze()
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("_unfrozen")
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
