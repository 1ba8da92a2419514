"""Adaptive scale: what a parent shows too softly is drawn again from further away.

A super-resolution model sharpens what is one or two pixels wide. From the second step on much of
a parent is softer than that, and the chain fades into fog. Where it does, the parent is shrunk by
4, to where its contours are pixels wide again, and the model draws it from there; the step then
goes on from the mixture. (That the scale should follow what a crop holds is the first direction
that reviews of Chain-of-Zoom ask for.)

Tried side by side on eyes, fur, dandelion, galaxies, metal and skin, ×16 to ×256, with
Real-ESRGAN: contours stay crisp about one step longer, and textures stay as they are. Correcting
what is drawn from further away against the soft parent instead of the shrunk one leaves hard lines
beside soft edges; mixing two results instead of two parents looks the same and costs a network
more; at the first step it redraws what the photo itself shows.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from cozviewer.chain.fidelity import blurred, corrected, enlarged, ramp, shrunk
from cozviewer.image.pixels import RgbFloat, luma_of
from cozviewer.pyramid.geometry import STEP_SCALE

Margins = tuple[int, int]
"""Pixels around a region: on the left and the right, above and below."""

REACH = 64
"""Parent pixels around a run that decide it: the model's own halo of 16, seen from four times
further away. A cold jump to ×64 draws an eighth more with it than without."""

LEAST_FAR = 64
"""Least pixels, a side, that are drawn from further away, for which narrow runs reach further."""

NOISE = 0.5 / 255
"""Of what is called fine, this much is rounding to 8 bits."""

SOFT, SHARP = 0.15, 0.5
"""Fine contrast over coarse: below the first the parent is soft, above the second it holds detail.
An ideal edge has about 0.55, textures 0.4 and more, edges that Real-ESRGAN drew a step ago 0.1 to
0.4. With 0.35 and 0.6 contours are crisper still, but on grass at ×16 the step across borders of
tiles is 1.14 times that in one piece; with these 1.09."""

FLAT, SHAPED = 0.5 / 255, 1.5 / 255
"""Contrast within some 30 pixels: below the first there is nothing to draw, above the second there
is."""


def redrawn(
    context: RgbFloat,
    reach: Margins,
    shown: Margins,
    upscale: Callable[[RgbFloat], RgbFloat],
    fidelity: float,
) -> RgbFloat:
    """Return parent pixels, drawn again from further away where they are soft.

    Args:
        context: (H, W, 3) in 0..1, sides divisible by 4.
        reach: Pixels that it has around the core of the run.
        shown: Those of them that are of use.
        upscale: Makes pixels 4x finer.
        fidelity: As for `corrected`.

    Returns:
        (H, W, 3) in 0..1; `context` itself where all that is of use shows detail.
    """
    weight = softness(context)
    # The 2 are for enlarging the weights.
    across, along = (
        max(0, (far - near) // STEP_SCALE - 2) for far, near in zip(reach, shown, strict=True)
    )
    if not weight[along : weight.shape[0] - along, across : weight.shape[1] - across].any():
        return context
    far = shrunk(context)
    near = corrected(upscale(far), far, fidelity)
    part = enlarged(weight)
    mixed: RgbFloat = context + np.clip(part, 0, 1) * (np.clip(near, 0, 1) - context)
    return mixed


def softness(parent: RgbFloat) -> NDArray[np.float32]:
    """Return where a parent has contours, but softer ones than its pixels could show.

    Args:
        parent: (H, W, 3) in 0..1, sides divisible by 4.

    Returns:
        (H / 4, W / 4, 1) float32 from 0, where it holds detail or nothing at all, to 1. What is
        more than 60 parent pixels away has no influence.
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
