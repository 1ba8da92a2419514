"""The converted weights: made once, checked before each use, made again when broken."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from cozviewer.models.realesrgan import converted
from cozviewer.models.realesrgan.converted import (
    FILE_NAME,
    STATE_SHA256,
    State,
    convert,
    load_or_convert,
    realesrgan_state,
    state_digest,
)

STATE: State = {
    "conv.weight": np.arange(54, dtype=np.float16).reshape(2, 3, 3, 3),
    "conv.bias": np.array([0.25, -1], np.float32),
}
DIGEST = state_digest(STATE)


class Maker:
    """Makes STATE and counts how often."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self) -> State:
        self.calls += 1
        return STATE


def assert_same(state: State) -> None:
    assert state.keys() == STATE.keys()
    for name, array in STATE.items():
        np.testing.assert_array_equal(state[name], array, strict=True)


def test_the_second_time_the_file_is_read(tmp_path: Path) -> None:
    make, path = Maker(), tmp_path / "deep" / "weights.safetensors"
    for _ in range(2):
        assert_same(load_or_convert(path, DIGEST, make, pytest.fail))
    assert make.calls == 1
    assert os.listdir(path.parent) == [path.name]


def flip_last_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_text("not weights at all"),
        lambda path: os.truncate(path, path.stat().st_size - 1),
        lambda path: os.truncate(path, 20),
        lambda path: path.write_bytes(path.read_bytes() + b"more"),
        lambda path: path.write_bytes(path.read_bytes().replace(b"conv.bias", b"conv.bios")),
        flip_last_bit,
    ],
    ids=["empty", "text", "cut", "cut short", "longer", "renamed", "bit"],
)
def test_a_broken_file_is_made_again(tmp_path: Path, damage: Callable[[Path], object]) -> None:
    make, path = Maker(), tmp_path / "weights.safetensors"
    load_or_convert(path, DIGEST, make, pytest.fail)
    good = path.read_bytes()
    damage(path)
    assert path.read_bytes() != good
    assert_same(load_or_convert(path, DIGEST, make, pytest.fail))
    assert make.calls == 2
    assert path.read_bytes() == good


def test_where_nothing_can_be_written_it_works_in_memory_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    reported: list[str] = []
    assert_same(
        load_or_convert(tmp_path / "file" / "weights.safetensors", DIGEST, Maker(), reported.append)
    )
    assert len(reported) == 1
    assert "cannot be saved in" in reported[0]


@pytest.mark.usefixtures("full_disk")
def test_a_write_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    reported: list[str] = []
    assert_same(load_or_convert(tmp_path / "weights.safetensors", DIGEST, Maker(), reported.append))
    assert "No space left on device" in reported[0]
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    "other",
    [
        {"conv.weight": STATE["conv.weight"]},
        {**STATE, "conv.bias": STATE["conv.bias"].astype(np.float16)},
        {**STATE, "conv.weight": STATE["conv.weight"].reshape(3, 2, 3, 3)},
        {**STATE, "conv.bias": np.array([0.25, -1.5], np.float32)},
    ],
    ids=["missing", "type", "shape", "value"],
)
def test_the_digest_covers_names_types_shapes_and_values(other: State) -> None:
    assert state_digest(other) != DIGEST


def test_the_real_weights_convert_to_what_is_known() -> None:
    state = convert()
    assert state_digest(state) == STATE_SHA256
    assert len(state) == 702
    assert state["conv_first.weight"].shape == (64, 3, 3, 3)
    assert state["body.22.rdb3.conv4.weight"].shape == (32, 160, 3, 3)
    assert state["conv_last.bias"].shape == (3,)


def test_the_real_weights_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    realesrgan_state(tmp_path, pytest.fail)
    monkeypatch.setattr(converted, "convert", pytest.fail)
    assert state_digest(realesrgan_state(tmp_path, pytest.fail)) == STATE_SHA256
    assert (tmp_path / FILE_NAME).stat().st_size == pytest.approx(33.5e6, rel=0.02)
