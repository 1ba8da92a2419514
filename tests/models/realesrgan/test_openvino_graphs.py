"""What bytes stand for: which scales there are, how they are found, what a broken file does."""

import io
from pathlib import Path

import numpy as np
import pytest

from cozviewer.models.realesrgan.openvino_graphs import (
    CLOSED,
    FILE_NAME,
    points,
    read_scales,
    steps_between,
)
from cozviewer.models.realesrgan.rrdbnet import expected_layers, layer_names
from cozviewer.util.errors import BadInput
from tests.packages import Packages

TOTAL = 69 * 192 + 4 * 64


def test_all_that_enters_a_convolution_has_steps_but_pixels_and_the_last_features() -> None:
    inputs = dict(zip(layer_names(23), expected_layers(64, 32, 23), strict=True))
    quantised = dict(points())
    for name, layer in inputs.items():
        point = name.rpartition(".conv")[0] if name.startswith("body.") else name
        if name in ("conv_first", "conv_last"):
            assert point not in quantised
        else:
            assert layer.inputs <= quantised[point]
    assert sum(quantised.values()) == TOTAL


@pytest.mark.parametrize(
    ("low", "high", "centre", "step"),
    [
        (-96, 159, 0, 1),
        (0, 159, 0, 1),
        (-96, 0, 0, 1),
        (-9.6, 31.8, 0, 0.2),
        (0, 0, 0, 1e-6),
        (5, 6, 0, 6 / 159),
        (5, 6, 5, 1 / 159),
        (-91, 164, 5, 1),
        (-106, 0, -10, 1),
    ],
)
def test_steps_reach_from_the_least_to_the_greatest(
    low: float, high: float, centre: float, step: float
) -> None:
    found = steps_between(*(np.array([value], np.float32) for value in (low, high, centre)))
    assert found.dtype == np.float32
    assert found[0] == pytest.approx(step)


def test_the_installed_scales_are_read() -> None:
    scales = read_scales()
    assert [(name, len(found.steps)) for name, found in scales.items()] == points()
    assert all((found.steps > 0).all() for found in scales.values())
    assert {name for name, found in scales.items() if not found.centres.any()} == set(CLOSED)


def content(array: object) -> bytes:
    file = io.BytesIO()
    np.save(file, np.asarray(array), allow_pickle=True)
    return file.getvalue()


GOOD = np.stack((np.full(TOTAL, 0.5, np.float32), np.full(TOTAL, -2, np.float32)))


@pytest.mark.parametrize(
    "broken",
    [
        None,
        b"",
        b"PK\x03\x04",
        content(GOOD)[:1000],
        content(GOOD[:, 1:]),
        content(GOOD[0]),
        content(GOOD.T),
        content(GOOD.astype(np.float64)),
        content(-GOOD),
        content(GOOD * np.nan),
        content([print]),
    ],
)
def test_broken_scales_are_bad_input(
    tmp_path: Path, packages: Packages, broken: bytes | None
) -> None:
    packages.add_folder("cozviewer.resources", tmp_path)
    (tmp_path / FILE_NAME).write_bytes(content(GOOD))
    steps, centres = read_scales()["conv_hr"]
    assert (steps.tolist(), centres.tolist()) == ([0.5] * 64, [-2] * 64)
    (tmp_path / FILE_NAME).unlink()
    if broken is not None:
        (tmp_path / FILE_NAME).write_bytes(broken)
    with pytest.raises(BadInput, match=rf"^The file {FILE_NAME} .* is damaged: reinstall"):
        read_scales()
