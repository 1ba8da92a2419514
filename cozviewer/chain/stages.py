"""Reports the stages of loading a model across layers.

Loading passes through several layers that do not report progress. So the caller registers a
callback for the current thread, and the loading code calls it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from cozviewer.chain.protocols import Notice

_told: ContextVar[Notice | None] = ContextVar("told", default=None)


@contextmanager
def stages_told(told: Notice) -> Iterator[None]:
    """Receive the stages that begin in this thread within the block.

    Args:
        told: Receives the name of a stage, for display: "Measuring which numbers are fastest".
    """
    token = _told.set(told)
    try:
        yield
    finally:
        _told.reset(token)


def tell_stage(stage: str) -> None:
    """Report that a stage begins, if a callback is registered in this thread."""
    told = _told.get()
    if told is not None:
        told(stage)
