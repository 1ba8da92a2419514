"""Saves a session on its own thread, while steps continue on theirs."""

import time
from dataclasses import dataclass, field
from functools import partial
from threading import Event

from PySide6.QtCore import QObject, Signal, Slot

from cozviewer.chain.chain import Chain, Progress
from cozviewer.config.choice import EngineChoice
from cozviewer.jobs.files.opener import OpenChain
from cozviewer.jobs.report import sentence_of
from cozviewer.session.task import SessionTask
from cozviewer.util.errors import Cancelled
from cozviewer.util.translation import translate


@dataclass(frozen=True)
class SaveRequest:
    """A session to save.

    Attributes:
        task: The session.
        cancelled: Set to stop.
    """

    task: SessionTask
    cancelled: Event = field(default_factory=Event)


class SessionJob(QObject):
    """Signals:
    progressed: (SaveRequest, Progress)
    noticed: (str) a warning about a store.
    saved: (SaveRequest, Saved)
    ended: (SaveRequest, str) it was not saved; a message, "" if it was cancelled.
    """

    progressed = Signal(object, object)
    noticed = Signal(str)
    saved = Signal(object, object)
    ended = Signal(object, str)

    def __init__(self, open_chain: OpenChain) -> None:
        super().__init__()
        self._open_chain = open_chain

    @Slot(object)
    def save(self, request: SaveRequest) -> None:
        """Save one session, atomically. Runs on the job's thread."""
        task, is_cancelled = request.task, request.cancelled.is_set
        stage = translate("Session", "Saving {name}").format(name=task.path.name)
        started = time.monotonic()

        def on_progress(done: int, total: int) -> None:
            left = (time.monotonic() - started) / done * (total - done) if done else None
            self.progressed.emit(request, Progress(stage, 0, done, total, left))

        try:
            saved = task.write(partial(self._open, request), is_cancelled, on_progress)
        except Cancelled:
            self.ended.emit(request, "")
        except Exception as error:
            self.ended.emit(request, sentence_of(error, f"saving {task.path.name}"))
        else:
            self.saved.emit(request, saved)

    def _open(self, request: SaveRequest, choice: EngineChoice) -> Chain:
        """Open the chain of a pyramid that is not open yet."""
        notice = self.noticed.emit
        return self._open_chain(
            request.task.image, choice, notice, notice, request.cancelled.is_set
        )
