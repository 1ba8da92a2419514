"""Rare formats give the pixels that their files hold, upright and in sRGB, and say how."""

import io
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pillow_jxl as pillow_jxl  # so that Pillow writes JPEG XL
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageCms

from cozviewer.image.colours.coded_colour import srgb_encoded
from cozviewer.image.colours.high_bit_depth import Scale, to_8_bit
from cozviewer.image.pixels import Rgb8
from cozviewer.image.readers.exr import shown_channels
from cozviewer.image.readers.jpeg2000 import deep_bits
from cozviewer.image.rect import Rect
from cozviewer.image.source import Source, open_source, preview
from cozviewer.util.errors import BadInput, HugeImage
from tests.image.on_white import on_white
from tests.image.rare_files import (
    dicom,
    dng,
    exr,
    fits_file,
    layered_psd,
    packed_dicom,
    pdf,
    psd,
    radiance,
    through_file,
)
from tests.image.test_colour_signals import ICC
from tests.packages import Packages
from tests.pyramid.images import noise, png, smooth

RGB = noise(40, 24)
GREY = RGB[..., 0]
LIGHT = (smooth(40, 24) / 255).astype(np.float32)


def opened(tmp_path: Path, content: bytes, name: str = "file", **options: Any) -> Source:
    path = tmp_path / name
    path.write_bytes(content)
    return open_source(path, **options)


def grey(values: NDArray[Any]) -> Rgb8:
    return np.repeat(values[..., None], 3, axis=2).astype(np.uint8)


def encoded(light: NDArray[Any]) -> Rgb8:
    return (255 * srgb_encoded(light.clip(0, 1).astype(float)) + 0.5).astype(np.uint8)


