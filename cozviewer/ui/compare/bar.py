"""The bar over a comparison: one button for each mode, the size of a grid, and one that closes."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QWidget

from cozviewer.ui.actions import shown_icon
from cozviewer.ui.compare.menu import mode_tip
from cozviewer.ui.compare.paint import Mode, mode_title
from cozviewer.util.translation import translate

MARGIN = 10
"""Logical pixels between the bar and the edges of the image."""

SPACING = 2
"""Logical pixels between two buttons."""

ICON = 18
"""Side of an icon in logical pixels."""

ICONS = {
    Mode.CURTAIN: "compare",
    Mode.SIDE: "compare-side",
    Mode.GRID: "compare-grid",
    Mode.BLINK: "compare-blink",
    Mode.LENS: "compare-loupe",
    Mode.DIFFERENCE: "compare-difference",
}
"""Names of the icons."""

PANE_COUNTS = (2, 3, 4)


class CompareBar(QWidget):
    """The bar; a widget over the panes, so it is in no export.

    Attributes:
        buttons: The buttons of the modes.
        counts: The buttons of the sizes of a grid.
        close_button: Ends the comparison.

    Signals:
        mode_wanted: (Mode)
        count_wanted: (int) The grid is to have so many panes.
        close_wanted: The comparison is to end.
    """

    mode_wanted = Signal(object)
    count_wanted = Signal(int)
    close_wanted = Signal()

    def __init__(self, over: QWidget, beside: QWidget, icon: Callable[[str], Path]) -> None:
        """Make a hidden bar.

        Args:
            over: The widget whose upper edge it lies over; its parent.
            beside: The navigator map, which it does not cover.
            icon: Returns the path of an icon by its name.
        """
        super().__init__(over)
        self._over, self._beside = over, beside
        self.setObjectName("compare-bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(4, 4, 4, 4)
        row.setSpacing(SPACING)
        self.buttons: dict[Mode, QToolButton] = {}
        white = QColor(
            Qt.GlobalColor.white
        )  # the bar is dark in every theme, as it is over a photo
        for mode in Mode:
            button = _button(mode_title(mode), mode_tip(mode))
            button.setIcon(shown_icon(icon(ICONS[mode]), white))
            button.setCheckable(True)
            button.clicked.connect(lambda _checked=False, m=mode: self.mode_wanted.emit(m))
            row.addWidget(button)
            self.buttons[mode] = button
        self._lines = [_line(), _line()]
        row.addWidget(self._lines[0])
        self.counts: dict[int, QToolButton] = {}
        for count in PANE_COUNTS:
            name = translate("Compare", "%n pane(s)", None, count)
            button = _button(name, name)
            button.setText(str(count))
            button.setCheckable(True)
            button.clicked.connect(lambda _checked=False, n=count: self.count_wanted.emit(n))
            row.addWidget(button)
            self.counts[count] = button
        row.addWidget(self._lines[1])
        self.close_button = _button(
            translate("Compare", "End Comparison"), translate("Compare", "End the comparison (C)")
        )
        self.close_button.setIcon(shown_icon(icon("close"), white))
        self.close_button.clicked.connect(self.close_wanted)
        row.addWidget(self.close_button)
        for widget in (over, beside):
            widget.installEventFilter(self)
        self.hide()

    def show_mode(self, mode: Mode | None, count: int) -> None:
        """Mark a mode; None hides the bar.

        Args:
            count: The number of panes of the grid.
        """
        for each, button in self.buttons.items():
            button.setChecked(each is mode)
        for number, button in self.counts.items():
            button.setChecked(number == count)
            button.setVisible(mode is Mode.GRID)
        self._lines[1].setVisible(mode is Mode.GRID)
        self.setVisible(mode is not None)
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the size of the panes and the place of the map."""
        if event.type() in (
            QEvent.Type.Resize,
            QEvent.Type.Move,
            QEvent.Type.Show,
            QEvent.Type.Hide,
        ):
            self._place()
        return False

    def _place(self) -> None:
        """Stand in the middle of the upper edge; left of the map where both do not fit. The buttons
        of the modes stay in place when those of the grid appear."""
        if self.isHidden():
            return
        extra = [part for part in (*self.counts.values(), self._lines[1]) if not part.isHidden()]
        self.resize(self.sizeHint())
        self._row.activate()
        usual = self.width() - sum(part.width() + SPACING for part in extra)
        x = (self._over.width() - usual) // 2
        x = min(x, self._over.width() - self.width() - MARGIN)
        if self._beside.isVisible():
            corner = self._beside.mapTo(self._over, self._beside.rect().topLeft())
            room = corner.x() - MARGIN
            if x < corner.x() + self._beside.width() and x + self.width() > room:
                x = room - self.width()
        self.move(max(0, x), MARGIN)
        self.raise_()


def _button(name: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setIconSize(QSize(ICON, ICON))
    button.setAccessibleName(name)
    button.setToolTip(tip)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setAutoRaise(True)
    return button


def _line() -> QFrame:
    line = QFrame()
    line.setObjectName("compare-line")
    line.setFixedSize(1, ICON)
    return line
