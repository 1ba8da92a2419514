"""What the import of large libraries would do to the memory: the collector would slow it down, and
the window afterwards, and the photo that was open would stay."""

import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from threading import Lock, Thread

MANY = 200
"""Modules of a large library: torch has 1,100."""

_lock = Lock()
_pauses = 0
_was_enabled = False
_passed_over = False


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
