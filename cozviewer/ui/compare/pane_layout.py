"""Lays out the panes of a comparison: one, two or three in a row, or four in two rows."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QRect, QSize, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from cozviewer.image.pixels import Rgb8
from cozviewer.ui.view.canvas import Canvas
from cozviewer.ui.widgets.theme import shown_theme

GAP = 3
"""Logical pixels between two panes."""


class PaneLayout(QWidget):
    """Holds the panes. All that are shown have the same size, so that they show the same part of
    the photo; the rows of a tall window become columns.

    Attributes:
        order: The panes that are shown, from the upper left to the lower right.

    Signals:
        arranged: The panes have other places or sizes.
    """

    arranged = Signal()

    def __init__(self, panes: Sequence[Canvas]) -> None:
        """Show the first pane alone."""
        super().__init__()
        for pane in panes:
            pane.setParent(self)
        self._panes = tuple(panes)
        self.order: tuple[Canvas, ...] = ()
        self.show_panes(panes[:1])

    def show_panes(self, order: Sequence[Canvas]) -> None:
        """Show these panes in this order, and hide the others."""
        if tuple(order) == self.order:
            return
        self.order = tuple(order)
        self._arrange()
        for pane in self._panes:
            pane.setVisible(pane in self.order)

    def rendered(self) -> Rgb8:
        """Return all panes as one image, (H, W, 3) uint8 in device pixels, without gaps and without
        widgets over them. GUI thread."""
        images = [pane.rendered() for pane in self.order]
        columns = self._columns()
        rows = [images[i : i + columns] for i in range(0, len(images), columns)]
        return np.concatenate([np.concatenate(row, axis=1) for row in rows], axis=0)

    def minimumSizeHint(self) -> QSize:
        """Return room for two panes."""
        return QSize(131, 64)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(event.rect(), QColor(shown_theme().line))

    def _columns(self) -> int:
        if len(self.order) == 4:
            return 2
        return 1 if self.height() > self.width() else len(self.order)

    def _arrange(self) -> None:
        columns = self._columns()
        rows = len(self.order) // columns
        width, xs = _cells(self.width(), columns)
        height, ys = _cells(self.height(), rows)
        for place, pane in enumerate(self.order):
            row, column = divmod(place, columns)
            pane.setGeometry(QRect(xs[column], ys[row], width, height))
        self.arranged.emit()


def _cells(length: int, count: int) -> tuple[int, list[int]]:
    """Return the size of equal cells along a length, and where each begins."""
    size = max(1, (length - GAP * (count - 1)) // count)
    if count == 1:
        return size, [0]
    return size, [place * (length - size) // (count - 1) for place in range(count)]
