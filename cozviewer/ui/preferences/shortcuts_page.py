"""Preferences: the shortcuts of all commands."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QKeySequenceEdit,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from cozviewer.ui.actions import keys_text
from cozviewer.ui.preferences.shortcuts import Shortcut, fixed_keys, use_shortcuts, used_by
from cozviewer.ui.widgets.forms import Trouble
from cozviewer.ui.widgets.plain import Label
from cozviewer.util.translation import translate

Changed = Mapping[str, tuple[str, ...]]
"""The shortcuts that differ from the usual ones, by the names of their commands."""


class ShortcutsPage(QWidget):
    """A table of all commands, and a field for the shortcut of the selected one. A change is in
    effect at once.

    Signals:
        changed: (Changed) the user changed a shortcut.
    """

    changed = Signal(object)

    def __init__(self, shortcuts: Sequence[Shortcut]) -> None:
        super().__init__()
        self._shortcuts = shortcuts
        self._wanted = ""
        self.search = QLineEdit()
        self.search.setPlaceholderText(translate("Preferences", "Search"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._filter)
        self.table = shortcut_table()
        self._items = dict[str, QTreeWidgetItem]()
        for each in shortcuts:
            group = group_item(self.table, each.menu)
            item = QTreeWidgetItem(group, [each.title, keys_text(each.keys)])
            item.setData(0, Qt.ItemDataRole.UserRole, each.name)
            self._items[each.name] = item
        self.table.expandAll()
        self.table.currentItemChanged.connect(self._on_selected)
        self.edit = QKeySequenceEdit()
        self.edit.setMaximumSequenceLength(1)
        self.edit.editingFinished.connect(self._on_edited)
        self.remove = QPushButton(translate("Preferences", "Remove"))
        self.remove.clicked.connect(lambda: self._give(()))
        self.reset = QPushButton(translate("Preferences", "Reset"))
        self.reset.clicked.connect(self._reset)
        self.reset_all = QPushButton(translate("Preferences", "Reset All"))
        self.reset_all.clicked.connect(self._reset_all)
        self.trouble = Trouble()
        self.take = QPushButton(translate("Preferences", "Use It Here"))
        self.take.clicked.connect(self._take)
        self.take.hide()
        row, conflict = QHBoxLayout(), QHBoxLayout()
        row.addWidget(Label(translate("Preferences", "New shortcut")))
        row.addWidget(self.edit, 1)
        for button in (self.remove, self.reset, self.reset_all):
            row.addWidget(button)
        conflict.addWidget(self.trouble, 1)
        conflict.addWidget(self.take)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.search)
        column.addWidget(self.table, 1)
        column.addLayout(row)
        column.addLayout(conflict)
        self._on_selected()

    def select(self, name: str) -> None:
        """Select a command by its name."""
        self.table.setCurrentItem(self._items[name])

    @property
    def shown(self) -> list[Shortcut]:
        """The commands that the search has found."""
        return [each for each in self._shortcuts if not self._items[each.name].isHidden()]

    @property
    def _selected(self) -> Shortcut | None:
        item = self.table.currentItem()
        name = None if item is None else item.data(0, Qt.ItemDataRole.UserRole)
        return next((each for each in self._shortcuts if each.name == name), None)

    @property
    def _changed(self) -> Changed:
        return {each.name: each.keys for each in self._shortcuts if each.keys != each.usual}

    @Slot()
    def _on_selected(self) -> None:
        selected = self._selected
        self._show_conflict("")
        keys = selected.keys if selected else ()
        self.edit.setKeySequence(QKeySequence(keys[0] if keys else ""))
        self.edit.setEnabled(selected is not None)
        self.remove.setEnabled(bool(keys))
        self.reset.setEnabled(selected is not None and selected.keys != selected.usual)
        self.reset_all.setEnabled(bool(self._changed))

    @Slot()
    def _on_edited(self) -> None:
        selected, key = self._selected, self.edit.keySequence().toString()
        if selected is None or not key or key in selected.keys:
            return
        fixed, other = fixed_keys().get(key), used_by(self._shortcuts, key)
        shown = keys_text((key,))
        if fixed is not None:
            self._show_conflict(
                translate("Preferences", "{key} has a fixed meaning: {meaning}.").format(
                    key=shown, meaning=fixed
                )
            )
        elif other is not None:
            self._wanted = key
            self._show_conflict(
                translate("Preferences", "{key} is the shortcut of “{command}”.").format(
                    key=shown, command=other.title
                ),
                may_take=True,
            )
        else:
            self._give((key,))

    def _give(self, keys: tuple[str, ...]) -> None:
        """Give the selected command other shortcuts."""
        selected = self._selected
        if selected is not None:
            self._use({**self._changed, selected.name: keys})

    @Slot()
    def _take(self) -> None:
        """Give the selected command the shortcut of another one, which loses it."""
        selected, other = self._selected, used_by(self._shortcuts, self._wanted)
        if selected is not None and other is not None:
            left = tuple(key for key in other.keys if key != self._wanted)
            self._use({**self._changed, other.name: left, selected.name: (self._wanted,)})

    @Slot()
    def _reset(self) -> None:
        selected = self._selected
        if selected is None:
            return
        for key in selected.usual:
            other = used_by(self._shortcuts, key)
            if other is not None and other is not selected:
                self._show_conflict(
                    translate("Preferences", "{key} is the shortcut of “{command}”.").format(
                        key=keys_text((key,)), command=other.title
                    )
                )
                return
        self._use({name: keys for name, keys in self._changed.items() if name != selected.name})

    @Slot()
    def _reset_all(self) -> None:
        self._use({})

    def _use(self, changed: Changed) -> None:
        use_shortcuts(self._shortcuts, changed)
        for each in self._shortcuts:
            self._items[each.name].setText(1, keys_text(each.keys))
        self._on_selected()
        self.changed.emit(self._changed)

    def _show_conflict(self, sentence: str, may_take: bool = False) -> None:
        self.trouble.show_message(sentence)
        self.take.setVisible(may_take)

    @Slot(str)
    def _filter(self, words: str) -> None:
        filter_table(self.table, words)


def shortcut_table() -> QTreeWidget:
    """Return an empty table of commands and shortcuts, in groups."""
    table = QTreeWidget()
    table.setColumnCount(2)
    table.setHeaderLabels(
        [translate("Preferences", "Command"), translate("Preferences", "Shortcut")]
    )
    table.setRootIsDecorated(False)
    table.setIndentation(12)
    table.setUniformRowHeights(True)
    table.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    table.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
    table.header().setStretchLastSection(False)
    return table


def group_item(table: QTreeWidget, title: str) -> QTreeWidgetItem:
    """Return the last group of a table, or a new one if that has another title."""
    last = table.topLevelItem(table.topLevelItemCount() - 1)
    if last is not None and last.text(0) == title:
        return last
    group = QTreeWidgetItem(table, [title])
    group.setFlags(Qt.ItemFlag.ItemIsEnabled)
    font = group.font(0)
    font.setBold(True)
    group.setFont(0, font)
    return group


def filter_table(table: QTreeWidget, words: str) -> None:
    """Show only the rows that contain a text, in either column."""
    for index in range(table.topLevelItemCount()):
        group = table.topLevelItem(index)
        if group is None:
            continue
        children = map(group.child, range(group.childCount()))
        rows = [row for row in children if row is not None]
        for row in rows:
            text = f"{row.text(0)}\n{row.text(1)}".casefold()
            row.setHidden(words.casefold().strip() not in text)
        group.setHidden(all(row.isHidden() for row in rows))
