"""Requests of which only the newest counts: the view may change before the answer arrives.

`Latest` is the side of the GUI thread: it cancels a request when a newer one replaces it, and
refuses results of any but the newest. `answer` is the side of the worker's thread: it skips
cancelled requests, which may still wait in the thread's queue, and delivers no stale results.

A request is a frozen value with an event named `cancelled`, built on the GUI thread.
"""

from collections.abc import Callable
from threading import Event
from typing import Generic, Protocol, TypeVar

from cozviewer.jobs.report import sentence_of


class Cancellable(Protocol):
    """A request that can be cancelled from another thread."""

    @property
    def cancelled(self) -> Event:
        """Set when the result is no longer needed."""


Request = TypeVar("Request", bound=Cancellable)
Result = TypeVar("Result")


class Latest(Generic[Request, Result]):
    """The newest request of one kind and the newest result. GUI thread only.

    Attributes:
        result: The newest accepted result, which may be older than the newest request; None while
            there is none.
    """

    def __init__(self) -> None:
        self.result: Result | None = None
        self._request: Request | None = None
        self._answered = False

    @property
    def request(self) -> Request | None:
        """The newest request, answered or not; None if it was cancelled."""
        return self._request

    @property
    def pending(self) -> Request | None:
        """The newest request while it has no result."""
        return None if self._answered else self._request

    def ask(self, request: Request) -> Request:
        """Make `request` the newest, cancel the one before, and return it. The result stays."""
        self.cancel()
        self._request = request
        return request

    def accept(self, request: Request, result: Result) -> bool:
        """Keep the result of a request if that is the newest.

        A request may have several results, each of which replaces the one before.

        Returns:
            Whether the result was kept; False means that it is stale.
        """
        if request is not self._request:
            return False
        self._answered, self.result = True, result
        return True

    def cancel(self) -> None:
        """Cancel the newest request. The result stays."""
        if self._request is not None:
            self._request.cancelled.set()
        self._request, self._answered = None, False

    def clear(self) -> None:
        """Cancel the newest request and drop the result."""
        self.cancel()
        self.result = None


def answer(
    request: Cancellable,
    work: Callable[[], Result],
    deliver: Callable[[Result], object],
    fail: Callable[[str], object],
    doing: str,
) -> None:
    """Work on a request in the calling thread, unless it has been cancelled.

    Args:
        request: The request.
        work: Returns the result.
        deliver: Receives the result, unless the request was cancelled meanwhile.
        fail: Receives one sentence for the user if `work` or `deliver` raises.
        doing: What the work is, as `sentence_of` takes it; for that sentence.
    """
    if request.cancelled.is_set():
        return
    try:
        result = work()
        if not request.cancelled.is_set():
            deliver(result)
    except Exception as error:
        fail(sentence_of(error, doing))
