"""What chunks, boxes and EXIF say about colour, in whole files, and which of them counts."""

import io
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from cozviewer.image.source import Source, open_source
from cozviewer.util.errors import BadInput
from tests.image.colours.test_coded_colour import D50_COLUMNS, profile
from tests.packages import Packages
from tests.pyramid.images import encoded, png, png_chunk

RED, GREEN = (220, 30, 30), (30, 200, 60)
PATCHES = np.repeat(np.repeat(np.array([[RED, GREEN]], np.uint8), 32, axis=0), 32, axis=1)

SRGB = {"red": RED, "green": GREEN}
P3 = {"red": (240, 0, 0), "green": (0, 204, 13)}
LINEAR = {"red": (239, 96, 96), "green": (96, 229, 133)}
ADOBE = {"red": (255, 24, 24), "green": (0, 201, 37)}

CICP_P3, CICP_SRGB = png_chunk(b"cICP", bytes([12, 13, 0, 1])), png_chunk(b"cICP", b"\1\15\0\1")
GAMMA_1 = png_chunk(b"gAMA", struct.pack(">I", 100_000))
GAMMA_SRGB = png_chunk(b"gAMA", struct.pack(">I", 45_455))
CHROMATICITIES_SRGB = png_chunk(
    b"cHRM", struct.pack(">8I", 31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)
)
CHROMATICITIES_P3 = png_chunk(
    b"cHRM", struct.pack(">8I", 31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000)
)
SRGB_CHUNK = png_chunk(b"sRGB", b"\0")
ADOBE_PROFILE = profile(D50_COLUMNS["Adobe RGB"], 563 / 256)


def icc_chunk(icc: bytes) -> bytes:
    return png_chunk(b"iCCP", b"p\0\0" + zlib.compress(icc))


ICC = icc_chunk(ADOBE_PROFILE)
LARGE_ICC = icc_chunk(ADOBE_PROFILE + bytes(1_500_000))


def broken(chunk: bytes) -> bytes:
    """Return a chunk with a wrong checksum."""
    return chunk[:-4] + b"1234"


def check(source: Source, expected: dict[str, tuple[int, int, int]], within: int) -> None:
    pixels = source.levels[0].astype(int)
    assert np.abs(pixels[16, 16] - expected["red"]).max() <= within
    assert np.abs(pixels[16, 48] - expected["green"]).max() <= within


def opened(tmp_path: Path, content: bytes) -> Source:
    path = tmp_path / "picture"
    path.write_bytes(content)
    return open_source(path)


@pytest.mark.parametrize(
    ("chunks", "expected"),
    [
        ([CICP_P3], P3),
        ([GAMMA_1], LINEAR),
        ([GAMMA_SRGB], SRGB),
        ([GAMMA_SRGB, CHROMATICITIES_SRGB], SRGB),
        ([GAMMA_SRGB, CHROMATICITIES_P3], P3),
        ([CHROMATICITIES_P3], P3),
        ([ICC], ADOBE),
        ([LARGE_ICC], ADOBE),
        ([SRGB_CHUNK, GAMMA_1], SRGB),
        ([ICC, GAMMA_1], ADOBE),
        ([ICC, SRGB_CHUNK], ADOBE),
        ([CICP_P3, ICC], P3),
        ([CICP_P3, SRGB_CHUNK, GAMMA_1], P3),
        ([CICP_SRGB, ICC, GAMMA_1], SRGB),
        ([broken(CICP_P3)], SRGB),
        ([broken(GAMMA_1)], SRGB),
        ([broken(ICC)], SRGB),
        ([broken(SRGB_CHUNK), GAMMA_1], LINEAR),
        ([png_chunk(b"cICP", b"\14")], SRGB),
        ([broken(png_chunk(b"tEXt", b"k\0text")), GAMMA_1], LINEAR),
    ],
)
def test_png(
    tmp_path: Path, chunks: Sequence[bytes], expected: dict[str, tuple[int, int, int]]
) -> None:
    check(opened(tmp_path, png(PATCHES, 8, 2, *chunks)), expected, within=1)


def test_png_of_grey(tmp_path: Path) -> None:
    """Linear 0.2140 is sRGB 0.5 (IEC 61966-2-1)."""
    grey = np.full((8, 8), 55, np.uint8)
    pixels = opened(tmp_path, png(grey, 8, 0, GAMMA_1, CHROMATICITIES_P3)).levels[0]
    assert np.abs(pixels.astype(int) - 128).max() <= 1


