"""Fidelity: corrects colour and coarse detail of each step towards its parent.

Super-resolution models shift colours by a few grey levels, which accumulate in a chain. Adding the
parent's residual back keeps the image unchanged when zooming out; blurring the residual first
keeps the parent's noise from returning as grain and false colour. This is iterative
back-projection (Irani & Peleg 1991) with a Gaussian of one parent pixel as its kernel.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cozviewer.image.pixels import RgbFloat, luma_of
from cozviewer.pyramid.geometry import STEP_SCALE

SIGMA = 1.0
"""Blur (sigma) of the residual in parent pixels. Measured with Real-ESRGAN over five photos, in two
rounds and without detail: PSNR of the downscaled result against the parent is 33/40/46/51 dB over
four steps, with NIQE and appearance unchanged; without blur it is 43/50/56/60 dB, but noise
returns."""

DETAIL_SIGMA = 0.6
"""The same for the luma of detail."""

LEVEL_SIGMA = 2.0
"""Blur (sigma) in parent pixels: restored detail changes nothing that remains with it."""

AFTER_LIMIT = 2
"""Number of times that the blurred residual is added back where contrast was reduced."""

CLEAR_EXCESS = 0.1
"""Share of contrast that is taken away from which on that is done fully."""

MOST_EXCESS = 0.8
"""Maximum share of contrast that is taken away."""

STRONG = (50.0, 30.0)
"""Contrast of the downscaled result in grey levels above which no detail is restored, and below
which all of it is: stronger contours, as those of letters, are no texture. They stay as crisp as
the model makes them, and free of what JPEG leaves around them."""

SHARP = (0.6, 0.9)
"""Contrast of the parent in its finest band over that of the octave beside it: below the first, it
is softer than its resolution allows, and a sharp result would get rings around contours. A page of
text that was enlarged 2.7 times has 0.5 to 0.7, fur and grass 0.8 and more."""

FAR = (2.0, 3.0)
"""Grey levels (RMS within some 2 parent pixels) by which a result may depart from its parent before
its detail gets further rounds, and from which on it gets them in full."""

FAINT = 1.0
"""Grey levels that the parent's own contrast counts as at least: rounding makes as much."""

UNSHRINKING = 4
"""Rounds in which it is found what to subtract so that an image shrinks to nothing."""

OWN = (2.0, 5.0)
"""Contrast of a parent in grey levels up to which it is faint, and from which on it is strong."""

OCTAVES = (1.0, 3**0.5, 12**0.5)
"""Blurs (sigma) in parent pixels, one after the other, that come to 1, 2 and 4: between them lie
the three finest octaves of a parent."""

IN_RANGE = 3
"""Rounds in which what is lost beyond black and white is taken from the pixels around it."""

LEAST_LOST = np.float32(0.25 / 255)
"""Shift of a parent pixel below which that is not done."""


@dataclass(frozen=True)
class Correction:
    """How the result of a step is corrected.

    Attributes:
        rounds: Number of times that the blurred residual is added back.
        detail_rounds: The same, for the luma alone unless `coloured`, where both the result and its
            parent have detail: what they differ in there is structure, not noise.
        far_rounds: Number of further rounds for detail that is still far from the parent after
            these; see FAR.
        contrast: Contrast of the downscaled result in grey levels, within some 2 parent pixels: up
            to the first it is plain, and what it lacks is taken for noise; from the second on it
            has detail.
        coloured: Whether detail is restored in colour rather than in the luma alone, and what is
            lost beyond black and white is taken from the pixels around it.
        centred: Whether restored detail leaves the mean of its surroundings alone. More of it is
            added where a result has contrast, so it has a mean otherwise: up to half a grey level
            beside strong contours.
        departure: Grey levels (RMS within some 2 parent pixels) by which the downscaled result may
            still depart from the parent after that. Beyond it, contrast that the parent does not
            have is reduced.
        exaggeration: Contrast that the result may have beyond the resolution of its parent (RMS
            within some 2 parent pixels), as a multiple of the parent's own: of the strongest of its
            three finest octaves. The first for faint contrast, the second for strong (see OWN);
            what exceeds it is reduced. Natural textures have 0.9 to 1.5, strands up to 2.
    """

    rounds: int = 2
    detail_rounds: int = 0
    far_rounds: int = 0
    coloured: bool = False
    contrast: tuple[float, float] = (4.0, 10.0)
    centred: bool = True
    departure: float = math.inf
    exaggeration: tuple[float, float] | None = None


