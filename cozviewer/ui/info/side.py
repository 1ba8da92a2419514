"""The area beside the image: panels under title bars, one above the other."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QHBoxLayout,
    QSizePolicy,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from cozviewer.ui.widgets.plain import Label, tool_tip
from cozviewer.util.translation import translate, with_note

WIDTH, LEAST_WIDTH, LEAST_HEIGHT = 340, 220, 40
"""Initial width, and minimum size of a panel, in logical pixels."""


class SidePanel(QWidget):
    """Contents under a title bar, shown while a command is checked.

    Attributes:
        action: That command.
        stretch: 1 if it takes the room that other panels leave, else 0.
    """

    def __init__(self, title: str, contents: QWidget, action: QAction, stretch: int = 1) -> None:
        """Create the panel.

        Args:
            title: Its title.
            contents: What it shows.
            action: The command that shows and hides it.
            stretch: See the attributes.
        """
        super().__init__()
        self.action, self.stretch = action, stretch
        self.setMinimumSize(LEAST_WIDTH, LEAST_HEIGHT)
        bar = QWidget()
        bar.setObjectName("side-title")
        bar.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        bar.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        close = QToolButton()
        close.setText("✕")
        keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        hide = translate("Info", "Hide")
        close.setToolTip(tool_tip(with_note(hide, keys) if keys else hide))
        close.setAccessibleName(translate("Info", "Hide {panel}").format(panel=title))
        close.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the focus in the image
        close.clicked.connect(action.trigger)
        row = QHBoxLayout(bar)
        row.setContentsMargins(14, 6, 6, 6)
        row.addWidget(Label(title))
        row.addStretch(1)
        row.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(bar)
        column.addWidget(contents, 1)
        self.setVisible(action.isChecked())
        action.toggled.connect(self.setVisible)

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, super().sizeHint().height())


class SideArea(QSplitter):
    """Panels above each other; the area takes no room while none is shown."""

    def __init__(self, panels: Sequence[SidePanel]) -> None:
        super().__init__(Qt.Orientation.Vertical)
        self.setObjectName("sides")
        self.setHandleWidth(3)
        self.setChildrenCollapsible(False)
        self._panels = panels
        for place, panel in enumerate(panels):
            self.addWidget(panel)
            self.setStretchFactor(place, panel.stretch)
            panel.action.toggled.connect(self._follow)
        self._follow()

    @Slot()
    def _follow(self) -> None:
        self.setVisible(any(panel.action.isChecked() for panel in self._panels))
