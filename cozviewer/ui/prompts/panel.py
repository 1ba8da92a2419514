"""The Prompts panel: the prompt of each level under the view, coarse to fine."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from cozviewer.ui.prompts.row import PromptRow
from cozviewer.ui.widgets.plain import Label


@dataclass(frozen=True)
class Level:
    """The contents of a row.

    Attributes:
        z: The level.
        prompt: The prompt it was generated with, "" for none; None while nothing is generated.
        note: The state of the level; "" for none.
    """

    z: int
    prompt: str | None
    note: str = ""


class PromptsPanel(QWidget):
    """A row for each level, or a hint if there is none.

    Signals:
        redraw_wanted: (int, str) a level is to be regenerated with this prompt.
    """

    redraw_wanted = Signal(int, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("prompts")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._rows: dict[int, PromptRow] = {}
        self._shown: tuple[int, ...] = ()
        self._hint = Label()
        self._hint.setObjectName("hint")
        self._hint.setWordWrap(True)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._page = QWidget()
        self._page.setObjectName("prompts-page")
        self._column = QVBoxLayout(self._page)
        self._column.setContentsMargins(14, 12, 14, 14)
        self._column.setSpacing(18)
        self._column.addWidget(self._hint)
        self._column.addStretch(1)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setWidget(self._page)
        self._at_end = True
        self._area.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self._area.verticalScrollBar().rangeChanged.connect(self._on_grown)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._area)

    @property
    def hint(self) -> str:
        """The hint that is shown if there are no rows; "" while there are some."""
        return "" if self._hint.isHidden() else self._hint.text()

    @property
    def rows(self) -> list[PromptRow]:
        """The visible rows, coarse to fine."""
        return [self._rows[z] for z in self._shown]

    def show_levels(self, levels: Sequence[Level], hint: str) -> None:
        """Show these levels. Other rows are hidden and keep their edits.

        Args:
            levels: The levels, coarse to fine.
            hint: The hint to show if there are none.
        """
        for level in levels:
            row = self._rows.get(level.z) or self._add_row(level.z)
            row.show_prompt(level.prompt)
            row.show_note(level.note)
        self._shown = tuple(level.z for level in levels)
        for z, row in self._rows.items():
            row.setVisible(z in self._shown)
        self._hint.setText(hint)
        self._hint.setVisible(not levels)

    def forget(self) -> None:
        """Remove all rows with their edits, for another photo or engine."""
        for row in self._rows.values():
            self._column.removeWidget(row)
            row.deleteLater()
        self._rows.clear()
        self._shown = ()

    @Slot(int)
    def _on_scrolled(self, value: int) -> None:
        self._at_end = value == self._area.verticalScrollBar().maximum()

    @Slot(int, int)
    def _on_grown(self, _: int, maximum: int) -> None:
        """Keep the finest level in view when a finer one is added."""
        if self._at_end and not any(row.edit.hasFocus() for row in self.rows):
            self._area.verticalScrollBar().setValue(maximum)

    def _add_row(self, z: int) -> PromptRow:
        row = PromptRow(z)
        row.redraw_wanted.connect(self.redraw_wanted)
        self._rows[z] = row
        # After the hint, ordered by level.
        self._column.insertWidget(1 + sorted(self._rows).index(z), row)
        return row
