"""The documents that panes show, and the order in which they are refined."""

from collections.abc import Mapping

from PySide6.QtCore import QObject, Signal, Slot

from cozviewer.config.choice import EngineChoice
from cozviewer.jobs.document import Document
from cozviewer.ui.compare.compared_images import Result
from cozviewer.ui.connections import Connections
from cozviewer.ui.refiner import Refiner
from cozviewer.ui.view.canvas import Canvas
from cozviewer.ui.view.layer import Layer
from cozviewer.ui.view.navigator import Navigator
from cozviewer.ui.view.tiles.tile_cache import TileCache


class ShownImage(QObject):
    """A document with what belongs to showing it.

    Attributes:
        document: The image.
        choice: The engine and settings that it is generated with.
        tiles: Its tiles in memory, shared by all layers that show it.
        refiner: Its refine loop.
        generating: Whether detail that its view lacks is being generated.

    Signals:
        worked: `generating` has changed.
    """

    worked = Signal()

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
            parent: The parent.
        """
        super().__init__(parent)
        self.document, self.choice = document, choice
        self.generating = False
        source = document.source
        self.tiles = TileCache(source.coarsest, in_memory=source.levels.in_memory)
        self.refiner = Refiner(navigator, document, pane, self)
        self._connections = Connections()
        self._connections.add(document.view_work.progressed, self._on_progress)
        for ended in (self.refiner.refined, self.refiner.stopped, self.refiner.interrupted):
            self._connections.add(ended, self._on_end)

    @property
    def result(self) -> Result:
        """What it is generated with."""
        upscaler = self.document.chain.upscaler
        return Result(upscaler.name, self.choice, upscaler.generative, self.generating)

    @property
    def working(self) -> bool:
        """Whether detail for its present view is being generated."""
        return self.document.view_work.working

    def close(self) -> None:
        """End the refine loop; the document itself stays open."""
        self._connections.close()
        self.refiner.close()
        self.deleteLater()

    @Slot()
    def _on_progress(self) -> None:
        if not self.generating:
            self.generating = True
            self.worked.emit()

    @Slot()
    def _on_end(self) -> None:
        if self.generating:
            self.generating = False
            self.worked.emit()


class ShownImages(QObject):
    """The open image, and those on the same source that are generated with other settings.

    They are refined one after the other, because together they would compete for the cores: the
    open image first. Work in progress continues when they are shown in other panes. GUI thread.

    Attributes:
        main: The open image; None while there is none.
        others: The others by their settings.

    Signals:
        changed: There is another image with other settings, or one less.
        worked: An image is being generated, or not any more.
    """

    changed = Signal()
    worked = Signal()

    def __init__(self, navigator: Navigator, pane: Canvas, parent: QObject) -> None:
        """Hold no image yet.

        Args:
            pane: See `Refiner`.
        """
        super().__init__(parent)
        self.main: ShownImage | None = None
        self.others: dict[EngineChoice, ShownImage] = {}
        self._navigator, self._pane = navigator, pane
        self._queue: list[ShownImage] = []

    def set_main(self, document: Document, choice: EngineChoice) -> ShownImage:
        """Take a document as the open image instead of the previous one, with no others."""
        self.clear()
        self.main = ShownImage(document, choice, self._navigator, self._pane, self)
        self.main.refiner.refined.connect(self._refine_next)
        self.main.worked.connect(self.worked)
        return self.main

    def clear(self) -> None:
        """Drop all images."""
        for image in self._all():
            image.close()
        self.main, self._queue = None, []
        self.others.clear()

    def add(self, document: Document, choice: EngineChoice) -> None:
        """Take a document that is generated with other settings, which has no image yet."""
        image = ShownImage(document, choice, self._navigator, self._pane, self)
        image.refiner.refined.connect(self._refine_next)
        image.refiner.stopped.connect(self._refine_next)
        image.worked.connect(self.worked)
        self.others[choice] = image
        self.changed.emit()

    def remove(self, choice: EngineChoice) -> None:
        """Drop the document with these settings, if there is one."""
        image = self.others.pop(choice, None)
        if image is not None:
            self._queue = [each for each in self._queue if each is not image]
            image.close()
            self.changed.emit()

    def place(self, layers: Mapping[ShownImage, Layer]) -> None:
        """Refine the images that are shown in these layers from now on. What is under way for them
        continues; work for images that are hidden ends if others need generating."""
        moved = self.main is not None and layers.get(self.main) is not self.main.refiner.layer
        for image in self._all():
            image.refiner.layer = layers.get(image)
        for other in self.others.values():
            if other.refiner.layer is None and other.working:
                other.document.interrupt()
        main = self.main
        self._queue = self._shown_others()
        if main is not None and main.working:
            if main.refiner.layer is not None or not self._queue:
                return  # the others follow
            main.document.interrupt()
        if main is not None and main.refiner.layer is not None and moved:
            main.refiner.refine()
        elif not any(other.working for other in self.others.values()):
            self._refine_next()

    def refine(self) -> None:
        """Refine the view if it is at rest: the open image, where it is shown, comes first."""
        self._queue = self._shown_others()
        if self.main is not None:
            self.main.refiner.refine()
        if self.main is None or self.main.refiner.layer is None:
            self._refine_next()  # otherwise they follow when it has all that it needs

    def stop_others(self) -> None:
        """Stop generating for all but the open image."""
        self._queue = []
        for other in self.others.values():
            other.document.stop()

    def _all(self) -> list[ShownImage]:
        return [*([] if self.main is None else [self.main]), *self.others.values()]

    def _shown_others(self) -> list[ShownImage]:
        return [other for other in self.others.values() if other.refiner.layer is not None]

    @Slot()
    def _refine_next(self) -> None:
        """Refine the next image with other settings."""
        if self._queue and self._navigator.at_rest:
            other = self._queue.pop(0)
            other.document.warm()
            other.refiner.refine()
