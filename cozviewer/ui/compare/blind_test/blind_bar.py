"""The bar over a blind comparison: which side is better, and how good each is."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QPushButton, QWidget

from cozviewer.evaluate.tally import Verdict
from cozviewer.ui.widgets.plain import Label
from cozviewer.util.translation import (
    QT_TRANSLATE_NOOP,
    translate,
    translate_marked,
    with_note,
)

MARGIN = 16
"""Logical pixels from the edges of the panes."""

SCORES = (
    QT_TRANSLATE_NOOP("Compare", "5 excellent"),
    QT_TRANSLATE_NOOP("Compare", "4 good"),
    QT_TRANSLATE_NOOP("Compare", "3 fair"),
    QT_TRANSLATE_NOOP("Compare", "2 poor"),
    QT_TRANSLATE_NOOP("Compare", "1 bad"),
)
"""Absolute category rating of ITU-T P.910; the first letter is the score."""

VERDICTS: tuple[tuple[str, str, str, Verdict], ...] = (
    (QT_TRANSLATE_NOOP("Compare", "A Is Better"), QT_TRANSLATE_NOOP("Compare", "A"), "A", "first"),
    (
        QT_TRANSLATE_NOOP("Compare", "No Difference"),
        QT_TRANSLATE_NOOP("Compare", "Same"),
        "S",
        "same",
    ),
    (QT_TRANSLATE_NOOP("Compare", "B Is Better"), QT_TRANSLATE_NOOP("Compare", "B"), "B", "second"),
)
"""Title, short title, key, and what it means; A is on the left."""

Place = tuple[int, int]
"""Row and column of a part in the bar."""

ARRANGEMENTS: tuple[tuple[tuple[Place, Place, Place, Place], bool], ...] = (
    (((0, 0), (0, 1), (0, 2), (0, 3)), False),
    (((0, 0), (0, 1), (1, 1), (1, 0)), False),
    (((0, 0), (1, 0), (2, 0), (3, 0)), False),
    (((0, 0), (1, 0), (2, 0), (3, 0)), True),
)
"""Places of text, verdicts, scores and the other buttons, and whether titles are short: the first
arrangement that fits is used."""


class BlindBar(QWidget):
    """Lies over the panes, and is never wider than they are.

    Attributes:
        buttons: Those of the verdicts.
        next, end: The other buttons.
        scores: The ratings of A and B.

    Signals:
        judged: (Verdict)
        next_wanted, end_wanted: The buttons were pressed.
    """

    judged = Signal(str)
    next_wanted = Signal()
    end_wanted = Signal()

    def __init__(self, panes: QWidget) -> None:
        super().__init__(panes.parentWidget())
        self._panes = panes
        self.setObjectName("draft")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._text = Label()
        self.buttons: dict[Verdict, QPushButton] = {}
        self.scores = (_scores("A"), _scores("B"))
        for title, _, key, verdict in VERDICTS:
            button = _button("")
            button.setToolTip(_with_key(title, key))
            button.clicked.connect(lambda _checked=False, v=verdict: self.judged.emit(v))
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.activated.connect(button.click)
            self.buttons[verdict] = button
        self.next = _button(translate("Compare", "Next Place"))
        self.next.setToolTip(translate("Compare", "Jump to a random place at the same zoom"))
        self.next.clicked.connect(self.next_wanted)
        self.end = _button(translate("Compare", "Finish and Reveal"))
        self.end.setToolTip(translate("Compare", "Show what A and B are, and the results (Esc)"))
        self.end.clicked.connect(self.end_wanted)
        self._parts = (
            self._text,
            _row(*self.buttons.values()),
            _row(*self.scores),
            _row(self.next, self.end),
        )
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(14, 8, 8, 8)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(6)
        self._arrange(*ARRANGEMENTS[0])
        panes.installEventFilter(self)
        self.hide()

    def ask(self, looks: int) -> None:
        """Ask about the images that are shown now.

        Args:
            looks: The number of ratings so far.
        """
        text = translate("Compare", "Which is better?")
        if looks:
            text += " · " + translate("Compare", "%n rated", None, looks)
        self._text.setText(text)
        for box in self.scores:
            box.setCurrentIndex(0)
        self.show()
        self._place()

    def given(self) -> tuple[int | None, int | None]:
        """Return the ratings of A and B, 1 to 5; None where none is given."""
        a, b = (
            int(SCORES[box.currentIndex() - 1][0]) if box.currentIndex() else None
            for box in self.scores
        )
        return a, b

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep to the lower edge of the panes."""
        if event.type() == QEvent.Type.Resize and not self.isHidden():
            self._place()
        return False

    def _place(self) -> None:
        at = self._panes.geometry()
        room = at.width() - 2 * MARGIN
        for places, short in ARRANGEMENTS:
            self._arrange(places, short)
            if self._grid.sizeHint().width() <= room:
                break
        self.resize(self._grid.sizeHint())
        x = at.x() + max(0, (at.width() - self.width()) // 2)
        self.move(x, at.y() + at.height() - self.height() - MARGIN)
        self.raise_()

    def _arrange(self, places: tuple[Place, ...], short: bool) -> None:
        for title, short_title, key, verdict in VERDICTS:
            text = translate_marked("Compare", short_title) if short else _with_key(title, key)
            self.buttons[verdict].setText(text)
        for part, place in zip(self._parts, places, strict=True):
            self._grid.addWidget(part, *place)
        self._grid.invalidate()


def _with_key(title: str, key: str) -> str:
    return with_note(translate_marked("Compare", title), key)


def _button(title: str) -> QPushButton:
    button = QPushButton(title)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


def _row(*parts: QWidget) -> QWidget:
    """Return a widget that holds others side by side."""
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(8)
    for part in parts:
        layout.addWidget(part)
    return row


def _scores(name: str) -> QComboBox:
    box = QComboBox()
    box.addItem(translate("Compare", "{name}: no rating").format(name=name))
    box.addItems([f"{name}: {translate_marked('Compare', score)}" for score in SCORES])
    box.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    box.setAccessibleName(translate("Compare", "Rating of {name}").format(name=name))
    return box