COLOURS = Correction()
"""Colour and coarse detail alone: for drafts, and pyramids made by the first two methods."""

OF_METHOD_3 = Correction(detail_rounds=6, centred=False)
"""For all steps of pyramids made by the third."""

FIRST_OF_METHOD_4 = Correction(detail_rounds=6)
"""For the first step of pyramids made by the fourth and the fifth. Detail adds 1 to 7 dB (fur 36.1
to 41.0, grass 31.8 to 38.2, the Hubble deep field 37.5 to 38.4) and makes NIQE 2 % better there,
for less than a hundredth of a step's time. In colour and everywhere, four rounds give 8 % better
NIQE, but noise and JPEG's blotches return in skies."""

OF_PHOTO = replace(FIRST_OF_METHOD_4, far_rounds=12)
"""For the first step, as photos have noise. Further rounds add most where the model departs most
(wood 35.7 dB to 38.5, grass 37.6 to 41.0) and hardly anything elsewhere. 18 rounds everywhere make
NIQE of later steps 1 to 2 % worse."""

OF_METHOD_4 = Correction(4, 12, contrast=(1.0, 4.0))
"""For the steps after it of pyramids made by the fourth."""

OF_METHOD_5 = replace(OF_METHOD_4, departure=3.5)
"""For the steps after it of pyramids made by the fifth and the sixth: faint detail is not lost from
one step to the next. The model doubles the contrast of hairs out of focus, which were 32 dB from
their parent at x16 (30 with OF_METHOD_3, and a colour shift of half a grey level): there, the limit
of the departure takes half of that back and leaves 39 dB, while contours stay thin. More rounds, or
restoring the detail of strong contours, too, leave rings and turn hairs into ropes; less contrast
everywhere makes all contours as soft as the parent's own. Further rounds where detail is far add
1 dB in wood, but leave 0.51 of its contrast from x4 to x1024 instead of 0.57."""

OF_METHOD_7 = replace(OF_METHOD_5, coloured=True)
"""For the steps after it of pyramids made by the seventh, as their parents were generated without
noise in colour. The least of 25 places in wood has 39.1 dB instead of 36.8, and shifts by 0.02 grey
levels instead of 0.13."""

OF_STEP = replace(OF_METHOD_7, exaggeration=(1.0, 2.5))
"""For the steps after it: no pattern grows out of nothing. Beside the collar of a portrait, a model
generates a lattice whose contrast (the finest octave's) goes from 1.7 grey levels at x64 to 9 at
x256 and 15 at x1024 without the limit, and to 0.9 and 0.8 with it. With a limit of 1.2 or 1.5 for
faint contrast a trace is left; with 1.5 for strong contrast, wood loses a quarter at x16."""


