"""The line under the picture: how large, what of it is real, and what is going on.

The texts are plain functions; the widget lays them out, and never asks the window for more room
than it has.
"""

from PySide6.QtCore import QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton, QWidget

from cozviewer.chain.chain import Progress
from cozviewer.text import counted
from cozviewer.ui.plain import Label, tool_tip

HEIGHT = 36
MARGIN = 14
SPACING = 12
"""Logical pixels: of the line, beside its first and last part, and between the parts."""

LEAST = 32
"""Logical pixels below which a text is left out rather than shortened."""


def progress_text(progress: Progress) -> str:
    """Return "Drawing ×64 · 3 of 12 tiles · 7 s left"."""
    parts = [progress.stage]
    if progress.total:
        parts.append(f"{progress.done:,} of {counted(progress.total, progress.unit)}")
    if progress.seconds_left is not None and progress.seconds_left >= 0.5:
        parts.append(f"{duration_text(progress.seconds_left)} left")
    return " · ".join(parts)


def duration_text(seconds: float) -> str:
    """Return "7 s", "1 min 20 s" or "2 h 5 min"."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole % 60 else f"{whole // 60} min"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def bytes_text(size: float) -> str:
    """Return "640 kB", "12.3 MB", "640 MB" or "4.1 GB"."""
    for unit, large in (("GB", 1e9), ("MB", 1e6)):
        if size >= large:
            return f"{size / large:,.{1 if size < 99.95 * large else 0}f} {unit}"
    return f"{max(1, round(size / 1e3))} kB"


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
        self._bar = QProgressBar(self)
        self._bar.setTextVisible(False)
        self._bar.setFixedSize(120, 6)
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
        self._busy = False
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
        self._busy = progress is not None
        if progress is None:
            self._work.clear()
        else:
            self._work.setText(progress_text(progress))
            self._bar.setRange(0, progress.total)  # 0..0 shows a bar that only moves
            self._bar.setValue(progress.done)
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

    def _widths(self) -> dict[QWidget, int]:
        """Return the width of each part that is shown, the most useful ones served first."""
        whole = {
            label: label.sizeHint().width() if label.text() else 0
            for label in (self._size, self._origin, self._work, self._engine)
        }
        # A part may stand here twice: with the least that is of use, and later with all of it.
        bids: list[tuple[QWidget, int]] = []
        if self._busy:
            bids.append((self._stop, self._stop.sizeHint().width()))
        bids += [
            (self._size, whole[self._size]),
            (self._origin, min(120, whole[self._origin])),
            (self._work, whole[self._work]),
            (self._origin, min(260, whole[self._origin])),
        ]
        if self._busy:
            bids.append((self._bar, self._bar.width()))
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
