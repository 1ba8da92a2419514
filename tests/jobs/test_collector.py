"""The garbage collector while large libraries are imported."""

import gc
import sys
import weakref
from collections.abc import Iterator
from types import ModuleType

import pytest

from cozviewer.chain.stages import report_stage, reporting_stages
from cozviewer.jobs.collector import collector_paused, libraries_passed_over, loaded_apart


@pytest.fixture(autouse=True)
def _as_before(nothing_passed_over: None) -> Iterator[None]:
    yield
    gc.enable()


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


def imported(monkeypatch: pytest.MonkeyPatch, modules: int, many: int = 5) -> None:
    """Import something within `libraries_passed_over`."""
    with libraries_passed_over(many):
        for number in range(modules):
            name = f"library.part{len(sys.modules)}_{number}"
            monkeypatch.setitem(sys.modules, name, ModuleType(name))


def test_objects_are_passed_over_the_first_time_and_after_each_large_library(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    imported(monkeypatch, 0)
    first = gc.get_freeze_count()
    assert first > 1000
    later: list[list[int]] = [[] for _ in range(1000)]
    imported(monkeypatch, 5)
    assert gc.get_freeze_count() <= first
    imported(monkeypatch, 6)
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
