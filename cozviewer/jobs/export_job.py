"""Saves what is seen, or a region at a chosen level: compute what is missing, compose, write.

Runs on the thread of the zoom steps, as both use the models. Movies (`movie_job`) come here, too.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Protocol

from PySide6.QtCore import QObject, Signal, Slot

from cozviewer.chain.chain import Chain, Progress, with_all_tiles
from cozviewer.export.origin import Origin
from cozviewer.export.picture import save_picture
from cozviewer.export.provenance import origin_of_region, origin_of_view
from cozviewer.export.region import save_region
from cozviewer.export.signing import Signature, sign_picture
from cozviewer.export.targets import refuse_source
from cozviewer.image.rect import Rect
from cozviewer.jobs.report import sentence_of
from cozviewer.pyramid.camera import View
from cozviewer.pyramid.compose import compose
from cozviewer.util.errors import Cancelled

Tell = Callable[[Progress], None]


class Export(Protocol):
    """A file to be made."""

    @property
    def path(self) -> Path:
        """What will be written; it appears whole or not at all."""
        ...

    @property
    def cancelled(self) -> Event:
        """Set to stop."""
        ...

    def carry_out(self, chain: Chain, tell: Tell) -> None:
        """Make it, telling how it goes; on the thread of the steps. May raise anything."""
        ...


@dataclass(frozen=True)
class ExportRequest:
    """A picture to save.

    Attributes:
        path: The file to write; its suffix names the format.
        z: The level it is made from.
        level_region: What it shows of level z, inside the picture.
        view: The view to compose; None saves `level_region` pixel for pixel.
        complete: Whether missing tiles are computed first; else the best that exists is saved.
        exif: Of the source, as it goes along; None leaves it out.
        label: Whether a corner of it says that detail was generated.
        signature: What it is signed with; None leaves it unsigned.
        cancelled: Set to stop.
    """

    path: Path
    z: int
    level_region: Rect
    view: View | None
    complete: bool
    exif: bytes | None = None
    label: bool = False
    signature: Signature | None = None
    cancelled: Event = field(default_factory=Event)

    def carry_out(self, chain: Chain, tell: Tell) -> None:
        """Compute what is missing, compose, write and sign."""
        cancelled = self.cancelled.is_set

        def refine() -> None:
            if self.complete:
                for progress in chain.refine(self.z, self.level_region, cancelled, tell):
                    tell(progress)

        origin = with_all_tiles(refine, lambda: self._write(chain, tell))
        if self.signature is not None:
            tell(Progress(f"Signing {self.path.name}", self.z, 0, 0, None))
            photo = chain.pyramid.source.path
            sign_picture(self.path, origin, photo, self.signature, cancelled=cancelled)

    def _write(self, chain: Chain, tell: Tell) -> Origin:
        """Write the file, and return the origin that it holds: that of the tiles as they are now,
        as missing ones may have been computed since the request was made."""
        cancelled, stage = self.cancelled.is_set, f"Writing {self.path.name}"
        tell(Progress(stage, self.z, 0, 0, None))
        if self.view is not None:
            pixels = compose(chain.pyramid, self.view, complete=self.complete)
            origin = origin_of_view(chain, self.view, cancelled)
            save_picture(
                self.path,
                pixels,
                origin,
                exif=self.exif,
                label=self.label,
                cancelled=cancelled,
            )
            return origin
        origin = origin_of_region(chain, self.z, self.level_region, cancelled)
        started = time.monotonic()

        def told(done: int, total: int) -> None:
            left = (time.monotonic() - started) / done * (total - done)
            tell(Progress(stage, self.z, done, total, left, unit="rows"))

        save_region(
            self.path,
            chain.pyramid,
            self.z,
            self.level_region,
            origin,
            exif=self.exif,
            label=self.label,
            complete=self.complete,
            cancelled=cancelled,
            told=told,
        )
        return origin


class ExportJob(QObject):
    """Signals:
    progressed: (Export, Progress)
    tiles_made: (Export, tuple[TileKey, ...])
    saved: (Export)
    ended: (Export, str) not saved: one sentence, "" if stopped on request.
    """

    progressed = Signal(object, object)
    tiles_made = Signal(object, object)
    saved = Signal(object)
    ended = Signal(object, str)

    def __init__(self, chain: Chain, session: Path | None = None) -> None:
        """Export from a chain; `session` is the file that its picture was opened through."""
        super().__init__()
        self._chain, self._session = chain, session

    @Slot(object)
    def export(self, request: Export) -> None:
        """Make one file."""

        def tell(progress: Progress) -> None:
            self.progressed.emit(request, progress)
            if progress.finished:
                self.tiles_made.emit(request, progress.finished)

        try:
            refuse_source(request.path, self._chain.pyramid.source, self._session)
            request.carry_out(self._chain, tell)
        except Cancelled:
            self.ended.emit(request, "")
        except Exception as error:
            self.ended.emit(request, sentence_of(error, f"saving {request.path.name}"))
        else:
            self.saved.emit(request)
