"""One pane: shows the picture through the camera.

From wheel to pixels: `Gestures` moves the `Navigator`; `moved` makes a new plan from the tiles in
memory, which is painted at once, and asks for the tiles that it lacks. When the view rests and has
all that it needs, the exact frame is composed and takes the place of the scaled tiles.
"""

import math
import time
from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFont,
    QImage,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QWidget

from cozviewer.jobs.document import Document
from cozviewer.jobs.frame_composer import FrameRequest
from cozviewer.jobs.images import to_qimage
from cozviewer.jobs.opener import Preview
from cozviewer.jobs.tile_loader import LoadRequest
from cozviewer.pyramid.camera import DEEPEST, SHARP_UP_TO, View
from cozviewer.pyramid.geometry import TileKey
from cozviewer.pyramid.plan import Plan, plan
from cozviewer.ui.gestures import Gestures
from cozviewer.ui.navigator import Navigator
from cozviewer.ui.painter import BACKGROUND_COLOUR, draw_frame, draw_plan
from cozviewer.ui.tile_cache import FADE_SECONDS, TileCache

FRAME_MS = 16

MOTION_STRETCH = 2.0
"""View pixels that a tile's pixel may be wide while the view moves. Painting is twice as fast when
it enlarges as when it shrinks, and in motion the eye does not see the difference."""


@dataclass(frozen=True)
class _Frame:
    """An exact picture of a view.

    Attributes:
        view: What it shows.
        image: Its pixels.
        arrived: `time.monotonic` when it came, -inf if it is to be there at once.
        final: Whether nothing was missing in it.
    """

    view: View
    image: QImage
    arrived: float
    final: bool


