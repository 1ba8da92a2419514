"""The chain of zoom steps below a view: finds the missing tiles and generates them.

Every level between the source and the wanted one is needed, but only in the region of the view. A
level needs sixteen times fewer pixels than the next finer one, so a chain costs about as much as
its last level. Levels are generated coarse to fine, from the centre of the view outwards, in as few
runs as possible (see `runs`).
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Literal, TypeVar

from cozviewer.chain.draft import Part, prompt_near
from cozviewer.chain.joining.beyond import Beyond
from cozviewer.chain.pace import Pace
from cozviewer.chain.planned import Turn, Work, in_rows, planned
from cozviewer.chain.protocols import Prompter, Upscaler
from cozviewer.chain.recipe import TEXTURE, Recipe
from cozviewer.chain.runs import CORE
from cozviewer.chain.step import draw_run
from cozviewer.chain.textures.texture import PhotoTexture
from cozviewer.image.pixels import Rgb8
from cozviewer.image.rect import Rect
from cozviewer.pyramid.compose import best_region
from cozviewer.pyramid.geometry import (
    STEP_LEVELS,
    STEP_SCALE,
    LevelRegion,
    TileKey,
    coarser,
    level_name,
    snapped_to_tiles,
    tiles_of,
)
from cozviewer.pyramid.makers import maker_label
from cozviewer.pyramid.pyramid import Pyramid, TileMissing
from cozviewer.pyramid.store.store import StepRecord, TileStore
from cozviewer.util.cancel import IsCancelled, check_cancelled, never
from cozviewer.util.translation import QT_TRANSLATE_NOOP, translate, translate_marked
from cozviewer.util.units import Unit

REPLANS = 32
"""Number of times that work is planned again because a tile vanished between planning and reading,
evicted by another process or found damaged."""

DESCRIBING = QT_TRANSLATE_NOOP("Status", "Describing this area")
"""The stage in which the prompter runs."""

WITH_HALO = 1.3
"""Estimated ratio of a run's parent pixels with halo to those of its tiles."""

PROMPT_SIDE = 512
"""Longer side of the crops given to the prompter, in pixels."""


T = TypeVar("T")


Kind = Literal["describing", "generating"]
"""A stage of a step: the prompter runs, or tiles are made."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where the work stands.

    Attributes:
        stage: What is being done, to display: "Loading Real-ESRGAN", "Generating ×16".
        z: The level being made.
        done, total: Counted in `unit`, usually tiles.
        seconds_left: Estimated; None if unknown.
        finished: The tiles that were stored just now, if this report is about some.
        unit: What is counted.
        fraction: The part of all the work that is done, 0..1; moves within a run; None if unknown.
        drawing: What is being drawn now, in pixels of level z; None between runs.
        kind: Which stage of a step this is, in any language; None for other stages.
        note: More about it, for the line of a command.
    """

    stage: str
    z: int
    done: int
    total: int
    seconds_left: float | None
    finished: tuple[TileKey, ...] = ()
    unit: Unit = "tiles"
    fraction: float | None = None
    drawing: Rect | None = None
    kind: Kind | None = None
    note: str = ""


OnProgress = Callable[[Progress], None]
"""Receives where the work stands; called in the thread that does the work."""


def generating(z: int) -> str:
    """Return the stage in which tiles of level z are made: "Generating ×16"."""
    return translate("Status", "Generating {z}").format(z=level_name(z))


def unreported(progress: Progress) -> None:
    """Ignore a report."""


def with_all_tiles(refine: Callable[[], None], use: Callable[[], T]) -> T:
    """Generate missing tiles, then call `use`, which needs all of them.

    A tile may be evicted meanwhile, or be found damaged only when it is decoded. Then both are
    repeated, and only the lost tiles are generated.

    Args:
        refine: Generates the missing tiles (see `Chain.refine`).
        use: Raises TileMissing if a tile is missing.

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


def texture_of(pyramid: Pyramid, version: int = TEXTURE) -> PhotoTexture:
    """Return the texture of a pyramid's photo, borrowed as in a version of TEXTURE."""
    source = pyramid.source
    read = partial(pyramid.exact_region, 0)
    return PhotoTexture(read, source.width, source.height, version)


