"""Finds the level from which `compose` takes each part of a view.

Overlays, captions and metadata use this to tell original, interpolated and generated pixels apart.
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cozviewer.image.rect import Rect
from cozviewer.pyramid.camera import View
from cozviewer.pyramid.compose import wanted_region
from cozviewer.pyramid.geometry import TILE, TileKey, parent_of, tile_rect, tiles_of
from cozviewer.pyramid.pyramid import Pyramid
from cozviewer.pyramid.tile_mask import span_of


@dataclass(frozen=True, slots=True)
class Patch:
    """A part of a view whose pixels come from one level.

    Attributes:
        level_region: Pixels of level `z`, inside the photo.
        z: The level from which the view is composed.
        made_from: The tile of level z, or the coarser tile that is enlarged; None for the source
            and its overviews.
    """

    level_region: Rect
    z: int
    made_from: TileKey | None

    @property
    def level(self) -> int:
        """The level from which the pixels come; at most 0 for the source."""
        return min(self.z, 0) if self.made_from is None else self.made_from.z

    @property
    def enlarged(self) -> bool:
        """Whether the pixels are enlarged from a coarser level."""
        return self.level < self.z


def patches(pyramid: Pyramid, view: View, finest: int | None = None) -> list[Patch]:
    """Return the patches of a view, tile by tile of its level.

    Args:
        finest: As for `compose`.
    """
    z, region = wanted_region(view, pyramid.source, finest)
    if z <= 0:
        return [] if region.empty else [Patch(region, z, None)]
    keys = list(tiles_of(z, region))
    made = _made_from(pyramid, keys)
    return [Patch(tile_rect(key).intersected(region), z, made[key]) for key in keys]


def made_from(pyramid: Pyramid, key: TileKey) -> TileKey | None:
    """Return the tile itself if it exists, else the finest existing tile that contains it; None
    for the source."""
    return _made_from(pyramid, [key])[key]


def patch_at(
    pyramid: Pyramid, view: View, view_x: int, view_y: int, finest: int | None = None
) -> Patch | None:
    """Return the patch under a pixel of a view; None outside the photo.

    Args:
        finest: As for `compose`.
    """
    z, region = wanted_region(view, pyramid.source, finest)
    if region.empty:
        return None
    key = None
    if z > 0:
        span = span_of(region)
        # The last ones that begin at or before the pixel; pixels left of the first are outside.
        col = _last(span.x, span.right, lambda col: round(view.view_x(z, col * TILE)) <= view_x)
        row = _last(span.y, span.bottom, lambda row: round(view.view_y(z, row * TILE)) <= view_y)
        key = TileKey(z, col, row)
        region = region.intersected(tile_rect(key))
    box = view_box(view, Patch(region, z, None))
    if not (box.x <= view_x < box.right and box.y <= view_y < box.bottom):
        return None
    return Patch(region, z, None if key is None else made_from(pyramid, key))


def view_box(view: View, patch: Patch) -> Rect:
    """Return the place of a patch in whole view pixels; neighbouring patches touch."""
    region = patch.level_region
    left, right = (round(view.view_x(patch.z, x)) for x in (region.x, region.right))
    top, bottom = (round(view.view_y(patch.z, y)) for y in (region.y, region.bottom))
    whole = Rect(0, 0, view.width, view.height)
    return Rect(left, top, right - left, bottom - top).intersected(whole)


def _last(start: int, end: int, begun: Callable[[int], bool]) -> int:
    """Return the last of start..end - 1 for which `begun` is true, else `start`, by bisection."""
    count = bisect_left(range(start, end), True, key=lambda at: not begun(at))
    return start + max(0, count - 1)


def _made_from(pyramid: Pyramid, keys: Sequence[TileKey]) -> dict[TileKey, TileKey | None]:
    """Return `made_from` of tiles of one level."""
    made: dict[TileKey, TileKey | None] = {}
    above = {key: key for key in keys}
    while above:
        absent = set(pyramid.missing(set(above.values())))
        made |= {key: tile for key, tile in above.items() if tile not in absent}
        above = {key: parent_of(tile) for key, tile in above.items() if tile in absent}
        if above and next(iter(above.values())).z <= 0:
            made |= dict.fromkeys(above)
            break
    return made
