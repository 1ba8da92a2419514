"""Pictures of linear light without an upper end: how they are shown."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cozviewer.image.coded_colour import SRGB_PRIMARIES, Primaries, linear_to_srgb
from cozviewer.image.readers.opened import Note, Pixels

BYTES_PER_PIXEL = 64
"""Of working out what is shown: 4 floats of 4 bytes, and what numpy makes on the way."""

_ROWS = 64
_GREY = 0.18
"""Light of medium grey, white being 1."""

_DARK, _BRIGHT = 0.01, 1.0
"""Mean light between which a picture is shown as it is."""


def shown_light(values: NDArray[Any], kind: str, primaries: Primaries = SRGB_PRIMARIES) -> Pixels:
    """Return linear light as sRGB, brighter than white compressed by the curve of BT.2390.

    Pictures whose mean is far from what a display can show (they may count in any unit) are
    brought to medium grey by a number of stops, which is told.

    Args:
        values: (H, W) or (H, W, C) of floats, 1 being white: grey, colours, or colours with
            opacity, by which they are multiplied.
        kind: Name of the format.
        primaries: Of the colours.
    """
    values = values.reshape(*values.shape[:2], -1)
    alpha = values[..., 3] if values.shape[2] == 4 else None
    colours = values[..., :3] if values.shape[2] >= 3 else values[..., :1]
    gain = _gain(colours)
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
        result[y : y + _ROWS, :, :3] = linear_to_srgb(light, primaries, peak)
    notes: list[Note] = []
    if peak > 1:
        notes.append(("hdr", {"kind": kind}))
    if gain != 1:
        notes.append(("exposure", {"stops": f"{math.log2(gain):+.0f}"}))
    return Pixels(result, tuple(notes))


def _peak(colours: NDArray[Any]) -> float:
    largest = 0.0
    for y in range(0, len(colours), _ROWS):
        part = colours[y : y + _ROWS]
        part = part[np.isfinite(part)]
        largest = max(largest, float(part.max(initial=0)))
    return largest


def _gain(colours: NDArray[Any]) -> float:
    """Return the factor, a power of 2, that makes a picture visible; 1 where it is already."""
    total, count = 0.0, 0
    for y in range(0, len(colours), _ROWS):
        part = colours[y : y + _ROWS].astype(np.float64)
        part = part[np.isfinite(part) & (part > 0)]
        total, count = total + float(np.log(part).sum()), count + part.size
    mean = math.exp(total / count) if count else _GREY
    if _DARK <= mean <= _BRIGHT:
        return 1.0
    return float(2.0 ** round(math.log2(_GREY / mean)))
