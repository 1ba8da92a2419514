"""More than 8 bits are scaled, not clipped."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from cozviewer.image.source import open_source
from tests.image.on_white import on_white
from tests.pyramid.images import png, png_chunk, tiff

DEEP = np.array([[0, 128, 129, 257, 300, 4095, 32768, 65279, 65535]], np.uint16)
ROUNDED = [[0, 0, 1, 1, 1, 16, 128, 254, 255]]
UPPER_BYTE = [[0, 0, 0, 1, 1, 15, 128, 254, 255]]


def grey_of(tmp_path: Path, content: bytes) -> list[list[int]]:
    path = tmp_path / "picture"
    path.write_bytes(content)
    pixels = on_white(open_source(path))
    assert (pixels == pixels[..., :1]).all()
    return list(pixels[..., 0].tolist())


def planes(grey: NDArray[Any], count: int) -> NDArray[Any]:
    return np.repeat(grey[..., None], count, axis=2)


@pytest.mark.parametrize("byteorder", ["<", ">"])
@pytest.mark.parametrize("compression", [None, "zlib"])
def test_16_bit_tiff(tmp_path: Path, byteorder: str, compression: str | None) -> None:
    """Grey is rounded; of colour Pillow keeps the upper byte."""
    options = {"byteorder": byteorder, "compression": compression}
    assert grey_of(tmp_path, tiff(DEEP, **options)) == ROUNDED

    rgb = tiff(planes(DEEP, 3), photometric="rgb", **options)
    assert grey_of(tmp_path, rgb) == UPPER_BYTE

    opaque = planes(DEEP, 4)
    opaque[..., 3] = 65535
    rgba = tiff(opaque, photometric="rgb", extrasamples=["unassalpha"], **options)
    assert grey_of(tmp_path, rgba) == UPPER_BYTE


def test_16_bit_png(tmp_path: Path) -> None:
    assert grey_of(tmp_path, png(DEEP.astype(">u2"), 16, 0)) == ROUNDED
    assert grey_of(tmp_path, png(planes(DEEP, 3).astype(">u2"), 16, 2)) == UPPER_BYTE


def test_16_bit_png_with_alpha(tmp_path: Path) -> None:
    half_transparent = planes(DEEP, 2)
    half_transparent[..., 1] = 65535
    half_transparent[0, 0, 1] = 0
    expected = [[255, *UPPER_BYTE[0][1:]]]
    assert grey_of(tmp_path, png(half_transparent.astype(">u2"), 16, 4)) == expected


def test_16_bit_grey_with_a_transparent_value(tmp_path: Path) -> None:
    chunk = png_chunk(b"tRNS", (300).to_bytes(2, "big"))
    expected = [[0, 0, 1, 1, 255, 16, 128, 254, 255]]
    assert grey_of(tmp_path, png(DEEP.astype(">u2"), 16, 0, chunk)) == expected


def test_16_bit_that_counts_ink(tmp_path: Path) -> None:
    content = tiff(DEEP, photometric="miniswhite", byteorder="<")
    assert grey_of(tmp_path, content) == [[255 - value for value in ROUNDED[0]]]


def test_12_bit(tmp_path: Path) -> None:
    """Two 12-bit samples, 0x000 and 0xFFF, are the bytes 00 0F FF."""
    content = bytearray(tiff(np.zeros((1, 2), np.uint16), byteorder="<"))
    start = int.from_bytes(content[4:8], "little")
    count = int.from_bytes(content[start : start + 2], "little")
    for at in range(start + 2, start + 2 + 12 * count, 12):
        tag = int.from_bytes(content[at : at + 2], "little")
        if tag == 258:
            content[at + 8] = 12
        elif tag == 273:
            data = int.from_bytes(content[at + 8 : at + 12], "little")
        elif tag == 279:
            content[at + 8] = 3
    content[data : data + 3] = b"\x00\x0f\xff"
    assert grey_of(tmp_path, bytes(content)) == [[0, 255]]


def test_floats_count_from_0_to_1(tmp_path: Path) -> None:
    values = np.array([[0.25, 0.5, 0.75]], np.float32)
    assert grey_of(tmp_path, tiff(values)) == [[64, 128, 191]]


def test_floats_that_count_ink(tmp_path: Path) -> None:
    values = np.array([[0, 0.2, 1]], np.float32)
    assert grey_of(tmp_path, tiff(values, photometric="miniswhite")) == [[255, 204, 0]]


def test_other_floats_reach_from_black_to_white(tmp_path: Path) -> None:
    values = np.array([[-10, 0, 10, 30]], np.float32)
    assert grey_of(tmp_path, tiff(values)) == [[0, 64, 128, 255]]


def test_what_is_no_number_does_not_decide_the_scale(tmp_path: Path) -> None:
    values = np.array([[np.nan, -np.inf, np.inf, 0, 200]], np.float32)
    assert grey_of(tmp_path, tiff(values)) == [[0, 0, 255, 0, 255]]


@pytest.mark.parametrize("value", [np.nan, 7.0, 0.0])
def test_floats_that_are_all_the_same(tmp_path: Path, value: float) -> None:
    assert grey_of(tmp_path, tiff(np.full((2, 2), value, np.float32))) == [[0, 0], [0, 0]]


def test_32_bit_integers_reach_from_black_to_white(tmp_path: Path) -> None:
    values = np.array([[-1_000_000, 0, 1_000_000]], np.int32)
    assert grey_of(tmp_path, tiff(values)) == [[0, 128, 255]]


def test_unsigned_32_bit_integers_are_not_taken_for_negative(tmp_path: Path) -> None:
    values = np.array([[0, 2**31, 2**32 - 1]], np.uint32)
    assert grey_of(tmp_path, tiff(values, byteorder="<")) == [[0, 128, 255]]


def test_16_bits_in_32_keep_their_scale(tmp_path: Path) -> None:
    assert grey_of(tmp_path, tiff(DEEP.astype(np.int32))) == ROUNDED


def test_signed_16_bit(tmp_path: Path) -> None:
    values = np.array([[-30000, 0, 30000]], np.int16)
    assert grey_of(tmp_path, tiff(values)) == [[0, 128, 255]]


ONES = np.ones((4, 4))


@pytest.mark.parametrize(
    "content",
    [
        tiff(np.full((3, 4, 4), 65535, np.uint16), photometric="rgb", planarconfig="separate"),
        tiff(ONES.astype(np.float32), byteorder=">", compression="zlib"),
        tiff(65535 * ONES.astype(np.int32), byteorder=">", compression="zlib"),
        tiff(ONES),
        tiff(np.ones((4, 4, 3), np.float32), photometric="rgb"),
    ],
    ids=["16-bit planes", "big-endian floats", "big-endian integers", "doubles", "float colours"],
)
def test_what_pillow_reads_wrongly_or_not_at_all_is_white_as_it_should(
    tmp_path: Path, content: bytes
) -> None:
    assert grey_of(tmp_path, content) == [[255] * 4] * 4


def test_planes_that_pillow_reads_rightly(tmp_path: Path) -> None:
    eight = np.arange(48, dtype=np.uint8).reshape(3, 4, 4)
    path = tmp_path / "planes.tif"
    path.write_bytes(tiff(eight, photometric="rgb", planarconfig="separate"))
    np.testing.assert_array_equal(open_source(path).levels[0], eight.transpose(1, 2, 0))
    path.write_bytes(
        tiff(
            eight.astype(np.uint16) * 257,
            photometric="rgb",
            planarconfig="separate",
            compression="zlib",
        )
    )
    np.testing.assert_array_equal(open_source(path).levels[0], eight.transpose(1, 2, 0))
