"""Tile names, level sizes, and conversions between the levels of the pyramid.

Planes:
    level z   pixels at magnification 2^z; z = 0 are the source's pixels
    tile      pixels within one tile, 0..63

All coordinates are Python integers, exact at any depth. Rectangles are half open: `right` and
`bottom` are the first column and row outside.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from cozviewer.image.rect import Rect, middle_distance, rect_between

TILE = 64
"""Side of a tile in pixels of its level; small, so that little is generated outside a view."""

STEP_LEVELS = 2
"""Levels between a step's parent and its result: 4x = 2^2."""

STEP_SCALE = 1 << STEP_LEVELS


@dataclass(frozen=True, slots=True, order=True)
class TileKey:
    """The name of a tile: level z, and column and row in tiles from the photo's top left corner."""

    z: int
    col: int
    row: int

    def __str__(self) -> str:
        return f"{self.z}/{self.col}/{self.row}"


class LevelRegion(NamedTuple):
    """A rectangle of one level, in pixels of that level.

    Attributes:
        z: The level.
        rect: The rectangle, in pixels of level z.
    """

    z: int
    rect: Rect

    @property
    def empty(self) -> bool:
        """Whether it contains no pixel."""
        return self.rect.empty

    def at(self, z: int) -> "LevelRegion":
        """Return the same part of the photo on another level, rounded outwards."""
        return LevelRegion(z, at_level(self.rect, self.z, z))


def level_name(z: int) -> str:
    """Return the display name of a step level: "×64", at great depth "×2^24"."""
    return f"×{1 << z:,}" if 0 <= z <= 20 else f"×2^{z}"


def level_size(z: int, source_width: int, source_height: int) -> tuple[int, int]:
    """Return (width, height) of level z in pixels. Overviews round up: 5 becomes 3."""
    if z >= 0:
        return source_width << z, source_height << z
    return -(-source_width >> -z), -(-source_height >> -z)


def level_rect(z: int, source_width: int, source_height: int) -> Rect:
    """Return the rectangle of level z."""
    return Rect(0, 0, *level_size(z, source_width, source_height))


def tile_rect(key: TileKey) -> Rect:
    """Return the square of a tile in pixels of its level, not cropped to the photo."""
    return Rect(key.col * TILE, key.row * TILE, TILE, TILE)


def tiles_of(z: int, level_region: Rect) -> Iterator[TileKey]:
    """Yield the tiles of level z that intersect `level_region` (pixels of level z), row by row."""
    if level_region.empty:
        return
    for row in range(level_region.y // TILE, (level_region.bottom - 1) // TILE + 1):
        for col in range(level_region.x // TILE, (level_region.right - 1) // TILE + 1):
            yield TileKey(z, col, row)


def parent_of(key: TileKey) -> TileKey:
    """Return the tile one step coarser that contains a tile."""
    return TileKey(key.z - STEP_LEVELS, key.col >> STEP_LEVELS, key.row >> STEP_LEVELS)


def centre_first(keys: Iterable[TileKey], level_region: Rect) -> list[TileKey]:
    """Return tiles of one level, sorted by the distance of their centres from that of a region."""
    return sorted(keys, key=lambda key: (middle_distance(tile_rect(key), level_region), key))


def snapped_to_tiles(level_region: Rect) -> Rect:
    """Return the smallest rectangle of whole tiles that contains `level_region`."""
    return rect_between(
        level_region.x // TILE * TILE,
        level_region.y // TILE * TILE,
        -(-level_region.right // TILE) * TILE,
        -(-level_region.bottom // TILE) * TILE,
    )


def coarser(level_region: Rect, levels: int) -> Rect:
    """Return a region in pixels of the level `levels` coarser, rounded outwards."""
    return rect_between(
        level_region.x >> levels,
        level_region.y >> levels,
        -(-level_region.right >> levels),
        -(-level_region.bottom >> levels),
    )


def finer(level_region: Rect, levels: int) -> Rect:
    """Return a region in pixels of the level `levels` finer; exact."""
    return Rect(
        level_region.x << levels,
        level_region.y << levels,
        level_region.width << levels,
        level_region.height << levels,
    )


def at_level(level_region: Rect, z_from: int, z_to: int) -> Rect:
    """Return `level_region` of level z_from in pixels of level z_to, rounded outwards."""
    if z_to >= z_from:
        return finer(level_region, z_to - z_from)
    return coarser(level_region, z_from - z_to)
