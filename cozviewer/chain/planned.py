"""Plans the work for a view: the missing tiles of each level, grouped into runs."""

from dataclasses import dataclass

from cozviewer.chain.clear import ordered_runs
from cozviewer.chain.draft import Part, parts
from cozviewer.chain.joining.order import continued
from cozviewer.chain.recipe import Recipe
from cozviewer.chain.runs import Run
from cozviewer.chain.step import parent_region
from cozviewer.image.rect import Rect
from cozviewer.pyramid.geometry import STEP_LEVELS, TileKey, centre_first, coarser, tiles_of
from cozviewer.pyramid.pyramid import Pyramid


@dataclass(frozen=True, slots=True)
class LevelWork:
    """The missing tiles of one level.

    Attributes:
        z: The level.
        parts: Its missing tiles, grouped by store and step, each with the runs that generate them,
            in the order in which they are drawn, see `joining.order`; runs of which nothing can be
            seen come last.
    """

    z: int
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
    def continued(self) -> list[tuple[Run, list[Run]]]:
        """Each run with the earlier ones that it continues; see `joining.order`."""
        runs = [run for _, runs in self.parts for run in runs]
        found = continued(runs)
        return [(run, [runs[i] for i in others]) for run, others in zip(runs, found, strict=True)]

    def cost(self, recipe: Recipe) -> int:
        """Return the number of parent pixels given to the upscaler."""
        return sum(run.cost(recipe) for _, runs in self.parts for run in runs)


def planned(
    pyramid: Pyramid, recipe: Recipe, z: int, level_region: Rect, downwards: bool = False
) -> list[LevelWork]:
    """Return the tiles that must be generated to show a region of level z.

    Args:
        z: A step level (even); nothing is missing for z <= 0.
        level_region: Pixels of level z inside the photo.
        downwards: Whether each level is drawn from top to bottom, not from its middle.

    Returns:
        The levels with missing tiles, coarse to fine.
    """
    levels: list[LevelWork] = []
    needed = set(tiles_of(z, level_region))
    region = level_region
    source = pyramid.source
    while z > 0 and needed:
        work = LevelWork(
            z,
            tuple(
                (
                    part,
                    tuple(ordered_runs(pyramid, part.keys, recipe, None if downwards else region)),
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
