"""The page that is shown while no photo is open."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from cozviewer.ui.widgets.plain import Label

HINT_WIDTH = 520
"""Maximum width of the hint in logical pixels, for lines of a comfortable length."""


class EmptyPage(QWidget):
    """Says what the program does, and offers to open a photo.

    Signals:
        open_wanted, sample_wanted: a button was pressed.
    """

    open_wanted = Signal()
    sample_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("empty")
        headline = Label("Zoom into a photo without limits")
        headline.setObjectName("headline")
        self._hint = hint = Label(
            "Drop a photo here or click Open, then scroll to zoom in. Missing detail is generated"
            " on this computer: a draft at once, the final detail within seconds to minutes."
        )
        hint.setMaximumWidth(HINT_WIDTH)
        for text in (headline, hint):
            text.setWordWrap(True)  # so that the text does not widen the window
            text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        open_button = QPushButton("Open…")
        open_button.setDefault(True)
        open_button.clicked.connect(self.open_wanted)
        sample_button = QPushButton("Try the Sample Photo")
        sample_button.clicked.connect(self.sample_wanted)
        hint_row = QHBoxLayout()
        hint_row.addStretch(1)
        hint_row.addWidget(hint, 100)
        hint_row.addStretch(1)
        buttons = QHBoxLayout()
        buttons.setSpacing(10)
        buttons.addStretch(1)
        buttons.addWidget(open_button)
        buttons.addWidget(sample_button)
        buttons.addStretch(1)
        self._column = column = QVBoxLayout(self)
        column.setSpacing(12)
        column.addStretch(1)
        column.addWidget(headline)
        column.addLayout(hint_row)
        column.addSpacing(10)
        column.addLayout(buttons)
        column.addStretch(1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the hint out where the page is too low for all of it."""
        self._hint.setVisible(True)
        self._column.activate()
        self._hint.setVisible(self._column.heightForWidth(self.width()) <= self.height())
