"""Adaptive scale: soft parts of a parent are regenerated at a coarser scale.

A super-resolution model sharpens edges that are one or two pixels wide. From the second step on,
much of a parent is softer, and the chain fades to blur. There, the parent is downscaled by 4, so
that its contours are a pixel wide again, and upscaled by the model; the step then continues from
the blend. (Reviews of Chain-of-Zoom suggest that the scale should follow the content of a crop.)

Compared on eyes, fur, dandelion, galaxies, metal and skin, ×16 to ×256, with Real-ESRGAN: contours
stay crisp about one step longer, and textures do not change. Correcting the regenerated parts
against the soft parent instead of the downscaled one leaves hard lines beside soft edges; blending
two results instead of two parents looks the same and costs another run; at the first step it would
redraw the photo's own content.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from cozviewer.chain.fidelity import OF_STEP, Correction, blurred, corrected, enlarged, ramp, shrunk
from cozviewer.image.pixels import RgbFloat, luma_of
from cozviewer.pyramid.geometry import STEP_SCALE

Margins = tuple[int, int]
"""Margins around a region in pixels: left and right, top and bottom."""

REACH = 64
"""Parent pixels around a run on which it depends: those that decide where it is soft. A direct jump
to ×64 generates an eighth more pixels with it than without."""

FAR_REACH = 48
"""Parent pixels around a run that are regenerated: beyond the model's halo of 16, eight pixels at
the coarser scale. Fur at ×16, drawn in four parts and at once, differs as much (0.92 grey levels in
bf16) as with REACH, and a sixth less is regenerated."""

LEAST_FAR = 64
"""Minimum side of the regenerated part in pixels, for which a small part gets a larger margin."""

FAINT = 0.1
"""Softness up to this value counts as none, and the rest is stretched to 0..1: side by side at
200 %, no difference was found. In eight views of 1280 x 800 at ×16 and ×64, the rectangle around
soft parts has from a half to all, and on average four fifths, of the pixels of the whole."""

NOISE = 0.5 / 255
"""The part of fine contrast that is due to rounding to 8 bits."""

SOFT, SHARP = 0.15, 0.5
"""Fine contrast over coarse: below the first value the parent is soft, above the second it has
detail.
An ideal edge has about 0.55, textures 0.4 and more, edges that Real-ESRGAN drew a step ago 0.1 to
0.4. With 0.35 and 0.6 contours are crisper still, but on grass at ×16 the step across borders of
tiles is 1.14 times that in one piece; with these 1.09."""

FLAT, SHAPED = 0.5 / 255, 1.5 / 255
"""Contrast within some 30 pixels: below the first value there is no structure to regenerate, above
the second there is."""


def redrawn(
    context: RgbFloat,
    reach: Margins,
    shown: Margins,
    upscale: Callable[[RgbFloat], RgbFloat],
    fidelity: float,
    correction: Correction = OF_STEP,
    frugal: bool = True,
) -> RgbFloat:
    """Return parent pixels, with soft parts regenerated at a coarser scale.

    Args:
        context: (H, W, 3) in 0..1, sides divisible by 4.
        reach: Its margins around the core of the run.
        shown: The part of the margins that is used.
        upscale: Upscales pixels by 4.
        fidelity, correction: As for `corrected`.
        frugal: Whether FAINT is left alone, and only the rectangle around all soft parts is
            regenerated, with a margin of FAR_REACH; else all of the core, with one of REACH.

    Returns:
        (H, W, 3) in 0..1; `context` itself if no used part is soft.
    """
    weight = softness(context)
    if frugal:
        weight = np.maximum(weight - np.float32(FAINT), 0) * np.float32(1 / (1 - FAINT))
    # The 2 are for enlarging the weights.
    across, along = (
        max(0, (far - near) // STEP_SCALE - 2) for far, near in zip(reach, shown, strict=True)
    )
    soft = weight[along : weight.shape[0] - along, across : weight.shape[1] - across, 0] > 0
    if not soft.any():
        return context
    rows, columns = np.flatnonzero(soft.any(axis=1)) + along, np.flatnonzero(soft.any(axis=0))
    inner = (
        _regenerated(rows, weight.shape[0], reach[1], shown[1], frugal),
        _regenerated(columns + across, weight.shape[1], reach[0], shown[0], frugal),
    )
    far_away = shrunk(context[inner])
    near_by = corrected(upscale(far_away), far_away, fidelity, correction)
    part = np.clip(enlarged(weight)[inner], 0, 1)
    mixed = context.copy()
    mixed[inner] += part * (np.clip(near_by, 0, 1) - context[inner])
    return mixed


def _regenerated(soft: NDArray[np.intp], side: int, reach: int, shown: int, frugal: bool) -> slice:
    """Return which of the parent's rows or columns are regenerated.

    Args:
        soft: The coarser ones that are soft, ascending.
        side: The number of the coarser ones.
        reach, shown, frugal: See `redrawn`.
    """
    spare = min(reach - max(FAR_REACH if frugal else REACH, shown), 2 * (side - LEAST_FAR))
    edge = max(0, spare // STEP_SCALE)
    first, end = edge, side - edge
    if frugal:
        margin = FAR_REACH // STEP_SCALE + 2
        first, end = max(first, soft[0] - margin), min(end, soft[-1] + 1 + margin)
        lacking = LEAST_FAR - (end - first)
        if lacking > 0:
            first = min(max(edge, first - lacking // 2), side - edge - LEAST_FAR)
            first, end = max(edge, first), min(side - edge, first + LEAST_FAR)
    return slice(STEP_SCALE * int(first), STEP_SCALE * int(end))


def softness(parent: RgbFloat) -> NDArray[np.float32]:
    """Return how far contours of a parent are softer than its resolution allows.

    Args:
        parent: (H, W, 3) in 0..1, sides divisible by 4.

    Returns:
        (H / 4, W / 4, 1) float32 from 0, where it has detail or is flat, to 1. Parent pixels more
        than 60 pixels away have no influence.
    """
    luma = luma_of(parent)
    fine = luma - blurred(luma, 1)
    coarse = blurred(luma, 2) - blurred(luma, 4)
    fine_power = np.maximum(_power(fine) - np.float32(NOISE**2), 0)
    ratio = np.sqrt(fine_power / np.maximum(_power(coarse), np.float32(1e-9)))
    means = shrunk(luma)
    contrast = np.sqrt(blurred((means - blurred(means, 2)) ** 2, 2))
    return ramp(ratio, SHARP, SOFT) * ramp(contrast, FLAT, SHAPED)


def _power(plane: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mean square around each 4x4 pixels, (H / 4, W / 4, 1)."""
    return blurred(shrunk(plane**2), 1.5)
