"""Where and when Python's garbage collector runs while there is a window: on the GUI thread alone,
and not while large libraries are imported, which would slow down the import, and the window
afterwards, and keep the photo that was open."""

import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from threading import Lock, Thread

from PySide6.QtCore import QObject, QTimer

INTERVAL_MS = 1000
"""How often it is seen whether garbage is to be collected."""

MANY = 200
"""Modules of a large library: torch has 1,100."""

_lock = Lock()
_pauses = 0
_was_enabled = False
_passed_over = False


class GuiCollector(QObject):
    """Collects garbage on the GUI thread, and nowhere else, until it is closed.

    Python collects in whichever thread allocates. There it would destroy widgets and other Qt
    objects that are part of a cycle, for which Qt holds a lock. If the GUI thread waits for the
    same lock while it holds Python's, as it does when it connects a signal, both wait for ever.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._was_enabled = gc.isenabled()
        self._ages = [0, 0]
        gc.disable()
        self._timer = QTimer(self, interval=INTERVAL_MS)
        self._timer.timeout.connect(self.collect)
        self._timer.start()

    def collect(self) -> None:
        """Collect garbage if there are as many new objects as Python itself would wait for."""
        if not _pauses:
            collect_due(self._ages)

    def close(self) -> None:
        """Leave it to Python again."""
        self._timer.stop()
        if self._was_enabled:
            gc.enable()


def collect_due(ages: list[int]) -> None:
    """Collect garbage of the generations for which Python itself would have done so by now.

    Args:
        ages: How often the first generation was due since the second was collected, and the second
            since the third; both are updated.
    """
    objects, limits = gc.get_count()[0], [max(1, limit) for limit in gc.get_threshold()]
    due = objects // limits[0]
    if not due:
        return
    generation = 0
    ages[0] += due
    if ages[0] > limits[1]:
        generation, ages[0], ages[1] = 1, 0, ages[1] + ages[0] // limits[1]
        if ages[1] > limits[2]:
            generation, ages[1] = 2, 0
    gc.collect(generation)


@contextmanager
def collector_paused() -> Iterator[None]:
    """Collect no garbage meanwhile, in any thread: for a second or two.

    While torch is imported the collector would run 370 times, as ever more objects are there, and
    find next to nothing. That is a quarter of the time of the import, and each run stops all other
    threads, the window's as well.
    """
    global _pauses, _was_enabled
    with _lock:
        if not _pauses:
            _was_enabled = gc.isenabled()
            gc.disable()
        _pauses += 1
    try:
        yield
    finally:
        with _lock:
            _pauses -= 1
            if not _pauses and _was_enabled:
                gc.enable()


@contextmanager
def libraries_passed_over(many: int = MANY) -> Iterator[None]:
    """Have the collector ignore all objects that exist at the end, if large libraries were imported
    meanwhile, or if this is the first time: walking through the objects of torch takes it 0.1 to
    0.2 s, during which the window stands still. Nothing is changed where an exception ends it.

    Args:
        many: Modules of a large library.
    """
    global _passed_over
    before = len(sys.modules)
    yield
    # A flag, because `gc.get_freeze_count` counts the objects one by one: for each photo, no other
    # thread would run for 0.01 s.
    if not _passed_over or len(sys.modules) - before > many:
        _passed_over = True
        gc.freeze()


def loaded_apart(load: Callable[[], None]) -> None:
    """Load a model on a separate thread, and wait for it.

    Loading the first network keeps a frame of its call stack permanently, and with it those of
    its callers and all that they hold: on the thread of a document, the whole photo. So `load`
    should hold nothing but the model.

    Raises:
        Exception: What `load` raises.
    """
    errors: list[BaseException] = []

    def run() -> None:
        try:
            load()
        except BaseException as error:
            errors.append(error)

    thread = Thread(target=copy_context().run, args=(run,), name="loading")
    thread.start()
    thread.join()
    if errors:
        raise errors.pop()
