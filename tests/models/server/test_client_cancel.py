"""Waiting that can be stopped: results, errors, and what is left behind."""

import asyncio
import threading
import time
from collections.abc import Callable

import pytest

from cozviewer.models.server.client import run_cancellable
from cozviewer.util.cancel import never
from cozviewer.util.errors import Cancelled
from tests.patience import PATIENCE


async def call(blocking: Callable[..., object], *args: object) -> object:
    return await asyncio.get_running_loop().run_in_executor(None, blocking, *args)


def test_the_result_comes_back() -> None:
    async def work() -> str:
        await asyncio.sleep(0)
        return "done"

    assert run_cancellable(work(), never) == "done"


def test_an_error_comes_back() -> None:
    async def work() -> None:
        raise KeyError("x")

    with pytest.raises(KeyError):
        run_cancellable(work(), never)


def test_a_blocking_call_gives_its_result_or_error() -> None:
    assert run_cancellable(call(divmod, 7, 2), never) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        run_cancellable(call(divmod, 7, 0), never)


def test_stopped_work_cleans_up() -> None:
    cleaned = []

    async def work() -> None:
        try:
            await asyncio.sleep(600)
        finally:
            cleaned.append(True)

    looks = iter([False, False, True])
    with pytest.raises(Cancelled, match="Stopped"):
        run_cancellable(work(), lambda: next(looks, True))
    assert cleaned == [True]


def test_a_blocking_call_that_ends_too_late_disturbs_nobody() -> None:
    let_go = threading.Event()
    late = threading.Event()

    def slow() -> None:
        let_go.wait(PATIENCE)
        late.set()

    looks = iter([False, True])
    with pytest.raises(Cancelled):
        run_cancellable(call(slow), lambda: next(looks, True))
    assert not late.is_set()
    let_go.set()
    assert late.wait(PATIENCE)


def test_it_works_in_any_thread_and_one_after_the_other() -> None:
    results: list[object] = []
    thread = threading.Thread(
        target=lambda: results.extend(run_cancellable(call(time.sleep, 0), never) for _ in range(3))
    )
    thread.start()
    thread.join()
    assert results == [None, None, None]
