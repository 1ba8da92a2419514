"""The picture area: one pane, two side by side that move as one, or two pictures in one pane."""

import numpy as np
from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QSplitter, QWidget

from cozviewer.chain.chain import Chain
from cozviewer.config.choice import EngineChoice
from cozviewer.image.pixels import Rgb8
from cozviewer.jobs.document import Document
from cozviewer.jobs.opener import Preview
from cozviewer.pyramid.wording import magnification_text
from cozviewer.ui.compare.compared_images import ANOTHER, GENERATED, Side, Sides, told_apart
from cozviewer.ui.compare.paint import GAINS, Mode, Over
from cozviewer.ui.view.canvas import Canvas
from cozviewer.ui.view.layer import Layer
from cozviewer.ui.view.navigator import Navigator
from cozviewer.ui.view.tile_cache import TileCache


class ComparePanes(QSplitter):
    """The generated picture, or any two that are compared on request.

    All look through the same camera; those of one document share its tiles.

    Attributes:
        generated: The pane of the generated picture; while two are compared, of the first one.
        beside: The pane of the second one, hidden unless the mode is SIDE.

    Signals:
        refine_wanted: the generated picture is to be seen again, and may lack tiles.
    """

    refine_wanted = Signal()

    def __init__(self, navigator: Navigator, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setHandleWidth(3)
        self.setChildrenCollapsible(False)
        self._navigator = navigator
        self.generated = Canvas(navigator)
        self.beside = Canvas(navigator)
        self._on_top = Layer(navigator, lambda: self.generated.view, self.generated)
        self._on_top.updated.connect(self.generated.refresh)
        for pane in (self.generated, self.beside):
            self.addWidget(pane)
            self.setStretchFactor(self.indexOf(pane), 1)
        self.beside.hide()
        self.generated.installEventFilter(self)
        self._document: Document | None = None
        self._choice = EngineChoice()
        self._tiles: TileCache | None = None
        self._other: Document | None = None
        self._other_choice = EngineChoice()
        self._other_tiles: TileCache | None = None
        self._mode: Mode | None = None
        self._sides = Sides()
        self._over: Over | None = None
        self._veiled = False
        self._drafts_wanted = True
        self._allow()
        navigator.moved.connect(self._name_panes)
        navigator.gesture_started.connect(self._leave_other)
        navigator.settled.connect(self._on_settled)

    @property
    def mode(self) -> Mode | None:
        """How two pictures are compared; None while there is one."""
        return self._mode

    @property
    def sides(self) -> Sides:
        """What is compared, or would be."""
        return self._sides

    @property
    def shown(self) -> Side:
        """What the pane of the generated picture shows now."""
        return GENERATED if self._mode is None else self._sides.first

    @property
    def over(self) -> Over | None:
        """The picture over the generated one, in the modes that have it in one pane."""
        return self._over

    @property
    def shows_drafts(self) -> bool:
        """Whether drafts are shown: where the user wants them, and nothing is compared, as a draft
        is not the result."""
        return self._drafts_wanted and self._mode is None

    def set_drafts_wanted(self, wanted: bool) -> None:
        """Show drafts in the generated picture, or never."""
        self._drafts_wanted = wanted
        self._allow()

    def _allow(self) -> None:
        self.generated.layer.allow_drafts(self.shows_drafts)
        # In a blind test it would tell which side is which.
        self.generated.mark.allow(self.shown is GENERATED and not self._veiled)

    def compare(self, mode: Mode | None, sides: Sides) -> None:
        """Compare two sides in a way; None shows the generated picture alone."""
        if (mode, sides) == (self._mode, self._sides):
            return
        before = self.shown
        self._mode, self._sides = mode, sides
        self._allow()
        if self.shown != before:
            self._show(self.generated.layer, self.shown, self._document, self._tiles)
        self._show_sides()
        if self.shown is GENERATED and before is not GENERATED:
            self.refine_wanted.emit()
        elif self._document is not None and not self._document.working:
            self._refine_other()

    def veil(self, *, swapped: bool) -> None:
        """Show both sides unnamed, as A (left) and B, until `unveil`.

        Args:
            swapped: Whether the first side stands on the right.
        """
        self._veiled = True
        self._allow()
        self.insertWidget(1 if swapped else 0, self.generated)
        self._name_panes()

    def unveil(self) -> None:
        """Name both sides again, and put the first one back to the left."""
        self._veiled = False
        self._allow()
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

    @property
    def chains_seen(self) -> list[Chain]:
        """What makes the finer levels of the sides that have them, the first side's first."""
        seen = [self._document] if self.shown is GENERATED else []
        if self._mode is not None and self._sides.second is ANOTHER:
            seen.append(self._other)
        return [document.chain for document in seen if document is not None]

    def set_preview(self, preview: Preview | None) -> None:
        """Show a small version until the picture itself is read."""
        self.generated.set_preview(preview)
        if self._mode is Mode.SIDE:
            self.beside.set_preview(preview)

    def set_document(
        self,
        document: Document | None,
        choice: EngineChoice = EngineChoice(),  # noqa: B008 (frozen)
    ) -> None:
        """Show a document. The other recipe's, which was of the former one, is let go.

        Args:
            choice: What it is made with.
        """
        if self._document is not None:
            self._document.refined.disconnect(self._refine_other)
        self.set_other(None)
        self._document, self._choice = document, choice
        self._tiles = None if document is None else TileCache(document.source.coarsest)
        self._show(self.generated.layer, self.shown, document, self._tiles)
        self.generated.mark.set_document(document)
        if document is not None:
            document.refined.connect(self._refine_other)
        self._show_sides()

    def set_other(
        self,
        document: Document | None,
        choice: EngineChoice = EngineChoice(),  # noqa: B008 (frozen)
    ) -> None:
        """Have another recipe's document on the same source at hand for ANOTHER.

        Args:
            choice: What it is made with.
        """
        if self._other is not None:
            self._other.refined.disconnect(self._on_other_refined)
            self._other.stopped.disconnect(self._on_other_stopped)
        self._other, self._other_choice = document, choice
        self._other_tiles = None if document is None else TileCache(document.source.coarsest)
        if document is not None:
            document.refined.connect(self._on_other_refined)
            document.stopped.connect(self._on_other_stopped)
        if self._sides.second is ANOTHER:
            self._show_sides()
            self._refine_other()

    def hold(self, held: bool) -> None:
        """Show the second picture of BLINK, or the first one again."""
        if self._over is not None and self._over.mode is Mode.BLINK:
            self._over.held = held
            self.generated.refresh()

    def amplify(self, steps: int) -> None:
        """Amplify a DIFFERENCE more (steps > 0) or less."""
        if self._over is not None and self._over.mode is Mode.DIFFERENCE:
            place = GAINS.index(self._over.gain) + steps
            self._over.gain = GAINS[min(len(GAINS) - 1, max(0, place))]
            self.generated.refresh()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the cursor with the lens; take nothing."""
        if self._over is not None and self._over.mode is Mode.LENS:
            if isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseMove:
                self._over.at = event.position().toPoint()
                self.generated.refresh()
            elif event.type() == QEvent.Type.Leave:
                self._over.at = None
                self.generated.refresh()
        return False

    # -- sides -----------------------------------------------------------------------------------

    def _show(
        self, layer: Layer, side: Side, document: Document | None, tiles: TileCache | None
    ) -> None:
        """Give a layer what it is to show: all levels of a document, or its source alone."""
        layer.finest = None if side.kernel is None else 0
        layer.kernel = side.kernel or "bicubic"
        layer.set_document(document, tiles)
        if document is not None and side.kernel is not None and self._navigator.at_rest:
            layer.finish(final=True)

    def _show_sides(self) -> None:
        """Give each layer its document, or none, and lay out the panes."""
        second = self._sides.second
        documents = (self._document, self._tiles)
        if second.kernel is None:
            documents = (self._other, self._other_tiles)
        beside = self._mode is Mode.SIDE
        on_top = self._mode is not None and not beside
        for layer, shown in ((self.beside.layer, beside), (self._on_top, on_top)):
            self._show(layer, second, *(documents if shown else (None, None)))
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
        """Return what the two sides are called."""
        mine = "" if self._document is None else self._document.chain.upscaler.name
        other = ANOTHER.title if self._other is None else self._other.chain.upscaler.name
        if self._sides.second is ANOTHER and self._sides.first is GENERATED:
            return told_apart(mine, self._choice, other, self._other_choice)
        first, second = self._sides.first, self._sides.second
        return (
            mine if first is GENERATED else first.title,
            other if second is ANOTHER else second.title,
        )

    @Slot()
    def _name_panes(self) -> None:
        if self._mode is Mode.SIDE:
            self.generated.label, self.beside.label = self._names()
            self.generated.refresh()
            self.beside.update()
        elif self.generated.label:
            self.generated.label = ""
            self.generated.refresh()

    # -- the other recipe ------------------------------------------------------------------------

    @property
    def _other_layer(self) -> Layer | None:
        if self._sides.second is not ANOTHER or self._mode is None:
            return None
        return self.beside.layer if self._mode is Mode.SIDE else self._on_top

    @Slot()
    def _refine_other(self) -> None:
        """Let the other recipe's work begin, now that the first picture has all it needs."""
        layer = self._other_layer
        if self._other is not None and layer is not None and self._navigator.at_rest:
            self._other.warm()
            self._other.refine(layer.view)

    @Slot()
    def _on_settled(self) -> None:
        if self.shown is not GENERATED:  # else it comes first
            self._refine_other()

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
