"""TIFFs of every kind: numbers, channels, planes, compressions, pages; and what is said of them."""

import io
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import Image

from cozviewer.image.pixels import Rgb8
from cozviewer.image.source import Source, open_source
from cozviewer.util.errors import BadInput, HugeImage
from tests.image.on_white import on_white
from tests.image.test_limits import MEASURE, WORKING
from tests.packages import Packages
from tests.pyramid.images import noise, smooth, tiff

RGB = noise(37, 23)
GREY = RGB[..., 0]


def opened(tmp_path: Path, content: bytes, **options: Any) -> Source:
    path = tmp_path / "scan.tif"
    path.write_bytes(content)
    return open_source(path, **options)


def grey(values: NDArray[np.uint8]) -> Rgb8:
    return np.repeat(values[..., None], 3, axis=2)


def deep(values: NDArray[np.uint8]) -> NDArray[np.uint16]:
    return values.astype(np.uint16) * 257


def floats(values: NDArray[np.uint8], kind: type[np.floating[Any]] = np.float32) -> NDArray[Any]:
    return (values / 255).astype(kind)


ALPHA = np.full(GREY.shape, 255, np.uint8)

KINDS: dict[str, tuple[NDArray[Any], dict[str, Any], Rgb8]] = {
    "float colours": (floats(RGB), {"photometric": "rgb"}, RGB),
    "double colours": (floats(RGB, np.float64), {"photometric": "rgb"}, RGB),
    "half floats": (floats(RGB, np.float16), {"photometric": "rgb"}, RGB),
    "doubles": (floats(GREY, np.float64), {}, grey(GREY)),
    "float planes": (
        floats(RGB).transpose(2, 0, 1),
        {"photometric": "rgb", "planarconfig": "separate"},
        RGB,
    ),
    "deep planes": (
        deep(RGB).transpose(2, 0, 1),
        {"photometric": "rgb", "planarconfig": "separate"},
        RGB,
    ),
    "deep grey with alpha": (
        deep(np.dstack([GREY, ALPHA])),
        {"photometric": "minisblack", "extrasamples": ["unassalpha"]},
        grey(GREY),
    ),
    "deep colours with alpha": (
        deep(np.dstack([RGB, ALPHA])),
        {"photometric": "rgb", "extrasamples": ["unassalpha"]},
        RGB,
    ),
    "deep colours with another channel": (
        deep(np.dstack([RGB, GREY, GREY])),
        {"photometric": "rgb", "extrasamples": ["unspecified", "unspecified"]},
        RGB,
    ),
    "five bands": (
        np.dstack([RGB, GREY, GREY]),
        {"photometric": "minisblack", "planarconfig": "contig"},
        RGB,
    ),
    "five planes": (
        np.dstack([RGB, GREY, GREY]).transpose(2, 0, 1),
        {"photometric": "minisblack", "planarconfig": "separate"},
        RGB,
    ),
    "two deep bands": (
        deep(np.dstack([GREY, GREY[::-1]])),
        {"photometric": "minisblack", "planarconfig": "contig"},
        grey(GREY),
    ),
    "deep fax": (deep(GREY), {"photometric": "miniswhite", "byteorder": ">"}, grey(255 - GREY)),
    "big": (floats(RGB), {"photometric": "rgb", "bigtiff": True}, RGB),
    "big-endian": (floats(RGB), {"photometric": "rgb", "byteorder": ">"}, RGB),
    "tiles": (floats(RGB), {"photometric": "rgb", "tile": (16, 16)}, RGB),
    "packed": (floats(RGB), {"photometric": "rgb", "compression": "zlib", "predictor": True}, RGB),
    "LZW": (floats(RGB), {"photometric": "rgb", "compression": "lzw"}, RGB),
    "Zstandard": (floats(RGB), {"photometric": "rgb", "compression": "zstd"}, RGB),
    "JPEG 2000": (RGB, {"photometric": "rgb", "compression": "jpeg2000"}, RGB),
    "WebP": (
        RGB,
        {"photometric": "rgb", "compression": "webp", "compressionargs": {"lossless": True}},
        RGB,
    ),
}


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_gives_the_very_pixels(tmp_path: Path, name: str) -> None:
    pixels, options, expected = KINDS[name]
    source = opened(tmp_path, tiff(pixels, **options))
    within = 1 if name == "half floats" else 0
    assert np.abs(source.levels[0].astype(int) - expected).max() <= within
    assert source.warnings == ()


