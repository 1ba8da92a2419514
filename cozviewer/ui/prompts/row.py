"""The words of one level in the prompts panel: to read, to change, to draw again."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from cozviewer.pyramid.geometry import level_name
from cozviewer.ui.widgets.plain import Label

FEWEST_LINES, MOST_LINES = 2, 8
"""Of an editor; longer texts scroll in it."""

FRAME = 8
"""Logical pixels of an editor's border and padding, above and below together."""


class PromptRow(QWidget):
    """One level. What a person has typed stays until it is drawn or undone.

    Attributes:
        z: The level.
        edit: The words.
        draw, undo: The buttons; there while the words are changed.

    Signals:
        redraw_wanted: (int, str) this level's step is to be drawn with these words.
    """

    redraw_wanted = Signal(int, str)

    def __init__(self, z: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.z = z
        self._words: str | None = None
        self._untouched = ""  # the editor's text while nothing is typed
        self._note = ""
        self._level = Label(level_name(z))
        self._level.setObjectName("level")
        self._state = Label()
        self.edit = QPlainTextEdit()
        self.edit.setTabChangesFocus(True)
        self.edit.setAccessibleName(f"Words at {level_name(z)}")
        self.draw = QPushButton("Draw again")
        self.draw.setDefault(True)
        self.draw.setToolTip("Draw this level again with these words (Ctrl+Enter)")
        self.undo = QPushButton("Undo")
        self.undo.setToolTip("Go back to the words that it was drawn with")
        head = QHBoxLayout()
        head.addWidget(self._level)
        head.addStretch(1)
        head.addWidget(self._state)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.draw)
        buttons.addWidget(self.undo)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self.edit)
        column.addLayout(buttons)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            shortcut = QShortcut(QKeySequence(keys), self.edit)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(self._redraw)
        self.draw.clicked.connect(self._redraw)
        self.undo.clicked.connect(self._undo)
        self.edit.textChanged.connect(self._tell)
        self.edit.document().documentLayout().documentSizeChanged.connect(self._fit)
        self._tell()

    @property
    def text(self) -> str:
        """What is in the editor."""
        return self.edit.toPlainText().strip()

    @property
    def changed(self) -> bool:
        """Whether a person has typed what is not drawn."""
        return self.text != self._untouched

    @property
    def state(self) -> str:
        """What is said beside the level."""
        return self._state.text()

    def show_words(self, words: str | None) -> None:
        """Show what the level was made with, unless a person is changing it.

        Args:
            words: "" for none; None while nothing is made.
        """
        if words != self._words:
            typed = self.changed
            self._words, self._untouched = words, (words or "").strip()
            if not typed:
                self.edit.setPlainText(words or "")
                self._untouched = self.text  # line ends and the like may look otherwise now
            self._tell()

    def show_note(self, note: str) -> None:
        """Say what is going on at the level."""
        self._note = note
        self._tell()

    @Slot()
    def _tell(self) -> None:
        made = self._words is not None
        self.edit.setReadOnly(not made)
        self.edit.setPlaceholderText("No words" if made else self._note or "Not drawn yet")
        self.draw.setVisible(made and self.changed)
        self.undo.setVisible(made and self.changed)
        note = "Changed, not drawn" if made and self.changed else self._note
        self._state.setText(note if made else "")

    @Slot()
    def _redraw(self) -> None:
        if self._words is not None and self.changed:
            self._words = self._untouched = self.text
            self.edit.setFocus()  # before the buttons go, lest the focus go to another row
            self._tell()
            self.redraw_wanted.emit(self.z, self._words)

    @Slot()
    def _undo(self) -> None:
        self.edit.setFocus()
        self.edit.setPlainText(self._words or "")

    @Slot()
    def _fit(self) -> None:
        """Give the editor the height of its text."""
        lines = round(self.edit.document().size().height())  # of a plain text it is in lines
        shown = min(MOST_LINES, max(FEWEST_LINES, lines))
        margins = 2 * self.edit.document().documentMargin() + FRAME
        self.edit.setFixedHeight(round(shown * self.edit.fontMetrics().lineSpacing() + margins))
        policy = Qt.ScrollBarPolicy
        self.edit.setVerticalScrollBarPolicy(
            policy.ScrollBarAsNeeded if lines > shown else policy.ScrollBarAlwaysOff
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()
