"""How much there is in safetensors files, from their headers alone: for plans of memory.

The format (github.com/huggingface/safetensors): 8 bytes with the header's length, little-endian;
the header, JSON that gives each tensor's type and shape; the weights.
"""

import json
import math
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

LARGEST_HEADER = 100_000_000
"""Bytes; the format allows no more."""

FLOATING = ("F64", "F32", "F16", "BF16", "F8_E4M3", "F8_E5M2")

NOT_LINEAR = ("emb", "shared", "lm_head")
"""In the names of matrices that are never made smaller: embeddings and last layers."""

Shape = tuple[int, ...]

BYTES = {"float32": 4.0, "float16": 2.0, "bfloat16": 2.0, "8bit": 1.0, "nf4": 0.5 + 4 / 64}
"""Of a number. bitsandbytes keeps a scale of 4 bytes for 64 numbers in NF4; in 8 bits it keeps
one for each row, which does not count."""


def shapes(files: Iterable[Path]) -> dict[str, Shape]:
    """Return the shapes of all floating-point tensors in files, by name.

    Raises:
        ValueError: One is no safetensors file.
        OSError: One cannot be read.
    """
    found: dict[str, Shape] = {}
    for path in files:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if length > min(LARGEST_HEADER, path.stat().st_size):
                raise ValueError("it is no safetensors file")
            content = file.read(length)
        try:
            header = json.loads(content)
            found.update(
                (name, tuple(map(int, entry["shape"])))
                for name, entry in header.items()
                if name != "__metadata__" and entry["dtype"] in FLOATING
            )
        except Exception as error:  # JSON of any content: its depth, its numbers, its types
            raise ValueError("it is no safetensors file") from error
    return found


def size(
    tensors: Mapping[str, Shape],
    dtype: str,
    quantised: str = "",
    kept: Callable[[str], bool] = lambda name: False,
) -> int:
    """Return the bytes that tensors take in memory.

    Args:
        tensors: As `shapes` returns them.
        dtype: The numbers that they are opened in.
        quantised: "", "8bit" or "nf4": what linear layers are made smaller to.
        kept: Whether transformers keeps a tensor from being made smaller, and from fp16.
    """

    def bytes_each(name: str, shape: Shape) -> float:
        if kept(name):
            return BYTES["float32" if dtype == "float16" else dtype]
        linear = len(shape) == 2 and not any(part in name for part in NOT_LINEAR)
        return BYTES[quantised if quantised and linear else dtype]

    return round(sum(math.prod(shape) * bytes_each(name, shape) for name, shape in tensors.items()))
