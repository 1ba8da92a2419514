"""The image area: one pane, two to four that move as one, or two images in one pane."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cozviewer.chain.chain import Chain
from cozviewer.config.choice import EngineChoice
from cozviewer.image.pixels import Rgb8
from cozviewer.jobs.document import Document
from cozviewer.jobs.opener import Preview
from cozviewer.pyramid.compose import Kernel
from cozviewer.ui.compare.compared_images import GENERATED, OTHER_SETTINGS, Content, Side, Sides
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

    All look through the same camera; layers of one document share its tiles. What is shown in which
    pane is decided here; `PaneLayout` lays the panes out, `OnTop` shows the second image of one
    pane, `PaneLabels` names the images, and `ShownImages` has them refined.

    Attributes:
        canvases: All panes; the first two are `generated` and `beside`.
        generated: The pane of the generated image; where it is not shown, of the first one.
        beside: The pane of the second image of SIDE.
        area: Lays out the panes.
        on_top: The second image of `generated`.
        labels: Names the images.
        images: The documents.
        settings: Those of the side OTHER_SETTINGS; None while none are chosen.
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
        self.labels = PaneLabels(navigator, self._image_of, self)
        self.settings: EngineChoice | None = None
        self._mode: Mode | None = None
        self._sides = Sides()
        self._grid: tuple[Content, ...] = (GENERATED, self._sides.second)
        self._drafts_wanted = True
        self._swapped: bool | None = None
        self._place()
        navigator.settled.connect(self.refine)

    @property
    def mode(self) -> Mode | None:
        """How images are compared; None while there is one."""
        return self._mode

    @property
    def sides(self) -> Sides:
        """Which two images are compared, or would be."""
        return self._sides

    @property
    def shown(self) -> Side:
        """What the pane of the generated image shows now."""
        content = self._placed()[self.generated]
        return content if isinstance(content, Side) else OTHER_SETTINGS

    @property
    def over(self) -> Over | None:
        """The image over the generated one, in the modes that have it in one pane."""
        return self.on_top.over

    @property
    def shows_drafts(self) -> bool:
        """Whether drafts are shown: where the user wants them and nothing is compared, as a draft
        is not the result."""
        return self._drafts_wanted and self._mode is None

    @property
    def chains_seen(self) -> list[Chain]:
        """The chains of the images that are generated, in order."""
        seen = [self._image_of(each) for each in self._contents() if _kernel_of(each) is None]
        return [image.document.chain for image in seen if image is not None]

    @property
    def shows_source(self) -> bool:
        """Whether one of the images is the original, interpolated."""
        return any(_kernel_of(content) is not None for content in self._contents())

    # -- what is shown ---------------------------------------------------------------------------

    def show_preview(self, preview: Preview | None) -> None:
        """Show a small version until the photo itself is read; None shows nothing."""
        for pane in self.area.order:
            pane.set_preview(preview)

    def show_document(self, document: Document, choice: EngineChoice) -> Refiner:
        """Show a document in the place of the one before, and its alone: what was generated with
        other settings, from the photo before, is hidden.

        Args:
            document: The image.
            choice: The engine and settings that it is generated with.

        Returns:
            Its refine loop, which ends when another document is shown.
        """
        main = self.images.set_main(document, choice)
        assert main is not None
        self._place()
        return main.refiner

    def hide_document(self) -> None:
        """Show nothing."""
        self.images.set_main(None, EngineChoice())
        self._place()

    def show_other(self, document: Document, choice: EngineChoice) -> None:
        """Show another document on the same source wherever these settings are compared."""
        self.images.add(document, choice)
        self._place()

    def hide_other(self, choice: EngineChoice) -> None:
        """Show nothing where these settings are compared."""
        self.images.remove(choice)
        self._place()

    def allow_drafts(self, wanted: bool) -> None:
        """Show drafts in the generated image, or never."""
        self._drafts_wanted = wanted
        self._place()

    def compare(self, mode: Mode | None, sides: Sides) -> None:
        """Compare two sides in a way, or those of the grid; None shows the generated image alone.
        Work that is under way goes on."""
        if (mode, sides) != (self._mode, self._sides):
            self._mode, self._sides = mode, sides
            self._place()

    @Slot(object)
    def choose_settings(self, choice: EngineChoice) -> None:
        """Have the side OTHER_SETTINGS show these settings."""
        self.settings = choice
        self._place()

    def set_grid(self, contents: Sequence[Content]) -> None:
        """Show these images, two to four, in the mode GRID."""
        self._grid = tuple(contents)
        self._place()

    def set_blind(self, swapped: bool | None) -> None:
        """Show both sides unnamed, as A (left) and B.

        Args:
            swapped: Whether the first side stands on the right; None names both sides again, each
                in its place.
        """
        self._swapped = swapped
        self.labels.blind = swapped is not None
        self._place()

    def picture(self) -> Rgb8 | None:
        """Return the comparison as it is seen, labels and all, (H, W, 3) uint8 in device pixels;
        None while one image is shown alone. GUI thread."""
        return None if self._mode is None else self.area.picture()

    @Slot()
    def refine(self) -> None:
        """Refine the view if it is at rest; see `ShownImages.refine`."""
        self.images.refine()

    # -- which image is where --------------------------------------------------------------------

    def _contents(self) -> tuple[Content, ...]:
        """Return what is shown: the first side, then the second one; or the grid."""
        if self._mode is None:
            return (GENERATED,)
        if self._mode is Mode.GRID:
            return self._grid
        second = self._sides.second
        if second is OTHER_SETTINGS and self.settings is not None:
            return self._sides.first, self.settings
        return self._sides.first, second

    def _placed(self) -> dict[Canvas, Content]:
        """Return what each pane shows, but for what is on top, in the order of the panes."""
        contents = self._contents()
        if self._mode is None or self._mode.in_one_pane:
            return {self.generated: contents[0]}
        main = contents.index(GENERATED) if GENERATED in contents else 0
        free = iter(self.canvases[1:])
        pairs = [
            (self.generated if place == main else next(free), content)
            for place, content in enumerate(contents)
        ]
        if self._mode is Mode.SIDE:
            swapped = self._sides.second_left if self._swapped is None else self._swapped
            return dict(reversed(pairs) if swapped else pairs)
        return dict(pairs)

    def _image_of(self, content: Content) -> ShownImage | None:
        if isinstance(content, EngineChoice):
            return self.images.others.get(content)
        return None if content is OTHER_SETTINGS else self.images.main

    def _place(self) -> None:
        """Give each layer its image, or none; lay out, label and refine."""
        contents, placed = self._contents(), self._placed()
        shown: dict[Layer, Content] = {pane.layer: content for pane, content in placed.items()}
        if self._mode is not None and self._mode.in_one_pane:
            shown[self.on_top.layer] = contents[1]
        for layer in (*(pane.layer for pane in self.canvases), self.on_top.layer):
            self._show(layer, shown.get(layer))
        self._mark(placed)
        self.area.show_panes([*placed])
        if self._mode is not None and self._mode.in_one_pane:
            left = self._sides.second_left
            self.labels.set_contents(contents, ())
            self.on_top.show_over(
                self._mode, self.labels.pair, self.labels.labels, second_left=left
            )
        else:
            if self.over is not None:
                self.on_top.hide_over()
            labelled = [] if self._mode is None else [*placed]
            self.labels.set_contents([*placed.values()], labelled)
        self.images.place(self._refined_in(shown))

    def _refined_in(self, shown: Mapping[Layer, Content]) -> dict[ShownImage, Layer]:
        """Return the images that are shown with their generated levels, and where."""
        found = ((self._image_of(content), layer, content) for layer, content in shown.items())
        return {
            image: layer
            for image, layer, content in found
            if image is not None and _kernel_of(content) is None
        }

    def _show(self, layer: Layer, content: Content | None) -> None:
        """Give a layer what it is to show: all levels of an image, or its source alone."""
        image = None if content is None else self._image_of(content)
        kernel = None if content is None else _kernel_of(content)
        finest = None if kernel is None else 0
        document = None if image is None else image.document
        if layer.document is document and (layer.finest, layer.kernel) == (
            finest,
            kernel or "bicubic",
        ):
            return
        layer.finest, layer.kernel = finest, kernel or "bicubic"
        layer.set_document(document, None if image is None else image.tiles)
        if document is not None and kernel is not None:
            layer.finish(final=True)

    def _mark(self, placed: Mapping[Canvas, Content]) -> None:
        """Allow drafts, and the outline around what is generated, where they are of use."""
        self.generated.layer.allow_drafts(self.shows_drafts)
        main = self.images.main
        if main is not None:
            if main.refiner.drafts and len(placed) > 1:
                main.document.view_work.leave_draft()  # it is of a pane of another size
            main.refiner.drafts = self.shows_drafts
        for pane in self.canvases:
            content = placed.get(pane)
            generated = content is not None and _kernel_of(content) is None
            image = self._image_of(content) if content is not None and generated else None
            if pane is self.generated and image is None:
                image = main
            pane.mark.set_document(None if image is None else image.document)
            # In a blind test the outline would reveal which side is which.
            pane.mark.allow(generated and self._swapped is None)


def _kernel_of(content: Content) -> Kernel | None:
    return content.kernel if isinstance(content, Side) else None
