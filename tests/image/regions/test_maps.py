"""Maps: exact pixels of each level, the choice of bands, stretch, places without data."""

from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.windows import Window

from cozviewer.image.rect import Rect
from cozviewer.image.regions import opening
from cozviewer.image.source import open_source
from cozviewer.image.tiled.protocol import RegionRequest
from cozviewer.image.tone import Tone
from cozviewer.util.errors import BadInput
from tests.image.regions.region_files import geotiff, opened, whole
from tests.packages import Packages
from tests.pyramid.images import noise, tiff

RGB = noise(300, 200)
BANDS = RGB.transpose(2, 0, 1)


def test_overviews_are_levels(tmp_path: Path) -> None:
    path = geotiff(tmp_path / "a.tif", BANDS, overviews=(2, 4), photometric="RGB")
    reader = opened(path, "TIFF")
    try:
        assert reader.kind == "GeoTIFF"
        assert reader.sizes == ((300, 200), (150, 100), (75, 50))
        for level in range(3):
            options = {} if level == 0 else {"overview_level": level - 1}
            with rasterio.open(path, **options) as file:
                expected = file.read(window=Window(5, 7, 60, 33)).transpose(1, 2, 0)
            assert np.array_equal(reader.read(level, Rect(5, 7, 60, 33)), expected)
        assert reader.facts.notices == ()
    finally:
        reader.close()


def test_deep_bands_are_stretched_by_percentiles(tmp_path: Path) -> None:
    deep = (BANDS[:2].astype(np.uint16) * 40 + 100).astype(np.uint16)[:1]
    reader = opened(geotiff(tmp_path / "a.tif", deep), "TIFF")
    try:
        low, high = np.percentile(deep, (2, 98))
        expected = (255 * (deep[0] - low) / (high - low)).clip(0, 255)
        assert np.abs(whole(reader)[..., 0] - expected).max() <= 0.5 + 1e-6
        assert reader.facts.colours == "grey"
        assert reader.facts.bits == 16
        said = f"Stretched from {low:.6g} (black) to {high:.6g} (white): 2nd to 98th percentile."
        assert reader.facts.notices == (said,)
    finally:
        reader.close()


def test_the_first_of_many_bands_are_shown_unless_others_are_chosen(tmp_path: Path) -> None:
    many = np.concatenate([BANDS, 255 - BANDS[:2]])
    path = geotiff(tmp_path / "a.tif", many, photometric="MINISBLACK")
    first = opened(path, "TIFF")
    chosen = opened(path, "TIFF", tone=Tone(bands=(5, 4, 1)))
    grey = opened(path, "TIFF", tone=Tone((50.0, 60.0), bands=(2,)))
    try:
        assert np.array_equal(whole(first), RGB)
        assert first.facts.notices == ("Bands shown: 1, 2, 3 of 5.",)
        assert np.array_equal(whole(chosen), many[[4, 3, 0]].transpose(1, 2, 0))
        expected = (255 * (many[1].astype(float) - 50) / 10 + 0.5).clip(0, 255).astype(np.uint8)
        assert np.array_equal(whole(grey)[..., 1], expected)
    finally:
        for reader in (first, chosen, grey):
            reader.close()


@pytest.mark.parametrize("how", ["nodata", "mask", "alpha", "nan"])
def test_places_without_data_are_transparent(tmp_path: Path, how: str) -> None:
    hole = np.zeros((200, 300), bool)
    hole[20:50, 30:90] = True
    bands = np.where(hole, 0, np.maximum(BANDS, 1)).astype(np.uint8)
    path = tmp_path / "a.tif"
    if how == "nodata":
        geotiff(path, bands, nodata=0, photometric="RGB")
    elif how == "mask":
        geotiff(path, bands, mask=np.where(hole, 0, 255).astype(np.uint8), photometric="RGB")
    elif how == "alpha":
        opacity = np.where(hole, 0, 255).astype(np.uint8)[None]
        geotiff(path, np.concatenate([bands, opacity]), photometric="RGB", alpha="YES")
    else:
        floats = np.where(hole, np.nan, bands).astype(np.float32)
        geotiff(path, floats, photometric="RGB")
    reader = opened(path, "TIFF")
    try:
        pixels = whole(reader)
    finally:
        reader.close()
    assert np.array_equal(pixels[..., 3], np.where(hole, 0, 255))
    if how != "nan":
        assert np.array_equal(pixels[~hole, :3], bands.transpose(1, 2, 0)[~hole])


def test_a_palette_gives_its_colours(tmp_path: Path) -> None:
    colours = {0: (1, 2, 3, 255), 1: (250, 0, 9, 255), 2: (0, 99, 0, 255)}
    values = (BANDS[:1] % 3).astype(np.uint8)
    reader = opened(geotiff(tmp_path / "a.tif", values, colours=colours), "TIFF")
    try:
        expected = np.array([colours[value][:3] for value in range(3)], np.uint8)[values[0]]
        assert np.array_equal(whole(reader), expected)
        assert reader.facts.colours == "palette"
    finally:
        reader.close()


def test_a_map_lies_where_rasterio_says(tmp_path: Path) -> None:
    path = geotiff(tmp_path / "a.tif", BANDS, photometric="RGB")
    reader = opened(path, "TIFF")
    reader.close()
    reference = reader.facts.georeference
    assert reference is not None
    with rasterio.open(path) as file:
        assert reference.transform == tuple(file.transform)[:6]
        assert rasterio.CRS.from_wkt(reference.crs) == file.crs
        assert rasterio.CRS.from_wkt(reference.prj).to_epsg() == 32632
        for x, y in ((0, 0), (300, 200), (13.25, 77.5)):
            assert reference.at(x, y) == pytest.approx(file.xy(y, x, offset="ul"), abs=1e-9)
    assert reference.name == "WGS 84 / UTM zone 32N"
    assert (reference.unit, reference.geographic) == ("metre", False)


def test_a_tiff_without_coordinates_needs_no_rasterio(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(tiff(RGB))
    assert opening.open_map(RegionRequest(path, "TIFF", path.name)) is None


def test_a_map_opens_as_a_plain_tiff_without_rasterio(tmp_path: Path, packages: Packages) -> None:
    path = geotiff(tmp_path / "a.tif", BANDS, photometric="RGB")
    packages.hide("rasterio")
    source = open_source(path)
    assert np.array_equal(source.levels[0], RGB)
    assert source.georeference is None
    said = "Its map coordinates are not read, which needs the package rasterio (pip install "
    assert source.notices == (f"{said}cozviewer[satellite]).",)


def test_pages_of_a_map_are_opened_by_number(tmp_path: Path) -> None:
    path = geotiff(tmp_path / "a.tif", BANDS, photometric="RGB")
    second = 255 - BANDS[:, :60, :90]
    geotiff(path, second, photometric="RGB", APPEND_SUBDATASET="YES")
    reader = opened(path, "TIFF", page=2)
    try:
        assert (reader.facts.page, reader.facts.pages) == (2, 2)
        assert np.array_equal(whole(reader), second.transpose(1, 2, 0))
    finally:
        reader.close()
    with pytest.raises(BadInput, match=r"has no page 3: choose one from 1 to 2"):
        open_source(path, page=3)
