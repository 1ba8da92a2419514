"""The fused weights of Chain-of-Zoom in a file of our own: made once per set of inputs.

A safetensors file with the changed weights alone, in fp32: "transformer.<name>" and
"encoder.<name>". Its name and its metadata carry the digest of the files that it was made from.
"""

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from cozviewer.chain.protocols import Notice
from cozviewer.util.atomic import atomic_private_path
from cozviewer.util.errors import BadInput

if TYPE_CHECKING:
    from torch import Tensor

    Named = tuple[str, Tensor]

Shapes = Mapping[str, tuple[int, ...]]

METHOD = "1"
"""Counts changes of how weights are fused."""


ALIGNMENT = 64
"""Bytes: where the numbers begin is a multiple of it, for whoever maps the file."""


def fused_path(cache_dir: Path, digest: str) -> Path:
    """Return where the weights made from inputs with a digest lie."""
    return cache_dir / f"coz-{digest[:16]}.safetensors"


def kept(
    cache_dir: Path | None,
    digest: str,
    shapes: Shapes,
    make: "Callable[[], Iterator[Named]]",
    notice: Notice,
) -> "Iterator[Named]":
    """Yield the fused weights from the cache, or make and keep them before.

    One after the other: together they take more than half as much as the network they go into.

    Args:
        cache_dir: Where the file is kept; None keeps none.
        digest: Of all inputs.
        shapes: Names and shapes that the weights must have.
        make: Fuses them, in fp32; raises BadInput.
        notice: Told when they cannot be kept.
    """
    if cache_dir is None:
        yield from make()
        return
    path = fused_path(cache_dir, digest)
    if not _is_whole(path, digest, shapes):
        try:
            _write(path, make(), shapes, digest)
        except OSError as error:
            notice(
                f"The fused weights cannot be kept in {cache_dir} ({error.strerror or error}): "
                "they will be made again at the next start."
            )
            yield from make()
            return
    yield from _read(path)


def _is_whole(path: Path, digest: str, shapes: Shapes) -> bool:
    """Tell whether a file was made from these inputs and holds what it should."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as file:
            parts = {name: file.get_slice(name) for name in file.keys()}  # noqa: SIM118
            return (
                file.metadata() == {"inputs": digest, "method": METHOD}
                and dict(shapes) == {name: tuple(part.get_shape()) for name, part in parts.items()}
                and all(part.get_dtype() == "F32" for part in parts.values())
            )
    except (OSError, SafetensorError, ValueError, KeyError, TypeError):
        return False


def _read(path: Path) -> "Iterator[Named]":
    from safetensors import safe_open

    with safe_open(path, framework="pt") as file:
        for name in file.keys():  # noqa: SIM118
            tensor = file.get_tensor(name)
            if not bool(tensor.isfinite().all()):
                raise BadInput(
                    f"The fused weights in {path} are damaged: delete this file, and they are made "
                    "again."
                )
            yield name, tensor


def _write(path: Path, weights: "Iterable[Named]", shapes: Shapes, digest: str) -> None:
    """Write atomically: whoever reads sees the old file or the whole new one.

    The library would want all weights in memory. The format (github.com/huggingface/safetensors):
    8 bytes with the header's length, little-endian; the header, JSON; the numbers.
    """
    header: dict[str, object] = {"__metadata__": {"inputs": digest, "method": METHOD}}
    end = 0
    with atomic_private_path(path) as part, part.open("wb") as file:
        for weight, shape in shapes.items():
            begin, end = end, end + 4 * math.prod(shape)
            header[weight] = {"dtype": "F32", "shape": shape, "data_offsets": (begin, end)}
        said = json.dumps(header).encode()
        said += b" " * (-(8 + len(said)) % ALIGNMENT)
        file.write(len(said).to_bytes(8, "little") + said)
        for (weight, tensor), wanted in zip(weights, shapes, strict=True):
            assert weight == wanted, "fused in another order than announced"
            file.write(tensor.contiguous().numpy().astype("<f4", copy=False).data)
