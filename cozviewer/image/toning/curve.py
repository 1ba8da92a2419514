"""From numbers to grey levels by a tone; the formulas are those of `tone.Tone`.

Applies to a whole image or to any part of one, since nothing here depends on other pixels: what
depends on all of them (the automatic window) is in the `automatic` tone of a `ToneRange`.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cozviewer.image import tone as tones
from cozviewer.image.colours.high_bit_depth import Scale, to_8_bit
from cozviewer.image.tone import LINEAR, Tone, Window

ASINH_SOFTENING = 0.1
LOG_SCALE = 1000.0
"""Parameters `a` of astropy's AsinhStretch and LogStretch."""

_ZSCALE_SAMPLES = 10_000


def grey_levels(values: NDArray[Any], tone: Tone) -> NDArray[np.uint8]:
    """Return numbers as 0..255; what is no number becomes black.

    Args:
        values: Of any shape, in the units of the file.
        tone: With a window; without one, 0 becomes black and 1 white. Its bands and its exposure
            are ignored.
    """
    if values.dtype.kind == "u" and values.dtype.itemsize <= 2 and values.size > 1 << 17:
        every = np.arange(1 << 8 * values.dtype.itemsize, dtype=values.dtype)
        table = grey_levels(every, tone)
        levels: NDArray[np.uint8] = table[values]
        return levels
    low, high = tone.window or (0.0, 1.0)
    if _is_straight(tone):
        scale = Scale(high, low) if tone.inverted else Scale(low, high)
        return to_8_bit(values, scale)
    part = curved((values.astype(np.float64) - low) / (high - low), tone)
    part *= 255
    part += 0.5
    codes: NDArray[np.uint8] = np.nan_to_num(part, copy=False, nan=0).astype(np.uint8)
    return codes


def curved(parts: NDArray[np.floating[Any]], tone: Tone) -> NDArray[np.float64]:
    """Return parts of the window, 0 being black and 1 white, after stretch, gamma and inversion.

    Args:
        parts: Of any range; clipped to 0..1. What is no number stays so.
        tone: Gives the curve; its window, its bands and its exposure are ignored.
    """
    t = parts.astype(np.float64).clip(0, 1)
    match tone.stretch or LINEAR:
        case tones.SQUARE_ROOT:
            t = np.sqrt(t)
        case tones.LOGARITHM:
            t = np.log1p(LOG_SCALE * t) / np.log1p(LOG_SCALE)
        case tones.ASINH:
            t = np.arcsinh(t / ASINH_SOFTENING) / np.arcsinh(1 / ASINH_SOFTENING)
    if tone.gamma != 1:
        t = t ** (1 / tone.gamma)
    return 1 - t if tone.inverted else t


def changes_curve(tone: Tone) -> bool:
    """Return whether a tone has a window, a stretch, a gamma or an inversion of its own."""
    return tone.window is not None or not _is_straight(tone) or tone.inverted


def zscale(values: NDArray[Any], contrast: float = 0.25) -> Window:
    """Return the window that IRAF's ZScale finds: the median, and a line through the sorted values
    around it, whose slope is divided by the contrast (NOAO, `display` task; as astropy's
    ZScaleInterval with 5 iterations at 2.5 sigma).

    Args:
        values: Of any shape; at most _ZSCALE_SAMPLES evenly spaced ones are used.
    """
    flat = values.ravel()
    flat = flat[:: max(1, flat.size // _ZSCALE_SAMPLES)]
    ordered = np.sort(flat[np.isfinite(flat)].astype(np.float64))
    if ordered.size < 5 or ordered[0] == ordered[-1]:
        return window_between(*((ordered[0], ordered[-1]) if ordered.size else (0.0, 1.0)))
    places = np.arange(ordered.size, dtype=np.float64)
    good = np.ones(ordered.size, bool)
    slope, offset = 0.0, float(np.median(ordered))
    for _ in range(5):
        slope, offset = (float(part) for part in np.polyfit(places[good], ordered[good], 1))
        rest = ordered - (slope * places + offset)
        kept = np.abs(rest) < 2.5 * rest[good].std()
        if kept.sum() < max(5, ordered.size // 2) or kept.sum() == good.sum():
            break
        good = kept
    median, middle = float(np.median(ordered)), (ordered.size - 1) / 2
    reach = slope / contrast * middle
    low, high = max(ordered[0], median - reach), min(ordered[-1], median + reach)
    return window_between(float(low), float(high))


def window_between(low: float, high: float) -> Window:
    """Return a valid window, also where both ends are the same."""
    low, high = float(low), float(high)
    if low < high:
        return low, high
    return low, max(low + 1.0, float(np.nextafter(low, np.inf)))


def _is_straight(tone: Tone) -> bool:
    return tone.gamma == 1 and tone.stretch in (None, LINEAR)
