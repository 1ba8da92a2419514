"""Opens what is dropped on the window or pasted into it: files, an image, or a link to one."""

from PySide6.QtCore import QMimeData, QObject, Slot
from PySide6.QtGui import QGuiApplication

from cozviewer.ui.files.browsing import Browsing
from cozviewer.ui.files.drop import DropTarget
from cozviewer.ui.files.given import Given, GivenFiles, GivenLink, GivenPixels, given_in
from cozviewer.ui.image_controller import ImageController
from cozviewer.ui.window_parts import WindowParts
from cozviewer.util.translation import translate


class Receiving(QObject):
    """Takes drops and the clipboard. GUI thread."""

    def __init__(self, browsing: Browsing, images: ImageController, parts: WindowParts) -> None:
        super().__init__(parts.window)
        self._browsing, self._images, self._parts = browsing, images, parts
        self._target = DropTarget(parts.window, parts.pages)
        self._target.dropped.connect(self._on_dropped)

    @Slot()
    def paste(self) -> None:
        """Open what is in the clipboard."""
        given = given_in(QGuiApplication.clipboard().mimeData())
        if given is not None:
            self._open(given, translate("Files", "Pasted image"))
            return
        self._parts.banner.warn(
            translate(
                "Files",
                "The clipboard holds no image. Copy an image, a file or a link to an image first.",
            )
        )

    @Slot(object)
    def _on_dropped(self, data: QMimeData) -> None:
        given = given_in(data)
        if given is not None:
            self._open(given, translate("Files", "Dropped image"))
            return
        self._parts.banner.warn(
            translate(
                "Files",
                "What was dropped is not an image. Save the image first, and open its file.",
            )
        )

    def _open(self, given: Given, name: str) -> None:
        """Open something; `name` is that of an image without a file."""
        match given:
            case GivenFiles():
                self._browsing.open_all(given.paths)
            case GivenPixels():
                self._images.open_pixels(given.image, name)
            case GivenLink():
                self._images.open_link(given.link, given.name)
