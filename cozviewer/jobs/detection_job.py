"""Looks for text and faces in what is composed, on a thread of its own: it takes a second or two,
and the next frame must not wait."""

from PySide6.QtCore import QObject, Signal, Slot

from cozviewer.chain.detections import LOOKING, NOBODY, Find, with_findings, with_line
from cozviewer.chain.overlays import Marked
from cozviewer.jobs.frame_composer import Trusted
from cozviewer.jobs.images import to_qimage
from cozviewer.jobs.report import sentence_of


class Looker(QObject):
    """Signals:
    marked: (FrameRequest, QImage, tuple[Mark, ...]) the overlay and its legend: at once without,
        and when it is over with what was found.
    failed: (str) one sentence.
    """

    marked = Signal(object, object, object)
    failed = Signal(str)

    def __init__(self, find: Find | None) -> None:
        """Begin.

        Args:
            find: Looks; None where nothing can.
        """
        super().__init__()
        self._find = find

    @Slot(object)
    def look(self, seen: Trusted) -> None:
        """Look at one frame, unless it is not wanted any more."""
        if self._find is None:
            self._tell(seen, with_line(seen.made, NOBODY))
            return
        self._tell(seen, with_line(seen.made, LOOKING))
        if seen.request.cancelled.is_set():
            return
        made = seen.made
        try:
            made = with_findings(made, seen.frame, seen.generated, self._find)
        except Exception as error:
            self.failed.emit(sentence_of(error, "looking for text and faces"))
        self._tell(seen, made)

    def _tell(self, seen: Trusted, made: Marked) -> None:
        if not seen.request.cancelled.is_set():
            self.marked.emit(seen.request, to_qimage(made.rgb), made.legend)
