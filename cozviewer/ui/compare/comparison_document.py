"""A second document on the open photo, generated with other settings, for comparisons."""

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from cozviewer.chain.chain import Chain
from cozviewer.config.choice import EngineChoice
from cozviewer.jobs.document import Document
from cozviewer.session.pyramids import session_pyramid
from cozviewer.session.session import SessionPyramid
from cozviewer.session.source import OpenedImage
from cozviewer.ui.compare.panes import ComparePanes
from cozviewer.ui.opening import Opening
from cozviewer.ui.services import Services


class ComparisonDocument(QObject):
    """Opens the second document and hands it to the panes. It has a pyramid and threads of its own.

    Signals:
        failed: (str) One sentence.
        retired: (Document) This one is to be closed.
    """

    failed = Signal(str)
    retired = Signal(object)

    def __init__(self, services: Services, panes: ComparePanes, window: QWidget) -> None:
        super().__init__(window)
        self._services = services
        self._panes = panes
        self._choice: EngineChoice | None = None
        self._image: OpenedImage | None = None
        self._document: Document | None = None
        self._opening = Opening(services.open_chain, window)
        self._opening.opened.connect(self._on_opened)
        self._opening.failed.connect(self.failed)
        self._opening.noticed.connect(self.failed)

    @property
    def session_pyramid(self) -> SessionPyramid | None:
        """Its pyramid as a session saves it, if there is one."""
        if self._document is None or self._choice is None:
            return None
        return session_pyramid(self._document.chain, self._choice, self._document.image.session)

    def set_image(self, image: OpenedImage) -> None:
        """Compare on another photo, with the settings that were chosen last."""
        self._image = image
        self._retire()
        if self._choice is not None:
            self._opening.switch(image, self._choice)

    @Slot(object)
    def choose(self, choice: EngineChoice) -> None:
        """Compare with other settings."""
        if choice == self._choice and self._document is not None:
            return
        self._choice = choice
        self._retire()
        if self._image is not None:
            self._opening.switch(self._image, choice)

    def close(self) -> None:
        """End the thread that opens; the document is retired."""
        self._retire()
        self._opening.close()

    def _retire(self) -> None:
        if self._document is not None:
            self._panes.hide_other()
            document, self._document = self._document, None
            self.retired.emit(document)

    @Slot(object, object, object)
    def _on_opened(self, choice: EngineChoice, image: OpenedImage, chain: Chain) -> None:
        self._retire()
        document = Document(chain, self._services.for_comparisons, session=image.session)
        document.failed.connect(self.failed)
        self._document = document
        self._panes.show_other(document, choice)
