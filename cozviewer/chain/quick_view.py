"""Quick drafts of a view by a small network, shown until the step is done.

A draft passes through all missing step levels below a view, from the pointer outwards. Its pixels
are only shown: they are neither stored nor used as parents. (The drafts of `chain.draft` are steps
regenerated with another prompt.)

A complete view may be drafted, too: where it enlarges its level, the next level is drafted from the
stored tiles. (At ×6 to ×8, contours and letters are clearer, texture hardly differs. Against the
engine's result of that level, the PSNR of the draft of text is 34 dB, of the enlarged level 25 dB;
for photos, 43 and 42 dB.)
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cozviewer.chain.fidelity import COLOURS, corrected
from cozviewer.chain.protocols import Upscaler
from cozviewer.chain.textures.texture import PhotoTexture
from cozviewer.image.pixels import Rgb8, padded, part_of, to_8bit, to_float
from cozviewer.image.rect import Rect, rect_between, split
from cozviewer.pyramid.camera import Camera, View
from cozviewer.pyramid.compose import SUPPORT, resampled
from cozviewer.pyramid.geometry import (
    STEP_LEVELS,
    LevelRegion,
    TileKey,
    coarser,
    finer,
    tile_rect,
    tiles_of,
)
from cozviewer.pyramid.pyramid import Pyramid, TileMissing
from cozviewer.util.cancel import IsCancelled, check_cancelled
from cozviewer.util.translation import translate

FIRST = 512
"""Side of the first piece in pixels of the drafted level: a tenth of a second of work."""

LARGEST = 1536
"""Maximum side of later pieces. A view of 1280 x 800 is one piece without borders."""

FIRST_SHARPER, LARGEST_SHARPER = 256, 640
"""Both in view pixels, for a view drafted from a level up to three times as fine."""

SOFT_FROM = 1.3
"""Minimum width of a step level's pixel in view pixels for the next level to be drafted over it.
Closer to the level's own size the gain is smaller and the work larger: a 1280 x 800 view takes
2.6 core-seconds at 1.3 and 1.2 at 2 (on an EPYC with AVX512-BF16, no AMX)."""

FIDELITY = 1.0
"""A draft always keeps the parent's colours, independently of the recipe."""

FAST_PIXEL = 4e-6
"""Time per parent pixel below which the engine is about as fast as a draft."""


Fill = Callable[[TileKey, Rect], Rgb8]
"""Returns the pixels of a part of a missing tile; see `Pyramid.region`."""


@dataclass(frozen=True, eq=False, slots=True)
class QuickPiece:
    """A part of a draft.

    Attributes:
        region: The drafted step level, and its place there.
        pixels: (height, width, 3) uint8.
    """

    region: LevelRegion
    pixels: Rgb8


def worthwhile(upscaler: Upscaler, seconds_per_pixel: float | None) -> bool:
    """Return whether drafts are useful with an engine.

    Args:
        seconds_per_pixel: Measured time per parent pixel; None if not measured yet.
    """
    fast = seconds_per_pixel is not None and seconds_per_pixel < FAST_PIXEL
    return upscaler.generative and not fast


@dataclass(frozen=True, eq=False, slots=True)
class SharperPiece:
    """A part of a draft over a complete view.

    Attributes:
        view_part: Its place, in pixels of the view.
        pixels: (height, width, 3) uint8.
    """

    view_part: Rect
    pixels: Rgb8


def sharper_level(camera: Camera) -> int | None:
    """Return the step level that is drafted over a complete view at rest; None if it shows the
    source, or enlarges its level too little."""
    z = camera.rest_level
    wide = math.ldexp(camera.scale, camera.level - z)
    return z + STEP_LEVELS if z > 0 and wide > SOFT_FROM else None


def quick_view(
    pyramid: Pyramid,
    upscaler: Upscaler,
    region: LevelRegion,
    level_x: int,
    level_y: int,
    cancelled: IsCancelled,
    texture: PhotoTexture | None = None,
) -> Iterator[QuickPiece]:
    """Draft the missing parts of a region, piece by piece.

    Args:
        pyramid: Only read.
        upscaler: A small network.
        region: The step level of the view, and its part inside the photo.
        level_x, level_y: Where to begin, in pixels of that level: the position of the pointer.
        cancelled: Checked between pieces, and within the upscaler.
        texture: Adds the same borrowed texture as the steps.

    Yields:
        Pieces inside `region`; later ones may cover earlier ones. Nothing if no tile
        is missing.

    Raises:
        Cancelled: `cancelled` returned True.
        TileMissing: A tile vanished meanwhile.
        BadInput, Failure: From loading or running the upscaler.
    """
    drawing = _Drawing(pyramid, upscaler, cancelled, texture)
    z = region.z
    wanted = drawing.lacking(*region)
    if wanted.empty:
        return
    there = drawing.parent_region(z, wanted)
    parent = drawing.pixels(z - STEP_LEVELS, there)
    for piece in pieces(wanted, level_x, level_y):
        yield QuickPiece(LevelRegion(z, piece), drawing.drawn(z, piece, parent, there))


