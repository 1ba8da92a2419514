"""Profiles, alpha, palettes, ink: everything ends as opaque sRGB."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from cozviewer.image.pixels import Rgb8
from cozviewer.image.source import open_source
from tests.image.on_white import on_white
from tests.pyramid.images import encoded, noise, png, png_chunk, smooth, tiff

WHITE, BLACK = [255, 255, 255], [0, 0, 0]


def pixels_of(tmp_path: Path, content: bytes) -> Rgb8:
    path = tmp_path / "picture"
    path.write_bytes(content)
    return on_white(open_source(path))


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def linear_profile() -> bytes:
    """Return an RGB profile like sRGB, but with gamma 1: its transform must lighten."""
    srgb = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    # Every tone curve becomes a "curv" of no points, which is the identity (ICC.1:2022, 10.6).
    count = int.from_bytes(srgb[128:132], "big")
    for at in range(132, 132 + 12 * count, 12):
        tag = bytes(srgb[at : at + 4])
        if tag in (b"rTRC", b"gTRC", b"bTRC"):
            start = int.from_bytes(srgb[at + 4 : at + 8], "big")
            srgb[start : start + 12] = b"curv" + bytes(8)
            srgb[at + 8 : at + 12] = (12).to_bytes(4, "big")
        if tag == b"desc":
            start = int.from_bytes(srgb[at + 4 : at + 8], "big")
            size = int.from_bytes(srgb[at + 8 : at + 12], "big")
            name = srgb[start : start + size].replace("sRGB".encode("utf-16-be"), b"\0l\0i\0n\0e")
            srgb[start : start + size] = name
    return bytes(srgb)


def test_a_profile_is_obeyed(tmp_path: Path) -> None:
    """Linear 0.2140 is sRGB 0.5 (IEC 61966-2-1): 54.6 becomes 127.5."""
    linear = np.full((10, 10, 3), 55, np.uint8)
    pixels = pixels_of(tmp_path, encoded(linear, "PNG", icc_profile=linear_profile()))
    assert np.abs(pixels.astype(int) - 128).max() <= 1


def test_a_profile_is_left_out_where_asked(tmp_path: Path) -> None:
    rgb = noise(50, 40)
    path = tmp_path / "picture"
    path.write_bytes(encoded(rgb, "PNG", icc_profile=linear_profile()))
    np.testing.assert_array_equal(open_source(path, managed=False).levels[0], rgb)


def test_pillow_agrees_on_the_profile(tmp_path: Path) -> None:
    rgb = noise(50, 40)
    profile = linear_profile()
    expected = ImageCms.profileToProfile(
        Image.fromarray(rgb),
        ImageCms.ImageCmsProfile(io.BytesIO(profile)),
        ImageCms.createProfile("sRGB"),
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    pixels = pixels_of(tmp_path, encoded(rgb, "PNG", icc_profile=profile))
    np.testing.assert_array_equal(pixels, np.asarray(expected))


def test_an_srgb_profile_costs_no_transform(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ImageCms, "buildTransform", None)
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    rgb = noise(50, 40)
    np.testing.assert_array_equal(pixels_of(tmp_path, encoded(rgb, "PNG", icc_profile=srgb)), rgb)


@pytest.mark.parametrize("profile", [b"no profile", linear_profile()[:300]])
def test_a_broken_profile_counts_as_srgb(tmp_path: Path, profile: bytes) -> None:
    rgb = noise(50, 40)
    content = encoded(rgb, "PNG", icc_profile=profile)
    np.testing.assert_array_equal(pixels_of(tmp_path, content), rgb)


def test_a_profile_of_another_colour_space_is_passed_over(tmp_path: Path) -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    rgb = noise(50, 40)
    np.testing.assert_array_equal(pixels_of(tmp_path, encoded(rgb, "PNG", icc_profile=lab)), rgb)


def test_grey_with_an_rgb_profile(tmp_path: Path) -> None:
    grey = Image.new("L", (10, 10), 55)
    pixels = pixels_of(tmp_path, saved(grey, "PNG", icc_profile=linear_profile()))
    assert np.abs(pixels.astype(int) - 128).max() <= 1


def test_a_palette_with_a_profile(tmp_path: Path) -> None:
    image = Image.new("P", (10, 10), 3)
    image.putpalette([0, 0, 0, 0, 0, 0, 0, 0, 0, 55, 55, 55])
    pixels = pixels_of(tmp_path, saved(image, "PNG", icc_profile=linear_profile()))
    assert np.abs(pixels.astype(int) - 128).max() <= 1


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_ink_without_a_profile(tmp_path: Path, kind: str) -> None:
    inks = [(0, 0, 0, 0), (0, 0, 0, 255), (0, 255, 255, 0), (255, 0, 255, 0)]
    image = Image.new("CMYK", (32, 8))
    for i, ink in enumerate(inks):
        image.paste(ink, (8 * i, 0, 8 * i + 8, 8))
    pixels = pixels_of(tmp_path, saved(image, kind))
    expected = np.array([WHITE, BLACK, [255, 0, 0], [0, 255, 0]])
    assert np.abs(pixels[4, 4::8].astype(int) - expected).max() <= 4


def test_a_cmyk_image_with_a_broken_profile(tmp_path: Path) -> None:
    image = Image.new("CMYK", (8, 8), (0, 255, 255, 0))
    pixels = pixels_of(tmp_path, saved(image, "TIFF", icc_profile=b"no profile"))
    assert pixels[0, 0].tolist() == [255, 0, 0]


def test_lab(tmp_path: Path) -> None:
    lab = np.zeros((4, 4, 3), np.uint8)
    lab[..., 0] = 255
    pixels = pixels_of(tmp_path, tiff(lab, photometric="cielab"))
    assert np.abs(pixels.astype(int) - 255).max() <= 2


ALPHA = np.array([[0, 128, 255]], np.uint8)


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WebP"])
def test_what_is_transparent_on_white(tmp_path: Path, kind: str) -> None:
    rgba = np.dstack([np.full((1, 3, 3), 100, np.uint8), ALPHA])
    content = saved(Image.fromarray(rgba), kind.upper(), **{"lossless": True, "exact": True})
    pixels = pixels_of(tmp_path, content)
    # 128 / 255 of 100 and the rest of 255
    assert pixels[0].tolist() == [WHITE, [177] * 3, [100] * 3]


def test_premultiplied_alpha(tmp_path: Path) -> None:
    rgba = np.dstack([np.full((1, 3, 3), 100, np.uint8) * (ALPHA > 0)[..., None], ALPHA])
    rgba[0, 1, :3] = 50
    pixels = pixels_of(tmp_path, tiff(rgba, photometric="rgb", extrasamples=["assocalpha"]))
    assert np.abs(pixels[0].astype(int) - [WHITE, [177] * 3, [100] * 3]).max() <= 1


def test_grey_with_alpha(tmp_path: Path) -> None:
    content = saved(Image.fromarray(np.dstack([np.full((1, 3), 100, np.uint8), ALPHA])), "PNG")
    assert pixels_of(tmp_path, content)[0].tolist() == [WHITE, [177] * 3, [100] * 3]


def test_alpha_and_profile_together(tmp_path: Path) -> None:
    """The profile holds for the colour, not for the white below it."""
    rgba = np.dstack([np.full((1, 3, 3), 55, np.uint8), ALPHA])
    pixels = pixels_of(tmp_path, saved(Image.fromarray(rgba), "PNG", icc_profile=linear_profile()))
    expected = [WHITE, [191] * 3, [128] * 3]
    assert np.abs(pixels[0].astype(int) - expected).max() <= 1


@pytest.mark.parametrize(("transparent", "first"), [(0, WHITE), (bytes([128]), [227, 127, 127])])
def test_a_palette_with_transparency(
    tmp_path: Path, transparent: int | bytes, first: list[int]
) -> None:
    image = Image.fromarray(np.array([[0, 1]], np.uint8))
    image.putpalette([200, 0, 0, 0, 0, 200])
    content = saved(image, "PNG", transparency=transparent)
    assert pixels_of(tmp_path, content)[0].tolist() == [first, [0, 0, 200]]


def test_a_transparent_colour(tmp_path: Path) -> None:
    rgb = np.array([[[10, 20, 30], [40, 50, 60]]], np.uint8)
    pixels = pixels_of(tmp_path, encoded(rgb, "PNG", transparency=(10, 20, 30)))
    assert pixels[0].tolist() == [WHITE, [40, 50, 60]]


def test_a_transparent_16_bit_colour(tmp_path: Path) -> None:
    """Its full value is compared with pixels that Pillow has brought to 8 bits."""
    colour = np.array([[[0x1080] * 3, [0xFFFF] * 3, [0x4040] * 3]], ">u2")
    chunk = png_chunk(b"tRNS", b"\x10\x80" * 3)
    pixels = pixels_of(tmp_path, png(colour, 16, 2, chunk))
    assert pixels[0].tolist() == [WHITE, WHITE, [0x40] * 3]


def test_a_transparent_grey(tmp_path: Path) -> None:
    grey = Image.fromarray(np.array([[7, 9]], np.uint8))
    assert pixels_of(tmp_path, saved(grey, "PNG", transparency=7))[0].tolist() == [WHITE, [9] * 3]


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "BMP"])
def test_one_bit(tmp_path: Path, kind: str) -> None:
    image = Image.fromarray(np.array([[0, 255, 0], [255, 0, 0]], np.uint8)).convert("1")
    pixels = pixels_of(tmp_path, saved(image, kind))
    assert pixels[..., 1].tolist() == [[0, 255, 0], [255, 0, 0]]


def test_a_fax_counts_ink(tmp_path: Path) -> None:
    image = Image.new("1", (16, 4), 1)
    image.putpixel((0, 0), 0)
    pixels = pixels_of(tmp_path, saved(image, "TIFF", compression="group4"))
    assert pixels[0, :2].tolist() == [BLACK, WHITE]


def test_a_gif_keeps_its_colours(tmp_path: Path) -> None:
    image = Image.fromarray(smooth(60, 40)).quantize(200)
    expected = np.asarray(image.convert("RGB"))
    np.testing.assert_array_equal(pixels_of(tmp_path, saved(image, "GIF")), expected)
