"""When something is drawn ahead: the view has all that it needs, and nobody does anything.

Every input to the window ends it at once, mostly before the input itself is dealt with. What is
drawn is found by `jobs.ahead`.
"""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent, QWindow
from PySide6.QtWidgets import QApplication, QWidget

from cozviewer.jobs.document import Document
from cozviewer.pyramid.camera import View
from cozviewer.ui.compare.panes import ComparePanes
from cozviewer.ui.view.navigator import Navigator
from cozviewer.ui.view.pointer import pointed_place

IDLE_MS = 1500
"""Without any input for so long, and with nothing to do, drawing ahead begins."""

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
"""What ends it. The pointer may move meanwhile, but it begins only when that rests."""


class Idle(QObject):
    """Lets a document draw ahead, and stops it.

    Signals:
        began: something is being drawn ahead.
        ended: that is over.
    """

    began = Signal()
    ended = Signal()

    def __init__(
        self,
        window: QWidget,
        navigator: Navigator,
        panes: ComparePanes,
        busy: Callable[[], bool],
    ) -> None:
        """Watch a window.

        Args:
            window: Whose input counts.
            busy: Tells whether anything is under way besides the work of documents.
        """
        super().__init__(window)
        self._window, self._navigator, self._panes, self._busy = window, navigator, panes, busy
        self._wanted = True
        self._document: Document | None = None
        self._watched: QWindow | None = None
        self._refined = False
        self._view: View | None = None
        self._pan = (0.0, 0.0)
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(IDLE_MS)
        self._wait.timeout.connect(self._begin)
        navigator.gesture_started.connect(self._on_gesture)
        navigator.settled.connect(self._on_settled)

    def set_wanted(self, wanted: bool) -> None:
        """Draw ahead from now on, or never."""
        self._wanted = wanted
        self.disturb()

    def set_document(self, document: Document | None) -> None:
        """Draw ahead for another document, or for none."""
        if self._document is not None:
            self._document.ahead.stop()
            self._document.refined.disconnect(self._on_refined)
            self._document.stopped.disconnect(self._on_gesture)
            self._document.ahead.began.disconnect(self.began)
            self._document.ahead.ended.disconnect(self.ended)
        self._document = document
        self._refined = False
        self._view, self._pan = None, (0.0, 0.0)
        if document is not None:
            document.refined.connect(self._on_refined)
            document.stopped.connect(self._on_gesture)
            document.ahead.began.connect(self.began)
            document.ahead.ended.connect(self.ended)

    @Slot()
    def disturb(self) -> None:
        """Stop, as somebody does something, and wait anew."""
        if self._document is not None:
            self._document.ahead.stop()
        if self._refined and self._wanted:
            self._wait.start()
        else:
            self._wait.stop()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stop at input to the window, and wait anew; take nothing."""
        kind = event.type()
        if kind in INPUT:
            if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
                self._refined = False  # no more of it in this view
            self.disturb()
        elif kind == QEvent.Type.MouseMove and self._refined and not self._running:
            self.disturb()
        return False

    @property
    def _running(self) -> bool:
        return self._document is not None and self._document.ahead.running

    @property
    def _quiet(self) -> bool:
        """Whether there is nothing to do and nobody at work."""
        document = self._document
        if document is None or not self._wanted or not self._refined or self._running:
            return False
        elsewhere = QApplication.activeModalWidget() or QApplication.activePopupWidget()
        seen = self._window.isVisible() and not self._window.isMinimized()
        working = document.working or self._panes.mode is not None or self._busy()
        return seen and elsewhere is None and self._navigator.at_rest and not working

    @Slot()
    def _begin(self) -> None:
        if self._document is not None and self._quiet:
            pane, drafts = self._panes.generated, self._panes.shows_drafts
            place = pointed_place(pane)
            self._document.draw_ahead(pane.view, place.x(), place.y(), self._pan, drafts)
        elif self._refined and not self._running:
            self._wait.start()  # for an export to end, say, or a dialog to be closed

    @Slot()
    def _on_gesture(self) -> None:
        """Begin no more until a view is refined again."""
        self._refined = False
        self._wait.stop()

    @Slot()
    def _on_settled(self) -> None:
        """Remember which way the view went."""
        view = self._panes.generated.view
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
