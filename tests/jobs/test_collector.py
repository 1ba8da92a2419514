"""The garbage collector: on the GUI thread alone, and not while large libraries are imported."""

import gc
import sys
import threading
import weakref

import pytest
from pytestqt.qtbot import QtBot

from cozviewer.chain.stages import report_stage, reporting_stages
from cozviewer.jobs import collector
from cozviewer.jobs.collector import (
    GuiCollector,
    collect_due,
    collector_paused,
    libraries_passed_over,
    loaded_apart,
)
from tests.packages import Packages

pytestmark = pytest.mark.usefixtures("nothing_passed_over", "collector_on")


def test_it_is_paused_until_the_last_import_has_ended() -> None:
    first, second = collector_paused(), collector_paused()
    assert gc.isenabled()
    with first:
        assert not gc.isenabled()
        second.__enter__()
    assert not gc.isenabled()
    second.__exit__(None, None, None)
    assert gc.isenabled()


def test_it_goes_on_after_an_error() -> None:
    with pytest.raises(ValueError, match="broken"), collector_paused():
        raise ValueError("broken")
    assert gc.isenabled()


def test_where_it_was_off_it_stays_off() -> None:
    gc.disable()
    with collector_paused():
        pass
    assert not gc.isenabled()


def imported(packages: Packages, modules: int, many: int = 5) -> None:
    """Import something within `libraries_passed_over`."""
    with libraries_passed_over(many):
        packages.add(*(f"library.part{len(sys.modules)}_{number}" for number in range(modules)))


def test_objects_are_passed_over_the_first_time_and_after_each_large_library(
    packages: Packages,
) -> None:
    imported(packages, 0)
    first = gc.get_freeze_count()
    assert first > 1000
    later: list[list[int]] = [[] for _ in range(1000)]
    imported(packages, 5)
    assert gc.get_freeze_count() <= first
    imported(packages, 6)
    assert gc.get_freeze_count() >= first + len(later) / 2


def test_a_failed_import_changes_nothing() -> None:
    with pytest.raises(ImportError), libraries_passed_over():
        raise ImportError
    assert gc.get_freeze_count() == 0


def test_what_is_loaded_apart_keeps_nothing_of_the_caller() -> None:
    """As libraries keep frames, and frames those of their callers."""
    kept: list[object] = []

    class Photo:
        pass

    def load() -> None:
        kept.append(sys._getframe())

    def open_photo() -> weakref.ref[Photo]:
        photo = Photo()
        loaded_apart(load)
        return weakref.ref(photo)

    reference = open_photo()
    assert kept
    assert reference() is None


def test_errors_and_stages_come_out_of_what_is_loaded_apart() -> None:
    def load() -> None:
        report_stage("reading")
        raise ValueError("broken")

    stages: list[str] = []
    with pytest.raises(ValueError, match="broken"), reporting_stages(stages.append):
        loaded_apart(load)
    assert stages == ["reading"]


class Cycle:
    """Notes the thread in which the collector found it."""

    def __init__(self, found: list[str]) -> None:
        self.itself, self._found = self, found

    def __del__(self) -> None:
        self._found.append(threading.current_thread().name)


def many_objects(found: list[str]) -> None:
    """Make a cycle that nothing refers to, and more new objects than the collector waits for."""
    Cycle(found)
    kept = [[number] for number in range(200_000)]
    assert len(kept) == 200_000


def test_garbage_of_another_thread_is_collected_on_the_gui_thread(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collector, "INTERVAL_MS", 5)
    found, waiting = list[str](), threading.Event()

    def work() -> None:
        many_objects(found)
        kept = [[number] for number in range(10_000)]
        waiting.wait()
        del kept

    on_gui = GuiCollector()
    thread = threading.Thread(target=work, name="another")
    thread.start()
    try:
        qtbot.waitUntil(lambda: bool(found))
    finally:
        waiting.set()
        thread.join()
        on_gui.close()
    assert found == [threading.current_thread().name]
    assert gc.isenabled()


def test_without_it_python_collects_where_objects_are_made() -> None:
    found = list[str]()
    thread = threading.Thread(target=many_objects, args=(found,), name="another")
    thread.start()
    thread.join()
    assert found == ["another"]


def test_nothing_is_collected_on_the_gui_thread_while_it_is_paused(qapp: object) -> None:
    found = list[str]()
    on_gui = GuiCollector()
    try:
        with collector_paused():
            Cycle(found)
            kept = [[number] for number in range(10_000)]
            on_gui.collect()
            assert not found
        on_gui.collect()
        assert len(found) == len(kept) / 10_000
    finally:
        on_gui.close()


@pytest.mark.parametrize(
    ("objects", "ages", "generation", "left"),
    [
        (699, [9, 3], None, [9, 3]),
        (700, [9, 3], 0, [10, 3]),
        (1400, [9, 3], 1, [0, 4]),
        (700, [10, 10], 2, [0, 0]),
        (100_000, [0, 0], 2, [0, 0]),
    ],
)
def test_as_often_as_python_would(
    monkeypatch: pytest.MonkeyPatch,
    objects: int,
    ages: list[int],
    generation: int | None,
    left: list[int],
) -> None:
    collected = list[int]()
    monkeypatch.setattr(gc, "get_count", lambda: (objects, 0, 0))
    monkeypatch.setattr(gc, "get_threshold", lambda: (700, 10, 10))
    monkeypatch.setattr(gc, "collect", collected.append)
    collect_due(ages)
    assert collected == ([] if generation is None else [generation])
    assert ages == left
