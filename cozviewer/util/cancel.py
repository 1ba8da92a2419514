"""Cancelling work: functions check a callable, and stop with an exception."""

from collections.abc import Callable

from cozviewer.util.errors import Cancelled
from cozviewer.util.translation import QT_TRANSLATE_NOOP, translate_marked

STOPPED = QT_TRANSLATE_NOOP("Error", "Stopped.")

IsCancelled = Callable[[], bool]
"""Returns whether the current work is cancelled; cheap, callable from any thread."""


def never() -> bool:
    """Return False: the `IsCancelled` of work that is never cancelled."""
    return False


def check_cancelled(is_cancelled: IsCancelled, message: str = STOPPED) -> None:
    """Raise `Cancelled` if the current work is cancelled.

    Args:
        message: Marked for translation in the context "Error".
    """
    if is_cancelled():
        raise Cancelled(translate_marked("Error", message))
