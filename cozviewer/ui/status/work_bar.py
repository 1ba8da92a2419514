"""The bar of work that goes on: its length is what is done, and a light that glides along it tells
that something is happening even where a pixel takes a minute."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QProgressBar, QWidget

from cozviewer.ui.widgets.theme import ACCENT, LINE

WIDTH, HEIGHT = 120, 6
"""In logical pixels."""

STEPS = 1000
"""What its value counts to: for assistive technology, and to see whether it is to be painted."""

ROUND_SECONDS = 1.8
"""In which the light comes along once."""

LIGHT, SHARE = QColor(255, 255, 255, 90), 0.25
"""The light, and the part of the bar on each side of its middle that it reaches."""

PULSE = (0.35, 0.55)
"""Opacity of a bar whose length nobody knows, where nothing may glide: these take turns."""


class WorkBar(QProgressBar):
    """A bar that is painted whenever it is told how far the work is.

    Attributes:
        reduced_motion: Whether nothing is to glide along it.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.reduced_motion = False
        self._fraction: float | None = None
        self._now = 0.0
        self.setTextVisible(False)
        self.setFixedSize(WIDTH, HEIGHT)

    def show_part(self, fraction: float | None, now: float) -> None:
        """Show how far the work is.

        Args:
            fraction: 0..1; None where nobody knows.
            now: Seconds of any steady clock, for the light.
        """
        self._fraction, self._now = fraction, now
        self.setRange(0, 0 if fraction is None else STEPS)
        if fraction is not None:
            self.setValue(round(STEPS * fraction))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        whole = QRectF(self.rect())
        track = QPainterPath()
        track.addRoundedRect(whole, HEIGHT / 2, HEIGHT / 2)
        painter.fillPath(track, QColor(LINE))
        painter.setClipPath(track)
        done = QRectF(whole)
        if self._fraction is not None:
            done.setWidth(whole.width() * self._fraction)
            painter.fillRect(done, QColor(ACCENT))
        elif self.reduced_motion:
            painter.setOpacity(PULSE[int(self._now) % len(PULSE)])
            painter.fillRect(done, QColor(ACCENT))
        if not self.reduced_motion:
            self._paint_light(painter, done)

    def _paint_light(self, painter: QPainter, done: QRectF) -> None:
        """Let the light glide over what is done; where that is not known, it is all there is."""
        colour = LIGHT if self._fraction is not None else QColor(ACCENT)
        faint = QColor(colour)
        faint.setAlpha(0)
        middle = (self._now / ROUND_SECONDS % 1) * (1 + 2 * SHARE) - SHARE
        light = QLinearGradient(
            self.width() * (middle - SHARE), 0, self.width() * (middle + SHARE), 0
        )
        light.setColorAt(0, faint)
        light.setColorAt(0.5, colour)
        light.setColorAt(1, faint)
        painter.fillRect(done, light)
