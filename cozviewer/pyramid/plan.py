"""What to draw for a view in motion: which tiles are seen, which stand in, which are missing.

The plan decides, the painter only draws it, from first to last: the coarse stand-ins come first,
finer tiles over them. It is made for every frame, so tiles are masks of arrays here (see
`tile_mask`), and what is drawn are parts of whole sheets of them.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from cozviewer.image.rect import Rect
from cozviewer.pyramid.camera import SHARP_UP_TO, View
from cozviewer.pyramid.geometry import STEP_LEVELS, TileKey, finer, level_rect
from cozviewer.pyramid.tile_mask import (
    Mask,
    Opacities,
    TileMask,
    even_runs,
    pixels_of,
    sheets_of,
    span_of,
    window,
)

Shown = Callable[[int, Rect], Opacities]
"""Takes a level and a span of its tiles; returns how much of each is to be seen, (height, width):
0 not in memory, below 1 fading in, 1 all of it."""

Absent = Callable[[int, Rect], Mask]
"""Takes a level and a span of its tiles; returns which are known not to exist, (height, width)."""

MOST_STRETCH = float(1 << 16)
"""View pixels that a tile's pixel is drawn wide at most, far more than a view has."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the seen part of some pixels of a level goes.

    Attributes:
        part: Whole pixels that are seen, counted from the corner of the whole.
        view_x, view_y, view_width, view_height: Where `part` lies, in view pixels. Past
            MOST_STRETCH it is drawn smaller than it is, around the middle of the view.
    """

    part: Rect
    view_x: float
    view_y: float
    view_width: float
    view_height: float


@dataclass(frozen=True, slots=True)
class Draw:
    """Tiles of one sheet that are drawn at once, and where they go.

    Attributes:
        z: Their level.
        tiles: The rectangle of them, counted in tiles of the level.
        place: What is seen of them (counted from the corner of the first one), and where.
        opacity: In 0..1.
    """

    z: int
    tiles: Rect
    place: Place
    opacity: float


@dataclass(frozen=True)
class Plan:
    """Everything that one frame needs.

    Attributes:
        level: The level that would be sharp.
        picture: View pixels that show the picture; tiles of overviews may reach beyond.
        draws: In drawing order, coarse to fine.
        lacking: Tiles of `level` that are seen, and not drawn in full from them or from finer ones.
        bare: Whether the background may be seen between or through the tiles.
        missing: Tiles that are not in memory and would make the frame better, and what is seen of
            their level: the view's own level first, then stand-ins, finer ones and then near
            before far.
    """

    level: int
    picture: Rect
    draws: tuple[Draw, ...]
    lacking: TileMask
    bare: bool
    missing: tuple[tuple[TileMask, Rect], ...]

    @property
    def sharp(self) -> bool:
        """Whether all that is seen is drawn in full from `level`, or from finer tiles."""
        return not self.lacking

    def wanted(self, absent: Absent | None = None) -> tuple[TileKey, ...]:
        """Return the tiles of `missing`, best first: each level from the centre outwards.

        Args:
            absent: Asked which of them are known not to exist, so that they are left out.
        """
        masks = self.missing
        if absent is not None:
            masks = tuple(
                (TileMask(mask.z, mask.span, mask.mask & ~absent(mask.z, mask.span)), seen)
                for mask, seen in masks
            )
        return tuple(key for mask, seen in masks if mask for key in mask.centre_first(seen))


def plan(
    view: View,
    source_width: int,
    source_height: int,
    coarsest: int,
    finest: int,
    shown: Shown,
    stretch: float = SHARP_UP_TO,
) -> Plan:
    """Return how to draw `view` from the tiles in memory.

    Args:
        view: Camera and size.
        source_width, source_height: Size of level 0.
        coarsest: The coarsest level of the pyramid (<= 0).
        finest: The finest level to draw; 0 for the source alone.
        shown: Asked about all tiles that matter.
        stretch: View pixels that a tile's pixel may be wide before the next finer level is drawn.
    """
    camera = view.camera
    level = min(max(min(camera.level_within(stretch), camera.rest_level), coarsest), finest)

    def seen(z: int) -> Rect:
        return view.visible(z, source_width, source_height)

    span = span_of(seen(level))
    here = shown(level, span)
    drawn: dict[int, tuple[Rect, Opacities]] = {level: (span, here)}
    absent = TileMask(level, span, here == 0)
    missing = [absent]
    lacking = TileMask(level, span, here < 1)
    if lacking and level < finest:
        # On the way out finer tiles stay until the coarser has come; and a derived tile, which
        # waits for four of them, may never come, as only those that are seen are made.
        below = span_of(seen(level + 1)).intersected(finer(span, 1))
        there = shown(level + 1, below)
        under = lacking.finer(below)
        drawn[level + 1] = (below, np.where(under.mask, there, 0.0))
        if level > 0 and level % STEP_LEVELS:
            unmade = absent.finer(below).mask & (there == 0)
            missing.append(TileMask(level + 1, below, unmade))
        incomplete = TileMask(level + 1, below, under.mask & (there < 1)).coarser()
        mask = np.zeros_like(lacking.mask)
        mask[window(incomplete.span, span)] = incomplete.mask
        lacking = TileMask(level, span, lacking.mask & mask)
    bare = lacking
    while bare and bare.z > coarsest:  # walk up to tiles that are there
        bare = bare.coarser()
        there = shown(bare.z, bare.span)
        drawn[bare.z] = (bare.span, np.where(bare.mask, there, 0.0))
        missing.append(TileMask(bare.z, bare.span, bare.mask & (there == 0)))
        bare = TileMask(bare.z, bare.span, bare.mask & (there < 1))
    draws = [
        draw
        for z, (tiles, opacities) in sorted(drawn.items())
        for draw in _draws(z, tiles, opacities, view, level_rect(z, source_width, source_height))
    ]
    picture = view.picture(source_width, source_height)
    asked = tuple((mask, seen(mask.z)) for mask in missing if mask)
    return Plan(level, picture, tuple(draws), lacking, bool(bare), asked)


def _draws(z: int, span: Rect, opacities: Opacities, view: View, whole: Rect) -> Iterator[Draw]:
    """Yield what is drawn of a level, sheet by sheet."""
    if not opacities.any():
        return
    placing = _Placing(z, view)
    for _, _, part in sheets_of(span):
        for run, opacity in even_runs(opacities[window(part, span)]):
            tiles = run.moved(part.x, part.y)
            place = placing.place(pixels_of(tiles).intersected(whole))
            if place is not None:
                yield Draw(z, tiles, place, opacity)


def place(z: int, level_region: Rect, view: View) -> Place | None:
    """Return what is seen of a region of level z and where it goes; None where nothing is."""
    return _Placing(z, view).place(level_region)


class _Placing:
    """Finds where regions of one level go in one view; many of them have edges in common."""

    def __init__(self, z: int, view: View) -> None:
        self._z, self._view = z, view
        self._seen = view.level_region(z).grown(1)
        self._stretch = math.ldexp(view.camera.scale, view.camera.level - z)
        self._across: dict[int, float] = {}
        self._down: dict[int, float] = {}

    def place(self, level_region: Rect) -> Place | None:
        """Return what is seen of a region and where it goes; None where nothing is."""
        part = level_region.intersected(self._seen)
        if part.empty:
            return None
        left, right = self._x(part.x), self._x(part.right)
        top, bottom = self._y(part.y), self._y(part.bottom)
        corner = part.moved(-level_region.x, -level_region.y)
        return Place(corner, left, top, right - left, bottom - top)

    def _x(self, level_x: int) -> float:
        found = self._across.get(level_x)
        if found is None:
            found = _near(self._view.view_x(self._z, level_x), self._view.width, self._stretch)
            self._across[level_x] = found
        return found

    def _y(self, level_y: int) -> float:
        found = self._down.get(level_y)
        if found is None:
            found = _near(self._view.view_y(self._z, level_y), self._view.height, self._stretch)
            self._down[level_y] = found
        return found


def _near(position: float, size: int, stretch: float) -> float:
    """Return a view position, moved towards the middle of the view if it is one of a tile whose
    pixels are wider than MOST_STRETCH; what lies in the view or near it stays.

    Such a tile is a flat colour in the view. Its true edges would be so far outside that
    differences between them are lost in a float, and with them edges that are seen.
    """
    distance = position - size / 2
    limit = max(abs(distance) * MOST_STRETCH / stretch, size)
    return position if abs(distance) <= limit else size / 2 + math.copysign(limit, distance)
