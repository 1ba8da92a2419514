"""The Bookmarks menu: named views."""

from collections.abc import Callable, Iterable

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QInputDialog, QMenu, QWidget

from cozviewer.pyramid.camera import Camera
from cozviewer.pyramid.orientation import Orientation
from cozviewer.pyramid.wording import magnification_text, place_text
from cozviewer.session.session import Bookmark, viewpoint_of, with_bookmark
from cozviewer.ui.widgets.plain import menu_text
from cozviewer.util.translation import sentences, translate

LONGEST = 60
"""Maximum number of characters of a name in the menu."""


class BookmarksMenu(QMenu):
    """The menu.

    Signals:
        chosen: (Viewpoint) the user chose a bookmark with this view.
        message: (str) a message for the user about a change.
        changed: a bookmark was added, removed or replaced.
    """

    chosen = Signal(object)
    message = Signal(str)
    changed = Signal()

    def __init__(
        self,
        camera: Callable[[], Camera],
        parent: QWidget,
        orientation: Callable[[], Orientation | None] = lambda: None,
    ) -> None:
        """Make the menu, without bookmarks and disabled until `enable`.

        Args:
            camera: Returns the current camera.
            orientation: Returns how the view is turned; None is not recorded.
        """
        super().__init__(translate("Menu", "Book&marks"), parent)
        self._camera, self._orientation = camera, orientation
        self._bookmarks: tuple[Bookmark, ...] = ()
        self._of_session = False
        self._add = self.addAction(translate("Menu", "&Add Bookmark…"))
        self._add.setShortcut(QKeySequence("Ctrl+D"))
        self._add.triggered.connect(self.ask)
        parent.addAction(self._add)  # the window keeps the key when the menu bar is hidden
        self._remove = QMenu(translate("Menu", "&Remove Bookmark"), self)
        self.addMenu(self._remove)
        self.addSeparator()
        self._none = self.addAction(translate("Menu", "No bookmarks"))
        self._none.setEnabled(False)
        self._add.setEnabled(False)
        self._fill()

    @property
    def adding(self) -> QAction:
        """The command that adds a bookmark."""
        return self._add

    @property
    def bookmarks(self) -> tuple[Bookmark, ...]:
        """All bookmarks in order."""
        return self._bookmarks

    def show_bookmarks(self, bookmarks: Iterable[Bookmark], of_session: bool = False) -> None:
        """Show the bookmarks of a photo that was opened.

        Args:
            of_session: Whether they belong to a session, which stores new ones when it is saved.
        """
        self._of_session = of_session
        self._add.setEnabled(True)
        self._bookmarks = tuple(bookmarks)
        self._fill()

    @Slot()
    def ask(self) -> None:
        """Ask for a name and bookmark the current view."""
        camera, orientation = self._camera(), self._orientation()
        dialog = QInputDialog(self.parentWidget())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(translate("Session", "Add Bookmark"))
        dialog.setLabelText(translate("Session", "Bookmark name:"))
        dialog.setOkButtonText(translate("Session", "Add"))
        dialog.resize(360, dialog.sizeHint().height())
        name = translate("Session", "{magnification} at {place}")
        dialog.setTextValue(
            name.format(magnification=magnification_text(camera), place=place_text(camera, 0, 0))
        )
        dialog.textValueSelected.connect(lambda name: self.add(name, camera, orientation))
        dialog.open()

    def add(self, name: str, camera: Camera, orientation: Orientation | None = None) -> None:
        """Add a bookmark; it replaces one of the same name."""
        name = " ".join(name.split())
        if not name:
            return
        there = any(bookmark.name == name for bookmark in self._bookmarks)
        self._bookmarks = with_bookmark(
            self._bookmarks, Bookmark(name, viewpoint_of(camera, orientation))
        )
        self._fill()
        if there:
            text = translate("Session", "Bookmark “{name}” updated.")
        else:
            text = translate("Session", "Bookmark “{name}” added.")
        if self._of_session:
            text = sentences((text, translate("Session", "Save the session to keep it.")))
        self.message.emit(text.format(name=name))
        self.changed.emit()

    def remove(self, bookmark: Bookmark) -> None:
        """Remove a bookmark."""
        self._bookmarks = tuple(each for each in self._bookmarks if each != bookmark)
        self._fill()
        self.changed.emit()

    def _fill(self) -> None:
        for action in self.actions():
            if isinstance(action.data(), Bookmark):
                self.removeAction(action)
                action.deleteLater()
        self._remove.clear()
        for bookmark in self._bookmarks:
            name = bookmark.name if len(bookmark.name) <= LONGEST else bookmark.name[:LONGEST] + "…"
            name = menu_text(name)
            size = magnification_text(bookmark.viewpoint.camera)
            # PySide keeps actions that addAction(text) made, even when they are deleted.
            action = QAction(f"{name}\t{size}", self)
            self.addAction(action)
            action.setData(bookmark)
            action.triggered.connect(self._on_chosen)
            action = self._remove.addAction(name)
            action.setData(bookmark)
            action.triggered.connect(self._on_removed)
        self._remove.setEnabled(bool(self._bookmarks))
        self._none.setVisible(not self._bookmarks)

    @Slot()
    def _on_chosen(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self.chosen.emit(action.data().viewpoint)

    @Slot()
    def _on_removed(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self.remove(action.data())
