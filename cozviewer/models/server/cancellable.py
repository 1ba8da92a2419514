"""Waiting for the network in a way that can be stopped at any moment."""

import asyncio
import threading
from asyncio import CancelledError, Future, Runner, SelectorEventLoop
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from contextlib import suppress
from typing import Any, TypeVar, TypeVarTuple

from cozviewer.util.cancel import IsCancelled
from cozviewer.util.errors import Cancelled

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

LOOK_SECONDS = 0.1
"""How often is looked whether the work is still wanted."""


def finished(work: Coroutine[Any, Any, T], cancelled: IsCancelled) -> T:
    """Return what `work` returns, in a fresh event loop of the calling thread.

    Raises:
        Cancelled: `cancelled` said so; `work` was stopped where it waited and has cleaned up.
        Exception: What `work` raises.
    """
    with Runner(loop_factory=_Loop) as runner:
        return runner.run(_watched(work, cancelled))


async def _watched(work: Coroutine[Any, Any, T], cancelled: IsCancelled) -> T:
    task = asyncio.ensure_future(work)
    while not task.done():
        if cancelled():
            task.cancel()
        await asyncio.wait({task}, timeout=LOOK_SECONDS)
    try:
        return task.result()
    except CancelledError:
        raise Cancelled("Stopped.") from None


class _Loop(SelectorEventLoop):
    """An event loop whose blocking calls (looking a name up, asking the keyring) do not hold up
    its end.

    Nothing can interrupt such a call, and asyncio's own threads would be waited for: here, one
    that is no longer wanted is left to end by itself.
    """

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts
    ) -> "Future[T]":
        future: Future[T] = self.create_future()

        def call() -> None:
            try:
                result = func(*args)
            except Exception as error:
                self._tell(future, future.set_exception, error)
            else:
                self._tell(future, future.set_result, result)

        threading.Thread(target=call, name="blocking call", daemon=True).start()
        return future

    def _tell(self, future: "Future[Any]", how: Callable[[Any], None], what: object) -> None:
        """Settle a future from another thread, if anybody still waits for it."""

        def settle() -> None:
            if not future.done():
                how(what)

        with suppress(RuntimeError):  # the loop is closed
            self.call_soon_threadsafe(settle)
