"""Images of linear light without an upper end: how they are shown."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cozviewer.image.colours.coded_colour import (
    SRGB_PRIMARIES,
    Primaries,
    compressed_light,
    linear_to_srgb,
    to_srgb_primaries,
)
from cozviewer.image.colours.high_bit_depth import extremes_of
from cozviewer.image.readers.opened import Note, Pixels, checked_tone
from cozviewer.image.tone import AUTOMATIC, LINEAR, Tone
from cozviewer.image.toning.curve import changes_curve, curved
from cozviewer.image.toning.tone_range import ToneRange

BYTES_PER_PIXEL = 64
"""Of working out what is shown: 4 floats of 4 bytes, and what numpy makes on the way."""

_ROWS = 64
_GREY = 0.18
"""Light of medium grey, white being 1."""

_DARK, _BRIGHT = 0.01, 1.0
"""Mean light between which an image is shown as it is."""


def shown_light(
    values: NDArray[Any],
    kind: str,
    primaries: Primaries = SRGB_PRIMARIES,
    offered: ToneRange | None = None,
    tone: Tone = AUTOMATIC,
) -> Pixels:
    """Return linear light as sRGB, brighter than white compressed by the curve of BT.2390.

    Images whose mean is far from what a display can show (they may count in any unit) are
    brought to medium grey by a number of stops, which a notice states.

    Args:
        values: (H, W) or (H, W, C) of floats, 1 being white: grey, colours, or colours with
            opacity, by which they are multiplied.
        kind: Name of the format.
        primaries: Of the colours.
        offered: What a tone can change, see `offered_by`; None works it out of these values.
        tone: How light becomes grey levels, without what is automatic for this image.
    """
    values = values.reshape(*values.shape[:2], -1)
    alpha = values[..., 3] if values.shape[2] == 4 else None
    colours = values[..., :3] if values.shape[2] >= 3 else values[..., :1]
    offered = colour_range(colours) if offered is None else offered
    stops = tone.over(offered.automatic).exposure or 0.0
    gain = 2.0**stops
    peak = gain * _peak(colours)
    channels = 3 if alpha is None else 4
    result = np.empty((*values.shape[:2], channels), np.uint8)
    for y in range(0, len(values), _ROWS):
        light = np.nan_to_num(colours[y : y + _ROWS].astype(np.float32), posinf=peak, neginf=0)
        if alpha is not None:
            opaque = np.nan_to_num(alpha[y : y + _ROWS].astype(np.float32)).clip(0, 1)
            light = light / np.maximum(opaque, 1e-6)[..., None]
            result[y : y + _ROWS, :, 3] = (255 * opaque + 0.5).astype(np.uint8)
        light = np.broadcast_to(light, (*light.shape[:2], 3)) * np.float32(gain)
        result[y : y + _ROWS, :, :3] = toned_light(light, primaries, peak, tone)
    notes: list[Note] = []
    if peak > 1 and tone.window is None:
        notes.append(("hdr", {"kind": kind}))
    if stops and tone.exposure is None:
        notes.append(("exposure", {"stops": f"{stops:+.0f}"}))
    return Pixels(result, tuple(notes), offered=offered)


def toned_colours(
    values: NDArray[Any], kind: str, tone: Tone, primaries: Primaries = SRGB_PRIMARIES
) -> Pixels:
    """Return light of red, green and blue, perhaps with opacity, by a tone.

    Args:
        values, kind, primaries: As for `shown_light`.
        tone: Any.

    Raises:
        Refused: The tone has what the image does not offer.
    """
    offered = colour_range(values)
    own = checked_tone(tone, offered)
    if own.bands:
        chosen = values[..., [band - 1 for band in own.bands]]
        values = np.dstack([chosen, values[..., 3:]]) if len(own.bands) == 3 else chosen
    return shown_light(values, kind, primaries, offered, own)


def colour_range(values: NDArray[Any]) -> ToneRange:
    """Return what can be chosen about (H, W) or (H, W, C) of light."""
    values = values.reshape(*values.shape[:2], -1)
    if values.shape[2] < 3:
        return offered_by(values[..., :1], ("",), (1,))
    return offered_by(values[..., :3])


def toned_light(
    light: NDArray[np.float32], primaries: Primaries, peak: float, tone: Tone
) -> NDArray[np.uint8]:
    """Return (H, W, 3) of light, its exposure changed already, as sRGB.

    Args:
        light: Linear, 1 being white.
        primaries: Of its colours.
        peak: The brightest light of the image; without a window, what is above 1 is compressed
            by the curve of BT.2390.
        tone: Without what is automatic.
    """
    if not changes_curve(tone):
        return linear_to_srgb(light, primaries, peak)
    if tone.window is None:
        part = compressed_light(light, peak)
    else:
        low, high = tone.window
        part = ((light - np.float32(low)) / np.float32(high - low)).clip(0, 1)
    shown = curved(to_srgb_primaries(part, primaries), tone)
    return linear_to_srgb(shown.astype(np.float32), SRGB_PRIMARIES, 1.0)


def offered_by(
    colours: NDArray[Any],
    bands: tuple[str, ...] = ("R", "G", "B"),
    shown: tuple[int, ...] = (1, 2, 3),
) -> ToneRange:
    """Return what can be chosen about an image of light.

    Args:
        colours: (H, W, C), the bands that are shown automatically.
        bands: Names of all bands.
        shown: Numbers of those of `colours`, from 1.
    """
    gain = _gain(colours)
    parts = (colours[y : y + _ROWS] for y in range(0, len(colours), _ROWS))
    extremes = extremes_of(parts)
    automatic = Tone(stretch=LINEAR, exposure=float(math.log2(gain)), bands=shown)
    return ToneRange("light", bands, automatic, (0.0, 1.0), extremes)


def _peak(colours: NDArray[Any]) -> float:
    largest = 0.0
    for y in range(0, len(colours), _ROWS):
        part = colours[y : y + _ROWS]
        part = part[np.isfinite(part)]
        largest = max(largest, float(part.max(initial=0)))
    return largest


def _gain(colours: NDArray[Any]) -> float:
    """Return the factor, a power of 2, that makes an image visible; 1 where it is already."""
    total, count = 0.0, 0
    for y in range(0, len(colours), _ROWS):
        part = colours[y : y + _ROWS].astype(np.float64)
        part = part[np.isfinite(part) & (part > 0)]
        total, count = total + float(np.log(part).sum()), count + part.size
    mean = math.exp(total / count) if count else _GREY
    if _DARK <= mean <= _BRIGHT:
        return 1.0
    return float(2.0 ** round(math.log2(_GREY / mean)))
