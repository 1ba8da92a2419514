"""Work that cannot be interrupted, done so that whoever waits for it can.

A decoder is one call into a C library that may take many seconds for a small file. `source.py`
runs it here: the caller is free within LOOK_SECONDS of saying that the picture is not wanted.
"""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from cozviewer.util.cancel import IsCancelled, check_cancelled

T = TypeVar("T")

LOOK_SECONDS = 0.05
"""How often the caller looks whether the result is still wanted."""


class _Outcome(Generic[T]):
    """What the work led to; set on its thread, read by the caller once `done` is set."""

    def __init__(self) -> None:
        self.done = threading.Event()
        self.abandoned = threading.Event()
        self.result: list[T] = []
        self.error: BaseException | None = None


def in_background(work: Callable[[IsCancelled], T], cancelled: IsCancelled, stopped: str) -> T:
    """Return what `work` returns, which runs on a thread of its own.

    Once the caller has stopped waiting, by `cancelled` or by an exception such as
    KeyboardInterrupt, the thread is left to end by itself: it ends when `work` next looks at its
    argument, and until then keeps its memory. It is a daemon, so the program can end meanwhile.

    Args:
        work: Gets a function that says whether its result is not wanted any more; it should look
            often and raise `Cancelled`.
        cancelled: Whether the result is not wanted any more; may be called from both threads.
        stopped: The sentence for `Cancelled`.

    Raises:
        Cancelled: `cancelled` said so.
        Exception: What `work` raises.
    """
    outcome: _Outcome[T] = _Outcome()

    def unwanted() -> bool:
        return outcome.abandoned.is_set() or cancelled()

    def run() -> None:
        try:
            result = work(unwanted)
            if not outcome.abandoned.is_set():
                outcome.result.append(result)
        except BaseException as error:
            outcome.error = error
        finally:
            outcome.done.set()

    threading.Thread(target=run, name="background", daemon=True).start()
    try:
        while not outcome.done.wait(LOOK_SECONDS):
            check_cancelled(cancelled, stopped)
    except BaseException:
        outcome.abandoned.set()
        raise
    if outcome.error is not None:
        raise outcome.error
    return outcome.result[0]
