"""What to draw for a view in motion: which tiles are seen, which stand in, which are missing.

The plan decides, the painter only draws it, from first to last: the coarse stand-ins come first,
finer tiles over them.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from cozviewer.pyramid.camera import SHARP_UP_TO, View
from cozviewer.pyramid.geometry import (
    STEP_LEVELS,
    Rect,
    TileKey,
    centre_first,
    finer,
    level_rect,
    tile_rect,
    tiles_of,
)

Opacity = Callable[[TileKey], float]
"""How much of a tile is to be seen: 0 not in memory, below 1 fading in, 1 all of it."""

MOST_STRETCH = float(1 << 16)
"""View pixels that a tile's pixel is drawn wide at most, far more than a view has."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the seen part of some pixels of a level goes.

    Attributes:
        part: Whole pixels that are seen, counted from the corner of the whole.
        view_x, view_y, view_width, view_height: Where `part` lies, in view pixels; see `Draw`.
    """

    part: Rect
    view_x: float
    view_y: float
    view_width: float
    view_height: float


@dataclass(frozen=True, slots=True)
class Draw:
    """One tile, or the seen part of it, and where it goes.

    Attributes:
        key: The tile.
        tile_part: Whole pixels of the tile (relative to its corner) that are seen.
        view_x, view_y, view_width, view_height: Where `tile_part` lies, in view pixels. Past
            MOST_STRETCH it is drawn smaller than it is, around the middle of the view.
        opacity: In 0..1.
    """

    key: TileKey
    tile_part: Rect
    view_x: float
    view_y: float
    view_width: float
    view_height: float
    opacity: float


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that one frame needs.

    Attributes:
        level: The level that would be sharp.
        picture: View pixels that show the picture; tiles of overviews may reach beyond.
        draws: In drawing order, coarse to fine.
        wanted: Tiles that are not in memory and would make the frame better, best first: the
            view's own level from the centre outwards, then stand-ins.
        lacking: Tiles of `level` that are seen, and not drawn in full from them or from finer ones.
    """

    level: int
    picture: Rect
    draws: tuple[Draw, ...]
    wanted: tuple[TileKey, ...]
    lacking: tuple[TileKey, ...]

    @property
    def sharp(self) -> bool:
        """Whether all that is seen is drawn in full from `level`, or from finer tiles."""
        return not self.lacking


def plan(
    view: View,
    source_width: int,
    source_height: int,
    coarsest: int,
    finest: int,
    opacity: Opacity,
    stretch: float = SHARP_UP_TO,
) -> Plan:
    """Return how to draw `view` from the tiles in memory.

    Args:
        view: Camera and size.
        source_width, source_height: Size of level 0.
        coarsest: The coarsest level of the pyramid (<= 0).
        finest: The finest level to draw; 0 for the source alone.
        opacity: Asked about every tile that matters.
        stretch: View pixels that a tile's pixel may be wide before the next finer level is drawn.
    """
    camera = view.camera
    level = min(max(min(camera.level_within(stretch), camera.rest_level), coarsest), finest)
    seen_region = view.visible(level, source_width, source_height)
    seen_finer = view.visible(level + 1, source_width, source_height)
    seen = centre_first(tiles_of(level, seen_region), seen_region)
    draws: dict[TileKey, float] = {}
    wanted: dict[TileKey, None] = {}
    stand_ins: dict[TileKey, None] = {}
    lacking = []
    for key in seen:
        shown = opacity(key)
        if shown > 0:
            draws[key] = shown
        else:
            wanted[key] = None
        if shown >= 1:
            continue
        if level < finest and _finer_stand_ins(key, seen_finer, opacity, draws, stand_ins):
            continue
        lacking.append(key)
        _coarser_stand_in(key, coarsest, opacity, draws, stand_ins)
    whole: dict[int, Rect] = {}
    placed = []
    for key in sorted(draws):
        if key.z not in whole:
            whole[key.z] = level_rect(key.z, source_width, source_height)
        draw = _placed(key, view, whole[key.z], draws[key])
        if draw is not None:
            placed.append(draw)
    picture = view.picture(source_width, source_height)
    asked = tuple(wanted) + tuple(stand_ins)
    return Plan(level, picture, tuple(placed), asked, tuple(lacking))


def _coarser_stand_in(
    key: TileKey,
    coarsest: int,
    opacity: Opacity,
    draws: dict[TileKey, float],
    stand_ins: dict[TileKey, None],
) -> None:
    """Walk up from a tile that is not (fully) there to one that is."""
    for z in range(key.z - 1, coarsest - 1, -1):
        up = key.z - z
        ancestor = TileKey(z, key.col >> up, key.row >> up)
        if ancestor in draws or ancestor in stand_ins:
            return  # a neighbour went this way before
        shown = opacity(ancestor)
        if shown > 0:
            draws[ancestor] = shown
        else:
            stand_ins[ancestor] = None
        if shown >= 1:
            return


def _finer_stand_ins(
    key: TileKey,
    seen_finer: Rect,
    opacity: Opacity,
    draws: dict[TileKey, float],
    stand_ins: dict[TileKey, None],
) -> bool:
    """Draw the tiles of the next level that are there, and tell whether they are all that is seen
    of a tile. On the way out they stay until it has come; and a derived tile, which waits for
    four of them, may never come, as only those that are seen are made."""
    derived = key.z > 0 and key.z % STEP_LEVELS != 0 and key not in draws
    complete = True
    for child in tiles_of(key.z + 1, finer(tile_rect(key), 1).intersected(seen_finer)):
        shown = opacity(child)
        complete = complete and shown >= 1
        if shown > 0:
            draws[child] = shown
        elif derived:
            stand_ins[child] = None
    return complete


def _placed(key: TileKey, view: View, whole: Rect, opacity: float) -> Draw | None:
    """Cut a tile to what is seen of it and say where that goes."""
    found = place(key.z, tile_rect(key).intersected(whole), view)
    if found is None:
        return None
    return Draw(
        key,
        found.part,
        found.view_x,
        found.view_y,
        found.view_width,
        found.view_height,
        opacity,
    )


def place(z: int, level_region: Rect, view: View) -> Place | None:
    """Return what is seen of a region of level z and where it goes; None where nothing is."""
    part = level_region.intersected(view.level_region(z).grown(1))
    if part.empty:
        return None
    stretch = math.ldexp(view.camera.scale, view.camera.level - z)
    left = _near(view.view_x(z, part.x), view.width, stretch)
    top = _near(view.view_y(z, part.y), view.height, stretch)
    right = _near(view.view_x(z, part.right), view.width, stretch)
    bottom = _near(view.view_y(z, part.bottom), view.height, stretch)
    corner = part.moved(-level_region.x, -level_region.y)
    return Place(corner, left, top, right - left, bottom - top)


def _near(position: float, size: int, stretch: float) -> float:
    """Return a view position, moved towards the middle of the view if it is one of a tile whose
    pixels are wider than MOST_STRETCH; what lies in the view or near it stays.

    Such a tile is a flat colour in the view. Its true edges would be so far outside that
    differences between them are lost in a float, and with them edges that are seen.
    """
    distance = position - size / 2
    limit = max(abs(distance) * MOST_STRETCH / stretch, size)
    return position if abs(distance) <= limit else size / 2 + math.copysign(limit, distance)
