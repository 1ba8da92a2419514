"""What bytes stand for: which steps there are, how they are found, what a broken file does."""

import io
from pathlib import Path

import numpy as np
import pytest

from cozviewer.models.realesrgan.openvino_graphs import (
    FILE_NAME,
    points,
    read_steps,
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
    ("low", "high", "step"),
    [
        (-96, 159, 1),
        (0, 159, 1),
        (-96, 0, 1),
        (-9.6, 31.8, 0.2),
        (0, 0, 1e-6),
        (5, 6, 6 / 159),
        (-6, -5, 6 / 96),
    ],
)
def test_steps_reach_from_the_least_to_the_greatest(low: float, high: float, step: float) -> None:
    found = steps_between(*(np.array([value], np.float32) for value in (low, high)))
    assert found.dtype == np.float32
    assert found[0] == pytest.approx(step)


def test_the_installed_steps_are_read() -> None:
    steps = read_steps()
    assert [(name, len(found)) for name, found in steps.items()] == points()
    assert all((found > 0).all() for found in steps.values())


def content(array: object) -> bytes:
    file = io.BytesIO()
    np.save(file, np.asarray(array), allow_pickle=True)
    return file.getvalue()


GOOD = np.full(TOTAL, 0.5, np.float32)


@pytest.mark.parametrize(
    "broken",
    [
        None,
        b"",
        b"PK\x03\x04",
        content(GOOD)[:1000],
        content(GOOD[1:]),
        content(GOOD[None]),
        content(GOOD.astype(np.float64)),
        content(-GOOD),
        content(GOOD * np.nan),
        content([print]),
    ],
)
def test_broken_steps_are_bad_input(
    tmp_path: Path, packages: Packages, broken: bytes | None
) -> None:
    packages.add_folder("cozviewer.resources", tmp_path)
    (tmp_path / FILE_NAME).write_bytes(content(GOOD))
    assert read_steps()["conv_hr"].tolist() == [0.5] * 64
    (tmp_path / FILE_NAME).unlink()
    if broken is not None:
        (tmp_path / FILE_NAME).write_bytes(broken)
    with pytest.raises(BadInput, match=rf"^The file {FILE_NAME} .* is damaged: reinstall"):
        read_steps()
