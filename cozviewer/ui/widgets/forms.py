"""Building blocks of the dialogs."""

from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from cozviewer.ui.widgets.plain import Label
from cozviewer.util.text import visible_line
from cozviewer.util.translation import translate

Row = tuple[str | QLabel, QWidget | QLayout]
"""The name of a field, or its label, and the field."""


class Trouble(Label):
    """An error message in red; hidden while there is none."""

    def __init__(self) -> None:
        super().__init__()
        self.setWordWrap(True)
        self.setProperty("role", "trouble")
        self.hide()

    def show_message(self, sentence: str) -> None:
        """Show a message; "" hides it."""
        self.setText(sentence)
        self.setVisible(bool(sentence))


def chooser(titles: Iterable[str]) -> QComboBox:
    """Return a combo box with these titles."""
    box = QComboBox()
    for title in titles:
        box.addItem(visible_line(title))
    return box


def named_chooser(pairs: Iterable[tuple[object, str]]) -> QComboBox:
    """Return a combo box of (value, title) pairs; the values are the items' data."""
    box = QComboBox()
    for name, title in pairs:
        box.addItem(visible_line(title), name)
    return box


def heading(text: str) -> Label:
    """Return the heading of a group of fields."""
    label = Label(text)
    label.setStyleSheet("font-weight: 600;")
    return label


def form_of(
    rows: Sequence[tuple[str | QLabel, QWidget | QLayout]], spacing: int = 12
) -> QGridLayout:
    """Return a grid of names and fields; a field with an empty name has no label."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(18)
    grid.setVerticalSpacing(spacing)
    grid.setColumnStretch(1, 1)
    for row, (name, field) in enumerate(rows):
        if name:
            label = Label(name) if isinstance(name, str) else name
            name_field(label, field)
            grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignVCenter)
        if isinstance(field, QLayout):
            grid.addLayout(field, row, 1)
        else:
            grid.addWidget(field, row, 1, Qt.AlignmentFlag.AlignVCenter)
    return grid


def name_field(label: QLabel, field: QWidget | QLayout) -> None:
    """Make a label the name of a field for assistive technology; of a layout, of its first widget.

    Where the widget that takes the focus is inside another, Qt does not find the label, so that
    its text is copied.
    """
    first: QWidget | None = None
    if isinstance(field, QWidget):
        first = field
    elif (item := field.itemAt(0)) is not None:
        first = item.widget()
    if first is None:
        return
    target = first.focusProxy() or first
    if target.focusPolicy() != Qt.FocusPolicy.NoFocus:
        label.setBuddy(target)
    if target is not first:
        target.setAccessibleName(label.text().replace("\n", " "))


def with_browse(line: QLineEdit, browse: Callable[[], None]) -> QHBoxLayout:
    """Return a line edit for a path with a Browse button beside it."""
    button = QPushButton(translate("Window", "Browse…"))
    button.setAutoDefault(False)
    button.clicked.connect(browse)
    row = QHBoxLayout()
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    row.addWidget(line, 1)
    row.addWidget(button)
    return row


def stacked(dialog: QDialog, parts: Sequence[QWidget | QLayout]) -> QVBoxLayout:
    """Lay out the parts of a dialog from top to bottom, and return the layout."""
    column = QVBoxLayout(dialog)
    column.setContentsMargins(20, 20, 20, 16)
    column.setSpacing(14)
    for part in parts:
        if isinstance(part, QLayout):
            column.addLayout(part)
        else:
            column.addWidget(part)
    return column


def fit_height(dialog: QDialog) -> None:
    """Shrink a dialog to the fields that are visible now. Call it from a queued connection, after
    the rows have been shown and hidden."""
    layout = dialog.layout()
    if layout is not None:
        layout.activate()
    dialog.resize(dialog.width(), dialog.minimumSizeHint().height())


FRAME = 60
"""Logical pixels that the frame of a dialog may take, and some of what is behind it."""


def resize_on_screen(dialog: QDialog, width: int, height: int) -> None:
    """Give a dialog a size in logical pixels, but a smaller one where the screen is smaller."""
    room = dialog.screen().availableSize()
    dialog.resize(min(width, room.width() - FRAME), min(height, room.height() - FRAME))
