"""Saves a session on a thread of its own, while steps continue on theirs."""

import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from PySide6.QtCore import QObject, Signal, Slot

from cozviewer.chain.chain import Progress
from cozviewer.config.choice import EngineChoice
from cozviewer.export.targets import refuse_source
from cozviewer.jobs.files.opener import OpenChain
from cozviewer.jobs.report import sentence_of
from cozviewer.session.export import save_session
from cozviewer.session.pyramids import choice_of, other_pyramids, session_pyramid
from cozviewer.session.session import Bookmark, SessionPyramid, Viewpoint
from cozviewer.session.source import OpenedImage
from cozviewer.util.errors import Cancelled
from cozviewer.util.translation import translate


@dataclass(frozen=True)
class SaveRequest:
    """A session to save.

    Attributes:
        path: The file to write.
        image: The picture, and the session that it was opened through.
        pyramids: Those that are open; the other pyramids of the session are copied.
        bookmarks: Named views.
        viewpoint: The current view.
        cancelled: Set to stop.
    """

    path: Path
    image: OpenedImage
    pyramids: tuple[SessionPyramid, ...]
    bookmarks: tuple[Bookmark, ...]
    viewpoint: Viewpoint
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
        stage = translate("Session", "Saving {name}").format(name=request.path.name)
        started = time.monotonic()

        def on_progress(done: int, total: int) -> None:
            left = (time.monotonic() - started) / done * (total - done) if done else None
            self.progressed.emit(request, Progress(stage, 0, done, total, left))

        try:
            refuse_source(request.path, request.image.source)
            with ExitStack() as stack:
                saved = save_session(
                    request.path,
                    request.image.source,
                    [*request.pyramids, *self._others(request, stack)],
                    request.bookmarks,
                    request.viewpoint,
                    cancelled=request.cancelled.is_set,
                    on_progress=on_progress,
                )
        except Cancelled:
            self.ended.emit(request, "")
        except Exception as error:
            self.ended.emit(request, sentence_of(error, f"saving {request.path.name}"))
        else:
            self.saved.emit(request, saved)

    def _others(self, request: SaveRequest, stack: ExitStack) -> list[SessionPyramid]:
        """Open the pyramids of the session that are not open yet; the stack closes their stores."""
        others = []
        for kept in other_pyramids(request.image.session, request.pyramids):
            choice = choice_of(kept, EngineChoice())
            notice, cancelled = self.noticed.emit, request.cancelled.is_set
            chain = self._open_chain(request.image, choice, notice, notice, cancelled)
            stack.callback(chain.pyramid.store.close)
            others.append(session_pyramid(chain, choice, request.image.session))
        return others
