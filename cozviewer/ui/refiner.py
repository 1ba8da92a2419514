"""The refine loop: brings what a layer shows of a document to the detail that its view needs.

A gesture interrupts the work, a pause in it requests a draft, and a view at rest is refined. When
the document has finished or was stopped, the layer composes its exact frame. If tiles turn out to
be lost then, the view is refined again.
"""

from dataclasses import replace

from PySide6.QtCore import QObject, Signal, Slot

from cozviewer.jobs.document import Document
from cozviewer.jobs.frame_composer import ComposedFrame, FrameRequest
from cozviewer.ui.connections import Connections
from cozviewer.ui.view.canvas import Canvas
from cozviewer.ui.view.layer import Layer
from cozviewer.ui.view.navigator import Navigator
from cozviewer.ui.view.pointer import pointed_place

MOST_REPAIRS = 2
"""How often tiles that are lost are made again for one view: with a cache smaller than the view
they would be lost again and again."""


class Refiner(QObject):
    """Refines one shown image. All methods are for the GUI thread.

    Attributes:
        document: What is refined.
        layer: Where the image is shown; None while it is hidden, and then nothing is generated.
        drafts: Whether a draft is drawn before a view is refined.
        complete: Whether the present view has all the tiles that it needs.

    Signals:
        interrupted: A gesture began, and work on the view before is stale.
        began: A view at rest is being refined, or left alone while the image is hidden.
        refined: The view has all the tiles that it needs.
        stopped: Work on the view ended before that, on request or because of an error.
    """

    interrupted = Signal()
    began = Signal()
    refined = Signal()
    stopped = Signal()

    def __init__(
        self, navigator: Navigator, document: Document, pane: Canvas, parent: QObject
    ) -> None:
        """Wait for `refine`; gestures interrupt the document from now on.

        Args:
            pane: The pane that drafts are drawn for, from its pointer outwards.
        """
        super().__init__(parent)
        self.document = document
        self.layer: Layer | None = None
        self.drafts = False
        self.complete = False
        self._again = False
        self._repairs = 0
        self._navigator, self._pane = navigator, pane
        self._connections = Connections()
        self._connections.add(navigator.gesture_started, self.interrupt)
        self._connections.add(navigator.paused, self.draw_draft)
        self._connections.add(document.refined, self._on_refined)
        self._connections.add(document.stopped, self._on_stopped)
        self._connections.add(document.composed, self._on_composed)

    @Slot()
    def interrupt(self) -> None:
        """Make the work on the present view stale."""
        self.document.interrupt()
        self.complete = self._again = False
        self._repairs = 0
        self.interrupted.emit()

    @Slot()
    def refine(self) -> None:
        """Refine the view once it is at rest; interrupt the document while the image is hidden.

        Work in progress continues: it is for the same camera, as every gesture ends it. What
        the view lacks after that, because its pane is larger than it was, is generated then.
        """
        if not self._navigator.at_rest:
            return
        self.complete = False
        self.began.emit()
        if self.layer is None:
            self.document.interrupt()
        elif self.document.view_work.working:
            self._again = True
        else:
            self.draw_draft()
            self.document.refine(self.layer.view)

    @Slot()
    def draw_draft(self) -> None:
        """Request a draft of the view, or of the one that the camera glides to."""
        if self.drafts and self.layer is not None:
            view = replace(self._pane.view.upright, camera=self._navigator.goal)
            place = pointed_place(self._pane)
            self.document.draw_draft(view, place.x(), place.y())

    def close(self) -> None:
        """Follow neither the camera nor the document any more."""
        self._connections.close()

    @Slot()
    def _on_refined(self) -> None:
        if self._again:
            self._again = False
            self.refine()
            return
        self.complete = True
        if self.layer is not None:
            self.layer.finish(final=True)
        self.refined.emit()

    @Slot()
    def _on_stopped(self) -> None:
        self._again = False
        if self.layer is not None:
            self.layer.finish(final=False)
        self.stopped.emit()

    @Slot(object, object)
    def _on_composed(self, request: FrameRequest, frame: ComposedFrame) -> None:
        """Refine the view again if tiles were lost after it was found complete."""
        if frame.complete or not self.complete or self.layer is None:
            return
        stale = request.cancelled.is_set() or request.older or request.view != self.layer.view
        if not stale and self._repairs < MOST_REPAIRS:
            self._repairs += 1
            self.refine()
