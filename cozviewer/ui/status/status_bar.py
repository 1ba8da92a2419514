"""The status bar: magnification, origin of the pixels, progress and engine.

The texts come from plain functions. The widget lays them out and never needs more width
than the window has. It is updated at most ten times a second; between two reports of progress it
advances at the pace of the last one.
"""

import time
from dataclasses import replace

from PySide6.QtCore import QRect, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from cozviewer.chain.chain import Progress
from cozviewer.ui.info.pixel_label import PixelLabel
from cozviewer.ui.status.work_bar import WorkBar
from cozviewer.ui.status.work_pace import WorkPace
from cozviewer.ui.status.zoom_box import ZoomBox
from cozviewer.ui.view.pixel import Pixel
from cozviewer.ui.widgets.plain import Label, tool_tip
from cozviewer.util.translation import translate
from cozviewer.util.units import count_text, duration_text

HEIGHT = 36
MARGIN = 14
SPACING = 12
"""Logical pixels: height of the bar, margin at both ends, and space between its parts."""

LEAST = 32
"""Width in logical pixels below which a text is left out rather than elided."""

TICK_MS = 100
"""Time between two updates of the progress that is shown."""


def progress_text(progress: Progress) -> str:
    """Return "Generating ×64 · 45% · 7 s left", or with a count where no fraction is known:
    "Writing a.png · 3 of 12 rows · 7 s left"."""
    parts = [progress.stage]
    if progress.fraction is not None:
        parts.append(f"{int(100 * progress.fraction)}%")
    elif progress.total:
        total = count_text(progress.total, progress.unit)
        text = translate("Status", "{done} of {total}")
        parts.append(text.format(done=f"{progress.done:,}", total=total))
    if progress.seconds_left is not None and progress.seconds_left >= 0.5:
        time_left = duration_text(progress.seconds_left)
        parts.append(translate("Status", "{time} left").format(time=time_left))
    return " · ".join(parts)


class ElidingLabel(Label):
    """A label that is elided where it has too little room, with its whole text as a tool tip."""

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        tip = tool_tip(self.text()) if text != self.text() else ""
        if tip != self.toolTip():  # setting it sends an event, each time
            self.setToolTip(tip)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, text)


