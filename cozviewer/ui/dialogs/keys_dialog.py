"""Help > Keyboard Shortcuts: the shortcuts in effect, and what the mouse does."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLineEdit,
    QPushButton,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from cozviewer.ui.actions import keys_text
from cozviewer.ui.preferences.shortcuts import Shortcut
from cozviewer.ui.preferences.shortcuts_page import filter_table, group_item, shortcut_table
from cozviewer.ui.widgets.forms import resize_on_screen
from cozviewer.util.translation import translate


class KeysDialog(QDialog):
    """All shortcuts, grouped by menu.

    Attributes:
        search: Filters the table.
        table: Names and shortcuts.
        change: Asks to change shortcuts.
    """

    def __init__(self, shortcuts: Sequence[Shortcut], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(translate("Help", "Keyboard Shortcuts"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.search = QLineEdit()
        self.search.setPlaceholderText(translate("Help", "Search"))
        self.search.setAccessibleName(translate("Help", "Search"))
        self.search.setClearButtonEnabled(True)
        self.table = shortcut_table()
        self.table.setAccessibleName(translate("Help", "Keyboard Shortcuts"))
        self.table.setSelectionMode(self.table.SelectionMode.NoSelection)
        for each in shortcuts:
            if each.keys:
                group = group_item(self.table, each.menu)
                QTreeWidgetItem(group, [each.title, keys_text(each.keys)])
        others = group_item(self.table, translate("Help", "Mouse and Other Keys"))
        for keys, what in other_keys():
            QTreeWidgetItem(others, [what, keys])
        self.table.expandAll()
        self.search.textChanged.connect(lambda words: filter_table(self.table, words))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        self.change = QPushButton(translate("Help", "C&hange…"))
        self.change.setAutoDefault(False)
        buttons.addButton(self.change, QDialogButtonBox.ButtonRole.ActionRole)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        column.addWidget(self.search)
        column.addWidget(self.table, 1)
        column.addWidget(buttons)
        resize_on_screen(self, 560, 620)


def other_keys() -> list[tuple[str, str]]:
    """Return what is no command of a menu: (keys or gesture, what it does)."""
    return [
        (
            translate("Help", "Wheel, pinch, Ctrl + two fingers"),
            translate("Help", "Zoom at the pointer"),
        ),
        (translate("Help", "Drag, two fingers, arrow keys"), translate("Help", "Move")),
        (
            translate("Help", "Ctrl+drag"),
            translate("Help", "Window width (sideways) and center, with the Tone panel"),
        ),
        (translate("Help", "Shift+arrow keys"), translate("Help", "Move by the whole view")),
        (translate("Help", "Space, Backspace"), translate("Help", "Next, previous photo")),
        (translate("Help", "Mouse buttons 4, 5"), translate("Help", "Back, forward")),
        (translate("Help", "Right mouse button"), translate("Help", "Open the menu of the image")),
        (
            translate("Help", "Double-click"),
            translate("Help", "Zoom in 2× (with Alt or Shift: out)"),
        ),
        (
            translate("Help", "Esc"),
            translate("Help", "Stop generating; close a message; leave full screen"),
        ),
        (
            translate("Help", "Ctrl+Enter"),
            translate("Help", "Regenerate with the edited prompt"),
        ),
        (
            translate("Help", "Hold B"),
            translate("Help", "See the other image of a comparison (blink)"),
        ),
        (
            translate("Help", "A, B, S"),
            translate("Help", "Rate in a blind test: A, B, no difference"),
        ),
    ]
