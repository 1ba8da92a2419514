"""What is shown while no picture is open."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget


class EmptyPage(QWidget):
    """An invitation.

    Signals:
        open_wanted, sample_wanted: a button was pressed.
    """

    open_wanted = Signal()
    sample_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("empty")
        headline = QLabel("Open a photo, then turn the wheel")
        headline.setObjectName("headline")
        hint = QLabel("Drop a picture here, or choose one. There is no end to the zoom.")
        open_button = QPushButton("Open…")
        open_button.setDefault(True)
        open_button.clicked.connect(self.open_wanted)
        sample_button = QPushButton("Show the sample photo")
        sample_button.clicked.connect(self.sample_wanted)
        buttons = QHBoxLayout()
        buttons.setSpacing(10)
        buttons.addStretch(1)
        buttons.addWidget(open_button)
        buttons.addWidget(sample_button)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setSpacing(12)
        column.addStretch(1)
        column.addWidget(headline, 0, Qt.AlignmentFlag.AlignCenter)
        column.addWidget(hint, 0, Qt.AlignmentFlag.AlignCenter)
        column.addSpacing(10)
        column.addLayout(buttons)
        column.addStretch(1)
