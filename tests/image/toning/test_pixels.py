"""Each kind of file by a tone, against the formulas worked out here by numpy alone."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import Image

from cozviewer.image.colours.coded_colour import srgb_encoded
from cozviewer.image.pixels import Rgb8
from cozviewer.image.source import Source, open_source
from cozviewer.image.tone import AUTOMATIC, Tone, tone_of
from cozviewer.util.errors import BadInput
from tests.image.rare_files import dicom, exr, fits_file, radiance
from tests.pyramid.images import png

ROWS, COLUMNS = 12, 20
RAMP = np.arange(ROWS * COLUMNS).reshape(ROWS, COLUMNS)
TWELVE = (RAMP * 17).astype(np.uint16)
"""12 bits in 16."""

BANDS = np.stack([(RAMP * step + 1000 * step) % 50021 for step in (3, 7, 11, 90, 200)], axis=2)
BANDS = BANDS.astype(np.uint16)


def tiff(values: NDArray[Any], **options: Any) -> bytes:
    file = io.BytesIO()
    options = {"photometric": "minisblack", **options}
    if values.ndim == 3:
        options.setdefault("planarconfig", "contig")
    tifffile.imwrite(file, values, **options)
    return file.getvalue()


def opened(tmp_path: Path, content: bytes, tone: str = "", **options: Any) -> Source:
    path = tmp_path / "file"
    path.write_bytes(content)
    return open_source(path, tone=tone_of(tone), **options)


def levels(part: NDArray[Any]) -> NDArray[np.uint8]:
    """floor(255 g + 1/2)"""
    return np.floor(255 * part + 0.5).astype(np.uint8)


def part(values: NDArray[Any], low: float, high: float) -> NDArray[np.float64]:
    return np.clip((values.astype(np.float64) - low) / (high - low), 0, 1)


def grey(values: NDArray[Any]) -> Rgb8:
    return np.repeat(values[..., None], 3, axis=2)


def close(found: Rgb8, expected: Rgb8) -> bool:
    """The same, but for halves that floats round up or down."""
    difference = np.abs(found.astype(int) - expected)
    return bool(difference.max() <= 1 and (difference > 0).mean() < 0.01)


CURVES = {
    "": lambda t: t,
    "stretch=linear": lambda t: t,
    "stretch=sqrt": lambda t: t**0.5,
    "stretch=log": lambda t: np.log(1 + 1000 * t) / np.log(1001),
    "stretch=asinh": lambda t: np.arcsinh(10 * t) / np.arcsinh(10),
    "gamma=2.2": lambda t: t ** (1 / 2.2),
    "inverted": lambda t: 1 - t,
    "gamma=0.5,stretch=sqrt,inverted": lambda t: 1 - t,
}


@pytest.mark.parametrize("curve", CURVES)
def test_twelve_bits_by_window_and_curve(tmp_path: Path, curve: str) -> None:
    source = opened(tmp_path, tiff(TWELVE), f"window=300:2500,{curve}")
    expected = grey(levels(CURVES[curve](part(TWELVE, 300, 2500))))
    assert close(source.levels[0], expected)
    assert source.tone == tone_of(f"window=300:2500,{curve}")


def test_png_of_16_bits(tmp_path: Path) -> None:
    file = io.BytesIO()
    Image.fromarray(TWELVE).save(file, "PNG")
    source = opened(tmp_path, file.getvalue(), "window=100:900,gamma=2")
    assert close(source.levels[0], grey(levels(part(TWELVE, 100, 900) ** 0.5)))
    assert source.offered is not None
    assert source.offered.bits == 16


def test_png_of_16_bit_colours(tmp_path: Path) -> None:
    values = BANDS[..., :3]
    content = png(values.astype(">u2"), 16, 2)
    assert np.array_equal(opened(tmp_path, content).levels[0], (values >> 8).astype(np.uint8))
    source = opened(tmp_path, content, "window=1000:9000,stretch=sqrt")
    assert close(source.levels[0], levels(part(values, 1000, 9000) ** 0.5))
    one = opened(tmp_path, content, "window=1000:9000,bands=2")
    assert close(one.levels[0], grey(levels(part(values[..., 1], 1000, 9000))))


@pytest.mark.parametrize("white_is_zero", [False, True])
def test_inverted_is_compared_with_what_the_file_says(tmp_path: Path, white_is_zero: bool) -> None:
    kind = "miniswhite" if white_is_zero else "minisblack"
    source = opened(tmp_path, tiff(TWELVE, photometric=kind), "window=0:4095,gamma=2,inverted")
    t = part(TWELVE, 0, 4095) ** 0.5
    assert close(source.levels[0], grey(levels(t if white_is_zero else 1 - t)))


def test_floats_and_what_is_no_number(tmp_path: Path) -> None:
    values = np.linspace(-3, 7, ROWS * COLUMNS).reshape(ROWS, COLUMNS).astype(np.float32)
    values[0, 0], values[0, 1], values[0, 2] = np.nan, np.inf, -np.inf
    for curve in ("", ",gamma=3"):
        found = opened(tmp_path, tiff(values), f"window=-1:4{curve}").levels[0]
        expected = grey(levels(np.nan_to_num(part(values, -1, 4)) ** (1 / 3 if curve else 1)))
        assert close(found, expected)
        assert found[0, :3, 0].tolist() == [0, 255, 0]


@pytest.mark.parametrize("planar", ["contig", "separate"])
def test_bands_of_five(tmp_path: Path, planar: str) -> None:
    values = BANDS if planar == "contig" else np.moveaxis(BANDS, 2, 0)
    content = tiff(values, planarconfig=planar)
    source = opened(tmp_path, content, "window=1000:40000,bands=4:3:2")
    assert close(source.levels[0], levels(part(BANDS[..., [3, 2, 1]], 1000, 40000)))
    one = opened(tmp_path, content, "window=1000:40000,bands=5,stretch=sqrt")
    assert close(one.levels[0], grey(levels(part(BANDS[..., 4], 1000, 40000) ** 0.5)))
    assert source.offered is not None
    assert source.offered.bands == ("",) * 5
    assert source.offered.automatic.bands == (1, 2, 3)
    with pytest.raises(BadInput, match="has no band 6: choose from 1 to 5"):
        opened(tmp_path, content, "bands=6")


def test_a_fourth_band_beside_colours_of_8_bits(tmp_path: Path) -> None:
    values = (BANDS[..., :4] >> 8).astype(np.uint8)
    content = tiff(values, photometric="rgb", extrasamples=["unspecified"])
    assert np.array_equal(opened(tmp_path, content).levels[0], values[..., :3])
    shown = opened(tmp_path, content, "bands=4:1:2").levels[0]
    assert np.array_equal(shown, values[..., [3, 0, 1]])


def test_deep_colours(tmp_path: Path) -> None:
    content = tiff(BANDS[..., :3], photometric="rgb")
    source = opened(tmp_path, content, "window=500:30000,gamma=1.8")
    expected = levels(part(BANDS[..., :3], 500, 30000) ** (1 / 1.8))
    assert close(source.levels[0], expected)
    assert source.offered is not None
    assert source.offered.bands == ("R", "G", "B")


HU = (RAMP * 10 - 1000).astype(np.int16)


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_ct_by_center_and_width(tmp_path: Path, photometric: str) -> None:
    """PS3.3, C.11.2.1.2.1: y = ((x - (c - 0.5)) / (w - 1) + 0.5) * 255."""
    elements: dict[str, Any] = {"WindowCenter": 40, "WindowWidth": 400, "Modality": "CT"}
    stored = ((HU + 1024) // 2).astype(np.int16)
    content = dicom(stored, photometric, RescaleSlope=2, RescaleIntercept=-1024, **elements)
    source = opened(tmp_path, content, "center=-600,width=1500")
    x = stored * 2.0 - 1024
    y = np.clip((x - (-600 - 0.5)) / 1499 + 0.5, 0, 1)
    y = 1 - y if photometric == "MONOCHROME1" else y
    assert close(source.levels[0], grey(levels(y)))
    assert source.notices == ("Not for diagnosis.", "Window: center -600, width 1500.")
    offered = source.offered
    assert offered is not None
    assert (offered.unit, offered.extremes) == ("HU", (float(x.min()), float(x.max())))


def test_fits_by_stretch(tmp_path: Path) -> None:
    values = (RAMP.astype(np.float64) ** 2)[::-1]
    content = fits_file(values)
    low, high = np.percentile(values, (0.5, 99.5))
    found = opened(tmp_path, content, "stretch=log").levels[0]
    t = part(values[::-1], low, high)
    assert close(found, grey(levels(np.log(1 + 1000 * t) / np.log(1001))))
    found = opened(tmp_path, content, "window=10:30000").levels[0]
    t = part(values[::-1], 10, 30000)
    assert close(found, grey(levels(np.arcsinh(10 * t) / np.arcsinh(10))))


LIGHT = np.dstack([RAMP * step / 200 for step in (1.0, 2.0, 5.0)]).astype(np.float32)


def encoded(light: NDArray[Any]) -> Rgb8:
    return np.floor(255 * srgb_encoded(light.clip(0, 1).astype(float)) + 0.5).astype(np.uint8)


@pytest.mark.parametrize("stops", [-3.0, 1.0])
def test_light_by_exposure_and_window(tmp_path: Path, stops: float) -> None:
    content = exr(RGB=LIGHT)
    text = f"window=0.1:1,exposure={stops}"
    found = opened(tmp_path, content, text).levels[0].astype(int)
    expected = encoded(part(LIGHT * 2.0**stops, 0.1, 1))
    assert np.abs(found - expected).max() <= 1
    found = opened(tmp_path, content, f"{text},gamma=2,inverted").levels[0].astype(int)
    expected = encoded(1 - part(LIGHT * 2.0**stops, 0.1, 1) ** 0.5)
    assert np.abs(found - expected).max() <= 2


def test_exposure_alone_keeps_the_curve_of_light(tmp_path: Path) -> None:
    """What stays below its knee is as bright as said, and what is brighter is compressed."""
    dark = LIGHT / LIGHT.max() * 0.2
    for content in (exr(RGB=dark), radiance(dark)):
        found = opened(tmp_path, content, "exposure=1").levels[0].astype(int)
        assert np.abs(found - encoded(dark * 2)).max() <= 3  # Radiance has 8 bits of mantissa
    bright = opened(tmp_path, exr(RGB=LIGHT), "exposure=2")
    assert any("BT.2390" in notice for notice in bright.notices)
    assert not np.array_equal(bright.levels[0], encoded(LIGHT * 4))


def test_channels_of_light(tmp_path: Path) -> None:
    depth = RAMP.astype(np.float32)
    content = exr(RGB=LIGHT / 30, Z=depth)
    automatic = opened(tmp_path, content)
    assert automatic.offered is not None
    assert automatic.offered.bands == ("R", "G", "B", "Z")
    found = opened(tmp_path, content, "bands=4,window=0:300,exposure=0").levels[0].astype(int)
    assert np.abs(found - encoded(grey(part(depth, 0, 300)))).max() <= 1
    swapped = opened(tmp_path, content, "bands=3:2:1").levels[0]
    assert np.array_equal(swapped, automatic.levels[0][..., ::-1])


EVERY: dict[str, Callable[[], tuple[bytes, str]]] = {
    "TIFF": lambda: (tiff(TWELVE), "window=0:4095,stretch=linear,bands=1"),
    "deep colours": lambda: (tiff(BANDS[..., :3], photometric="rgb"), "window=0:65535,bands=1:2:3"),
    "bands": lambda: (tiff(BANDS), "window=0:65535,bands=1:2:3"),
    "DICOM": lambda: (dicom(HU, WindowCenter=40, WindowWidth=400), "center=40,width=400"),
    "FITS": lambda: (fits_file(RAMP.astype(np.float64)), "stretch=asinh"),
    "OpenEXR": lambda: (exr(RGB=LIGHT), "exposure=0,bands=1:2:3,stretch=linear"),
}


@pytest.mark.parametrize("name", EVERY)
def test_the_automatic_tone_written_out_is_the_same_image(tmp_path: Path, name: str) -> None:
    """So that its tiles are, too."""
    content, text = EVERY[name]()
    automatic, same = opened(tmp_path, content), opened(tmp_path, content, text)
    assert automatic.digest == same.digest
    assert automatic.tone == AUTOMATIC
    assert same.tone == tone_of(text)


def test_images_of_8_bits_take_no_tone(tmp_path: Path) -> None:
    file = io.BytesIO()
    Image.fromarray(np.zeros((4, 4, 3), np.uint8)).save(file, "PNG")
    for content in (file.getvalue(), tiff(np.zeros((4, 4), np.uint8))):
        assert opened(tmp_path, content).offered is None
        with pytest.raises(BadInput, match="takes no tone"):
            opened(tmp_path, content, "gamma=2")
    colours = dicom(np.zeros((4, 4, 3), np.uint8), "RGB")
    with pytest.raises(BadInput, match="takes no tone"):
        opened(tmp_path, colours, "gamma=2")


@pytest.mark.parametrize("name", ["TIFF", "DICOM", "FITS"])
def test_only_light_has_an_exposure(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput, match="is not of linear light"):
        opened(tmp_path, EVERY[name]()[0], Tone(exposure=1.0).text)


def test_a_turned_tiff_stays_upright(tmp_path: Path) -> None:
    content = tiff(BANDS, extratags=[(274, 3, 1, 6, True)])
    found = opened(tmp_path, content, "window=1000:40000,bands=5").levels[0]
    expected = grey(levels(part(np.rot90(BANDS[..., 4], -1), 1000, 40000)))
    assert close(found, expected)
