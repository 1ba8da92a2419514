"""Reads model files into arrays by name, and runs nothing that they hold.

Pickled files are read by torch's restricted unpickler (`weights_only`), which knows tensors and
plain containers and refuses all else, compiled programs (TorchScript) included.
"""

import hashlib
import io
import pickle
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from cozviewer.models.network import is_out_of_memory
from cozviewer.util.errors import BadInput, CozviewerError
from cozviewer.util.paths import check_path

SAFETENSORS = ".safetensors"
SUFFIXES = (SAFETENSORS, ".pth", ".pt", ".ckpt")


def check_file(path: Path) -> None:
    """Return if there is a file that may be a model; its content is not looked at.

    Raises:
        BadInput: There is none.
    """
    check_path(path)
    if path.is_dir():
        raise BadInput(f"{path} is a folder: choose a model file in it.")
    if not path.is_file():
        raise BadInput(f"There is no model file {path}: check the path.")
    if path.suffix.lower() not in SUFFIXES:
        raise BadInput(f"{path} is no model file: it should end in {', '.join(SUFFIXES)}.")
    if path.stat().st_size == 0:
        raise BadInput(f"The model file {path} is empty: copy or download it again.")


def file_digest(path: Path) -> str:
    """Return the hex SHA-256 of a file of any size.

    Raises:
        BadInput: It cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise _unreadable(path, error) from error


def read_content(path: Path) -> bytes:
    """Return all bytes of a file.

    Raises:
        BadInput: It cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error


def state_of(content: bytes, path: Path) -> Mapping[str, Any]:
    """Return what a model file holds, tensors by name as a rule. Imports torch.

    Args:
        content: All bytes of the file.
        path: Where they come from; its suffix names the format.

    Raises:
        BadInput: They are no model, or hold code.
    """
    from safetensors.torch import load

    try:
        if path.suffix.lower() == SAFETENSORS:
            return load(content)
        if is_torchscript(content):
            raise _program(path)
        state = unpickled(content)
    except CozviewerError:
        raise
    except Exception as error:
        # The readers fail on broken content in many ways: IndexError, AssertionError, struct.error.
        if is_out_of_memory(error):
            raise
        if is_refused_code(error):
            raise _program(path) from error
        raise no_model(path) from error
    if not isinstance(state, dict):
        raise no_model(path)
    return state


def unpickled(content: bytes) -> Any:
    """Return what torch's restricted unpickler makes of a file's content. Imports torch.

    Raises:
        Exception: Of any kind, where the content is broken or holds code.
    """
    import torch

    with warnings.catch_warnings():
        # Of broken content it also warns, before it fails.
        warnings.simplefilter("ignore")
        return torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)


def is_refused_code(error: Exception) -> bool:
    """Return whether `unpickled` failed because a file holds code."""
    return isinstance(error, pickle.UnpicklingError) and "global" in str(error).lower()


def no_model(path: Path) -> BadInput:
    """Return the error for a file that holds something else."""
    return BadInput(
        f"{path} is not a model that can be read: choose a file that spandrel can read "
        "(ESRGAN, SwinIR, HAT, DAT, ...)."
    )


def is_torchscript(content: bytes) -> bool:
    """Tell whether a file is a compiled program; torch's reader would refuse it with a warning."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return any(PurePosixPath(name).name == "constants.pkl" for name in archive.namelist())
    except Exception:  # of a broken directory: BadZipFile, struct.error, UnicodeDecodeError, ...
        return False


def _unreadable(path: Path, error: OSError) -> BadInput:
    return BadInput(f"The model file {path} cannot be read ({error.strerror}): choose another.")


def _program(path: Path) -> BadInput:
    return BadInput(
        f"The model file {path} holds program code besides weights, so it was not opened: "
        "ask for a .safetensors file of the same model."
    )
