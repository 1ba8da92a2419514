"""Numbers read for a preview, and images of them; and what a file offers."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from imagecodecs import jpeg2k_encode, jpegxl_encode, jpegxr_encode

from cozviewer.image.source import open_source
from cozviewer.image.tone import Tone, tone_of
from cozviewer.image.toning.curve import window_between, zscale
from cozviewer.image.toning.samples import MOST_SAMPLES, Samples, thinned
from cozviewer.image.toning.shown import counts_of, presets_of, samples_of, shown, usual_span
from cozviewer.image.toning.tone_range import (
    Preset,
    ToneRange,
    range_from_json,
    range_to_json,
)
from cozviewer.util.errors import BadInput
from tests.image.rare_files import dicom, exr, fits_file, radiance
from tests.image.readers.test_heif import avif as deep_avif
from tests.image.readers.test_heif import heic as deep_heic
from tests.image.toning.test_pixels import BANDS, HU, LIGHT, RAMP, TWELVE, tiff
from tests.pyramid.images import noise, png

DEEP = np.ascontiguousarray(BANDS[..., :3])
FOUR = np.dstack([DEEP, np.full(DEEP.shape[:2], 65535, np.uint16)])

FILES: dict[str, tuple[bytes | bytearray, str]] = {
    "TIFF": (tiff(TWELVE), "window=300:2500,gamma=2"),
    "turned TIFF": (tiff(BANDS, extratags=[(274, 3, 1, 6, True)]), "window=9:30000,bands=5:1:2"),
    "deep colours": (tiff(BANDS[..., :3], photometric="rgb"), "window=500:40000,inverted"),
    "deep PNG": (png(BANDS[..., :3].astype(">u2"), 16, 2), "window=500:40000,bands=3:2:1"),
    "DICOM": (dicom(HU, WindowCenter=40, WindowWidth=400, Modality="CT"), "center=0,width=300"),
    "FITS": (fits_file(RAMP.astype(np.float64)), "window=10:200,stretch=sqrt"),
    "OpenEXR": (exr(RGB=LIGHT, Z=RAMP.astype(np.float32)), "exposure=-2,gamma=1.5"),
    "JPEG XL": (jpegxl_encode(DEEP, lossless=True), "window=500:40000,bands=3:2:1"),
    "grey JPEG XL": (jpegxl_encode(TWELVE, lossless=True), "window=300:2500,gamma=2"),
    "JPEG XL with alpha": (jpegxl_encode(FOUR, lossless=True), "window=9:30000"),
    "JPEG 2000": (jpeg2k_encode(DEEP, level=0), "window=500:40000,bands=3:2:1"),
    "AVIF": (deep_avif(DEEP >> 6, 10), "window=500:40000,bands=3:2:1"),
    "HEIC": (deep_heic(DEEP >> 6), "window=500:40000,bands=3:2:1"),
    "JPEG XR": (jpegxr_encode(DEEP, level=1.0), "window=500:40000,bands=3:2:1"),
    "grey JPEG XR": (jpegxr_encode(TWELVE, level=1.0), "window=300:2500"),
    "light JPEG XR": (jpegxr_encode(LIGHT.astype(np.float32), level=1.0), "exposure=-1,gamma=2"),
    "Radiance": (radiance(LIGHT + 0.1), "window=0.1:2,bands=3:2:1"),
}


@pytest.mark.parametrize("name", FILES)
def test_the_preview_is_the_image(tmp_path: Path, name: str) -> None:
    content, text = FILES[name]
    path = tmp_path / "file"
    path.write_bytes(content)
    samples = samples_of(path, None, 1 << 20)
    source = open_source(path, tone=tone_of(text))
    found = shown(samples, tone_of(text)).astype(int)
    assert np.abs(found - source.levels[0]).max() <= 1
    automatic = shown(samples, Tone()).astype(int)
    assert np.abs(automatic - open_source(path).levels[0]).max() <= 1


def test_the_preview_of_a_large_image_is_small(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, np.arange(300 * 200, dtype=np.uint16).reshape(200, 300))
    samples = samples_of(path, None, 1000)
    height, width, bands = samples.values.shape
    assert height * width <= 1000 < 4 * height * width
    assert bands == 1
    assert samples.offered.extremes == (0.0, 59999.0)


def test_many_bands_stay_within_memory() -> None:
    offered = ToneRange("values", ("",) * 4096, Tone((0, 1), bands=(1,)), (0, 1))
    samples = Samples(np.broadcast_to(np.uint16(1), (100, 100, 4096)), offered)
    assert thinned(samples, 1 << 20).values.size <= MOST_SAMPLES


def test_8_bits_have_no_numbers_to_choose_from(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, noise(8, 8))
    with pytest.raises(BadInput, match="takes no tone"):
        samples_of(path, None, 1000)


def test_bands_that_are_not_there_are_refused() -> None:
    offered = ToneRange("values", ("",), Tone((0, 1), bands=(1,)), (0, 1))
    with pytest.raises(ValueError, match="bands"):
        shown(Samples(np.zeros((2, 2, 1)), offered), Tone(bands=(2,)))


def test_a_histogram_of_values(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(tiff(BANDS))
    samples = samples_of(path, None, 1 << 20)
    span = (0.0, 65535.0)
    counts = counts_of(samples, (5, 1), span)
    assert counts.sum(axis=1).tolist() == [RAMP.size] * 2
    expected = np.bincount((BANDS[..., 4].ravel() / 65535 * 256).astype(int), minlength=256)
    assert counts[0].tolist() == expected.tolist()


def test_outliers_leave_room_in_a_histogram() -> None:
    offered = ToneRange("sky", ("",), Tone((0, 5), bands=(1,)), (0, 5), (0, 1e6))
    values = np.arange(10_000).reshape(100, 100, 1) / 1000.0
    values[0, 0], values[0, 1] = 1e6, np.nan
    low, high = usual_span(Samples(values, offered))
    assert (low, high) == pytest.approx((-0.2, 10.2), abs=0.1)
    nothing = usual_span(Samples(np.full((2, 2, 1), np.nan), offered))
    assert nothing == offered.shown


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("DICOM", ["", "brain", "lung", "soft", "bone"]),
        ("FITS", ["zscale", "minmax", "percentile"]),
        ("TIFF", ["full", "minmax", "percentile", "zscale"]),
        ("turned TIFF", ["full", "minmax", "percentile", "true", "false"]),
        ("OpenEXR", []),
    ],
)
def test_presets(tmp_path: Path, name: str, keys: list[str]) -> None:
    path = tmp_path / "file"
    path.write_bytes(FILES[name][0])
    presets = presets_of(samples_of(path, None, 1 << 20))
    assert [preset.key for preset in presets] == keys
    for preset in presets:
        assert tone_of(preset.tone).text == preset.tone


def test_windows_of_dicom_have_the_names_of_the_file(tmp_path: Path) -> None:
    elements: dict[str, Any] = {"WindowCenter": [50, -500], "WindowWidth": [350, 1200]}
    path = tmp_path / "a.dcm"
    path.write_bytes(dicom(HU, WindowCenterWidthExplanation=["ABDOMEN", "CHEST"], **elements))
    found = presets_of(samples_of(path, None, 1000))
    assert [(preset.name, preset.tone) for preset in found] == [
        ("ABDOMEN", "window=-125:224"),
        ("CHEST", "window=-1100:99"),
    ]


def test_zscale_follows_the_line_of_the_middle_values() -> None:
    """As astropy's, whose code is another one."""
    from astropy.visualization import ZScaleInterval

    values = np.random.default_rng(5).normal(100, 10, (60, 60))
    values[:2] = 5000
    low, high = zscale(values)
    expected = ZScaleInterval(n_samples=3600).get_limits(values)
    assert (low, high) == pytest.approx(expected, rel=0.15)
    assert zscale(np.full((9, 9), 7.0)) == (7.0, 8.0)
    assert zscale(np.full((9, 9), np.nan)) == (0.0, 1.0)


def test_a_window_of_one_value_is_made_wider() -> None:
    assert window_between(1, 2) == (1, 2)
    for value in (0.0, -5.0, 1e20):
        low, high = window_between(value, value)
        assert low == value < high


def test_what_a_file_offers_survives_the_way_to_another_process() -> None:
    offered = ToneRange(
        "light",
        ("R", "Z"),
        Tone(stretch="linear", exposure=-2.0, bands=(1,)),
        (0.0, 1.0),
        (-1.5, 9.0),
        0,
        "HU",
        (Preset("brain", "window=0:80"), Preset("", "window=1:2", "name")),
    )
    assert range_from_json(json.loads(json.dumps(range_to_json(offered)))) == offered
