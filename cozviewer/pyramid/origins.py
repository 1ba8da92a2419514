"""Which level each part of a view's pixels comes from, as `compose` draws it.

The answer behind every mark of what is real: source pixels, interpolated ones, generated ones.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from cozviewer.pyramid.camera import View
from cozviewer.pyramid.compose import wanted_level
from cozviewer.pyramid.geometry import Rect, TileKey, parent_of, tile_rect, tiles_of
from cozviewer.pyramid.pyramid import Pyramid


@dataclass(frozen=True, slots=True)
class Patch:
    """A rectangle of a level whose pixels come from one level.

    Attributes:
        level_region: Pixels of level `z`, inside the picture.
        z: The level that the view is made from.
        made_from: The tile that its pixels come from, of level z or a coarser one, from which they
            are enlarged; None for the source and its overviews.
    """

    level_region: Rect
    z: int
    made_from: TileKey | None

    @property
    def level(self) -> int:
        """The level that the pixels come from; at most 0 stands for the source."""
        return min(self.z, 0) if self.made_from is None else self.made_from.z

    @property
    def enlarged(self) -> bool:
        """Whether the pixels are interpolated from a coarser level."""
        return self.level < self.z


def patches(pyramid: Pyramid, view: View, finest: int | None = None) -> list[Patch]:
    """Return what a view is made of, tile by tile of the level that it wants.

    Args:
        finest: As `compose` takes it.
    """
    z = _level_of(pyramid, view, finest)
    return [_patch(pyramid, z, region) for region in _regions(pyramid, view, z)]


def made_from(pyramid: Pyramid, key: TileKey) -> TileKey | None:
    """Return the tile itself if it exists, else the finest one above it that does; None for the
    source."""
    return next((tile for tile in _upwards(key) if pyramid.has(tile)), None)


def patch_at(
    pyramid: Pyramid, view: View, view_x: int, view_y: int, finest: int | None = None
) -> Patch | None:
    """Return the patch under a pixel of a view; None beside the picture.

    Args:
        finest: As `compose` takes it.
    """
    z = _level_of(pyramid, view, finest)
    for region in _regions(pyramid, view, z):
        box = view_box(view, Patch(region, z, None))
        if box.x <= view_x < box.right and box.y <= view_y < box.bottom:
            return _patch(pyramid, z, region)
    return None


def view_box(view: View, patch: Patch) -> Rect:
    """Return where a patch lies in a view, in whole view pixels; neighbours touch."""
    region = patch.level_region
    left, right = (round(view.view_x(patch.z, x)) for x in (region.x, region.right))
    top, bottom = (round(view.view_y(patch.z, y)) for y in (region.y, region.bottom))
    whole = Rect(0, 0, view.width, view.height)
    return Rect(left, top, right - left, bottom - top).intersected(whole)


def _level_of(pyramid: Pyramid, view: View, finest: int | None) -> int:
    """Return the level that a view is made from."""
    z = wanted_level(view, pyramid.source.coarsest)
    return z if finest is None else min(z, finest)


def _regions(pyramid: Pyramid, view: View, z: int) -> list[Rect]:
    """Return what is visible of each tile of a level; what the source has is one whole."""
    region = view.visible(z, pyramid.source.width, pyramid.source.height)
    if z <= 0:
        return [] if region.empty else [region]
    return [tile_rect(key).intersected(region) for key in tiles_of(z, region)]


def _patch(pyramid: Pyramid, z: int, region: Rect) -> Patch:
    """Return the patch of a part of one tile."""
    return Patch(region, z, None if z <= 0 else made_from(pyramid, next(tiles_of(z, region))))


def _upwards(key: TileKey) -> Iterator[TileKey]:
    """Yield a step level's tile and those of the step levels above that hold it."""
    while key.z > 0:
        yield key
        key = parent_of(key)
