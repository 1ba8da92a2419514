"""Drafts of a view: what a small, quick network draws until the real step is done.

A draft goes through all step levels that are missing under a view, from the pointer outwards. Its
pixels are shown and forgotten: nothing is stored, and no real step is made from them. (The drafts
of `chain.draft` are something else: steps made anew with another prompt.)

A view that has all it needs may be drafted once more: where it enlarges its level, it is drawn from
the next one, which comes from the real tiles. (Side by side, at ×6 to ×8, contours and letters are
clearer, texture hardly differs. Against what the engine makes of that level, the draft of text is
at 34 dB and the enlarged level at 25; of photos, at 43 and 42.)
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cozviewer.chain.fidelity import corrected
from cozviewer.chain.protocols import Upscaler
from cozviewer.chain.texture import PhotoTexture
from cozviewer.image.pixels import Rgb8, padded, part_of, to_8bit, to_float
from cozviewer.image.rect import Rect, rect_between, split
from cozviewer.pyramid.camera import Camera, View
from cozviewer.pyramid.compose import SUPPORT, resampled
from cozviewer.pyramid.geometry import STEP_LEVELS, TileKey, coarser, finer, tile_rect, tiles_of
from cozviewer.pyramid.pyramid import Pyramid, TileMissing
from cozviewer.util.cancel import IsCancelled, check_cancelled

FIRST = 512
"""Side of the first piece, in pixels of the level that is drawn: a tenth of a second's work."""

LARGEST = 1536
"""Most pixels of a later piece, a side. A view of 1280 x 800 is one piece without borders."""

FIRST_SHARPER, LARGEST_SHARPER = 256, 640
"""Both in pixels of the view, where it is drawn from a level up to three times as fine."""

SOFT_FROM = 1.3
"""View pixels that a pixel of a step level must be wide before the next level is drafted over it.
Nearer to the level's own size there is less to be gained, for more work: a 1280 x 800 view takes
2.6 core-seconds at 1.3 and 1.2 at 2 (on an EPYC with AVX512-BF16, no AMX)."""

FIDELITY = 1.0
"""A draft keeps the parent's colours, whatever the recipe lets go, so that nothing jumps when it is
replaced."""

FAST_PIXEL = 4e-6
"""Seconds per parent pixel below which the engine draws a view about as soon as the draft is
there."""


Fill = Callable[[TileKey, Rect], Rgb8]
"""Returns the pixels of a part of a missing tile, as `Pyramid.region` wants it."""


@dataclass(frozen=True, eq=False, slots=True)
class QuickPiece:
    """A part of a draft.

    Attributes:
        z: The step level that it stands in for.
        level_region: Where it lies, in pixels of level z.
        pixels: (height, width, 3) uint8.
    """

    z: int
    level_region: Rect
    pixels: Rgb8


def worthwhile(upscaler: Upscaler, seconds_per_pixel: float | None) -> bool:
    """Tell whether a draft is of use before the steps of an engine.

    Args:
        seconds_per_pixel: What a parent pixel takes, as measured; None where nothing was yet.
    """
    fast = seconds_per_pixel is not None and seconds_per_pixel < FAST_PIXEL
    return upscaler.generative and not fast


@dataclass(frozen=True, eq=False, slots=True)
class SharperPiece:
    """A part of a draft over a view that has all it needs.

    Attributes:
        view_part: Where it lies, in pixels of the view.
        pixels: (height, width, 3) uint8.
    """

    view_part: Rect
    pixels: Rgb8


def sharper_level(camera: Camera) -> int | None:
    """Return the step level that is drafted over a view at rest which has all its tiles; None where
    it shows the source, or enlarges its own level too little."""
    z = camera.rest_level
    wide = math.ldexp(camera.scale, camera.level - z)
    return z + STEP_LEVELS if z > 0 and wide > SOFT_FROM else None


def quick_view(
    pyramid: Pyramid,
    upscaler: Upscaler,
    z: int,
    level_region: Rect,
    level_x: int,
    level_y: int,
    cancelled: IsCancelled,
    texture: PhotoTexture | None = None,
) -> Iterator[QuickPiece]:
    """Draw what a region lacks, piece by piece.

    Args:
        pyramid: Only read.
        upscaler: A quick one.
        z: The step level wanted.
        level_region: Pixels of level z inside the picture.
        level_x, level_y: Where to begin, in pixels of level z: the pointer's place.
        cancelled: Asked between pieces, and within the upscaler.
        texture: Adds what the steps add, so that nothing jumps when they replace the draft.

    Yields:
        Pieces inside `level_region`; later ones may cover earlier ones. None where no tile of it
        is missing.

    Raises:
        Cancelled: `cancelled` said so.
        TileMissing: A tile vanished meanwhile.
        BadInput, Failure: From loading or running the upscaler.
    """
    drawing = _Drawing(pyramid, upscaler, cancelled, texture)
    wanted = drawing.lacking(z, level_region)
    if wanted.empty:
        return
    there = drawing.parent_region(z, wanted)
    parent = drawing.pixels(z - STEP_LEVELS, there)
    for piece in pieces(wanted, level_x, level_y):
        yield QuickPiece(z, piece, drawing.drawn(z, piece, parent, there))


