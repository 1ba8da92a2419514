"""Runs uninterruptible work on a separate thread, so that its caller can be interrupted.

A decoder is one call into a C library that may take many seconds even for a small file. The
package `image` runs it here: the caller returns within LOOK_SECONDS of being cancelled.
"""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from cozviewer.util.cancel import IsCancelled, check_cancelled

T = TypeVar("T")

LOOK_SECONDS = 0.05
"""How often the caller checks whether it has been cancelled."""


class _Outcome(Generic[T]):
    """The result or error of the work; set on its thread, taken by the caller once `done` is set.

    The work may keep `unwanted` for as long as a file is open, and with it the outcome, which must
    therefore refer to nothing in the end. Otherwise an error would stay in memory with all that
    the frames of its traceback refer to, where one of these is a decoder, through which the garbage
    collector cannot see.
    """

    def __init__(self) -> None:
        self.done = threading.Event()
        self.abandoned = threading.Event()
        self.result: list[T] = []
        self.error: list[BaseException] = []

    def drop(self) -> None:
        """Forget the result or error."""
        self.result.clear()
        self.error.clear()


def in_background(work: Callable[[IsCancelled], T], cancelled: IsCancelled, stopped: str) -> T:
    """Run `work` on a separate thread, wait for it, and return its result.

    When the caller stops waiting, because of `cancelled` or an exception such as
    KeyboardInterrupt, the thread ends the next time that `work` checks its argument; until then it
    keeps its memory. It is a daemon thread, so the program can end meanwhile.

    Args:
        work: Gets a function that returns whether it is cancelled; it should check
            that often and raise `Cancelled`.
        cancelled: Whether the work is cancelled; called from both threads.
        stopped: The message of `Cancelled`, as in `check_cancelled`.

    Raises:
        Cancelled: `cancelled` returned True.
        Exception: What `work` raises.
    """
    outcome: _Outcome[T] = _Outcome()

    def unwanted() -> bool:
        return outcome.abandoned.is_set() or cancelled()

    def run() -> None:
        try:
            outcome.result.append(work(unwanted))
        except BaseException as error:
            outcome.error.append(error)
        finally:
            if outcome.abandoned.is_set():
                outcome.drop()
            outcome.done.set()

    threading.Thread(target=run, name="background", daemon=True).start()
    try:
        while not outcome.done.wait(LOOK_SECONDS):
            check_cancelled(cancelled, stopped)
    except BaseException:
        outcome.abandoned.set()
        outcome.drop()
        raise
    if outcome.error:
        raise outcome.error.pop()
    return outcome.result.pop()
