"""Threads for jobs begin where they should and end when told."""

import os
import sys
import threading

import pytest
from PySide6.QtCore import QObject, Signal, Slot
from pytestqt.qtbot import QtBot

from cozviewer.jobs.threads import running_threads, start_thread, stop_thread
from cozviewer.util.priority import NICENESS


class Job(QObject):
    wanted = Signal()
    done = Signal(int, int)

    @Slot()
    def work(self) -> None:
        niceness = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
        self.done.emit(threading.get_native_id(), niceness)


class Receiver(QObject):
    def __init__(self) -> None:
        super().__init__()
        self.answers: list[tuple[int, int]] = []

    @Slot(int, int)
    def take(self, thread: int, niceness: int) -> None:
        self.answers.append((thread, niceness))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has niceness for single threads")
@pytest.mark.parametrize("low", [False, True])
def test_a_job_runs_on_its_thread_with_its_priority(qtbot: QtBot, low: bool) -> None:
    own = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    job, receiver = Job(), Receiver()
    job.wanted.connect(job.work)
    job.done.connect(receiver.take)
    thread = start_thread("test", job, low_priority=low)
    job.wanted.emit()
    qtbot.waitUntil(lambda: bool(receiver.answers))
    assert receiver.answers[0][0] != threading.get_native_id()
    assert receiver.answers[0][1] == max(own, NICENESS if low else own)
    stop_thread(thread)
    assert thread.isFinished()
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == own


def test_threads_are_known_until_they_have_ended(qtbot: QtBot) -> None:
    before = running_threads()
    thread = start_thread("test", Job())
    assert [each for each in running_threads() if each not in before] == [thread]
    stop_thread(thread)
    assert running_threads() == before
