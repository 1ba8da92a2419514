"""The text of the status line about one open image and the work on it."""

from PySide6.QtCore import QObject, Slot

from cozviewer.chain.chain import Progress
from cozviewer.pyramid.wording import magnification_text, provenance_text
from cozviewer.ui.compare.panes import ComparePanes
from cozviewer.ui.connections import Connections
from cozviewer.ui.refiner import Refiner
from cozviewer.ui.status.status_bar import StatusBar
from cozviewer.ui.view.navigator import Navigator
from cozviewer.util.translation import translate


class ImageStatus(QObject):
    """Keeps the status line up to date while an image is open. GUI thread."""

    def __init__(
        self,
        refiner: Refiner,
        navigator: Navigator,
        panes: ComparePanes,
        readout: StatusBar,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._refiner, self._document = refiner, refiner.document
        self._navigator, self._panes, self._readout = navigator, panes, readout
        self._worked = False
        readout.show_work(None)
        self._show_engine("")
        self._connections = Connections()
        document = self._document
        for signal, slot in (
            (navigator.moved, self.show_view),
            (panes.generated.changed, self.show_view),
            (refiner.interrupted, self._on_interrupted),
            (refiner.began, self._on_began),
            (refiner.refined, self._on_refined),
            (refiner.stopped, self._on_stopped),
            (document.progressed, self._on_progress),
            (document.warmed, self._on_warmed),
            (document.ahead.began, self._on_ahead_began),
            (document.ahead.ended, self._on_ahead_ended),
        ):
            self._connections.add(signal, slot)

    def close(self) -> None:
        """Write nothing any more."""
        self._connections.close()

    @Slot()
    def show_view(self) -> None:
        """Show the magnification, and what of the view is original or generated."""
        camera, upscaler = self._navigator.camera, self._document.chain.upscaler
        name, generative = upscaler.name, upscaler.generative
        if self._panes.shown.kernel is not None:
            name, generative = self._panes.shown.kernel, False
        refined = self._refiner.complete or self._panes.generated.sharp
        layer = self._panes.generated.layer
        drafts = layer.shows_draft, layer.draft_over
        text = provenance_text(camera, name, generative, refined, *drafts, layer.borrows)
        self._readout.show_view(magnification_text(camera), text)

    def _show_engine(self, place: str) -> None:
        name = self._document.chain.upscaler.name
        self._readout.show_engine(f"{name} · {place}" if place else name)

    @Slot(str)
    def _on_warmed(self, place: str) -> None:
        self._show_engine(place)

    @Slot(object)
    def _on_progress(self, progress: Progress) -> None:
        self._worked = True
        self._readout.show_work(progress)

    @Slot()
    def _on_interrupted(self) -> None:
        self._worked = False
        if not self._document.exporting:
            self._readout.show_work(None)

    @Slot()
    def _on_began(self) -> None:
        self._worked = False
        self.show_view()

    @Slot()
    def _on_refined(self) -> None:
        self._show_end(translate("Status", "Done") if self._worked else "")

    @Slot()
    def _on_stopped(self) -> None:
        self._show_end(translate("Status", "Stopped. Press R to resume."))

    def _show_end(self, note: str) -> None:
        if not self._document.exporting:
            self._readout.show_note(note)
        self.show_view()

    @Slot()
    def _on_ahead_began(self) -> None:
        self._readout.show_note(translate("Status", "Generating ahead"))

    @Slot()
    def _on_ahead_ended(self) -> None:
        self._readout.show_note("")
