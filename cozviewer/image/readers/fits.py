"""FITS, read by astropy: the images of the sky as an asinh stretch of their values."""

from dataclasses import replace
from math import hypot, prod
from typing import Any

import numpy as np
from astropy.io import fits
from numpy.typing import NDArray

from cozviewer.image.colours.high_bit_depth import extremes_of
from cozviewer.image.readers.opened import (
    Note,
    Opened,
    Pixels,
    Refused,
    checked_page,
    checked_tone,
)
from cozviewer.image.tone import ASINH, AUTOMATIC, Tone, Window
from cozviewer.image.toning.curve import grey_levels, window_between, zscale
from cozviewer.image.toning.samples import Samples
from cozviewer.image.toning.tone_range import Preset, ToneRange

LOW, HIGH = 0.5, 99.5
"""Percentiles of the values that become black and white."""

SOFTENING = 0.1
"""Of the asinh stretch: below, it is nearly linear; above, logarithmic (astropy's `AsinhStretch`,
`a`)."""


def open_image(path: str, page: int | None) -> Opened:
    """Read the headers of a file. Pages are its images in their order, of a cube its planes."""
    planes: list[tuple[int, int, tuple[int, ...]]] = []
    sizes: dict[int, tuple[float, float, str] | None] = {}
    with fits.open(path, memmap=False, lazy_load_hdus=True) as units:
        for index, unit in enumerate(units):
            shape = _shape(unit)
            sizes[index] = _pixel_size(unit.header) if shape else None
            count = prod(shape[:-2]) if shape else 0
            planes += [(index, plane, shape) for plane in range(min(count, 100_000))]
    if not planes:
        raise Refused("no image")
    page = checked_page(page, len(planes))
    index, plane, shape = planes[page - 1]
    height, width = shape[-2:]

    def values() -> tuple[NDArray[np.float64], str]:
        with fits.open(path, memmap=False) as units:
            data: NDArray[Any] = np.asarray(units[index].data)
            unit = str(units[index].header.get("BUNIT", ""))
        flat = data.reshape(-1, height, width)[plane][::-1]  # the first row is the lowest
        return flat.astype(np.float64), unit.strip()[:20]

    def toned(tone: Tone) -> Pixels:
        return stretched(*values(), tone)

    def samples() -> Samples:
        numbers, unit = values()
        offered = offered_by(numbers, unit)
        presets = (
            Preset("zscale", Tone(zscale(numbers)).text),
            Preset("minmax", Tone(window_between(*extremes_of([numbers]))).text),
            Preset("percentile", Tone(_window(numbers, 0.25, 99.75)).text),
        )
        return Samples(numbers[..., None], replace(offered, presets=presets))

    needed = 16 * prod(shape) + 48 * width * height + (1 << 27)
    return Opened(
        width,
        height,
        needed,
        lambda: toned(AUTOMATIC),
        page=page,
        pages=len(planes),
        pixel_size=sizes[index],
        toned=toned,
        samples=samples,
    )


def stretched(values: NDArray[np.float64], unit: str = "", tone: Tone = AUTOMATIC) -> Pixels:
    """Return values as grey, by a tone.

    By the automatic one, the percentiles LOW and HIGH become black and white, and between them
    runs asinh(x / a) / asinh(1 / a) with a = SOFTENING. What is no number is black.

    Raises:
        Refused: The tone has what these files do not offer.
    """
    offered = offered_by(values, unit)
    own = checked_tone(tone, offered)
    if own.changed:
        return Pixels(grey_levels(values, own.over(offered.automatic)), offered=offered)
    low, high = offered.shown
    span = high - low
    part = ((values - low) / span).clip(0, 1)
    grey = np.arcsinh(part / SOFTENING) / np.arcsinh(1 / SOFTENING)
    codes = np.nan_to_num(255 * grey + 0.5, nan=0).astype(np.uint8)
    note: Note = ("asinh", {"black": low, "white": high})
    return Pixels(codes, (note,), offered=offered)


def offered_by(values: NDArray[np.float64], unit: str = "") -> ToneRange:
    """Return what can be chosen about an image.

    Args:
        values: Its pixels.
        unit: That of the values; "" for none.
    """
    window = _window(values, LOW, HIGH)
    automatic = Tone(window, stretch=ASINH, bands=(1,))
    return ToneRange("sky", ("",), automatic, window, extremes_of([values]), unit=unit)


def _window(values: NDArray[np.float64], low: float, high: float) -> Window:
    """Return the window between two percentiles, or of all values where those are the same."""
    finite = values[np.isfinite(values)]
    if not finite.size:
        return 0.0, 1.0
    black, white = (float(value) for value in np.percentile(finite, (low, high)))
    return (black, white) if black < white else window_between(finite.min(), finite.max())


def _shape(unit: Any) -> tuple[int, ...]:
    """Return the shape of an image; () of a table and of what has no pixels."""
    if not getattr(unit, "is_image", False):
        return ()
    axes = tuple(int(side) for side in unit.shape)
    return axes if len(axes) >= 2 and prod(axes) > 0 else ()


def _pixel_size(header: Any) -> tuple[float, float, str] | None:
    """Return width and height of a pixel in seconds of arc, of an image of the sky whose axes are
    in degrees (FITS 4.0, chapter 8: CD, or CDELT)."""
    if not str(header.get("CTYPE1", "")).startswith(("RA", "DEC", "GLON", "GLAT")):
        return None
    try:
        if "CD1_1" in header or "CD2_2" in header:
            columns = [
                hypot(*(float(header.get(f"CD{row}_{column}", 0)) for row in (1, 2)))
                for column in (1, 2)
            ]
        else:
            columns = [abs(float(header[name])) for name in ("CDELT1", "CDELT2")]
    except (KeyError, TypeError, ValueError):
        return None
    units = {str(header.get(f"CUNIT{axis}", "deg")).strip() or "deg" for axis in (1, 2)}
    return (columns[0] * 3600, columns[1] * 3600, "arcsec") if units == {"deg"} else None
