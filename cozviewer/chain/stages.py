"""What a model is doing while it loads, told to whoever waits for it.

Loading goes through several layers, most of which have nothing to do with it. So the one who waits
says where stages are to be told, for the present thread, and the one who loads tells them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from cozviewer.chain.protocols import Notice

_told: ContextVar[Notice | None] = ContextVar("told", default=None)


@contextmanager
def stages_told(told: Notice) -> Iterator[None]:
    """Have stages told that begin in this thread meanwhile.

    Args:
        told: Receives a stage for people: "Measuring which numbers are fastest".
    """
    token = _told.set(told)
    try:
        yield
    finally:
        _told.reset(token)


def tell_stage(stage: str) -> None:
    """Tell what begins now, if anybody in this thread wants to know."""
    told = _told.get()
    if told is not None:
        told(stage)
