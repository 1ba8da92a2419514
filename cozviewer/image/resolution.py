"""How many pixels of an image lie on a length of what it shows or is printed at."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Literal

Unit = Literal["inch", "cm"]

_METRES = {"inch": 0.0254, "cm": 0.01}


@dataclass(frozen=True)
class Resolution:
    """Pixels per unit, across and down.

    Attributes:
        across, down: Both > 0 and finite.
        unit: As in the file, so that round numbers stay round.
    """

    across: float
    down: float
    unit: Unit

    def scaled(self, magnification: Fraction | float) -> "Resolution":
        """Return the resolution of the same image enlarged.

        Args:
            magnification: Pixels of the result per pixel of this image, > 0.
        """
        factor = float(magnification)
        return replace(self, across=self.across * factor, down=self.down * factor)

    @property
    def per_metre(self) -> tuple[float, float]:
        """Pixels per metre, across and down."""
        return self.across / _METRES[self.unit], self.down / _METRES[self.unit]

    @property
    def per_inch(self) -> tuple[float, float]:
        """Pixels per inch, across and down."""
        if self.unit == "inch":
            return self.across, self.down
        return self.across * 2.54, self.down * 2.54

    @property
    def turned(self) -> "Resolution":
        """The resolution of the image turned by a quarter."""
        return replace(self, across=self.down, down=self.across)


def resolution(across: float, down: float, unit: Unit) -> Resolution | None:
    """Return a resolution; None where the numbers make no sense."""
    sensible = all(math.isfinite(value) and 0 < value < 1e12 for value in (across, down))
    return Resolution(across, down, unit) if sensible else None


def resolution_of_info(info: Mapping[Any, Any]) -> Resolution | None:
    """Return what Pillow found in the header of an image as "dpi"; None if there is nothing."""
    dpi = info.get("dpi")
    try:
        across, down = (float(value) for value in dpi or ())
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    return resolution(across, down, "inch")


def pillow_options(name: str, resolution: Resolution | None) -> dict[str, Any]:
    """Return the options by which Pillow writes a resolution into a file.

    Args:
        name: Pillow's name of the format. PNG keeps pixels per metre and TIFF the unit that it is
            given; JPEG holds up to 65535 pixels per inch, and nothing is written above.
        resolution: Of the pixels that are written; None writes nothing.

    Returns:
        Nothing for formats without a resolution of their own.
    """
    if resolution is None:
        return {}
    if name == "TIFF":
        return {
            "resolution_unit": resolution.unit,
            "x_resolution": resolution.across,
            "y_resolution": resolution.down,
        }
    dpi = resolution.per_inch
    if name == "PNG" and max(resolution.per_metre) < 2**31:
        return {"dpi": dpi}
    if name == "JPEG" and min(dpi) >= 0.5 and max(dpi) <= 65535:
        return {"dpi": dpi}
    return {}
