"""Overlays of a view: where its pixels come from, and how far they deviate from the coarser level.

They are drawn over the composed frame, off the GUI thread; the window shows the result with its
legend. The composed frame holds no drafts, so drafts are hidden while an overlay is shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cozviewer.chain.textures.borrowed_texture import borrowed_mask
from cozviewer.chain.textures.texture import PhotoTexture
from cozviewer.chain.trust.consistency import BLOCK, departure
from cozviewer.image.pixels import Rgb8
from cozviewer.image.rect import Rect, rect_between
from cozviewer.pyramid.camera import SHARP_UP_TO, View
from cozviewer.pyramid.compose import best_region, wanted_level, wanted_region
from cozviewer.pyramid.geometry import (
    STEP_LEVELS,
    STEP_SCALE,
    LevelRegion,
    coarser,
    finer,
    level_name,
)
from cozviewer.pyramid.origins import Patch, patches, view_box
from cozviewer.pyramid.pyramid import Pyramid
from cozviewer.util.translation import translate

Kind = Literal["origin", "trust"]

Colour = tuple[int, int, int]
"""sRGB 0..255."""

SOURCE: Colour = (64, 190, 140)
INTERPOLATED: Colour = (190, 195, 205)
STEPS: tuple[Colour, ...] = (
    (255, 209, 70),
    (255, 145, 50),
    (240, 80, 85),
    (215, 80, 175),
    (140, 100, 235),
    (75, 140, 245),
)
"""Of the first six steps; after those they repeat."""

VEIL = 0.34
"""Opacity of an overlay's colours over the image."""

EDGE = 0.8
"""Opacity of the lines between parts of different origin."""

STRIPE = 12
"""View pixels between the stripes over what is enlarged from a coarser step."""

DOTS = 20
"""View pixels between the dots over borrowed texture; every other row is shifted by half of it."""

DOT: Colour = (250, 250, 250)
DOT_EDGE: Colour = (25, 25, 30)
"""Of the dots and of their outline, which keeps them visible on any background."""

HEAT: tuple[Colour, ...] = ((40, 160, 110), (235, 205, 60), (225, 60, 60))
"""From no deviation to MOST and beyond."""

HEAT_VEIL = 0.46
"""Opacity of the heat map over the image."""

MOST = 8.0
"""Deviation in grey levels (of 255) from which on the strongest colour is used."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One line of a legend.

    Attributes:
        colour: Of the pixels that it explains.
        text: What they are.
        dotted: Whether it explains dots of this colour rather than a tint.
    """

    colour: Colour
    text: str
    dotted: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class Marked:
    """A frame with an overlay.

    Attributes:
        rgb: (H, W, 3) uint8.
        legend: What its colours mean, coarse to fine.
    """

    rgb: Rgb8
    legend: tuple[Mark, ...]


def marked(
    frame: Rgb8,
    pyramid: Pyramid,
    view: View,
    kind: Kind,
    generative: bool,
    finest: int | None = None,
    texture: PhotoTexture | None = None,
) -> Marked:
    """Return a composed frame with an overlay.

    Args:
        frame: The view as returned by `compose`; not written to.
        pyramid: What it was made from.
        kind: "origin" shows where each part comes from, "trust" how far it deviates from the
            coarser level.
        generative: Whether the pyramid's levels are invented or only interpolated.
        finest: The value that `compose` was given.
        texture: The photo texture that the levels borrow from; None if they borrow nothing.
    """
    found = patches(pyramid, view, finest)
    if kind == "origin":
        made = _with_origins(frame, view, found, generative)
    else:
        made = _with_trust(frame, pyramid, view, found, generative)
    borrowed = borrowed_mask(texture, pyramid.source.width, pyramid.source.height, view, found)
    return _with_dots(made, borrowed) if borrowed.any() else made


def generated_boxes(
    pyramid: Pyramid, view: View, generative: bool, finest: int | None = None
) -> list[Rect]:
    """Return the parts of a view that are generated, in view pixels; they do not overlap.

    Args:
        generative, finest: As for `marked`.
    """
    found = patches(pyramid, view, finest) if generative else []
    return [view_box(view, patch) for patch in found if patch.level > 0]


