"""Images of more than 8 bits whose numbers have no meaning of their own: how they are shown."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cozviewer.image.colours.high_bit_depth import Scale, extremes_of, range_of, to_8_bit
from cozviewer.image.readers.opened import Note, Pixels, checked_tone
from cozviewer.image.tone import Tone
from cozviewer.image.toning.curve import grey_levels
from cozviewer.image.toning.tone_range import ToneRange, range_of_scale

_MOST_16 = 65535.0


def numbers_range(values: NDArray[Any]) -> tuple[Scale, ToneRange]:
    """Return what becomes black and white, and what can be chosen about (H, W, C) of 16 bits or
    floats: grey, colours, or one of them with opacity."""
    colours = values[..., : _colours(values)]
    extremes, count = extremes_of([colours]), colours.shape[2]
    bits = 0 if values.dtype.kind == "f" else 16
    if count == 3:
        scale = Scale(0.0, _most(values))
    else:
        scale = range_of(extremes, bits, is_float=bits == 0)
    shown = tuple(range(count))
    return scale, range_of_scale(scale, bits, count, shown, extremes, is_rgb=count == 3)


def toned_numbers(
    values: NDArray[Any], tone: Tone, icc: bytes | None = None, exif: bytes | None = None
) -> Pixels:
    """Return an image of (H, W, C) numbers by a tone, which may be automatic.

    Args:
        values: As for `numbers_range`.
        icc: Their colour profile; left out where other bands are shown.
        exif: Their EXIF block.

    Raises:
        Refused: The tone has what the image does not offer.
    """
    scale, offered = numbers_range(values)
    own, count = checked_tone(tone, offered), _colours(values)
    if own.changed:
        full = own.over(offered.automatic)
        levels = grey_levels(values[..., [band - 1 for band in full.bands]], full)
        icc = icc if full.bands == offered.automatic.bands else None
    else:
        levels = to_8_bit(values[..., :count], scale)
    notes: tuple[Note, ...] = ()
    if scale.stretched and tone.window is None:
        notes = (("range", {"black": scale.black, "white": scale.white}),)
    if values.shape[2] > count:
        opacity = to_8_bit(values[..., count], Scale(0.0, _most(values)))
        levels = np.dstack((levels, opacity))
    shown = levels[..., 0] if levels.shape[2] == 1 else levels
    return Pixels(shown, notes, icc, exif, offered)


def stretched_to_16(values: NDArray[Any], bits: int) -> NDArray[np.uint16]:
    """Return numbers of so many bits, in uint16, as of 16 bits, the nearest ones."""
    if bits == 16:
        return values
    full = (1 << bits) - 1
    table = (np.arange(full + 1, dtype=np.uint32) * 65535 + full // 2) // full
    stretched: NDArray[np.uint16] = table.astype(np.uint16)[np.minimum(values, full)]
    return stretched


def _colours(values: NDArray[Any]) -> int:
    """Return how many channels are no opacity."""
    return 1 if values.shape[2] <= 2 else 3


def _most(values: NDArray[Any]) -> float:
    """Return the number that means all of a colour."""
    return 1.0 if values.dtype.kind == "f" else _MOST_16
