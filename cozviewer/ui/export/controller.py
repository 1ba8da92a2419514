"""Exports in the window: opens the dialogs, starts the work, and reports how it ended."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QWidget

from cozviewer.config.choice import EngineChoice
from cozviewer.export.provenance import comparison_borrows, origin_of_comparison
from cozviewer.export.run import Task
from cozviewer.export.targets import refuse_source
from cozviewer.export.tasks import replaced_by_task
from cozviewer.image.subject import Scale
from cozviewer.jobs.document import Document
from cozviewer.jobs.exports.export_job import Export
from cozviewer.jobs.exports.on_cluster import ClusterChoice, OpenCluster
from cozviewer.pyramid.camera import View
from cozviewer.session.session import Bookmark
from cozviewer.ui.compare.panes import ComparePanes
from cozviewer.ui.export.dialog import ExportDialog
from cozviewer.ui.export.movie_dialog import MovieDialog
from cozviewer.ui.export.offers import Comparison
from cozviewer.ui.export.resume import note_begun, note_ended, pending_for, task_of
from cozviewer.ui.export.target import ask_to_replace
from cozviewer.ui.settings import saved_preferences
from cozviewer.ui.status.status_bar import StatusBar
from cozviewer.ui.view.navigator import Navigator
from cozviewer.ui.view.region_drag import RegionDrag
from cozviewer.ui.widgets.banner import Banner, BannerAction
from cozviewer.util.errors import BadInput
from cozviewer.util.translation import translate


class Exporting(QObject):
    """Asks what to export of the current view and has the document do it in the background.

    Signals:
        upscale_wanted: The whole photo is to be upscaled rather than a view exported.
    """

    upscale_wanted = Signal()

    def __init__(
        self,
        navigator: Navigator,
        panes: ComparePanes,
        readout: StatusBar,
        banner: Banner,
        bookmarks: Callable[[], Sequence[Bookmark]],
        window: QWidget,
    ) -> None:
        """Create the controller.

        Args:
            navigator: Holds the camera and the previous view.
            panes: Show the current view.
            readout: Shows notes about work.
            banner: Shows how exports ended.
            bookmarks: Returns those of the open photo, where movies can begin.
            window: Parent of the dialogs.
        """
        super().__init__(window)
        self._bookmarks = bookmarks
        self._navigator = navigator
        self._panes, self._readout, self._banner, self._window = panes, readout, banner, window
        self._document: Document | None = None
        self._scale: Scale | None = None
        self._choice = EngineChoice()
        self._open_cluster: OpenCluster | None = None
        self._region = RegionDrag(panes.generated, self)
        self._region.chosen.connect(self._on_region)

    def use_cluster(self, open_cluster: OpenCluster | None) -> None:
        """Let exports be generated on the cluster of the preferences."""
        self._open_cluster = open_cluster

    def set_document(self, document: Document, choice: EngineChoice) -> None:
        """Export from this document from now on; the end of an export of the one before is still
        reported.

        Args:
            choice: Its engine and settings.
        """
        self._document, self._choice = document, choice
        document.exported.connect(self._on_exported)
        document.export_ended.connect(self._on_ended)
        if (pending := pending_for(document.chain)) is not None:
            self._banner.show_message(
                translate("Export", "Export of “{name}” was interrupted.").format(
                    name=Path(pending.path).name
                ),
                BannerAction(translate("Export", "Resume"), self.go_on),
            )

    @Slot(object)
    def set_scale(self, scale: Scale | None) -> None:
        """Offer scale bars in this scale, or none."""
        self._scale = scale

    def close(self) -> None:
        """Report nothing any more: the program ends, which is not the same as Stop."""
        self._document = None

    @property
    def can_go_on(self) -> bool:
        """Whether there is an interrupted export to resume. Reads the settings."""
        return self._document is not None and pending_for(self._document.chain) is not None

    def go_on(self) -> None:
        """Resume the export that the end of the program interrupted."""
        if self._document is None:
            return
        pending = pending_for(self._document.chain)
        if pending is None:
            self._banner.show_message(
                translate(
                    "Export", "There is no interrupted export of this photo with these settings."
                )
            )
            return
        task = task_of(pending, self._document.chain)
        try:
            session = self._document.image.session
            kept = None if session is None else session.path
            refuse_source(task.path, self._document.source, kept)
        except BadInput as error:
            self._banner.warn(str(error))
            return
        go_on = partial(self._export_of, self._document, task)
        taken = replaced_by_task(task.path, task, task.options.place, self._document.source)
        ask_to_replace(taken, self._window, go_on)

    def _export_of(self, document: Document, task: Task) -> None:
        """Export, if `document` is still open."""
        if document is self._document:
            self._export(task)

    def ask(self) -> None:
        """Ask what to export as an image."""
        if self._document is not None:
            chain, view, window = self._document.chain, self._panes.generated.view, self._window
            pixels, comparison = self._panes.rendered(), None
            if pixels is not None:
                seen = self._panes.chains_seen
                origin = origin_of_comparison(
                    chain.pyramid.source, view, seen, self._panes.comparison.shows_source
                )
                comparison = Comparison(pixels, origin, comparison_borrows(view, seen))
            dialog = ExportDialog(chain, view, window, comparison, self._scale)
            dialog.upscale_wanted.connect(self.upscale_wanted)
            self._open(dialog)

    def ask_region(self) -> None:
        """Let the user drag a rectangle, then ask what to export of it."""
        if self._document is not None:
            self._region.ask()

    @Slot(object)
    def _on_region(self, view: View) -> None:
        if self._document is not None:
            self._open(ExportDialog(self._document.chain, view, self._window, scale=self._scale))

    def ask_movie(self) -> None:
        """Ask for a movie that ends at the current view."""
        if self._document is not None:
            chain, view, window = self._document.chain, self._panes.generated.view, self._window
            before = self._navigator.view_before
            starts = []
            if before is not None:
                starts.append((translate("Export", "Previous view"), before))
            title = translate("Export", "Bookmark “{name}”")
            starts += [
                (title.format(name=each.name), each.viewpoint.camera) for each in self._bookmarks()
            ]
            self._open(MovieDialog(chain, view, starts, window, self._scale))

    def _open(self, dialog: ExportDialog | MovieDialog) -> None:
        assert self._document is not None
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.wanted.connect(self._on_wanted)
        dialog.open()  # no reference to it stays here: it holds the chain, and so the engine

    @Slot(object)
    def _on_wanted(self, task: Task) -> None:
        """Export what was chosen in the dialog, to the chosen file."""
        address = saved_preferences().cluster
        dialog = self.sender()
        wants = isinstance(dialog, ExportDialog) and dialog.wants_cluster
        if wants and address and self._open_cluster is not None:
            self._export(task, ClusterChoice(address, self._open_cluster))
        else:
            self._export(task)

    def _export(self, task: Task, cluster: ClusterChoice | None = None) -> None:
        if self._document is not None:
            note_begun(task, self._document.chain)
            self._document.export(Export(task, self._choice, cluster))

    @Slot(object)
    def _on_exported(self, request: Export) -> None:
        note_ended()
        exported = translate("Export", "Exported {path}.").format(path=request.path)
        self._banner.show_message(exported)
        self._readout.show_note("")

    @Slot(object, str)
    def _on_ended(self, request: Export, sentence: str) -> None:
        if self.sender() is not self._document:
            return  # that document was closed
        self._readout.show_note("")
        if sentence:
            self._banner.warn(sentence)
        else:
            note_ended()
            canceled = translate("Export", "Export canceled. “{name}” was not written.")
            self._banner.show_message(canceled.format(name=request.path.name))
