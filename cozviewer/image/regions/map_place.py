"""The coordinates of a GeoTIFF: its affine map, reference system, and longitudes and latitudes."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasterio.enums import WktVersion
from rasterio.errors import RasterioError
from rasterio.warp import transform

from cozviewer.image.georeference import chebyshev_nodes, chebyshev_series
from cozviewer.image.readers.opened import Note

_WGS84 = "EPSG:4326"
_DEGREES = (4, 8, 16, 32, 48)
"""Degrees of the polynomials that are tried, one after the other."""

_MOST_ERROR = 1e-9
"""On the unit sphere: 6 millimetres on the earth."""

_CHECKED_PLACES = 400
_KEYS = {34735: "directory", 34736: "doubles", 34737: "text"}


def georeference_of(file: Any, path: str) -> tuple[dict[str, Any] | None, list[Note]]:
    """Return where the pixels of a data set lie, as `Georeference.from_json` reads it, and what
    is to be said about it.

    Args:
        file: An open data set of rasterio.
        path: Of its file.
    """
    if file.transform.is_identity:
        return None, [("control points", {})] if file.gcps[0] else []
    values: dict[str, Any] = {"transform": list(file.transform)[:6]}
    crs = file.crs
    if crs:
        values |= {
            "crs": _wkt(crs, WktVersion.WKT2_2019),
            "prj": _wkt(crs, WktVersion.WKT1_ESRI),
            "name": _name(crs),
            "geographic": bool(crs.is_geographic),
            "unit": "degree" if crs.is_geographic else str(crs.linear_units or ""),
            "table": _table(file),
        }
    keys = _keys(path)
    if keys is not None:
        values["keys"] = keys
    return values, []


def _wkt(crs: Any, version: Any) -> str:
    try:
        return str(crs.to_wkt(version=version))
    except RasterioError:  # it cannot be expressed so
        return ""


def _name(crs: Any) -> str:
    """Return the name of a reference system: the first quoted text of its WKT."""
    parts = _wkt(crs, WktVersion.WKT2_2019).split('"')
    return parts[1][:200] if len(parts) > 2 else ""


def _table(file: Any) -> dict[str, Any] | None:
    """Return the values of a `GeographicTable`; None where no polynomial is near enough, as of
    images that reach beyond what their projection shows."""
    chance = np.random.default_rng(0)
    places = chance.random((2, _CHECKED_PLACES)) * np.array([[file.width], [file.height]])
    expected = _on_sphere(file, *places)
    if expected is None:
        return None
    along = 2 * places[0] / file.width - 1, 2 * places[1] / file.height - 1
    for degree in _DEGREES:
        xs, ys = (chebyshev_nodes(degree, side) for side in (file.width, file.height))
        grid = np.meshgrid(xs, ys, indexing="ij")
        points = _on_sphere(file, grid[0].ravel(), grid[1].ravel())
        if points is None:
            return None
        series = [chebyshev_series(each.reshape(degree + 1, degree + 1)) for each in points]
        got = [np.polynomial.chebyshev.chebval2d(*along, each) for each in series]
        if float(np.abs(np.array(got) - expected).max()) <= _MOST_ERROR:
            coefficients = [each.tolist() for each in series]
            return {"width": file.width, "height": file.height, "coefficients": coefficients}
    return None


def _on_sphere(
    file: Any, columns: NDArray[np.float64], rows: NDArray[np.float64]
) -> NDArray[np.float64] | None:
    """Return (3, n) points on the unit sphere of places in pixels; None if one is not there."""
    a, b, c, d, e, f = list(file.transform)[:6]
    xs, ys = a * columns + b * rows + c, d * columns + e * rows + f
    try:
        longitudes, latitudes = transform(file.crs, _WGS84, xs.tolist(), ys.tolist())[:2]
    except RasterioError:
        return None
    lon, lat = np.radians(longitudes), np.radians(latitudes)
    points = np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    return points if np.isfinite(points).all() else None


def _keys(path: str) -> dict[str, Any] | None:
    """Return the GeoKeys of the first directory of a TIFF that has some."""
    from tifffile import TiffFile

    try:
        with TiffFile(path) as file:
            tags = file.pages.first.tags
            found = {name: tags[tag].value for tag, name in _KEYS.items() if tag in tags}
    except Exception:  # GDAL has read them; they are only left out
        return None
    if "directory" not in found:
        return None
    doubles = found.get("doubles", ())
    return {
        "directory": [int(number) for number in found["directory"]],
        "doubles": [float(n) for n in (doubles if isinstance(doubles, tuple) else (doubles,))],
        "text": str(found.get("text", "")),
    }
