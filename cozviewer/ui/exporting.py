"""Export in the window: the dialog, the work, and what is said when it ends."""

from pathlib import Path

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QWidget

from cozviewer.jobs.document import Document
from cozviewer.jobs.export_job import Export
from cozviewer.ui.banner import Banner
from cozviewer.ui.canvas import Canvas
from cozviewer.ui.export_dialog import ExportDialog
from cozviewer.ui.readout import Readout


class Exporting(QObject):
    """Asks what to save of a pane's view, and has the document save it in the background."""

    def __init__(self, canvas: Canvas, readout: Readout, banner: Banner, window: QWidget) -> None:
        super().__init__(window)
        self._canvas, self._readout, self._banner, self._window = canvas, readout, banner, window
        self._document: Document | None = None

    def set_document(self, document: Document) -> None:
        """Save from this document from now on; one before it still tells how its export ends."""
        self._document = document
        document.exported.connect(self._on_exported)
        document.export_ended.connect(self._on_ended)

    def ask(self) -> None:
        """Ask what to save."""
        if self._document is None:
            return
        path = self._document.source.path
        folder = Path.home() if path is None else path.parent
        dialog = ExportDialog(self._document.chain, self._canvas.view, folder, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.wanted.connect(self._document.export)
        dialog.open()

    @Slot(object)
    def _on_exported(self, request: Export) -> None:
        self._banner.tell(f"Saved {request.path}.")
        self._readout.show_note("")

    @Slot(object, str)
    def _on_ended(self, request: Export, sentence: str) -> None:
        self._readout.show_note("")
        if sentence:
            self._banner.warn(sentence)
        else:
            self._banner.tell(f"Export stopped; {request.path.name} was not written.")
