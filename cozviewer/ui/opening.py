"""The window's side of opening photos and sessions: the newest request counts, and the user is
asked about very large photos, and about the photo of a session that is not where it was."""

from dataclasses import replace
from pathlib import Path
from threading import Event

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from cozviewer.chain.chain import Chain, Progress
from cozviewer.config.choice import EngineChoice
from cozviewer.image.folder import SUFFIXES
from cozviewer.jobs.files.opener import OpenChain, Opener, OpenRequest, Preview
from cozviewer.jobs.threads import start_thread, stop_thread
from cozviewer.session.export_link import Lead
from cozviewer.session.source import OpenedImage
from cozviewer.ui.widgets.plain import message_box
from cozviewer.util.downloads import FetchImage
from cozviewer.util.translation import translate

IMAGES = " ".join(f"*{suffix}" for suffix in SUFFIXES)


def image_filter() -> str:
    """Return the filter of file dialogs for photos."""
    return translate("Files", "Images ({patterns});;All Files (*)").format(patterns=IMAGES)


class Opening(QObject):
    """Reads photos and makes their chains on its own thread.

    Signals:
        started: (str) The name of the file that is being read.
        led: (Lead, bool) An exported image leads to a place; whether its photo is open already. If
            not, the photo is opened next.
        previewed: (Preview)
        progressed: (Progress) Of a download, or of preparing a very large photo.
        opened: (EngineChoice, OpenedImage, Chain)
        failed: (str) One sentence; "" if the user cancelled, or what was requested is open already.
        noticed: (str) A warning about the cache or a model, at any later time.
        messaged: (str) Other messages, such as that reading was stopped.
    """

    started = Signal(str)
    led = Signal(object, bool)
    previewed = Signal(object)
    progressed = Signal(object)
    opened = Signal(object, object, object)
    failed = Signal(str)
    noticed = Signal(str)
    messaged = Signal(str)
    _open = Signal(object)

    def __init__(
        self, open_chain: OpenChain, window: QWidget, fetch: FetchImage | None = None
    ) -> None:
        """Start the thread.

        Args:
            open_chain, fetch: See `Opener`.
            window: Parent of the questions.
        """
        super().__init__(window)
        self._window = window
        self._folder = Path.home()
        self._request: OpenRequest | None = None
        self._reading = False
        self._opener = Opener(open_chain, fetch)
        self._opener.led.connect(self._on_led)
        self._opener.previewed.connect(self._on_previewed)
        self._opener.downloaded.connect(self._on_downloaded)
        self._opener.prepared.connect(self._on_prepared)
        self._opener.opened.connect(self._on_opened)
        self._opener.huge.connect(self._on_huge)
        self._opener.missing.connect(self._on_missing)
        self._opener.failed.connect(self._on_failed)
        self._opener.noticed.connect(self.noticed)
        self._opener.messaged.connect(self.messaged)
        self._open.connect(self._opener.open)
        self._thread = start_thread("opener", self._opener)

    @property
    def reading(self) -> bool:
        """Whether something is being opened."""
        return self._reading

    @property
    def folder(self) -> Path:
        """The folder of the last photo."""
        return self._folder

    def open(self, request: OpenRequest) -> None:
        """Open a photo or a session; replaces a request that is still being read."""
        if request.path.is_absolute():
            self._folder = request.path.parent
        self._send(request)

    def switch(self, image: OpenedImage, choice: EngineChoice) -> None:
        """Make another chain for a photo that is open."""
        source = image.source
        self._send(OpenRequest(source.path or Path(source.name), choice, image=image))

    def use(self, choice: EngineChoice, settings: EngineChoice) -> bool:
        """Open what is being read with other settings; a session has its own.

        Args:
            choice, settings: As in `OpenRequest`.

        Returns:
            Whether anything is being read, other than for a switch of the engine.
        """
        request = self._request
        if not self._reading or request is None or request.image is not None:
            return False
        self._send(replace(request, choice=choice, settings=settings))
        return True

    def stop(self) -> None:
        """Cancel reading; what was open before stays."""
        if self._reading and self._request is not None:
            self._request.cancelled.set()
            self._reading = False
            self.failed.emit("")
            self.messaged.emit(
                translate("Files", "Opening {name} was canceled.").format(
                    name=self._request.path.name
                )
            )

    def close(self) -> None:
        """Stop reading and end the thread."""
        if self._request is not None:
            self._request.cancelled.set()
        stop_thread(self._thread)

    def _send(self, request: OpenRequest) -> None:
        if self._request is not None:
            self._request.cancelled.set()
        # A request may be a changed copy of the one that was cancelled just now.
        self._request = replace(request, cancelled=Event())
        self._reading = True
        self.started.emit(request.path.name)
        self._open.emit(self._request)

    def _wanted(self, request: OpenRequest) -> bool:
        """Return whether a request is the newest and was not stopped."""
        return request is self._request and not request.cancelled.is_set()

    @Slot(object, object, bool)
    def _on_led(self, request: OpenRequest, lead: Lead, is_open: bool) -> None:
        if not self._wanted(request):
            return
        if is_open:
            self._reading = False
            self.failed.emit("")
        elif lead.photo is not None:
            self.started.emit(lead.photo.name)
        self.led.emit(lead, is_open)

    @Slot(object, object)
    def _on_previewed(self, request: OpenRequest, preview: Preview) -> None:
        if self._wanted(request):
            self.previewed.emit(preview)

    @Slot(object, object, object)
    def _on_downloaded(self, request: OpenRequest, done: int, total: int) -> None:
        if self._wanted(request):
            stage = translate("Files", "Downloading {name}").format(name=request.path.name)
            part = min(1.0, done / total) if total else None
            self.progressed.emit(Progress(stage, 0, 0, 0, None, fraction=part))

    @Slot(object, float)
    def _on_prepared(self, request: OpenRequest, part: float) -> None:
        if self._wanted(request):
            stage = translate("Files", "Preparing {name}").format(name=request.path.name)
            self.progressed.emit(Progress(stage, 0, 0, 0, None, fraction=part))

    @Slot(object, object, object, object)
    def _on_opened(
        self, request: OpenRequest, choice: EngineChoice, image: OpenedImage, chain: Chain
    ) -> None:
        if self._wanted(request):
            self._reading = False
            self.opened.emit(choice, image, chain)
        else:
            chain.pyramid.store.close()

    @Slot(object, str)
    def _on_failed(self, request: OpenRequest, sentence: str) -> None:
        if self._wanted(request):
            self._reading = False
            self.failed.emit(sentence)

    @Slot(object, str)
    def _on_huge(self, request: OpenRequest, sentence: str) -> None:
        if not self._wanted(request):
            return
        self._reading = False
        box = message_box(
            self._window,
            QMessageBox.Icon.Question,
            translate("Files", "Very Large Image"),
            sentence,
            QMessageBox.StandardButton.Open | QMessageBox.StandardButton.Cancel,
        )
        again = replace(request, allow_huge=True)
        box.accepted.connect(lambda: self._send(again))
        box.rejected.connect(lambda: self.failed.emit(""))
        box.open()

    @Slot(object, str)
    def _on_missing(self, request: OpenRequest, sentence: str) -> None:
        """Ask where the photo of a session is."""
        if not self._wanted(request):
            return
        self._reading = False
        box = message_box(
            self._window,
            QMessageBox.Icon.Question,
            translate("Files", "Locate the Photo"),
            sentence,
            QMessageBox.StandardButton.Cancel,
        )
        box.setInformativeText(
            translate("Files", "The session is fine, but its photo was moved or renamed.")
        )
        choose = box.addButton(
            translate("Files", "Choose Photo…"), QMessageBox.ButtonRole.AcceptRole
        )
        box.setDefaultButton(choose)
        box.accepted.connect(lambda: self._choose_image(request))
        box.rejected.connect(lambda: self.failed.emit(""))
        box.open()

    def _choose_image(self, request: OpenRequest) -> None:
        chosen, _ = QFileDialog.getOpenFileName(
            self._window,
            translate("Files", "Photo of {name}").format(name=request.path.name),
            str(request.path.parent),
            image_filter(),
        )
        if chosen:
            self._send(replace(request, photo=Path(chosen)))
        else:
            self.failed.emit("")
