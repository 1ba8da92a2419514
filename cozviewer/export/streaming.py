"""Writes a file from top to bottom while its tiles are being generated.

Tiles come in any order and wait in the tile cache, not in memory; the file gets each band of rows
as soon as all tiles of it exist. What the file says about itself is decided at the end.
"""

import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Protocol, runtime_checkable

from cozviewer.chain.chain import Chain, Progress
from cozviewer.export.origin import Origin
from cozviewer.image.rect import Rect
from cozviewer.pyramid.geometry import TileKey, tiles_of
from cozviewer.pyramid.pyramid import Pyramid, TileMissing
from cozviewer.util.cancel import IsCancelled, check_cancelled
from cozviewer.util.errors import Cancelled

LOOK_SECONDS = 0.1
"""How often a thread that waits checks whether it has been cancelled."""


OnProgress = Callable[[Progress], None]
"""Receives where the work stands; called on the thread that does the work, while a large image is
written also on other ones."""


class Tiles(Protocol):
    """What a task knows of its tiles while it writes."""

    def wait(self, z: int, level_region: Rect) -> None:
        """Return when all tiles of a region exist, or no more will be generated.

        Raises:
            Cancelled: The file is no longer wanted.
        """
        ...

    def wait_for_all(self) -> None:
        """Return when the generation has finished, so that steps and prompts are recorded.

        Raises:
            Cancelled: The file is no longer wanted.
        """
        ...


class AllThere:
    """All tiles exist; see `Tiles`."""

    def wait(self, z: int, level_region: Rect) -> None:
        """Return at once."""

    def wait_for_all(self) -> None:
        """Return at once."""


@runtime_checkable
class BandTask(Protocol):
    """A file that can be written in bands from top to bottom; see `run.Task`."""

    @property
    def in_bands(self) -> bool:
        """Whether it is written in bands, as it is large."""
        ...

    def write_bands(
        self, chain: Chain, tiles: Tiles, is_cancelled: IsCancelled, on_progress: OnProgress
    ) -> Origin:
        """As `Task.write`; called on a thread of its own, while the chain generates tiles.

        The chain may be used after `tiles.wait_for_all` only, but for its pyramid.
        """
        ...


class Arrivals:
    """Tiles that come one after another, see `Tiles`: those of one region are waited for."""

    def __init__(self, pyramid: Pyramid, is_cancelled: IsCancelled) -> None:
        self._pyramid, self._is_cancelled = pyramid, is_cancelled
        self._changed = threading.Condition()
        self._awaited: set[TileKey] = set()
        self._ended = self._dropped = False

    @property
    def ended(self) -> bool:
        """Whether no more tiles come."""
        return self._ended

    def dropped(self) -> bool:
        """Return whether the file is no longer wanted."""
        return self._dropped or self._is_cancelled()

    def add(self, keys: Iterable[TileKey]) -> None:
        """Note that tiles exist. Called by the thread that generates them, as are the others."""
        with self._changed:
            self._awaited.difference_update(keys)
            if not self._awaited:
                self._changed.notify_all()

    def end(self) -> None:
        """Note that no more tiles come."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def drop(self) -> None:
        """Let the thread that waits raise `Cancelled`."""
        with self._changed:
            self._dropped = True
            self._changed.notify_all()

    def wait(self, z: int, level_region: Rect) -> None:
        """See `Tiles`. Called by the thread that writes, as is `wait_for_all`."""
        with self._changed:
            if self._ended:
                return
            wanted = list(tiles_of(z, level_region))
            self._awaited = set(wanted)
        there = set(wanted).difference(self._pyramid.missing(wanted))
        self.add(there)
        self._until(lambda: self._ended or not self._awaited)

    def wait_for_all(self) -> None:
        """See `Tiles`."""
        self._until(lambda: self._ended)

    def _until(self, happened: Callable[[], bool]) -> None:
        with self._changed:
            while not happened():
                check_cancelled(self.dropped)
                self._changed.wait(LOOK_SECONDS)
        check_cancelled(self.dropped)


class Stream:
    """The writing of one file, beside the generation of its tiles. A context manager.

    The thread begins with the first tile that is generated. The methods are for one other thread.
    """

    def __init__(
        self, task: BandTask, chain: Chain, is_cancelled: IsCancelled, on_progress: OnProgress
    ) -> None:
        """Prepare; arguments as for `run_task`."""
        self._task, self._chain, self._on_progress = task, chain, on_progress
        self._arrivals = Arrivals(chain.pyramid, is_cancelled)
        self._thread: threading.Thread | None = None
        self._made: Origin | None = None
        self._error: BaseException | None = None
        self._lock = threading.Lock()
        self._last: Progress | None = None

    def __enter__(self) -> "Stream":
        return self

    def __exit__(self, *error: object) -> None:
        self._arrivals.drop()
        self._join()

    def add(self, keys: Iterable[TileKey]) -> None:
        """Note that tiles were stored.

        Raises:
            BadInput, Failure: The file cannot be written.
        """
        self._arrivals.add(keys)
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="export-writer")
            self._thread.start()
        if self._error is not None and not isinstance(self._error, Cancelled | TileMissing):
            raise self._error

    def finished(self) -> Origin | None:
        """Return the origin of the file after it was written to the end; None if it was not begun,
        as nothing was generated, or failed once.

        Raises:
            TileMissing: A tile was lost again before it was written.
            BadInput, Cancelled, Failure: As `Task.write`.
        """
        if self._thread is None:
            return None
        with self._lock:
            self._arrivals.end()
            if self._last is not None:
                self._on_progress(self._last)
        self._join()
        error, self._error = self._error, None
        if error is not None:
            raise error
        return self._made

    def _join(self) -> None:
        if self._thread is not None:
            self._thread.join()

    def _work(self) -> None:
        arrivals = self._arrivals

        def report(progress: Progress) -> None:
            with self._lock:
                # Most of the time was spent on waiting, which says nothing about what is left.
                self._last = replace(progress, seconds_left=None)
                if arrivals.ended:  # until then the tiles are reported
                    self._on_progress(self._last)

        try:
            self._made = self._task.write_bands(self._chain, arrivals, arrivals.dropped, report)
        except BaseException as error:
            self._error = error
