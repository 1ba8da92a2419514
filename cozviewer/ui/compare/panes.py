"""The image area: one pane, two side by side that move as one, or two images in one pane."""

import numpy as np
from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QSplitter, QWidget

from cozviewer.chain.chain import Chain
from cozviewer.config.choice import EngineChoice
from cozviewer.image.pixels import Rgb8
from cozviewer.jobs.document import Document
from cozviewer.jobs.opener import Preview
from cozviewer.pyramid.wording import magnification_text
from cozviewer.ui.compare.compared_images import GENERATED, OTHER_SETTINGS, Side, Sides, side_names
from cozviewer.ui.compare.paint import GAINS, Mode, Over
from cozviewer.ui.compare.shown_image import ShownImage
from cozviewer.ui.refiner import Refiner
from cozviewer.ui.view.canvas import Canvas
from cozviewer.ui.view.layer import Layer
from cozviewer.ui.view.navigator import Navigator


class ComparePanes(QSplitter):
    """The generated image, or any two images that are compared on request.

    All look through the same camera; layers of one document share its tiles. The image of the open
    document is refined first, then the one generated with other settings. The class has more than
    20 methods because it is the one place that lays out panes, layers and labels together; a third
    of them are one-line properties.

    Attributes:
        generated: The pane of the generated image; while two are compared, of the first one.
        beside: The pane of the second one, hidden unless the mode is SIDE.
    """

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
        self._main: ShownImage | None = None
        self._other: ShownImage | None = None
        self._mode: Mode | None = None
        self._sides = Sides()
        self._over: Over | None = None
        self._blind = False
        self._drafts_wanted = True
        self._allow_marks()
        navigator.moved.connect(self._name_panes)
        navigator.settled.connect(self.refine)

    @property
    def mode(self) -> Mode | None:
        """How two images are compared; None while there is one."""
        return self._mode

    @property
    def sides(self) -> Sides:
        """What is compared, or would be."""
        return self._sides

    @property
    def shown(self) -> Side:
        """What the pane of the generated image shows now."""
        return GENERATED if self._mode is None else self._sides.first

    @property
    def over(self) -> Over | None:
        """The image over the generated one, in the modes that have it in one pane."""
        return self._over

    @property
    def shows_drafts(self) -> bool:
        """Whether drafts are shown: where the user wants them and nothing is compared, as a draft
        is not the result."""
        return self._drafts_wanted and self._mode is None

    @property
    def chains_seen(self) -> list[Chain]:
        """The chains of the sides that are generated, the first side's first."""
        seen = [self._main] if self.shown is GENERATED else []
        if self._mode is not None and self._sides.second is OTHER_SETTINGS:
            seen.append(self._other)
        return [image.document.chain for image in seen if image is not None]

    # -- what is shown ---------------------------------------------------------------------------

    def show_preview(self, preview: Preview | None) -> None:
        """Show a small version until the photo itself is read; None shows nothing."""
        self.generated.set_preview(preview)
        if self._mode is Mode.SIDE:
            self.beside.set_preview(preview)

    def show_document(self, document: Document, choice: EngineChoice) -> Refiner:
        """Show a document in the place of the one before, and its alone: what was generated with
        other settings, from the photo before, is hidden.

        Args:
            document: The image.
            choice: The engine and settings that it is generated with.

        Returns:
            Its refine loop, which ends when another document is shown.
        """
        self.hide_other()
        if self._main is not None:
            self._main.close()
        self._main = ShownImage(document, choice, self._navigator, self.generated, self)
        self._main.refiner.refined.connect(self._refine_other)
        self.generated.mark.set_document(document)
        self._show_sides()
        return self._main.refiner

    def hide_document(self) -> None:
        """Show nothing."""
        self.hide_other()
        if self._main is not None:
            self._main.close()
            self._main = None
        self.generated.mark.set_document(None)
        self._show_sides()

    def show_other(self, document: Document, choice: EngineChoice) -> None:
        """Show another document on the same source wherever a side is OTHER_SETTINGS."""
        self.hide_other()
        self._other = ShownImage(document, choice, self._navigator, self.beside, self)
        if self._sides.second is OTHER_SETTINGS:
            self._show_second()
            self._refine_other()

    def hide_other(self) -> None:
        """Show nothing where a side is OTHER_SETTINGS."""
        if self._other is not None:
            self._other.close()
            self._other = None
            if self._sides.second is OTHER_SETTINGS:
                self._show_second()

    def allow_drafts(self, wanted: bool) -> None:
        """Show drafts in the generated image, or never."""
        self._drafts_wanted = wanted
        self._allow_marks()

    def compare(self, mode: Mode | None, sides: Sides) -> None:
        """Compare two sides in a way; None shows the generated image alone."""
        if (mode, sides) == (self._mode, self._sides):
            return
        before = self.shown
        self._mode, self._sides = mode, sides
        self._allow_marks()
        if self.shown != before:
            self._show_first()
        self._show_second()
        if self.shown is GENERATED and before is not GENERATED:
            self.refine()
        elif self._main is not None and not self._main.document.working:
            self._refine_other()

    def set_blind(self, *, swapped: bool) -> None:
        """Show both sides unnamed, as A (left) and B, until `end_blind`.

        Args:
            swapped: Whether the first side stands on the right.
        """
        self._order(blind=True, swapped=swapped)

    def end_blind(self) -> None:
        """Name both sides again, and put the first one back to the left."""
        self._order(blind=False, swapped=False)

    def _order(self, *, blind: bool, swapped: bool) -> None:
        self._blind = blind
        self._allow_marks()
        self.insertWidget(1 if swapped else 0, self.generated)
        self._name_panes()

    def blind_names(self) -> tuple[str, str]:
        """Return what A and B really are."""
        names = self._plain_names()
        return names if self.indexOf(self.generated) == 0 else names[::-1]

    def picture(self) -> Rgb8 | None:
        """Return the comparison as it is seen, labels and all, (H, W, 3) uint8 in device pixels;
        None while one image is shown alone. GUI thread."""
        if self._mode is None:
            return None
        panes = [self.generated]
        if self._mode is Mode.SIDE:
            panes = sorted([*panes, self.beside], key=self.indexOf)
        return np.concatenate([pane.picture() for pane in panes], axis=1)

    def hold(self, held: bool) -> None:
        """Show the second image of BLINK, or the first one again."""
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
        """Follow the cursor with the loupe; every event goes on."""
        if self._over is not None and self._over.mode is Mode.LENS:
            if isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseMove:
                self._over.at = event.position().toPoint()
                self.generated.refresh()
            elif event.type() == QEvent.Type.Leave:
                self._over.at = None
                self.generated.refresh()
        return False

    # -- refining --------------------------------------------------------------------------------

    @Slot()
    def refine(self) -> None:
        """Refine the view if it is at rest: the generated image, where it is shown, comes first."""
        if self._main is not None:
            self._main.refiner.refine()
        if self.shown is not GENERATED:  # else it follows when the first one has all that it needs
            self._refine_other()

    @Slot()
    def _refine_other(self) -> None:
        """Refine the image with other settings, if it is shown."""
        other = self._other
        if other is not None and other.refiner.layer is not None and self._navigator.at_rest:
            other.document.warm()
            other.refiner.refine()

    # -- sides -----------------------------------------------------------------------------------

    def _allow_marks(self) -> None:
        """Allow drafts, and the outline around what is generated, where they are of use."""
        self.generated.layer.allow_drafts(self.shows_drafts)
        # In a blind test the outline would reveal which side is which.
        self.generated.mark.allow(self.shown is GENERATED and not self._blind)
        if self._main is not None:
            self._main.refiner.drafts = self.shows_drafts

    def _show_sides(self) -> None:
        self._show_first()
        self._show_second()
        self._allow_marks()

    def _show_first(self) -> None:
        """Give the first layer its image, or none."""
        self._show(self.generated.layer, self.shown, self._main)
        if self._main is not None:
            self._main.refiner.layer = self.generated.layer if self.shown is GENERATED else None

    def _show_second(self) -> None:
        """Give the layers of the second side their image, or none, and lay out the panes."""
        second = self._sides.second
        image = self._other if second is OTHER_SETTINGS else self._main
        beside = self._mode is Mode.SIDE
        on_top = self._mode is not None and not beside
        for layer, used in ((self.beside.layer, beside), (self._on_top, on_top)):
            self._show(layer, second, image if used else None)
        if self._other is not None:
            layer = self.beside.layer if beside else self._on_top
            compared = self._mode is not None and second is OTHER_SETTINGS
            self._other.refiner.layer = layer if compared else None
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

    def _show(self, layer: Layer, side: Side, image: ShownImage | None) -> None:
        """Give a layer what it is to show: all levels of an image, or its source alone."""
        layer.finest = None if side.kernel is None else 0
        layer.kernel = side.kernel or "bicubic"
        if image is None:
            layer.set_document(None, None)
            return
        layer.set_document(image.document, image.tiles)
        if side.kernel is not None and self._navigator.at_rest:
            layer.finish(final=True)

    # -- labels ----------------------------------------------------------------------------------

    def _names(self) -> tuple[str, str]:
        """Return what both sides are, with their magnification; in a blind test "A" and "B"."""
        size = magnification_text(self._navigator.camera)
        if self._blind:
            names = ("A", "B")
            return names if self.indexOf(self.generated) == 0 else names[::-1]
        first, second = self._plain_names()
        return f"{first} · {size}", f"{second} · {size}"

    def _plain_names(self) -> tuple[str, str]:
        main, other = self._main, self._other
        return side_names(
            self._sides,
            None if main is None else (main.name, main.choice),
            None if other is None else (other.name, other.choice),
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