class Chain:
    """Runs zoom steps on one pyramid. Used by one thread at a time.

    Attributes:
        beyond: The pixels generated beyond the edges of the last runs; None keeps none.
        texture: The photo's texture, which is borrowed; None if it is off in the recipe.
        medical: Whether a caution stands by what is generated.
    """

    def __init__(
        self,
        pyramid: Pyramid,
        upscaler: Upscaler,
        prompter: Prompter,
        recipe: Recipe,
        medical: bool = False,
    ) -> None:
        """Create a chain.

        Args:
            medical: Whether the image is taken for a medical one, whatever its file states.
        """
        self.pyramid = pyramid
        self.upscaler = upscaler
        self.prompter = prompter
        self.recipe = recipe
        self._loaded = False
        self._pace = Pace()
        self.beyond: Beyond | None = Beyond()
        self.texture = texture_of(pyramid, recipe.texture) if recipe.photo_texture else None
        self.medical = medical or pyramid.source.medical

    @property
    def seconds_per_pixel(self) -> float | None:
        """Recently measured time per parent pixel (see `Run.cost`); None before the first run.
        Any thread."""
        return self._pace.seconds_per_pixel

    def seconds_for(self, tiles: int) -> float | None:
        """Estimate the time for a number of tiles; None before the first run. Any thread."""
        each = self.seconds_per_pixel
        return None if each is None else tiles * CORE**2 * WITH_HALO * each

    def load(self, cancelled: IsCancelled = never) -> None:
        """Load the upscaler, once. `refine` does this before its first run.

        Args:
            cancelled: See `Upscaler.load`.

        Raises:
            Cancelled: `cancelled` returned True.
            BadInput, Failure: The upscaler's weights are missing or broken, or do not fit.
        """
        if not self._loaded:
            self.upscaler.load(cancelled)
            self._loaded = True

    def refine(
        self,
        z: int,
        level_region: Rect,
        cancelled: IsCancelled,
        on_progress: OnProgress = unreported,
        downwards: bool = False,
    ) -> Iterator[Progress]:
        """Generate all missing tiles of a region, coarse to fine.

        Args:
            z: The step level wanted.
            level_region: Pixels of level z inside the photo.
            cancelled: Checked before every prompt and run, and within the models.
            on_progress: Receives the progress within runs, which is not yielded.
            downwards: Whether each level is generated from top to bottom, not from its middle, and
                planned meanwhile: for regions of any size.

        Yields:
            Progress before each stage and after each run; nothing if no tile is missing.

        Raises:
            Cancelled: Finished tiles are kept.
            BadInput, Failure: From loading or running a model; finished tiles are kept.
        """
        if not self.pyramid.store.empty:
            self.pyramid.store.seen(tiles_of(z, level_region))
        for _ in range(REPLANS):
            try:
                yield from self._refine_as_planned(
                    z, level_region, cancelled, on_progress, downwards
                )
                return
            except TileMissing as error:
                gone = error
        raise gone

    def _refine_as_planned(
        self,
        z: int,
        level_region: Rect,
        cancelled: IsCancelled,
        on_progress: OnProgress,
        downwards: bool,
    ) -> Iterator[Progress]:
        """Do the work of `refine`; raise TileMissing if a parent tile vanished meanwhile."""
        plan = self.pyramid, self.recipe, z, level_region
        for levels in in_rows(*plan) if downwards else [planned(*plan)]:
            if levels:
                yield from self._draw(levels, cancelled, on_progress)

    def _draw(
        self, levels: Sequence[Work], cancelled: IsCancelled, on_progress: OnProgress
    ) -> Iterator[Progress]:
        """Generate the tiles of a plan."""
        total = sum(work.tiles for work in levels)
        if not self._loaded and any(work.needs_model for work in levels):
            stage = translate("Status", "Loading {name}").format(
                name=maker_label(self.upscaler.name)
            )
            yield Progress(stage, levels[0].z, 0, total, None, fraction=0.0)
            self.load(cancelled)
        self._pace.begin(sum(work.cost(self.recipe) for work in levels))
        done = 0
        try:
            for work in levels:
                region = work.level_region
                if self.beyond is not None:
                    self.beyond.begin()
                for part, needs_model, turns in work.turns():
                    for progress in self._step(
                        work.z,
                        region,
                        part,
                        needs_model,
                        turns,
                        done,
                        total,
                        cancelled,
                        on_progress,
                    ):
                        yield progress
                        done = progress.done
        finally:
            self.pyramid.store.flush()

    def _step(
        self,
        z: int,
        level_region: Rect,
        part: Part,
        needs_model: bool,
        turns: Iterable[Turn],
        done: int,
        total: int,
        cancelled: IsCancelled,
        on_progress: OnProgress,
    ) -> Iterator[Progress]:
        """Generate tiles of level z as one recorded step; `level_region` is the visible region."""
        store, step = part.store, part.step
        if step is None:
            seen = coarser(level_region, STEP_LEVELS)
            prompt = self.known_prompt(z, store, level_region)
            if prompt is None:
                check_cancelled(cancelled)
                if not needs_model:
                    prompt = ""
                else:
                    yield self._progress("describing", z, done, total)
                    prompt = self.prompter.prompt(*self.crops(z, level_region), cancelled)
            step = self.step(z, snapped_to_tiles(seen), prompt)
        started = time.perf_counter()
        step_id = part.step_id
        if step_id is None:
            step_id = store.begin_step(self.step(z, step.level_region, step.prompt))
        whole = self.pyramid.level_rect(z)
        for turn in turns:
            run = turn.run
            check_cancelled(cancelled)
            self._pace.begin_run(run.cost(self.recipe))
            drawing = run.level_region.intersected(whole)
            yield self._progress("generating", z, done, total, drawing=drawing)
            if self.beyond is not None:
                self.beyond.expect(z, drawing, turn.uses)
            wanted = not all(map(store.has, run.keys))  # another process may have generated them
            if wanted:

                def moved(share: float, done: int = done, drawing: Rect = drawing) -> None:
                    self._pace.move(share)
                    on_progress(self._progress("generating", z, done, total, drawing=drawing))

                for key, pixels in draw_run(
                    run,
                    self.pyramid,
                    self.upscaler,
                    self.recipe,
                    step.prompt,
                    cancelled,
                    moved,
                    self.beyond,
                    self.texture,
                ):
                    store.put(key, pixels, step_id)
            if self.beyond is not None:
                self.beyond.used(z, [other.intersected(whole) for other in turn.continues])
            self._pace.end_run(drawn=wanted and not run.clear)
            done += len(run.keys)
            yield self._progress("generating", z, done, total, finished=run.keys)
        store.finish_step(step_id, time.perf_counter() - started)

    def _progress(
        self,
        kind: Kind,
        z: int,
        done: int,
        total: int,
        *,
        drawing: Rect | None = None,
        finished: tuple[TileKey, ...] = (),
    ) -> Progress:
        """Return where the work stands."""
        pace = self._pace
        describing = kind == "describing"
        return Progress(
            translate_marked("Status", DESCRIBING) if describing else generating(z),
            z,
            done,
            total,
            pace.seconds_left,
            finished,
            fraction=pace.fraction,
            drawing=drawing,
            kind=kind,
        )

    def step(self, z: int, level_region: Rect, prompt: str) -> StepRecord:
        """Return the record of a step for tiles of level z that begins now.

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

    def known_prompt(self, z: int, store: TileStore, level_region: Rect) -> str | None:
        """Return the prompt of new tiles of level z if the prompter is not needed for it.

        Args:
            store: Where the tiles are kept.
            level_region: The visible region of level z.
        """
        seen = coarser(level_region, STEP_LEVELS)
        prompt = prompt_near(self.pyramid, store, LevelRegion(z - STEP_LEVELS, seen))
        return "" if prompt is None and self.prompter.name == "none" else prompt

    def crops(self, z: int, level_region: Rect) -> tuple[Rgb8 | None, Rgb8]:
        """Return what the prompter gets for a step.

        Args:
            z: The level of its tiles.
            level_region: The visible region of level z.

        Returns:
            The wider crop of the level before the parent's (None if the parent is the source), and
            the crop of the parent.
        """
        wide, crop = prompted_regions(self.pyramid, z, level_region)
        previous = (
            None
            if wide is None
            else best_region(self.pyramid, LevelRegion(z - 2 * STEP_LEVELS, wide))
        )
        return previous, best_region(self.pyramid, LevelRegion(z - STEP_LEVELS, crop))


def prompted_regions(pyramid: Pyramid, z: int, level_region: Rect) -> tuple[Rect | None, Rect]:
    """Return the regions of the two levels before z that `Chain.crops` returns."""
    parent = z - STEP_LEVELS
    seen = coarser(level_region, STEP_LEVELS)
    crop = _middle(seen.intersected(pyramid.level_rect(parent)))
    if parent <= 0:
        return None, crop
    wide = coarser(crop.grown(crop.width * (STEP_SCALE - 1) // 2), STEP_LEVELS)
    return wide.intersected(pyramid.level_rect(parent - STEP_LEVELS)), crop


def _middle(level_region: Rect) -> Rect:
    """Return at most PROMPT_SIDE x PROMPT_SIDE pixels around the centre of a region."""
    width = min(level_region.width, PROMPT_SIDE)
    height = min(level_region.height, PROMPT_SIDE)
    return Rect(
        level_region.x + (level_region.width - width) // 2,
        level_region.y + (level_region.height - height) // 2,
        width,
        height,
    )
