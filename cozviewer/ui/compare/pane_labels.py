"""What is written on compared images: what each is, or A and B in a blind test."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal, Slot

from cozviewer.pyramid.wording import magnification_text
from cozviewer.ui.compare.compared_images import (
    OTHER_SETTINGS,
    Content,
    Result,
    Side,
    in_english,
    label_of,
    names_of,
    translated,
)
from cozviewer.ui.compare.shown_image import ShownImage
from cozviewer.ui.view.canvas import Canvas
from cozviewer.ui.view.navigator import Navigator

ImageOf = Callable[[Content], ShownImage | None]
"""Returns the image of a content; None while there is none."""


class PaneLabels(QObject):
    """Names the images, and labels the panes.

    Signals:
        changed: The labels of panes were written again.
    """

    changed = Signal()

    def __init__(self, navigator: Navigator, image_of: ImageOf, parent: QObject) -> None:
        super().__init__(parent)
        self._navigator, self._image_of = navigator, image_of
        self._contents: Sequence[Content] = ()
        self._panes: Sequence[Canvas] = ()
        self.blind = False
        navigator.moved.connect(self.update)

    def set_contents(self, contents: Sequence[Content], panes: Sequence[Canvas]) -> None:
        """Name these images from now on.

        Args:
            panes: Those that show one of them each, from the left; none where images lie over each
                other.
        """
        for pane in self._panes:
            pane.label = ""
        self._contents, self._panes = contents, panes
        self.update()

    def names(self, say: Callable[[str], str] = translated) -> list[str]:
        """Return what the images are called; see `names_of`."""
        return names_of(self._images(), say)

    def names_for_files(self) -> list[str]:
        """Return the same in English."""
        return self.names(in_english)

    def pair(self) -> tuple[str, str]:
        """Return what the first two images are called."""
        first, second = self.names()[:2]
        return first, second

    def labels(self) -> tuple[str, str]:
        """Return the labels of the first two images."""
        first, second = self._all_labels()[:2]
        return first, second

    @Slot()
    def update(self) -> None:
        """Write the labels of the panes."""
        if not self._panes:
            return
        labels = list("AB") if self.blind else self._all_labels()
        for pane, label in zip(self._panes, labels, strict=True):
            pane.label, pane.label_at_top = label, self.blind
            pane.refresh()
        self.changed.emit()

    def _images(self) -> list[Side | Result]:
        images: list[Side | Result] = []
        for content in self._contents:
            image = self._image_of(content)
            if isinstance(content, Side) and content.kernel is not None:
                images.append(content)
            elif image is not None:
                images.append(image.result)
            else:
                images.append(content if isinstance(content, Side) else OTHER_SETTINGS)
        return images

    def _all_labels(self) -> list[str]:
        camera = self._navigator.camera
        size = magnification_text(camera)
        labels = []
        for image, name in zip(self._images(), self.names(), strict=True):
            generated = isinstance(image, Result)
            enlarged = camera.rest_level > 0 if generated else camera.magnification > 1
            labels.append(label_of(image, name, size, enlarged))
        return labels
