"""Cancelling work: how a function learns that its result is no longer wanted, and stops."""

from collections.abc import Callable

from cozviewer.util.errors import Cancelled

IsCancelled = Callable[[], bool]
"""Returns whether the work at hand is no longer wanted; cheap, callable from any thread."""


def never() -> bool:
    """Return False: the `IsCancelled` of work that is never cancelled."""
    return False


def check_cancelled(is_cancelled: IsCancelled, message: str = "Stopped.") -> None:
    """Raise `Cancelled` with `message` if the work at hand is no longer wanted."""
    if is_cancelled():
        raise Cancelled(message)
