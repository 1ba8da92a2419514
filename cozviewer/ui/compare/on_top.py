"""The second image of a pane that shows two of them, and the input that it takes."""

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QMouseEvent

from cozviewer.ui.compare.paint import GAINS, LENS_RADIUS, Mode, Over
from cozviewer.ui.compare.pane_labels import PaneLabels
from cozviewer.ui.view.canvas import Canvas
from cozviewer.ui.view.layer import Layer
from cozviewer.ui.view.navigator import Navigator

RADII = (60, 80, 110, LENS_RADIUS, 200, 270, 360)
"""Radii of the loupe in logical pixels."""


class OnTop(QObject):
    """Shows a second image over that of a pane: split, blinking, in a loupe, or the difference.

    Attributes:
        layer: The second image.
        over: How it is shown; None while the pane shows one image.
    """

    def __init__(self, navigator: Navigator, pane: Canvas) -> None:
        super().__init__(pane)
        self.over: Over | None = None
        self.layer = Layer(navigator, lambda: pane.view, pane)
        self.layer.updated.connect(pane.refresh)
        self._pane = pane
        self._radius, self._gain = LENS_RADIUS, GAINS[3]
        pane.installEventFilter(self)

    def show_over(self, mode: Mode, labels: PaneLabels, second_left: bool) -> None:
        """Show the layer over the image of the pane.

        Args:
            mode, second_left: See `Over`.
            labels: Names both images.
        """
        if self.over is not None and (self.over.mode, self.over.second_left) == (mode, second_left):
            self._pane.refresh()
            return
        self.over = Over(
            self.layer,
            mode,
            labels.pair,
            labels.labels,
            lambda: self._pane.curtain.position,
            second_left,
            radius=self._radius,
            gain=self._gain,
        )
        self._pane.set_over(self.over)

    def hide_over(self) -> None:
        """Show the image of the pane alone."""
        if self.over is not None:
            self.over = None
            self._pane.set_over(None)

    def hold(self, held: bool) -> None:
        """Show the second image of BLINK, or the first one again."""
        if self.over is not None and self.over.mode is Mode.BLINK:
            self.over.held = held
            self._pane.refresh()

    def amplify(self, steps: int) -> None:
        """Amplify a DIFFERENCE more (steps > 0) or less; make a loupe larger or smaller."""
        over = self.over
        if over is None:
            return
        if over.mode is Mode.DIFFERENCE:
            self._gain = over.gain = _stepped(GAINS, over.gain, steps)
        elif over.mode is Mode.LENS:
            self._radius = over.radius = _stepped(RADII, over.radius, steps)
        self._pane.refresh()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the cursor with the loupe; every event is passed on."""
        if self.over is not None and self.over.mode is Mode.LENS:
            if isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseMove:
                self.over.at = event.position().toPoint()
                self._pane.refresh()
            elif event.type() == QEvent.Type.Leave:
                self.over.at = None
                self._pane.refresh()
        return False


def _stepped(values: tuple[int, ...], value: int, steps: int) -> int:
    """Return the value that stands so many steps after another one, or at the end."""
    return values[min(len(values) - 1, max(0, values.index(value) + steps))]
