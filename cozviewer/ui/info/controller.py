"""Keeps the panels Info and Histogram up to date with the photo, the view and the pointer.

Everything is read and counted on its own thread, which is started when a panel is first
shown, and only while one is.
"""

from PySide6.QtCore import QObject, QThread, QTimer, Signal, Slot

from cozviewer.image.facts.file_facts import FileFacts
from cozviewer.image.facts.histogram import Histogram
from cozviewer.image.rect import Rect
from cozviewer.image.subject import Scale
from cozviewer.jobs.document import Document
from cozviewer.jobs.files.info_job import (
    HistogramRequest,
    InfoJob,
    PhotoInfo,
    PhotoRequest,
    ViewInfo,
    ViewRequest,
)
from cozviewer.jobs.latest import Latest
from cozviewer.jobs.threads import start_thread, stop_thread
from cozviewer.ui.info.histogram_panel import HistogramPanel
from cozviewer.ui.info.panel import InfoPanel
from cozviewer.ui.info.rows import (
    camera_rows,
    file_rows,
    origin_rows,
    pixel_rows,
    subject_rows,
    view_rows,
)
from cozviewer.ui.view.canvas import Canvas
from cozviewer.ui.view.navigator import Navigator
from cozviewer.ui.view.pixel import Pixel, shown_image

DELAY_MS = 120
"""From the last change of a view at rest to its description: changes come in bursts."""


