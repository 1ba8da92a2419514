"""A section of the Info panel: a heading, and rows of names and values."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QPushButton, QWidget

from cozviewer.ui.info.rows import Row
from cozviewer.ui.widgets.plain import Label, tool_tip
from cozviewer.util.text import visible_line
from cozviewer.util.translation import translate

SWATCH = 10
"""Side of a swatch in logical pixels."""

NAMES_WIDTH = 78
"""Minimum width of the column of names, so that the values of all sections line up."""


class ValueField(QLineEdit):
    """A text that can be selected and copied; elided with a tool tip where it does not fit."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setFrame(False)
        # Not in the Tab order: there are many of them, and the Copy button copies all.
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setAccessibleName(name)

    def show_value(self, value: str) -> None:
        """Show a value."""
        value = visible_line(value)
        if value != self.text():
            self.setText(value)
            self.setCursorPosition(0)
            self._set_tip()

    @property
    def _fits(self) -> bool:
        return self.fontMetrics().horizontalAdvance(self.text()) <= self.width() - 4

    def _set_tip(self) -> None:
        self.setToolTip("" if self._fits else tool_tip(self.text()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._set_tip()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.hasFocus() or self._fits:
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        room = self.rect().adjusted(2, 0, -2, 0)
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, text)


class Swatch(QWidget):
    """A small square of a colour, beside a text of the same meaning."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(SWATCH, SWATCH)
        self._colour = QColor()

    def show_colour(self, colour: tuple[int, int, int]) -> None:
        """Show a colour, 0..255."""
        self._colour = QColor(*colour)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._colour)
        painter.drawRoundedRect(self.rect(), 2, 2)


class Section(QWidget):
    """A heading and its rows; hidden while it has none.

    Attributes:
        reveal: The button that shows a hidden value; None while there is none.
    """

    def __init__(self, title: str) -> None:
        super().__init__()
        self.title = title
        self.reveal: QPushButton | None = None
        self._rows: tuple[Row, ...] = ()
        self._revealed = False
        self._fields: list[ValueField] = []
        self._swatches: dict[int, Swatch] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(1, 1)
        self._grid.setColumnMinimumWidth(0, NAMES_WIDTH)
        heading = Label(title)
        heading.setObjectName("heading")
        heading.setIndent(0)
        self._grid.addWidget(heading, 0, 0, 1, 2)
        self.hide()

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows that are shown."""
        return self._rows

    @property
    def text(self) -> str:
        """The section as text, one line a row; "" without rows. What is hidden is left out."""
        lines = [f"{row.name}: {row.value}" if row.name else row.value for row in self._visible]
        return "\n".join([self.title, *lines]) if lines else ""

    @property
    def _visible(self) -> list[Row]:
        return [row for row in self._rows if self._revealed or not row.hidden]

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show these rows. Where only values change, selections in other values stay."""
        shape = [(row.name, row.colour is None, row.hidden) for row in rows]
        if shape != [(row.name, row.colour is None, row.hidden) for row in self._rows]:
            self._rows = tuple(rows)
            self._rebuild()
        self._rows = tuple(rows)
        for index, (field, row) in enumerate(zip(self._fields, rows, strict=True)):
            field.show_value(row.value)
            if row.colour is not None:
                self._swatches[index].show_colour(row.colour)
        self.setVisible(bool(rows))

    def hide_again(self) -> None:
        """Hide again what was shown on request, for another photo."""
        self._revealed = False

    @Slot()
    def _on_reveal(self) -> None:
        self._revealed = True
        self._rebuild()
        self.show_rows(self._rows)

    def _rebuild(self) -> None:
        """Recreate the widgets of all rows."""
        for index in range(self._grid.count() - 1, 0, -1):
            item = self._grid.takeAt(index)
            widget = None if item is None else item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._fields, self._swatches, self.reveal = [], {}, None
        name = ""
        for index, row in enumerate(self._rows):
            name = row.name or name
            field = ValueField(name)
            self._fields.append(field)
            self._add(index, row, field, name)

    def _add(self, index: int, row: Row, field: ValueField, name: str) -> None:
        label = Label(row.name)
        label.setBuddy(field)
        self._grid.addWidget(label, index + 1, 0)
        value: QWidget = field
        if row.colour is not None:
            swatch = self._swatches[index] = Swatch()
            value = _beside(swatch, field)
        elif row.hidden and not self._revealed:
            self.reveal = button = QPushButton(translate("Info", "Show"))
            button.setToolTip(translate("Info", "Show where the photo was taken"))
            button.setAccessibleName(translate("Info", "Show {name}").format(name=name))
            button.clicked.connect(self._on_reveal)
            value = _beside(button, field)
            field.hide()
        self._grid.addWidget(value, index + 1, 1)


def _beside(first: QWidget, field: QWidget) -> QWidget:
    """Return both in one widget, side by side."""
    both = QWidget()
    row = QHBoxLayout(both)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(6)
    row.addWidget(first, 0, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
    row.addWidget(field, 1)
    return both