def corrected(
    fine: RgbFloat, parent: RgbFloat, strength: float, correction: Correction = OF_PHOTO
) -> RgbFloat:
    """Return `fine` corrected towards its parent.

    Args:
        fine: (4H, 4W, 3) in 0..1, the upscaled `parent`. It is written to.
        parent: (H, W, 3) in 0..1.
        strength: The share of a colour shift that is removed: none at 0 (free), all at 1
            (faithful).
    """
    if strength <= 0:
        return fine
    # Every round leaves the same share of the shift; after all rounds, 1 - strength is left.
    share = np.float32(1 - (1 - strength) ** (1 / correction.rounds))
    means = shrunk(fine)
    added, residual = _lacking(parent - means, correction.rounds, share)
    if correction.detail_rounds:
        weight = _detailed(means, parent, correction.contrast) * np.float32(strength)
        lacking = residual if correction.coloured else luma_of(residual)
        detail = _lacking_detail(lacking, weight, correction)
        added += detail
        residual -= _convolved(detail, ENLARGED_AND_SHRUNK)
    fine += enlarged(added)
    if correction.departure < math.inf:
        means = parent - residual
        less = _excess(means, residual, correction.departure) * np.float32(strength)
        if less.any():
            fine -= (fine - enlarged(blurred(means, LEVEL_SIGMA))) * enlarged(less)
            there = share * ramp(less, 0, CLEAR_EXCESS)
            fine += enlarged(_lacking(parent - shrunk(fine), AFTER_LIMIT, there)[0])
    if correction.exaggeration is not None:
        beyond = beyond_parent(fine)
        less = _exaggerated(luma_of(beyond), parent, correction.exaggeration) * np.float32(strength)
        if less.any():
            fine -= beyond * enlarged(less)
    if correction.coloured:
        keep_means(fine)
    return fine


def keep_means(fine: RgbFloat) -> None:
    """Cut off what is beyond black and white, and take it from the pixels around it.

    Args:
        fine: (4H, 4W, 3); changed in place.
    """
    if fine.min() >= 0 and fine.max() <= 1:
        return
    means = shrunk(fine)
    np.clip(fine, 0, 1, out=fine)
    for _ in range(IN_RANGE):
        lost = means - shrunk(fine)
        lost[np.abs(lost) < LEAST_LOST] = 0
        channels = np.flatnonzero(lost.any(axis=(0, 1)))
        if not channels.size:
            return
        for channel in channels:  # often one alone, and enlarging takes longest
            plane = fine[:, :, channel : channel + 1]
            plane += enlarged(lost[:, :, channel : channel + 1])
            np.clip(plane, 0, 1, out=plane)


def _lacking(
    residual: RgbFloat, rounds: int, share: np.float32 | NDArray[np.float32]
) -> tuple[RgbFloat, RgbFloat]:
    """Return what to add to a result, and what it lacks after that; both (H, W, 3).

    Args:
        residual: (H, W, 3), what the result lacks.
        rounds: Number of times that it is added back.
        share: The share of it that is added back each time; a number, or (H, W, 1).
    """
    added = np.zeros_like(residual)
    for _ in range(rounds):
        part = blurred(residual, SIGMA) * share
        added += part
        # Enlarging and downscaling `part` equals a small convolution, so the costly enlargement is
        # done only once for all rounds.
        residual = residual - _convolved(part, ENLARGED_AND_SHRUNK)
    return added, residual


def _excess(means: RgbFloat, residual: RgbFloat, most: float) -> NDArray[np.float32]:
    """Return the share of its contrast that a result has in excess, (H, W, 1), 0..1.

    With a contrast of 1 - x, the luma of the result would lack `residual` + x * detail. The share
    is the least x with which the local RMS of that is `most`, or else the one where it is least;
    it is 0 where less contrast would not help.

    Args:
        means: (H, W, 3), the downscaled result.
        residual: (H, W, 3), what it lacks.
        most: In grey levels.
    """
    lacking, luma = luma_of(residual), luma_of(means)
    detail = luma - blurred(luma, LEVEL_SIGMA)
    error = blurred(lacking**2, LEVEL_SIGMA) - np.float32((most / 255) ** 2)
    power = np.maximum(blurred(detail**2, LEVEL_SIGMA), np.float32(1e-9))
    half = blurred(lacking * detail, LEVEL_SIGMA)  # error + 2 * half * x + power * x ** 2 = 0
    root = np.sqrt(np.maximum(half**2 - power * error, 0))
    share = np.where(error > 0, np.maximum(-half - root, 0) / power, np.float32(0))
    return blurred(np.minimum(share, np.float32(MOST_EXCESS)), 1)


