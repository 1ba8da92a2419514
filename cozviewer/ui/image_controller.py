"""Opens images, replaces the open one, and closes documents."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QImage

from cozviewer.chain.chain import Chain
from cozviewer.config.choice import EngineChoice
from cozviewer.config.choice_text import chosen_since
from cozviewer.image.source import Source
from cozviewer.image.tone import Tone
from cozviewer.jobs.document import Document
from cozviewer.jobs.files.opener import OpenRequest
from cozviewer.jobs.memory_return import MemoryReturn
from cozviewer.pyramid.orientation import UPRIGHT, Orientation
from cozviewer.session.read_ahead import ReadAhead
from cozviewer.session.source import OpenedImage
from cozviewer.ui.export.link import Returning
from cozviewer.ui.file_watch import FileWatch
from cozviewer.ui.image_scope import ImageScope
from cozviewer.ui.opening import Opening
from cozviewer.ui.services import Services
from cozviewer.ui.settings import with_own_server
from cozviewer.ui.tone.kept import keep_tone, kept_tone
from cozviewer.ui.widgets.banner import BannerAction
from cozviewer.ui.window_parts import WindowParts
from cozviewer.util.memory import keep_large_apart
from cozviewer.util.paths import absolute
from cozviewer.util.translation import translate


class ImageController(QObject):
    """Opens images, and keeps the one that is open. GUI thread.

    More than 20 methods, because there are six ways to open an image.

    Attributes:
        scope: That of the open image; None while there is none.
        choice: The engine and settings that the user chose. A session has its own, so the
            open image may be generated with others.
        opening: Reads files in the background.

    Signals:
        shown: (ImageScope) An image takes the place of the one before; the view is still the one
            before.
        opened: (ImageScope) The view is its own.
    """

    shown = Signal(object)
    opened = Signal(object)

    def __init__(self, services: Services, choice: EngineChoice, parts: WindowParts) -> None:
        super().__init__(parts.window)
        self.scope: ImageScope | None = None
        self.choice = choice
        self._chosen: EngineChoice | None = None
        self.opening = Opening(services.open_chain, parts.window, services.fetch_image)
        self._services, self._parts = services, parts
        self._closing: list[Document] = []
        self._memory = MemoryReturn(self)
        self._orientations: dict[str, Orientation] = {}
        parts.navigator.turned.connect(self._on_turned)
        self._file = FileWatch(self)
        self._file.changed.connect(self._on_file_changed)
        self._file.removed.connect(parts.banner.warn)
        self._returning = Returning(parts.navigator, parts.banner, self)
        self.opening.led.connect(self._returning.follow)
        self.opening.opened.connect(self._on_opened)
        self.opening.failed.connect(self._on_failed)
        self.opening.noticed.connect(parts.banner.warn)
        self.opening.messaged.connect(parts.banner.show_message)

    @property
    def path(self) -> Path | None:
        """The file of the open image: its session, or the photo; None where it has none."""
        if self.scope is None:
            return None
        image = self.scope.document.image
        return image.source.path if image.session is None else absolute(image.session.path)

    @property
    def busy(self) -> bool:
        """Whether anything is being opened or saved."""
        return self.opening.reading or self._parts.sessions.saving

    @property
    def working(self) -> bool:
        """Whether there is any work that `stop` would stop."""
        return self.busy or (self.scope is not None and self.scope.document.working)

    @property
    def _next_choice(self) -> EngineChoice:
        """The engine and settings of what is opened next: opening it replaces a switch to another
        engine that is still under way."""
        return self.choice if self._chosen is None else self._chosen

    @property
    def choice_in_use(self) -> EngineChoice:
        """The engine and settings of the open image, or of the next one while there is none."""
        return self.choice if self.scope is None else self.scope.choice

    def open(
        self,
        path: Path,
        allow_huge: bool = False,
        photo: Path | None = None,
        page: int | None = None,
        tone: Tone | None = None,
    ) -> None:
        """Read a photo or a session in the background; the open image stays until it is there.

        Args:
            allow_huge: Whether to open a photo over the size limit without asking.
            photo: The photo of a session, if it was moved.
            page: Which page or frame, from 1; None is the first one.
            tone: How its numbers become grey levels; None is as it was chosen last time.
        """
        self._open(
            OpenRequest(
                path,
                self._next_choice,
                allow_huge=allow_huge,
                photo=photo,
                page=page,
                tone=kept_tone(path) if tone is None else tone,
                follow=photo is None and page is None and tone is None,
            )
        )

    def open_next(self, path: Path, ahead: ReadAhead | None, allow_huge: bool) -> None:
        """Open a photo or a session on the way through a folder; there, an image that cozviewer
        exported is shown itself.

        Args:
            ahead: The photo, if it was read ahead.
            allow_huge: See `open`.
        """
        tone = kept_tone(path)
        self._open(
            OpenRequest(path, self._next_choice, ahead=ahead, allow_huge=allow_huge, tone=tone)
        )

    def open_pixels(self, pixels: QImage, name: str) -> None:
        """Open an image that is not in a file, and call it by a name."""
        self._open(OpenRequest(Path(name), self._next_choice, pixels=pixels))

    def open_link(self, link: str, name: str) -> None:
        """Download an image and open it.

        Args:
            link: Its address, http or https.
            name: A file name for it.
        """
        self._open(OpenRequest(Path(name), self._next_choice, link=link))

    def _open(self, request: OpenRequest) -> None:
        self._parts.banner.hide()  # its text is about the previous image
        self._returning.forget()
        self.opening.open(
            replace(
                request,
                settings=with_own_server(self._next_choice),
                open_digest="" if self.scope is None else self.scope.source.digest,
            )
        )

    @Slot()
    def reload(self) -> None:
        """Read the file of the open image again."""
        if self.scope is None:
            return
        image = self.scope.document.image
        if image.session is not None:
            self.open(image.session.path, photo=image.source.path)
        elif image.source.path is not None:
            self.open(image.source.path, page=_page_of(image.source), tone=image.source.tone)

    @Slot(object)
    def show_tone(self, tone: Tone) -> None:
        """Show the open photo by another tone, from now on; of a session, its photo alone, since
        the tiles of a session are those of its own tone."""
        source = None if self.scope is None else self.scope.source
        if source is None or source.path is None or source.tone == tone:
            return
        keep_tone(source.path, tone)
        self._open(
            OpenRequest(
                source.path,
                self._next_choice,
                allow_huge=True,
                page=_page_of(source),
                tone=tone,
                toned=True,
            )
        )

    def turn_page(self, step: int) -> None:
        """Open the next page or frame of the file of the open image, or the one before.

        Args:
            step: 1 or -1.
        """
        source = None if self.scope is None else self.scope.source
        if source is None or source.path is None or source.pages == 1:
            return
        if source.page + step < 1:
            sentence = translate("Files", "This is the first page.")
        elif source.page + step > source.pages:
            sentence = translate("Files", "This is the last page.")
        else:
            self.open(source.path, page=source.page + step, tone=source.tone)
            return
        self._parts.banner.show_message(sentence)

    @Slot(str)
    def _on_file_changed(self, sentence: str) -> None:
        reload = BannerAction(translate("Files", "Reload"), self.reload)
        self._parts.banner.warn(sentence, reload)

    @Slot(object)
    def choose_engine(self, choice: EngineChoice) -> None:
        """Generate with these settings from now on; those in use end a switch to others. A photo
        that is being opened gets them instead of the open one."""
        if self.scope is None:
            self.choice = choice
            self._parts.engine_menu.show_choice(choice)
            self.opening.use(choice, with_own_server(choice))
        elif choice != self.scope.choice or self._chosen is not None:
            self._chosen = chosen_since(self.choice, self.scope.choice, choice)
            if not self.opening.use(self._chosen, with_own_server(self._chosen)):
                self.opening.switch(self.scope.document.image, choice)
        else:  # an open session may have it, though the user has chosen another one before
            self.choice = replace(self.choice, engine=choice.engine)

    def stop(self) -> None:
        """Stop opening, saving, generating and exporting; finished tiles stay."""
        self.opening.stop()
        self._parts.sessions.stop()
        if self.scope is not None:
            self.scope.document.stop()

    @Slot(object)
    def retire(self, document: Document) -> None:
        """Close a document in the background: the tile under work takes a moment."""
        self._closing.append(document)
        document.closed.connect(self._on_document_closed)
        document.close()

    def close(self) -> None:
        """Close all documents, and wait until their threads have ended."""
        self.opening.close()
        scope, self.scope = self.scope, None
        if scope is not None:
            scope.close()
            self._closing.append(scope.document)
        for document in self._closing:
            document.close()
        for document in self._closing:
            document.wait()
        self._memory.close()
        self._parts.panes.hide_document()

    @Slot(object, object, object)
    def _on_opened(self, choice: EngineChoice, image: OpenedImage, chain: Chain) -> None:
        source, old = image.source, self.scope
        if old is not None:
            old.close()
        moves = old is None or not _same_place(old.source, source)
        if moves:  # else work would begin at the place of the photo before
            self._parts.navigator.leave_rest()
        document = Document(chain, self._services.for_documents, session=image.session)
        self.scope = ImageScope(
            document, choice, self._parts, lambda: self.busy or self._parts.upscaling.running
        )
        chosen, self._chosen = self._next_choice, None
        if image.session is None:
            self.choice = choice
        elif old is not None and old.source is source:
            self.choice = chosen_since(self.choice, old.choice, choice)
        else:  # the session brought its engine
            self.choice = chosen
        document.tiles_made.connect(self._memory.soon)
        apart = not source.levels.in_memory  # it uses little memory; speed counts for all others
        if apart or (old is not None and not old.source.levels.in_memory):
            keep_large_apart(apart)
        self._file.watch(source.path)
        self.shown.emit(self.scope)
        if moves:
            turned = self._orientations.get(source.digest, UPRIGHT)
            self._parts.navigator.set_source(source.width, source.height, turned)
        else:
            self._parts.panes.refine()
        self._parts.sessions.set_document(document, choice)
        self._returning.arrived(source)
        if old is not None:
            self.retire(old.document)
            old.deleteLater()
        self.opened.emit(self.scope)

    @Slot()
    def _on_failed(self) -> None:
        self._chosen = None

    @Slot()
    def _on_turned(self) -> None:
        """Remember how the photo is turned until the program ends."""
        if self.scope is not None:
            self._orientations[self.scope.source.digest] = self._parts.navigator.orientation

    @Slot()
    def _on_document_closed(self) -> None:
        document = self.sender()
        if isinstance(document, Document) and document in self._closing:
            self._closing.remove(document)
            document.deleteLater()
            self._memory.soon()


def _page_of(source: Source) -> int | None:
    """Return the page to open again; None for files of one page."""
    return source.page if source.pages > 1 else None


def _same_place(old: Source, new: Source) -> bool:
    """Return whether a view of one photo is a view of the other: they are the same, or versions of
    the same file with the same size."""
    if old.digest == new.digest:
        return True
    same_size = (old.width, old.height) == (new.width, new.height)
    return same_size and old.path is not None and old.path == new.path
