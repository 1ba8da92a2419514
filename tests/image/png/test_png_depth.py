"""Curves of light are applied to all 16 bits of a PNG: dark parts have no steps."""

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from cozviewer.image.colours.coded_colour import from_numbers, pq_nits, srgb_encoded
from cozviewer.image.source import open_source
from tests.image.on_white import on_white
from tests.pyramid.images import png, png_chunk

GAMMA = png_chunk(b"gAMA", struct.pack(">I", 100_000))
PQ = png_chunk(b"cICP", bytes([1, 16, 0, 1]))

RAMP = np.arange(0, 65536, 16, dtype=np.uint16).reshape(16, 256)
"""Every 16th value."""


def opened(tmp_path: Path, values: NDArray[Any], *chunks: bytes) -> NDArray[np.uint8]:
    path = tmp_path / "a.png"
    colour_type = 0 if values.ndim == 2 else {3: 2, 4: 6}[values.shape[2]]
    path.write_bytes(png(values.astype(">u2"), 16, colour_type, *chunks))
    return on_white(open_source(path))


def coloured(opacity: int | None = None) -> NDArray[np.uint16]:
    planes = [RAMP, RAMP[::-1], RAMP[:, ::-1]]
    if opacity is not None:
        planes.append(np.full_like(RAMP, opacity))
    return np.dstack(planes)


@pytest.mark.parametrize("opacity", [None, 65535])
def test_linear_light_keeps_its_dark_values(tmp_path: Path, opacity: int | None) -> None:
    values = coloured(opacity)
    expected = np.floor(255 * srgb_encoded(values[..., :3] / 65535) + 0.5)
    shown = opened(tmp_path, values, GAMMA)
    assert np.abs(shown - expected).max() <= 1
    assert len(np.unique(shown[..., 0])) == 256


def test_grey_keeps_its_dark_values(tmp_path: Path) -> None:
    shown = opened(tmp_path, RAMP, GAMMA)
    expected = np.floor(255 * srgb_encoded(RAMP / 65535) + 0.5)
    assert np.abs(shown[..., 1] - expected).max() <= 1


def test_pq_keeps_what_is_between_two_8_bit_values(tmp_path: Path) -> None:
    """Below the knee light is only scaled: 203 cd/m2 are white (BT.2408)."""
    values = np.full((4, 256, 3), 0, np.uint16)
    values[:] = np.linspace(20000, 24000, 256).astype(np.uint16)[None, :, None]
    assert from_numbers(1, 16) is not None
    expected = 255 * srgb_encoded(pq_nits(values / 65535) / 203)
    shown = opened(tmp_path, values, PQ)
    assert np.abs(shown - expected).max() <= 1
    eight = opened(tmp_path, (values >> 8) * 257, PQ)
    assert np.abs(eight - expected).max() > 1


def test_transparent_parts_are_on_white(tmp_path: Path) -> None:
    assert (opened(tmp_path, coloured(0), GAMMA) == 255).all()


def test_without_a_curve_the_upper_byte_is_shown(tmp_path: Path) -> None:
    assert np.array_equal(opened(tmp_path, coloured()), coloured() >> 8)
