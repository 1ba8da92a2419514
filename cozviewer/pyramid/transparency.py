"""The alpha of views and regions, beside their colours from `compose`.

Beyond level 0 it is interpolated from the source (see `image.alpha.enlarging`), also where the
colours are generated.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image

from cozviewer.image.alpha.enlarging import REACH, box_of, enlarged
from cozviewer.image.alpha.plane import OPAQUE, Alpha, Plane, over
from cozviewer.image.pixels import Rgb8
from cozviewer.image.rect import Rect, rect_between
from cozviewer.image.source import Source
from cozviewer.pyramid.camera import View
from cozviewer.pyramid.compose import Kernel, band_parts, wanted_level
from cozviewer.pyramid.geometry import LevelRegion, level_rect
from cozviewer.pyramid.orientation import UPRIGHT, Orientation

Colour = tuple[int, int, int]
"""sRGB 0..255."""

WHITE: Colour = (255, 255, 255)

_FILTERS = {
    "nearest": Image.Resampling.NEAREST,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}


@dataclass(frozen=True)
class AlphaOptions:
    """How the alpha of a view is resampled.

    Attributes:
        kernel: Resamples it; as in `compose`.
        hard: Whether hard edges are kept hard beyond level 0; else it is only interpolated, as the
            colours of the source alone are.
        outside: The alpha around the photo.
        coarse: The width of a pixel of the result in view pixels; above 1 it is resampled
            quickly.
        at_hand: Whether only what is in memory counts, perhaps coarser: for the GUI thread.
    """

    kernel: Kernel = "bicubic"
    hard: bool = True
    outside: int = OPAQUE
    coarse: int = 1
    at_hand: bool = False


def alpha_of_view(source: Source, view: View, options: AlphaOptions | None = None) -> Plane | None:
    """Return the alpha of a view; None if all of it is opaque.

    Returns:
        (H, W) uint8 of `view.shown_size` divided by `coarse` and rounded up, turned by the
        orientation of the view.
    """
    options = options or AlphaOptions()
    found = alpha_of_part(source, view, Rect(0, 0, view.width, view.height), options)
    return None if found is None else view.orientation.turned(found)


def alpha_of_part(
    source: Source, view: View, view_part: Rect, options: AlphaOptions
) -> Plane | None:
    """Return the alpha of a part of a view, upright; None if all of it is opaque.

    Args:
        view_part: In view pixels, not empty; its corner at multiples of `coarse`.

    Returns:
        (H, W) uint8 of the size of the part divided by `coarse` and rounded up.
    """
    alpha, coarse = source.alpha, options.coarse
    if alpha is None:
        return None
    inside = view.photo_area(alpha.width, alpha.height).intersected(view_part)
    out = np.full(
        (-(-view_part.height // coarse), -(-view_part.width // coarse)), options.outside, np.uint8
    )
    if inside.empty:
        return None if options.outside == OPAQUE else out
    z = min(wanted_level(view, alpha.coarsest), 0)
    found = _near(alpha, view, inside, z, options)
    while found is None:  # not available yet
        z -= 1
        found = _near(alpha, view, inside, z, options)
    plane, left, top, per_pixel = found
    if options.outside == OPAQUE and plane.min() == OPAQUE:
        return None
    first_x, first_y = (inside.x - view_part.x) // coarse, (inside.y - view_part.y) // coarse
    last_x = -(-(inside.right - view_part.x) // coarse)
    last_y = -(-(inside.bottom - view_part.y) // coarse)
    out[first_y:last_y, first_x:last_x] = _resampled(
        plane,
        left + (view_part.x + first_x * coarse) * per_pixel,
        top + (view_part.y + first_y * coarse) * per_pixel,
        (last_x - first_x, last_y - first_y),
        per_pixel * coarse,
        options,
    )
    return out


def _near(
    alpha: Alpha, view: View, inside: Rect, z: int, options: AlphaOptions
) -> tuple[Plane, float, float, float] | None:
    """Return a stored level around a part of a view; None if it is not available yet but should be.

    Args:
        inside: In view pixels, inside the image.
        z: The level, <= 0.

    Returns:
        The plane, the place of the view's upper left corner in it, and its pixels per view pixel.
    """
    per_pixel = math.ldexp(1 / view.camera.scale, z - view.camera.level)
    margin = math.ceil(REACH * max(1.0, per_pixel * options.coarse)) + 1
    seen = view.level_region(z).intersected(level_rect(z, alpha.width, alpha.height))
    left, top, _, _ = view.level_box(z, seen)
    wanted = rect_between(
        seen.x + math.floor(left + inside.x * per_pixel),
        seen.y + math.floor(top + inside.y * per_pixel),
        seen.x + math.ceil(left + inside.right * per_pixel),
        seen.y + math.ceil(top + inside.bottom * per_pixel),
    ).grown(margin)
    plane = alpha.padded_at_hand(z, wanted) if options.at_hand else alpha.padded(z, wanted)
    if plane is None:
        return None
    return plane, left + seen.x - wanted.x, top + seen.y - wanted.y, per_pixel


def _resampled(
    plane: Plane,
    left: float,
    top: float,
    size: tuple[int, int],
    per_pixel: float,
    options: AlphaOptions,
) -> Plane:
    """Return a part of a plane at another size; see `compose.resampled`."""
    if per_pixel == 1.0 and left.is_integer() and top.is_integer():
        x, y = int(left), int(top)
        return plane[y : y + size[1], x : x + size[0]]
    if options.hard and per_pixel < 1.0:
        return enlarged(plane, left, top, size, per_pixel)
    box = box_of(left, top, size, per_pixel)
    kernel = _FILTERS[options.kernel] if options.coarse == 1 else Image.Resampling.BILINEAR
    return np.asarray(Image.fromarray(plane).resize(size, kernel, box=box))


def view_over(
    source: Source, view: View, rgb: Rgb8, background: Colour, options: AlphaOptions | None = None
) -> Rgb8:
    """Return the pixels of a view, from `compose`, over a background; what is around the photo
    stays as it is."""
    alpha = alpha_of_view(source, view, options)
    return rgb if alpha is None else over(rgb, alpha, background)


def source_over(source: Source, background: Colour = WHITE) -> Rgb8:
    """Return level 0 over a background, (H, W, 3) uint8."""
    rgb, alpha = source.levels[0], source.alpha
    return rgb if alpha is None else over(rgb, alpha.whole, background)


def alpha_bands(
    alpha: Alpha, region: LevelRegion, orientation: Orientation = UPRIGHT
) -> Iterator[Plane]:
    """Yield the alpha of a region, turned, in the bands of `compose.bands`."""
    for part in band_parts(region.rect, orientation):
        yield orientation.turned(alpha.region(region.z, part))
