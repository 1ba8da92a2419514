"""The chain of zoom steps under a view: what must be computed, and computing it.

Every level between the source and the wanted one is needed, but only under the view: a level
needs sixteen times fewer tiles than the next finer one, so a chain costs about as much as its
last level. Work goes coarse to fine, from the middle of the view outwards.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from cozviewer.chain.draft import Part, parts, prompt_near
from cozviewer.chain.protocols import Cancelled, Prompter, Upscaler, never
from cozviewer.chain.recipe import Recipe
from cozviewer.chain.step import make_tile, parent_region
from cozviewer.errors import Cancelled as WorkCancelled
from cozviewer.pyramid.compose import best_region
from cozviewer.pyramid.geometry import (
    STEP_LEVELS,
    STEP_SCALE,
    Rect,
    TileKey,
    centre_first,
    coarser,
    level_name,
    snapped_to_tiles,
    tiles_of,
)
from cozviewer.pyramid.pixels import Rgb8
from cozviewer.pyramid.pyramid import Pyramid, TileMissing
from cozviewer.pyramid.store import StepRecord

REPLANS = 32
"""Times that work is planned anew because a tile vanished between planning and reading: another
window evicted it, or it was found broken. Each time the next one may be found."""

DESCRIBING = "Describing what is seen"
"""The stage in which the prompter is asked."""

PROMPT_SIDE = 512
"""Longer side, in pixels, of the crops that a prompter is shown."""


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Progress:
    """Where the work stands.

    Attributes:
        stage: What is being done, for people: "Loading Real-ESRGAN", "Drawing ×16".
        z: The level being made.
        done, total: Tiles, or what `unit` says.
        seconds_left: Estimated; None until a first tile was made.
        finished: The tile that was stored just now, if this report is about one.
        unit: What is counted, for people.
    """

    stage: str
    z: int
    done: int
    total: int
    seconds_left: float | None
    finished: TileKey | None = None
    unit: str = "tiles"


def missing_tiles(
    pyramid: Pyramid, halo: int, z: int, level_region: Rect
) -> list[tuple[int, list[TileKey]]]:
    """Return what must be computed before a region can be shown at level z, and no more.

    Args:
        halo: Parent pixels around each tile.
        z: A step level (even); nothing is missing for z <= 0.
        level_region: Pixels of level z inside the picture.

    Returns:
        (level, its missing tiles from the middle outwards), coarse to fine; no empty lists.
    """
    levels: list[tuple[int, list[TileKey]]] = []
    needed = set(tiles_of(z, level_region))
    region = level_region
    source = pyramid.source
    while z > 0 and needed:
        missing = pyramid.missing(centre_first(needed, region))
        if missing:
            levels.append((z, missing))
        z -= STEP_LEVELS
        region = coarser(region, STEP_LEVELS)
        needed = {
            parent
            for key in missing
            for parent in tiles_of(z, parent_region(key, halo, source.width, source.height))
        }
    return levels[::-1]


def with_all_tiles(refine: Callable[[], None], use: Callable[[], T]) -> T:
    """Make the tiles that are missing, then do what needs all of them.

    A tile may turn out to be broken only when it is decoded, or be evicted meanwhile; then both
    are done again, and only the lost tiles are made.

    Args:
        refine: Makes what is missing (see `Chain.refine`).
        use: Raises TileMissing where a tile is missing after all.

    Returns:
        What `use` returned.

    Raises:
        TileMissing: Tiles were lost REPLANS times.
    """
    for _ in range(REPLANS):
        refine()
        try:
            return use()
        except TileMissing as error:
            gone = error
    raise gone


class Chain:
    """Runs zoom steps on one pyramid. Used by one thread at a time."""

    def __init__(
        self, pyramid: Pyramid, upscaler: Upscaler, prompter: Prompter, recipe: Recipe
    ) -> None:
        self.pyramid = pyramid
        self.upscaler = upscaler
        self.prompter = prompter
        self.recipe = recipe
        self._loaded = False
        self._seconds_per_tile: float | None = None

    @property
    def seconds_per_tile(self) -> float | None:
        """What a tile takes, smoothed over the last ones; None before the first. Any thread."""
        return self._seconds_per_tile

    def load(self, cancelled: Cancelled = never) -> None:
        """Load the upscaler, once. `refine` does it when it first has to compute something.

        Args:
            cancelled: See `Upscaler.load`.

        Raises:
            Cancelled: `cancelled` said so.
            BadInput, Failure: The upscaler's weights are missing or broken, or do not fit.
        """
        if not self._loaded:
            self.upscaler.load(cancelled)
            self._loaded = True

    def refine(self, z: int, level_region: Rect, cancelled: Cancelled) -> Iterator[Progress]:
        """Compute all that a region lacks, coarse to fine, telling how it goes.

        Args:
            z: The step level wanted.
            level_region: Pixels of level z inside the picture.
            cancelled: Asked before every prompt and tile, and within the models.

        Yields:
            Progress before each stage and after each tile; nothing if nothing was missing.

        Raises:
            Cancelled: Finished tiles are kept.
            BadInput, Failure: From loading or running a model; finished tiles are kept.
        """
        self.pyramid.store.seen(tiles_of(z, level_region))
        for _ in range(REPLANS):
            try:
                yield from self._refine_as_planned(z, level_region, cancelled)
                return
            except TileMissing as error:
                gone = error
        raise gone

    def _refine_as_planned(
        self, z: int, level_region: Rect, cancelled: Cancelled
    ) -> Iterator[Progress]:
        """Do the work of `refine`, or raise TileMissing where a parent vanished meanwhile."""
        missing = missing_tiles(self.pyramid, self.recipe.reach, z, level_region)
        if not missing:
            return
        total = sum(len(keys) for _, keys in missing)
        if not self._loaded:
            yield Progress(f"Loading {self.upscaler.name}", missing[0][0], 0, total, None)
            self.load(cancelled)
        done = 0
        try:
            for level, keys in missing:
                region = coarser(level_region, z - level).intersected(
                    self.pyramid.level_rect(level)
                )
                for part in parts(self.pyramid, keys):
                    for progress in self._step(level, region, part, done, total, cancelled):
                        yield progress
                        done = progress.done
        finally:
            self.pyramid.store.flush()

    def _step(
        self,
        z: int,
        level_region: Rect,
        part: Part,
        done: int,
        total: int,
        cancelled: Cancelled,
    ) -> Iterator[Progress]:
        """Make tiles of level z, which `level_region` shows, as one recorded step."""
        store, step = part.store, part.step
        if step is None:
            seen = coarser(level_region, STEP_LEVELS)
            prompt = prompt_near(self.pyramid, store, z - STEP_LEVELS, seen)
            if prompt is None:
                _check(cancelled)
                if self.prompter.name == "none":
                    prompt = ""
                else:
                    yield Progress(DESCRIBING, z, done, total, None)
                    crops = self._crops(z - STEP_LEVELS, seen)
                    prompt = self.prompter.prompt(*crops, cancelled)
            step = self.step(z, snapped_to_tiles(seen), prompt)
        started = time.perf_counter()
        step_id = part.step_id
        if step_id is None:
            step_id = store.begin_step(self.step(z, step.level_region, step.prompt))
        stage = f"Drawing {level_name(z)}"
        yield Progress(stage, z, done, total, self._left(total - done))
        for key in part.keys:
            _check(cancelled)
            if not store.has(key):  # another window may have made it meanwhile
                tile_started = time.perf_counter()
                pixels = make_tile(
                    key, self.pyramid, self.upscaler, self.recipe, step.prompt, cancelled
                )
                store.put(key, pixels, step_id)
                self._remember(time.perf_counter() - tile_started)
            done += 1
            yield Progress(stage, z, done, total, self._left(total - done), key)
        store.finish_step(step_id, time.perf_counter() - started)

    def step(self, z: int, level_region: Rect, prompt: str) -> StepRecord:
        """Return the record of a step that makes tiles of level z and begins now.

        Args:
            level_region: Whole tiles of the parent level.
        """
        return StepRecord(
            z=z - STEP_LEVELS,
            level_region=level_region,
            prompt=prompt,
            seed=self.recipe.seed,
            seconds=0.0,
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        )

    def _crops(self, z: int, level_region: Rect) -> tuple[Rgb8 | None, Rgb8]:
        """Return the wider view (where there is one) and the crop that a prompter describes."""
        crop = _middle(level_region.intersected(self.pyramid.level_rect(z)))
        previous = None
        if z > 0:
            wide = crop.grown(crop.width * (STEP_SCALE - 1) // 2)
            whole = self.pyramid.level_rect(z - STEP_LEVELS)
            wide = coarser(wide, STEP_LEVELS).intersected(whole)
            previous = best_region(self.pyramid, z - STEP_LEVELS, wide)
        return previous, best_region(self.pyramid, z, crop)

    def _remember(self, seconds: float) -> None:
        """Follow the time that a tile takes, smoothed over about the last four."""
        last = self._seconds_per_tile
        self._seconds_per_tile = seconds if last is None else 0.75 * last + 0.25 * seconds

    def _left(self, tiles: int) -> float | None:
        return None if self._seconds_per_tile is None else self._seconds_per_tile * tiles


def _middle(level_region: Rect) -> Rect:
    """Return at most PROMPT_SIDE pixels a side around the middle of a region."""
    width = min(level_region.width, PROMPT_SIDE)
    height = min(level_region.height, PROMPT_SIDE)
    return Rect(
        level_region.x + (level_region.width - width) // 2,
        level_region.y + (level_region.height - height) // 2,
        width,
        height,
    )


def _check(cancelled: Cancelled) -> None:
    if cancelled():
        raise WorkCancelled("Stopped.")
