"""Colours named by numbers, compared with published numbers and with lcms2."""

import io
import struct
from itertools import product

import numpy as np
import pytest
from PIL import Image, ImageCms

from cozviewer.image.colours.coded_colour import (
    ADOBE_RGB,
    HLG,
    PQ,
    SRGB_PRIMARIES,
    CodedColour,
    from_gamma,
    from_numbers,
    pq_nits,
    pq_value,
    srgb_converter,
    xyz_matrix,
)
from cozviewer.image.pixels import Rgb8

COLOURS = np.array(list(product(range(0, 256, 51), repeat=3)), np.uint8)[None]

D50_COLUMNS = {
    # As the profiles of Apple and Adobe have them.
    "Display P3": [
        (0.51512, 0.24120, -0.00105),
        (0.29198, 0.69225, 0.04189),
        (0.15710, 0.06657, 0.78407),
    ],
    "Adobe RGB": [
        (0.60974, 0.31111, 0.01947),
        (0.20528, 0.62567, 0.06087),
        (0.14919, 0.06322, 0.74457),
    ],
}


def profile(columns: list[tuple[float, float, float]], gamma: float) -> bytes:
    """Return the sRGB profile with other primaries and one gamma (ICC.1:2022, 10.6 and 10.31)."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    curve = len(data)
    data += b"curv" + bytes(4) + struct.pack(">IH", 1, round(256 * gamma)) + bytes(2)
    (count,) = struct.unpack_from(">I", data, 128)
    for at in range(132, 132 + 12 * count, 12):
        tag, (start,) = bytes(data[at : at + 4]), struct.unpack_from(">I", data, at + 4)
        if tag in (b"rXYZ", b"gXYZ", b"bXYZ"):
            column = columns[b"rgb".index(tag[:1])]
            numbers = [round(65536 * value) for value in column]
            struct.pack_into(">3i", data, start + 8, *numbers)
        elif tag in (b"rTRC", b"gTRC", b"bTRC"):
            struct.pack_into(">II", data, at + 4, curve, 14)
        elif tag == b"desc":
            (size,) = struct.unpack_from(">I", data, at + 8)
            text = data[start : start + size].replace("sRGB".encode("utf-16-be"), b"\0o\0d\0d\0s")
            data[start : start + size] = text
    struct.pack_into(">I", data, 0, len(data))
    return bytes(data)


def by_lcms(rgb: Rgb8, icc: bytes) -> Rgb8:
    transformed = ImageCms.profileToProfile(
        Image.fromarray(rgb),
        ImageCms.ImageCmsProfile(io.BytesIO(icc)),
        ImageCms.createProfile("sRGB"),
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
    )
    return np.asarray(transformed)


def test_adobe_rgb_as_lcms_has_it() -> None:
    expected = by_lcms(COLOURS, profile(D50_COLUMNS["Adobe RGB"], 563 / 256))
    assert np.abs(srgb_converter(ADOBE_RGB)(COLOURS).astype(int) - expected).max() <= 2


def test_p3_with_a_gamma_as_lcms_has_it() -> None:
    colour = CodedColour((0.3127, 0.329, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06), gamma=1.8)
    expected = by_lcms(COLOURS, profile(D50_COLUMNS["Display P3"], 1.8))
    assert np.abs(srgb_converter(colour)(COLOURS).astype(int) - expected).max() <= 2


def test_the_matrix_of_srgb() -> None:
    """IEC 61966-2-1, table 1 and 5.2."""
    expected = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    np.testing.assert_allclose(xyz_matrix(SRGB_PRIMARIES), expected, atol=1e-4)


@pytest.mark.parametrize(
    ("numbers", "colour", "expected"),
    [
        ((12, 13), (30, 200, 60), (0, 204, 13)),
        ((12, 13), (128, 128, 128), (128, 128, 128)),
        ((9, 13), (255, 255, 255), (255, 255, 255)),
        ((1, 8), (30, 200, 60), (96, 229, 133)),
        ((1, 4), (128, 128, 128), (129, 129, 129)),
    ],
)
def test_code_points(
    numbers: tuple[int, int], colour: tuple[int, ...], expected: tuple[int, ...]
) -> None:
    coded = from_numbers(*numbers)
    assert coded is not None
    result = srgb_converter(coded)(np.array([[colour]], np.uint8))
    assert tuple(result[0, 0].tolist()) == expected


@pytest.mark.parametrize("numbers", [(1, 13), (1, 1), (2, 2), (1, 6), (0, 0), (200, 255)])
def test_code_points_that_mean_srgb_or_nothing(numbers: tuple[int, int]) -> None:
    assert from_numbers(*numbers) is None


@pytest.mark.parametrize(
    ("gamma", "primaries"),
    [
        (None, None),
        (0.45455, None),
        (0.45455, SRGB_PRIMARIES),
        (None, SRGB_PRIMARIES),
        (0.0, None),
        (4e4, None),
        (None, (0.0,) * 8),
        (None, (0.3, 0.3) * 4),
    ],
)
def test_gammas_that_mean_srgb_or_nothing(
    gamma: float | None, primaries: tuple[float, ...] | None
) -> None:
    assert from_gamma(gamma, primaries) is None  # type: ignore[arg-type]


def test_pq() -> None:
    """BT.2408-7, table 1: 203 cd/m2 is 58 % of PQ; BT.2390: 1000 cd/m2 is 75 %."""
    nits = np.array([0, 203, 1000, 10_000])
    np.testing.assert_allclose(pq_value(nits), [0, 0.5807, 0.7518, 1], atol=1e-4)
    np.testing.assert_allclose(pq_nits(pq_value(nits)), nits, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("transfer", [PQ, HLG])
@pytest.mark.parametrize("peak", [1.0, 203.0, 1000.0, 4000.0, 1e9])
def test_highlights_are_compressed_in_order(transfer: int, peak: float) -> None:
    coded = from_numbers(9, transfer, peak)
    assert coded is not None
    assert coded.hdr
    greys = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2)
    result = srgb_converter(coded)(greys)[0].astype(int)
    assert np.ptp(result, axis=1).max() <= 1, "grey stays grey"
    assert (np.diff(result[:, 0]) >= 0).all()
    assert result[0, 0] == 0
    assert result[255, 0] == 255


def test_white_of_hdr_stays_light_and_dark_is_exact() -> None:
    """10 cd/m2 are 10 / 203 of white: sRGB 62 (IEC 61966-2-1)."""
    coded = from_numbers(9, PQ)
    assert coded is not None
    values = (255 * pq_value(np.array([10, 203]))).round().astype(np.uint8)
    dark, white = srgb_converter(coded)(np.repeat(values[None, :, None], 3, axis=2))[0, :, 0]
    assert abs(int(dark) - 62) <= 1
    assert 215 <= white <= 240
