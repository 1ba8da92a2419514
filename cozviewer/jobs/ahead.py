"""Draws ahead of the user what probably comes next, while nothing else is wanted.

First the next step level around the pointer, where a turn of the wheel leads; then the strip beyond
the edge towards which the view was panned last. Of each a draft is drawn and then the real tiles,
which are ordinary ones: they lie in the store when the view gets there. A draft that the view gets
to before its tiles are made is shown at once (see `Ahead.drafts`).

All other work comes first: `Ahead.stop` makes the threads stop as soon as they can.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Event

from PySide6.QtCore import QObject, Signal, Slot

from cozviewer.chain.chain import Chain
from cozviewer.chain.quick_view import worthwhile
from cozviewer.image.source import Source
from cozviewer.jobs.quick_job import DraftImage, QuickJob, QuickRequest
from cozviewer.jobs.report import log, sentence_of
from cozviewer.pyramid.camera import DEEPEST, View
from cozviewer.pyramid.compose import wanted_level, wanted_region
from cozviewer.pyramid.geometry import STEP_LEVELS, LevelRegion, TileKey
from cozviewer.pyramid.store.store import TileStore
from cozviewer.util.errors import Cancelled

REACH = 4.0
"""The largest zoom to a level that is drawn ahead: eight notches of the wheel. A large photo that
is only viewed as a whole costs nothing."""

STRIP = 0.25
"""Width of the strip beyond an edge, as a part of the view."""

ALONG = 0.3
"""A pan is along an axis if it went this part as far along it as along the other one, at least."""

May = Callable[[TileStore], bool]
"""Tells whether there is power and room to draw ahead into a store; any thread but the GUI's."""


@dataclass(frozen=True)
class Target:
    """What is drawn ahead.

    Attributes:
        view: The view that it would make sharp.
        region: Its visible part of a step level, inside the photo.
        level_x, level_y: Where to begin, in pixels of that level.
    """

    view: View
    region: LevelRegion
    level_x: int
    level_y: int


def targets(
    view: View, source: Source, view_x: float, view_y: float, pan: tuple[float, float]
) -> list[Target]:
    """Return what probably comes next after a view, the likeliest first.

    Args:
        view: At rest, with all that it needs.
        view_x, view_y: The pointer's place, in view pixels: the wheel zooms there.
        pan: How far the view was panned last, in view pixels to the right and down; (0, 0) if it
            was zoomed.
    """
    z = wanted_level(view, source.coarsest)
    deeper = max(z, 0) + STEP_LEVELS
    found = []
    # A level is used from half its own size on (see `Camera.rest_level`).
    near = view.camera.log2 + math.log2(REACH) >= deeper - 1
    if near and deeper <= DEEPEST:
        found.append(_target(_closer(view, deeper, view_x, view_y), source))
    if z > 0:
        far_x, far_y = (abs(way) for way in pan)
        if far_x and far_x >= ALONG * far_y:
            found.append(_target(_panned(view, STRIP * view.width * pan[0] / far_x, 0), source))
        if far_y and far_y >= ALONG * far_x:
            found.append(_target(_panned(view, 0, STRIP * view.height * pan[1] / far_y), source))
    return [target for target in found if not target.region.empty]


def _closer(view: View, z: int, view_x: float, view_y: float) -> View:
    """Return the view that shows level z at its own size, zoomed to at a place of the view."""
    camera = view.camera.zoomed(
        2.0 ** (z - view.camera.log2), view_x - view.width / 2, view_y - view.height / 2
    )
    return View(camera, view.width, view.height)


def _panned(view: View, view_dx: float, view_dy: float) -> View:
    return View(view.camera.panned(round(view_dx), round(view_dy)), view.width, view.height)


def _target(view: View, source: Source) -> Target:
    camera = view.camera.clamped(source.width, source.height)
    view = View(camera, view.width, view.height)
    region = wanted_region(view, source)
    return Target(view, region, *region.rect.middle)


@dataclass(frozen=True)
class AheadRequest:
    """A target whose tiles are to be generated.

    Attributes:
        cancelled: Set when other work comes first.
    """

    target: Target
    cancelled: Event = field(default_factory=Event)


