"""The line under the picture: how large, what of it is real, and what is going on.

The texts are plain functions; the widget lays them out, and never asks the window for more room
than it has. However often progress is reported, it changes ten times a second at most; between two
reports it goes on at the pace of the last one.
"""

import time
from dataclasses import replace

from PySide6.QtCore import QRect, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from cozviewer.chain.chain import Progress
from cozviewer.ui.status.work_bar import WorkBar
from cozviewer.ui.status.work_pace import WorkPace
from cozviewer.ui.widgets.plain import Label, tool_tip
from cozviewer.util.text import counted
from cozviewer.util.units import duration_text

HEIGHT = 36
MARGIN = 14
SPACING = 12
"""Logical pixels: of the line, beside its first and last part, and between the parts."""

LEAST = 32
"""Logical pixels below which a text is left out rather than shortened."""

TICK_MS = 100
"""Least time between two states of what is said about work that goes on."""


def progress_text(progress: Progress) -> str:
    """Return "Drawing ×64 · 45 % · 7 s left", or what is counted where no part is known:
    "Writing a.png · 3 of 12 rows · 7 s left"."""
    parts = [progress.stage]
    if progress.fraction is not None:
        parts.append(f"{int(100 * progress.fraction)} %")
    elif progress.total:
        parts.append(f"{progress.done:,} of {counted(progress.total, progress.unit)}")
    if progress.seconds_left is not None and progress.seconds_left >= 0.5:
        parts.append(f"{duration_text(progress.seconds_left)} left")
    return " · ".join(parts)


class ElidingLabel(Label):
    """A label that ends in "…" where it has no room, and shows all of its text in a tool tip."""

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        tip = tool_tip(self.text()) if text != self.text() else ""
        if tip != self.toolTip():  # setting it sends an event, each time
            self.setToolTip(tip)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, text)


class Readout(QWidget):
    """The line itself.

    Signals:
        stop_wanted: the Stop button was pressed.
    """

    stop_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("readout")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._provenance = self._pointed = ""
        self._size = ElidingLabel(parent=self)
        self._origin = ElidingLabel(parent=self)
        self._work = ElidingLabel(parent=self)
        self._bar = WorkBar(self)
        self._stop = QPushButton("Stop", self)
        self._stop.setToolTip("Stop work on this view (Esc)")
        self._stop.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._stop.clicked.connect(self.stop_wanted)
        self._engine = ElidingLabel(parent=self)
        for label, name in (
            (self._size, "magnification"),
            (self._origin, "provenance"),
            (self._work, "work"),
            (self._engine, "engine"),
        ):
            label.setObjectName(name)
        self._progress: Progress | None = None
        self._pace = WorkPace()
        self._work_width = 0
        self._tick = QTimer(self)
        self._tick.setInterval(TICK_MS)
        self._tick.timeout.connect(self._tell_work)
        self.setFixedHeight(HEIGHT)
        self.show_work(None)

    @property
    def text(self) -> str:
        """Everything that it says at the moment."""
        labels = (self._size, self._origin, self._work, self._engine)
        return " | ".join(label.text() for label in labels if label.text())

    def show_view(self, magnification: str, provenance: str) -> None:
        """Say how large and what of it is real."""
        self._size.setText(magnification)
        self._provenance = provenance
        self._origin.setText(self._pointed or provenance)
        self._lay_out()

    @Slot(str)
    def show_pointed(self, text: str) -> None:
        """Say what lies under the pointer instead of what all of the view is; "" ends it."""
        self._pointed = text
        self._origin.setText(text or self._provenance)
        self._lay_out()

    def show_work(self, progress: Progress | None) -> None:
        """Say what is going on; None: nothing."""
        before, self._progress = self._progress, progress
        if progress is None:
            self._tick.stop()
            self._pace.forget()
            self._work.clear()
            self._work_width = 0
            self._lay_out()
            return
        self._pace.report(progress, time.monotonic())
        if before is None or progress.stage != before.stage:
            self._work_width = 0
            self._tell_work()
        if not self._tick.isActive():
            self._tick.start()

    def set_reduced_motion(self, reduced: bool) -> None:
        """Let nothing glide along the bar, or again."""
        self._bar.reduced_motion = reduced

    @Slot()
    def _tell_work(self) -> None:
        """Say how far the work is by now."""
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
        """Say a short thing where progress stands otherwise, as in "Refined"."""
        self.show_work(None)
        self._work.setText(text)
        self._lay_out()

    def show_engine(self, text: str) -> None:
        """Name the engine and where it computes."""
        self._engine.setText(text)
        self._lay_out()

    def minimumSizeHint(self) -> QSize:
        """Ask for no width: a window is never widened by what its line says."""
        return QSize(0, HEIGHT)

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._lay_out()

    def _lay_out(self) -> None:
        """Give each part its width, and its place from the left; what is left over separates the
        words about the picture from those about the work."""
        widths = self._widths()
        row = (self._size, self._origin, self._work, self._bar, self._stop, self._engine)
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
        """Return the width of the word that says what is real, and of the sign that more follows:
        it is shown whatever else goes on."""
        word = self._origin.text().partition(" ")[0]
        return self._origin.fontMetrics().horizontalAdvance(f"{word} …") + 4

    def _widths(self) -> dict[QWidget, int]:
        """Return the width of each part that is shown, the most useful ones served first."""
        whole = {
            label: label.sizeHint().width() if label.text() else 0
            for label in (self._size, self._origin, self._work, self._engine)
        }
        # While work goes on its text changes every second; nothing moves when it becomes shorter.
        if whole[self._work]:
            whole[self._work] = self._work_width = max(self._work_width, whole[self._work])
        # A part may stand here twice: with the least that is of use, and later with all of it.
        bids: list[tuple[QWidget, int]] = []
        if self._progress is not None:
            bids.append((self._stop, self._stop.sizeHint().width()))
        bids += [
            (self._size, whole[self._size]),
            (self._origin, min(self._first_word_width(), whole[self._origin])),
            (self._work, whole[self._work]),
        ]
        if self._progress is not None:
            bids.append((self._bar, self._bar.width()))
        bids.append((self._origin, min(260, whole[self._origin])))
        bids += [(self._engine, whole[self._engine]), (self._origin, whole[self._origin])]
        widths: dict[QWidget, int] = {}
        room = self.width() - 2 * MARGIN + SPACING
        for part, wanted in bids:
            had = widths.get(part, -SPACING)  # a part that is new needs the space before it, too
            given = min(wanted, had + room)
            least = min(wanted, LEAST) if isinstance(part, QLabel) else wanted
            if given > max(had, 0) and given >= least:
                widths[part] = given
                room -= given - had
        return widths
