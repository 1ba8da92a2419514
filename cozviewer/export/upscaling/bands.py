"""The pixels of upscaled photos, in bands of rows at any whole scale."""

import math
from collections.abc import Callable, Iterator

from cozviewer.image.alpha.plane import Plane
from cozviewer.image.pixels import Rgb8, padded
from cozviewer.image.rect import Rect, rect_between
from cozviewer.image.source import Source
from cozviewer.pyramid.compose import BAND, SUPPORT, best_region, resampled
from cozviewer.pyramid.geometry import STEP_LEVELS, LevelRegion
from cozviewer.pyramid.pyramid import Pyramid


def level_of(scale: int) -> int:
    """Return the coarsest generated level that is at least as fine as a scale."""
    return -(-math.ceil(math.log2(scale)) // STEP_LEVELS) * STEP_LEVELS


def scaled_bands(
    pyramid: Pyramid,
    scale: int,
    on_used: Callable[[int, int], None] = lambda done, total: None,
    wait: Callable[[int, Rect], None] = lambda z, level_region: None,
) -> Iterator[Rgb8]:
    """Yield a whole photo at a scale in bands of rows, top to bottom.

    The pixels do not depend on how the photo is cut into bands.

    Args:
        pyramid: Must contain all tiles of `level_of(scale)`.
        scale: As in `UpscaleOptions`.
        on_used: Called with (bands used, all bands) when the next one is wanted.
        wait: Called with the level and the part of it that is read next.

    Yields:
        (rows, source.width * scale, 3) uint8.

    Raises:
        TileMissing: A tile does not exist or cannot be read.
    """
    z, rows = level_of(scale), _rows_of_bands(pyramid.source, scale)
    for done, (top, bottom) in enumerate(rows, 1):
        yield _band(pyramid, z, scale, top, bottom, wait)
        on_used(done, len(rows))


def alpha_of_bands(source: Source, scale: int) -> Iterator[Plane] | None:
    """Return the alpha of the bands of `scaled_bands`, (rows, source.width * scale) uint8 each;
    None if it is opaque."""
    alpha = source.alpha
    if alpha is None:
        return None
    return (alpha.rows(scale, top, bottom) for top, bottom in _rows_of_bands(source, scale))


def _rows_of_bands(source: Source, scale: int) -> list[tuple[int, int]]:
    """Return the first row of each band, and the first one after it."""
    height, rows = source.height * scale, max(1, BAND * scale >> level_of(scale))
    return [(top, min(height, top + rows)) for top in range(0, height, rows)]


def _band(
    pyramid: Pyramid,
    z: int,
    scale: int,
    top: int,
    bottom: int,
    wait: Callable[[int, Rect], None],
) -> Rgb8:
    """Return some rows of a photo at a scale, made from level z."""
    whole, per_pixel = pyramid.level_rect(z), 2**z / scale
    margin = 0 if per_pixel == 1 else math.ceil(SUPPORT * per_pixel) + 1
    wanted = rect_between(
        -margin,
        math.floor(top * per_pixel) - margin,
        whole.right + margin,
        math.ceil(bottom * per_pixel) + margin,
    )
    there = wanted.intersected(whole)
    wait(z, there)
    pixels = padded(
        best_region(pyramid, LevelRegion(z, there), complete=True), there, wanted, "edge"
    )
    width, first = pyramid.source.width * scale, top * per_pixel - wanted.y
    return resampled(pixels, float(margin), first, width, bottom - top, per_pixel)