class AheadJob(QObject):
    """Makes tiles ahead.

    Signals:
        allowed: (AheadRequest) there is power and room for it.
        drawing: (AheadRequest) the engine draws for it.
        tiles_made: (AheadRequest, tuple[TileKey, ...]) they are in the store now.
        ended: (AheadRequest, bool) whether all is there, so that it may go on with more.
        failed: it cannot be drawn, and nor can anything else, most likely; `ended` follows.
    """

    allowed = Signal(object)
    drawing = Signal(object)
    tiles_made = Signal(object, object)
    ended = Signal(object, bool)
    failed = Signal()

    def __init__(self, chain: Chain, may: May | None) -> None:
        """Make the job; it belongs on the thread of the zoom steps, which alone uses the chain."""
        super().__init__()
        self._chain, self._may = chain, may

    @Slot(object)
    def ask(self, request: AheadRequest) -> None:
        """See whether there is power and room for a target; answers by `allowed` or `ended`."""
        try:
            may, store = self._may, self._chain.pyramid.store
            allowed = may is not None and not request.cancelled.is_set() and may(store)
        except Exception as error:
            log.warning("Nothing is drawn ahead: %s", sentence_of(error, "looking for room"))
            allowed = False
            self.failed.emit()
        if allowed:
            self.allowed.emit(request)
        else:
            self.ended.emit(request, False)

    @Slot(object)
    def draw(self, request: AheadRequest) -> None:
        """Make what a target lacks."""
        complete = False
        try:
            if not request.cancelled.is_set():
                self._draw(request)
                complete = True
        except Cancelled:
            pass
        except Exception as error:
            # It was not requested; if it ever is, the step reports the error.
            log.warning("Drawing ahead failed: %s", sentence_of(error, "drawing ahead"))
            self.failed.emit()
        self.ended.emit(request, complete)

    def _draw(self, request: AheadRequest) -> None:
        target = request.target
        steps = self._chain.refine(*target.region, request.cancelled.is_set)
        for progress in steps:
            if progress.drawing is not None:
                self.drawing.emit(request)
            if progress.finished:
                self.tiles_made.emit(request, progress.finished)


@dataclass(frozen=True)
class _Draft:
    """A draft of a target, as far as it is drawn."""

    target: Target
    request: QuickRequest
    parts: list[DraftImage] = field(default_factory=list)


