"""Ctrl-C: the first asks the work to stop after the tile at hand, the second stops it at once."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from cozviewer.errors import Cancelled


@contextmanager
def stoppable() -> Iterator[Callable[[], bool]]:
    """Yield what tells whether Ctrl-C was pressed within the block.

    Outside the main thread, where no signal arrives, and where the shell has switched Ctrl-C off
    (a job in the background), it stays as it is.
    """
    asked = threading.Event()

    def ask(number: int, frame: FrameType | None) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()

    if threading.current_thread() is not threading.main_thread():
        yield asked.is_set
        return
    before = signal.getsignal(signal.SIGINT)
    if before == signal.SIG_IGN:
        yield asked.is_set
        return
    signal.signal(signal.SIGINT, ask)
    try:
        yield asked.is_set
    finally:
        signal.signal(signal.SIGINT, before)


def check(cancelled: Callable[[], bool]) -> None:
    """Raise Cancelled if the work at hand is no longer wanted."""
    if cancelled():
        raise Cancelled("Stopped.")
