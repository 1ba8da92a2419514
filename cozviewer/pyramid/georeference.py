"""Map coordinates of regions of levels and of views, also turned."""

import math
from dataclasses import dataclass
from fractions import Fraction

from cozviewer.image.georeference import Affine, Georeference, composed
from cozviewer.pyramid.camera import View
from cozviewer.pyramid.geometry import LevelRegion
from cozviewer.pyramid.orientation import UPRIGHT, Orientation
from cozviewer.util.translation import translate

_MOST_DECIMALS = 9
_METRES_PER_DEGREE = 111_320.0


@dataclass(frozen=True)
class MapPlace:
    """A place on the earth, as text.

    Attributes:
        coordinates: In the reference system of the file: "500123.5, 5399876.5"; "" where they are
            longitude and latitude.
        earth: "48.753013° N, 9.000042° E" on WGS 84; "" where that is unknown.
    """

    coordinates: str
    earth: str

    @property
    def text(self) -> str:
        """Return "500123.5, 5399876.5 · 48.753013° N, 9.000042° E"."""
        return " · ".join(part for part in (self.coordinates, self.earth) if part)


def map_place(reference: Georeference, x: Fraction, y: Fraction, magnification: float) -> MapPlace:
    """Return the place of a point, with enough decimals to distinguish view pixels.

    Args:
        reference: That of level 0.
        x, y: In pixels of level 0.
        magnification: View pixels per pixel of level 0.
    """
    step = min(reference.pixel_size) / magnification
    across, down = reference.at(x, y)
    decimals = _decimals(step)
    if reference.geographic and reference.table is not None:
        coordinates = ""
    else:
        coordinates = f"{across:.{decimals}f}, {down:.{decimals}f}"
    found = reference.longitude_latitude(float(x), float(y))
    if found is None:
        return MapPlace(coordinates, "")
    degrees = _decimals(step if reference.geographic else step / _METRES_PER_DEGREE)
    longitude, latitude = (f"{abs(angle):.{degrees}f}" for angle in found)
    if found[1] >= 0:
        north = translate("View", "{degrees}° N").format(degrees=latitude)
    else:
        north = translate("View", "{degrees}° S").format(degrees=latitude)
    if found[0] >= 0:
        east = translate("View", "{degrees}° E").format(degrees=longitude)
    else:
        east = translate("View", "{degrees}° W").format(degrees=longitude)
    return MapPlace(coordinates, f"{north}, {east}")


def _decimals(step: float) -> int:
    """Return the number of decimals that distinguishes numbers a step > 0 apart."""
    return min(_MOST_DECIMALS, max(0, math.ceil(-math.log10(step))))


def reference_of_region(
    reference: Georeference, region: LevelRegion, orientation: Orientation = UPRIGHT
) -> Georeference:
    """Return the reference of a region of a level, pixel for pixel.

    Args:
        reference: That of level 0.
        region: A pixel of level z is 2^-z of level 0.
        orientation: How the region is turned.
    """
    size = orientation.size(region.rect.width, region.rect.height)
    return reference.of_level(*region).through(_upright(orientation, *size))


def reference_of_view(reference: Georeference, view: View) -> Georeference:
    """Return the reference of a view, as it is shown."""
    camera = view.camera
    unit = 1 / (Fraction(camera.scale) * Fraction(2) ** camera.level)
    x, y = (
        float(centre - Fraction(length, 2) * unit)
        for centre, length in zip(camera.source_centre, (view.width, view.height), strict=True)
    )
    to_source: Affine = (float(unit), 0.0, x, 0.0, float(unit), y)
    return reference.through(composed(to_source, _upright(view.orientation, *view.shown_size)))


def _upright(orientation: Orientation, width: int, height: int) -> Affine:
    """Return the map from places in shown pixels, of an image of this size, to upright ones."""
    back = orientation.inverse
    (x0, y0), (x1, y1), (x2, y2) = (
        back.point(*place, width, height) for place in ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0))
    )
    return x1 - x0, x2 - x0, x0, y1 - y0, y2 - y0, y0
