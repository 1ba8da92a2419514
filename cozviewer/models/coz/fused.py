"""Caches the fused weights of Chain-of-Zoom in a file, made once per set of inputs.

A safetensors file with only the changed weights, in fp32: "transformer.<name>" and
"encoder.<name>". Its name and metadata have the digest of the files that it was made from.
"""

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cozviewer.chain.protocols import Notice
from cozviewer.util.atomic import atomic_private_path
from cozviewer.util.errors import BadInput
from cozviewer.util.translation import translate

if TYPE_CHECKING:
    from torch import Tensor

    Named = tuple[str, Tensor]

Shapes = Mapping[str, tuple[int, ...]]

METHOD = "1"
"""Version of how weights are fused."""

ALIGNMENT = 64
"""The numbers begin at a multiple of so many bytes, for readers that map the file."""


@dataclass(frozen=True, slots=True)
class FusedCache:
    """Where fused weights are kept.

    Attributes:
        folder: The folder of the file; None keeps none.
        digest: Digest of all inputs, the key of the file.
        notice: Receives a sentence when the file cannot be written.
    """

    folder: Path | None
    digest: str
    notice: Notice


def fused_path(cache_dir: Path, digest: str) -> Path:
    """Return the path of the weights fused from inputs with a digest."""
    return cache_dir / f"coz-{digest[:16]}.safetensors"


def load_or_fuse(
    cache: FusedCache, shapes: Shapes, fuse: "Callable[[], Iterator[Named]]"
) -> "Iterator[Named]":
    """Yield the fused weights from the cache; fuse and cache them first if they are not there.

    They come one by one, as together they take more than half the memory of the whole network.

    Args:
        cache: Where they are kept.
        shapes: Names and shapes that the weights must have.
        fuse: Fuses them, in fp32; raises BadInput.
    """
    if cache.folder is None:
        yield from fuse()
        return
    path = fused_path(cache.folder, cache.digest)
    if not _is_whole(path, cache.digest, shapes):
        try:
            _write(path, fuse(), shapes, cache.digest)
        except OSError as error:
            cache.notice(
                translate(
                    "Error",
                    "The fused weights cannot be saved in {folder} ({reason}), "
                    "so they are fused again at the next start.",
                ).format(folder=cache.folder, reason=error.strerror or error)
            )
            yield from fuse()
            return
    yield from _read(path)


def _is_whole(path: Path, digest: str, shapes: Shapes) -> bool:
    """Return whether a file was made from these inputs and is complete."""
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
                    translate(
                        "Error",
                        "The fused weights in {path} are damaged: delete this file to have them "
                        "made again.",
                    ).format(path=path)
                )
            yield name, tensor


def _write(path: Path, weights: "Iterable[Named]", shapes: Shapes, digest: str) -> None:
    """Write atomically: readers see the old file or the complete new one.

    The library needs all weights in memory. The format (github.com/huggingface/safetensors):
    8 bytes with the header's length, little-endian; the header, JSON; the numbers.
    """
    header: dict[str, object] = {"__metadata__": {"inputs": digest, "method": METHOD}}
    end = 0
    with atomic_private_path(path) as part, part.open("wb") as file:
        for weight, shape in shapes.items():
            begin, end = end, end + 4 * math.prod(shape)
            header[weight] = {"dtype": "F32", "shape": shape, "data_offsets": (begin, end)}
        encoded = json.dumps(header).encode()
        encoded += b" " * (-(8 + len(encoded)) % ALIGNMENT)
        file.write(len(encoded).to_bytes(8, "little") + encoded)
        for (weight, tensor), wanted in zip(weights, shapes, strict=True):
            assert weight == wanted, "fused in another order than announced"
            file.write(tensor.contiguous().numpy().astype("<f4", copy=False).data)