def _exaggerated(
    beyond: RgbFloat, parent: RgbFloat, most: tuple[float, float]
) -> NDArray[np.float32]:
    """Return the share of its contrast beyond the parent's resolution that a result has in excess,
    (H, W, 1), 0..1.

    Args:
        beyond: (4H, 4W, 1), the luma of what the result has there.
        parent: (H, W, 3).
        most: See `Correction.exaggeration`.
    """
    power = blurred(shrunk(beyond**2), LEVEL_SIGMA)
    softer = luma_of(parent)
    own = np.full_like(power, (FAINT / 255) ** 2)
    for sigma in OCTAVES:
        sharper, softer = softer, blurred(softer, sigma)
        np.maximum(own, blurred((sharper - softer) ** 2, LEVEL_SIGMA), out=own)
    limit = most[0] + (most[1] - most[0]) * ramp(np.sqrt(own) * 255, *OWN)
    kept = np.minimum(limit * np.sqrt(own / np.maximum(power, own)), np.float32(1))
    return blurred(1 - kept, 1)


def _lacking_detail(
    lacking: NDArray[np.float32], weight: NDArray[np.float32], correction: Correction
) -> NDArray[np.float32]:
    """Return the detail to add, (H, W, C).

    Args:
        lacking: (H, W, C), what a result lacks: in its luma, or in each channel.
        weight: (H, W, 1), the share of it that is detail.
    """
    added = _restored(lacking, weight, correction.detail_rounds, correction.centred)
    if correction.far_rounds and weight.any():
        left = lacking - _convolved(added, ENLARGED_AND_SHRUNK)
        departure = np.sqrt(blurred(left**2, LEVEL_SIGMA)) * np.float32(255)
        far = weight * ramp(departure, *FAR)
        added += _restored(left, far, correction.far_rounds, correction.centred)
    return added


def _restored(
    lacking: NDArray[np.float32], weight: NDArray[np.float32], rounds: int, centred: bool
) -> NDArray[np.float32]:
    """Return what some rounds add, (H, W, C); see `_lacking_detail`, `Correction`."""
    added = np.zeros_like(lacking)
    if weight.any():
        left = lacking.copy()
        for _ in range(rounds):
            part = blurred(left, DETAIL_SIGMA) * weight
            added += part
            left -= _convolved(part, ENLARGED_AND_SHRUNK)
        if centred:
            added += blurred(left - lacking, LEVEL_SIGMA)
    return added


def _detailed(
    means: RgbFloat, parent: RgbFloat, limits: tuple[float, float]
) -> NDArray[np.float32]:
    """Return where a result has detail and its parent is sharp, (H, W, 1), 0..1."""
    luma = luma_of(means)
    contrast = np.sqrt(blurred((luma - blurred(luma, 1.5)) ** 2, 1)) * np.float32(255)
    detailed = ramp(contrast, *limits) * ramp(contrast, *STRONG)
    if not detailed.any():
        return detailed
    sharp = luma_of(parent)
    soft = blurred(sharp, 1)
    fine, octave = blurred((sharp - soft) ** 2, 1.5), blurred((soft - blurred(sharp, 2)) ** 2, 1.5)
    ratio = np.sqrt(fine / np.maximum(octave, np.float32(1e-9)))
    return detailed * ramp(ratio, *SHARP)


def shrunk(fine: RgbFloat) -> RgbFloat:
    """Return the mean of each 4x4 pixels: (4H, 4W, C) becomes (H, W, C)."""
    height, width, channels = fine.shape
    height, width = height // STEP_SCALE, width // STEP_SCALE
    rows = _sum_of_four(fine.reshape(height, STEP_SCALE, -1))
    means = _sum_of_four(rows.reshape(height, width, STEP_SCALE, channels).swapaxes(1, 2))
    means *= np.float32(1 / STEP_SCALE**2)
    return means


