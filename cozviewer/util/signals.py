"""Handles the signals that end the program, even while the main thread is busy."""

import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

STOP_SIGNALS = tuple(
    signal.Signals[name]
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
    if name in signal.Signals.__members__
)
"""Ctrl-C, `kill`, a terminal that is closed, Ctrl-Break on Windows."""

SIGNALLED = 128
"""Added to the number of a signal, this is the exit code that shells use for it."""

Handler = Callable[[int, FrameType | None], None]
"""As `signal.signal` takes it."""


@contextmanager
def watched(
    handle: Handler, received: Callable[[int], None] = lambda number: None
) -> Iterator[None]:
    """Handle the stop signals within the block. Outside the main thread, do nothing.

    Signals that the parent process has set to be ignored (`nohup` does so with SIGHUP) stay
    ignored.

    Args:
        handle: Called in the main thread as soon as that runs Python code; see `signal.signal`.
        received: Called with the number at once, in a separate thread, even while the main thread
            is inside a long call of a library.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in STOP_SIGNALS}
    wanted = {number: old for number, old in before.items() if old != signal.SIG_IGN}
    reader, writer = socket.socketpair()
    writer.setblocking(False)
    old_fd = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
    listener = threading.Thread(target=_listen, args=(reader, received), name="signals")
    listener.daemon = True
    listener.start()
    try:
        for number in wanted:
            signal.signal(number, handle)
        yield
    finally:
        for number, old in wanted.items():
            signal.signal(number, signal.SIG_DFL if old is None else old)
        signal.set_wakeup_fd(old_fd)
        writer.close()
        listener.join()
        reader.close()


def _listen(reader: socket.socket, received: Callable[[int], None]) -> None:
    with suppress(OSError):
        while numbers := reader.recv(64):
            for number in numbers:
                if number in STOP_SIGNALS:
                    received(number)