def test_colours_are_left_out_where_asked(tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(png(PATCHES, 8, 2, CICP_P3))
    check(open_source(path, managed=False), SRGB, within=0)


@pytest.mark.parametrize(("transfer", "kind"), [(16, "PQ"), (18, "HLG")])
def test_hdr_is_told(tmp_path: Path, transfer: int, kind: str) -> None:
    source = opened(tmp_path, png(PATCHES, 8, 2, png_chunk(b"cICP", bytes([9, transfer, 0, 1]))))
    (notice,) = source.notices
    assert f"HDR image ({kind})" in notice


def exif_of(space: int | None, index: bytes | None) -> bytes:
    """Return an EXIF block with a colour space and an interoperability index."""
    exif = Image.Exif()
    if space is not None:
        exif.get_ifd(0x8769)[0xA001] = space
    if index is not None:
        exif.get_ifd(0x8769)[0xA005] = {1: index.decode()}
    return exif.tobytes()


@pytest.mark.parametrize(
    ("space", "index", "expected"),
    [
        (0xFFFF, b"R03", ADOBE),
        (2, None, ADOBE),
        (0xFFFF, None, SRGB),
        (0xFFFF, b"R98", SRGB),
        (1, b"R98", SRGB),
        (1, b"R03", SRGB),
        (None, b"R03", SRGB),
    ],
)
@pytest.mark.parametrize("kind", ["JPEG", "WebP", "PNG"])
def test_adobe_rgb_by_exif(
    tmp_path: Path,
    kind: str,
    space: int | None,
    index: bytes | None,
    expected: dict[str, tuple[int, int, int]],
) -> None:
    options: dict[str, dict[str, Any]] = {"WebP": {"lossless": True}, "JPEG": {"quality": 100}}
    content = encoded(PATCHES, kind, exif=exif_of(space, index), **options.get(kind, {}))
    check(opened(tmp_path, content), expected, within=3)


def test_a_profile_counts_before_exif(tmp_path: Path) -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    content = encoded(PATCHES, "PNG", exif=exif_of(0xFFFF, b"R03"), icc_profile=srgb)
    check(opened(tmp_path, content), SRGB, within=0)


def heif(kind: str, **options: object) -> bytes:
    """Return an AVIF or HEIC file."""
    if kind == "AVIF":
        return encoded(PATCHES, "AVIF", quality=95, subsampling="4:4:4", **options)
    from pillow_heif import from_pillow

    file = io.BytesIO()
    image = from_pillow(Image.fromarray(PATCHES))
    image.save(file, quality=95, chroma=444, **options)
    return file.getvalue()


def with_numbers(content: bytes, primaries: int, transfer: int) -> bytes:
    """Return a file with other code points; those of its Y'CbCr stay."""
    at = content.index(b"colrnclx") + 8
    return content[:at] + struct.pack(">HH", primaries, transfer) + content[at + 4 :]


@pytest.mark.parametrize("kind", ["AVIF", "HEIC"])
def test_heif(tmp_path: Path, kind: str) -> None:
    plain = heif(kind)
    check(opened(tmp_path, plain), SRGB, within=4)
    check(opened(tmp_path, with_numbers(plain, 12, 13)), P3, within=8)
    check(opened(tmp_path, with_numbers(plain, 1, 8)), LINEAR, within=4)
    hdr = opened(tmp_path, with_numbers(plain, 9, 16))
    assert "HDR image (PQ)" in hdr.notices[0]


def test_a_profile_counts_before_the_numbers_of_avif(tmp_path: Path) -> None:
    content = heif("AVIF", icc_profile=ADOBE_PROFILE)
    if b"colrnclx" in content:
        content = with_numbers(content, 12, 13)
    check(opened(tmp_path, content), ADOBE, within=4)


BRANDS = [b"mif1", b"miaf", b"msf1", b"1pic", b"xxxx"]


@pytest.mark.parametrize("kind", ["AVIF", "HEIC"])
@pytest.mark.parametrize("major", BRANDS)
def test_any_major_brand(tmp_path: Path, kind: str, major: bytes) -> None:
    content = heif(kind)
    assert content[4:8] == b"ftyp"
    check(opened(tmp_path, content[:8] + major + content[12:]), SRGB, within=4)


def test_without_pillow_heif_its_name_is_said(tmp_path: Path, packages: Packages) -> None:
    content = heif("HEIC")
    packages.hide("pillow_heif")
    with pytest.raises(BadInput) as caught:
        opened(tmp_path, content)
    assert str(caught.value) == (
        "picture is a HEIC file, which needs the package pillow-heif (pip install cozviewer[heic])."
    )
