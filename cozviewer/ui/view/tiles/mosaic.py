"""The tiles of a document in a pane: planned, requested and painted.

A plan is made at most once per turn of the event loop, however many tiles have arrived. Without a
GPU, a view in motion may be painted at a lower resolution (see `paint_pace`).
"""

import time
from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import QObject, QRect, QRectF, QSize, QTimer, Signal, Slot
from PySide6.QtGui import QImage, QPaintEngine, QPainter

from cozviewer.jobs.document import Document
from cozviewer.jobs.latest import Latest
from cozviewer.jobs.tile_loader import Answer, LoadRequest
from cozviewer.pyramid.camera import DEEPEST, SHARP_UP_TO, View
from cozviewer.pyramid.geometry import TileKey
from cozviewer.pyramid.plan import Draw, Plan, plan
from cozviewer.pyramid.store.draft import Stale
from cozviewer.ui.view.navigator import Navigator
from cozviewer.ui.view.painting.paint_pace import PaintPace
from cozviewer.ui.view.painting.painter import draw_plan
from cozviewer.ui.view.tiles.draft_pieces import PieceDraw
from cozviewer.ui.view.tiles.tile_cache import TileCache

MOTION_STRETCH = 2.0
"""Maximum width of a tile pixel in view pixels while the view moves. Enlarging is painted twice as
fast as shrinking, and the difference is not visible in motion."""

MEASURED_FROM = 1 << 17
"""Minimum number of view pixels for which painting is timed, to be representative of a view."""

Held = tuple[View, tuple[Draw, ...], QImage, int]
"""A view, the draws of its plan, the painted image, and the width of its pixels in view pixels."""