def sharper_view(
    pyramid: Pyramid,
    upscaler: Upscaler,
    view: View,
    view_x: float,
    view_y: float,
    cancelled: IsCancelled,
    texture: PhotoTexture | None = None,
) -> Iterator[SharperPiece]:
    """Draw a view that has all its tiles from the next step level: see `sharper_level`.

    Args:
        pyramid, upscaler, cancelled, texture: As for `quick_view`.
        view: Its level must be known to `sharper_level`, else nothing is drawn.
        view_x, view_y: Where to begin, in view pixels: the pointer's place.

    Yields:
        Pieces that cover the picture in the view, composed as `compose` would: real where tiles of
        that level exist, drawn where they are missing. None where no tile of it is missing.

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
    picture = view.picture(source.width, source.height)
    for part in pieces(picture, int(view_x), int(view_y), FIRST_SHARPER, LARGEST_SHARPER):
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
    """Return the pieces in which a region is drawn, in order: a small one around a place (the next
    one inside the region, if it lies outside), then parts of the whole, the nearest first.

    Args:
        first, largest: Most pixels of the first piece and of the others, a side.
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
    # A first piece that is about all there is would only be drawn twice.
    return parts if region.area < 2 * around.area else [around, *parts]


def _distance(rect: Rect, x: int, y: int) -> int:
    """Return the squared distance of a place from the nearest pixel of a rectangle."""
    dx = max(rect.x - x, 0, x - rect.right + 1)
    dy = max(rect.y - y, 0, y - rect.bottom + 1)
    return dx * dx + dy * dy


class _Drawing:
    """What all levels of one draft have in common."""

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
        """Return the smallest rectangle of a region with all pixels whose tiles are missing."""
        if z <= 0:
            return Rect(level_region.x, level_region.y, 0, 0)
        missing = self._pyramid.missing(tiles_of(z, level_region))
        return _around(missing).intersected(level_region)

    def parent_region(self, z: int, level_region: Rect) -> Rect:
        """Return the pixels of the parent level that a region is drawn from, halo included."""
        around = coarser(level_region, STEP_LEVELS).grown(self._upscaler.halo)
        return around.intersected(self._pyramid.level_rect(z - STEP_LEVELS))

    def pixels(self, z: int, level_region: Rect) -> Rgb8:
        """Return a region of a level: real where its tiles exist, drawn where they are missing."""
        lacking = self.lacking(z, level_region)
        fill: Fill = _nothing
        if not lacking.empty:
            there = self.parent_region(z, lacking)
            parent = self.pixels(z - STEP_LEVELS, there)
            fill = _from(self.drawn(z, lacking, parent, there), lacking)
        return self._pyramid.region(z, level_region, fill)

    def drawn(self, z: int, level_region: Rect, parent: Rgb8, there: Rect) -> Rgb8:
        """Return a region of a level, drawn by the upscaler.

        Args:
            parent: Pixels of the parent level.
            there: What they cover: at least `parent_region`.
        """
        check_cancelled(self._cancelled)
        around = coarser(level_region, STEP_LEVELS).grown(self._upscaler.halo)
        inside = around.intersected(there)
        context = to_float(padded(part_of(parent, inside, there), inside, around, "symmetric"))
        fine = self._upscaler.upscale(context, "", 0, self._cancelled)
        there = finer(around, STEP_LEVELS)
        fine = corrected(fine, context, FIDELITY)
        if self._texture is not None:
            self._texture.add(fine, there, z)
        return to_8bit(part_of(fine, level_region, there))


def _around(keys: list[TileKey]) -> Rect:
    """Return the smallest rectangle around tiles of one level."""
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
    """Return what fills missing tiles from pixels that cover `there`."""

    def fill(key: TileKey, part: Rect) -> Rgb8:
        return part_of(pixels, part, there) if there.contains(part) else _nothing(key, part)

    return fill


def _nothing(key: TileKey, part: Rect) -> Rgb8:
    raise TileMissing(f"Tile {key} vanished while a draft was made: move the view to try again.")
