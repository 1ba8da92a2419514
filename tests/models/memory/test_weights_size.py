"""Sizes of weights from the headers of safetensors files, without reading the weights."""

import json
import os
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from cozviewer.models.memory.weights_size import shapes, size


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with two weights and something that is no weight."""
    path = tmp_path / "model.safetensors"
    weights = {
        "a.weight": torch.ones(3, 4, dtype=torch.float16),
        "a.bias": torch.ones(3),
        "positions": torch.arange(9),
    }
    save_file(weights, path, {"format": "pt"})
    return path


def test_shapes_are_those_of_the_weights(file: Path) -> None:
    assert shapes([file]) == {"a.weight": (3, 4), "a.bias": (3,)}


def test_several_files_are_one_network(file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.safetensors"
    save_file({"b": torch.ones(2, 2)}, other)
    assert shapes([file, other]) == {"a.weight": (3, 4), "a.bias": (3,), "b": (2, 2)}


def test_the_weights_are_not_read(file: Path) -> None:
    header = 8 + int.from_bytes(file.read_bytes()[:8], "little")
    os.truncate(file, header)
    assert shapes([file]) == {"a.weight": (3, 4), "a.bias": (3,)}


def header(content: object) -> bytes:
    said = json.dumps(content).encode()
    return len(said).to_bytes(8, "little") + said


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff" * 100,
        b"\x04\0\0\0\0\0\0\0{...",
        header([]),
        header({"a": 1}),
        header({"a": {"dtype": "F32"}}),
        header({"a": {"dtype": "F32", "shape": "x"}}),
        header({"a": {"dtype": "F32", "shape": None}}),
        header({"a": {"dtype": "F32", "shape": [float("inf")]}}),
        (9000).to_bytes(8, "little") + b"[" * 9000,
    ],
)
def test_what_is_no_such_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r".+"):
        shapes([path])


NETWORK = {
    "embed_tokens.weight": (100, 10),
    "layer.wi.weight": (64, 10),
    "layer.wo.weight": (10, 64),
    "norm.weight": (10,),
    "patch.weight": (8, 2, 2, 2),
}


@pytest.mark.parametrize(
    ("dtype", "quantised", "expected"),
    [
        ("float32", "", 4 * 2354),
        ("bfloat16", "", 2 * 2354),
        ("bfloat16", "8bit", 2 * (2354 - 1280) + 1280),
        ("bfloat16", "nf4", 2 * (2354 - 1280) + 1280 * 0.5625),
    ],
)
def test_numbers_take_their_bytes(dtype: str, quantised: str, expected: float) -> None:
    """Only the two layers of 640 numbers are made smaller."""
    assert size(NETWORK, dtype, quantised) == expected


@pytest.mark.parametrize(
    ("dtype", "quantised", "expected"),
    [
        ("float16", "", 2 * 1714 + 4 * 640),
        ("bfloat16", "", 2 * 2354),
        ("bfloat16", "8bit", 2 * 1714 - 640 + 2 * 640),
        ("float16", "nf4", 2 * 1074 + 640 * 0.5625 + 4 * 640),
    ],
)
def test_some_are_kept_from_small_numbers(dtype: str, quantised: str, expected: float) -> None:
    assert size(NETWORK, dtype, quantised, lambda name: ".wo." in name) == expected


def test_it_is_what_the_library_takes(tiny_sd3: Path) -> None:
    """T5 in fp16, of which transformers keeps a layer in fp32."""
    from transformers import T5EncoderModel

    for dtype in (torch.float16, torch.bfloat16):
        network = T5EncoderModel.from_pretrained(tiny_sd3 / "text_encoder_3", dtype=dtype)
        taken = sum(weight.nbytes for weight in network.parameters())
        found = shapes((tiny_sd3 / "text_encoder_3").glob("*.safetensors"))
        name = str(dtype).removeprefix("torch.")
        assert size(found, name, kept=lambda weight: ".wo." in weight) == taken
