"""Where the pixels of an image lie on the earth: an affine map to coordinates of a reference
system.

`regions.maps` reads it from a GeoTIFF; the readout of the pointer and the world files of exports
follow it. The reference system itself is not worked with here: the reader has tabulated longitude
and latitude (`GeographicTable`).
"""

import math
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cozviewer.image.rect import Rect

Affine = tuple[float, float, float, float, float, float]
"""(a, b, c, d, e, f): x' = a x + b y + c and y' = d x + e y + f."""


@dataclass(frozen=True)
class GeoKeys:
    """The GeoKeys of a TIFF, which name its reference system (OGC GeoTIFF 1.1, 7.1).

    Attributes:
        directory: Tag 34735, a multiple of four numbers.
        doubles: Tag 34736.
        text: Tag 34737.
    """

    directory: tuple[int, ...]
    doubles: tuple[float, ...] = ()
    text: str = ""

    @property
    def of_corners(self) -> "GeoKeys":
        """The keys for a map of corners (GTRasterTypeGeoKey, 1025, of value 1), as all here."""
        numbers = list(self.directory)
        for at in range(4, len(numbers) - 3, 4):
            if numbers[at : at + 3] == [1025, 0, 1]:
                numbers[at + 3] = 1
        return replace(self, directory=tuple(numbers))


@dataclass(frozen=True)
class GeographicTable:
    """Longitude and latitude over an image, as a polynomial of points on the unit sphere.

    The three coordinates of a point (cos lat cos lon, cos lat sin lon, sin lat) have neither a
    jump at the date line nor a pole, so the series of Chebyshev polynomials converges fast; the
    reader has compared it with PROJ.

    Attributes:
        width, height: The range: 0..width and 0..height in pixels of level 0.
        coefficients: (3, degree + 1, degree + 1) in x, y.
    """

    width: int
    height: int
    coefficients: tuple[tuple[tuple[float, ...], ...], ...]

    def longitude_latitude(self, x: float, y: float) -> tuple[float, float]:
        """Return longitude and latitude of WGS 84 in degrees."""
        place = 2 * x / self.width - 1, 2 * y / self.height - 1
        chebyshev = np.polynomial.chebyshev.chebval2d
        east, north, up = (float(chebyshev(*place, np.asarray(each))) for each in self.coefficients)
        return (
            math.degrees(math.atan2(north, east)),
            math.degrees(math.atan2(up, math.hypot(east, north))),
        )


