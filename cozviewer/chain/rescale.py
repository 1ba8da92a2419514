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

from cozviewer.chain.fidelity import blurred, corrected, enlarged, ramp, shrunk
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
"""Minimum side of the regenerated parts in pixels, for which narrow runs get a larger margin."""

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
    detail: bool = True,
    far_reach: int = FAR_REACH,
) -> RgbFloat:
    """Return parent pixels, with soft parts regenerated at a coarser scale.

    Args:
        context: (H, W, 3) in 0..1, sides divisible by 4.
        reach: Its margins around the core of the run.
        shown: The part of the margins that is used.
        upscale: Upscales pixels by 4.
        fidelity, detail: As for `corrected`.
        far_reach: The part of the margins that is regenerated, unless more of them is used.

    Returns:
        (H, W, 3) in 0..1; `context` itself if no used part is soft.
    """
    weight = softness(context)
    # The 2 are for enlarging the weights.
    across, along = (
        max(0, (far - near) // STEP_SCALE - 2) for far, near in zip(reach, shown, strict=True)
    )
    if not weight[along : weight.shape[0] - along, across : weight.shape[1] - across].any():
        return context
    height, width = context.shape[:2]
    edge_x = _unused(width, reach[0], shown[0], far_reach)
    edge_y = _unused(height, reach[1], shown[1], far_reach)
    inner = np.s_[edge_y : height - edge_y, edge_x : width - edge_x]
    far_away = shrunk(context[inner])
    near_by = corrected(upscale(far_away), far_away, fidelity, detail)
    part = np.clip(enlarged(weight)[inner], 0, 1)
    mixed = context.copy()
    mixed[inner] += part * (np.clip(near_by, 0, 1) - context[inner])
    return mixed


def _unused(side: int, reach: int, shown: int, far_reach: int) -> int:
    """Return how many pixels of a margin need not be regenerated, a multiple of 4."""
    spare = min(reach - max(far_reach, shown), (side - STEP_SCALE * LEAST_FAR) // 2)
    return max(0, spare // STEP_SCALE * STEP_SCALE)


def softness(parent: RgbFloat) -> NDArray[np.float32]:
    """Return where a parent has contours that are softer than its resolution allows.

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
    soft = ramp(ratio, SHARP, SOFT) * ramp(contrast, FLAT, SHAPED)
    return soft


def _power(plane: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mean square around each 4x4 pixels, (H / 4, W / 4, 1)."""
    return blurred(shrunk(plane**2), 1.5)
