"""Stop signals such as Ctrl-C: the first stops the work in an orderly way, the second at once.

The same holds for SIGTERM, SIGHUP (the terminal was closed) and, on Windows, Ctrl-Break.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from cozviewer.util.cancel import IsCancelled
from cozviewer.util.errors import Cancelled, Interrupted
from cozviewer.util.signals import SIGNALLED, STOP_SIGNALS, watched

GRACE = 1.0
"""Seconds after the second signal in which the work may clean up."""


@contextmanager
def stoppable(grace: float = GRACE) -> Iterator[IsCancelled]:
    """Yield a function that returns whether a stop signal has arrived within the block.

    At the second one `Interrupted` is raised; if the main thread is inside a library and does not
    get to it, the process ends all the same, without its temporary files. Outside the main thread,
    where no signal arrives, and where the shell has switched Ctrl-C off (a job in the background),
    it stays as it is.

    Args:
        grace: Seconds after the second signal in which the work may clean up.

    Raises:
        Cancelled: As the block did; its exit code is that of the signal.
        Interrupted: At the second signal.
    """
    asked, over = threading.Event(), threading.Event()
    handled: list[int] = []
    seen: list[int] = []

    def handle(number: int, frame: FrameType | None) -> None:
        handled.append(number)
        asked.set()
        if len(handled) > 1:
            raise Interrupted(number)

    def received(number: int) -> None:
        seen.append(number)
        asked.set()
        if len(seen) > 1 and not over.wait(grace):
            from cozviewer.util.temporary import end_now

            end_now(SIGNALLED + number)

    with watched(handle, received):
        try:
            yield asked.is_set
        except Cancelled as error:
            if handled or seen:
                error.exit_code = SIGNALLED + (handled or seen)[0]
            raise
        finally:
            over.set()


@contextmanager
def ending_in_order() -> Iterator[None]:
    """Let SIGTERM and its like raise `Interrupted` within the block, where they would end the
    process without another word, so that files are closed and temporary ones removed."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def handle(number: int, frame: FrameType | None) -> None:
        raise Interrupted(number)

    wanted = [each for each in STOP_SIGNALS if signal.getsignal(each) == signal.SIG_DFL]
    for number in wanted:
        signal.signal(number, handle)
    try:
        yield
    finally:
        for number in wanted:
            signal.signal(number, signal.SIG_DFL)
