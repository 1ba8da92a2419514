"""The picture area: one pane, or two side by side that move as one."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QWidget

from cozviewer.jobs.document import Document
from cozviewer.jobs.opener import Preview
from cozviewer.ui.canvas import Canvas
from cozviewer.ui.navigator import Navigator
from cozviewer.ui.tile_cache import TileCache


class ComparePanes(QSplitter):
    """The generated picture, and beside it on request the bicubic one.

    Both panes look through the same camera and share the tiles of the source.

    Attributes:
        generated: Shows all levels.
        bicubic: Shows the source alone, interpolated; hidden unless `comparing`.
    """

    def __init__(self, navigator: Navigator, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setHandleWidth(3)
        self.setChildrenCollapsible(False)
        self.generated = Canvas(navigator)
        self.bicubic = Canvas(navigator, finest=0)
        self.bicubic.label = "Bicubic, from the source pixels"
        self.addWidget(self.generated)
        self.addWidget(self.bicubic)
        self.setStretchFactor(0, 1)
        self.setStretchFactor(1, 1)
        self.bicubic.hide()
        self._document: Document | None = None
        self._tiles: TileCache | None = None

    @property
    def comparing(self) -> bool:
        """Whether both panes are shown."""
        return not self.bicubic.isHidden()

    def set_comparing(self, comparing: bool) -> None:
        """Show one pane or two."""
        if comparing == self.comparing:
            return
        self.bicubic.set_document(*((self._document, self._tiles) if comparing else (None, None)))
        self.bicubic.setVisible(comparing)
        if comparing:
            half = self.width() // 2
            self.setSizes([half, half])
        self._name_panes()

    def set_preview(self, preview: Preview | None) -> None:
        """Show a small version until the picture itself is read."""
        self.generated.set_preview(preview)
        if self.comparing:
            self.bicubic.set_preview(preview)

    def set_document(self, document: Document | None) -> None:
        """Show a document in all panes."""
        self._document = document
        self._tiles = None if document is None else TileCache(document.source.coarsest)
        self.generated.set_document(document, self._tiles)
        if self.comparing:
            self.bicubic.set_document(document, self._tiles)
        self._name_panes()

    def _name_panes(self) -> None:
        maker = "" if self._document is None else self._document.chain.upscaler.name
        self.generated.label = maker if self.comparing else ""
        self.generated.update()
