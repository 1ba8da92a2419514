"""What an image shows, according to its file: the field of work, and the physical size.

A resolution alone does not say that: that of a photo or a scan, 72 or 300 dpi, is the one it is
printed at. It is the subject's in the formats of microscopes, scanners of bodies, satellites and
telescopes, and where its pixels are smaller than any that are printed.
"""

import json
import math
from dataclasses import dataclass, replace
from typing import Literal

from cozviewer.image.resolution import Resolution

Field = Literal["photo", "microscopy", "medical", "satellite"]
"""The names in `config.fields` that the kind of a file can select."""

Unit = Literal["m", "arcsec"]
"""Metres, or seconds of arc on the sky."""

SMALLEST_PRINTED = 2e-6
"""Side in metres below which a pixel is not one of a print: the finest film scanners have 12,700
per inch."""

_SMALLEST, _LARGEST = 1e-18, 1e18


@dataclass(frozen=True)
class Scale:
    """The physical size of a source pixel.

    Attributes:
        across, down: Width and height in `unit`, both > 0 and finite.
        unit: What they are measured in.
    """

    across: float
    down: float
    unit: Unit = "m"

    @property
    def turned(self) -> "Scale":
        """The scale of the image turned by a quarter."""
        return replace(self, across=self.down, down=self.across)


@dataclass(frozen=True)
class Subject:
    """What an image shows, as far as its file states it.

    Attributes:
        field: The field of work.
        scale: The size of a pixel of level 0 on the subject; None if unknown.
    """

    field: Field = "photo"
    scale: Scale | None = None

    @property
    def turned(self) -> "Subject":
        """The subject of the image turned by a quarter."""
        return replace(self, scale=None if self.scale is None else self.scale.turned)


UNKNOWN = Subject()
"""A photo of anything."""


def scale_of(across: float, down: float, unit: str = "m") -> Scale | None:
    """Return a scale; None where the numbers make no sense."""
    sensible = all(
        math.isfinite(value) and _SMALLEST < value < _LARGEST for value in (across, down)
    )
    if not sensible or unit not in ("m", "arcsec"):
        return None
    return Scale(across, down, "m" if unit == "m" else "arcsec")


def scale_text(scale: Scale) -> str:
    """Return a scale as JSON."""
    return json.dumps([scale.across, scale.down, scale.unit])


def scale_from(text: str) -> Scale | None:
    """Parse the result of `scale_text`; None if it is anything else."""
    try:
        across, down, unit = json.loads(text or "null")
        return scale_of(float(across), float(down), str(unit))
    except (ValueError, TypeError, RecursionError, OverflowError):
        return None


def scale_of_resolution(resolution: Resolution | None) -> Scale | None:
    """Return the scale that a resolution of the subject means."""
    if resolution is None:
        return None
    across, down = resolution.per_metre
    return scale_of(1 / across, 1 / down)


def subject_of_resolution(resolution: Resolution | None) -> Subject:
    """Return the subject for a resolution of unknown meaning: a microscope's, if its pixels are
    smaller than `SMALLEST_PRINTED`."""
    scale = scale_of_resolution(resolution)
    if scale is None or max(scale.across, scale.down) >= SMALLEST_PRINTED:
        return UNKNOWN
    return Subject("microscopy", scale)
