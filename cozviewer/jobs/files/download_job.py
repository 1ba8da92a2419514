"""Downloads a model beside the window, on its own thread."""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event

from PySide6.QtCore import QObject, Signal, Slot

from cozviewer.jobs.report import sentence_of
from cozviewer.util.cancel import IsCancelled
from cozviewer.util.downloads import OnProgress
from cozviewer.util.errors import Cancelled
from cozviewer.util.translation import QT_TRANSLATE_NOOP

Fetch = Callable[[str, OnProgress, IsCancelled], None]
"""Fetches the model of a name; raises the errors of the program."""


@dataclass(frozen=True)
class DownloadRequest:
    """A requested download.

    Attributes:
        name: Of the model, see `Offer`.
        cancelled: Set to stop; downloaded parts are kept.
    """

    name: str
    cancelled: Event = field(default_factory=Event)


class DownloadJob(QObject):
    """Signals:
    progressed: (DownloadRequest, DownloadProgress)
    fetched: (DownloadRequest) it is here.
    ended: (DownloadRequest, str) it is not: one sentence, "" if stopped on request.
    """

    progressed = Signal(object, object)
    fetched = Signal(object)
    ended = Signal(object, str)

    def __init__(self, fetch: Fetch) -> None:
        super().__init__()
        self._fetch = fetch

    @Slot(object)
    def download(self, request: DownloadRequest) -> None:
        """Fetch one model."""
        try:
            self._fetch(
                request.name,
                lambda progress: self.progressed.emit(request, progress),
                request.cancelled.is_set,
            )
        except Cancelled:
            self.ended.emit(request, "")
        except Exception as error:
            self.ended.emit(
                request,
                sentence_of(
                    error, QT_TRANSLATE_NOOP("Error", "downloading {name}"), name=request.name
                ),
            )
        else:
            self.fetched.emit(request)
