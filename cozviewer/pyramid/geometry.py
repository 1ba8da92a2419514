"""Rectangles, tile names and the conversions between the planes of the pyramid.

Planes:
    level z   pixels of magnification 2^z; z = 0 are the source's own pixels
    tile      pixels within one tile, 0..63

All coordinates are Python integers, so nothing overflows or rounds at any depth. Rectangles are
half open: `right` and `bottom` are the first column and row outside.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cozviewer.image.rect import Rect, middle_distance, rect_between

TILE = 64
"""Side of a tile in pixels of its level: so small that little is drawn beyond a view."""

STEP_LEVELS = 2
"""Levels that one zoom step climbs: 4x = 2^2."""

STEP_SCALE = 1 << STEP_LEVELS


@dataclass(frozen=True, slots=True, order=True)
class TileKey:
    """The name of a tile: level z, column and row counted in tiles from the picture's corner."""

    z: int
    col: int
    row: int

    def __str__(self) -> str:
        return f"{self.z}/{self.col}/{self.row}"


def level_name(z: int) -> str:
    """Return what people call a step level: "×64"; far down "×2^24"."""
    return f"×{1 << z:,}" if 0 <= z <= 20 else f"×2^{z}"


def level_size(z: int, source_width: int, source_height: int) -> tuple[int, int]:
    """Return (width, height) in pixels of level z. Overviews round up: 5 wide becomes 3."""
    if z >= 0:
        return source_width << z, source_height << z
    return -(-source_width >> -z), -(-source_height >> -z)


def level_rect(z: int, source_width: int, source_height: int) -> Rect:
    """Return the whole of level z as a rectangle."""
    return Rect(0, 0, *level_size(z, source_width, source_height))


def tile_rect(key: TileKey) -> Rect:
    """Return the full square of a tile in pixels of its level (not cut at the edge)."""
    return Rect(key.col * TILE, key.row * TILE, TILE, TILE)


def tiles_of(z: int, level_region: Rect) -> Iterator[TileKey]:
    """Yield the tiles of level z that touch `level_region` (pixels of level z), row by row."""
    if level_region.empty:
        return
    for row in range(level_region.y // TILE, (level_region.bottom - 1) // TILE + 1):
        for col in range(level_region.x // TILE, (level_region.right - 1) // TILE + 1):
            yield TileKey(z, col, row)


def parent_of(key: TileKey) -> TileKey:
    """Return the tile one step up that a tile lies in (the middle of what it was made from)."""
    return TileKey(key.z - STEP_LEVELS, key.col >> STEP_LEVELS, key.row >> STEP_LEVELS)


def centre_first(keys: Iterable[TileKey], level_region: Rect) -> list[TileKey]:
    """Return tiles of one level sorted by how far their middle is from that of a region."""
    return sorted(keys, key=lambda key: (middle_distance(tile_rect(key), level_region), key))


def snapped_to_tiles(level_region: Rect) -> Rect:
    """Return the smallest rectangle of whole tiles around `level_region`."""
    return rect_between(
        level_region.x // TILE * TILE,
        level_region.y // TILE * TILE,
        -(-level_region.right // TILE) * TILE,
        -(-level_region.bottom // TILE) * TILE,
    )


def coarser(level_region: Rect, levels: int) -> Rect:
    """Return the pixels `levels` levels up (coarser) that cover a region, rounded outwards."""
    return rect_between(
        level_region.x >> levels,
        level_region.y >> levels,
        -(-level_region.right >> levels),
        -(-level_region.bottom >> levels),
    )


def finer(level_region: Rect, levels: int) -> Rect:
    """Return `level_region` in pixels `levels` levels down (finer); exact."""
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
