"""A draft: tiles made with other prompts, beside those of the store, until the user decides.

While a pyramid has a draft, stale tiles are read from the draft alone: those whose prompt was
changed, and all finer ones made from them. The store keeps the older ones, so a draft that is
discarded, or lost with the program, has changed nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Event

from cozviewer.pyramid.geometry import TileKey, parent_of, tile_rect
from cozviewer.pyramid.store.store import StepRecord, TileStore

Stale = Callable[[TileKey], bool]
"""Returns whether a tile of a step level is stale. Pure, callable from any thread."""


@dataclass(frozen=True)
class Change:
    """Another prompt for a step.

    Attributes:
        step: The step as it is made now; all tiles in its region count as changed.
        step_id: Its number in the draft's store.
        stale: What is stale by it.
    """

    step: StepRecord
    step_id: int
    stale: Stale

    def makes(self, key: TileKey) -> bool:
        """Return whether a tile is one of the step itself."""
        parent = parent_of(key)
        return parent.z == self.step.z and self.step.level_region.contains(tile_rect(parent))


class Draft:
    """One or more changes and the tiles made since. `drop`, `outdates` and `holds` are for any
    thread, the rest for the one that makes tiles.

    Attributes:
        changes: From the first to the newest.
    """

    def __init__(self) -> None:
        self.changes: tuple[Change, ...] = ()
        self._store: TileStore | None = None
        self._dropped = Event()
        self._closed = False

    @property
    def store(self) -> TileStore:
        """Where its tiles are, in memory; there is one from the first change on."""
        assert self._store is not None
        return self._store

    @property
    def dropped(self) -> bool:
        """Whether it is not wanted any more."""
        return self._dropped.is_set()

    def change(self, older: TileStore, step: StepRecord, stale: Stale) -> None:
        """Regenerate a step; its tiles in the draft so far are dropped.

        Args:
            older: The store that it is beside.
            step: With its new prompt.
            stale: What is stale by this change.
        """
        if self._store is None:
            self._store = older.beside()
        self.store.replace(stale, {}, {})
        self.changes = (*self.changes, Change(step, self.store.begin_step(step), stale))

    def change_of(self, key: TileKey) -> Change | None:
        """Return the newest change that makes a tile itself (not one that it is made from)."""
        return next((change for change in reversed(self.changes) if change.makes(key)), None)

    def outdates(self, key: TileKey) -> bool:
        """Return whether the older tile is stale."""
        return any(change.stale(key) for change in self.changes)

    def holds(self, key: TileKey) -> bool:
        """Return whether a tile belongs in the draft."""
        return not self.dropped and self.outdates(key)

    def drop(self) -> None:
        """Bring back the older tiles, at once."""
        self._dropped.set()

    def keep(self, older: TileStore) -> None:
        """Replace the older tiles by its own, in one transaction, unless it is dropped
        or closed."""
        if self._store is not None and not self.dropped and not self._closed:
            older.replace(self.outdates, *self._store.contents())

    def close(self) -> None:
        """Forget its tiles."""
        self._closed = True
        if self._store is not None:
            self._store.close()
