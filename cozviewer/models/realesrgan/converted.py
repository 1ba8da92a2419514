"""Caches the converted weights of Real-ESRGAN in a file, which is checked before each use.

A safetensors file with the arrays as in the ncnn file (fp16 kernels, fp32 biases). Its digest is
known in advance, so a file that is broken or of another version is made again.
"""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cozviewer.chain.protocols import Notice
from cozviewer.models.realesrgan.ncnn_format import read_bin, read_param
from cozviewer.models.realesrgan.rrdbnet import named_state
from cozviewer.models.realesrgan.weights import BIN_SHA256, PARAM_SHA256, read_checked, wheel_files
from cozviewer.util.atomic import atomic_private_path
from cozviewer.util.translation import translate

State = Mapping[str, NDArray[np.float16 | np.float32]]
"""Arrays by name: "conv_first.weight" (out, in, 3, 3), "conv_first.bias" (out,)."""

FILE_NAME = "realesrgan-x4plus.safetensors"

STATE_SHA256 = "8a89cddeea0515ea6c78e504e5523ed5ebc3531ccc615fb4fea2901e400ce2c9"
"""`state_digest` of the result of `convert`."""


def realesrgan_state(cache_dir: Path | None, notice: Notice) -> State:
    """Return the weights of Real-ESRGAN x4plus, from `cache_dir` if they are there.

    Args:
        cache_dir: Folder of the converted file; None keeps none.
        notice: Receives a sentence when the file cannot be written.

    Raises:
        BadInput: The weights are not installed, or broken.
    """
    if cache_dir is None:
        return convert()
    return load_or_convert(cache_dir / FILE_NAME, STATE_SHA256, convert, notice)


def convert() -> State:
    """Return the weights from the installed ncnn files.

    Raises:
        BadInput: They are missing or not the expected files.
    """
    files = wheel_files()
    layers = read_param(read_checked(files.param, PARAM_SHA256))
    weights = read_bin(read_checked(files.bin, BIN_SHA256), layers)
    state: dict[str, NDArray[Any]] = {}
    for name, layer in named_state(layers, weights).items():
        state[f"{name}.weight"] = layer.kernel
        state[f"{name}.bias"] = layer.bias
    return state


def load_or_convert(path: Path, sha256: str, make: Callable[[], State], notice: Notice) -> State:
    """Return the arrays of a file if they have the digest `sha256`; else make and write them."""
    state = _read(path)
    if state is not None and state_digest(state) == sha256:
        return state
    state = make()
    try:
        _write(path, state)
    except OSError as error:
        notice(
            translate(
                "Error",
                "The converted weights cannot be saved in {parent} ({reason}), so they "
                "are converted again at the next start.",
            ).format(parent=path.parent, reason=error.strerror)
        )
    return state


def state_digest(state: State) -> str:
    """Return the hex SHA-256 of all names, dtypes, shapes and values."""
    digest = hashlib.sha256()
    for name in sorted(state):
        array = state[name]
        digest.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def _read(path: Path) -> State | None:
    """Return the arrays of a safetensors file; None if it does not exist or is broken."""
    from safetensors.numpy import load

    try:
        return load(path.read_bytes())
    except Exception:  # however it is broken, it is made again
        return None


def _write(path: Path, state: State) -> None:
    """Write atomically: readers see the old file or the complete new one."""
    from safetensors.numpy import save

    with atomic_private_path(path) as part:
        part.write_bytes(save({key: np.ascontiguousarray(state[key]) for key in state}))
