"""What can be saved of a view: itself, its region or the whole picture at a level, and sheets."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from cozviewer.chain.chain import Chain
from cozviewer.chain.planned import missing_tiles
from cozviewer.chain.series import missing_of, needs_of
from cozviewer.export.origin import Origin
from cozviewer.export.provenance import suggested_name, suggested_name_of_level
from cozviewer.export.strip import strip, strip_views
from cozviewer.image.pixels import Rgb8
from cozviewer.image.rect import Rect
from cozviewer.jobs.export_job import Export
from cozviewer.jobs.sheet_job import ComparisonRequest, StripRequest
from cozviewer.pyramid.camera import View
from cozviewer.pyramid.compose import step_level, wanted_level
from cozviewer.pyramid.geometry import (
    STEP_LEVELS,
    TILE,
    coarser,
    level_name,
    snapped_to_tiles,
    tiles_of,
)

PANEL = 480
"""Side of the pictures of a zoom strip."""

LARGEST = 10**11
"""Pixels that an export may have: at a quarter of a million a second, five days of work."""

COUNTED = 1 << 15
"""Tiles up to which those that are missing are counted one by one while the dialog is open: reading
them to see whether they are intact takes less than a second."""


@dataclass(frozen=True)
class Offer:
    """One thing that can be saved: the view as shown, what it shows at one level, or a sheet.

    Attributes:
        title: What people read.
        name: The file name to suggest, of a PNG.
        z, level_region: The level that it is made from, and what it needs of it.
        view: The view as shown; None for all others.
        width, height: Of the file in pixels.
        make: Of a sheet: returns what is to be carried out for a file; None for all others.
        missing: Of a sheet: how many tiles must be made before; they always are.
    """

    title: str
    name: str
    z: int
    level_region: Rect
    view: View | None
    width: int
    height: int
    make: Callable[[Path], Export] | None = None
    missing: int = 0


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two pictures as they are seen.

    Attributes:
        pixels: (H, W, 3) uint8, labels and all.
        origin, borrowed: What they are made of, as for `ComparisonRequest`.
    """

    pixels: Rgb8
    origin: Origin
    borrowed: Callable[[], bool]


def offers(chain: Chain, view: View) -> list[Offer]:
    """Return what can be saved of a view, the view itself first, then its region at each level
    from the source's up to one step beyond the view."""
    source = chain.pyramid.source
    z = wanted_level(view, source.coarsest)
    found = [
        Offer(
            "The view as shown",
            suggested_name(chain, view),
            z,
            view.visible(z, source.width, source.height),
            view,
            view.width,
            view.height,
        )
    ]
    for level in range(0, step_level(max(0, z)) + STEP_LEVELS + 1, STEP_LEVELS):
        region = view.visible(level, source.width, source.height)
        if region.empty or region.area > LARGEST:
            continue
        name = suggested_name(chain, view, z=level)
        found.append(_at_level("The visible region", name, level, region))
    for level in range(0, step_level(max(0, z)) + 1, STEP_LEVELS):
        whole = chain.pyramid.level_rect(level)
        if whole.area <= LARGEST:
            name = suggested_name_of_level(chain, level)
            found.append(_at_level("The whole picture", name, level, whole))
    return found


def strip_offer(chain: Chain, view: View) -> Offer | None:
    """Return the offer of a zoom strip that ends at a view; None where it would be one picture."""
    views = tuple(strip_views(chain.pyramid.source, view, PANEL))
    if len(views) < 2:
        return None
    needs = needs_of(chain.pyramid, views)
    missing = missing_of(chain.pyramid, chain.recipe, needs)
    blank = np.zeros((PANEL, PANEL, 3), np.uint8)
    height, width = strip("", "", views, [blank] * len(views)).shape[:2]
    title = f"The way here as a strip of {len(views)} pictures"

    def make(path: Path) -> Export:
        return StripRequest(path, views)

    name = suggested_name(chain, view, what="strip")
    return Offer(title, name, 0, Rect(0, 0, 0, 0), None, width, height, make, len(missing))


def comparison_offer(chain: Chain, view: View, comparison: Comparison) -> Offer:
    """Return the offer of a comparison as it is seen in a view."""

    def make(path: Path) -> Export:
        return ComparisonRequest(path, comparison.pixels, comparison.origin, comparison.borrowed)

    height, width = comparison.pixels.shape[:2]
    title, name = "The comparison as shown", suggested_name(chain, view, what="comparison")
    return Offer(title, name, 0, Rect(0, 0, 0, 0), None, width, height, make)


def _at_level(what: str, name: str, level: int, region: Rect) -> Offer:
    title = f"{what} at {level_name(level)}" + (" (source pixels)" if level == 0 else "")
    return Offer(title, name, level, region, None, region.width, region.height)


def missing_count(chain: Chain, z: int, level_region: Rect) -> tuple[int, bool]:
    """Return how many tiles an export must have made before, and whether that is exact; of very
    many, it is the most that there can be."""
    tiles = sum(
        1
        for level in range(STEP_LEVELS, z + 1, STEP_LEVELS)
        for _ in islice(tiles_of(level, coarser(level_region, z - level)), COUNTED + 1)
    )
    if tiles <= COUNTED:
        missing = missing_tiles(chain.pyramid, chain.recipe, z, level_region)
        return sum(len(keys) for _, keys in missing), True
    region, most = level_region, 0
    for _ in range(STEP_LEVELS, z + 1, STEP_LEVELS):
        most += snapped_to_tiles(region).area // TILE**2
        region = coarser(region, STEP_LEVELS)
    return max(0, most - chain.pyramid.store.usage()[1]), False