def _sum_of_four(fine: RgbFloat) -> RgbFloat:
    """Return the sum along the second axis; `sum` takes three times as long for so few."""
    total: RgbFloat = fine[:, 0] + fine[:, 1]
    for i in range(2, STEP_SCALE):
        total += fine[:, i]
    return total


def blurred(image: RgbFloat, sigma: float) -> RgbFloat:
    """Return a Gaussian blur of sigma pixels (cut at 3 sigma, edges repeated); any channels."""
    return _convolved(image, _gaussian(sigma))


@lru_cache(32)
def _gaussian(sigma: float) -> tuple[np.float32, ...]:
    """Return the taps of `blurred`."""
    radius = max(1, round(3 * sigma))
    taps = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    return tuple((taps / taps.sum()).astype(np.float32))


def enlarged(image: RgbFloat) -> RgbFloat:
    """Return a bicubic enlargement by 4; any channels, values of any range."""
    size = (image.shape[1] * STEP_SCALE, image.shape[0] * STEP_SCALE)
    planes = [
        Image.fromarray(np.ascontiguousarray(image[:, :, i])).resize(size, Image.Resampling.BICUBIC)
        for i in range(image.shape[2])
    ]
    return np.stack([np.asarray(plane) for plane in planes], axis=-1)


def beyond_parent(fine: RgbFloat) -> RgbFloat:
    """Return what an image has beyond the resolution of its parent, (4H, 4W, C): it shrinks to next
    to nothing. Each round takes back what the one before left."""
    left = shrunk(fine)
    cause = np.zeros_like(left)
    for _ in range(UNSHRINKING):
        cause += left
        left = left - _convolved(left, ENLARGED_AND_SHRUNK)
    return fine - enlarged(cause)


def ramp(values: NDArray[Any], zero: float, one: float) -> NDArray[np.float32]:
    """Return a smooth ramp: 0 up to `zero`, 1 from `one` on (the cubic smoothstep)."""
    part = np.clip((values - np.float32(zero)) / np.float32(one - zero), 0, 1)
    result: NDArray[np.float32] = part * part * (3 - 2 * part)
    return result


def _convolved(image: RgbFloat, taps: Sequence[np.float32]) -> RgbFloat:
    """Return `image` convolved along both axes with an odd number of taps, edges repeated."""
    radius = len(taps) // 2
    height, width = image.shape[:2]
    padded = np.concatenate([image[:1]] * radius + [image] + [image[-1:]] * radius)
    rows = _summed([padded[i : i + height] for i in range(len(taps))], taps)
    padded = np.concatenate([rows[:, :1]] * radius + [rows] + [rows[:, -1:]] * radius, axis=1)
    return _summed([padded[:, i : i + width] for i in range(len(taps))], taps)


def _summed(parts: Sequence[RgbFloat], taps: Sequence[np.float32]) -> RgbFloat:
    """Return the sum of images of one size, each multiplied by its tap."""
    total = parts[0] * taps[0]
    part = np.empty_like(total)
    for each, tap in zip(parts[1:], taps[1:], strict=True):
        np.multiply(each, tap, out=part)
        total += part
    return total


def _enlarged_and_shrunk() -> tuple[np.float32, ...]:
    """Return the taps of a bicubic enlargement by 4 followed by the mean of each 4: the cubic
    kernel (Keys 1981, a = -1/2) averaged over the four positions of a parent pixel."""
    places = (np.arange(STEP_SCALE) + 0.5) / STEP_SCALE - 0.5
    x = np.abs(np.arange(-2, 3)[:, None] - places[None, :])
    near = 1.5 * x**3 - 2.5 * x**2 + 1
    far = -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2
    weights = np.where(x < 1, near, np.where(x < 2, far, 0.0))
    return tuple(weights.mean(axis=1).astype(np.float32))


ENLARGED_AND_SHRUNK = _enlarged_and_shrunk()
"""The result of the function; 5 taps in parent pixels, summing to 1."""
