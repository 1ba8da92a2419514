"""What is shown while no picture is open."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from cozviewer.ui.widgets.plain import Label


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
        headline = Label("Open a photo, then turn the wheel")
        headline.setObjectName("headline")
        hint = Label("Drop a picture here, or choose one. There is no end to the zoom.")
        for text in (headline, hint):
            text.setWordWrap(True)  # a narrow window stays as narrow as it is
            text.setAlignment(Qt.AlignmentFlag.AlignCenter)
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
        column.addWidget(headline)
        column.addWidget(hint)
        column.addSpacing(10)
        column.addLayout(buttons)
        column.addStretch(1)
