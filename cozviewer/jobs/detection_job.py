"""Detects text and faces in composed frames, on its own thread.

A detection takes a second or two, and the next frame must not wait for it.
"""

from PySide6.QtCore import QObject, Signal, Slot

from cozviewer.chain.trust.detections import (
    looking_mark,
    no_detector_mark,
    with_findings,
    with_line,
)
from cozviewer.chain.trust.findings import Find
from cozviewer.chain.trust.overlays import Marked
from cozviewer.jobs.frame_composer import Trusted
from cozviewer.jobs.images import to_qimage
from cozviewer.jobs.latest import answer
from cozviewer.util.translation import QT_TRANSLATE_NOOP


class Looker(QObject):
    """Detects text and faces under the overlay of consistency; lives on a worker's thread.

    Signals:
        marked: (FrameRequest, QImage, tuple[Mark, ...]) the overlay and its legend: at once without
            detections, and again with them.
        failed: (str) one sentence.
    """

    marked = Signal(object, object, object)
    failed = Signal(str)

    def __init__(self, find: Find | None) -> None:
        """Make a job.

        Args:
            find: Detects; None where no detector is installed.
        """
        super().__init__()
        self._find = find

    @Slot(object)
    def look(self, seen: Trusted) -> None:
        """Search one frame, unless its request has been cancelled."""
        find, made = self._find, seen.made
        if find is None:
            self._show(seen, with_line(made, no_detector_mark()))
            return
        self._show(seen, with_line(made, looking_mark()))

        def fail(sentence: str) -> None:
            self.failed.emit(sentence)
            self._show(seen, made)

        answer(
            seen.request,
            lambda: with_findings(made, seen.frame, seen.generated, find),
            lambda found: self._show(seen, found),
            fail,
            QT_TRANSLATE_NOOP("Error", "looking for text and faces"),
        )

    def _show(self, seen: Trusted, made: Marked) -> None:
        if not seen.request.cancelled.is_set():
            self.marked.emit(seen.request, to_qimage(made.rgb), made.legend)
