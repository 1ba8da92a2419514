"""What a file shows, and how large that is."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cozviewer.image.resolution import Resolution
from cozviewer.image.source import open_source
from cozviewer.image.subject import (
    UNKNOWN,
    Scale,
    Subject,
    scale_of,
    scale_of_resolution,
    subject_of_resolution,
)
from tests.image.rare_files import dicom, through_file
from tests.pyramid.images import encoded, noise, tiff

RGB = noise(12, 8)
UM = 1e-6
OME = (
    '<?xml version="1.0"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06"><Image>'
    '<Pixels SizeX="12" PhysicalSizeX="{x}" PhysicalSizeY="{y}"{unit}/></Image></OME>'
)


def text_tiff(text: str, **options: Any) -> bytes:
    return tiff(RGB, photometric="rgb", description=text.encode(), metadata=None, **options)


def geo(model: int, scale: tuple[float, float], top: float, *keys: int) -> bytes:
    """Return a GeoTIFF whose pixels have a size in units of its model."""
    entries = [1, 1, 0, 1 + len(keys) // 2, 1024, 0, 1, model]
    for key, value in zip(keys[::2], keys[1::2], strict=True):
        entries += [key, 0, 1, value]
    tags = [
        (33550, "d", 3, (*scale, 0.0), True),
        (33922, "d", 6, (0.0, 0.0, 0.0, 11.0, top, 0.0), True),
        (34735, "H", len(entries), entries, True),
    ]
    return tiff(RGB, photometric="rgb", extratags=tags)


def imagej(unit: str) -> bytes:
    options: dict[str, Any] = {"resolution": (4, 2), "resolutionunit": 1}
    return text_tiff(f"ImageJ=1.54f\nunit={unit}\n", **options)


DEGREE = math.pi / 180 * 6_371_008.8


@pytest.mark.parametrize(
    ("content", "field", "scale"),
    [
        (text_tiff(OME.format(x=0.25, y=0.5, unit="")), "microscopy", Scale(0.25 * UM, 0.5 * UM)),
        (
            text_tiff(
                OME.format(x=250, y=500, unit=' PhysicalSizeXUnit="nm" PhysicalSizeYUnit="nm"')
            ),
            "microscopy",
            Scale(0.25 * UM, 0.5 * UM),
        ),
        (text_tiff(OME.format(x="much", y=1, unit="")), "microscopy", None),
        (
            text_tiff(OME.format(x=1, y=1, unit=' PhysicalSizeXUnit="pixel"')),
            "microscopy",
            None,
        ),
        (imagej("micron"), "microscopy", Scale(0.25 * UM, 0.5 * UM)),
        (imagej("mm"), "microscopy", Scale(0.25e-3, 0.5e-3)),
        (imagej("pixel"), "microscopy", None),
        (imagej("inch"), "microscopy", None),
        (
            text_tiff("Aperio Image Library v1\n12x8 |AppMag = 20|MPP = 0.4990|x"),
            "microscopy",
            Scale(0.499 * UM, 0.499 * UM),
        ),
        (text_tiff("Objective = 40x"), "microscopy", None),
        (
            tiff(RGB, photometric="rgb", resolution=(40_000, 20_000), resolutionunit=3),
            "microscopy",
            Scale(0.25 * UM, 0.5 * UM),
        ),
        (tiff(RGB, photometric="rgb", resolution=(300, 300), resolutionunit=2), "photo", None),
        (encoded(RGB, "JPEG", dpi=(72, 72)), "photo", None),
        (encoded(RGB, "PNG", dpi=(12_800, 300)), "photo", None),
        (geo(1, (10, 20), 5e6, 3076, 9001), "satellite", Scale(10, 20)),
        (geo(1, (10, 20), 5e6, 3072, 32633), "satellite", Scale(10, 20)),
        (geo(1, (10, 20), 5e6, 3076, 9003), "satellite", Scale(12000 / 3937, 24000 / 3937)),
        (geo(1, (10, 20), 5e6, 3076, 9999), "satellite", None),
        (geo(2, (1, 1), 64.0), "satellite", Scale(DEGREE / 2, DEGREE)),
        (
            geo(1, (10, 10), 40.0, 3072, 3857),
            "satellite",
            Scale(10, 10),
        ),
        (geo(3, (1, 1), 0.0), "satellite", None),
    ],
)
def test_it_is_read(tmp_path: Path, content: bytes, field: str, scale: Scale | None) -> None:
    path = tmp_path / "scan"
    path.write_bytes(content)
    subject = open_source(path).subject
    assert subject.field == field
    assert (subject.scale is None) == (scale is None)
    if scale is not None and subject.scale is not None:
        found = (subject.scale.across, subject.scale.down)
        assert found == pytest.approx((scale.across, scale.down), rel=1e-9)
        assert subject.scale.unit == "m"


def test_web_mercator_is_as_large_as_on_the_ground(tmp_path: Path) -> None:
    path = tmp_path / "map.tif"
    at_60_degrees = 6_378_137 * math.asinh(math.tan(math.radians(60)))
    path.write_bytes(geo(1, (10, 10), at_60_degrees + 40, 3072, 3857))
    scale = open_source(path).subject.scale
    assert scale is not None
    assert scale.across == pytest.approx(5, rel=1e-6)


def test_dicom_has_the_size_of_the_body_not_of_the_detector(tmp_path: Path) -> None:
    path = tmp_path / "scan.dcm"
    grey = RGB[..., 0].copy()
    path.write_bytes(dicom(grey, PixelSpacing=[0.5, 0.25], WindowCenter=9, WindowWidth=9))
    assert open_source(path).subject == Subject("medical", Scale(0.25e-3, 0.5e-3))
    path.write_bytes(dicom(grey, ImagerPixelSpacing=[0.5, 0.25], WindowCenter=9, WindowWidth=9))
    source = open_source(path)
    assert source.medical
    assert source.subject.scale is None


@pytest.mark.parametrize(
    ("header", "scale"),
    [
        ({"CTYPE1": "RA---TAN", "CDELT1": -1 / 3600, "CDELT2": 2 / 3600}, (1, 2)),
        ({"CTYPE1": "RA---TAN", "CD1_1": 3 / 3600, "CD2_1": 4 / 3600, "CD2_2": 1 / 3600}, (5, 1)),
        ({"CTYPE1": "FREQ", "CDELT1": 1.0, "CDELT2": 1.0}, None),
        ({}, None),
    ],
)
def test_the_sky_is_measured_in_seconds_of_arc(
    tmp_path: Path, header: dict[str, Any], scale: tuple[float, float] | None
) -> None:
    from astropy.io import fits  # takes half a second

    unit = fits.PrimaryHDU(np.arange(96.0).reshape(8, 12))
    unit.header.update(header)
    path = tmp_path / "sky.fits"
    path.write_bytes(through_file(unit.writeto, ".fits"))
    found = open_source(path).subject.scale
    assert (found is None) == (scale is None)
    if found is not None:
        assert found.unit == "arcsec"
        assert (found.across, found.down) == pytest.approx(scale)


def test_a_turned_image_has_a_turned_scale(tmp_path: Path) -> None:
    path = tmp_path / "scan.tif"
    turned = [(274, "H", 1, 6, True)]
    options: dict[str, Any] = {"resolution": (40_000, 20_000), "resolutionunit": 3}
    path.write_bytes(tiff(RGB, photometric="rgb", extratags=turned, **options))
    scale = open_source(path).subject.scale
    assert scale is not None
    assert (scale.across, scale.down) == pytest.approx((0.5 * UM, 0.25 * UM))


def test_only_sizes_are_scales() -> None:
    assert scale_of(2, 3) == Scale(2, 3)
    for wrong in (0.0, -1.0, math.nan, math.inf, 1e30):
        assert scale_of(1, wrong) is None
    assert scale_of(1, 1, "parsec") is None
    assert scale_of_resolution(None) is None
    assert subject_of_resolution(None) == UNKNOWN
    assert subject_of_resolution(Resolution(5_001, 5_001, "cm")).field == "microscopy"
    assert subject_of_resolution(Resolution(5_000, 5_001, "cm")) == UNKNOWN
