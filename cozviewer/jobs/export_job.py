"""Saves what is seen, or a region at a chosen level: compute what is missing, compose, write.

Runs on the thread of the zoom steps, as both use the models.
"""

import time
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from PySide6.QtCore import QObject, Signal, Slot

from cozviewer.chain.chain import Chain, Progress
from cozviewer.errors import Cancelled
from cozviewer.export.origin import Origin
from cozviewer.export.picture import save_picture
from cozviewer.export.region import save_region
from cozviewer.jobs.report import sentence_of
from cozviewer.pyramid.camera import View
from cozviewer.pyramid.compose import compose
from cozviewer.pyramid.geometry import Rect


@dataclass(frozen=True)
class ExportRequest:
    """A picture to save.

    Attributes:
        path: The file to write; its suffix names the format.
        z: The level it is made from.
        level_region: What it shows of level z, inside the picture.
        view: The view to compose; None saves `level_region` pixel for pixel.
        complete: Whether missing tiles are computed first; else the best that exists is saved.
        origin: What is written about it into the file.
        exif: Of the source, as it goes along; None leaves it out.
        cancelled: Set to stop.
    """

    path: Path
    z: int
    level_region: Rect
    view: View | None
    complete: bool
    origin: Origin
    exif: bytes | None = None
    cancelled: Event = field(default_factory=Event)


class ExportJob(QObject):
    """Signals:
    progressed: (ExportRequest, Progress)
    tile_made: (ExportRequest, TileKey)
    saved: (ExportRequest)
    ended: (ExportRequest, str) not saved: one sentence, "" if stopped on request.
    """

    progressed = Signal(object, object)
    tile_made = Signal(object, object)
    saved = Signal(object)
    ended = Signal(object, str)

    def __init__(self, chain: Chain) -> None:
        super().__init__()
        self._chain = chain

    @Slot(object)
    def export(self, request: ExportRequest) -> None:
        """Save one picture. The file appears whole or not at all."""
        cancelled = request.cancelled.is_set
        try:
            if request.complete:
                for progress in self._chain.refine(request.z, request.level_region, cancelled):
                    self.progressed.emit(request, progress)
                    if progress.finished is not None:
                        self.tile_made.emit(request, progress.finished)
            writing = Progress(f"Writing {request.path.name}", request.z, 0, 0, None)
            self.progressed.emit(request, writing)
            self._write(request)
        except Cancelled:
            self.ended.emit(request, "")
        except Exception as error:
            self.ended.emit(request, sentence_of(error, f"saving {request.path.name}"))
        else:
            self.saved.emit(request)

    def _write(self, request: ExportRequest) -> None:
        pyramid, cancelled = self._chain.pyramid, request.cancelled.is_set
        stage, started = f"Writing {request.path.name}", time.monotonic()

        def told(done: int, total: int) -> None:
            left = (time.monotonic() - started) / done * (total - done)
            self.progressed.emit(
                request, Progress(stage, request.z, done, total, left, unit="rows")
            )

        if request.view is not None:
            pixels = compose(pyramid, request.view)
            save_picture(
                request.path, pixels, request.origin, exif=request.exif, cancelled=cancelled
            )
            return
        save_region(
            request.path,
            pyramid,
            request.z,
            request.level_region,
            request.origin,
            exif=request.exif,
            cancelled=cancelled,
            told=told,
        )