class StatusBar(QWidget):
    """The status bar. More than 12 attributes, because it has one for each text and button.

    Attributes:
        zoom: The magnification, which can be edited.
        pixel: The readout of the pixel under the pointer.

    Signals:
        stop_wanted: the Stop button was pressed.
    """

    stop_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("status-bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._provenance = self._pointed = ""
        self.zoom = ZoomBox(self)
        self._origin = ElidingLabel(parent=self)
        self._work = ElidingLabel(parent=self)
        self._bar = WorkBar(self)
        self._stop = QPushButton(translate("Status", "Stop"), self)
        self._stop.setToolTip(translate("Status", "Stop generating or exporting (Esc)"))
        self._stop.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._stop.clicked.connect(self.stop_wanted)
        self.pixel = PixelLabel(self)
        self._engine = ElidingLabel(parent=self)
        for part, name in (
            (self.zoom, "magnification"),
            (self._origin, "provenance"),
            (self._work, "work"),
            (self._engine, "engine"),
        ):
            part.setObjectName(name)
        self._progress: Progress | None = None
        self._pace = WorkPace()
        self._work_width = 0
        self._tick = QTimer(self)
        self._tick.setInterval(TICK_MS)
        self._tick.timeout.connect(self._update_work)
        self.setFixedHeight(HEIGHT)
        self._lay_out()

    @property
    def text(self) -> str:
        """All texts that it shows, joined by " | "."""
        texts = (label.text() for label in (self._origin, self._work, self._engine))
        return " | ".join(text for text in (self.zoom.shown, *texts) if text)

    def show_view(self, magnification: str, provenance: str) -> None:
        """Show the magnification and where the pixels of the view come from."""
        if (magnification, provenance) == (self.zoom.shown, self._provenance):
            return
        self.zoom.show_text(magnification)
        self._provenance = provenance
        self._origin.setText(self._pointed or provenance)
        self._lay_out()

    @Slot(str)
    def show_pointed(self, text: str) -> None:
        """Show a text about the place under the pointer instead of the view; "" ends it."""
        self._pointed = text
        self._origin.setText(text or self._provenance)
        self._lay_out()

    @Slot(object)
    def show_pixel(self, pixel: Pixel | None) -> None:
        """Show the place and the colour of the pixel under the pointer, or none."""
        width = self.pixel.sizeHint().width(), self.pixel.least_width
        self.pixel.show_pixel(pixel)
        if (self.pixel.sizeHint().width(), self.pixel.least_width) != width:
            self._lay_out()

    def show_work(self, progress: Progress | None) -> None:
        """Show progress; None if no work is in progress."""
        before, self._progress = self._progress, progress
        if progress is None:
            if before is None and not self._work.text():
                return
            self._tick.stop()
            self._pace.forget()
            self._work.clear()
            self._work_width = 0
            self._lay_out()
            return
        self._pace.report(progress, time.monotonic())
        if before is None or progress.stage != before.stage:
            self._work_width = 0
            self._update_work()
        if not self._tick.isActive():
            self._tick.start()

    def set_reduced_motion(self, reduced: bool) -> None:
        """Switch the animation of the progress bar off or on."""
        self._bar.reduced_motion = reduced

    @Slot()
    def _update_work(self) -> None:
        """Show the progress as estimated for now."""
        if self._progress is None:
            return
        now = time.monotonic()
        fraction = self._pace.fraction(now)
        self._bar.show_part(fraction, now)
        known = None if self._progress.fraction is None else fraction
        left = self._pace.seconds_left(now)
        text = progress_text(replace(self._progress, fraction=known, seconds_left=left))
        if text != self._work.text():
            self._work.setText(text)
            self._lay_out()

    def show_note(self, text: str) -> None:
        """Show a short note in place of progress, such as "Stopped"."""
        self.show_work(None)
        if text:
            self._work.setText(text)
            self._lay_out()

    def show_engine(self, text: str) -> None:
        """Show the name of the engine and its device."""
        if text != self._engine.text():
            self._engine.setText(text)
            self._lay_out()

    def minimumSizeHint(self) -> QSize:
        """Ask for no width, so that no text can widen the window."""
        return QSize(0, HEIGHT)

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._lay_out()

    def _lay_out(self) -> None:
        """Place the parts from left to right; spare width goes before the progress."""
        widths = self._widths()
        row = (
            self.zoom,
            self._origin,
            self._work,
            self._bar,
            self._stop,
            self.pixel,
            self._engine,
        )
        shown = [part for part in row if widths.get(part)]
        spare = self.width() - 2 * MARGIN - sum(widths.values()) - SPACING * (len(shown) - 1)
        x = MARGIN
        for part in row:
            part.setVisible(part in shown)
            if part is self._work:
                x += max(0, spare)
            if part in shown:
                height = min(part.sizeHint().height(), part.maximumHeight(), HEIGHT)
                if isinstance(part, QLabel):
                    height = HEIGHT
                part.setGeometry(QRect(x, (HEIGHT - height) // 2, widths[part], height))
                x += widths[part] + SPACING

    def _first_word_width(self) -> int:
        """Return the width of the first word of the origin and an ellipsis, which always show."""
        word = self._origin.text().partition(" ")[0]
        return self._origin.fontMetrics().horizontalAdvance(f"{word} …") + 4

    def _widths(self) -> dict[QWidget, int]:
        """Return the width of each part that is shown; the most useful ones come first."""
        whole = {
            label: label.sizeHint().width() if label.text() else 0
            for label in (self._origin, self._work, self._engine)
        }
        zoom = (self.zoom.least_width, self.zoom.sizeHint().width()) if self.zoom.shown else (0, 0)
        # The text of progress changes every second; keep its width, so that nothing jumps.
        if whole[self._work]:
            whole[self._work] = self._work_width = max(self._work_width, whole[self._work])
        # A part may occur twice: with its minimum, and later with its full width.
        bids: list[tuple[QWidget, int]] = []
        if self._progress is not None:
            bids.append((self._stop, self._stop.sizeHint().width()))
        bids += [
            (self.zoom, zoom[0]),
            (self._origin, min(self._first_word_width(), whole[self._origin])),
            (self._work, whole[self._work]),
        ]
        if self._progress is not None:
            bids.append((self._bar, self._bar.width()))
        bids.append((self.zoom, zoom[1]))
        bids.append((self._origin, min(260, whole[self._origin])))
        bids.append((self.pixel, self.pixel.least_width))
        bids.append((self.pixel, self.pixel.sizeHint().width()))
        bids += [(self._engine, whole[self._engine]), (self._origin, whole[self._origin])]
        widths: dict[QWidget, int] = {}
        room = self.width() - 2 * MARGIN + SPACING
        for part, wanted in bids:
            had = widths.get(part, -SPACING)  # a new part needs the space before it, too
            given = min(wanted, had + room)
            shrinks = isinstance(part, ElidingLabel) or (part is self.zoom and part not in widths)
            least = min(wanted, LEAST) if shrinks else wanted
            if given > max(had, 0) and given >= least:
                widths[part] = given
                room -= given - had
        return widths
