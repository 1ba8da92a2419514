"""The undecided draft of an open image, seen from the GUI thread."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, Slot

from cozviewer.chain.chain import Chain
from cozviewer.chain.draft import keep
from cozviewer.jobs.draft_job import ChangeRequest, DraftJob
from cozviewer.pyramid.geometry import STEP_LEVELS, TileKey
from cozviewer.pyramid.store.draft import Draft, Stale
from cozviewer.pyramid.store.store import StepRecord


class Drafting(QObject):
    """Changes prompts, and keeps or discards the tiles made with them. GUI thread only.

    Attributes:
        job: What does the work; belongs on the thread of the zoom steps.

    Signals:
        tiles_changed: (Stale) these tiles are stale in memory.
        changed: there is a draft now or none any more, or it got its first tile.
        kept: the newest one that was to be kept is.
        failed: (str) it is not, and the older tiles are back; one sentence.
    """

    tiles_changed = Signal(object)
    changed = Signal()
    kept = Signal()
    failed = Signal(str)

    _begin = Signal(object)
    _keep = Signal(object)
    _end = Signal(object)

    def __init__(self, chain: Chain, trim: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self._chain = chain
        self._draft: Draft | None = None
        self._levels: list[int] = []
        self._beginning = 0
        self._has_tiles = False
        self._keeping: list[Draft] = []
        self._ending: list[Draft] = []
        self.job = DraftJob(chain, trim)
        self.job.begun.connect(self._on_begun)
        self.job.kept.connect(self._on_kept)
        self.job.ended.connect(self._on_ended)
        self.job.failed.connect(self._on_failed)
        self._begin.connect(self.job.begin)
        self._keep.connect(self.job.keep)
        self._end.connect(self.job.end)

    @property
    def levels(self) -> tuple[int, ...]:
        """The levels whose changed prompts are not decided yet, coarse to fine; none if there is
        no draft."""
        return tuple(sorted(set(self._levels)))

    @property
    def has_tiles(self) -> bool:
        """Whether there is a draft and anything of it is made."""
        return self._has_tiles

    @property
    def in_force(self) -> bool:
        """Whether reading tiles now includes all changes."""
        return not self._beginning

    def redraw(self, step: StepRecord) -> None:
        """Regenerate a step, in the present draft or in a new one. The caller has interrupted
        the work before may go on refining at once.

        Args:
            step: With its new prompt.
        """
        if self._draft is None:
            self._draft = Draft()
        self._levels.append(step.z + STEP_LEVELS)
        self._has_tiles = False
        self._beginning += 1
        self._begin.emit(ChangeRequest(self._draft, step))
        self.changed.emit()

    def keep(self) -> None:
        """Replace the older tiles by the new ones."""
        draft = self._taken()
        if draft is not None:
            self._keeping.append(draft)
            self._keep.emit(draft)
            self.changed.emit()

    def discard(self) -> None:
        """Bring back the older tiles, at once."""
        draft = self._taken()
        if draft is not None:
            self._drop(draft)
            self.changed.emit()

    def note(self, key: TileKey) -> None:
        """Note that a tile was made."""
        if not self._has_tiles and self._draft is not None and self._draft.holds(key):
            self._has_tiles = True
            self.changed.emit()

    def finish(self) -> None:
        """Release all drafts, once the thread has ended; what was to be kept is stored."""
        self.discard()
        for draft in self._keeping:
            keep(self._chain.pyramid, draft)  # does nothing where it is done
        for draft in self._ending:
            draft.close()

    def _taken(self) -> Draft | None:
        """Return the draft, which is decided now."""
        draft, self._draft = self._draft, None
        self._levels.clear()
        self._beginning = 0
        self._has_tiles = False
        return draft

    def _drop(self, draft: Draft) -> None:
        draft.drop()
        self._ending.append(draft)
        self.tiles_changed.emit(draft.outdates)
        self._end.emit(draft)

    @Slot(object, object)
    def _on_begun(self, request: ChangeRequest, stale: Stale) -> None:
        if request.draft is self._draft:
            self._beginning -= 1
            self.tiles_changed.emit(stale)

    @Slot(object)
    def _on_kept(self, draft: Draft) -> None:
        self._keeping.remove(draft)
        self.kept.emit()

    @Slot(object)
    def _on_ended(self, draft: Draft) -> None:
        self._ending.remove(draft)

    @Slot(object, str)
    def _on_failed(self, draft: Draft, sentence: str) -> None:
        self._keeping.remove(draft)
        self._drop(draft)
        self.failed.emit(sentence)
