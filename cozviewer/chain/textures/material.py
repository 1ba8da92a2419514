"""Finds even texture of one material in a photo, which may be borrowed, and its contrast.

The result depends only on the photo within a fixed distance, so it is the same in any order,
session and window. Only even texture is useful. It is distinguished from edges, letters, faces,
patterns and noise by statistics of small cells: the shape of their histogram, their uniformity and
that of their neighbourhood, a single hue, no gradient, more than noise. The limits were chosen on
photos of fur, seeds, wood, grass, gravel, faces, fabric, cups, skies, metal, galaxies, vessels,
bricks, text and noise, so that everything else is excluded, at the expense of some texture.

A detector of text and faces (see `models.detectors`) is not asked, even where it is installed: the
same recipe must give the same pixels on every machine and node, and a recipe that depended on it
would set a photo's pyramid aside whenever it is installed or updated.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cozviewer.chain.fidelity import blurred, ramp, shrunk
from cozviewer.image.pixels import Rgb8, RgbFloat, luma_of
from cozviewer.image.rect import Rect

GRID = 4
"""Source pixels between the places that are judged; all positions here are multiples of it."""

CELL = 24
"""Half the side of a cell, in source pixels. Its figures are weighted by a Gaussian of SIGMA, so
the inner 32 pixels count."""

SIGMA = 8.0
"""See CELL."""

FINE = 2.0
"""Sigma, in pixels, of the high-pass that is the finest band: contrast per octave is compared
between it and the band up to twice as coarse."""

MARGIN = 152
"""Source pixels around a place that decide its figures: the reach of all filters, one after the
other."""

PLAIN = (1.5, 3.5)
"""Contrast of texture in grey levels: up to the first a place is plain and nothing is added, from
the second on it counts in full."""

THREE_OCTAVES = 1.8
"""Contrast of the finest band over that of the octave beside it, in natural images: power falls
as 1/f^2 (Field 1987), so every octave has the same, and the finest band holds three."""

OF_NOISE = 0.2
"""Contrast that white noise has in the coarser band, over that in the finest, with room to spare
(0.12)."""

DIRECTED = (0.35, 0.6)
"""Coherence up to which the contrast of the finest band is freed of noise, and from which on it
counts in full: noise has no direction, and the strands of wood have more contrast there than
THREE_OCTAVES allows for."""

Limits = tuple[float, float]

KURTOSIS: Limits = (5.0, 8.0)
"""Of both bands: 3 is Gaussian; edges and speckles have more."""
SKEW: Limits = (1.1, 1.7)
"""Of the luma: strokes on paper have more."""
UNEVEN: Limits = (0.45, 0.8)
"""Spread of the contrast within a cell over its mean, within 12 pixels."""
SPARSE: Limits = (0.46, 0.58)
"""The same within 5 pixels: between letters and stripes there is nothing. Grass has 0.4, gravel
0.45, text 0.65, a mouth 0.55."""
SLOPE: Limits = (2.2, 4.0)
"""Change of brightness over 8 pixels, over the contrast: long edges and shading."""
HUES: Limits = (9.0, 14.0)
"""Spread of the chroma in a cell, in grey levels: one material has about one hue."""
APART: Limits = (0.33, 0.6)
"""Spread of the logarithm of the contrast within 30 pixels: a cell is like its neighbours."""
SHADES: Limits = (0.9, 1.6)
"""Spread of the mean colour within 30 pixels, over that within the cell."""
CHROMA_NOISE: Limits = (0.42, 0.62)
"""Noise is different in each channel, texture is not: fine chroma over fine contrast."""
WHITE: Limits = (0.3, 0.45)
"""What of the contrast is not white noise; strands in one direction may have less."""
AREA: Limits = (0.3, 0.55)
"""Share of clean cells within 30 pixels: single ones are found by chance."""


@dataclass(frozen=True, eq=False, slots=True)
class Survey:
    """Figures of a region of a photo.

    Attributes:
        region: In source pixels; multiples of GRID. All arrays but `high` have one entry for each
            GRID x GRID of them, row by row.
        high: (H + 2 * CELL, W + 2 * CELL, 3) float32, grey levels: the finest band of the region
            and of CELL pixels around it.
        clean: How sure it is that the cell around a place is even texture, 0..1.
        near: The same of the places around it.
        contrast: Of the texture in the finest band, in grey levels, freed of noise.
        own: The same within the nearest 10 pixels.
        strength, own_strength: As `contrast` and `own`, but not freed of noise where the texture
            has a direction, see DIRECTED.
        deviation: Standard deviation of the finest band with all that is in it.
        mean, spread: Colour of a cell, and the standard deviation of its luma.
        colour: Of the place itself, within 3 pixels.
        angle, coherence: Orientation of the gradient in a cell, radians, and how uniform it is,
            0..1 (structure tensor).
        own_angle, own_coherence: The same within the nearest 8 pixels.
    """

    region: Rect
    high: RgbFloat
    clean: NDArray[np.float32]
    near: NDArray[np.float32]
    contrast: NDArray[np.float32]
    own: NDArray[np.float32]
    strength: NDArray[np.float32]
    own_strength: NDArray[np.float32]
    deviation: NDArray[np.float32]
    mean: NDArray[np.float32]
    spread: NDArray[np.float32]
    colour: NDArray[np.float32]
    angle: NDArray[np.float32]
    coherence: NDArray[np.float32]
    own_angle: NDArray[np.float32]
    own_coherence: NDArray[np.float32]


def survey(pixels: Rgb8, region: Rect) -> Survey:
    """Return the figures of a region.

    Args:
        pixels: (height + 2 * MARGIN, width + 2 * MARGIN, 3) uint8: the region with MARGIN pixels
            around it, mirrored beyond the photo's edges.
        region: In source pixels; multiples of GRID.
    """
    rgb = pixels.astype(np.float32)
    soft = blurred(rgb, FINE)
    high = rgb - soft
    luma, soft_luma = luma_of(rgb), luma_of(soft)
    coarse = blurred(luma, 2 * FINE)
    fine, octave = luma - soft_luma, soft_luma - coarse

    fine_square, octave_square = fine * fine, octave * octave
    power, octave_power = _mean(fine_square), _mean(octave_square)
    deviation = np.sqrt(power)
    contrast = _contrast(power, octave_power)
    kurtosis: RgbFloat = np.maximum(
        _mean(fine_square**2) / np.maximum(power**2, 1e-3),
        _mean(octave_square**2) / np.maximum(octave_power**2, 1e-3),
    )

    centred = luma - 128
    first, second, third = _mean(centred), _mean(centred**2), _mean(centred**3)
    variance = np.maximum(second - first**2, 0)
    spread = np.sqrt(variance)
    skew = np.abs(third - 3 * first * second + 2 * first**3) / np.maximum(spread, 1) ** 3

    within_12 = np.sqrt(blurred(shrunk(fine_square), 3 / GRID))
    uneven = _spread(within_12, SIGMA) / np.maximum(_blurred(within_12, SIGMA), 0.3)
    within_5 = np.sqrt(blurred(fine_square, 1.2))
    sparse_mean, sparse_square = _mean(within_5), _mean(within_5**2)
    sparse = np.sqrt(np.maximum(sparse_square - sparse_mean**2, 0)) / np.maximum(sparse_mean, 0.5)

    down, across = _slopes(coarse)
    slope = 8 * np.sqrt(_mean(down**2 + across**2)) / np.maximum(deviation, 0.5)
    down, across = _slopes(blurred(luma, 1))
    angle, coherence = _orientation(down, across, SIGMA)
    own_angle, own_coherence = _orientation(down, across, 4)

    chroma = soft - soft_luma
    hues = _mean(chroma**2) - _mean(chroma) ** 2
    hues = np.sqrt(np.maximum(hues.sum(axis=2, keepdims=True), 0))
    chroma_noise = 0.57 * np.sqrt(_mean(((high - fine) ** 2).sum(axis=2, keepdims=True)))
    chroma_noise /= np.maximum(deviation, 0.5)

    mean = _mean(rgb)
    levels = [np.log(np.sqrt(blurred(shrunk(fine_square), 1)) + 0.7)]
    levels.append(np.log(np.sqrt(blurred(shrunk(octave_square), 1)) + 0.5))
    apart = np.maximum(_spread(levels[0], 14), 0.8 * _spread(levels[1], 14))
    shades = _spread(mean, 14).sum(axis=2, keepdims=True) / 3 / np.maximum(spread, 2)
    not_white = contrast / np.maximum(deviation, 0.5) + 0.5 * np.maximum(coherence - 0.3, 0)

    clean = ramp(contrast, *PLAIN) * ramp(not_white, *WHITE)
    figures: list[tuple[NDArray[Any], Limits]] = [
        (kurtosis, KURTOSIS),
        (skew, SKEW),
        (uneven, UNEVEN),
        (sparse, SPARSE),
        (slope, SLOPE),
        (hues, HUES),
        (apart, APART),
        (shades, SHADES),
        (chroma_noise, CHROMA_NOISE),
    ]
    for figure, limits in figures:
        clean = clean * (1 - ramp(figure, *limits))
    clean = clean * ramp(_blurred(clean, 16), *AREA)

    own_power = blurred(shrunk(fine_square), 5 / GRID)
    own = _contrast(own_power, blurred(shrunk(octave_square), 5 / GRID))
    edge = MARGIN // GRID
    inner = np.s_[edge:-edge, edge:-edge]

    def cut(figures: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.ascontiguousarray(figures[inner][:, :, 0])

    border = MARGIN - CELL
    return Survey(
        region,
        np.ascontiguousarray(high[border:-border, border:-border]),
        cut(clean),
        cut(_blurred(clean, 6)),
        cut(contrast),
        cut(own),
        cut(_strength(contrast, power, coherence)),
        cut(_strength(own, own_power, own_coherence)),
        cut(deviation),
        np.ascontiguousarray(mean[inner]),
        cut(spread),
        np.ascontiguousarray(blurred(shrunk(rgb), 0.4)[inner]),
        cut(angle),
        cut(coherence),
        cut(own_angle),
        cut(own_coherence),
    )


def _mean(plane: RgbFloat) -> RgbFloat:
    """Return the weighted mean over the cell around each place; full size in, GRID out."""
    return blurred(shrunk(plane), SIGMA / GRID)


def _blurred(figures: RgbFloat, sigma: float) -> RgbFloat:
    """Return figures blurred by sigma source pixels."""
    return blurred(figures, sigma / GRID)


def _spread(figures: RgbFloat, sigma: float) -> RgbFloat:
    """Return the standard deviation of figures within sigma source pixels."""
    variance = _blurred(figures**2, sigma) - _blurred(figures, sigma) ** 2
    deviation: RgbFloat = np.sqrt(np.maximum(variance, 0))
    return deviation


def _contrast(power: RgbFloat, octave_power: RgbFloat) -> RgbFloat:
    """Return the contrast that texture has in the finest band, from the power there and in the
    octave beside it, which contains little noise."""
    freed = np.maximum(octave_power - np.float32(OF_NOISE**2) * power, 0)
    contrast: RgbFloat = np.minimum(np.sqrt(power), THREE_OCTAVES * np.sqrt(freed))
    return contrast


def _strength(contrast: RgbFloat, power: RgbFloat, coherence: RgbFloat) -> RgbFloat:
    """Return the contrast that texture has in the finest band, all of it where it has a
    direction."""
    strength: RgbFloat = contrast + (np.sqrt(power) - contrast) * ramp(coherence, *DIRECTED)
    return strength


def _orientation(down: RgbFloat, across: RgbFloat, sigma: float) -> tuple[RgbFloat, RgbFloat]:
    """Return the orientation of a gradient, radians, and its coherence, within sigma pixels."""
    rows, columns, both = (
        blurred(shrunk(product), sigma / GRID) for product in (down**2, across**2, down * across)
    )
    angle: RgbFloat = 0.5 * np.arctan2(2 * both, columns - rows)
    strength = np.sqrt((columns - rows) ** 2 + 4 * both**2)
    coherence: RgbFloat = strength / np.maximum(columns + rows, np.float32(1e-3))
    return angle, coherence


def _slopes(plane: RgbFloat) -> tuple[RgbFloat, RgbFloat]:
    """Return the differences between neighbours two apart, halved: down and across."""
    down, across = np.zeros_like(plane), np.zeros_like(plane)
    down[1:-1] = (plane[2:] - plane[:-2]) / 2
    across[:, 1:-1] = (plane[:, 2:] - plane[:, :-2]) / 2
    return down, across
