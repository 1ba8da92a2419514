"""Stop signals are seen in a thread of their own, and all is as before afterwards."""

import os
import signal
import sys
import threading

import pytest

from cozviewer.util.signals import STOP_SIGNALS, watched
from tests.patience import PATIENCE

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_comes_to_both(number: signal.Signals) -> None:
    handled: list[int] = []
    received: list[tuple[int, bool]] = []
    seen = threading.Event()

    def receive(what: int) -> None:
        received.append((what, threading.current_thread() is threading.main_thread()))
        seen.set()

    with watched(lambda what, frame: handled.append(what), receive):
        os.kill(os.getpid(), number)
        assert seen.wait(PATIENCE)
    assert handled == [number]
    assert received == [(number, False)]


def test_afterwards_all_is_as_before() -> None:
    before = [signal.getsignal(number) for number in STOP_SIGNALS]
    with pytest.raises(ValueError, match="boom"), watched(lambda what, frame: None):
        raise ValueError("boom")
    assert [signal.getsignal(number) for number in STOP_SIGNALS] == before
    assert signal.set_wakeup_fd(-1) == -1


def test_in_another_thread_it_does_nothing() -> None:
    def work() -> None:
        before = signal.getsignal(signal.SIGINT)
        with watched(lambda what, frame: None):
            assert signal.getsignal(signal.SIGINT) is before
        done.set()

    done = threading.Event()
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done.is_set()