@pytest.mark.parametrize("bits", [10, 12, 14])
def test_odd_bits(tmp_path: Path, bits: int) -> None:
    most = (1 << bits) - 1
    values = np.array([[[0, most, most // 2]]], np.uint16)
    content = tiff(values, photometric="rgb", compression=None)
    file = io.BytesIO()
    tifffile.imwrite(file, values, photometric="rgb", bitspersample=bits)
    content = file.getvalue()
    pixels = opened(tmp_path, content).levels[0]
    assert np.abs(pixels[0, 0].astype(int) - [0, 255, 127]).max() <= 1


def test_bands_are_told(tmp_path: Path) -> None:
    pixels, options, _ = KINDS["five planes"]
    assert "5 bands, of which 1, 2, 3" in opened(tmp_path, tiff(pixels, **options)).notices[0]
    pixels, options, _ = KINDS["two deep bands"]
    assert "2 bands, of which the first" in opened(tmp_path, tiff(pixels, **options)).notices[0]


def test_deep_alpha(tmp_path: Path) -> None:
    half = np.dstack([np.full((1, 3), 100, np.uint8), np.array([[0, 128, 255]], np.uint8)])
    source = opened(
        tmp_path, tiff(deep(half), photometric="minisblack", extrasamples=["unassalpha"])
    )
    assert on_white(source)[0, :, 0].tolist() == [255, 177, 100]
    assert source.alpha is not None
    assert source.alpha.levels[0].tolist() == [[0, 128, 255]]
    assert source.notices == ()


def test_deep_premultiplied_alpha(tmp_path: Path) -> None:
    half = np.dstack([np.array([[0, 50, 100]], np.uint8), np.array([[0, 128, 255]], np.uint8)])
    content = tiff(deep(half), photometric="minisblack", extrasamples=["assocalpha"])
    pixels = on_white(opened(tmp_path, content))
    assert np.abs(pixels[0, :, 0].astype(int) - [255, 177, 100]).max() <= 1


LAB = {  # of sRGB colours, with the white of D50 (Lindbloom's calculator)
    (255, 255, 255): (100.0, 0.0, 0.0),
    (255, 0, 0): (54.29, 80.80, 69.89),
    (0, 128, 0): (46.28, -47.55, 48.59),
    (0, 0, 255): (29.57, 68.30, -112.03),
    (0, 0, 0): (0.0, 0.0, 0.0),
}


@pytest.mark.parametrize("colour", LAB)
@pytest.mark.parametrize("photometric", ["cielab", "icclab"])
def test_deep_lab(tmp_path: Path, colour: tuple[int, int, int], photometric: str) -> None:
    lightness, a, b = LAB[colour]
    if photometric == "cielab":
        numbers = [lightness * 655.35, a * 256, b * 256]
    else:
        numbers = [lightness * 652.8, (a + 128) * 256, (b + 128) * 256]
    values = np.array([[[round(number) % 65536 for number in numbers]]], np.uint16)
    pixels = opened(tmp_path, tiff(values, photometric=photometric)).levels[0]
    assert np.abs(pixels[0, 0].astype(int) - colour).max() <= 2


@pytest.mark.parametrize(
    ("values", "shown", "said"),
    [
        ([0, 1024, 4095], [0, 64, 255], ("0", "4095")),
        ([0, 500, 1000], [0, 125, 249], ("0", "1023")),
        ([0, 100, 200], [0, 100, 200], ("0", "255")),
        ([0, 2048, 4096], [0, 8, 16], None),
        ([0, 0, 0], [0, 0, 0], None),
    ],
)
@pytest.mark.parametrize("colours", [False, True])
def test_16_bits_with_12_in_them(
    tmp_path: Path,
    values: list[int],
    shown: list[int],
    said: tuple[str, str] | None,
    colours: bool,
) -> None:
    pixels = np.array([values], np.uint16)
    if colours:
        content = tiff(np.repeat(pixels[..., None], 3, axis=2), photometric="rgb")
    else:
        content = tiff(pixels)
    source = opened(tmp_path, content)
    assert source.levels[0][0, :, 1].tolist() == shown
    if said is None:
        assert source.notices == ()
    else:
        (notice,) = source.notices
        assert f"{said[0]} is shown as black and {said[1]} as white" in notice


def test_floats_that_are_stretched_are_told(tmp_path: Path) -> None:
    source = opened(tmp_path, tiff(np.array([[-1.5, 0, 2.5]], np.float32)))
    assert "-1.5 is shown as black and 2.5 as white" in source.notices[0]
    ink = tiff(np.array([[-1.5, 0, 2.5]]), photometric="miniswhite")
    assert "2.5 is shown as black and -1.5 as white" in opened(tmp_path, ink).notices[0]


def test_what_is_no_number_is_black(tmp_path: Path) -> None:
    values = np.array([[np.nan, 0.5, 1.0, np.inf]])
    assert opened(tmp_path, tiff(values)).levels[0][0, :, 0].tolist() == [0, 128, 255, 255]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_samples_stand_upright(tmp_path: Path, orientation: int) -> None:
    tag = [(274, "H", 1, orientation, True)]
    deep_one = opened(tmp_path, tiff(floats(RGB), photometric="rgb", extratags=tag)).levels[0]
    plain = opened(tmp_path, tiff(RGB, photometric="rgb", extratags=tag)).levels[0]
    np.testing.assert_array_equal(deep_one, plain)


def test_a_page_of_samples_keeps_what_it_says_of_the_photo(tmp_path: Path) -> None:
    tags = [(271, "s", 0, "Testcam", True)]
    source = opened(tmp_path, tiff(floats(RGB), photometric="rgb", extratags=tags))
    exif = Image.Exif()
    assert source.exif is not None
    exif.load(source.exif)
    assert exif[271] == "Testcam"


def test_without_imagecodecs_its_name_is_said(tmp_path: Path, packages: Packages) -> None:
    content = tiff(RGB, photometric="rgb", compression="jpeg2000")
    packages.hide("imagecodecs")
    at = content.index(b"\xff\x4f\xff\x51")
    with pytest.raises(BadInput, match=r"rare kind \(JPEG2000, 8 bit\).*cozviewer\[scans\]"):
        opened(tmp_path, content[:at] + bytes(60) + content[at + 60 :])


def test_a_bomb_of_floats_is_asked_about(tmp_path: Path) -> None:
    content = tiff(np.zeros((4, 4), np.float64))
    file = io.BytesIO(content)
    with tifffile.TiffFile(file) as tif:
        places = [tif.pages.first.tags[tag].valueoffset for tag in (256, 257)]
    changed = bytearray(content)
    for place in places:
        changed[place : place + 2] = (60_000).to_bytes(2, "little")
    with pytest.raises(HugeImage, match="60000 x 60000"):
        opened(tmp_path, bytes(changed))


@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")
@pytest.mark.parametrize("compression", [None, "zlib"])
def test_no_more_memory_is_used_than_was_promised(tmp_path: Path, compression: str | None) -> None:
    path = tmp_path / "scan.tif"
    values = np.random.default_rng(0).random((2000, 1500, 3), np.float32)
    path.write_bytes(tiff(values, photometric="rgb", compression=compression))
    ended = subprocess.run(
        [sys.executable, "-c", MEASURE, path], capture_output=True, text=True, check=True
    )
    needed, used = map(int, ended.stdout.split())
    assert used < needed + WORKING
    assert needed < 2 * used


def pages(*written: tuple[NDArray[Any], dict[str, Any]], big: bool = False) -> bytes:
    """Return a TIFF of several pages."""
    file = io.BytesIO()
    with tifffile.TiffWriter(file, bigtiff=big) as writer:
        for pixels, options in written:
            writer.write(pixels, metadata=None, **options)
    return file.getvalue()


REDUCED, LARGE = smooth(10, 8), smooth(40, 32)
COLOUR = {"photometric": "rgb"}


@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("kind", [np.uint8, np.float32])
def test_each_page(tmp_path: Path, big: bool, kind: Any) -> None:
    three = [noise(20, 10), 255 - noise(20, 10), noise(8, 9)]
    written = [floats(page) if kind is np.float32 else page for page in three]
    content = pages(*((page, COLOUR) for page in written), big=big)
    first = opened(tmp_path, content)
    assert (first.page, first.pages) == (1, 3)
    assert first.notices == ("Page 1 of 3 is open.",)
    for number, page in enumerate(three, 1):
        source = opened(tmp_path, content, page=number)
        np.testing.assert_array_equal(source.levels[0], page)
        assert (source.page, source.pages, source.notices) == (number, 3, ())
    assert opened(tmp_path, content, page=2).digest != first.digest
    for wrong in (0, 4, -1):
        with pytest.raises(BadInput, match=r"has no page .*: choose one from 1 to 3"):
            opened(tmp_path, content, page=wrong)


@pytest.mark.parametrize("compression", [None, "zlib", "lzw", "jpeg"])
def test_each_packed_page(tmp_path: Path, compression: str | None) -> None:
    """libtiff reads the file on its own."""
    options = {**COLOUR, "compression": compression}
    content = pages(
        (REDUCED, {**options, "subfiletype": 1}), (LARGE, options), (LARGE[::-1], options)
    )
    for number, page in ((1, LARGE), (2, LARGE[::-1])):
        pixels = opened(tmp_path, content, page=number).levels[0]
        assert np.abs(pixels.astype(int) - page).mean() < (3 if compression == "jpeg" else 0.01)


def test_reduced_copies_are_no_pages(tmp_path: Path) -> None:
    reduced = {**COLOUR, "subfiletype": 1}
    source = opened(tmp_path, pages((REDUCED, reduced), (LARGE, COLOUR), (REDUCED, reduced)))
    np.testing.assert_array_equal(source.levels[0], LARGE)
    assert (source.pages, source.notices) == (1, ())


def test_a_file_of_reduced_copies_only(tmp_path: Path) -> None:
    source = opened(tmp_path, pages((REDUCED, {**COLOUR, "subfiletype": 1})))
    np.testing.assert_array_equal(source.levels[0], REDUCED)


@pytest.mark.parametrize("compression", [None, "zlib"])
def test_a_thumbnail_with_the_photo_in_a_sub_directory(
    tmp_path: Path, compression: str | None
) -> None:
    content = pages(
        (REDUCED, {**COLOUR, "subfiletype": 1, "subifds": 1}),
        (LARGE, {**COLOUR, "compression": compression}),
    )
    source = opened(tmp_path, content)
    np.testing.assert_array_equal(source.levels[0], LARGE)
    assert source.pages == 1


@pytest.mark.parametrize("compression", [None, "zlib"])
def test_a_pyramid_in_sub_directories_is_one_page(tmp_path: Path, compression: str | None) -> None:
    content = pages(
        (LARGE, {**COLOUR, "subifds": 1, "compression": compression}),
        (REDUCED, {**COLOUR, "subfiletype": 1}),
    )
    source = opened(tmp_path, content)
    np.testing.assert_array_equal(source.levels[0], LARGE)
    assert source.pages == 1


SENSOR = np.arange(32 * 40, dtype=np.uint16).reshape(32, 40)


def test_a_camera_raw_file_is_developed(tmp_path: Path) -> None:
    """Not its thumbnail is shown, which nobody asked for."""
    content = pages(
        (REDUCED, {**COLOUR, "subfiletype": 1, "subifds": 1}),
        (SENSOR, {"photometric": 32803}),
    )
    source = opened(tmp_path, content)
    assert (source.width, source.height) == (40, 32)
    assert "camera white balance" in source.notices[0]


@pytest.mark.parametrize(
    "head",
    [
        b"II*\0\x10\0\0\0CR\2\0",
        b"\0\0\0\x18ftypcrx \0\0\0\1",
        b"IIRO\x08\0\0\0",
        b"IIU\0\x18\0\0\0",
        b"FUJIFILMCCD-RAW 0201",
    ],
)
def test_other_camera_raw_files(tmp_path: Path, head: bytes) -> None:
    with pytest.raises(BadInput, match="begins like camera raw"):
        opened(tmp_path, head + bytes(100))


def test_directories_in_a_circle_end(tmp_path: Path) -> None:
    content = bytearray(pages((RGB, COLOUR), (RGB, COLOUR)))
    first = int.from_bytes(content[4:8], "little")
    count = int.from_bytes(content[first : first + 2], "little")
    following = first + 2 + 12 * count
    second = int.from_bytes(content[following : following + 4], "little")
    count = int.from_bytes(content[second : second + 2], "little")
    following = second + 2 + 12 * count
    content[following : following + 4] = first.to_bytes(4, "little")
    assert opened(tmp_path, bytes(content)).pages == 2


def test_libtiff_prints_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for compression in ("lzw", "jpeg", "zlib", "packbits"):
        content = bytearray(tiff(RGB, photometric="rgb", compression=compression))
        content[300:900] = b"\xff" * 600
        with suppress(BadInput):
            opened(tmp_path, bytes(content))
    assert capfd.readouterr() == ("", "")