class Canvas(QWidget):
    """A pane over a document.

    Signals:
        changed: what it shows changed (plan, sharpness), for the readout.
        painted: the picture (not only a preview) was painted for the first time.
    """

    changed = Signal()
    painted = Signal()

    def __init__(
        self, navigator: Navigator, finest: int | None = None, parent: QWidget | None = None
    ) -> None:
        """Make a pane.

        Args:
            navigator: The camera, shared with other panes.
            finest: The finest level to show: 0 for the interpolated source; None for all.
        """
        super().__init__(parent)
        self.finest = finest
        self.label = ""
        self._navigator = navigator
        self._document: Document | None = None
        self._tiles: TileCache | None = None
        self._plan: Plan | None = None
        self._preview: QImage | None = None
        self._asked: LoadRequest | None = None
        self._moved_since_asked = False
        self._frame_asked: FrameRequest | None = None
        self._frame: _Frame | None = None
        self._complete = self._final = False
        self._has_painted = False
        Gestures(navigator, self)
        self._fade = QTimer(self)
        self._fade.setInterval(FRAME_MS)
        self._fade.timeout.connect(self._on_fade)
        self._fade_until = 0.0
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(QSize(64, 64))
        navigator.moved.connect(self._on_moved)
        navigator.settled.connect(self._on_settled)

    # -- what is shown ---------------------------------------------------------------------------

    @property
    def view(self) -> View:
        """The camera and this pane's size in device pixels."""
        ratio = self.devicePixelRatioF()
        return self._navigator.view(
            max(1, round(self.width() * ratio)), max(1, round(self.height() * ratio))
        )

    @property
    def sharp(self) -> bool:
        """Whether every visible tile of the level that this view wants is on screen."""
        return self._plan is not None and self._plan.sharp

    @property
    def shows_frame(self) -> bool:
        """Whether the exact frame of the present view is on screen, fully faded in."""
        if self._frame is None or self._frame.view != self.view:
            return False
        return time.monotonic() - self._frame.arrived >= FADE_SECONDS

    def set_preview(self, preview: Preview | None) -> None:
        """Show a small version until the picture itself is read."""
        self._preview = None if preview is None else to_qimage(preview.rgb)
        self._frame = None
        self.update()

    def set_document(self, document: Document | None, tiles: TileCache | None) -> None:
        """Show a document.

        Args:
            document: None shows nothing.
            tiles: Its tiles in memory, shared by all panes on it.
        """
        if self._document is not None:
            self._document.tile_loaded.disconnect(self._on_tile_loaded)
            self._document.tile_absent.disconnect(self._on_tile_absent)
            self._document.tile_made.disconnect(self._on_tile_made)
            self._document.composed.disconnect(self._on_composed)
        self._document, self._tiles = document, tiles
        self._asked = self._frame_asked = None
        self._frame = self._plan = None
        self._complete = self._has_painted = False
        if document is not None:
            self._preview = None
            document.tile_loaded.connect(self._on_tile_loaded)
            document.tile_absent.connect(self._on_tile_absent)
            document.tile_made.connect(self._on_tile_made)
            document.composed.connect(self._on_composed)
        self._replan()

    def finish(self, final: bool) -> None:
        """Say that nothing more will come for this view, so that its exact frame can be made.

        Args:
            final: Whether all that the view needs is there; else work on it was stopped.
        """
        self._complete, self._final = True, final
        self._ask_for_frame()

    # -- planning --------------------------------------------------------------------------------

    def _replan(self) -> None:
        if self._document is None or self._tiles is None:
            self._plan = None
            self.update()
            return
        tiles, now, source = self._tiles, time.monotonic(), self._document.source
        self._plan = plan(
            self.view,
            source.width,
            source.height,
            source.coarsest,
            DEEPEST + 2 if self.finest is None else self.finest,
            lambda key: tiles.opacity(key, now),
            SHARP_UP_TO if self._navigator.at_rest else MOTION_STRETCH,
        )
        self._ask_for_tiles(self._plan)
        self.update()
        self.changed.emit()

    def _ask_for_tiles(self, current: Plan) -> None:
        assert self._document is not None
        assert self._tiles is not None
        keys = tuple(key for key in current.wanted if not self._tiles.is_absent(key))
        if self._asked is not None:
            # A request under way goes on while it serves: asking anew would fetch a tile twice.
            unwanted = self._moved_since_asked and not set(self._asked.keys) <= set(keys)
            if set(keys) <= set(self._asked.keys) and not unwanted:
                return
            self._asked.cancelled.set()
            self._asked = None
        self._moved_since_asked = False
        if keys:
            self._asked = LoadRequest(keys)
            self._document.load(self._asked)

    def _ask_for_frame(self) -> None:
        """Compose the exact frame, if the view is at rest and there is nothing left to wait for."""
        if self._document is None or not self._navigator.at_rest or not self._complete:
            return
        view = self.view
        if self._frame is not None and self._frame.view == view and self._frame.final:
            return
        if self._frame_asked is not None and self._frame_asked.view == view:
            return
        self._frame_asked = FrameRequest(view, self.finest)
        self._document.compose(self._frame_asked)

    @Slot()
    def _on_moved(self) -> None:
        if self._frame_asked is not None:
            self._frame_asked.cancelled.set()
            self._frame_asked = None
        if self._frame is not None and self.view.shift_from(self._frame.view) is None:
            self._frame = None
        self._complete = self._final = False
        self._moved_since_asked = True
        self._replan()

    @Slot()
    def _on_settled(self) -> None:
        self._replan()
        if self.finest is not None:
            self.finish(final=True)

    @Slot(object, object)
    def _on_tile_loaded(self, key: TileKey, image: QImage) -> None:
        now = time.monotonic()
        if self._tiles is not None and self._tiles.opacity(key, now) == 0:
            # The first tiles of a picture come at once, later ones softly.
            soft = self._has_painted and not self._navigator.reduced_motion
            self._tiles.put(key, image, now, fade=soft)
            if soft:
                self._start_fade(now)
        self._on_answer()

    @Slot(object)
    def _on_tile_absent(self, key: TileKey) -> None:
        if self._tiles is not None:
            self._tiles.mark_absent(key)
        self._on_answer()

    def _on_answer(self) -> None:
        if self._asked_is_answered():
            self._asked = None
        self._replan()

    def _asked_is_answered(self) -> bool:
        if self._asked is None or self._tiles is None:
            return True
        tiles, now = self._tiles, time.monotonic()
        return all(tiles.is_absent(key) or tiles.opacity(key, now) > 0 for key in self._asked.keys)

    @Slot(object)
    def _on_tile_made(self, key: TileKey) -> None:
        if self._tiles is not None and self.finest is None:
            self._tiles.made(key)
            if self._frame is not None and not self._frame.final:
                self._frame = None  # what was missing in it is coming now
            self._replan()
            self._ask_for_frame()

    @Slot(object, object)
    def _on_composed(self, request: FrameRequest, image: QImage) -> None:
        if request is not self._frame_asked:
            return
        self._frame_asked = None
        old = self._frame
        # A view that was only moved shows the old frame until now; its pixels stay the same.
        moved = old is not None and request.view.shift_from(old.view) is not None
        if moved or self._navigator.reduced_motion:
            arrived = -math.inf
        else:
            arrived = time.monotonic()
            self._start_fade(arrived)
        self._frame = _Frame(request.view, image, arrived, self._final)
        self.update()

    def _start_fade(self, now: float) -> None:
        self._fade_until = now + FADE_SECONDS
        if not self._fade.isActive():
            self._fade.start()

    @Slot()
    def _on_fade(self) -> None:
        if time.monotonic() > self._fade_until + FRAME_MS / 1000:
            self._fade.stop()
        self._replan()

    # -- painting --------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        view = self.view
        painter = QPainter(self)
        ratio = self.devicePixelRatioF()
        painter.scale(1 / ratio, 1 / ratio)
        whole = QRect(0, 0, view.width, view.height)
        frame = self._frame
        shift = None if frame is None else view.shift_from(frame.view)
        if frame is None or shift is None:
            self._draw_tiles(painter, view, whole)
        else:
            age = time.monotonic() - frame.arrived
            covered = QRect(-shift[0], -shift[1], view.width, view.height)
            if age < FADE_SECONDS:
                self._draw_tiles(painter, view, whole)
            else:
                for strip in _strips_beside(shift, view):
                    self._draw_tiles(painter, view, strip)
            draw_frame(painter, frame.image, covered.topLeft(), min(1.0, age / FADE_SECONDS))
        painter.resetTransform()
        if self.label:
            self._draw_label(painter)
        painter.end()
        if self._plan is not None and self._plan.draws and not self._has_painted:
            self._has_painted = True
            self.painted.emit()

    def _draw_tiles(self, painter: QPainter, view: View, area: QRect) -> None:
        if self._plan is not None and self._tiles is not None:
            draw_plan(painter, self._plan, self._tiles, area)
        else:
            self._draw_preview(painter, view)

    def _draw_preview(self, painter: QPainter, view: View) -> None:
        painter.fillRect(0, 0, view.width, view.height, BACKGROUND_COLOUR)
        if self._preview is None:
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        x, y = view.view_x(0, 0), view.view_y(0, 0)
        width, height = self._navigator.source_size
        painter.drawImage(
            QRectF(x, y, view.view_x(0, width) - x, view.view_y(0, height) - y), self._preview
        )

    def _draw_label(self, painter: QPainter) -> None:
        """What this pane is, in a comparison."""
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        text = painter.fontMetrics().boundingRect(self.label)
        box = QRectF(12, 12, text.width() + 20, text.height() + 10)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(0, 0, 0, 170))
        painter.drawRoundedRect(box, 6, 6)
        painter.setPen(QColor(240, 240, 240))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self.label)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._take_size()

    def showEvent(self, event: QShowEvent) -> None:
        self._take_size()

    def _take_size(self) -> None:
        """Tell the navigator the pane's size; a hidden pane's says nothing."""
        if self.isVisible():
            view = self.view
            self._navigator.set_view_size(view.width, view.height)
            self._on_moved()


def _strips_beside(shift: tuple[int, int], view: View) -> list[QRect]:
    """Return what a frame leaves open after the view has moved by `shift`: at most two strips."""
    dx, dy = (min(abs(shift[0]), view.width), min(abs(shift[1]), view.height))
    beside = QRect(view.width - dx if shift[0] > 0 else 0, 0, dx, view.height)
    above = QRect(
        0 if shift[0] > 0 else dx, view.height - dy if shift[1] > 0 else 0, view.width - dx, dy
    )
    return [strip for strip in (beside, above) if not strip.isEmpty()]
