"""Whoever waits for work that cannot be interrupted is free at once when it is not wanted."""

import gc
import threading
import weakref

import pytest

from cozviewer.image.reading import STOPPED
from cozviewer.util.background import in_background
from cozviewer.util.cancel import IsCancelled, check_cancelled, never
from cozviewer.util.errors import BadInput, Cancelled
from tests.patience import PATIENCE


def test_the_result_comes_from_another_thread() -> None:
    caller = threading.current_thread()
    assert in_background(lambda _: threading.current_thread(), never, "Stopped.") is not caller


def test_the_result_belongs_to_the_caller_alone() -> None:
    """Work may keep its argument, as a reader does for as long as its photo is open."""
    kept: list[IsCancelled] = []

    class Photo:
        pass

    def work(unwanted: IsCancelled) -> Photo:
        kept.append(unwanted)
        return Photo()

    photo = weakref.ref(in_background(work, never, "Stopped."))
    assert photo() is None


def test_what_is_raised_reaches_the_caller() -> None:
    def work(_: IsCancelled) -> None:
        raise BadInput("No.")

    with pytest.raises(BadInput, match="No"):
        in_background(work, never, "Stopped.")


@pytest.mark.parametrize("waited_for", [True, False])
def test_an_error_is_not_kept(waited_for: bool) -> None:
    kept: list[IsCancelled] = []
    release, ended = threading.Event(), threading.Event()

    class Odd(Exception):
        def __del__(self) -> None:
            ended.set()

    def work(unwanted: IsCancelled) -> None:
        kept.append(unwanted)
        assert waited_for or release.wait(180)
        raise Odd

    with pytest.raises(Odd if waited_for else Cancelled):
        in_background(work, never if waited_for else lambda: True, "Stopped.")
    release.set()
    gc.collect()
    assert ended.wait(180)


def test_the_caller_does_not_wait_for_a_call_that_looks_at_nothing() -> None:
    begun, release, ended = threading.Event(), threading.Event(), threading.Event()

    def work(unwanted: IsCancelled) -> None:
        begun.set()
        assert release.wait(PATIENCE)
        try:
            check_cancelled(unwanted, STOPPED)
        finally:
            ended.set()

    with pytest.raises(Cancelled, match="It was stopped"):
        in_background(work, begun.is_set, "It was stopped.")
    assert not ended.is_set()  # still inside the call, and yet the caller is free
    release.set()
    assert ended.wait(PATIENCE)


def test_an_exception_of_the_caller_ends_the_work() -> None:
    """As Ctrl-C is one: it arrives while the caller waits."""
    ended = threading.Event()

    def work(unwanted: IsCancelled) -> None:
        while not unwanted():
            pass
        ended.set()

    def interrupted() -> bool:
        if threading.current_thread() is threading.main_thread():
            raise KeyboardInterrupt
        return False

    with pytest.raises(KeyboardInterrupt):
        in_background(work, interrupted, "Stopped.")
    assert ended.wait(PATIENCE)


def test_a_result_that_nobody_wants_is_not_kept() -> None:
    release, gone = threading.Event(), threading.Event()

    class Large:
        def __del__(self) -> None:
            gone.set()

    def work(_: IsCancelled) -> Large:
        release.wait(PATIENCE)
        return Large()

    with pytest.raises(Cancelled):
        in_background(work, lambda: True, "Stopped.")
    release.set()
    assert gone.wait(PATIENCE)