def saved(rgb: NDArray[Any], kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    Image.fromarray(rgb).save(file, kind, **options)
    return file.getvalue()


def jpegxr(values: NDArray[Any]) -> bytes:
    return bytes(imagecodecs.jpegxr_encode(values))


def jxl(rgb: NDArray[Any], **options: Any) -> bytes:
    image = Image.fromarray(rgb)
    return through_file(lambda path: image.save(path, lossless=True, **options), ".jxl")


def jpeg2000(values: NDArray[Any], bits: int, **options: Any) -> bytes:
    options = {"codecformat": "jp2", "reversible": True, **options}
    return bytes(imagecodecs.jpeg2k_encode(values, level=0, bitspersample=bits, **options))


TWELVE = noise(40, 24).astype(np.uint16) * 16 + 7
HALF = np.full(GREY.shape, 128, np.uint8)
ON_WHITE = (RGB.astype(float) * 128 / 255 + 255 * 127 / 255).round().astype(np.uint8)

EXACT: dict[str, Callable[[], tuple[bytes, Rgb8]]] = {
    "JPEG XL": lambda: (jxl(RGB), RGB),
    "grey JPEG XL": lambda: (jxl(GREY), grey(GREY)),
    "JPEG XL in boxes": lambda: (jxl(RGB, use_container=True), RGB),
    # Written as linear light, which its profile says.
    "linear JPEG XL": lambda: (jxl(GREY.astype(np.uint16) * 257), encoded(grey(GREY) / 255)),
    "JPEG 2000": lambda: (saved(RGB, "JPEG2000"), RGB),
    "codestream of JPEG 2000": lambda: (saved(RGB, "JPEG2000", no_jp2=True), RGB),
    "grey JPEG 2000": lambda: (saved(GREY, "JPEG2000"), grey(GREY)),
    "deep JPEG 2000": lambda: (saved(GREY.astype(np.uint16) * 257, "JPEG2000"), grey(GREY)),
    "deep colours of JPEG 2000": lambda: (jpeg2000(RGB.astype(np.uint16) * 257, 16), RGB),
    "12 bits of JPEG 2000": lambda: (jpeg2000(TWELVE, 12), to_8_bit(TWELVE, Scale(0, 4095))),
    "10 bits in a codestream": lambda: (
        jpeg2000(TWELVE // 4, 10, codecformat="j2k"),
        to_8_bit(TWELVE // 4, Scale(0, 1023)),
    ),
    "JPEG XR": lambda: (jpegxr(RGB), RGB),
    "grey JPEG XR": lambda: (jpegxr(GREY), grey(GREY)),
    "deep JPEG XR": lambda: (jpegxr(RGB.astype(np.uint16) * 257), RGB),
    "floats in JPEG XR": lambda: (jpegxr(LIGHT), encoded(LIGHT)),
    "PSD": lambda: (psd(RGB), RGB),
    "deep PSD": lambda: (psd(RGB, depth=16), RGB),
    "PSB": lambda: (psd(RGB, version=2), RGB),
    "layers": lambda: (layered_psd(RGB), RGB),
    "OpenEXR": lambda: (exr(RGB=LIGHT), encoded(LIGHT)),
    "half floats in OpenEXR": lambda: (exr(RGB=LIGHT.astype(np.float16)), encoded(LIGHT)),
    "grey OpenEXR": lambda: (exr(Y=LIGHT[..., 0].copy()), encoded(np.dstack([LIGHT[..., 0]] * 3))),
    "DICOM of colours": lambda: (dicom(RGB, "RGB"), RGB),
    "DICOM of 8 bits": lambda: (
        dicom(GREY, WindowCenter=128, WindowWidth=256),
        grey(GREY),
    ),
    "inverted DICOM": lambda: (
        dicom(GREY, "MONOCHROME1", WindowCenter=128, WindowWidth=256),
        grey(255 - GREY),
    ),
}


@pytest.mark.parametrize("name", EXACT)
def test_exact_pixels(tmp_path: Path, name: str) -> None:
    content, expected = EXACT[name]()
    source = opened(tmp_path, content)
    error = np.abs(source.levels[0].astype(int) - expected)
    # Profiles are applied to 8 bits, which are few for dark linear light.
    assert error.max() <= (12 if "linear" in name else 1 if "float" in name or "EXR" in name else 0)
    assert (source.page, source.pages) == (1, 1)
    assert not source.warnings


@pytest.mark.parametrize(
    "make",
    [
        lambda: jxl(np.dstack([RGB, HALF])),
        lambda: jpeg2000(np.dstack([RGB, HALF]).astype(np.uint16) * 257, 16),
        lambda: exr(RGBA=np.dstack([LIGHT * 0.5, np.full(GREY.shape, 0.5, "f4")])),
    ],
    ids=["JPEG XL", "JPEG 2000", "OpenEXR"],
)
def test_opacity_is_kept(tmp_path: Path, make: Callable[[], bytes]) -> None:
    source = opened(tmp_path, make())
    assert source.notices == ()
    assert source.alpha is not None
    assert set(source.alpha.levels[0].ravel().tolist()) <= {127, 128}
    assert on_white(source)[:, :, 1].min() >= 125


def test_a_colour_profile_of_jpeg_xl_counts(tmp_path: Path) -> None:
    """Grey stays grey, and colours get more vivid, when wider primaries are named."""
    linear = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert np.array_equal(opened(tmp_path, jxl(RGB, icc_profile=linear)).levels[0], RGB)


def test_a_colour_profile_of_jpeg_2000_counts(tmp_path: Path) -> None:
    """ISO/IEC 15444-1, I.5.3.3: method 2."""
    icc = zlib.decompress(ICC[8 + ICC[8:].index(b"\0") + 2 : -4])
    content = saved(RGB, "JPEG2000")
    header, colour = content.index(b"jp2h") - 4, content.index(b"colr") - 4
    size = int.from_bytes(content[colour : colour + 4])
    box = (11 + len(icc)).to_bytes(4) + b"colr" + bytes([2, 0, 0]) + icc
    whole = int.from_bytes(content[header : header + 4]) + len(box) - size
    content = content[:colour] + box + content[colour + size :]
    content = content[:header] + whole.to_bytes(4) + content[header + 4 :]
    expected = opened(tmp_path, png(RGB, 8, 2, ICC)).levels[0]
    assert np.abs(expected.astype(int) - RGB).max() > 5
    assert np.array_equal(opened(tmp_path, content).levels[0], expected)


def test_a_jpeg_inside_jpeg_xl_is_turned(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    jpeg = tmp_path / "a.jpg"
    Image.fromarray(smooth(40, 24)).save(jpeg, exif=exif.tobytes())
    path = tmp_path / "a.jxl"
    with Image.open(jpeg) as image:
        image.save(path, lossless_jpeg=True)
    there, expected = open_source(path), open_source(jpeg)
    assert (there.width, there.height) == (24, 40)
    assert np.abs(there.levels[0].astype(int) - expected.levels[0]).max() <= 2


def test_bright_light_is_compressed_and_told(tmp_path: Path) -> None:
    light = LIGHT * 0.5
    light[:4] = 8.0
    for content, kind in ((exr(RGB=light), "OpenEXR"), (radiance(light), "Radiance")):
        source = opened(tmp_path, content)
        (notice,) = source.notices
        assert kind in notice
        assert "BT.2390" in notice
        assert (source.levels[0][:4] == 255).all()
        dark = source.levels[0][6:].astype(int) - encoded(light[6:])
        assert np.abs(dark[encoded(light[6:]) < 100]).max() <= 3


def test_light_in_other_units_is_made_visible(tmp_path: Path) -> None:
    source = opened(tmp_path, exr(RGB=np.full((8, 8, 3), 1000, np.float32)))
    assert source.notices[0] == "Its exposure was changed by -12 EV to make it visible."
    assert 100 < source.levels[0].mean() < 150


def test_light_that_is_no_number_is_black(tmp_path: Path) -> None:
    light = np.full((4, 4, 3), 0.2, np.float32)
    light[0, 0], light[0, 1] = np.nan, -5
    source = opened(tmp_path, exr(RGB=light))
    assert not source.levels[0][0, :2].any()


def test_channels_of_layers() -> None:
    assert shown_channels(["A", "B", "G", "R", "Z"]) == ["R", "G", "B", "A"]
    assert shown_channels(["d.B", "d.G", "d.R", "Z"]) == ["d.R", "d.G", "d.B"]
    assert shown_channels(["Z"]) == ["Z"]


def test_raw_is_developed_in_full_and_upright(tmp_path: Path) -> None:
    light = np.zeros((48, 64, 3), np.uint8)
    light[:24, :32], light[:24, 32:], light[24:, :32] = 255, (200, 20, 20), 60
    whole = opened(tmp_path, dng(light), "a.dng")
    assert (whole.width, whole.height) == (64, 48)
    assert whole.notices == ("Developed with camera white balance and automatic brightness.",)
    rgb = whole.levels[0].astype(int)
    assert (rgb[4:20, 4:28] >= 253).all()  # white balance
    assert np.ptp(rgb[30:44, 4:28], axis=2).max() <= 2  # grey
    assert rgb[10, 50, 0] > 2 * rgb[10, 50, 1]
    assert rgb[40, 50].max() <= 2
    turned = opened(tmp_path, dng(light, turn=6), "b.dng")
    assert (turned.width, turned.height) == (48, 64)
    assert np.abs(np.rot90(rgb, -1) - turned.levels[0]).max() <= 12  # interpolated otherwise
    assert whole.exif is not None
    assert b"Testcam" in whole.exif


def test_an_embedded_photo_is_the_preview(tmp_path: Path) -> None:
    path = tmp_path / "a.dng"
    path.write_bytes(dng(smooth(640, 480), turn=6, preview=smooth(320, 240)))
    small = preview(path)
    assert small is not None
    rgb, width, height = small
    assert (width, height) == (480, 640)
    assert rgb.shape == (320, 240, 3)
    upright = np.rot90(smooth(320, 240), -1).astype(int)
    assert np.abs(rgb - upright).mean() < 3
    path.write_bytes(dng(smooth(64, 48)))
    assert preview(path) is None


def test_fits_is_stretched_from_the_bottom(tmp_path: Path) -> None:
    values = np.linspace(-50, 1000, 200 * 100).reshape(200, 100)
    source = opened(tmp_path, fits_file(values, np.stack([values, -values])))
    low, high = np.percentile(values, (0.5, 99.5))
    part = ((values[::-1] - low) / (high - low)).clip(0, 1)
    expected = to_8_bit(np.arcsinh(part / 0.1) / np.arcsinh(10), _scale())
    assert np.abs(source.levels[0].astype(int) - grey(expected)).max() <= 1
    assert source.pages == 3
    assert source.notices[0] == "Frame 1 of 3 is open."
    assert "asinh" in source.notices[1]
    last = opened(tmp_path, fits_file(values, np.stack([values, -values])), page=3)
    assert last.levels[0][0, 0, 0] == 0
    with pytest.raises(BadInput, match="no page 4: choose one from 1 to 3"):
        opened(tmp_path, fits_file(values, np.stack([values, -values])), page=4)


def _scale() -> Any:
    from cozviewer.image.colours.high_bit_depth import Scale

    return Scale(0.0, 1.0)


def test_fits_without_a_number_is_black(tmp_path: Path) -> None:
    values = np.full((8, 8), np.nan)
    assert not opened(tmp_path, fits_file(values)).levels[0].any()
    with pytest.raises(BadInput, match="holds no image"):
        opened(tmp_path, fits_file())


def test_dicom_by_its_window(tmp_path: Path) -> None:
    """PS3.3, C.11.2.1.2.1, by hand."""
    values = np.arange(-1000, 1000, dtype=np.int16).reshape(40, 50)
    elements: dict[str, Any] = {"WindowCenter": [40, 300], "WindowWidth": [400, 1500]}
    content = dicom(
        values, RescaleSlope=2, RescaleIntercept=-24, PixelSpacing=[0.5, 0.25], **elements
    )
    source = opened(tmp_path, content)
    x = values * 2.0 - 24
    expected = ((x - 39.5) / 399 + 0.5).clip(0, 1) * 255
    assert np.abs(source.levels[0][..., 0] - expected).max() <= 0.51
    assert source.notices == ("Not for diagnosis.", "Window: center 40, width 400.")
    assert source.resolution is not None
    assert (source.resolution.across, source.resolution.down) == (40, 20)


def test_dicom_without_a_window(tmp_path: Path) -> None:
    values = np.arange(100, 300, dtype=np.uint16).reshape(10, 20)
    source = opened(tmp_path, dicom(values))
    assert source.notices[1] == "The file has no window; values from 100 to 299 are shown."
    assert (source.levels[0][0, 0, 0], source.levels[0][-1, -1, 0]) == (0, 255)


def test_frames_of_dicom(tmp_path: Path) -> None:
    frames = np.stack([GREY, 255 - GREY])
    window: dict[str, Any] = {"WindowCenter": 128, "WindowWidth": 256}
    second = opened(tmp_path, dicom(frames, **window), page=2)
    assert np.array_equal(second.levels[0], grey(255 - GREY))
    assert (second.page, second.pages) == (2, 2)


JPEG_2000, LOSSLESS, JPEG_LS = (f"1.2.840.10008.1.2.4.{number}" for number in (90, 70, 80))


@pytest.mark.parametrize(
    ("syntax", "pack"),
    [
        (JPEG_2000, lambda grey: saved(grey, "JPEG2000", no_jp2=True)),
        (LOSSLESS, imagecodecs.ljpeg_encode),
        (JPEG_LS, imagecodecs.jpegls_encode),
    ],
)
@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.int16])
def test_packed_dicom(tmp_path: Path, syntax: str, pack: Any, kind: type[np.integer[Any]]) -> None:
    if kind == np.int16 and syntax == JPEG_2000:
        pytest.skip("Pillow writes no signed numbers")
    first = GREY.astype(kind) * (1 if kind == np.uint8 else 100)
    if kind == np.int16:
        first -= 12000
    frames = np.stack([first, first[::-1]])
    content = packed_dicom(syntax, lambda values: bytes(pack(_unsigned(values))), frames)
    for page, expected in enumerate(frames, 1):
        source = opened(tmp_path, content, page=page)
        low, high = float(first.min()), float(first.max())
        scaled = (expected - low) / (high - low) * 255
        assert np.abs(source.levels[0][..., 0] - scaled).max() <= 0.51


def _unsigned(values: NDArray[Any]) -> NDArray[Any]:
    return values.view(np.uint16) if values.dtype == np.int16 else values


def test_dicom_of_a_palette(tmp_path: Path) -> None:
    tables = np.random.default_rng(0).integers(0, 65536, (3, 256)).astype("<u2")
    names = ("Red", "Green", "Blue")
    elements: dict[str, Any] = {
        f"{name}PaletteColorLookupTableDescriptor": [256, 0, 16] for name in names
    }
    for name, table in zip(names, tables, strict=True):
        elements[f"{name}PaletteColorLookupTableData"] = table.tobytes()
    source = opened(tmp_path, dicom(GREY, "PALETTE COLOR", **elements))
    assert np.array_equal(source.levels[0], tables.T[GREY] >> 8)


def test_nothing_of_a_patient_leaves_the_file(tmp_path: Path) -> None:
    content = dicom(GREY)
    source = opened(tmp_path, content, "scan.dcm")
    assert source.name == "scan.dcm"
    assert source.exif is None
    for secret in ("Doe", "4711"):
        assert secret.encode() in content
        assert secret not in repr((source.name, source.notices, source.digest))
    at = content.index(b"4711-SECRET")
    for place in range(at - 30, at + 11, 2):
        broken = content[:place] + b"\xff" + content[place + 1 :]
        sentence = ""
        try:
            opened(tmp_path, broken, "scan.dcm")
        except BadInput as error:
            sentence = str(error)
        assert "SECRET" not in sentence


SVG = (
    b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" '
    b'xmlns:xlink="http://www.w3.org/1999/xlink" width="20mm" height="10mm" viewBox="0 0 20 10">'
    b'<rect width="10" height="10" fill="#c00"/>%s</svg>'
)


def test_svg_is_drawn(tmp_path: Path) -> None:
    source = opened(tmp_path, SVG % b"", "a.svg")
    assert (source.width, source.height) == (16384, 8192)
    assert source.pixels(0, Rect(4000, 4000, 1, 1))[0, 0].tolist() == [204, 0, 0]
    assert source.alpha is not None
    assert source.alpha.region(0, Rect(4000, 4000, 1, 1)) == 255
    assert source.alpha.region(0, Rect(12000, 4000, 1, 1)) == 0
    assert source.notices == ("Redrawn at every zoom up to 100%.",)


def test_svg_reads_no_other_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    Image.new("RGB", (10, 10), "blue").save(secret)
    address = str(secret).encode()
    entity = SVG.replace(b"<svg", b'<!DOCTYPE svg [<!ENTITY a "%s">]><svg' % address, 1)
    for content in (
        SVG % (b'<image xlink:href="%s" width="20" height="10"/>' % address),
        SVG % (b'<image href="file://%s" width="20" height="10"/>' % address),
        SVG % b'<image href="secret.png" width="20" height="10"/>',
        entity % b'<image href="&a;" width="20" height="10"/>',
    ):
        source = opened(tmp_path, content, "a.svg")
        assert source.alpha is not None
        assert source.alpha.region(-2, Rect(3000, 1000, 1, 1)) == 0


def test_a_page_of_a_pdf(tmp_path: Path) -> None:
    content = pdf((200, 100), (72, 144))
    first = opened(tmp_path, content)
    assert (first.width, first.height, first.pages) == (16384, 8192, 2)
    assert first.notices[0] == "Page 1 of 2 is open."
    assert first.pixels(0, Rect(4000, 4000, 1, 1))[0, 0].tolist() == [255, 0, 0]
    assert first.pixels(0, Rect(12000, 4000, 1, 1))[0, 0].tolist() == [255, 255, 255]
    second = opened(tmp_path, content, page=2)
    assert (second.width, second.height) == (8192, 16384)
    assert second.resolution is not None
    assert second.resolution.per_inch == pytest.approx((8192, 8192))
    assert second.digest != first.digest


def test_an_image_without_a_finished_one_says_so(tmp_path: Path) -> None:
    source = opened(tmp_path, layered_psd(RGB))
    assert source.notices == ("The file has no merged image, so its layers were combined.",)


def test_a_bomb_is_asked_about(tmp_path: Path) -> None:
    head = b"8BPS" + (2).to_bytes(2) + bytes(6) + (3).to_bytes(2)
    head += (60_000).to_bytes(4) * 2 + (8).to_bytes(2) + (3).to_bytes(2) + bytes(100)
    with pytest.raises(HugeImage, match="60000 x 60000"):
        opened(tmp_path, head)


def test_what_pillow_reads_in_full_needs_no_process() -> None:
    deep = jpeg2000(TWELVE, 12)
    assert deep_bits(deep) == 12
    signed, coarse = bytearray(deep), bytearray(deep)
    first = deep.index(b"\xff\x4f\xff\x51") + 42
    signed[first : first + 9 : 3] = b"\x8b" * 3
    coarse[first + 4] = 2  # one colour is of half the size
    others = [b"", deep[:first], signed, coarse, deep.replace(b"\0\0\0\x10\0", b"\0\0\0\x12\0")]
    others += [saved(RGB, "JPEG2000"), saved(GREY.astype(np.uint16), "JPEG2000")]
    assert [deep_bits(bytes(other)) for other in others] == [0] * len(others)


def test_without_the_package_deep_colours_of_jpeg_2000_are_those_of_pillow(
    tmp_path: Path, packages: Packages
) -> None:
    content = jpeg2000(TWELVE, 12)
    packages.hide("imagecodecs")
    source = opened(tmp_path, content)
    assert np.abs(source.levels[0].astype(int) - TWELVE // 16).max() <= 1
