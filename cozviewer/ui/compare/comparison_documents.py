"""More documents on the open photo, generated with other settings, for comparisons."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from cozviewer.chain.chain import Chain
from cozviewer.config.choice import EngineChoice
from cozviewer.jobs.document import Document
from cozviewer.session.pyramids import session_pyramid
from cozviewer.session.session import SessionPyramid
from cozviewer.session.source import OpenedImage
from cozviewer.ui.compare.shown_image import ShownImages
from cozviewer.ui.opening import Opening
from cozviewer.ui.services import Services


class ComparisonDocuments(QObject):
    """Opens them one after the other and passes them to `ShownImages`. Each has a pyramid and
    threads of its own, and is closed when it is not compared any more: there are at most as many as
    there are panes in a grid, and one for the other settings that were chosen last.

    Signals:
        failed: (str) One sentence.
        retired: (Document) This one is to be closed.
    """

    failed = Signal(str)
    retired = Signal(object)

    def __init__(self, services: Services, images: ShownImages, window: QWidget) -> None:
        super().__init__(window)
        self._services = services
        self._images = images
        self._choice: EngineChoice | None = None
        self._grid: tuple[EngineChoice, ...] = ()
        self._image: OpenedImage | None = None
        self._open: dict[EngineChoice, Document] = {}
        self._under_way: EngineChoice | None = None
        self._unusable: set[EngineChoice] = set()
        self._opening = Opening(services.open_chain, window)
        self._opening.opened.connect(self._on_opened)
        self._opening.failed.connect(self._on_failed)
        self._opening.noticed.connect(self.failed)

    @property
    def session_pyramid(self) -> SessionPyramid | None:
        """The pyramid of the other settings that were chosen last, as a session saves it, if there
        is one."""
        document = None if self._choice is None else self._open.get(self._choice)
        if document is None or self._choice is None:
            return None
        return session_pyramid(document.chain, self._choice, document.image.session)

    def set_image(self, image: OpenedImage) -> None:
        """Compare on another photo, with the same settings."""
        self._image, self._under_way = image, None
        self._unusable.clear()
        for choice in [*self._open]:
            self._retire(choice)
        self._open_next()

    @Slot(object)
    def choose(self, choice: EngineChoice) -> None:
        """Compare with other settings."""
        self._choice = choice
        self._update()

    def set_grid(self, choices: Sequence[EngineChoice]) -> None:
        """Compare with the settings of a grid as well; none when the grid is left."""
        self._grid = tuple(choices)
        self._update()

    def close(self) -> None:
        """End the thread that opens; the documents are retired."""
        for choice in [*self._open]:
            self._retire(choice)
        self._opening.close()

    @property
    def _wanted(self) -> list[EngineChoice]:
        """The settings that are compared, without duplicates."""
        chosen = () if self._choice is None else (self._choice,)
        return [*dict.fromkeys((*self._grid, *chosen))]

    def _update(self) -> None:
        """Close what is not wanted any more, and open what is."""
        wanted = self._wanted
        self._unusable.clear()
        for choice in [*self._open]:
            if choice not in wanted:
                self._retire(choice)
        if self._under_way not in wanted:
            self._under_way = None
        self._open_next()

    def _open_next(self) -> None:
        if self._under_way is not None or self._image is None:
            return
        for choice in self._wanted:
            if choice not in self._open and choice not in self._unusable:
                self._under_way = choice
                self._opening.switch(self._image, choice)
                return

    def _retire(self, choice: EngineChoice) -> None:
        self._images.remove(choice)
        self.retired.emit(self._open.pop(choice))

    @Slot(object, object, object)
    def _on_opened(self, choice: EngineChoice, image: OpenedImage, chain: Chain) -> None:
        wanted, self._under_way = self._under_way, None
        if wanted is None:  # it is not compared any more
            chain.pyramid.store.close()
            return
        document = Document(chain, self._services.for_comparisons, session=image.session)
        document.failed.connect(self.failed)
        self._open[wanted] = document
        self._images.add(document, wanted)
        self._open_next()

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        if self._under_way is not None:
            self._unusable.add(self._under_way)
            self._under_way = None
        self.failed.emit(sentence)
        self._open_next()
