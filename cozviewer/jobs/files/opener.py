"""Opens images in a thread: first a quick preview, then the source and its chain."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from threading import Event

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QImage

from cozviewer.chain.chain import Chain
from cozviewer.chain.protocols import Notice
from cozviewer.config.choice import EngineChoice
from cozviewer.image.pixels import Rgb8
from cozviewer.image.source import Source, open_source, preview, source_from_pixels
from cozviewer.image.tone import AUTOMATIC, Tone
from cozviewer.jobs.images import pixels_of
from cozviewer.jobs.report import sentence_of
from cozviewer.session.export_link import lead_of
from cozviewer.session.file import is_session
from cozviewer.session.pyramids import choice_of
from cozviewer.session.read_ahead import ReadAhead
from cozviewer.session.source import OpenedImage, SourceMissing, open_path
from cozviewer.util.cancel import IsCancelled
from cozviewer.util.downloads import FetchImage
from cozviewer.util.errors import BadInput, Cancelled, HugeImage
from cozviewer.util.translation import sentences, translate

OpenChain = Callable[[OpenedImage, EngineChoice, Notice, Notice, IsCancelled], Chain]
"""Makes the chain for an open image; may read files, must not import heavy libraries.

The first `Notice` receives warnings, the second other messages, both at any later time. The last
argument returns whether the request was cancelled; `Cancelled` is raised then."""


SHOWN_PART = 0.005
"""Smallest step of the progress that is reported."""


@dataclass(frozen=True)
class OpenRequest:
    """What to open.

    Attributes:
        path: The image's file, or a session's; a name where it has no file.
        choice: The engine; a session is opened with its own.
        settings: The user's settings, from which a session takes the server; None is `choice`.
        image: The image, if it is already open and only the engine changes.
        ahead: The image, if it was read ahead.
        pixels: The image, if it comes from the clipboard or another program.
        link: The address of the image, if it is to be downloaded; "" otherwise.
        allow_huge: Whether the user confirmed an image over the size limit.
        photo: The file of a session's image, if the user selected it.
        page: Which page or frame of an image, from 1; None is the first one.
        tone: How the numbers of an image become grey levels; where it does not fit the image,
            that is shown automatically, with a warning.
        toned: Whether only the tone of the open image changes, so that nothing is shown
            about it again.
        follow: Whether an image exported by cozviewer opens the photo that it was made from.
        open_digest: `Source.digest` of the open photo; "" if there is none.
        cancelled: Set when another request replaces this one.
    """

    path: Path
    choice: EngineChoice
    settings: EngineChoice | None = None
    image: OpenedImage | None = None
    ahead: ReadAhead | None = None
    pixels: QImage | None = None
    link: str = ""
    allow_huge: bool = False
    photo: Path | None = None
    page: int | None = None
    tone: Tone = AUTOMATIC
    toned: bool = False
    follow: bool = False
    open_digest: str = ""
    cancelled: Event = field(default_factory=Event)


@dataclass(frozen=True)
class Preview:
    """A small version of an image that is still being read.

    Attributes:
        rgb: (h, w, 3) uint8, the whole image.
        width, height: Size of the image itself.
    """

    rgb: Rgb8
    width: int
    height: int


class Opener(QObject):
    """Reads sources on its own thread.

    Signals:
        led: (OpenRequest, Lead, bool) the file was exported from a photo, which is already open
            (then nothing follows), or is opened instead if it is in the same folder.
        previewed: (OpenRequest, Preview)
        downloaded: (OpenRequest, int, int) So many bytes of so many; 0 of them if not known.
        prepared: (OpenRequest, float) The part, 0..1, of what must be done before an image can be
            read from its file region by region.
        opened: (OpenRequest, EngineChoice, OpenedImage, Chain) the choice is the embedded engine
            where the requested one cannot be used.
        huge: (OpenRequest, str) the user must confirm a large image; the message explains why.
        missing: (OpenRequest, str) the user must locate the session's image.
        failed: (OpenRequest, str) an error message.
        noticed: (str) a warning about the image, the cache or a model, at any later time.
        messaged: (str) another message.
    """

    led = Signal(object, object, bool)
    previewed = Signal(object, object)
    downloaded = Signal(object, object, object)
    prepared = Signal(object, float)
    opened = Signal(object, object, object, object)
    huge = Signal(object, str)
    missing = Signal(object, str)
    failed = Signal(object, str)
    noticed = Signal(str)
    messaged = Signal(str)

    def __init__(self, open_chain: OpenChain, fetch: FetchImage | None = None) -> None:
        """Create the opener.

        Args:
            fetch: Downloads an image; None where links cannot be opened.
        """
        super().__init__()
        self._open_chain, self._fetch = open_chain, fetch

    @Slot(object)
    def open(self, request: OpenRequest) -> None:
        """Carry out a request. Runs in the opener's thread."""
        if request.cancelled.is_set():
            return
        try:
            image = request.image or self._read(request)
            if image is None:
                return
            if request.image is None and not request.toned:
                self._tell(image, request)
            choice, chain = self._chain(image, request)
        except Cancelled:
            return
        except HugeImage as error:
            self.huge.emit(request, str(error))
        except SourceMissing as error:
            self.missing.emit(request, error.what)
        except Exception as error:
            self.failed.emit(request, sentence_of(error, f"opening {request.path.name}"))
        else:
            self.opened.emit(request, choice, image, chain)

    def _chain(self, image: OpenedImage, request: OpenRequest) -> tuple[EngineChoice, Chain]:
        """Return the requested chain; for a new image, with the embedded engine as a fallback."""
        embedded = EngineChoice(device=request.choice.device, numbers=request.choice.numbers)
        wanted = request.choice
        if image.session is not None and request.image is None:
            wanted = choice_of(image.session.pyramids[0], request.settings or wanted)
        cancelled = request.cancelled.is_set
        try:
            return wanted, self._made(image, wanted, cancelled)
        except BadInput as error:
            if request.image is not None or wanted.engine == embedded.engine:
                raise
            chain = self._made(image, embedded, cancelled)
            self.noticed.emit(
                translate("Error", "{problem} {engine} is used instead.").format(
                    problem=error, engine=chain.upscaler.name
                )
            )
            return embedded, chain

    def _made(self, image: OpenedImage, choice: EngineChoice, cancelled: IsCancelled) -> Chain:
        return self._open_chain(image, choice, self.noticed.emit, self.messaged.emit, cancelled)

    def _tell(self, image: OpenedImage, request: OpenRequest) -> None:
        """Report missing parts of an image that was read, and how it is shown."""
        source = image.source
        notices = source.notices
        if request.page is not None and source.pages > 1:
            place = translate("Files", "Page {page} of {pages}.")
            notices = (place.format(page=source.page, pages=source.pages), *notices)
        messages = (*source.warnings, *notices)
        if not messages or request.cancelled.is_set():
            return
        (self.noticed if source.warnings else self.messaged).emit(sentences(messages))

    def _read(self, request: OpenRequest) -> OpenedImage | None:
        """Read the requested image, or the photo it refers to; None if that is already open."""
        path, cancelled = request.path, request.cancelled.is_set
        if request.pixels is not None:
            rgb, alpha = pixels_of(request.pixels)
            return OpenedImage(source_from_pixels(rgb, path.name, alpha))
        if request.link:
            return OpenedImage(self._downloaded(request))
        tone = request.tone
        if request.ahead is not None and not tone.changed and request.ahead.is_valid():
            return OpenedImage(request.ahead.source)
        lead = lead_of(path, cancelled) if request.follow else None
        if lead is not None:
            is_open = lead.origin.source_digest == request.open_digest
            self.led.emit(request, lead, is_open)
            if is_open:
                return None
            if lead.photo is not None:
                path, tone = lead.photo, lead.tone
        small = preview(path, cancelled)
        if small is not None:
            self.previewed.emit(request, Preview(*small))
        read = partial(
            open_path,
            path,
            request.photo,
            page=request.page,
            allow_huge=request.allow_huge,
            cancelled=cancelled,
            progress=self._preparing(request),
            glimpse=lambda rgb, width, height: self.previewed.emit(
                request, Preview(rgb, width, height)
            ),
        )
        if not tone.changed or is_session(path):
            return read()
        try:
            return read(tone=tone)
        except HugeImage:
            raise
        except BadInput as error:
            image = read()
            self.noticed.emit(str(error))
            return image

    def _preparing(self, request: OpenRequest) -> Callable[[float], None]:
        """Return what reports how far an image is prepared; not more often than is visible."""
        shown = 0.0

        def report(part: float) -> None:
            nonlocal shown
            if part - shown >= SHOWN_PART:
                shown = part
                self.prepared.emit(request, part)

        return report

    def _downloaded(self, request: OpenRequest) -> Source:
        """Download an image and open it; its file is removed again."""
        if self._fetch is None:
            raise BadInput(
                translate("Error", "Links cannot be opened: save the image, and open its file.")
            )
        cancelled = request.cancelled.is_set
        with tempfile.TemporaryDirectory(prefix="cozviewer-", ignore_cleanup_errors=True) as folder:
            path = Path(folder) / request.path.name
            self._fetch(
                request.link,
                path,
                lambda done, total: self.downloaded.emit(request, done, total),
                cancelled,
            )
            source = open_source(
                path,
                allow_huge=request.allow_huge,
                cancelled=cancelled,
                progress=self._preparing(request),
            )
        return replace(source, path=None)
