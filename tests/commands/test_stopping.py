"""Ctrl-C asks once and insists the second time."""

import os
import signal
import threading

import pytest

from cozviewer.commands.stopping import check, stoppable
from cozviewer.errors import Cancelled


def press_ctrl_c() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def test_the_first_ctrl_c_asks_to_stop() -> None:
    with stoppable() as cancelled:
        check(cancelled)
        press_ctrl_c()
        assert cancelled()
        with pytest.raises(Cancelled):
            check(cancelled)


def test_the_second_stops_at_once() -> None:
    with stoppable():
        press_ctrl_c()
        with pytest.raises(KeyboardInterrupt):
            press_ctrl_c()


def test_afterwards_ctrl_c_is_as_it_was() -> None:
    before = signal.getsignal(signal.SIGINT)
    with stoppable():
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before


def test_a_job_in_the_background_stays_deaf() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with stoppable() as cancelled:
            press_ctrl_c()
            assert not cancelled()
    finally:
        signal.signal(signal.SIGINT, before)


def test_other_threads_can_work_too() -> None:
    seen = []

    def work() -> None:
        with stoppable() as cancelled:
            seen.append(cancelled())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [False]
