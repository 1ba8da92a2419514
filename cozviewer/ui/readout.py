"""The line under the picture: how large, what of it is real, and what is going on.

The texts are plain functions; the widget only lays them out.
"""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from cozviewer.chain.chain import Progress


def progress_text(progress: Progress) -> str:
    """Return "Drawing ×64 · 3 of 12 tiles · 7 s left"."""
    parts = [progress.stage]
    if progress.total:
        parts.append(f"{progress.done} of {progress.total} {progress.unit}")
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


class ElidingLabel(QLabel):
    """A label that ends in "…" where it has no room, and tells all of its text in a tool tip."""

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        tip = self.text() if text != self.text() else ""
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
        self._size = QLabel()
        self._origin = ElidingLabel()
        self._work = QLabel()
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedSize(120, 6)
        self._stop = QPushButton("Stop")
        self._stop.setToolTip("Stop work on this view (Esc)")
        self._stop.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._stop.clicked.connect(self.stop_wanted)
        self._engine = QLabel()
        for label, name in (
            (self._size, "magnification"),
            (self._origin, "provenance"),
            (self._work, "work"),
            (self._engine, "engine"),
        ):
            label.setObjectName(name)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 0, 14, 0)
        row.setSpacing(12)
        row.addWidget(self._size)
        row.addWidget(self._origin, 1)
        for widget in (self._work, self._bar, self._stop, self._engine):
            row.addWidget(widget)
        # A long sentence gives way instead of widening the window.
        self._origin.setMinimumWidth(40)
        self.setFixedHeight(36)
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

    @Slot(str)
    def show_pointed(self, text: str) -> None:
        """Say what lies under the pointer instead of what all of the view is; "" ends it."""
        self._pointed = text
        self._origin.setText(text or self._provenance)

    def show_work(self, progress: Progress | None) -> None:
        """Say what is going on; None: nothing."""
        busy = progress is not None
        self._bar.setVisible(busy)
        self._stop.setVisible(busy)
        if progress is None:
            self._work.clear()
            return
        self._work.setText(progress_text(progress))
        self._bar.setRange(0, progress.total)  # 0..0 shows a bar that only moves
        self._bar.setValue(progress.done)

    def show_note(self, text: str) -> None:
        """Say a short thing where progress stands otherwise, as in "Refined"."""
        self.show_work(None)
        self._work.setText(text)

    def show_engine(self, text: str) -> None:
        """Name the engine and where it computes."""
        self._engine.setText(text)
