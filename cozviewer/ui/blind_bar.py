"""The strip over a blind comparison: which one is better, and how good each is."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QWidget

from cozviewer.export.tally import Verdict

MARGIN = 16
"""Logical pixels from the lower edge of the panes."""

SCORES = ("5 excellent", "4 good", "3 fair", "2 poor", "1 bad")
"""Absolute category rating of ITU-T P.910; the first letter is the score."""

VERDICTS: tuple[tuple[str, str, Verdict], ...] = (
    ("A is better", "A", "first"),
    ("No difference", "S", "same"),
    ("B is better", "B", "second"),
)
"""Title, key, and what it means; A is on the left."""


class BlindBar(QWidget):
    """Lies over the panes.

    Attributes:
        buttons: Of the verdicts.
        next, end: Its other buttons.
        scores: What A and B are given.

    Signals:
        judged: (Verdict)
        next_wanted, end_wanted: the buttons were pressed.
    """

    judged = Signal(str)
    next_wanted = Signal()
    end_wanted = Signal()

    def __init__(self, panes: QWidget) -> None:
        super().__init__(panes.parentWidget())
        self._panes = panes
        self.setObjectName("draft")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._text = QLabel()
        self.buttons: dict[Verdict, QPushButton] = {}
        self.scores = (_scores("A"), _scores("B"))
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 8, 8)
        row.setSpacing(8)
        row.addWidget(self._text)
        row.addSpacing(8)
        row.addWidget(self.scores[0])
        for title, key, verdict in VERDICTS:
            button = self._button(f"{title} ({key})")
            button.clicked.connect(lambda _checked=False, v=verdict: self.judged.emit(v))
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.activated.connect(button.click)
            self.buttons[verdict] = button
            row.addWidget(button)
        row.addWidget(self.scores[1])
        row.addSpacing(16)
        self.next = self._button("Elsewhere")
        self.next.setToolTip("Go to another place of the picture, by chance, as close as here")
        self.next.clicked.connect(self.next_wanted)
        self.end = self._button("End and show")
        self.end.setToolTip("Say what A and B were, and which was found better")
        self.end.clicked.connect(self.end_wanted)
        row.addWidget(self.next)
        row.addWidget(self.end)
        panes.installEventFilter(self)
        self.hide()

    def ask(self, looks: int) -> None:
        """Ask about the pictures that are seen now.

        Args:
            looks: How often was judged already.
        """
        counted = "" if not looks else f" · {looks} judged" if looks > 1 else " · 1 judged"
        self._text.setText(f"Which is better?{counted}")
        for box in self.scores:
            box.setCurrentIndex(0)
        self.show()
        self._place()

    def given(self) -> tuple[int | None, int | None]:
        """Return the scores of A and B, 1 to 5; None where none is given."""
        a, b = (
            int(SCORES[box.currentIndex() - 1][0]) if box.currentIndex() else None
            for box in self.scores
        )
        return a, b

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep to the lower edge of the panes."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def _button(self, title: str) -> QPushButton:
        button = QPushButton(title)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _place(self) -> None:
        self.adjustSize()
        at = self._panes.geometry()
        x = at.x() + max(0, (at.width() - self.width()) // 2)
        self.move(x, at.y() + at.height() - self.height() - MARGIN)
        self.raise_()


def _scores(name: str) -> QComboBox:
    box = QComboBox()
    box.addItem(f"{name}: no score")
    box.addItems([f"{name}: {score}" for score in SCORES])
    box.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return box
