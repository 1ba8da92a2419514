"""Sessions in the window: saving one in the background, and continuing where one was saved."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QThread, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from cozviewer.chain.chain import Progress
from cozviewer.config.choice import EngineChoice
from cozviewer.export.provenance import safe_stem
from cozviewer.export.targets import free_path, refuse_source, replaced_by
from cozviewer.image.source import Source
from cozviewer.image.subject import Scale
from cozviewer.jobs.document import Document
from cozviewer.jobs.files.opener import OpenChain
from cozviewer.jobs.files.session_job import SaveRequest, SessionJob
from cozviewer.jobs.threads import start_thread, stop_thread
from cozviewer.session.export import Saved
from cozviewer.session.pyramids import session_pyramid
from cozviewer.session.session import SUFFIX, Viewpoint, viewpoint_of, with_bookmark
from cozviewer.session.task import SessionTask
from cozviewer.ui.compare.comparison_documents import ComparisonDocuments
from cozviewer.ui.export.target import agreed_in_dialog, ask_to_replace
from cozviewer.ui.session.bookmarks import BookmarksMenu
from cozviewer.ui.session.kept_bookmarks import keep_bookmarks, kept_bookmarks
from cozviewer.ui.status.status_bar import StatusBar
from cozviewer.ui.view.navigator import Navigator
from cozviewer.ui.widgets.banner import Banner
from cozviewer.util.errors import BadInput
from cozviewer.util.translation import sentences, translate
from cozviewer.util.units import bytes_text


class Sessions(QObject):
    """Saves the open image as a session, and shows the bookmarks and the view of an opened one.

    More than 12 attributes, because many parts of the window contribute to what is saved.

    Attributes:
        menu: The bookmarks.
    """

    _save = Signal(object)

    def __init__(
        self,
        open_chain: OpenChain,
        navigator: Navigator,
        comparison: ComparisonDocuments,
        readout: StatusBar,
        banner: Banner,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._navigator, self._comparison = navigator, comparison
        self._readout, self._banner, self._window = readout, banner, window
        self._document: Document | None = None
        self._choice = EngineChoice()
        self._source: Source | None = None
        self._request: SaveRequest | None = None
        self._path: Path | None = None
        self._scale: Scale | None = None
        self.menu = BookmarksMenu(lambda: navigator.camera, window, lambda: navigator.orientation)
        self.menu.chosen.connect(self._on_chosen)
        self.menu.message.connect(banner.show_message)
        self.menu.changed.connect(self._on_bookmarks_changed)
        self._thread: QThread | None = None
        self._job = SessionJob(open_chain)
        self._job.progressed.connect(self._on_progressed)
        self._job.noticed.connect(banner.warn)
        self._job.saved.connect(self._on_saved)
        self._job.ended.connect(self._on_ended)
        self._save.connect(self._job.save)

    def set_document(self, document: Document, choice: EngineChoice) -> None:
        """Follow the open image. A photo has the bookmarks that it had last time; a session has its
        own, and the view that it was saved with. Another engine changes neither."""
        self._document, self._choice = document, choice
        if document.source is self._source:
            return
        self.stop()  # the store of the photo before is about to be closed
        before, self._source = self._source, document.source
        session = document.image.session
        self._path = None if session is None else session.path
        if session is None and _same_file(before, self._source):
            both = kept_bookmarks(self._source.digest)
            for bookmark in self.menu.bookmarks:  # places, which no tone changes
                both = with_bookmark(both, bookmark)
            self.menu.show_bookmarks(both)
            if both:
                keep_bookmarks(self._source.digest, both)
        elif session is None:
            self.menu.show_bookmarks(kept_bookmarks(self._source.digest))
        else:
            self.menu.show_bookmarks(session.bookmarks, of_session=True)
        if session is not None and session.viewpoint is not None:
            self._turn_to(session.viewpoint)
            self._navigator.begin_at(session.viewpoint.camera)

    @Slot(object)
    def set_scale(self, scale: Scale | None) -> None:
        """Set the scale to save, if one was set by hand."""
        self._scale = scale

    @Slot(object)
    def _on_chosen(self, viewpoint: Viewpoint) -> None:
        self._turn_to(viewpoint)
        self._navigator.go_to(viewpoint.camera)

    def _turn_to(self, viewpoint: Viewpoint) -> None:
        if viewpoint.orientation is not None:
            self._navigator.turn(viewpoint.orientation)

    @Slot()
    def _on_bookmarks_changed(self) -> None:
        """Keep those of a photo; those of a session are kept by saving it."""
        if self._document is not None and self._document.image.session is None:
            keep_bookmarks(self._document.source.digest, self.menu.bookmarks)

    def ask(self) -> None:
        """Ask where to save, and save."""
        if self._document is None:
            return
        source = self._document.source
        if source.path is None:
            self._banner.warn(
                translate(
                    "Session",
                    "“{name}” has no file, and a session does not include the photo: save it as a "
                    "file first, and open that.",
                ).format(name=source.name)
            )
            return
        usual = self._path or free_path(source.folder / f"{safe_stem(source.name)}{SUFFIX}")
        chosen, _ = QFileDialog.getSaveFileName(
            self._window,
            translate("Session", "Save Session"),
            str(usual),
            translate("Session", "Sessions ({pattern})").format(pattern=f"*{SUFFIX}"),
        )
        if not chosen:
            return
        path = Path(chosen)
        if path.suffix.lower() != SUFFIX:
            path = Path(f"{path}{SUFFIX}")
        try:
            refuse_source(path, source)
        except BadInput as error:
            self._banner.warn(str(error))
            return
        # A session may be saved again to its own file without a question.
        agreed = path in (self._path, agreed_in_dialog(Path(chosen)))
        ask_to_replace(
            [] if agreed else replaced_by(path), self._window, partial(self._save_of, source, path)
        )

    def _save_of(self, source: Source, path: Path) -> None:
        """Save as `save` does, if `source` is still open."""
        if self._document is not None and self._document.source is source:
            self.save(path)

    def save(self, path: Path) -> None:
        """Save in the background, instead of a session that is still being saved."""
        if self._document is None:
            return
        self.stop()
        other = self._comparison.session_pyramid
        first = session_pyramid(self._document.chain, self._choice, self._document.image.session)
        same = other is None or other.info.recipe_digest == first.info.recipe_digest
        request = SaveRequest(
            SessionTask(
                path,
                self._document.image,
                (first,) if other is None or same else (first, other),
                self.menu.bookmarks,
                viewpoint_of(self._navigator.camera, self._navigator.orientation),
                scale=self._scale,
            )
        )
        if self._thread is None:
            self._thread = start_thread("sessions", self._job)
        self._request = request
        self._save.emit(request)

    @property
    def saving(self) -> bool:
        """Whether a session is being saved."""
        return self._request is not None

    def stop(self) -> None:
        """Stop saving; the file stays as it was."""
        if self._request is not None:
            self._request.cancelled.set()

    def close(self) -> None:
        """Stop saving and end the thread."""
        self.stop()
        if self._thread is not None:
            stop_thread(self._thread)
            self._thread = None

    @Slot(object, object)
    def _on_progressed(self, request: SaveRequest, progress: Progress) -> None:
        if request is self._request:
            self._readout.show_work(progress)

    @Slot(object, object)
    def _on_saved(self, request: SaveRequest, saved: Saved) -> None:
        if request.task.image.source is self._source:
            self._path = request.task.path
        count, left_out = saved.tiles, saved.left_out
        tiles = translate("Session", "%n tile(s)", None, count)
        text = translate(
            "Session",
            "Saved {path} ({tiles}, {size}). The photo is not included: keep it next to the "
            "session file.",
        ).format(path=request.task.path, tiles=tiles, size=bytes_text(saved.bytes))
        if left_out:
            damaged = translate("Session", "Left out: %n damaged tile(s).", None, left_out)
            text = sentences((text, damaged))
        self._banner.show_message(text)
        self._over(request)

    @Slot(object, str)
    def _on_ended(self, request: SaveRequest, sentence: str) -> None:
        name = request.task.path.name
        if request.task.image.source is not self._source:
            text = translate("Session", "{name} was not saved because another image was opened.")
            self._banner.warn(text.format(name=name))
        elif sentence:
            self._banner.warn(sentence)
        else:
            text = translate("Session", "Saving was canceled; {name} was not saved.")
            self._banner.show_message(text.format(name=name))
        self._over(request)

    def _over(self, request: SaveRequest) -> None:
        if request is self._request:
            self._request = None
            self._readout.show_work(None)


def _same_file(before: Source | None, now: Source) -> bool:
    """Return whether two photos are one page of a file by two tones."""
    if before is None or now.path is None:
        return False
    return (before.path, before.page, before.width, before.height) == (
        now.path,
        now.page,
        now.width,
        now.height,
    ) and before.tone != now.tone
