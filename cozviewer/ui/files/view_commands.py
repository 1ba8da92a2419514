"""What is done with the view or the file as a whole: copy, print, show in the file manager."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtPrintSupport import QPrintDialog, QPrinter

from cozviewer.export.caption import with_caution
from cozviewer.export.targets import refuse_source
from cozviewer.jobs.images import to_qimage
from cozviewer.ui.files.printing import print_view, printer_for
from cozviewer.ui.files.seen import Seen, seen_in, without_surroundings
from cozviewer.ui.files.show_in_folder import FileManager
from cozviewer.ui.image_controller import ImageController
from cozviewer.ui.window_parts import WindowParts
from cozviewer.util.errors import BadInput
from cozviewer.util.translation import translate


class ViewCommands(QObject):
    """Commands about the open image; they do nothing while there is none. GUI thread."""

    def __init__(self, images: ImageController, parts: WindowParts) -> None:
        super().__init__(parts.window)
        self._images, self._parts = images, parts
        self._manager = FileManager(self)
        self._printed: tuple[QPrinter, Seen] | None = None

    @property
    def seen(self) -> Seen | None:
        """The view as it is seen now."""
        scope = self._images.scope
        if scope is None:
            return None
        return seen_in(scope, self._parts.panes, self._parts.navigator)

    def copy(self) -> None:
        """Copy the view as an image."""
        seen = self.seen
        if seen is not None:
            QGuiApplication.clipboard().setImage(to_qimage(self._cautioned(seen).with_alpha))
            text = translate("Files", "Copied the view ({magnification}, {detail}).")
            self._parts.banner.show_message(
                text.format(magnification=seen.magnification, detail=seen.detail)
            )

    def _cautioned(self, seen: Seen) -> Seen:
        """Return a view with the caution below, if it is generated detail of a medical image:
        what is copied or printed has no metadata."""
        scope = self._images.scope
        medical = scope is not None and scope.document.chain.medical
        if not (medical and seen.generated):
            return seen
        return replace(seen, pixels=with_caution(seen.on_white), alpha=None)

    def show_in_folder(self) -> None:
        """Show the file of the open image, or its session, in the file manager."""
        path = self._images.path
        if path is not None:
            self._manager.show_file(path)

    def print(self) -> None:
        """Ask for a printer, and print the view as it is now."""
        scope, seen = self._images.scope, self.seen
        if scope is None or seen is None:
            return
        view = self._parts.panes.generated.view
        seen = self._cautioned(without_surroundings(seen, scope.source, view))
        printer = printer_for(seen)
        self._printed = printer, seen
        dialog = QPrintDialog(printer, self._parts.window)
        dialog.setWindowTitle(translate("Files", "Print View"))
        dialog.setOption(QPrintDialog.PrintDialogOption.PrintToFile, True)
        dialog.setOption(QPrintDialog.PrintDialogOption.PrintPageRange, False)
        dialog.accepted.connect(self._on_accepted)
        dialog.finished.connect(dialog.deleteLater)
        dialog.setWindowModality(Qt.WindowModality.WindowModal)
        dialog.show()

    @Slot()
    def _on_accepted(self) -> None:
        if self._printed is None:
            return
        (printer, seen), self._printed = self._printed, None
        banner, scope = self._parts.banner, self._images.scope
        if printer.outputFileName() and scope is not None:
            try:
                refuse_source(Path(printer.outputFileName()), scope.source)
            except BadInput as error:
                banner.warn(str(error))
                return
        if not print_view(printer, seen):
            banner.warn(
                translate(
                    "Files", "The view could not be printed: check the printer, or print to a file."
                )
            )
        elif printer.outputFileName():
            text = translate("Files", "Printed the view to {path}.")
            banner.show_message(text.format(path=printer.outputFileName()))
        else:
            text = translate("Files", "Sent the view to the printer {name}.")
            banner.show_message(text.format(name=printer.printerName()))
