"""The image area: one pane, two to four that move as one, or two images in one pane."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cozviewer.chain.chain import Chain
from cozviewer.config.choice import EngineChoice
from cozviewer.image.pixels import Rgb8
from cozviewer.jobs.document import Document
from cozviewer.jobs.files.opener import Preview
from cozviewer.pyramid.compose import Kernel
from cozviewer.ui.compare.compared_images import OTHER_SETTINGS, SOURCES, Content, Side, Sides
from cozviewer.ui.compare.comparison import Comparison, kernel_of
from cozviewer.ui.compare.on_top import OnTop
from cozviewer.ui.compare.paint import Mode, Over
from cozviewer.ui.compare.pane_labels import PaneLabels
from cozviewer.ui.compare.pane_layout import PaneLayout
from cozviewer.ui.compare.shown_image import ShownImage, ShownImages
from cozviewer.ui.refiner import Refiner
from cozviewer.ui.view.canvas import Canvas
from cozviewer.ui.view.layer import Layer
from cozviewer.ui.view.navigator import Navigator

MOST_PANES = 4
"""The largest number of images that are compared in a grid."""


class ComparePanes(QWidget):
    """The generated image, or images that are compared on request.

    All look through the same camera; layers of one document share its tiles. `Comparison` decides
    the place of each image, and is carried out here; `PaneLayout` lays the panes out, `OnTop`
    shows the second image of one pane, `PaneLabels` names the images, and `ShownImages` holds the
    documents and refines them. More than 20 methods, as it is the interface of all comparisons.

    Attributes:
        canvases: All panes; the first two are `generated` and `beside`.
        generated: The pane of the generated image; where that is not shown, of the first one.
        beside: The pane of the second image of SIDE.
        area: Lays out the panes.
        on_top: The second image of `generated`.
        labels: Names the images.
        images: The documents.
        comparison: What is compared.
    """

    def __init__(self, navigator: Navigator, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.canvases = tuple(Canvas(navigator) for _ in range(MOST_PANES))
        self.generated, self.beside = self.canvases[:2]
        self.area = PaneLayout(self.canvases)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.area)
        self.on_top = OnTop(navigator, self.generated)
        self.images = ShownImages(navigator, self.generated, self)
        self.images.changed.connect(self._place)
        self.labels = PaneLabels(navigator, self._image_of, self)
        self.images.worked.connect(self.labels.update)
        self.images.worked.connect(self.generated.refresh)
        self.comparison = Comparison()
        self._drafts_wanted = True
        self._place()
        navigator.settled.connect(self.refine)

    @property
    def mode(self) -> Mode | None:
        """How images are compared; None while there is one."""
        return self.comparison.mode

    @property
    def sides(self) -> Sides:
        """Which two images are compared, or would be."""
        return self.comparison.sides

    @property
    def shown(self) -> Side:
        """What the pane of the generated image shows now."""
        return self.comparison.first

    @property
    def over(self) -> Over | None:
        """The image over the generated one, in the modes with both in one pane."""
        return self.on_top.over

    @property
    def shows_drafts(self) -> bool:
        """Whether drafts are shown: if they are switched on and nothing is compared, as a draft
        is not the result."""
        return self._drafts_wanted and self.mode is None

    @property
    def chains_seen(self) -> list[Chain]:
        """The chains of the images that are generated, in order."""
        contents = self.comparison.contents
        seen = [self._image_of(each) for each in contents if kernel_of(each) is None]
        return [image.document.chain for image in seen if image is not None]

    # -- what is shown ---------------------------------------------------------------------------

    def show_preview(self, preview: Preview | None) -> None:
        """Show a small version until the photo itself is read; None shows nothing."""
        for pane in self.area.order:
            pane.set_preview(preview)

    def show_toned(self, preview: Preview | None) -> None:
        """Show a small version by another tone in place of the photo; None shows the photo."""
        for pane in self.area.order:
            pane.set_toned(preview)

    def show_document(self, document: Document, choice: EngineChoice) -> Refiner:
        """Show a document instead of the previous one, and it alone: images generated with
        other settings, or of the previous photo, are hidden.

        Args:
            document: The image.
            choice: The engine and settings that it is generated with.

        Returns:
            Its refine loop, which ends when another document is shown.
        """
        main = self.images.set_main(document, choice)
        self._place()
        return main.refiner

    def hide_document(self) -> None:
        """Show nothing."""
        self.images.clear()
        self._place()

    def set_backdrop(self, kind: str) -> None:
        """Show something behind transparent parts, one of BACKDROPS."""
        for layer in (*(pane.layer for pane in self.canvases), self.on_top.layer):
            layer.veil.kind = kind
        for pane in self.canvases:
            pane.refresh()

    def allow_drafts(self, wanted: bool) -> None:
        """Show drafts in the generated image, or never."""
        self._drafts_wanted = wanted
        self._place()

    def compare(self, mode: Mode | None, sides: Sides) -> None:
        """Compare two sides in a way, or those of the grid; None shows the generated image alone.
        Work in progress continues."""
        self.comparison = replace(self.comparison, mode=mode, sides=sides)
        self._place()

    @Slot(object)
    def choose_settings(self, choice: EngineChoice) -> None:
        """Have the side OTHER_SETTINGS show these settings."""
        self.comparison = replace(self.comparison, settings=choice)
        self._place()

    def set_grid(self, contents: Sequence[Content]) -> None:
        """Show these images, two to four, in the mode GRID."""
        self.comparison = replace(self.comparison, grid=tuple(contents))
        self._place()

    def set_blind(self, swapped: bool | None) -> None:
        """Show both sides unnamed, as A (left) and B.

        Args:
            swapped: Whether the first side stands on the right; None names both sides again, each
                in its place.
        """
        self.comparison = replace(self.comparison, swapped=swapped)
        self.labels.blind = swapped is not None
        self._place()

    def rendered(self) -> Rgb8 | None:
        """Return the comparison as it is seen, labels and all, (H, W, 3) uint8 in device pixels;
        None while one image is shown alone. GUI thread."""
        return None if self.mode is None else self.area.rendered()

    @Slot()
    def refine(self) -> None:
        """Refine the view if it is at rest; see `ShownImages.refine`."""
        self.images.refine()

    # -- which image is where --------------------------------------------------------------------

    def _image_of(self, content: Content) -> ShownImage | None:
        """Return the document that a content is taken from, if it is open."""
        if isinstance(content, EngineChoice):
            return self.images.others.get(content)
        return None if content is OTHER_SETTINGS else self.images.main

    @Slot()
    def _place(self) -> None:
        """Carry the comparison out: give each layer its image, or none; lay out, label, refine."""
        comparison = self.comparison
        placed = {self.canvases[number]: content for number, content in comparison.places}
        shown: dict[Layer, Content] = {pane.layer: content for pane, content in placed.items()}
        if comparison.in_one_pane:
            shown[self.on_top.layer] = comparison.contents[1]
        refined: dict[ShownImage, Layer] = {}
        for layer in (*(pane.layer for pane in self.canvases), self.on_top.layer):
            content = shown.get(layer)
            image = None if content is None else self._image_of(content)
            kernel = None if content is None else kernel_of(content)
            _show(layer, image, kernel)
            if image is not None and kernel is None:
                refined[image] = layer
        self._mark(placed)
        self.area.show_panes([*placed])
        if comparison.mode is not None and comparison.in_one_pane:
            self.labels.set_contents(comparison.contents, ())
            self.on_top.show_over(comparison.mode, self.labels, comparison.sides.second_left)
        else:
            self.on_top.hide_over()
            labelled = [] if comparison.mode is None else [*placed]
            self.labels.set_contents([*placed.values()], labelled)
        self.images.place(refined)

    def _mark(self, placed: Mapping[Canvas, Content]) -> None:
        """Allow drafts, and the outline around what is generated, where they are of use."""
        self.generated.layer.allow_drafts(self.shows_drafts)
        main = self.images.main
        if main is not None:
            if main.refiner.drafts and len(placed) > 1:
                main.document.view_work.leave_draft()  # it is of a pane of another size
            main.refiner.drafts = self.shows_drafts
        for pane in self.canvases:
            content = placed.get(pane, SOURCES[0])
            generated = kernel_of(content) is None
            image = self._image_of(content) if generated else None
            if pane is self.generated and image is None:
                image = main
            pane.mark.set_document(None if image is None else image.document)
            # In a blind test the outline would reveal which side is which.
            pane.mark.allow(generated and self.comparison.swapped is None)


def _show(layer: Layer, image: ShownImage | None, kernel: Kernel | None) -> None:
    """Give a layer what it is to show, unless it shows that: all levels of an image or, with a
    kernel, its source alone."""
    finest = None if kernel is None else 0
    document = None if image is None else image.document
    if (layer.document, layer.finest, layer.kernel) == (document, finest, kernel or "bicubic"):
        return
    layer.finest, layer.kernel = finest, kernel or "bicubic"
    layer.set_document(document, None if image is None else image.tiles)
    if document is not None and kernel is not None:
        layer.finish(final=True)