def origin_mark(view: View, patch: Patch, generative: bool) -> Mark:
    """Return how a patch of a view is coloured and named."""
    if patch.level <= 0:
        if wanted_level(view, 0) > 0:
            return Mark(INTERPOLATED, translate("View", "Enlarged, no detail added"))
        value = view.camera.magnification
        text = translate("View", "Original photo")
        if value < 0.9995:
            text = translate("View", "Original photo (scaled down)")
        elif value > SHARP_UP_TO:
            text = translate("View", "Original photo (enlarged)")
        return Mark(SOURCE, text)
    step = patch.level // STEP_LEVELS
    if generative:
        text = translate("View", "Generated detail, level {step} ({scale})")
    else:
        text = translate("View", "Enlarged, level {step} ({scale})")
    text = text.format(step=step, scale=level_name(patch.level))
    if patch.enlarged:
        text = translate("View", "{detail}, not yet at full detail").format(detail=text)
    return Mark(STEPS[(step - 1) % len(STEPS)], text)


def borrowed_mark() -> Mark:
    """Return how borrowed texture is marked and named."""
    text = translate("View", "Texture borrowed from elsewhere in this photo")
    return Mark(DOT, text, dotted=True)


def _with_origins(frame: Rgb8, view: View, shown: Sequence[Patch], generative: bool) -> Marked:
    out = frame.copy()
    stripes = _stripes(view)
    found: dict[tuple[int, str], Mark] = {}
    boxes = []
    origins = np.zeros((view.height + 2, view.width + 2), np.int32)  # 0 around the image
    inner = origins[1:-1, 1:-1]
    for patch in shown:
        mark = origin_mark(view, patch, generative)
        found.setdefault((patch.level, mark.text), mark)
        box = view_box(view, patch)
        part = np.s_[box.y : box.bottom, box.x : box.right]
        inner[part] = 1 + list(found).index((patch.level, mark.text))
        boxes.append((part, mark, patch.enlarged and patch.level > 0))
    edges = _edges(origins)
    for part, mark, striped in boxes:
        veil = np.full((*inner[part].shape, 1), VEIL, np.float32)
        if striped:
            veil[stripes[part]] = EDGE / 2
        veil[edges[part]] = EDGE
        out[part] = _blended(out[part], np.asarray(mark.colour, np.float32), veil)
    return Marked(out, tuple(found[key] for key in sorted(found)))


