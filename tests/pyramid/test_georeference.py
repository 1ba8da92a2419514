"""Exported regions and views lie where their pixels lie, also turned, at any level."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from cozviewer.image.georeference import GeographicTable, Georeference
from cozviewer.image.rect import Rect
from cozviewer.pyramid.camera import View, camera_at
from cozviewer.pyramid.geometry import LevelRegion
from cozviewer.pyramid.georeference import map_place, reference_of_region, reference_of_view
from cozviewer.pyramid.orientation import Orientation

REFERENCE = Georeference((10.0, 1.0, 500_000.0, 2.0, -10.0, 5_400_000.0))

ALL = [Orientation(turns, mirrored) for turns in range(4) for mirrored in (False, True)]


@pytest.mark.parametrize("orientation", ALL)
@pytest.mark.parametrize("z", [-1, 0, 4])
def test_each_pixel_of_a_turned_region_keeps_its_place(z: int, orientation: Orientation) -> None:
    """An image whose pixels are their own coordinates is turned along."""
    region = Rect(12, 7, 5, 3)
    rows, columns = np.mgrid[region.y : region.bottom, region.x : region.right]
    turned = orientation.turned(np.dstack([columns, rows]))
    part = reference_of_region(REFERENCE, LevelRegion(z, region), orientation)
    for row, line in enumerate(turned):
        for column, (x, y) in enumerate(line.tolist()):
            middle = part.at(column + 0.5, row + 0.5)
            expected = REFERENCE.at((x + 0.5) / 2**z, (y + 0.5) / 2**z)
            assert middle == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize("orientation", ALL)
def test_a_view_lies_where_its_camera_looks(orientation: Orientation) -> None:
    camera = camera_at(Fraction(100), Fraction(50), 8.0)
    view = View(camera, 40, 20, orientation)
    shown = reference_of_view(REFERENCE, view)
    width, height = view.shown_size
    assert shown.at(width / 2, height / 2) == pytest.approx(REFERENCE.at(100, 50))
    assert shown.pixel_size == pytest.approx(
        tuple(size / 8 for size in REFERENCE.pixel_size[:: -1 if orientation.sideways else 1])
    )
    corner = orientation.point(0, 0, 40, 20)
    expected = REFERENCE.at(100 - 20 / 8, 50 - 10 / 8)
    assert shown.at(*corner) == pytest.approx(expected)


def test_a_place_has_decimals_for_every_pixel_of_the_view() -> None:
    plain = Georeference((10.0, 0.0, 500_000.0, 0.0, -10.0, 5_400_000.0))
    assert map_place(plain, Fraction(1), Fraction(2), 1.0).text == "500010, 5399980"
    deep = map_place(plain, Fraction(1, 3), Fraction(2), 16.0)
    assert (deep.coordinates, deep.earth) == ("500003.3, 5399980.0", "")
    north_west = GeographicTable(2, 2, tuple(((value,),) for value in (0.0, -0.6, 0.8)))
    earth = map_place(replace(plain, table=north_west), Fraction(1), Fraction(2), 1.0).earth
    assert earth == "53.13010° N, 90.00000° W"
    degrees = Georeference((0.01, 0.0, 8.0, 0.0, -0.01, -48.0), geographic=True, table=north_west)
    assert map_place(degrees, Fraction(1), Fraction(2), 1.0).text == "53.13° N, 90.00° W"
