"""From a picture that cozviewer saved back to the place in the photo that it shows."""

from PySide6.QtCore import QObject, Slot

from cozviewer.image.source import Source
from cozviewer.pyramid.wording import magnification_text
from cozviewer.session.export_link import Lead
from cozviewer.ui.view.navigator import Navigator
from cozviewer.ui.widgets.banner import Banner


class Returning(QObject):
    """Goes to the place that a saved picture shows, once its photo is open."""

    def __init__(self, navigator: Navigator, banner: Banner, parent: QObject) -> None:
        super().__init__(parent)
        self._navigator, self._banner = navigator, banner
        self._awaited: Lead | None = None

    @Slot()
    def forget(self) -> None:
        """Await no place any more: something else is being opened."""
        self._awaited = None

    @Slot(object, bool)
    def follow(self, lead: Lead, is_open: bool) -> None:
        """Go where a saved picture leads.

        Args:
            lead: Where that is.
            is_open: The photo is open already; if not, what is opened is the file beside the
                picture, or else the picture itself.
        """
        self._awaited = None
        name = lead.path.name
        if is_open:
            self._banner.tell(_arrival(lead))
            self._navigator.go_to(lead.camera)
        elif lead.photo is not None:
            self._awaited = lead
        else:
            self._banner.tell(
                f"{name} was saved from {lead.photo_name or 'a photo'}, which is not beside it: "
                f"open that, and drop {name} again to go to its place."
            )

    def arrived(self, source: Source) -> None:
        """Go to the place that is awaited in a picture that has just been opened."""
        if self._awaited is None:
            return
        lead, self._awaited = self._awaited, None
        if source.digest == lead.origin.source_digest:
            self._navigator.begin_at(lead.camera)
            self._banner.tell(_arrival(lead))
        else:
            self._banner.warn(
                f"{lead.path.name} was saved from another {source.name} than the one beside it, "
                "so its place is not there: open the right one, and drop it again."
            )


def _arrival(lead: Lead) -> str:
    return f"This is the place that {lead.path.name} shows, at {magnification_text(lead.camera)}."
