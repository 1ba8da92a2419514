"""Connects the Tone panel with the open image.

While something is dragged, a small image of the file's numbers is shown in place of the image;
when it is let go, the file is read by the new tone. The numbers are read when the panel is shown,
on its own thread, and forgotten when it is hidden.
"""

from collections.abc import Sequence

from PySide6.QtCore import QObject, QThread, Signal, Slot
from PySide6.QtWidgets import QWidget

from cozviewer.image.source import Source
from cozviewer.image.tone import Tone, Window
from cozviewer.jobs.document import Document
from cozviewer.jobs.files.opener import Preview
from cozviewer.jobs.latest import Latest
from cozviewer.jobs.threads import start_thread, stop_thread
from cozviewer.jobs.tone_job import Numbers, NumbersRequest, ToneJob, ToneRequest, ToneView
from cozviewer.ui.tone.panel import TonePanel
from cozviewer.ui.tone.window_drag import WindowDrag
from cozviewer.ui.tone.wording import nothing_to_choose


class Toning(QObject):
    """Keeps the panel up to date, and shows previews. GUI thread.

    Attributes:
        panel: The panel.

    Signals:
        previewed: (Preview | None) what is shown in place of the image, or nothing any more.
        chosen: (Tone) the open photo is to be shown by another tone.
    """

    previewed = Signal(object)
    chosen = Signal(object)
    _read = Signal(object)
    _show = Signal(object)

    def __init__(self, panes: Sequence[QWidget], parent: QObject) -> None:
        """Create the panel.

        Args:
            panes: Where the image is shown.
        """
        super().__init__(parent)
        self.panel = TonePanel()
        self._source: Source | None = None
        self._shown = False
        self._previewing = False
        self._counted: tuple[Numbers | None, Window, tuple[int, ...]] | None = None
        self._drag = WindowDrag(panes, self._window, self)
        self._drag.dragged.connect(self.panel.drag_to)
        self._drag.dropped.connect(self.panel.settle)
        self._numbers: Latest[NumbersRequest, Numbers] = Latest()
        self._view: Latest[ToneRequest, ToneView] = Latest()
        self._job: ToneJob | None = None
        self._thread: QThread | None = None
        self.panel.changed.connect(self._on_changed)
        self.panel.chosen.connect(self._on_chosen)

    @property
    def waiting(self) -> bool:
        """Whether anything is still being read or shown."""
        return self._numbers.pending is not None or self._view.pending is not None

    @property
    def dragging(self) -> bool:
        """Whether something is being dragged, in the panel or in the image."""
        return self.panel.dragging or self._drag.dragging

    @Slot(bool)
    def set_shown(self, shown: bool) -> None:
        """Read the numbers of the open file, or forget them."""
        self._shown = shown
        if shown:
            self._begin()
        else:
            self._forget()

    def set_document(self, document: Document | None) -> None:
        """Follow the open image; of the same page of the same file the numbers stay."""
        if document is None:
            return  # another image follows, or the window is closed
        before, self._source = self._source, document.source
        source = self._source
        self._previewing = False
        self._view.cancel()
        if not _same_page(before, source) or source.offered is None:
            self._forget()
            self.panel.show_range(
                source.offered if source.path is not None else None, nothing_to_choose(source)
            )
            self.panel.show_tone(source.tone)
        elif not self.dragging:
            self.panel.show_tone(source.tone)
        if self._shown:
            self._begin()

    @Slot()
    def take_back(self) -> None:
        """Show the tone of the open image again: it could not be read by another one."""
        self._end_preview()
        if self._source is not None:
            self.panel.show_tone(self._source.tone)

    @Slot()
    def close(self) -> None:
        """Stop, and end the thread."""
        self._forget()
        self._source = None
        if self._thread is not None:
            stop_thread(self._thread)
            self._thread = self._job = None

    # -- requests --------------------------------------------------------------------------------

    def _begin(self) -> None:
        """Ask for the numbers of the open file, if they are not known yet."""
        source = self._source
        if source is None or source.offered is None or source.path is None:
            return
        if self._numbers.request is not None:
            return
        if self._thread is None:
            self._start()
        self._read.emit(self._numbers.ask(NumbersRequest(source.path, source.page)))

    def _start(self) -> None:
        self._job = job = ToneJob()
        job.known.connect(self._on_known)
        job.toned.connect(self._on_toned)
        job.failed.connect(self._on_failed)
        self._read.connect(job.read)
        self._show.connect(job.show)
        self._thread = start_thread("tone", job)

    def _window(self) -> Window | None:
        return self.panel.window_shown if self._numbers.result is not None else None

    def _forget(self) -> None:
        self._counted = None
        self._numbers.clear()
        self._view.clear()
        self._end_preview()

    def _end_preview(self) -> None:
        self._view.cancel()
        if self._previewing:
            self._previewing = False
            self.previewed.emit(None)

    def _ask_for_view(self, tone: Tone) -> None:
        numbers = self._numbers.result
        if numbers is None:
            return
        offered = numbers.samples.offered
        if offered.problem(tone) is not None:
            return
        full = tone.over(offered.automatic)
        low, high = numbers.span
        window = full.window or offered.shown
        span = min(low, window[0]), max(high, window[1])
        if self.dragging:
            span = self.panel.form.plot.span  # which must not move below the pointer
        bands = tuple(dict.fromkeys(full.bands))
        if self._counted == (numbers, span, bands):
            bands = ()
        self._show.emit(self._view.ask(ToneRequest(numbers.samples, tone, span, bands)))

    @Slot(object)
    def _on_changed(self, tone: Tone) -> None:
        self._previewing = True
        self._ask_for_view(tone)

    @Slot(object)
    def _on_chosen(self, tone: Tone) -> None:
        if self._source is None:
            return
        if tone == self._source.tone:
            self._end_preview()
        else:
            self.chosen.emit(tone)

    # -- what comes ------------------------------------------------------------------------------

    @Slot(object, object)
    def _on_known(self, request: NumbersRequest, numbers: Numbers) -> None:
        if not self._numbers.accept(request, numbers):
            return
        samples = numbers.samples
        self.panel.show_numbers(samples.offered, numbers.presets, samples.extent)
        self._ask_for_view(self.panel.tone)

    @Slot(object, object)
    def _on_toned(self, request: ToneRequest, view: ToneView) -> None:
        if not self._view.accept(request, view):
            return
        if view.counts is not None:
            self._counted = self._numbers.result, request.span, request.bands
            self.panel.show_counts(view.counts, request.span)
        source = self._source
        is_image = request.samples.extent != "squares"
        if self._previewing and source is not None and is_image:
            self.previewed.emit(Preview(view.rgb, source.width, source.height))

    @Slot(object, str)
    def _on_failed(self, request: object, sentence: str) -> None:
        """Leave out the histogram: the image is open, and its fields work all the same."""
        for kind in (self._numbers, self._view):
            if request is kind.request:
                kind.cancel()


def _same_page(before: Source | None, now: Source) -> bool:
    """Return whether two photos are one page of one file."""
    if before is None or before.path is None:
        return False
    return (before.path, before.page, before.width, before.height) == (
        now.path,
        now.page,
        now.width,
        now.height,
    )
