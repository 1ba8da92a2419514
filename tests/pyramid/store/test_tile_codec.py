"""Tiles as bytes: every pixel comes back, and anything else is refused."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from cozviewer.image.pixels import Rgb8
from cozviewer.pyramid.geometry import TILE, TileKey
from cozviewer.pyramid.store.tile_codec import decode_tile, encode_tile, tile_checksum

small_pictures = arrays.arrays(
    np.uint8, st.tuples(st.integers(1, 24), st.integers(1, 24), st.just(3))
)


def webp(width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height)).save(out, "WEBP")
    return out.getvalue()


@given(rgb=small_pictures)
def test_every_pixel_comes_back(rgb: Rgb8) -> None:
    assert np.array_equal(decode_tile(encode_tile(rgb)), rgb)


def test_a_whole_tile_of_noise_comes_back_ready_to_be_used() -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (TILE, TILE, 3), np.uint8)
    back = decode_tile(encode_tile(rgb))
    assert np.array_equal(back, rgb)
    assert back.dtype == np.uint8
    assert back.flags.c_contiguous
    assert back.flags.writeable


def test_a_view_into_a_larger_image_is_a_tile_too() -> None:
    wide = np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8)
    assert np.array_equal(decode_tile(encode_tile(wide[5:20, 7:30])), wide[5:20, 7:30])


@pytest.mark.parametrize(
    "rgb",
    [
        np.zeros((4, 4, 3), np.float32),
        np.zeros((4, 4), np.uint8),
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((0, 4, 3), np.uint8),
        np.zeros((4, TILE + 1, 3), np.uint8),
    ],
)
def test_what_is_no_tile_is_not_encoded(rgb: Rgb8) -> None:
    with pytest.raises(ValueError, match="A tile"):
        encode_tile(rgb)


@pytest.mark.parametrize("blob", [b"", b"nonsense", webp(9, 9)[:-20], webp(TILE + 1, 9)])
def test_what_is_no_tile_is_not_decoded(blob: bytes) -> None:
    with pytest.raises(ValueError, match=r"tile|WebP"):
        decode_tile(blob)


def test_the_checksum_sees_another_byte_and_another_place() -> None:
    key = TileKey(2, 3, 4)
    checksum = tile_checksum(key, b"pixels")
    assert len(checksum) == 16
    assert tile_checksum(key, b"pixels") == checksum
    assert tile_checksum(key, b"pixelt") != checksum
    assert tile_checksum(TileKey(2, 4, 3), b"pixels") != checksum
