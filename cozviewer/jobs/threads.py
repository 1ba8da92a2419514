"""Threads for jobs: start with the objects that live there, stop without leaving one behind."""

import os
import sys
import threading
from weakref import WeakSet

from PySide6.QtCore import QObject, Qt, QThread

NICENESS = 10
"""Of threads that compute for long, where the system knows it for single threads."""

_started: "WeakSet[QThread]" = WeakSet()


def start_thread(name: str, *jobs: QObject, low_priority: bool = False) -> QThread:
    """Start a QThread and move `jobs` (which have no parent) to it. Call on the GUI thread.

    The caller keeps `jobs` and the thread until it has ended. They are not deleted by the thread
    (`deleteLater`): Python may let go of them on the GUI thread at the same moment.

    Args:
        low_priority: For long computations, so that the window keeps breathing beside them.
    """
    thread = QThread()
    thread.setObjectName(name)
    if low_priority:
        # Emitted by the new thread, so a plain function runs there.
        thread.started.connect(_be_nice, Qt.ConnectionType.DirectConnection)
    for job in jobs:
        job.moveToThread(thread)
    _started.add(thread)
    thread.start(QThread.Priority.LowPriority if low_priority else QThread.Priority.InheritPriority)
    return thread


def stop_thread(thread: QThread) -> None:
    """End a thread once its current piece of work is done. Cancel that work first."""
    thread.quit()
    thread.wait()


def running_threads() -> list[QThread]:
    """Return the threads that were started here and have not ended."""
    return [thread for thread in list(_started) if thread.isRunning()]


def _be_nice() -> None:
    """Lower the calling thread's priority. Linux ignores Qt's priorities for ordinary threads, but
    knows niceness for each; the threads that torch starts from here inherit it."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
