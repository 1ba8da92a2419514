"""Runs export tasks in the background, on the thread of the zoom steps, as both use the models.

What is made is in `export.tasks`, how in `export.run`; here are the way to stop and the signals.
"""

import logging
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from PySide6.QtCore import QObject, Signal, Slot

from cozviewer.chain.chain import Chain, Progress
from cozviewer.config.choice import EngineChoice
from cozviewer.export.run import Generator, Task, run_task
from cozviewer.export.targets import refuse_source
from cozviewer.jobs.exports.on_cluster import ClusterChoice
from cozviewer.jobs.report import sentence_of
from cozviewer.util.errors import Cancelled
from cozviewer.util.translation import translate

log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Export:
    """A request to run a task; compared by identity.

    Attributes:
        task: The file to be made.
        choice: The engine and its settings; needed with `cluster` only.
        cluster: Where missing detail is generated; None is this computer.
        cancelled: Set to stop.
    """

    task: Task
    choice: EngineChoice = field(default_factory=EngineChoice)
    cluster: ClusterChoice | None = None
    cancelled: Event = field(default_factory=Event)

    @property
    def path(self) -> Path:
        """The file to be made."""
        return self.task.path


class ExportJob(QObject):
    """Lives on the thread of the zoom steps.

    Signals:
        progressed: (Export, Progress)
        tiles_made: (Export, tuple[TileKey, ...])
        saved: (Export)
        ended: (Export, str) not saved: one sentence, "" if it was cancelled.
    """

    progressed = Signal(object, object)
    tiles_made = Signal(object, object)
    saved = Signal(object)
    ended = Signal(object, str)

    def __init__(self, chain: Chain, session: Path | None = None) -> None:
        """Export from a chain; `session` is the file that its image was opened through."""
        super().__init__()
        self._chain, self._session = chain, session

    @Slot(object)
    def export(self, request: Export) -> None:
        """Make one file."""

        def on_progress(progress: Progress) -> None:
            self.progressed.emit(request, progress)
            if progress.finished:
                self.tiles_made.emit(request, progress.finished)

        try:
            refuse_source(request.path, self._chain.pyramid.source, self._session)
            with self._generator(request) as generator:
                run_task(
                    request.task,
                    self._chain,
                    request.cancelled.is_set,
                    on_progress,
                    generator=generator,
                )
        except Cancelled:
            self.ended.emit(request, "")
        except Exception as error:
            doing = translate("Export", "saving {name}").format(name=request.path.name)
            self.ended.emit(request, sentence_of(error, doing))
        else:
            self.saved.emit(request)

    @staticmethod
    def _generator(request: Export) -> AbstractContextManager[Generator | None]:
        if request.cluster is None:
            return nullcontext()
        return request.cluster.open(request.cluster.address, request.choice, log.info)
