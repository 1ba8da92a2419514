"""FITS, read by astropy: the images of the sky as an asinh stretch of their values."""

from math import hypot, prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cozviewer.image.readers.opened import Opened, Pixels, Refused, checked_page

LOW, HIGH = 0.5, 99.5
"""Percentiles of the values that become black and white."""

SOFTENING = 0.1
"""Of the asinh stretch: below, it is nearly linear; above, logarithmic (astropy's `AsinhStretch`,
`a`)."""


def open_picture(path: str, page: int | None) -> Opened:
    """Read the headers of a file. Pages are its images in their order, of a cube its planes."""
    from astropy.io import fits  # here, because it looks for its settings at once

    planes: list[tuple[int, int, tuple[int, ...]]] = []
    sizes: dict[int, tuple[float, float, str] | None] = {}
    with fits.open(path, memmap=False, lazy_load_hdus=True) as units:
        for index, unit in enumerate(units):
            shape = _shape(unit)
            sizes[index] = _pixel_size(unit.header) if shape else None
            count = prod(shape[:-2]) if shape else 0
            planes += [(index, plane, shape) for plane in range(min(count, 100_000))]
    if not planes:
        raise Refused("no picture")
    page = checked_page(page, len(planes))
    index, plane, shape = planes[page - 1]
    height, width = shape[-2:]

    def decode() -> Pixels:
        with fits.open(path, memmap=False) as units:
            data: NDArray[Any] = np.asarray(units[index].data)
        values = data.reshape(-1, height, width)[plane][::-1]  # the first row is the lowest
        return stretched(values.astype(np.float64))

    needed = 16 * prod(shape) + 48 * width * height + (1 << 27)
    return Opened(
        width, height, needed, decode, page=page, pages=len(planes), pixel_size=sizes[index]
    )


def stretched(values: NDArray[np.float64]) -> Pixels:
    """Return values as grey: the percentiles LOW and HIGH become black and white, and between them
    runs asinh(x / a) / asinh(1 / a) with a = SOFTENING. What is no number is black."""
    finite = values[np.isfinite(values)]
    low, high = np.percentile(finite, (LOW, HIGH)) if finite.size else (0.0, 1.0)
    if high <= low:
        low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    span = high - low or 1.0
    part = ((values - low) / span).clip(0, 1)
    grey = np.arcsinh(part / SOFTENING) / np.arcsinh(1 / SOFTENING)
    codes = np.nan_to_num(255 * grey + 0.5, nan=0).astype(np.uint8)
    return Pixels(codes, (("asinh", {"black": float(low), "white": float(high)}),))


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
