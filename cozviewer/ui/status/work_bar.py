"""The progress bar of the status bar: its length shows the part that is done; a moving highlight
shows that work continues even while the length does not change."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QProgressBar, QWidget

from cozviewer.ui.widgets.theme import shown_theme
from cozviewer.util.translation import translate

WIDTH, HEIGHT = 120, 6
"""In logical pixels."""

STEPS = 1000
"""Maximum of its value, which assistive technology reads."""

ROUND_SECONDS = 1.8
"""Time in which the highlight passes once."""

LIGHT, SHARE = QColor(255, 255, 255, 90), 0.25
"""Colour of the highlight, and half its width as a share of the bar."""

PULSE = (0.35, 0.55)
"""Opacities that alternate where progress is unknown and motion is reduced."""


class WorkBar(QProgressBar):
    """A progress bar that is painted whenever progress is shown.

    Attributes:
        reduced_motion: Whether the highlight is left out.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.reduced_motion = False
        self._fraction: float | None = None
        self._now = 0.0
        self.setTextVisible(False)
        self.setAccessibleName(translate("Status", "Progress"))
        self.setFixedSize(WIDTH, HEIGHT)

    def show_part(self, fraction: float | None, now: float) -> None:
        """Show progress.

        Args:
            fraction: 0..1; None if unknown.
            now: Time in seconds of any monotonic clock, for the highlight.
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
        painter.fillPath(track, QColor(shown_theme().line))
        painter.setClipPath(track)
        done = QRectF(whole)
        if self._fraction is not None:
            done.setWidth(whole.width() * self._fraction)
            painter.fillRect(done, QColor(shown_theme().accent))
        elif self.reduced_motion:
            painter.setOpacity(PULSE[int(self._now) % len(PULSE)])
            painter.fillRect(done, QColor(shown_theme().accent))
        if not self.reduced_motion:
            self._paint_light(painter, done)

    def _paint_light(self, painter: QPainter, done: QRectF) -> None:
        """Paint the highlight over the part that is done; alone where that is unknown."""
        accent = QColor(shown_theme().accent)
        colour = LIGHT if self._fraction is not None else accent
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
