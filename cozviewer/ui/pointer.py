"""What lies under the mouse pointer: the place, and where its pixels come from."""

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QMouseEvent

from cozviewer.jobs.document import Document
from cozviewer.overlays import origin_mark
from cozviewer.pyramid.camera import View
from cozviewer.pyramid.origins import Patch, patch_at
from cozviewer.pyramid.wording import place_text
from cozviewer.ui.canvas import Canvas

PAUSE_MS = 60
"""Between two looks, so that a fast mouse costs the picture nothing."""


class Pointer(QObject):
    """An event filter on one pane; it takes no event away.

    Signals:
        told: (str) what lies there now; "" for nothing that could be told.
    """

    told = Signal(str)

    def __init__(self, pane: Canvas, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pane = pane
        self._document: Document | None = None
        self._silent = False
        self._place: QPointF | None = None
        self._look = QTimer(self)
        self._look.setSingleShot(True)
        self._look.setInterval(PAUSE_MS)
        self._look.timeout.connect(self._tell)
        pane.installEventFilter(self)
        pane.changed.connect(self._on_changed)

    def set_document(self, document: Document | None) -> None:
        """Look at another document, or at none."""
        self._document = document
        self._on_changed()

    def set_silent(self, silent: bool) -> None:
        """Tell nothing, or what lies there again."""
        self._silent = silent
        self._on_changed()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Note where the pointer is; while it drags, nothing is told."""
        kind = event.type()
        if kind == QEvent.Type.MouseMove and isinstance(event, QMouseEvent):
            held = event.buttons() != Qt.MouseButton.NoButton
            self._place = None if held else event.position()
            self._on_changed()
        elif kind == QEvent.Type.Leave:
            self._place = None
            self._on_changed()
        return False

    @Slot()
    def _on_changed(self) -> None:
        if not self._look.isActive():
            self._look.start()

    @Slot()
    def _tell(self) -> None:
        place, document = self._place, self._document
        if place is None or document is None or self._pane.compared or self._silent:
            self.told.emit("")
            return
        ratio = self._pane.devicePixelRatioF()
        x, y = place.x() * ratio, place.y() * ratio
        view, pyramid = self._pane.view, document.chain.pyramid
        patch = patch_at(pyramid, view, int(x), int(y), self._pane.layer.finest)
        if patch is None:
            self.told.emit("")
            return
        steps = {} if patch.made_from is None else pyramid.steps_of([patch.made_from])
        words = next((step.prompt for step in steps.values()), "")
        maker = document.chain.upscaler
        self.told.emit(pointed_text(view, x, y, patch, maker.name, maker.generative, words))


def pointed_text(
    view: View, view_x: float, view_y: float, patch: Patch, maker: str, generative: bool, words: str
) -> str:
    """Return "812.4, 340.1 · Generated at step 2, ×16, by Real-ESRGAN".

    Args:
        view_x, view_y: The place in view pixels.
        patch: What lies there.
        maker: Name of the upscaler.
        generative: Whether it invents detail.
        words: The prompt of the step that made it, or "".
    """
    place = place_text(view.camera, view_x - view.width / 2, view_y - view.height / 2)
    text = f"{place} · {origin_mark(view, patch, generative).text}"
    if patch.level > 0:
        text += f", by {maker}" if generative else f" ({maker.lower()})"
    return f"{text} · told “{words}”" if words else text
