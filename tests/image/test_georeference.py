"""Map coordinates of pixels, levels, regions and turned images, compared with rasterio."""

import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import rasterio
from PIL import Image
from rasterio.transform import Affine
from rasterio.warp import transform

from cozviewer.image.georeference import GeoKeys, Georeference, composed
from cozviewer.image.rect import Rect
from tests.image.regions.region_files import geotiff, opened

UTM = Georeference((10.0, 0.0, 500_000.0, 0.0, -10.0, 5_400_000.0))
TURNED = Georeference((3.0, 4.0, 7.0, -4.0, 3.0, -2.0))


def test_coordinates_follow_the_affine_map() -> None:
    assert UTM.at(0, 0) == (500_000.0, 5_400_000.0)
    assert UTM.at(Fraction(1, 2), 3) == (500_005.0, 5_399_970.0)
    assert TURNED.at(2, 1) == (3 * 2 + 4 * 1 + 7, -4 * 2 + 3 * 1 - 2)
    assert UTM.pixel_size == (10.0, 10.0)
    assert TURNED.pixel_size == (5.0, 5.0)


def test_neighbouring_pixels_differ_at_any_depth() -> None:
    x = Fraction(1, 3)
    step = Fraction(1, 4**12)
    assert UTM.at(x, 0)[0] < UTM.at(x + step, 0)[0]


@pytest.mark.parametrize("z", [-2, 0, 2, 4])
def test_a_region_of_a_level_has_smaller_pixels_and_its_own_corner(z: int) -> None:
    part = UTM.of_level(z, Rect(8, 12, 5, 5))
    size = 10 / 2**z
    expected = [size, 0, 500_000 + 8 * size, 0, -size, 5_400_000 - 12 * size]
    assert list(part.transform) == expected
    own = Affine(*UTM.transform) @ Affine.scale(2.0**-z) @ Affine.translation(8, 12)
    assert tuple(own)[:6] == part.transform


def test_a_world_file_names_the_middle_of_the_first_pixel(tmp_path: Path) -> None:
    """GDAL reads it back as the same map."""
    part = TURNED.of_level(2, Rect(8, 12, 5, 5))
    assert UTM.world_file == "10.0\n0.0\n0.0\n-10.0\n500005.0\n5399995.0\n"
    path = tmp_path / "a.png"
    Image.new("L", (5, 5)).save(path)
    path.with_suffix(".pgw").write_text(part.world_file)
    with rasterio.open(path) as file:
        assert tuple(file.transform)[:6] == pytest.approx(part.transform, abs=1e-12)


def test_maps_are_composed_as_rasterio_does() -> None:
    inner = (0.25, 0.5, 8.0, -0.5, 0.25, -3.0)
    own = Affine(*TURNED.transform) @ Affine(*inner)
    assert composed(TURNED.transform, inner) == tuple(own)[:6]


@pytest.mark.parametrize(
    ("crs", "affine"),
    [
        ("EPSG:32632", (10.0, 0.0, 500_000.0, 0.0, -10.0, 5_400_000.0)),
        ("EPSG:32760", (100.0, 20.0, 300_000.0, 20.0, -100.0, 8_100_000.0)),
        ("EPSG:4326", (1.2, 0.0, -180.0, 0.0, -0.9, 90.0)),
        ("EPSG:3857", (133_584.0, 0.0, -20_037_508.0, 0.0, -200_374.0, 20_037_508.0)),
        ("EPSG:3413", (20_000.0, 0.0, -3_000_000.0, 0.0, -20_000.0, 2_000_000.0)),
        ("EPSG:2056", (0.1, 0.0, 2_600_000.0, 0.0, -0.1, 1_200_000.0)),
    ],
)
def test_longitude_and_latitude_are_those_of_proj(
    tmp_path: Path, crs: str, affine: tuple[float, ...]
) -> None:
    """Also with the pole and the date line in the image."""
    path = geotiff(tmp_path / "a.tif", np.zeros((1, 200, 300), np.uint8), crs=crs, transform=affine)
    reader = opened(path, "TIFF")
    reader.close()
    reference = reader.facts.georeference
    assert reference is not None
    chance = np.random.default_rng(5)
    places = [(0.0, 0.0), (300.0, 200.0), *(chance.random((20, 2)) * (300, 200)).tolist()]
    coordinates = [reference.at(*place) for place in places]
    xs, ys = zip(*coordinates, strict=True)
    for place, longitude, latitude in zip(
        places, *transform(crs, "EPSG:4326", xs, ys)[:2], strict=True
    ):
        found = reference.longitude_latitude(*place)
        assert found is not None
        assert found[1] == pytest.approx(latitude, abs=1e-6)
        around = math.remainder(found[0] - longitude, 360) * math.cos(math.radians(latitude))
        assert around == pytest.approx(0, abs=1e-6)


def test_keys_are_of_corners() -> None:
    keys = GeoKeys((1, 1, 0, 2, 1024, 0, 1, 1, 1025, 0, 1, 2))
    assert keys.of_corners.directory == (1, 1, 0, 2, 1024, 0, 1, 1, 1025, 0, 1, 1)


@pytest.mark.parametrize(
    "numbers", [(0, 0, 5, 0, 0, 6), (1, 2, 0, 2, 4, 0), (math.nan, 0, 0, 0, 1, 0)]
)
def test_a_map_without_area_is_none(numbers: tuple[float, ...]) -> None:
    assert Georeference.from_json({"transform": list(numbers)}) is None
