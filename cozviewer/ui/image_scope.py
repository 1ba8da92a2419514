"""The scope of an open image: made with its document, and closed with it."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from cozviewer.config.choice import EngineChoice
from cozviewer.image.source import Source
from cozviewer.jobs.document import Document
from cozviewer.ui.compare.blind_test.blind import Blind
from cozviewer.ui.compare.paint import Mode
from cozviewer.ui.connections import Connections
from cozviewer.ui.idle import Idle
from cozviewer.ui.status.image_status import ImageStatus
from cozviewer.ui.window_parts import WindowParts

WARM_DELAY_MS = 50
"""From the first paint to the loading of the engine, whose import stalls the event loop: the frame
must reach the screen before."""


class ImageScope(QObject):
    """A document, and the objects that work on it while it is the open one. GUI thread.

    Attributes:
        document: The open image.
        choice: The engine and settings that it is generated with.
        status: Its status line.
        refiner: Its refine loop.
        idle: Has it generate ahead.
        blind: Its blind comparisons.

    Signals:
        warmed: (str, list[str]) As `Document.warmed`, while the image is open.
    """

    warmed = Signal(str, object)

    def __init__(
        self,
        document: Document,
        choice: EngineChoice,
        parts: WindowParts,
        busy: Callable[[], bool],
    ) -> None:
        """Show a document in the window.

        Args:
            busy: Returns whether anything is being opened or saved.
        """
        super().__init__(parts.window)
        self.document, self.choice = document, choice
        self._parts = parts
        navigator, panes = parts.navigator, parts.panes
        document.failed.connect(parts.banner.warn)  # of work that ends after the image is closed
        self.refiner = panes.show_document(document, choice)
        self.status = ImageStatus(self.refiner, navigator, panes, parts.readout, self)
        self.idle = Idle(document, navigator, panes, parts.window, busy, self)
        self.idle.set_wanted(parts.engine_menu.ahead)
        self.blind = Blind(document.source, navigator, panes, parts.blind_bar, parts.banner, self)
        parts.prompting.set_document(document)
        parts.exporting.set_document(document, choice)
        parts.info.set_document(document)
        parts.toning.set_document(document)
        parts.upscaling.set_document(document)
        parts.scales.set_image(document.image)
        self._connections = Connections()
        self._connect()

    def _connect(self) -> None:
        parts, connect = self._parts, self._connections.add
        connect(self.document.warmed, self.warmed)
        connect(parts.panes.generated.painted, self._on_painted)
        connect(parts.prompting.refine_wanted, parts.panes.refine)
        connect(parts.engine_menu.ahead_wanted, self.idle.set_wanted)
        connect(parts.engine_menu.drafts_wanted, self.status.show_view)
        for action in parts.actions.values():  # a key that is a shortcut reaches no event filter
            connect(action.triggered, self.idle.disturb)
        connect(parts.compare_menu.blind_wanted, self.blind.ask)
        connect(parts.compare_menu.chosen, self.blind.on_compared)
        connect(self.blind.begun, self._on_blind_begun)
        connect(self.blind.ended, self._on_blind_ended)

    @property
    def source(self) -> Source:
        """The photo."""
        return self.document.source

    def close(self) -> None:
        """Let go of the document, which the caller closes."""
        self.idle.close()
        self.blind.close()
        self.status.close()
        self._parts.prompting.set_document(None)
        self._parts.info.set_document(None)
        self._connections.close()

    @Slot()
    def _on_painted(self) -> None:
        QTimer.singleShot(WARM_DELAY_MS, self.document, self.document.warm)

    @Slot()
    def _on_blind_begun(self) -> None:
        self._parts.overlays.set_blind(True)
        if self._parts.panes.mode is not Mode.SIDE:
            self._parts.compare_menu.compare_side_by_side()
        self._parts.comparing.set_blind(True)

    @Slot()
    def _on_blind_ended(self) -> None:
        self._parts.overlays.set_blind(False)
        self._parts.comparing.set_blind(False)
