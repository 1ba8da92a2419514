"""Plans the missing tiles of a region as units: runs with what each of them waits for.

Pure: neither Ray nor a model is needed here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from cozviewer.chain.chain import Chain, prompted_regions
from cozviewer.chain.draft import Part
from cozviewer.chain.joining.order import Places
from cozviewer.chain.planned import planned
from cozviewer.chain.runs import Run
from cozviewer.chain.step import parent_region
from cozviewer.image.rect import Rect
from cozviewer.pyramid.geometry import STEP_LEVELS, coarser


@dataclass(frozen=True, slots=True)
class Unit:
    """A run, and the units that must be drawn before.

    Attributes:
        index: Its place in the plan.
        run: Its tiles.
        step: The index of its step in the plan.
        parents: The units that draw tiles of its parent region.
        beside: The units of its level that it continues, in drawing order.
    """

    index: int
    run: Run
    step: int
    parents: tuple[int, ...] = ()
    beside: tuple[int, ...] = ()

    @property
    def z(self) -> int:
        """Its level."""
        return self.run.z


@dataclass(frozen=True)
class PlannedStep:
    """A step: units of one level with one prompt.

    Attributes:
        z: The level of its units.
        part: Its tiles, and the recorded step if they replace broken ones.
        level_region: The visible region of level z.
        prompt: Its prompt, if it is known before the work.
        after: The units that must be drawn before the prompter can describe the crop.
    """

    z: int
    part: Part
    level_region: Rect
    prompt: str | None
    after: tuple[int, ...] = ()


@dataclass(frozen=True)
class UnitPlan:
    """All units of a work, coarse to fine, each after those that it waits for."""

    units: tuple[Unit, ...]
    steps: tuple[PlannedStep, ...]

    @cached_property
    def children(self) -> list[list[int]]:
        """For each unit those of which it is a parent."""
        return _inverse(self.units, [unit.parents for unit in self.units])

    @cached_property
    def continuing(self) -> list[list[int]]:
        """For each unit those that continue it."""
        return _inverse(self.units, [unit.beside for unit in self.units])

    @cached_property
    def tiles(self) -> int:
        """The number of missing tiles."""
        return sum(len(unit.run.keys) for unit in self.units)

    def priority(self, unit: Unit) -> tuple[int, int, int]:
        """Return what units are sorted by: from top to bottom, so that few wait for neighbours at
        any time, and the finer one first where two begin at the same height."""
        finest = self.units[-1].z
        region = unit.run.level_region
        return region.y << (finest - unit.z), -unit.z, region.x


def plan_units(chain: Chain, z: int, level_region: Rect) -> UnitPlan:
    """Return the units that must be drawn to show a region.

    Args:
        chain: Its pyramid, recipe and models; no model is loaded.
        z: A step level.
        level_region: Pixels of level z inside the photo.
    """
    pyramid, recipe, source = chain.pyramid, chain.recipe, chain.pyramid.source
    units: list[Unit] = []
    steps: list[PlannedStep] = []
    levels: dict[int, tuple[int, Places]] = {}

    def touched(level: int, rect: Rect) -> tuple[int, ...]:
        """Return the units of a level that draw pixels of a rectangle."""
        first, places = levels.get(level, (0, Places([])))
        return tuple(first + i for i in places.touching(rect))

    for work in planned(pyramid, recipe, z, level_region):
        region = coarser(level_region, z - work.z).intersected(pyramid.level_rect(work.z))
        first = len(units)
        numbers: dict[Rect, int] = {}
        indices: dict[Rect, int] = {}
        for part, runs in work.parts:
            prompt = part.step.prompt if part.step else None
            after: tuple[int, ...] = ()
            if prompt is None:
                prompt = chain.known_prompt(work.z, part.store, region)
            if prompt is None:
                wide, crop = prompted_regions(pyramid, work.z, region)
                after = touched(work.z - STEP_LEVELS, crop)
                if wide is not None:
                    after += touched(work.z - 2 * STEP_LEVELS, wide)
            for run in runs:
                numbers[run.level_region] = len(steps)
            steps.append(PlannedStep(work.z, part, region, prompt, after))
        for run, others in work.continued:
            made_from = parent_region(run.level_region, work.z, recipe, source.width, source.height)
            parents = touched(work.z - STEP_LEVELS, made_from)
            beside = tuple(indices[other.level_region] for other in others)
            if not chain.upscaler.generative:
                beside = ()  # interpolation has no borders
            indices[run.level_region] = len(units)
            units.append(Unit(len(units), run, numbers[run.level_region], parents, beside))
        levels[work.z] = first, Places([unit.run.level_region for unit in units[first:]])
    return UnitPlan(tuple(units), tuple(steps))


def _inverse(units: Sequence[Unit], needed: Sequence[Sequence[int]]) -> list[list[int]]:
    users: list[list[int]] = [[] for _ in units]
    for unit, others in zip(units, needed, strict=True):
        for other in others:
            users[other].append(unit.index)
    return users
