"""The picture area: one pane, two side by side that move as one, or two pictures in one pane."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QSplitter, QWidget

from cozviewer.jobs.document import Document
from cozviewer.jobs.opener import Preview
from cozviewer.pyramid.compose import Kernel
from cozviewer.pyramid.pixels import Rgb8
from cozviewer.pyramid.wording import magnification_text
from cozviewer.ui.canvas import Canvas
from cozviewer.ui.compare_paint import GAINS, Mode, Over
from cozviewer.ui.layer import Layer
from cozviewer.ui.navigator import Navigator
from cozviewer.ui.tile_cache import TileCache


@dataclass(frozen=True)
class Side:
    """What the generated picture is compared with.

    Attributes:
        title: What people read.
        kernel: How the source is interpolated; None for another engine's pyramid.
    """

    title: str
    kernel: Kernel | None = None


SOURCES = (
    Side("Source, bicubic", "bicubic"),
    Side("Source, Lanczos", "lanczos"),
    Side("Source, nearest", "nearest"),
)

ANOTHER = Side("Another engine")


class ComparePanes(QSplitter):
    """The generated picture, and what it is compared with on request.

    All look through the same camera; those of one document share its tiles.

    Attributes:
        generated: Shows all levels.
        beside: The second pane, hidden unless the mode is SIDE.
    """

    def __init__(self, navigator: Navigator, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setHandleWidth(3)
        self.setChildrenCollapsible(False)
        self._navigator = navigator
        self.generated = Canvas(navigator)
        self.beside = Canvas(navigator)
        self._on_top = Layer(navigator, lambda: self.generated.view, self.generated)
        self._on_top.updated.connect(self.generated.update)
        for pane in (self.generated, self.beside):
            self.addWidget(pane)
            self.setStretchFactor(self.indexOf(pane), 1)
        self.beside.hide()
        self.generated.installEventFilter(self)
        self._document: Document | None = None
        self._tiles: TileCache | None = None
        self._other: Document | None = None
        self._other_tiles: TileCache | None = None
        self._mode: Mode | None = None
        self._side = SOURCES[0]
        self._over: Over | None = None
        self._veiled = False
        navigator.moved.connect(self._name_panes)
        navigator.gesture_started.connect(self._leave_other)

    @property
    def mode(self) -> Mode | None:
        """How two pictures are compared; None while there is one."""
        return self._mode

    @property
    def side(self) -> Side:
        """What the generated picture is compared with, or would be."""
        return self._side

    @property
    def over(self) -> Over | None:
        """The picture over the generated one, in the modes that have it in one pane."""
        return self._over

    def compare(self, mode: Mode | None, side: Side) -> None:
        """Compare in a way, with a side; None shows the generated picture alone."""
        if (mode, side) == (self._mode, self._side):
            return
        self._mode, self._side = mode, side
        self._show_sides()

    def veil(self, *, swapped: bool) -> None:
        """Show both sides unnamed, as A (left) and B, until `unveil`.

        Args:
            swapped: Whether the generated picture stands on the right.
        """
        self._veiled = True
        self.insertWidget(1 if swapped else 0, self.generated)
        self._name_panes()

    def unveil(self) -> None:
        """Name both sides again, and put the generated picture back to the left."""
        self._veiled = False
        self.insertWidget(0, self.generated)
        self._name_panes()

    def veiled_names(self) -> tuple[str, str]:
        """Return what A and B really are."""
        names = self._makers()
        return names if self.indexOf(self.generated) == 0 else names[::-1]

    def picture(self) -> Rgb8 | None:
        """Return the comparison as it is seen, labels and all, (H, W, 3) uint8 in device pixels;
        None while one picture is shown alone. GUI thread."""
        if self._mode is None:
            return None
        panes = [self.generated]
        if self._mode is Mode.SIDE:
            panes = sorted([*panes, self.beside], key=self.indexOf)
        return np.concatenate([pane.picture() for pane in panes], axis=1)

    def set_preview(self, preview: Preview | None) -> None:
        """Show a small version until the picture itself is read."""
        self.generated.set_preview(preview)
        if self._mode is Mode.SIDE:
            self.beside.set_preview(preview)

    def set_document(self, document: Document | None) -> None:
        """Show a document. The other engine's, which was of the former one, is let go."""
        if self._document is not None:
            self._document.refined.disconnect(self._refine_other)
        self.set_other(None)
        self._document = document
        self._tiles = None if document is None else TileCache(document.source.coarsest)
        self.generated.set_document(document, self._tiles)
        if document is not None:
            document.refined.connect(self._refine_other)
        self._show_sides()

    def set_other(self, document: Document | None) -> None:
        """Have another engine's document on the same source at hand for ANOTHER."""
        if self._other is not None:
            self._other.refined.disconnect(self._on_other_refined)
            self._other.stopped.disconnect(self._on_other_stopped)
        self._other = document
        self._other_tiles = None if document is None else TileCache(document.source.coarsest)
        if document is not None:
            document.refined.connect(self._on_other_refined)
            document.stopped.connect(self._on_other_stopped)
        if self._side is ANOTHER:
            self._show_sides()
            self._refine_other()

    def hold(self, held: bool) -> None:
        """Show the second picture of BLINK, or the first one again."""
        if self._over is not None and self._over.mode is Mode.BLINK:
            self._over.held = held
            self.generated.update()

    def amplify(self, steps: int) -> None:
        """Amplify a DIFFERENCE more (steps > 0) or less."""
        if self._over is not None and self._over.mode is Mode.DIFFERENCE:
            place = GAINS.index(self._over.gain) + steps
            self._over.gain = GAINS[min(len(GAINS) - 1, max(0, place))]
            self.generated.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the cursor with the lens; take nothing."""
        if self._over is not None and self._over.mode is Mode.LENS:
            if isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseMove:
                self._over.at = event.position().toPoint()
                self.generated.update()
            elif event.type() == QEvent.Type.Leave:
                self._over.at = None
                self.generated.update()
        return False

    # -- sides -----------------------------------------------------------------------------------

    def _show_sides(self) -> None:
        """Give each layer its document, or none, and lay out the panes."""
        documents = (self._document, self._tiles)
        if self._side.kernel is None:
            documents = (self._other, self._other_tiles)
        beside = self._mode is Mode.SIDE
        on_top = self._mode is not None and not beside
        for layer, shown in ((self.beside.layer, beside), (self._on_top, on_top)):
            layer.finest = None if self._side.kernel is None else 0
            layer.kernel = self._side.kernel or "bicubic"
            layer.set_document(*(documents if shown else (None, None)))
            if shown and self._side.kernel is not None and self._navigator.at_rest:
                layer.finish(final=True)
        was_hidden = self.beside.isHidden()
        self.beside.setVisible(beside)
        if beside and was_hidden:
            self.setSizes([self.width() // 2] * 2)
        self._over = None
        if on_top and self._mode is not None:
            self._over = Over(
                self._on_top, self._mode, self._names, lambda: self.generated.curtain.position
            )
        self.generated.set_over(self._over)
        self._name_panes()

    def _names(self) -> tuple[str, str]:
        """Return what both sides are, with their magnification."""
        size = magnification_text(self._navigator.camera)
        if self._veiled:
            names = ("A", "B")
            return names if self.indexOf(self.generated) == 0 else names[::-1]
        maker, other = self._makers()
        return f"{maker} · {size}", f"{other} · {size}"

    def _makers(self) -> tuple[str, str]:
        """Return what draws the generated picture, and what the other."""
        maker = "" if self._document is None else self._document.chain.upscaler.name
        other = self._side.title
        if self._side.kernel is None and self._other is not None:
            other = self._other.chain.upscaler.name
        return maker, other

    @Slot()
    def _name_panes(self) -> None:
        if self._mode is Mode.SIDE:
            self.generated.label, self.beside.label = self._names()
            self.generated.update()
            self.beside.update()
        elif self.generated.label:
            self.generated.label = ""
            self.generated.update()

    # -- the other engine ------------------------------------------------------------------------

    @property
    def _other_layer(self) -> Layer | None:
        if self._side.kernel is not None or self._mode is None:
            return None
        return self.beside.layer if self._mode is Mode.SIDE else self._on_top

    @Slot()
    def _refine_other(self) -> None:
        """Let the other engine work, now that the picture under the eyes has all it needs."""
        layer = self._other_layer
        if self._other is not None and layer is not None and self._navigator.at_rest:
            self._other.warm()
            self._other.refine(layer.view)

    @Slot()
    def _leave_other(self) -> None:
        if self._other is not None:
            self._other.interrupt()

    @Slot()
    def _on_other_refined(self) -> None:
        if self._other_layer is not None:
            self._other_layer.finish(final=True)

    @Slot()
    def _on_other_stopped(self) -> None:
        if self._other_layer is not None:
            self._other_layer.finish(final=False)