class Information(QObject):
    """Connects the panels with the document. GUI thread.

    Of a comparison, they describe the first image.

    It has more than 12 attributes: a request of which only the newest counts for each of three
    kinds of information.

    Attributes:
        panel: The Info panel.
        histogram: The Histogram panel.
    """

    _read = Signal(object)
    _describe = Signal(object)
    _count = Signal(object)

    def __init__(self, navigator: Navigator, pane: Canvas, parent: QObject) -> None:
        """Create the panels.

        Args:
            navigator: Moves the view.
            pane: Shows it.
        """
        super().__init__(parent)
        self.panel = InfoPanel()
        self.histogram = HistogramPanel()
        self._navigator, self._pane = navigator, pane
        self._document: Document | None = None
        self._pixel: Pixel | None = None
        self._blind = False
        self._field = ""
        self._scale: Scale | None = None
        self._facts: FileFacts | None = None
        self._shown: set[str] = set()
        self._photo: Latest[PhotoRequest, PhotoInfo] = Latest()
        self._view: Latest[ViewRequest, ViewInfo] = Latest()
        self._counts: Latest[HistogramRequest, Histogram] = Latest()
        self._job: InfoJob | None = None
        self._thread: QThread | None = None
        self._delay = QTimer(self)
        self._delay.setSingleShot(True)
        self._delay.setInterval(DELAY_MS)
        self._delay.timeout.connect(self._follow)
        navigator.settled.connect(self._on_changed)
        pane.changed.connect(self._on_changed)
        self.histogram.wanted.connect(self._on_histogram_wanted)

    @property
    def waiting(self) -> bool:
        """Whether anything that is shown is still being read or counted."""
        kinds = (self._photo, self._view, self._counts)
        return self._delay.isActive() or any(kind.pending is not None for kind in kinds)

    def set_info_shown(self, shown: bool) -> None:
        """Set whether the Info panel is visible."""
        self._set_shown("info", shown)

    def set_histogram_shown(self, shown: bool) -> None:
        """Set whether the Histogram panel is visible."""
        self._set_shown("histogram", shown)

    @Slot(object)
    def show_pixel(self, pixel: Pixel | None) -> None:
        """Show the pixel under the pointer."""
        self._pixel = pixel
        if "info" in self._shown and self._document is not None:
            reference = self._document.source.georeference
            self.panel.pixel.show_rows(pixel_rows(pixel, reference))

    @Slot(object)
    def show_scale(self, scale: Scale | None) -> None:
        """Show the physical size of a pixel of the photo."""
        self._scale = scale
        self._show_file()

    def show_field(self, title: str) -> None:
        """Show what kind of image it is."""
        self._field = title
        self._show_file()

    def _show_file(self) -> None:
        if self._document is not None and "info" in self._shown:
            rows = file_rows(self._document.source, self._facts)
            self.panel.file.show_rows([*rows, *subject_rows(self._field, self._scale)])

    @Slot(bool)
    def set_blind(self, blind: bool) -> None:
        """Hide all that would reveal which image of a blind test is which, or show it again."""
        self._blind = blind
        self._view.clear()
        self._counts.clear()
        self.panel.view.show_rows(())
        self.histogram.show_histogram(None)
        self._on_changed()

    def set_document(self, document: Document | None) -> None:
        """Show what is known about another document, or nothing."""
        for kind in (self._photo, self._view, self._counts):
            kind.clear()
        self._document, self._pixel = document, None
        self.panel.forget()
        self.histogram.show_histogram(None)
        self._begin()

    @Slot()
    def close(self) -> None:
        """Stop, and end the thread."""
        self.set_document(None)
        self._delay.stop()
        if self._thread is not None:
            stop_thread(self._thread)
            self._thread = self._job = None

    # -- requests --------------------------------------------------------------------------------

    def _set_shown(self, name: str, shown: bool) -> None:
        if shown:
            self._shown.add(name)
            self._begin()
        else:
            self._shown.discard(name)

    def _begin(self) -> None:
        """Ask for what is shown and not known yet."""
        if self._document is None or not self._shown:
            return
        if self._thread is None:
            self._start()
        if "info" in self._shown:
            reference = self._document.source.georeference
            self.panel.pixel.show_rows(pixel_rows(self._pixel, reference))
            self._ask_for_photo(self._document)
        self._follow()

    def _start(self) -> None:
        self._job = job = InfoJob()
        job.photo_known.connect(self._on_photo_known)
        job.view_known.connect(self._on_view_known)
        job.counted.connect(self._on_counted)
        job.failed.connect(self._on_failed)
        self._read.connect(job.read_photo)
        self._describe.connect(job.describe_view)
        self._count.connect(job.count)
        self._thread = start_thread("info", job, low_priority=True)

    def _ask_for_photo(self, document: Document) -> None:
        if self._photo.request is None:
            self._facts = None
            self._show_file()
            self._read.emit(self._photo.ask(PhotoRequest(document.source)))

    @Slot()
    def _on_changed(self) -> None:
        if self._shown and self._document is not None:
            self._delay.start()

    @Slot()
    def _follow(self) -> None:
        """Describe and count the view, once it rests."""
        if self._document is None or not self._shown or not self._navigator.at_rest:
            return
        if "info" in self._shown and not self._blind:
            layer = self._pane.layer
            request = ViewRequest(self._document.chain, self._pane.view, layer.finest)
            self._describe.emit(self._view.ask(request))
        if "histogram" in self._shown and not self._blind:
            self._ask_for_histogram(self._document)

    @Slot()
    def _on_histogram_wanted(self) -> None:
        self._counts.clear()
        self._follow()

    def _ask_for_histogram(self, document: Document) -> None:
        source = document.source
        if self.histogram.whole.isChecked():
            if self._counts.request is not None and self._counts.request.image is None:
                return  # the photo does not change
            request = HistogramRequest(source, None, Rect(0, 0, source.width, source.height))
        else:
            part = self._pane.view.photo_area(source.width, source.height)
            request = HistogramRequest(source, shown_image(self._pane.layer), part)
        self._count.emit(self._counts.ask(request))

    # -- what comes ------------------------------------------------------------------------------

    @Slot(object, object)
    def _on_photo_known(self, request: PhotoRequest, info: PhotoInfo) -> None:
        if self._photo.accept(request, info):
            made = [] if info.origin is None else origin_rows(info.origin)
            self._facts = info.facts
            self.panel.camera.show_rows(camera_rows(info.exif))
            self.panel.made.show_rows(made)
            self._show_file()

    @Slot(object, object)
    def _on_view_known(self, request: ViewRequest, info: ViewInfo) -> None:
        if self._view.accept(request, info):
            upscaler = request.chain.upscaler
            engine = " · ".join(part for part in (upscaler.name, upscaler.device) if part)
            draft = self._pane.layer.shows_draft
            self.panel.view.show_rows(
                view_rows(request.view.camera, engine, info.shares, info.borrowed, draft)
            )

    @Slot(object, object)
    def _on_counted(self, request: HistogramRequest, histogram: Histogram) -> None:
        if self._counts.accept(request, histogram):
            self.histogram.show_histogram(histogram)

    @Slot(object, str)
    def _on_failed(self, request: object, sentence: str) -> None:
        """Leave out what cannot be read: the photo itself is open all the same."""
        for kind in (self._photo, self._view, self._counts):
            if request is kind.request:
                kind.cancel()
