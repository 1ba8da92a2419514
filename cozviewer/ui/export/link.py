"""Goes from an image that cozviewer exported to the place in the photo that it shows."""

from PySide6.QtCore import QObject, Slot

from cozviewer.image.source import Source
from cozviewer.pyramid.wording import magnification_text
from cozviewer.session.export_link import Lead
from cozviewer.ui.view.navigator import Navigator
from cozviewer.ui.widgets.banner import Banner
from cozviewer.util.translation import translate


class Returning(QObject):
    """Goes to the place that an exported image shows, once its photo is open."""

    def __init__(self, navigator: Navigator, banner: Banner, parent: QObject) -> None:
        super().__init__(parent)
        self._navigator, self._banner = navigator, banner
        self._awaited: Lead | None = None

    @Slot()
    def forget(self) -> None:
        """Drop the pending place: something else is being opened."""
        self._awaited = None

    @Slot(object, bool)
    def follow(self, lead: Lead, is_open: bool) -> None:
        """Go to the place that an exported image shows, now or when the photo is open.

        Args:
            lead: The image and the place.
            is_open: Whether the photo is open already; if not, the file beside the image is
                being opened, or else the image itself.
        """
        self._awaited = None
        name = lead.path.name
        if is_open:
            self._banner.show_message(_arrival(lead))
            self._navigator.go_to(lead.camera)
        elif lead.photo is not None:
            self._awaited = lead
        else:
            if lead.photo_name:
                text = translate(
                    "Files",
                    "Open the original photo “{photo}”, then drop “{name}” again to go to the "
                    "place that it shows.",
                )
            else:
                text = translate(
                    "Files",
                    "Open the original photo, then drop “{name}” again to go to the place that it "
                    "shows.",
                )
            self._banner.show_message(text.format(photo=lead.photo_name, name=name))

    def arrived(self, source: Source) -> None:
        """Go to the pending place, if a photo that has just been opened is the right one."""
        if self._awaited is None:
            return
        lead, self._awaited = self._awaited, None
        if source.digest == lead.origin.source_digest:
            self._navigator.begin_at(lead.camera)
            self._banner.show_message(_arrival(lead))
        else:
            self._banner.warn(
                translate(
                    "Files",
                    "“{name}” does not belong to this version of “{photo}”. Open the right one, "
                    "then drop it again.",
                ).format(name=lead.path.name, photo=source.name)
            )


def _arrival(lead: Lead) -> str:
    text = translate("Files", "Went to the place shown in “{name}” ({magnification}).")
    return text.format(name=lead.path.name, magnification=magnification_text(lead.camera))