class Ahead(QObject):
    """Draws targets one after the other. All methods are for the GUI thread.

    Attributes:
        job: What makes the tiles; belongs on the thread of the zoom steps.

    Signals:
        began: something is being drawn ahead.
        ended: that is over.
        tiles_made: (tuple[TileKey, ...]) they are in the store now.
    """

    began = Signal()
    ended = Signal()
    tiles_made = Signal(object)

    _ask = Signal(object)
    _draw = Signal(object)
    _draw_draft = Signal(object)

    def __init__(
        self, chain: Chain, quick: QuickJob | None, may: May | None, parent: QObject
    ) -> None:
        """Prepare.

        Args:
            quick: Draws the drafts; None for none.
            may: Asked before each target, on the thread of the zoom steps; None draws nothing.
        """
        super().__init__(parent)
        self._chain, self._quick = chain, quick
        self._waiting: list[Target] = []
        self._draft: _Draft | None = None
        self._drafting = False
        self._request: AheadRequest | None = None
        self._with_drafts = self._told = self._failed = False
        self.job = AheadJob(chain, may)
        self.job.allowed.connect(self._on_allowed)
        self.job.drawing.connect(self._on_drawing)
        self.job.tiles_made.connect(self._on_tiles_made)
        self.job.ended.connect(self._on_ended)
        self.job.failed.connect(self._on_failed)
        self._ask.connect(self.job.ask)
        self._draw.connect(self.job.draw)
        if quick is not None:
            quick.drawn.connect(self._on_drawn)
            quick.ended.connect(self._on_draft_ended)
            self._draw_draft.connect(quick.draw)

    @property
    def running(self) -> bool:
        """Whether anything is being drawn ahead, or searched."""
        return self._request is not None

    @property
    def possible(self) -> bool:
        """Whether the engine may be used ahead: one that generates detail and takes no prompts, so
        that no prompter is called, whose answers may cost money. And it must not have
        failed."""
        upscaler, wordless = self._chain.upscaler, self._chain.prompter.name == "none"
        return upscaler.generative and not upscaler.accepts_prompt and wordless and not self._failed

    def start(self, wanted: Sequence[Target], drafts: bool) -> None:
        """Draw targets, the first one first, with drafts of them or without. Nothing else may be
        under way."""
        self.stop()
        self._with_drafts = drafts
        if self.possible:
            self._waiting = list(wanted)
            self._go_on()

    def stop(self) -> None:
        """Let go of everything, because something else is wanted; drafts stay for `drafts`."""
        self._waiting.clear()
        if self._request is not None:
            self._request.cancelled.set()
            self._request = None
        if self._drafting and self._draft is not None:
            self._draft.request.cancelled.set()
        self._drafting = False
        self._tell(False)

    def forget(self) -> None:
        """Stop, and drop the drafts, which were drawn from pixels that have changed."""
        self.stop()
        self._draft = None

    def drafts(self, region: LevelRegion) -> tuple[list[DraftImage], bool]:
        """Return the drafted parts of a region, and whether they cover it."""
        draft = self._draft
        if draft is None or draft.target.region.z != region.z:
            return [], False
        parts = [
            part for part in draft.parts if not part.region.rect.intersected(region.rect).empty
        ]
        complete = not self._drafting and not draft.request.cancelled.is_set()
        return parts, complete and draft.target.region.rect.contains(region.rect)

    def _go_on(self) -> None:
        """Begin with the next target."""
        if self._waiting:
            self._request = AheadRequest(self._waiting.pop(0))
            self._ask.emit(self._request)
        else:
            self._tell(False)

    @Slot(object)
    def _on_allowed(self, request: AheadRequest) -> None:
        """Draw a target's draft, if that is useful, or generate its tiles at once."""
        if request is self._request:
            chain = self._chain
            drafts = self._with_drafts and self._quick is not None
            if drafts and worthwhile(chain.upscaler, chain.seconds_per_pixel):
                self._begin_draft(request.target)
            else:
                self._draw.emit(request)

    def _begin_draft(self, target: Target) -> None:
        request = QuickRequest(target.view, target.region, target.level_x, target.level_y)
        self._draft = _Draft(target, request)
        self._drafting = True
        self._draw_draft.emit(request)

    def _tell(self, drawing: bool) -> None:
        if drawing != self._told:
            self._told = drawing
            (self.began if drawing else self.ended).emit()

    @Slot(object, object)
    def _on_drawn(self, request: QuickRequest, part: DraftImage) -> None:
        if self._draft is not None and request is self._draft.request:
            self._draft.parts.append(part)
            self._tell(self._drafting)

    @Slot(object)
    def _on_draft_ended(self, request: QuickRequest) -> None:
        if self._drafting and self._draft is not None and request is self._draft.request:
            self._drafting = False
            self._draw.emit(self._request)

    @Slot(object)
    def _on_drawing(self, request: AheadRequest) -> None:
        if request is self._request:
            self._tell(True)

    @Slot(object, object)
    def _on_tiles_made(self, request: AheadRequest, keys: tuple[TileKey, ...]) -> None:
        self.tiles_made.emit(keys)

    @Slot()
    def _on_failed(self) -> None:
        self._failed = True

    @Slot(object, bool)
    def _on_ended(self, request: AheadRequest, complete: bool) -> None:
        if request is not self._request:
            return
        self._request = None
        if complete:
            self._draft = None  # there are tiles now
            self._go_on()
        else:
            self._waiting.clear()
            self._tell(False)


def on_battery() -> bool:
    """Tell whether the machine runs on its battery; False where that is not known."""
    import psutil

    try:
        battery = psutil.sensors_battery()
    except (AttributeError, OSError, RuntimeError):  # where psutil supports no sensors
        return False
    return battery is not None and battery.power_plugged is False
