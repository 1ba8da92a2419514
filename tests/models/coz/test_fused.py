"""Fused weights are made once, and a file that is broken or another's is simply made again."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from cozviewer.models.coz.fused import METHOD, FusedCache, fused_path, load_or_fuse
from cozviewer.util.errors import BadInput

State = dict[str, torch.Tensor]

DIGEST, OTHER = "1" * 64, "1" * 16 + "2" * 48
"""They share a file name."""


def state() -> State:
    return {"transformer.a.weight": torch.arange(6.0).reshape(2, 3), "encoder.b": torch.ones(4)}


Named = Iterator[tuple[str, torch.Tensor]]

SHAPES = {name: tuple(tensor.shape) for name, tensor in state().items()}


class Maker:
    """Makes the state and counts how often."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> Named:
        self.times += 1
        yield from state().items()


@pytest.fixture
def make() -> Maker:
    return Maker()


def ask(cache: Path | None, make: Maker, digest: str = DIGEST) -> None:
    found = dict(load_or_fuse(FusedCache(cache, digest, pytest.fail), SHAPES, make))
    assert found.keys() == SHAPES.keys()
    for name, tensor in state().items():
        assert torch.equal(found[name], tensor)


def test_they_are_made_once(tmp_path: Path, make: Maker) -> None:
    cache = tmp_path / "not" / "yet"
    ask(cache, make)
    ask(cache, make)
    assert make.times == 1
    assert list(cache.iterdir()) == [fused_path(cache, DIGEST)]


def test_without_a_cache_they_are_made_every_time(make: Maker) -> None:
    ask(None, make)
    ask(None, make)
    assert make.times == 2


def test_other_inputs_make_other_weights(tmp_path: Path, make: Maker) -> None:
    ask(tmp_path, make)
    ask(tmp_path, make, OTHER)
    ask(tmp_path, make, OTHER)
    assert make.times == 2


@pytest.mark.parametrize("content", [b"", b"broken", None])
def test_a_broken_file_is_made_again(tmp_path: Path, make: Maker, content: bytes | None) -> None:
    ask(tmp_path, make)
    path = fused_path(tmp_path, DIGEST)
    if content is None:
        os.truncate(path, path.stat().st_size - 4)
    else:
        path.write_bytes(content)
    ask(tmp_path, make)
    ask(tmp_path, make)
    assert make.times == 2


def test_other_shapes_are_not_trusted(tmp_path: Path, make: Maker) -> None:
    other = {"encoder.b": torch.ones(3)}
    list(
        load_or_fuse(
            FusedCache(tmp_path, DIGEST, pytest.fail),
            {"encoder.b": (3,)},
            lambda: iter(other.items()),
        )
    )
    ask(tmp_path, make)
    assert make.times == 1


def test_a_place_that_cannot_be_written_is_reported_once_and_work_goes_on(
    tmp_path: Path, make: Maker
) -> None:
    (tmp_path / "file").touch()
    reported: list[str] = []
    found = dict(load_or_fuse(FusedCache(tmp_path / "file", DIGEST, reported.append), SHAPES, make))
    assert found.keys() == SHAPES.keys()
    assert len(reported) == 1
    assert reported[0].startswith("The fused weights cannot be saved in ")


@pytest.mark.usefixtures("full_disk")
def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, make: Maker) -> None:
    reported: list[str] = []
    dict(load_or_fuse(FusedCache(tmp_path, DIGEST, reported.append), SHAPES, make))
    assert "No space left on device" in reported[0]
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_input_is_not_hidden(tmp_path: Path) -> None:
    def refuse() -> Named:
        yield from list(state().items())[:1]
        raise BadInput("no")

    with pytest.raises(BadInput, match="no"):
        next(load_or_fuse(FusedCache(tmp_path, DIGEST, pytest.fail), SHAPES, refuse))
    assert list(tmp_path.iterdir()) == []


def test_weights_of_another_kind_are_made_again(tmp_path: Path, make: Maker) -> None:
    ask(tmp_path, make)
    path = fused_path(tmp_path, DIGEST)
    halves = {name: tensor.half() for name, tensor in state().items()}
    save_file(halves, path, {"inputs": DIGEST, "method": METHOD})
    ask(tmp_path, make)
    assert make.times == 2


def test_weights_that_are_no_numbers_are_named(tmp_path: Path, make: Maker) -> None:
    ask(tmp_path, make)
    path = fused_path(tmp_path, DIGEST)
    broken = {name: tensor * torch.nan for name, tensor in state().items()}
    save_file(broken, path, {"inputs": DIGEST, "method": METHOD})
    with pytest.raises(BadInput, match="are damaged: delete this file"):
        ask(tmp_path, make)
