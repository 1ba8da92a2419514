"""One document as the panes show it."""

from PySide6.QtCore import QObject

from cozviewer.config.choice import EngineChoice
from cozviewer.jobs.document import Document
from cozviewer.ui.refiner import Refiner
from cozviewer.ui.view.canvas import Canvas
from cozviewer.ui.view.navigator import Navigator
from cozviewer.ui.view.tile_cache import TileCache


class ShownImage:
    """A document with what belongs to showing it.

    Attributes:
        document: The image.
        choice: The engine and settings that it is generated with.
        tiles: Its tiles in memory, shared by all layers that show it.
        refiner: Its refine loop.
    """

    def __init__(
        self,
        document: Document,
        choice: EngineChoice,
        navigator: Navigator,
        pane: Canvas,
        parent: QObject,
    ) -> None:
        """Prepare a document to be shown.

        Args:
            pane: See `Refiner`.
            parent: The parent of the refiner.
        """
        self.document, self.choice = document, choice
        self.tiles = TileCache(document.source.coarsest)
        self.refiner = Refiner(navigator, document, pane, parent)

    @property
    def name(self) -> str:
        """The name of the upscaler."""
        return self.document.chain.upscaler.name

    def close(self) -> None:
        """End the refine loop; the document itself stays open."""
        self.refiner.close()
        self.refiner.deleteLater()
