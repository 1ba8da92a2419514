"""Threads for jobs: start with the objects that live there, stop without leaving one behind."""

from weakref import WeakSet

from PySide6.QtCore import QObject, Qt, QThread

from cozviewer.util.priority import lower_priority

_started: "WeakSet[QThread]" = WeakSet()


def start_thread(name: str, *jobs: QObject, low_priority: bool = False) -> QThread:
    """Start a QThread and move `jobs` (which have no parent) to it. Call on the GUI thread.

    The caller keeps `jobs` and the thread until it has ended. They are not deleted by the thread
    (`deleteLater`): Python may release them on the GUI thread at the same moment.

    Args:
        low_priority: For long computations, so that the window keeps breathing beside them.
    """
    thread = QThread()
    thread.setObjectName(name)
    if low_priority:
        # Emitted by the new thread, so a plain function runs there. Linux ignores Qt's priorities
        # for ordinary threads, but has a niceness for each.
        thread.started.connect(lower_priority, Qt.ConnectionType.DirectConnection)
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
