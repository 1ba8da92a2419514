"""The one way in which every exported file is made, for the window and for the commands.

`run_task` generates the tiles that the file needs, while a large file is written as far as they
exist (see `streaming`). Only then does the task look up origin, prompts and captions, so that these
describe the pixels that are written. The window runs tasks on
the thread of the zoom steps (`jobs.export_job`), the commands on the main thread; neither Qt nor
torch is imported here. What can be made is in `tasks`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Protocol, TypeVar

from cozviewer.chain.chain import Chain, Progress, unreported, with_all_tiles
from cozviewer.chain.planned import missing_tiles
from cozviewer.chain.series import Needs, missing_of, refine_series
from cozviewer.chain.stages import reporting_stages
from cozviewer.export.origin import Origin
from cozviewer.export.streaming import BandTask, OnProgress, Stream
from cozviewer.image.rect import Rect
from cozviewer.pyramid.geometry import STEP_LEVELS, TileKey, coarser, tiles_of
from cozviewer.pyramid.pyramid import Pyramid
from cozviewer.pyramid.store.tile_set import TileSet
from cozviewer.util.cancel import IsCancelled, never

T = TypeVar("T")

AT_ONCE = 1 << 12
"""Tiles that are counted at once."""


@dataclass(frozen=True)
class Made:
    """A file that was made.

    Attributes:
        origin: The metadata of the file.
        generated: Tiles that were generated for it.
        reused: Other tiles under it, on all generated levels, that were in the cache, intact.
    """

    origin: Origin
    generated: int
    reused: int


class Generator(Protocol):
    """What generates the missing tiles: this process (`OneProcess`), or a cluster."""

    def generate(
        self, needs: Needs, chain: Chain, is_cancelled: IsCancelled, on_progress: OnProgress
    ) -> Iterator[Progress]:
        """Generate all missing tiles and store them.

        Args:
            needs: Regions of generated levels.
            chain: Not used by other threads meanwhile.
            is_cancelled: Checked between parts of the work.
            on_progress: Receives progress that is not yielded.

        Yields:
            Progress, with the tiles that were stored.

        Raises:
            BadInput, Cancelled, Failure: Finished tiles are kept.
        """
        ...


class OneProcess:
    """Generates with the chain's own models; see `Chain.refine`.

    Args:
        downwards: Whether each level is generated from top to bottom, if there is one region.
    """

    def __init__(self, downwards: bool = False) -> None:
        self._downwards = downwards

    def generate(
        self, needs: Needs, chain: Chain, is_cancelled: IsCancelled, on_progress: OnProgress
    ) -> Iterator[Progress]:
        """See `Generator`."""
        if (one := _only_region(needs)) is not None:  # its time left is updated within a run, too
            return chain.refine(*one, is_cancelled, on_progress, self._downwards)
        return refine_series(chain, needs, is_cancelled, on_progress)


class Task(Protocol):
    """A file to be made; a frozen value, so it can be passed to another thread."""

    @property
    def path(self) -> Path:
        """The file to write; it appears whole or not at all, and replaces one that exists."""
        ...

    def needs(self, pyramid: Pyramid) -> Needs:
        """Return the regions of generated levels that must be complete before it is written."""
        ...

    def write(self, chain: Chain, is_cancelled: IsCancelled, on_progress: OnProgress) -> Origin:
        """Write the file and return its origin, both from the tiles as they are now.

        Raises:
            TileMissing: A tile does not exist or cannot be read.
            BadInput, Cancelled, Failure: The file cannot be written, or was not.
        """
        ...


def run_task(
    task: Task,
    chain: Chain,
    is_cancelled: IsCancelled = never,
    on_progress: OnProgress = unreported,
    is_held: IsCancelled = never,
    generator: Generator | None = None,
) -> Made:
    """Generate the tiles that a file needs, then write it.

    Args:
        task: The file; the caller has made sure that it replaces no input (`refuse_source`).
        chain: Not used by other threads meanwhile.
        is_cancelled: Checked between runs of the model and while the file is written.
        on_progress: Receives tiles first, then rows or frames.
        is_held: Ends the work as `is_cancelled` does, but only while tiles are generated, and
            writing begins after that: pausing the work for a while does not lose a file
            that is half written.
        generator: What generates the tiles; None is `OneProcess`.

    Raises:
        BadInput: The file cannot be written as requested.
        Cancelled: `is_cancelled` or `is_held` returned True; finished tiles are kept, the file is
            not.
        Failure: A model, the memory or the disk failed; finished tiles are kept.
        TileMissing: Tiles were lost over and over again.
    """
    needs = task.needs(chain.pyramid)

    def is_stopped() -> bool:
        return is_cancelled() or is_held()

    if not (isinstance(task, BandTask) and task.in_bands and is_held is never):
        return Made(
            *with_tiles(
                needs,
                chain,
                lambda: task.write(chain, is_cancelled, on_progress),
                is_stopped,
                on_progress,
                generator,
            )
        )
    with Stream(task, chain, is_cancelled, on_progress) as stream:

        def on_stored(progress: Progress) -> None:
            on_progress(progress)
            if progress.finished:
                stream.add(progress.finished)

        return Made(
            *with_tiles(
                needs,
                chain,
                lambda: stream.finished() or task.write(chain, is_cancelled, on_progress),
                is_stopped,
                on_stored,
                generator or OneProcess(downwards=True),
            )
        )


def with_tiles(
    needs: Needs,
    chain: Chain,
    use: Callable[[], T],
    is_cancelled: IsCancelled,
    on_progress: OnProgress,
    generator: Generator | None = None,
) -> tuple[T, int, int]:
    """Generate the tiles that are missing, then do what needs all of them.

    Args:
        needs: Regions of generated levels.
        chain, is_cancelled, on_progress, generator: As for `run_task`.
        use: May be called again, as tiles can turn out to be lost; see `with_all_tiles`.

    Returns:
        What `use` returned; the numbers of generated and of reused tiles, as in `Made`.

    Raises:
        Cancelled, BadInput, Failure: As `Chain.refine` and `use`; finished tiles are kept.
        TileMissing: Tiles were lost over and over again.
    """
    store, finest = chain.pyramid.store, max(needs, default=0)
    generated = TileSet()
    count = 0
    making = generator or OneProcess()

    def generate() -> None:
        nonlocal count
        with reporting_stages(lambda stage: on_progress(Progress(stage, finest, 0, 0, None))):
            for progress in making.generate(needs, chain, is_cancelled, on_progress):
                on_progress(progress)
                generated.update(progress.finished)
                count += len(progress.finished)

    result = with_all_tiles(generate, use)
    reused, needed = 0, _tiles_under(needs)
    while lot := dict.fromkeys(islice(needed, AT_ONCE)):
        store.seen(lot)
        others = [key for key in lot if key not in generated]
        reused += len(others) - len(store.missing(others))
        generated.update(others)  # another region may need them, too
    return result, count, reused


def missing_tiles_of(task: Task, chain: Chain) -> int:
    """Return how many tiles `run_task` would have to generate. Any thread."""
    pyramid, recipe = chain.pyramid, chain.recipe
    needs = task.needs(pyramid)
    if (one := _only_region(needs)) is not None:
        return sum(len(keys) for _, keys in missing_tiles(pyramid, recipe, *one))
    return len(missing_of(pyramid, recipe, needs))


def _only_region(needs: Needs) -> tuple[int, Rect] | None:
    """Return the level and the region that are needed if there is exactly one."""
    regions = [(z, region) for z, each in needs.items() for region in each]
    return regions[0] if len(regions) == 1 else None


def _tiles_under(needs: Needs) -> Iterator[TileKey]:
    """Yield the tiles of regions, on all generated levels down to the source."""
    for z, regions in needs.items():
        for region in regions:
            for level in range(z, 0, -STEP_LEVELS):
                yield from tiles_of(level, coarser(region, z - level))
