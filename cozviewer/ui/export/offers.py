"""What can be exported of a view: itself, the photo or the visible area at a level, and sheets."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from cozviewer.chain.chain import Chain
from cozviewer.export.origin import Origin
from cozviewer.export.provenance import suggested_name, suggested_name_of_level
from cozviewer.export.run import missing_tiles_of
from cozviewer.export.strip import strip, strip_views
from cozviewer.export.tasks import (
    ComparisonTask,
    ImageTask,
    RegionTask,
    StripTask,
)
from cozviewer.image.pixels import Rgb8
from cozviewer.pyramid.camera import View
from cozviewer.pyramid.compose import step_level, wanted_level
from cozviewer.pyramid.geometry import (
    STEP_LEVELS,
    TILE,
    LevelRegion,
    coarser,
    level_name,
    snapped_to_tiles,
    tiles_of,
)
from cozviewer.util.translation import translate

PANEL = 480
"""Side of the images of a zoom strip, in pixels."""

LARGEST = 10**11
"""Pixels that an export may have: at a quarter of a million a second, five days of work."""

COUNTED = 1 << 15
"""Tiles up to which missing ones are counted one by one while the dialog is open: reading them to
see whether they are intact takes less than a second."""


@dataclass(frozen=True)
class Offer:
    """One thing that can be exported.

    Attributes:
        title: The entry in the dialog.
        task: What is to be made; its path is only the suggested name, of a PNG.
        width, height: Of the file in pixels.
    """

    title: str
    task: ImageTask | RegionTask | StripTask | ComparisonTask
    width: int
    height: int

    @property
    def has_options(self) -> bool:
        """Whether `ImageOptions` apply."""
        return isinstance(self.task, ImageTask | RegionTask)


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two images as they are on the screen.

    Attributes:
        pixels: (H, W, 3) uint8, labels included.
        origin, borrowed: As for `ComparisonTask`.
    """

    pixels: Rgb8
    origin: Origin
    borrowed: Callable[[], bool]


def offers(chain: Chain, view: View) -> list[Offer]:
    """Return what can be exported of a view: the view itself, then the whole photo at each level
    up to that of the view, then the visible area at each level up to one step beyond."""
    source = chain.pyramid.source
    current = ImageTask(Path(suggested_name(chain, view)), view)
    found = [Offer(translate("Export", "Current view"), current, *current.size)]
    finest = step_level(max(0, wanted_level(view, source.coarsest)))
    for level in range(0, finest + 1, STEP_LEVELS):
        name = suggested_name_of_level(chain, level)
        whole = chain.pyramid.whole_level(level)
        task = RegionTask(Path(name), whole, orientation=view.orientation)
        found += _at_level(translate("Export", "Whole photo at {level}"), task)
    for level in range(0, finest + STEP_LEVELS + 1, STEP_LEVELS):
        name = suggested_name(chain, view, z=level)
        seen = LevelRegion(level, view.visible(level, source.width, source.height))
        task = RegionTask(Path(name), seen, orientation=view.orientation)
        found += _at_level(translate("Export", "Visible area at {level}"), task)
    return found


def strip_offer(chain: Chain, view: View) -> Offer | None:
    """Return the offer of a zoom strip that ends at a view; None where it would be one image."""
    views = tuple(strip_views(chain.pyramid.source, view, PANEL))
    if len(views) < 2:
        return None
    blank = np.zeros((PANEL, PANEL, 3), np.uint8)
    height, width = strip("", "", views, [blank] * len(views)).shape[:2]
    task = StripTask(Path(suggested_name(chain, view, what="strip")), views)
    count = len(views)
    title = translate("Export", "Zoom sequence (%n image(s) side by side)", None, count)
    return Offer(title, task, width, height)


def comparison_offer(chain: Chain, view: View, comparison: Comparison) -> Offer:
    """Return the offer of a comparison as it is seen in a view."""
    name = Path(suggested_name(chain, view, what="comparison"))
    task = ComparisonTask(name, comparison.pixels, comparison.origin, comparison.borrowed)
    height, width = comparison.pixels.shape[:2]
    return Offer(translate("Export", "Comparison as shown"), task, width, height)


def missing_count(chain: Chain, offer: Offer) -> tuple[int, bool]:
    """Return how many tiles an export must generate first, and whether that is exact; where there
    are very many, it is an upper bound."""
    task = offer.task
    if not isinstance(task, RegionTask):
        return missing_tiles_of(task, chain), True
    tiles = sum(
        1
        for level in range(STEP_LEVELS, task.region.z + 1, STEP_LEVELS)
        for _ in islice(tiles_of(*task.region.at(level)), COUNTED + 1)
    )
    if tiles <= COUNTED:
        return missing_tiles_of(task, chain), True
    rect, most = task.region.rect, 0
    for _ in range(STEP_LEVELS, task.region.z + 1, STEP_LEVELS):
        most += snapped_to_tiles(rect).area // TILE**2
        rect = coarser(rect, STEP_LEVELS)
    return max(0, most - chain.pyramid.store.usage()[1]), False


def _at_level(title: str, task: RegionTask) -> list[Offer]:
    """Return the offer of a region, or nothing where it is empty or too large."""
    if task.region.empty or task.region.rect.area > LARGEST:
        return []
    title = title.format(level=level_name(task.region.z))
    if task.region.z == 0:
        title = translate("Export", "{what} (original pixels)").format(what=title)
    return [Offer(title, task, *task.size)]