class Mosaic(QObject):
    """The tiles of one document in one pane.

    More than 12 attributes, because a plan is reused as long as nothing that it depends on changes.

    Signals:
        changed: (QRect | None) there is a new plan; the part of the view that differs from the old
            one, in view pixels, None for all of it.
        came: tiles have arrived that are to fade in.
    """

    changed = Signal(object)
    came = Signal()

    def __init__(
        self,
        navigator: Navigator,
        view: Callable[[], View],
        softly: Callable[[], bool],
        parent: QObject,
    ) -> None:
        """Create a mosaic without a document.

        Args:
            navigator: Knows whether the view is at rest.
            view: Returns the camera with the size of the pane.
            softly: Returns whether tiles that arrive now are to fade in.
            parent: The parent object.
        """
        super().__init__(parent)
        self._finest: int | None = None
        self._navigator = navigator
        self._view = view
        self._softly = softly
        self._document: Document | None = None
        self._tiles: TileCache | None = None
        self._plan: Plan | None = None
        self._planned_before: tuple[View, Plan] | None = None
        self._load: Latest[LoadRequest, Answer] = Latest()
        self._open: set[TileKey] = set()
        self._moved_since_asked = False
        self._pace = PaintPace()
        self._coarse = False
        self._held: Held | None = None
        self._due = QTimer(self)
        self._due.setSingleShot(True)
        self._due.setInterval(0)
        self._due.timeout.connect(self._on_due)
        navigator.gesture_started.connect(self._on_gesture)

    @property
    def plan(self) -> Plan | None:
        """The current plan; None without a document."""
        if self._plan is None and self._document is not None and self._tiles is not None:
            tiles, now, source = self._tiles, time.monotonic(), self._document.source
            self._plan = plan(
                self._view(),
                source.width,
                source.height,
                source.coarsest,
                DEEPEST + 2 if self._finest is None else self._finest,
                lambda z, span: tiles.shown(z, span, now),
                SHARP_UP_TO if self._navigator.at_rest else MOTION_STRETCH,
            )
        return self._plan

    @property
    def factor(self) -> int:
        """The width in view pixels of the painted pixels while the view moves."""
        return self._pace.factor

    @property
    def waiting(self) -> bool:
        """Whether requested tiles have not arrived yet."""
        return self._load.pending is not None

    def set_document(
        self, document: Document | None, tiles: TileCache | None, finest: int | None
    ) -> None:
        """Show a document.

        Args:
            document: The document; None for none.
            tiles: Its tiles in memory, shared by all panes.
            finest: The finest level to show; None for all.
        """
        if self._document is not None:
            self._document.tiles_answered.disconnect(self._on_answered)
        self._document, self._tiles, self._finest = document, tiles, finest
        self._held = self._planned_before = None
        self._leave()
        if document is not None:
            document.tiles_answered.connect(self._on_answered)
        self.replan()

    def replan(self) -> None:
        """Make a new plan before the next painting, and request its missing tiles."""
        self._plan = None
        if not self._due.isActive():
            self._due.start()

    def move(self) -> None:
        """Follow the camera, or a new size of the pane."""
        self._moved_since_asked = True
        self.replan()

    def made(self, keys: Iterable[TileKey]) -> None:
        """Note tiles that a step has generated."""
        if self._tiles is not None:
            for key in keys:
                self._tiles.made(key)
            self.replan()

    def ask_anew(self, stale: Stale | None) -> None:
        """Cancel the current request, drop stale tiles, and request again.

        Args:
            stale: The tiles that have been replaced; None for none.
        """
        self._leave()
        if stale is not None and self._tiles is not None:
            self._tiles.drop(stale)
        self.replan()

    def _leave(self) -> None:
        self._load.cancel()
        self._open.clear()

    @Slot()
    def _on_due(self) -> None:
        current = self.plan
        if current is None:
            self.changed.emit(None)
            return
        self._ask(current)
        view, before = self._view(), self._planned_before
        self._planned_before = view, current
        still = before is not None and before[0] == view and self._navigator.at_rest
        self.changed.emit(_difference(before[1], current) if still and before else None)

    def _ask(self, current: Plan) -> None:
        assert self._document is not None
        assert self._tiles is not None
        keys = current.wanted(self._tiles.absent)
        under_way = self._load.pending
        if under_way is not None:
            # Keep a pending request as long as it is useful: a new one would fetch tiles twice.
            wanted, asked = set(keys), set(under_way.keys)
            if wanted <= asked and not (self._moved_since_asked and not asked <= wanted):
                return
            self._leave()
        self._moved_since_asked = False
        if keys:
            self._open = set(keys)
            self._document.load(self._load.ask(LoadRequest(keys)))

    @Slot(object)
    def _on_answered(self, answer: Answer) -> None:
        assert self._tiles is not None
        tiles, now = self._tiles, time.monotonic()
        new = [(key, image) for key, image in answer.tiles if not tiles.has(key)]
        if new:
            view = self._view()
            tiles.allow_for(view.width * view.height)
            # The first tiles of a photo appear at once; later ones fade in.
            soft = self._softly()
            tiles.put(new, now, fade=soft)
            if soft:
                self.came.emit()
        for key in answer.absent:
            tiles.mark_absent(key)
        self._open.difference_update(key for key, _ in answer.tiles)
        self._open.difference_update(answer.absent)
        if not self._open:
            self._load.cancel()  # there is nothing left to read
        self.replan()

    @Slot()
    def _on_gesture(self) -> None:
        view = self._view()
        self._pace.begin(view.width * view.height)

    # -- painting --------------------------------------------------------------------------------

    def draw(
        self,
        painter: QPainter,
        area: QRect,
        smooth: bool,
        pieces: Sequence[PieceDraw],
        unfinished: bool,
        hold: bool,
    ) -> bool:
        """Draw a part of the view; return False if there is nothing to draw.

        Args:
            painter: In view pixels.
            area: The part, in view pixels.
            smooth, pieces: See `draw_plan`.
            unfinished: Whether the exact frame is about to arrive, so that a coarse painting is
                not replaced by a finer one just before.
            hold: Whether the same will be drawn repeatedly under something that changes.
        """
        current, tiles, view = self.plan, self._tiles, self._view()
        if current is None or tiles is None:
            return False
        if painter.paintEngine().type() != QPaintEngine.Type.Raster:
            draw_plan(painter, current, tiles, area, smooth, pieces)
            return True
        large = 2 * area.width() * area.height() > view.width * view.height
        lasting = self._coarse and (unfinished or self.waiting)
        moving = not self._navigator.at_rest
        factor = self._pace.factor if large and smooth and (moving or lasting) else 1
        if large:
            self._coarse = factor > 1
        whole = QRect(0, 0, view.width, view.height)
        if hold and not pieces and area == whole:
            held = self._held
            if held is None or held[:2] != (view, current.draws):
                image, factor = self._painted(current, tiles, whole, smooth, (), factor), factor
                self._held = held = view, current.draws, image, factor
            _enlarge(painter, held[2], held[3], area)
            return True
        self._held = None
        if factor > 1:
            image = self._painted(current, tiles, area, smooth, pieces, factor)
            _enlarge(painter, image, factor, area)
        else:
            began = time.perf_counter()
            draw_plan(painter, current, tiles, area, smooth, pieces)
            self._note(1, began, area)
        return True

    def _painted(
        self,
        current: Plan,
        tiles: TileCache,
        area: QRect,
        smooth: bool,
        pieces: Sequence[PieceDraw],
        factor: int,
    ) -> QImage:
        """Return a part of the view, scaled down by `factor` and rounded up."""
        size = QSize(-(-area.width() // factor), -(-area.height() // factor))
        image = QImage(size, QImage.Format.Format_RGB32)
        painter = QPainter(image)
        painter.scale(1 / factor, 1 / factor)
        painter.translate(-area.topLeft())
        began = time.perf_counter()
        covered = QRect(area.topLeft(), size * factor)
        draw_plan(painter, current, tiles, covered, smooth, pieces)
        painter.end()
        self._note(factor, began, area)
        return image

    def _note(self, factor: int, began: float, area: QRect) -> None:
        pixels = area.width() * area.height()
        if pixels >= MEASURED_FROM:
            self._pace.note(factor, time.perf_counter() - began, pixels)


def _enlarge(painter: QPainter, image: QImage, factor: int, area: QRect) -> None:
    """Draw an image with pixels `factor` wide; interpolating them would take four times as long."""
    painter.save()
    painter.setClipRect(area)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    if factor == 1:
        painter.drawImage(area.topLeft(), image)
    else:
        painter.drawImage(QRect(area.topLeft(), image.size() * factor), image)
    painter.restore()


def _difference(before: Plan, after: Plan) -> QRect | None:
    """Return the part of a view in which two plans differ; None for all of it."""
    if before.level != after.level or before.bare != after.bare:
        return None
    changed = set(before.draws) ^ set(after.draws)
    area = QRectF()
    for draw in changed:
        place = draw.place
        area |= QRectF(place.view_x, place.view_y, place.view_width, place.view_height)
    return area.toAlignedRect().adjusted(-1, -1, 1, 1) if changed else QRect()
