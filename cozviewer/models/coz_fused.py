"""The fused weights of Chain-of-Zoom in a file of our own: made once per set of inputs.

A safetensors file with the changed weights alone, in fp32: "transformer.<name>" and
"encoder.<name>". Its name and its metadata carry the digest of the files that it was made from.
"""

import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from cozviewer.chain.protocols import Notice

if TYPE_CHECKING:
    from torch import Tensor

    State = dict[str, Tensor]

METHOD = "1"
"""Counts changes of how weights are fused."""


def fused_path(cache_dir: Path, digest: str) -> Path:
    """Return where the weights made from inputs with a digest lie."""
    return cache_dir / f"coz-{digest[:16]}.safetensors"


def kept(
    cache_dir: Path | None,
    digest: str,
    shapes: "Mapping[str, tuple[int, ...]]",
    make: "Callable[[], State]",
    notice: Notice,
) -> "State":
    """Return the fused weights from the cache, or make and keep them.

    Args:
        cache_dir: Where the file is kept; None keeps none.
        digest: Of all inputs.
        shapes: Names and shapes that the weights must have.
        make: Fuses them; raises BadInput.
        notice: Told when they cannot be kept.
    """
    if cache_dir is None:
        return make()
    path = fused_path(cache_dir, digest)
    state = _read(path, digest)
    if state is not None and {n: tuple(t.shape) for n, t in state.items()} == dict(shapes):
        return state
    state = make()
    try:
        _write(path, state, digest)
    except OSError as error:
        notice(
            f"The fused weights cannot be kept in {cache_dir} ({error.strerror or error}): they "
            "will be made again at the next start."
        )
    return state


def _read(path: Path, digest: str) -> "State | None":
    """Return the tensors of a file made from these inputs; None if there is none, or it is
    broken."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as file:
            if file.metadata() != {"inputs": digest, "method": METHOD}:
                return None
            return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError, ValueError, KeyError):
        return None


def _write(path: Path, state: "State", digest: str) -> None:
    """Write atomically: whoever reads sees the old file or the whole new one."""
    from safetensors import SafetensorError
    from safetensors.torch import save_file

    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.stem, suffix=".part")
    os.close(handle)
    try:
        save_file(state, name, {"inputs": digest, "method": METHOD})
        os.replace(name, path)
    except SafetensorError as error:  # what its writer makes of a full disk
        raise OSError(str(error)) from error
    finally:
        Path(name).unlink(missing_ok=True)
