"""What a TIFF shows, from its metadata: the formats of microscopes (ImageJ, OME, Aperio), GeoTIFF.

Sources: ij.io.TiffEncoder for ImageJ; the OME schema 2016-06; OGC 19-008 (GeoTIFF 1.1).
"""

import math
import re
from collections.abc import Mapping

from cozviewer.image.resolution import Resolution
from cozviewer.image.subject import (
    Scale,
    Subject,
    scale_of,
    scale_of_resolution,
    subject_of_resolution,
)

Values = Mapping[int, tuple[float, ...]]
"""Numbers of a directory by tag."""

_HEIGHT = 257
_PIXEL_SCALE, _TIEPOINT, _TRANSFORMATION, _GEO_KEYS = 33550, 33922, 34264, 34735
TAGS = frozenset((_HEIGHT, _PIXEL_SCALE, _TIEPOINT, _TRANSFORMATION, _GEO_KEYS))
"""The tags that are read for this."""

_MODEL_TYPE, _PROJECTION, _LINEAR_UNIT = 1024, 3072, 3076
_PROJECTED, _GEOGRAPHIC = 1, 2
_WEB_MERCATOR = (3857, 900913)
_METRES = {9001: 1.0, 9002: 0.3048, 9003: 1200 / 3937}
"""Metres of a linear unit by its EPSG code: metre, foot, US survey foot."""

_EARTH_RADIUS = 6_371_008.8
_MERCATOR_RADIUS = 6_378_137.0

_OME = re.compile(rb"<(?:\w+:)?OME[\s>]")
_OME_SIZE = rb'PhysicalSize%s="([0-9.eE+-]+)"'
_OME_UNIT = rb'PhysicalSize%sUnit="([^"]{1,12})"'
_LENGTHS = {
    **dict.fromkeys(("µm", "μm", "um", "&#181;m", "&#xB5;m", "&#956;m"), 1e-6),
    **{"pm": 1e-12, "Å": 1e-10, "nm": 1e-9, "mm": 1e-3, "cm": 1e-2, "m": 1.0},
}
_APERIO = re.compile(rb"\bMPP\s*=\s*([0-9.]+)")
_OBJECTIVE = re.compile(rb"\bobjective\b|\bAppMag\b", re.IGNORECASE)
_IMAGEJ_UNIT = re.compile(rb"^unit=(.*)$", re.MULTILINE)
_UNITS_OF_PRINTS = (b"inch", b"cm", b"pixel", b"")
"""ImageJ's units that it takes from the resolution of other files."""


def tiff_subject(values: Values, description: bytes, resolution: Resolution | None) -> Subject:
    """Return the subject of a TIFF from its directory.

    Args:
        values: Numbers of the directory, at least those of `TAGS`.
        description: The start of its text, or that of the first directory.
        resolution: As stated in the directory, with the unit of ImageJ's text.
    """
    if _GEO_KEYS in values or _PIXEL_SCALE in values:
        return Subject("satellite", _ground(values))
    if _OME.search(description):
        return Subject("microscopy", _ome_scale(description))
    if (found := _APERIO.search(description)) is not None:
        side = _number(found[1]) * 1e-6
        return Subject("microscopy", scale_of(side, side))
    guessed = subject_of_resolution(resolution)
    if description.startswith(b"ImageJ="):
        unit = _IMAGEJ_UNIT.search(description)
        own = unit is not None and unit[1].strip() not in _UNITS_OF_PRINTS
        return Subject("microscopy", scale_of_resolution(resolution) if own else guessed.scale)
    if _OBJECTIVE.search(description):
        return Subject("microscopy", guessed.scale)
    return guessed


def _ome_scale(description: bytes) -> Scale | None:
    sides = []
    for axis in (b"X", b"Y"):
        size = re.search(_OME_SIZE % axis, description)
        unit = re.search(_OME_UNIT % axis, description)
        name = "µm" if unit is None else unit[1].decode("utf-8", "replace")
        if size is None:
            return None
        sides.append(_number(size[1]) * _LENGTHS.get(name, math.nan))
    return scale_of(sides[0], sides[1])


def _ground(values: Values) -> Scale | None:
    """Return the metres of a pixel on the ground, at the middle of the image."""
    if len(sizes := values.get(_PIXEL_SCALE, ())) >= 2:
        across, down = abs(sizes[0]), abs(sizes[1])
        tie = values.get(_TIEPOINT, ())
        top = tie[4] + tie[1] * down if len(tie) >= 6 else math.nan
    elif len(matrix := values.get(_TRANSFORMATION, ())) >= 8:
        across, down = math.hypot(matrix[0], matrix[4]), math.hypot(matrix[1], matrix[5])
        top = matrix[7]
    else:
        return None
    keys = _geo_keys(values.get(_GEO_KEYS, ()))
    middle = top - down * values.get(_HEIGHT, (0.0,))[0] / 2
    if keys.get(_MODEL_TYPE) == _GEOGRAPHIC:
        degree = math.radians(1) * _EARTH_RADIUS
        return scale_of(across * degree * math.cos(math.radians(middle)), down * degree)
    if keys.get(_MODEL_TYPE) != _PROJECTED:
        return None
    factor = _METRES.get(keys.get(_LINEAR_UNIT, 9001), math.nan)
    if keys.get(_PROJECTION) in _WEB_MERCATOR:  # enlarges by 1 / cos(latitude)
        if not abs(middle) < 3e7:
            return None
        factor /= math.cosh(middle / _MERCATOR_RADIUS)
    return scale_of(across * factor, down * factor)


def _geo_keys(directory: tuple[float, ...]) -> dict[int, int]:
    """Return the keys whose value is in the directory itself (OGC 19-008, 7.1.2)."""
    numbers = [int(number) for number in directory]
    entries = (numbers[at : at + 4] for at in range(4, len(numbers) - 3, 4))
    return {key: value for key, location, _, value in entries if location == 0}


def _number(text: bytes) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