@dataclass(frozen=True)
class Georeference:
    """Where the pixels of an image lie.

    Attributes:
        transform: From pixels, of which (0, 0) is the upper left corner of the first one, to
            coordinates of the reference system (as in rasterio and GDAL).
        crs: The reference system as WKT2 (ISO 19162); "" if it is unknown.
        prj: The same as ESRI writes it into .prj files.
        name: What people call the reference system: "WGS 84 / UTM zone 32N".
        geographic: Whether the coordinates are longitude and latitude, in degrees.
        unit: Of the coordinates: "metre".
        keys: The GeoKeys of the file, if it has some.
        table: Longitude and latitude over the image; None where they are unknown.
    """

    transform: Affine
    crs: str = ""
    prj: str = ""
    name: str = ""
    geographic: bool = False
    unit: str = ""
    keys: GeoKeys | None = None
    table: GeographicTable | None = None

    def at(self, x: Fraction | float, y: Fraction | float) -> tuple[float, float]:
        """Return the coordinates of a place in pixels of level 0; computed exactly, then rounded,
        so that neighbouring pixels differ at any depth."""
        a, b, c, d, e, f = map(Fraction, self.transform)
        x, y = Fraction(x), Fraction(y)
        return float(a * x + b * y + c), float(d * x + e * y + f)

    def longitude_latitude(self, x: float, y: float) -> tuple[float, float] | None:
        """Return longitude and latitude of WGS 84 of a place in pixels of level 0, in degrees;
        None where they are unknown."""
        return None if self.table is None else self.table.longitude_latitude(x, y)

    @property
    def pixel_size(self) -> tuple[float, float]:
        """Width and height of a pixel of level 0, in units of the coordinates."""
        a, b, _, d, e, _ = self.transform
        return math.hypot(a, d), math.hypot(b, e)

    def through(self, affine: Affine) -> "Georeference":
        """Return the reference of another image of the same places; without `table`.

        Args:
            affine: From pixels of the other image to pixels of this one.
        """
        return replace(self, transform=composed(self.transform, affine), table=None)

    def of_level(self, z: int, level_region: Rect) -> "Georeference":
        """Return the reference of a region of level z, of which pixels are 2^-z of level 0."""
        size = 2.0**-z
        return self.through((size, 0, level_region.x * size, 0, size, level_region.y * size))

    @property
    def world_file(self) -> str:
        """The text of a world file: six lines, of which the last two are the middle of the first
        pixel (ESRI, "World files for raster datasets")."""
        a, b, _, d, e, _ = self.transform
        x, y = self.at(Fraction(1, 2), Fraction(1, 2))
        return "".join(f"{number!r}\n" for number in map(float, (a, d, b, e, x, y)))

    @classmethod
    def from_json(cls, values: dict[str, Any] | None) -> "Georeference | None":
        """Return what `to_json` wrote; None for None or a map that is not finite or has no area."""
        if values is None:
            return None
        a, b, c, d, e, f = (float(number) for number in values["transform"])
        if not all(map(math.isfinite, (a, b, c, d, e, f))) or a * e == b * d:
            return None
        keys, table = values.get("keys"), values.get("table")
        return cls(
            (a, b, c, d, e, f),
            crs=str(values.get("crs", "")),
            prj=str(values.get("prj", "")),
            name=str(values.get("name", "")),
            geographic=bool(values.get("geographic")),
            unit=str(values.get("unit", "")),
            keys=None if keys is None else _keys(keys),
            table=None if table is None else _table(table),
        )


def composed(outer: Affine, inner: Affine) -> Affine:
    """Return the map that applies `inner` and then `outer`, rounded once."""
    a, b, c, d, e, f = map(Fraction, outer)
    g, h, i, j, k, m = map(Fraction, inner)
    rows = ((a, b, c), (d, e, f))
    products = [(p * g + q * j, p * h + q * k, p * i + q * m + r) for p, q, r in rows]
    (a2, b2, c2), (d2, e2, f2) = (tuple(map(float, row)) for row in products)
    return a2, b2, c2, d2, e2, f2


def chebyshev_nodes(degree: int, length: int) -> NDArray[np.float64]:
    """Return the degree + 1 places in 0..length at which `chebyshev_series` needs values."""
    count = degree + 1
    angles = np.pi * (np.arange(count) + 0.5) / count
    nodes: NDArray[np.float64] = (np.cos(angles) + 1) * (length / 2)
    return nodes


def chebyshev_series(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the coefficients of the polynomial in x and y that has values at nodes.

    Args:
        values: (n, n) at `chebyshev_nodes` in x (first axis) and in y.
    """
    count = len(values)
    angles = np.pi * (np.arange(count) + 0.5) / count
    cosines = np.cos(np.outer(np.arange(count), angles)) * (2 / count)
    cosines[0] /= 2
    series: NDArray[np.float64] = cosines @ values @ cosines.T
    return series


def _keys(values: dict[str, Any]) -> GeoKeys:
    return GeoKeys(
        tuple(int(number) & 0xFFFF for number in values["directory"]),
        tuple(float(number) for number in values["doubles"]),
        str(values["text"]),
    )


def _table(values: dict[str, Any]) -> GeographicTable:
    coefficients = tuple(
        tuple(tuple(float(number) for number in row) for row in each)
        for each in values["coefficients"]
    )
    return GeographicTable(int(values["width"]), int(values["height"]), coefficients)