def sharper_view(
    pyramid: Pyramid,
    upscaler: Upscaler,
    view: View,
    view_x: float,
    view_y: float,
    cancelled: IsCancelled,
    texture: PhotoTexture | None = None,
) -> Iterator[SharperPiece]:
    """Draft the next step level over a complete view: see `sharper_level`.

    Args:
        pyramid, upscaler, cancelled, texture: As for `quick_view`.
        view: A view for which `sharper_level` is not None; otherwise nothing is drafted.
        view_x, view_y: Where to begin, in view pixels: the position of the pointer.

    Yields:
        Pieces that cover the photo in the view, composed like by `compose`: from stored tiles of
        that level where they exist, else drafted. Nothing if no tile is missing.

    Raises:
        Cancelled, TileMissing, BadInput, Failure: As for `quick_view`.
    """
    z = sharper_level(view.camera)
    source = pyramid.source
    drawing = _Drawing(pyramid, upscaler, cancelled, texture)
    if z is None or drawing.lacking(z, view.visible(z, source.width, source.height)).empty:
        return
    per_pixel = math.ldexp(1 / view.camera.scale, z - view.camera.level)
    margin = math.ceil(SUPPORT * per_pixel) + 1
    area = view.photo_area(source.width, source.height)
    for part in pieces(area, int(view_x), int(view_y), FIRST_SHARPER, LARGEST_SHARPER):
        corner = view.level_region(z)
        left, top, _, _ = view.level_box(z, corner)
        x = math.floor(left + part.x * per_pixel)
        y = math.floor(top + part.y * per_pixel)
        right = math.ceil(left + part.right * per_pixel)
        bottom = math.ceil(top + part.bottom * per_pixel)
        wanted = rect_between(x, y, right, bottom).moved(corner.x, corner.y).grown(margin)
        there = wanted.intersected(pyramid.level_rect(z))
        pixels = resampled(
            padded(drawing.pixels(z, there), there, wanted, "edge"),
            left + part.x * per_pixel - x + margin,
            top + part.y * per_pixel - y + margin,
            part.width,
            part.height,
            per_pixel,
        )
        yield SharperPiece(part, pixels)


def pieces(
    region: Rect, near_x: int, near_y: int, first: int = FIRST, largest: int = LARGEST
) -> list[Rect]:
    """Return the pieces of a region in order: a small one around a place (moved into the region),
    then parts of the whole region, the nearest first.

    Args:
        first, largest: Maximum sides of the first piece and of the others, in pixels.
    """
    width, height = min(first, region.width), min(first, region.height)
    around = Rect(
        min(max(near_x - width // 2, region.x), region.right - width),
        min(max(near_y - height // 2, region.y), region.bottom - height),
        width,
        height,
    )
    parts = split(region, largest)
    parts.sort(key=lambda part: _distance(part, near_x, near_y))
    # A first piece that is almost the whole region would only be repeated.
    return parts if region.area < 2 * around.area else [around, *parts]


def _distance(rect: Rect, x: int, y: int) -> int:
    """Return the squared distance of a place from the nearest pixel of a rectangle."""
    dx = max(rect.x - x, 0, x - rect.right + 1)
    dy = max(rect.y - y, 0, y - rect.bottom + 1)
    return dx * dx + dy * dy


class _Drawing:
    """Shared by all levels of one draft."""

    def __init__(
        self,
        pyramid: Pyramid,
        upscaler: Upscaler,
        cancelled: IsCancelled,
        texture: PhotoTexture | None,
    ) -> None:
        self._pyramid, self._upscaler, self._cancelled = pyramid, upscaler, cancelled
        self._texture = texture

    def lacking(self, z: int, level_region: Rect) -> Rect:
        """Return the bounding rectangle of the missing tiles, cropped to a region."""
        if z <= 0:
            return Rect(level_region.x, level_region.y, 0, 0)
        missing = self._pyramid.missing(tiles_of(z, level_region))
        return _around(missing).intersected(level_region)

    def parent_region(self, z: int, level_region: Rect) -> Rect:
        """Return the parent region from which a region is generated, including the halo."""
        around = coarser(level_region, STEP_LEVELS).grown(self._upscaler.halo)
        return around.intersected(self._pyramid.level_rect(z - STEP_LEVELS))

    def pixels(self, z: int, level_region: Rect) -> Rgb8:
        """Return a region of a level: stored tiles where they exist, else drafted."""
        lacking = self.lacking(z, level_region)
        fill: Fill = _nothing
        if not lacking.empty:
            there = self.parent_region(z, lacking)
            parent = self.pixels(z - STEP_LEVELS, there)
            fill = _from(self.drawn(z, lacking, parent, there), lacking)
        return self._pyramid.region(z, level_region, fill)

    def drawn(self, z: int, level_region: Rect, parent: Rgb8, there: Rect) -> Rgb8:
        """Return a region of a level, generated by the upscaler.

        Args:
            parent: Pixels of the parent level.
            there: The region of `parent`: at least `parent_region`.
        """
        check_cancelled(self._cancelled)
        around = coarser(level_region, STEP_LEVELS).grown(self._upscaler.halo)
        inside = around.intersected(there)
        context = to_float(padded(part_of(parent, inside, there), inside, around, "symmetric"))
        fine = self._upscaler.upscale(context, "", 0, self._cancelled)
        there = finer(around, STEP_LEVELS)
        fine = corrected(fine, context, FIDELITY, COLOURS)
        if self._texture is not None:
            self._texture.add(fine, there, z)
        return to_8bit(part_of(fine, level_region, there))


def _around(keys: list[TileKey]) -> Rect:
    """Return the bounding rectangle of tiles of one level."""
    rects = [tile_rect(key) for key in keys]
    if not rects:
        return Rect(0, 0, 0, 0)
    return rect_between(
        min(rect.x for rect in rects),
        min(rect.y for rect in rects),
        max(rect.right for rect in rects),
        max(rect.bottom for rect in rects),
    )


def _from(pixels: Rgb8, there: Rect) -> Fill:
    """Return a function that fills missing tiles from pixels that cover `there`."""

    def fill(key: TileKey, part: Rect) -> Rgb8:
        return part_of(pixels, part, there) if there.contains(part) else _nothing(key, part)

    return fill


def _nothing(key: TileKey, part: Rect) -> Rgb8:
    raise TileMissing(
        translate(
            "Error", "Tile {key} vanished while a draft was made: move the view to try again."
        ).format(key=key)
    )
