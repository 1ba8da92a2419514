"""Sizes of the weights in safetensors files, read from the headers alone, for memory plans.

The format (github.com/huggingface/safetensors): 8 bytes with the header's length, little-endian;
the header, JSON with the type and shape of each tensor; the weights.
"""

import json
import math
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

LARGEST_HEADER = 100_000_000
"""Bytes; the limit of the format."""

FLOATING = ("F64", "F32", "F16", "BF16", "F8_E4M3", "F8_E5M2")

NOT_LINEAR = ("emb", "shared", "lm_head")
"""Parts of the names of matrices that are never quantised: embeddings and output layers."""

Shape = tuple[int, ...]

BYTES = {"float32": 4.0, "float16": 2.0, "bfloat16": 2.0, "8bit": 1.0, "nf4": 0.5 + 4 / 64}
"""Bytes per number. In NF4, bitsandbytes stores a scale of 4 bytes for every 64 numbers; in 8 bits
one for each row, which is negligible."""


def shapes(files: Iterable[Path]) -> dict[str, Shape]:
    """Return the shapes of all floating-point tensors in files, by name.

    Raises:
        ValueError: A file is not a safetensors file.
        OSError: A file cannot be read.
    """
    found: dict[str, Shape] = {}
    for path in files:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if length > min(LARGEST_HEADER, path.stat().st_size):
                raise ValueError("not a safetensors file")
            content = file.read(length)
        try:
            header = json.loads(content)
            found.update(
                (name, tuple(map(int, entry["shape"])))
                for name, entry in header.items()
                if name != "__metadata__" and entry["dtype"] in FLOATING
            )
        except Exception as error:  # any JSON may be in there: its depth, numbers and types
            raise ValueError("not a safetensors file") from error
    return found


def size(
    tensors: Mapping[str, Shape],
    dtype: str,
    quantised: str = "",
    kept: Callable[[str], bool] = lambda name: False,
) -> int:
    """Return the bytes that tensors occupy in memory.

    Args:
        tensors: As `shapes` returns them.
        dtype: torch dtype name that they are loaded in.
        quantised: "", "8bit" or "nf4": the format of linear layers.
        kept: Returns whether transformers exempts a tensor from quantisation and from fp16.
    """

    def bytes_each(name: str, shape: Shape) -> float:
        if kept(name):
            return BYTES["float32" if dtype == "float16" else dtype]
        linear = len(shape) == 2 and not any(part in name for part in NOT_LINEAR)
        return BYTES[quantised if quantised and linear else dtype]

    return round(sum(math.prod(shape) * bytes_each(name, shape) for name, shape in tensors.items()))
