"""One level of the Prompts panel: its prompt, which can be edited to regenerate the level."""

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
from cozviewer.util.translation import translate

FEWEST_LINES, MOST_LINES = 2, 8
"""Height limits of an editor in lines; longer texts scroll."""

FRAME = 8
"""Logical pixels of an editor's border and padding, above and below together."""


class PromptRow(QWidget):
    """One level. An edit stays until the level is regenerated or the edit is reverted.

    Attributes:
        z: The level.
        edit: The editor of the prompt.
        draw, undo: The buttons Regenerate and Revert; visible while there is an edit.

    Signals:
        redraw_wanted: (int, str) this level is to be regenerated with this prompt.
    """

    redraw_wanted = Signal(int, str)

    def __init__(self, z: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.z = z
        self._prompt: str | None = None
        self._untouched = ""  # the text of the editor without an edit
        self._note = ""
        self._level = Label(level_name(z))
        self._level.setObjectName("level")
        self._state = Label()
        self.edit = QPlainTextEdit()
        self.edit.setTabChangesFocus(True)
        name = translate("Prompts", "Prompt at {level}").format(level=level_name(z))
        self.edit.setAccessibleName(name)
        self.draw = QPushButton(translate("Prompts", "Regenerate"))
        self.draw.setDefault(True)
        self.draw.setToolTip(
            translate("Prompts", "Regenerate this level with the edited prompt (Ctrl+Enter)")
        )
        self.undo = QPushButton(translate("Prompts", "Revert"))
        self.undo.setToolTip(
            translate("Prompts", "Restore the prompt that this level was generated with")
        )
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
        self.edit.textChanged.connect(self._update)
        self.edit.document().documentLayout().documentSizeChanged.connect(self._fit)
        self._update()

    @property
    def text(self) -> str:
        """The text of the editor without surrounding blanks."""
        return self.edit.toPlainText().strip()

    @property
    def changed(self) -> bool:
        """Whether the prompt has been edited since the level was generated."""
        return self.text != self._untouched

    @property
    def state(self) -> str:
        """The state that is shown beside the level."""
        return self._state.text()

    def show_prompt(self, prompt: str | None) -> None:
        """Show the prompt that the level was generated with, unless it is being edited.

        Args:
            prompt: "" for none; None while nothing is generated.
        """
        if prompt != self._prompt:
            typed = self.changed
            self._prompt, self._untouched = prompt, (prompt or "").strip()
            if not typed:
                self.edit.setPlainText(prompt or "")
                self._untouched = self.text  # the editor may have changed line ends
            self._update()

    def show_note(self, note: str) -> None:
        """Show the state of the level."""
        self._note = note
        self._update()

    @Slot()
    def _update(self) -> None:
        made = self._prompt is not None
        self.edit.setReadOnly(not made)
        none = translate("Prompts", "No prompt")
        waiting = self._note or translate("Prompts", "Not generated yet")
        self.edit.setPlaceholderText(none if made else waiting)
        self.draw.setVisible(made and self.changed)
        self.undo.setVisible(made and self.changed)
        edited = made and self.changed
        note = translate("Prompts", "Edited") if edited else self._note
        self._state.setText(note if made else "")

    @Slot()
    def _redraw(self) -> None:
        if self._prompt is not None and self.changed:
            self._prompt = self._untouched = self.text
            self.edit.setFocus()  # before the buttons disappear, to keep it in this row
            self._update()
            self.redraw_wanted.emit(self.z, self._prompt)

    @Slot()
    def _undo(self) -> None:
        self.edit.setFocus()
        self.edit.setPlainText(self._prompt or "")

    @Slot()
    def _fit(self) -> None:
        """Adapt the height of the editor to its text."""
        lines = round(self.edit.document().size().height())  # in lines for plain text
        shown = min(MOST_LINES, max(FEWEST_LINES, lines))
        margins = 2 * self.edit.document().documentMargin() + FRAME
        self.edit.setFixedHeight(round(shown * self.edit.fontMetrics().lineSpacing() + margins))
        policy = Qt.ScrollBarPolicy
        self.edit.setVerticalScrollBarPolicy(
            policy.ScrollBarAsNeeded if lines > shown else policy.ScrollBarAlwaysOff
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()
