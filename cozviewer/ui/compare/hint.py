"""A hint over the image: a small plate that fades after a few seconds."""

from PySide6.QtCore import (
    QEasingCurve,
    QEvent,
    QObject,
    QPropertyAnimation,
    Qt,
    QTimer,
    Slot,
)
from PySide6.QtWidgets import QGraphicsOpacityEffect, QWidget

from cozviewer.ui.compare.paint import Mode
from cozviewer.ui.compare.side_labels import MARGIN, label_height
from cozviewer.ui.view.navigator import Navigator
from cozviewer.ui.widgets.plain import Label
from cozviewer.util.translation import translate

SHOWN_MS = 4000
"""Time before a hint begins to fade."""

FADE_MS = 500


def mode_hint(mode: Mode | None) -> str:
    """Return how a mode is used; "" if no hint is needed."""
    match mode:
        case Mode.CURTAIN:
            return translate("Compare", "Drag the divider · Double-click to center it")
        case Mode.GRID:
            return translate("Compare", "Choose what a pane shows at its label")
        case Mode.BLINK:
            return translate("Compare", "Hold B to see the other image")
        case Mode.LENS:
            return translate("Compare", "Move the pointer · [ and ] change the size of the loupe")
        case Mode.DIFFERENCE:
            return translate("Compare", "Gray = identical · [ and ] change the gain")
        case _:
            return ""


def zoom_hint() -> str:
    """Return what to do where nothing is generated yet."""
    return translate("Compare", "Zoom in to compare: up to 100% all images are the original")


class Hint(Label):
    """The hint; a widget over the panes, so it is in no export."""

    def __init__(self, navigator: Navigator, over: QWidget) -> None:
        """Make a hidden hint.

        Args:
            navigator: Holds the setting for reduced motion, with which the hint does not fade but
                disappears.
            over: The widget whose lower edge it lies over; its parent.
        """
        super().__init__("", over)
        self._navigator, self._over = navigator, over
        self.setObjectName("hint")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._effect = QGraphicsOpacityEffect(self)
        self._effect.setEnabled(False)
        self.setGraphicsEffect(self._effect)
        self._fade = QPropertyAnimation(self._effect, b"opacity", self)
        self._fade.setDuration(FADE_MS)
        self._fade.setStartValue(1.0)
        self._fade.setEndValue(0.0)
        self._fade.setEasingCurve(QEasingCurve.Type.InQuad)
        self._fade.finished.connect(self.hide)
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(SHOWN_MS)
        self._wait.timeout.connect(self.leave)
        over.installEventFilter(self)
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the size of the panes."""
        if event.type() == QEvent.Type.Resize:
            self.follow()
        return False

    def show_hint(self, text: str) -> None:
        """Show a hint for a few seconds; "" hides the one before."""
        self._fade.stop()
        self._effect.setEnabled(False)
        self._wait.stop()
        self.setText(text)
        self.setVisible(bool(text))
        if text:
            self.follow()
            self._wait.start()

    def follow(self) -> None:
        """Stay at the lower edge, above the labels."""
        if self.isHidden():
            return
        room = self._over.width() - 2 * MARGIN
        self.setWordWrap(False)
        if self.sizeHint().width() > room:
            self.setWordWrap(True)
        width = min(self.sizeHint().width(), room) if not self.wordWrap() else room
        height = self.heightForWidth(width) if self.wordWrap() else self.sizeHint().height()
        labels = 2 * MARGIN + round(label_height(self._over.font()))
        self.setGeometry(
            (self._over.width() - width) // 2, self._over.height() - labels - height, width, height
        )
        self.raise_()

    @Slot()
    def leave(self) -> None:
        """Fade, or disappear at once with reduced motion."""
        if self._navigator.reduced_motion:
            self.hide()
        else:
            self._effect.setEnabled(True)
            self._fade.start()
