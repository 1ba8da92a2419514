"""Begins, keeps and ends drafts, on the thread of the zoom steps, so that no tile is under way."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from cozviewer.chain.chain import Chain
from cozviewer.chain.draft import begin, end, keep
from cozviewer.jobs.report import sentence_of
from cozviewer.pyramid.store.draft import Draft
from cozviewer.pyramid.store.store import StepRecord
from cozviewer.util.translation import QT_TRANSLATE_NOOP


@dataclass(frozen=True)
class ChangeRequest:
    """A step to be regenerated.

    Attributes:
        draft: Where its tiles go.
        step: With its new prompt.
    """

    draft: Draft
    step: StepRecord


class DraftJob(QObject):
    """Signals:
    begun: (ChangeRequest, Stale) stale tiles are read from the draft from now on.
    kept: (Draft) its tiles have taken the place of the older ones.
    ended: (Draft) it is forgotten.
    failed: (Draft, str) it could not be kept; one sentence.
    """

    begun = Signal(object, object)
    kept = Signal(object)
    ended = Signal(object)
    failed = Signal(object, str)

    def __init__(self, chain: Chain, trim: Callable[[], None]) -> None:
        """Make the job.

        Args:
            trim: Keeps the cache folder within its budget; called after a draft was kept.
        """
        super().__init__()
        self._chain = chain
        self._trim = trim

    @Slot(object)
    def begin(self, request: ChangeRequest) -> None:
        """Regenerate a step. (Of a draft that was dropped meanwhile nothing is
        seen, and it is ended next.)"""
        recipe = self._chain.recipe
        self.begun.emit(request, begin(self._chain.pyramid, request.draft, request.step, recipe))

    @Slot(object)
    def keep(self, draft: Draft) -> None:
        """Replace the older tiles by those of a draft."""
        try:
            keep(self._chain.pyramid, draft)
        except Exception as error:
            self.failed.emit(
                draft, sentence_of(error, QT_TRANSLATE_NOOP("Error", "keeping the new tiles"))
            )
            return
        self.kept.emit(draft)
        try:
            self._trim()
        except Exception as error:
            # A cache over its budget does not stop the work; it is logged.
            sentence_of(error, "trimming the cache")

    @Slot(object)
    def end(self, draft: Draft) -> None:
        """Forget a draft that was dropped."""
        end(self._chain.pyramid, draft)
        self.ended.emit(draft)
