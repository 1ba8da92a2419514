"""The context menu of the image: the commands that are about the place under the pointer."""

import sys
from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal, Slot
from PySide6.QtGui import QAction, QContextMenuEvent, QCursor, QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QMenu

from cozviewer.ui.view.canvas import Canvas
from cozviewer.ui.view.pixel import coordinates
from cozviewer.util.translation import translate

GROUPS = (
    ("copy", "export", "region", "upscale"),
    ("fit", "one", "compare"),
    ("refine", "stop"),
    ("bookmark", "copy-place", "show-in-folder"),
    ("info", "histogram"),
)
"""The commands by name, with a separator between groups. One that does not exist is left out."""


class ImageMenu(QObject):
    """An event filter on panes that opens the menu at a right click, the Menu key or Shift+F10.

    Signals:
        opened: (QMenu) the menu is about to open.
    """

    opened = Signal(object)

    def __init__(
        self, panes: Sequence[Canvas], actions: Mapping[str, QAction], parent: QObject
    ) -> None:
        """Create the menu.

        Args:
            panes: Where it opens.
            actions: The commands of the window by name.
        """
        super().__init__(parent)
        self._actions = actions
        self._place = ""
        self._copy_place = QAction(translate("View", "Copy Coordinates"), self)
        self._copy_place.triggered.connect(self._on_copy_place)
        for pane in panes:
            pane.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Open the menu; every other event is passed on."""
        if not isinstance(watched, Canvas) or watched.layer.document is None:
            return False
        if isinstance(event, QContextMenuEvent):
            by_keys = event.reason() == QContextMenuEvent.Reason.Keyboard
            self._open(watched, _place_for_keys(watched) if by_keys else QPointF(event.pos()))
        elif isinstance(event, QKeyEvent) and _asks(event):
            self._open(watched, _place_for_keys(watched))
        else:
            return False
        event.accept()
        return True

    def _open(self, pane: Canvas, at: QPointF) -> None:
        """Open the menu at a place of a pane, in logical pixels."""
        self._note_place(pane, at)
        menu = self._menu(pane)
        self.opened.emit(menu)
        menu.popup(pane.mapToGlobal(at.toPoint()))

    def _note_place(self, pane: Canvas, at: QPointF) -> None:
        view = pane.view
        view_x, view_y = pane.view_place(at).toTuple()
        document = pane.layer.document
        inside = False
        if document is not None:
            shown = view.photo_area(document.source.width, document.source.height)
            inside = shown.x <= view_x < shown.right and shown.y <= view_y < shown.bottom
        self._copy_place.setEnabled(inside)
        self._place = ", ".join(coordinates(view, view_x, view_y))

    def _menu(self, pane: Canvas) -> QMenu:
        """Return a new menu, which deletes itself when it closes."""
        menu = QMenu(pane)
        menu.setToolTipsVisible(True)
        actions = {**self._actions, "copy-place": self._copy_place}
        for group in GROUPS:
            found = [actions[name] for name in group if name in actions]
            if found and menu.actions():
                menu.addSeparator()
            menu.addActions(found)
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    @Slot()
    def _on_copy_place(self) -> None:
        QGuiApplication.clipboard().setText(self._place)


def _place_for_keys(pane: Canvas) -> QPointF:
    """Return the place for a menu opened by the keyboard: the pointer's, or else the middle."""
    if pane.underMouse():
        return QPointF(pane.mapFromGlobal(QCursor.pos()))
    return QPointF(pane.width() / 2, pane.height() / 2)


def _asks(event: QKeyEvent) -> bool:
    """Return whether Shift+F10 was pressed. (Windows turns it into the other event itself.)"""
    if event.type() != QEvent.Type.KeyPress or sys.platform == "win32":
        return False
    shift = event.modifiers() == Qt.KeyboardModifier.ShiftModifier
    return shift and event.key() == Qt.Key.Key_F10
