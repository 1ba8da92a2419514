"""Plans the work for a view: the missing tiles of each level, grouped into runs."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from cozviewer.chain.clear import ordered_runs
from cozviewer.chain.draft import Part, parts
from cozviewer.chain.joining.order import continued
from cozviewer.chain.joining.rows import downwards
from cozviewer.chain.recipe import Recipe
from cozviewer.chain.runs import Run, in_pixels
from cozviewer.chain.step import parent_region
from cozviewer.chain.whole import Level, WholeLevels
from cozviewer.image.rect import Rect
from cozviewer.pyramid.geometry import STEP_LEVELS, TileKey, centre_first, coarser, tiles_of
from cozviewer.pyramid.pyramid import Pyramid

MOST_REPAIRED = 4096
"""Damaged tiles that are planned at a time."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A run whose turn it is.

    Attributes:
        run: The run.
        continues: The regions of the earlier runs that it continues; see `joining.order`.
        uses: The number of later runs that continue it.
    """

    run: Run
    continues: tuple[Rect, ...]
    uses: int


class Work(Protocol):
    """The missing tiles of one level."""

    @property
    def z(self) -> int:
        """The level."""
        ...

    @property
    def level_region(self) -> Rect:
        """What is to be shown, in pixels of level z."""
        ...

    @property
    def tiles(self) -> int:
        """Their number."""
        ...

    @property
    def needs_model(self) -> bool:
        """Whether the upscaler must run."""
        ...

    def cost(self, recipe: Recipe) -> int:
        """Return the number of parent pixels given to the upscaler."""
        ...

    def turns(self) -> Iterator[tuple[Part, bool, Iterator[Turn]]]:
        """Yield each part, whether the upscaler must run for it, and its runs in the order in which
        they are drawn."""
        ...


@dataclass(frozen=True, slots=True)
class LevelWork:
    """The missing tiles of one level.

    Attributes:
        z: The level.
        level_region: What is to be shown, in pixels of level z.
        parts: Its missing tiles, grouped by store and step, each with the runs that generate them,
            in the order in which they are drawn, see `joining.order`; runs of which nothing can be
            seen come last.
    """

    z: int
    level_region: Rect
    parts: tuple[tuple[Part, tuple[Run, ...]], ...]

    @property
    def keys(self) -> list[TileKey]:
        """All its missing tiles."""
        return [key for _, runs in self.parts for run in runs for key in run.keys]

    @property
    def needs_model(self) -> bool:
        """Whether the upscaler must run."""
        return any(not run.clear for _, runs in self.parts for run in runs)

    @property
    def tiles(self) -> int:
        """The number of missing tiles."""
        return sum(run.tiles for _, runs in self.parts for run in runs)

    @property
    def continued(self) -> list[tuple[Run, list[Run]]]:
        """Each run with the earlier ones that it continues; see `joining.order`."""
        runs = [run for _, runs in self.parts for run in runs]
        found = continued(runs)
        return [(run, [runs[i] for i in others]) for run, others in zip(runs, found, strict=True)]

    def turns(self) -> Iterator[tuple[Part, bool, Iterator[Turn]]]:
        """See `Work`."""
        links = {run.level_region: others for run, others in self.continued}
        uses = Counter(other.level_region for others in links.values() for other in others)

        def turn(run: Run) -> Turn:
            region = run.level_region
            return Turn(run, tuple(other.level_region for other in links[region]), uses[region])

        for part, runs in self.parts:
            yield part, any(not run.clear for run in runs), map(turn, runs)

    def cost(self, recipe: Recipe) -> int:
        """Return the number of parent pixels given to the upscaler."""
        return sum(run.cost(recipe) for _, runs in self.parts for run in runs)


@dataclass(frozen=True, slots=True)
class RowsWork:
    """The missing tiles of one level, planned while they are drawn; see `Work`.

    Attributes:
        pyramid: Where they are stored.
        plan: All levels.
        level: This one.
    """

    pyramid: Pyramid
    plan: WholeLevels
    level: Level

    @property
    def z(self) -> int:
        """See `Work`."""
        return self.level.z

    @property
    def level_region(self) -> Rect:
        """See `Work`."""
        return self.level.level_region

    @property
    def tiles(self) -> int:
        """See `Work`."""
        return self.level.tiles

    @property
    def needs_model(self) -> bool:
        """See `Work`."""
        return self.level.needs_model

    def cost(self, recipe: Recipe) -> int:
        """See `Work`."""
        return self.level.cost

    def turns(self) -> Iterator[tuple[Part, bool, Iterator[Turn]]]:
        """See `Work`."""
        ordered = downwards(row.runs for row in self.plan.rows(self.z))
        turns = (
            Turn(each.run, tuple(region for _, _, region in each.before), len(each.after))
            for each in ordered
        )
        yield Part(self.pyramid.store, ()), self.needs_model, turns


def in_rows(
    pyramid: Pyramid, recipe: Recipe, z: int, level_region: Rect
) -> Iterator[Sequence[Work]]:
    """Yield what `planned` returns, each level from top to bottom, in memory that does not grow
    with the region.

    Yields:
        Works, coarse to fine; each time when those before are done. Damaged tiles come first, and
        alone: they are made again with the prompts that they had.
    """
    if pyramid.draft is not None:  # as large as a view
        yield planned(pyramid, recipe, z, level_region)
        return
    plan = WholeLevels(pyramid, recipe, z, level_region)
    while repairs := repairs_of(pyramid, recipe, plan):
        yield repairs
        plan = WholeLevels(pyramid, recipe, z, level_region)
    yield [RowsWork(pyramid, plan, level) for level in plan.levels[::-1]]


def repairs_of(pyramid: Pyramid, recipe: Recipe, plan: WholeLevels) -> list[LevelWork]:
    """Return the work on damaged tiles of a plan: some of one step, on their coarsest level.
    Nothing if there are none."""
    for level in plan.levels[::-1]:
        broken = pyramid.store.broken(level.z, in_pixels(level.span), MOST_REPAIRED)
        for step in broken.values():
            keys = [key for key, other in broken.items() if other == step]
            return planned(pyramid, recipe, level.z, level.level_region, keys)
    return []


def planned(
    pyramid: Pyramid,
    recipe: Recipe,
    z: int,
    level_region: Rect,
    keys: Collection[TileKey] | None = None,
) -> list[LevelWork]:
    """Return the tiles that must be generated to show a region of level z.

    Args:
        z: A step level (even); nothing is missing for z <= 0.
        level_region: Pixels of level z inside the photo.
        keys: Tiles of level z that alone are wanted; None is all of the region.

    Returns:
        The levels with missing tiles, coarse to fine.
    """
    levels: list[LevelWork] = []
    needed = set(tiles_of(z, level_region) if keys is None else keys)
    region = level_region
    source = pyramid.source
    while z > 0 and needed:
        work = LevelWork(
            z,
            region.intersected(pyramid.level_rect(z)),
            tuple(
                (
                    part,
                    tuple(ordered_runs(pyramid, part.keys, recipe, region)),
                )
                for part in parts(pyramid, pyramid.missing(centre_first(needed, region)))
            ),
        )
        if work.parts:
            levels.append(work)
        needed = {
            parent
            for _, runs in work.parts
            for run in runs
            for parent in tiles_of(
                z - STEP_LEVELS,
                parent_region(run.level_region, z, recipe, source.width, source.height),
            )
        }
        z -= STEP_LEVELS
        region = coarser(region, STEP_LEVELS)
    return levels[::-1]


def missing_tiles(
    pyramid: Pyramid, recipe: Recipe, z: int, level_region: Rect
) -> list[tuple[int, list[TileKey]]]:
    """Return (level, missing tiles) for each level of the result of `planned`."""
    return [(work.z, work.keys) for work in planned(pyramid, recipe, z, level_region)]
