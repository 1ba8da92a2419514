"""Reads the neighbours of the open photo on a thread of low priority."""

from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from PySide6.QtCore import QObject, Signal, Slot

from cozviewer.jobs.report import log
from cozviewer.session.read_ahead import ReadAhead, read_ahead
from cozviewer.util.errors import Cancelled, CozviewerError


@dataclass(frozen=True, eq=False)
class ReadAheadRequest:
    """A file to read.

    Attributes:
        path: The file.
        cancelled: Set when it is no longer needed, or must wait.
    """

    path: Path
    cancelled: Event = field(default_factory=Event)


class ReadAheadJob(QObject):
    """Signals:
    ended: (ReadAheadRequest, ReadAhead or None) None if the photo was not read: it is large, or
        cannot be opened, which is reported when it is opened.
    """

    ended = Signal(object, object)

    @Slot(object)
    def read(self, request: ReadAheadRequest) -> None:
        """Read one file."""
        result: ReadAhead | None = None
        if not request.cancelled.is_set():
            try:
                result = read_ahead(request.path, request.cancelled.is_set)
            except (Cancelled, CozviewerError):
                pass
            except Exception:
                log.warning("Reading %s ahead failed", request.path.name, exc_info=True)
        self.ended.emit(request, result)