def _edges(numbers: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Return where a number is not that of a pixel beside it, (H - 2, W - 2) of (H, W)."""
    middle = numbers[1:-1, 1:-1]
    beside = (numbers[:-2, 1:-1], numbers[2:, 1:-1], numbers[1:-1, :-2], numbers[1:-1, 2:])
    edges: NDArray[np.bool_] = np.any([middle != each for each in beside], axis=0)
    return edges


def _with_trust(
    frame: Rgb8, pyramid: Pyramid, view: View, shown: Sequence[Patch], generative: bool
) -> Marked:
    z, region = wanted_region(view, pyramid.source)
    made = [patch for patch in shown if patch.level == z and z > 0]
    if not made or not generative:
        return Marked(
            frame, (Mark(INTERPOLATED, translate("View", "No generated detail in view")),)
        )
    # All at once: done tile by tile, the colours would not match where tiles meet.
    whole = Patch(region, z, None)
    frame_box = view_box(view, whole)
    heat = np.zeros_like(frame)
    heat[frame_box.y : frame_box.bottom, frame_box.x : frame_box.right] = _heat(
        pyramid, view, whole, frame_box
    )
    out = frame.copy()
    for patch in made:
        box = view_box(view, patch)
        part = np.s_[box.y : box.bottom, box.x : box.right]
        out[part] = _blended(out[part], heat[part], np.full((1, 1, 1), HEAT_VEIL, np.float32))
    texts = (
        translate("View", "Matches the coarser level"),
        translate("View", "Deviates by {levels} of 255 grey levels").format(levels=round(MOST / 2)),
        translate("View", "Deviates by {levels} grey levels or more").format(levels=round(MOST)),
    )
    return Marked(out, tuple(Mark(*pair) for pair in zip(HEAT, texts, strict=True)))


def deviation_at(pyramid: Pyramid, patch: Patch, level_x: int, level_y: int) -> float | None:
    """Return what the deviation map shows at a place, in grey levels; None where nothing is
    generated.

    Args:
        patch: The patch that contains the place.
        level_x, level_y: A pixel of the level of the patch.
    """
    if patch.level != patch.z or patch.z <= 0:
        return None
    parent_z, across = patch.z - STEP_LEVELS, STEP_SCALE * BLOCK
    block = Rect(level_x // across * BLOCK, level_y // across * BLOCK, BLOCK, BLOCK)
    block = block.intersected(pyramid.level_rect(parent_z))
    if block.empty:
        return None
    figures = departure(
        best_region(pyramid, LevelRegion(patch.z, finer(block, STEP_LEVELS))),
        best_region(pyramid, LevelRegion(parent_z, block)),
    )
    return float(figures[0, 0])


def _with_dots(made: Marked, borrowed: NDArray[np.bool_]) -> Marked:
    """Return an overlay with dots where texture is borrowed, explained in its legend."""
    out = made.rgb.copy()
    for first in (0, DOTS // 2):
        rows, columns = (np.arange(first, side, DOTS) for side in borrowed.shape)
        row, column = (each.ravel() for each in np.meshgrid(rows, columns, indexing="ij"))
        here = borrowed[row, column]
        _dot(out, row[here], column[here])
    return Marked(out, (*made.legend, borrowed_mark()))


def _dot(rgb: Rgb8, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> None:
    """Draw dots of 2 x 2 pixels with an outline into an image, cut at its edges."""
    for dy, dx in np.ndindex(4, 4):
        if dy % 3 and dx % 3:
            colour = DOT
        elif dy % 3 or dx % 3:
            colour = DOT_EDGE
        else:
            continue  # a corner of the outline
        y, x = rows + dy - 1, columns + dx - 1
        inside = (y >= 0) & (x >= 0) & (y < rgb.shape[0]) & (x < rgb.shape[1])
        rgb[y[inside], x[inside]] = colour


def _heat(pyramid: Pyramid, view: View, patch: Patch, box: Rect) -> Rgb8:
    """Return the heat map of a patch's deviation, (box.height, box.width, 3) uint8."""
    parent_z = patch.z - STEP_LEVELS
    parent_region = _snapped(coarser(patch.level_region, STEP_LEVELS), BLOCK)
    parent_region = parent_region.intersected(pyramid.level_rect(parent_z))
    figures = departure(
        best_region(pyramid, LevelRegion(patch.z, finer(parent_region, STEP_LEVELS))),
        best_region(pyramid, LevelRegion(parent_z, parent_region)),
    )
    scale = np.clip(figures / MOST, 0, 1) * (len(HEAT) - 1)
    places = np.arange(len(HEAT))
    colours = np.stack(
        [np.interp(scale, places, [colour[i] for colour in HEAT]) for i in range(3)], axis=-1
    )
    image = Image.fromarray(colours.astype(np.uint8))
    # The box in units of blocks.
    left, top = view.view_x(parent_z, parent_region.x), view.view_y(parent_z, parent_region.y)
    per_block = (view.view_x(parent_z, parent_region.x + BLOCK) - left) or 1.0
    area = (
        max(0.0, (box.x - left) / per_block),
        max(0.0, (box.y - top) / per_block),
        min(float(image.width), (box.right - left) / per_block),
        min(float(image.height), (box.bottom - top) / per_block),
    )
    return np.asarray(image.resize((box.width, box.height), Image.Resampling.BILINEAR, box=area))


def _snapped(region: Rect, multiple: int) -> Rect:
    """Return the smallest rectangle around a region whose edges are multiples of a number."""
    return rect_between(
        region.x // multiple * multiple,
        region.y // multiple * multiple,
        -(-region.right // multiple) * multiple,
        -(-region.bottom // multiple) * multiple,
    )


def _stripes(view: View) -> NDArray[np.bool_]:
    """Return where diagonal stripes run over a view, (height, width)."""
    y, x = np.ogrid[: view.height, : view.width]
    stripes: NDArray[np.bool_] = (x + y) % STRIPE < STRIPE // 4
    return stripes


def _blended(under: Rgb8, over: NDArray[np.float32] | Rgb8, veil: NDArray[np.float32]) -> Rgb8:
    """Return `over` laid on `under`, `veil` (0..1) of it."""
    mixed: NDArray[np.float32] = under * (1 - veil) + over * veil
    return mixed.round().astype(np.uint8)
