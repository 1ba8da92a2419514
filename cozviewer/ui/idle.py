"""Generating ahead while the program is idle: the view has all the tiles that it needs, and
there is no input.

Every input to the window ends it at once, mostly before the input itself is handled. What is
generated is decided by `jobs.ahead`.
"""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Slot
from PySide6.QtGui import QKeyEvent, QWindow
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from cozviewer.jobs.document import Document
from cozviewer.pyramid.camera import View
from cozviewer.ui.compare.panes import ComparePanes
from cozviewer.ui.connections import Connections
from cozviewer.ui.view.navigator import Navigator
from cozviewer.ui.view.pointer import pointed_place

IDLE_MS = 1500
"""Generating ahead begins after so long without input or work."""

INPUT = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseButtonDblClick,
        QEvent.Type.NativeGesture,
        QEvent.Type.TabletPress,
        QEvent.Type.TouchBegin,
        QEvent.Type.Wheel,
        QEvent.Type.DragEnter,
        QEvent.Type.Drop,
    }
)
"""Events that end it. The pointer may move meanwhile, but must rest for it to begin."""


class Idle(QObject):
    """Has one document generate ahead, and stops it. GUI thread."""

    def __init__(
        self,
        document: Document,
        navigator: Navigator,
        panes: ComparePanes,
        window: QWidget,
        busy: Callable[[], bool],
        parent: QObject,
    ) -> None:
        """Wait for the first view that is refined.

        Args:
            window: The window whose input counts.
            busy: Returns whether any work is under way besides that of documents.
        """
        super().__init__(parent)
        self._document, self._navigator, self._panes = document, navigator, panes
        self._window, self._busy = window, busy
        self._wanted = True
        self._watched: QWindow | None = None
        self._refined = False
        self._view: View | None = None
        self._pan = (0.0, 0.0)
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(IDLE_MS)
        self._wait.timeout.connect(self._begin)
        self._connections = Connections()
        self._connections.add(navigator.gesture_started, self._on_gesture)
        self._connections.add(navigator.settled, self._on_settled)
        self._connections.add(document.refined, self._on_refined)
        self._connections.add(document.stopped, self._on_gesture)

    def close(self) -> None:
        """Stop permanently."""
        self._document.ahead.stop()
        self._wait.stop()
        self._connections.close()
        # Drawing with OpenGL gives the window another native one.
        if self._watched is not None and isValid(self._watched):
            self._watched.removeEventFilter(self)

    @Slot(bool)
    def set_wanted(self, wanted: bool) -> None:
        """Generate ahead from now on, or never."""
        self._wanted = wanted
        self.disturb()

    @Slot()
    def disturb(self) -> None:
        """Stop because of input, and wait again."""
        self._document.ahead.stop()
        if self._refined and self._wanted:
            self._wait.start()
        else:
            self._wait.stop()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stop at input to the window and wait again; every event is passed on."""
        kind = event.type()
        if kind in INPUT:
            if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
                self._refined = False  # no more of it in this view
            self.disturb()
        elif kind == QEvent.Type.MouseMove and self._refined and not self._document.ahead.running:
            self.disturb()
        return False

    @property
    def _quiet(self) -> bool:
        """Whether there is no work, no dialog and no motion."""
        document = self._document
        if not self._wanted or not self._refined or document.ahead.running:
            return False
        elsewhere = QApplication.activeModalWidget() or QApplication.activePopupWidget()
        seen = self._window.isVisible() and not self._window.isMinimized()
        working = document.working or self._panes.mode is not None or self._busy()
        return seen and elsewhere is None and self._navigator.at_rest and not working

    @Slot()
    def _begin(self) -> None:
        if self._quiet:
            pane, drafts = self._panes.generated, self._panes.shows_drafts
            place = pointed_place(pane)
            self._document.draw_ahead(pane.view.upright, place.x(), place.y(), self._pan, drafts)
        elif self._refined and not self._document.ahead.running:
            self._wait.start()  # for an export to end, say, or a dialog to be closed

    @Slot()
    def _on_gesture(self) -> None:
        """Begin no more until a view is refined again."""
        self._refined = False
        self._wait.stop()

    @Slot()
    def _on_settled(self) -> None:
        """Keep the direction of the last pan."""
        view = self._panes.generated.view.upright
        shift = None if self._view is None else view.shift_from(self._view)
        if shift != (0, 0):
            self._pan = (0.0, 0.0) if shift is None else (float(shift[0]), float(shift[1]))
        self._view = view

    @Slot()
    def _on_refined(self) -> None:
        self._refined = True
        handle = self._window.windowHandle()
        if handle is not None and handle is not self._watched:
            self._watched = handle
            handle.installEventFilter(self)
        if self._wanted:
            self._wait.start()
