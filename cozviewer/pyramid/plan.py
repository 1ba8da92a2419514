"""Plans how to draw a view in motion: visible tiles, coarser substitutes, missing tiles.

The plan decides; the painter draws it in order, coarse substitutes first and finer tiles over them.
A plan is made for every frame, so sets of tiles are arrays (see `tile_mask`), and tiles are drawn
as parts of sheets.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from cozviewer.image.rect import Rect
from cozviewer.pyramid.camera import SHARP_UP_TO, View
from cozviewer.pyramid.geometry import STEP_LEVELS, LevelRegion, TileKey, finer, level_rect
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
"""Takes a level and a span of its tiles; returns the opacity of each, (height, width): 0 not in
memory, below 1 fading in, 1 opaque."""

Absent = Callable[[int, Rect], Mask]
"""Takes a level and a span of its tiles; returns which are known not to exist, (height, width)."""

MOST_STRETCH = float(1 << 16)
"""Maximum width at which a tile's pixel is drawn, in view pixels; far larger than any view."""


@dataclass(frozen=True, slots=True)
class Place:
    """The visible part of a rectangle of pixels, and its place in the view.

    Attributes:
        part: The visible whole pixels, relative to the corner of the rectangle.
        view_x, view_y, view_width, view_height: The place of `part`, in view pixels. Beyond
            MOST_STRETCH it is drawn smaller than it is, around the centre of the view.
    """

    part: Rect
    view_x: float
    view_y: float
    view_width: float
    view_height: float


@dataclass(frozen=True, slots=True)
class Draw:
    """Tiles of one sheet that are drawn together.

    Attributes:
        z: Their level.
        tiles: Their rectangle, in tiles of the level.
        place: Their visible part (relative to the corner of the first tile), and its place.
        opacity: 0..1.
    """

    z: int
    tiles: Rect
    place: Place
    opacity: float


@dataclass(frozen=True)
class Plan:
    """How to draw one frame.

    Attributes:
        level: The level that is sharp in this view.
        photo: View pixels covered by the photo; tiles of overviews may extend beyond.
        draws: In drawing order, coarse to fine.
        lacking: Visible tiles of `level` that are not fully drawn from this or finer levels.
        bare: Whether the background may be visible between or through the tiles.
        missing: Tiles not in memory that would improve the frame, each with the visible region of
            its level: the view's level first, then finer levels, then coarser ones, near to far.
    """

    level: int
    photo: Rect
    draws: tuple[Draw, ...]
    lacking: TileMask
    bare: bool
    missing: tuple[tuple[TileMask, Rect], ...]

    @property
    def sharp(self) -> bool:
        """Whether the whole view is drawn from tiles of `level` or finer ones."""
        return not self.lacking

    def wanted(self, absent: Absent | None = None) -> tuple[TileKey, ...]:
        """Return the tiles of `missing`, best first: each level from the centre outwards.

        Args:
            absent: Returns which of them are known not to exist; these are left out.
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
    """Plan how to draw `view` from the tiles in memory.

    Args:
        view: Camera and size.
        source_width, source_height: Size of level 0.
        coarsest: The coarsest level of the pyramid (<= 0).
        finest: The finest level to draw; 0 for the source alone.
        shown: Returns the opacity of tiles; called for all relevant ones.
        stretch: Maximum width of a tile's pixel in view pixels, beyond which the next finer level
            is drawn.
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
    photo = view.photo_area(source_width, source_height)
    asked = tuple((mask, seen(mask.z)) for mask in missing if mask)
    return Plan(level, photo, tuple(draws), lacking, bool(bare), asked)


def _draws(z: int, span: Rect, opacities: Opacities, view: View, whole: Rect) -> Iterator[Draw]:
    """Yield the draws of a level, sheet by sheet."""
    if not opacities.any():
        return
    placing = _Placing(z, view)
    for _, _, part in sheets_of(span):
        for run, opacity in even_runs(opacities[window(part, span)]):
            tiles = run.moved(part.x, part.y)
            place = placing.place(pixels_of(tiles).intersected(whole))
            if place is not None:
                yield Draw(z, tiles, place, opacity)


def place(region: LevelRegion, view: View) -> Place | None:
    """Return the visible part of a region and its place; None if nothing is visible."""
    return _Placing(region.z, view).place(region.rect)


class _Placing:
    """Computes places of regions of one level in one view; shared edges are computed once."""

    def __init__(self, z: int, view: View) -> None:
        self._z, self._view = z, view
        self._seen = view.level_region(z).grown(1)
        self._stretch = math.ldexp(view.camera.scale, view.camera.level - z)
        self._across: dict[int, float] = {}
        self._down: dict[int, float] = {}

    def place(self, level_region: Rect) -> Place | None:
        """Return the visible part of a region and its place; None if nothing is visible."""
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
    """Return a view position, moved towards the view's centre if it is far outside.

    This applies to tiles whose pixels are wider than MOST_STRETCH; positions in or near the view do
    not change. Such a tile is a flat colour in the view. Its true edges would be so far outside
    that a float could not represent the differences between them and visible edges.
    """
    distance = position - size / 2
    limit = max(abs(distance) * MOST_STRETCH / stretch, size)
    return position if abs(distance) <= limit else size / 2 + math.copysign(limit, distance)
