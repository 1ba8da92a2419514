"""Reads the tensors in model files without running code in them.

Pickle files are read by torch's restricted unpickler (`weights_only`), which accepts tensors and
plain containers and refuses everything else, including compiled programs (TorchScript).
"""

import hashlib
import io
import pickle
import warnings
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from cozviewer.models.network import is_out_of_memory
from cozviewer.util.errors import BadInput, CozviewerError
from cozviewer.util.paths import check_path
from cozviewer.util.translation import listed, translate

SAFETENSORS = ".safetensors"
SUFFIXES = (SAFETENSORS, ".pth", ".pt", ".ckpt")


def check_file(path: Path) -> None:
    """Check that a model file exists; its content is not read.

    Raises:
        BadInput: It does not exist, is empty, or has another suffix.
    """
    check_path(path)
    if path.is_dir():
        raise BadInput(
            translate("Error", "{path} is a folder: choose a model file in it.").format(path=path)
        )
    if not path.is_file():
        raise BadInput(
            translate("Error", "The model file {path} does not exist: check the path.").format(
                path=path
            )
        )
    if path.suffix.lower() not in SUFFIXES:
        raise BadInput(
            translate(
                "Error", "{path} is not a model file: choose one that ends in {suffixes}."
            ).format(path=path, suffixes=listed(SUFFIXES))
        )
    if path.stat().st_size == 0:
        raise BadInput(
            translate("Error", "The model file {path} is empty: copy or download it again.").format(
                path=path
            )
        )


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
    """Return the content of a model file, usually tensors by name. Imports torch.

    Args:
        content: All bytes of the file.
        path: Path of the file; its suffix gives the format.

    Raises:
        BadInput: It is not a model, or contains code.
    """
    from safetensors.torch import load

    def read() -> Any:
        is_plain = path.suffix.lower() == SAFETENSORS
        return load(content) if is_plain else unpickled(content)

    state = read_safely(read, program=_program(path), broken=no_model(path))
    if not isinstance(state, dict):
        raise no_model(path)
    return state


def read_safely(read: Callable[[], Any], *, program: BadInput, broken: BadInput) -> Any:
    """Return what `read` returns of a file from elsewhere.

    Args:
        read: Reads it, by `unpickled` or another reader that runs no code.
        program: Raised if it contains code, which is not run.
        broken: Raised if it cannot be read.

    Raises:
        BadInput: `program` or `broken`, or what `read` raised.
        MemoryError, RuntimeError: Memory ran out.
    """
    try:
        return read()
    except CodeInFile as error:
        raise program from error
    except CozviewerError:
        raise
    except Exception as error:
        # The readers fail on broken content in many ways: IndexError, AssertionError, struct.error.
        if is_out_of_memory(error):
            raise
        raise (program if _is_refused_code(error) else broken) from error


class CodeInFile(Exception):
    """A file is a compiled program."""


def unpickled(content: bytes) -> Any:
    """Return the content of a pickle file, read by torch's restricted unpickler. Imports torch.

    Raises:
        CodeInFile: It is a compiled program.
        Exception: Of any kind, if the content is broken or contains code.
    """
    import torch

    if is_torchscript(content):
        raise CodeInFile
    with warnings.catch_warnings():
        # It also warns about broken content before it fails.
        warnings.simplefilter("ignore")
        return torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)


def _is_refused_code(error: Exception) -> bool:
    """Return whether `unpickled` failed because a file contains code."""
    return isinstance(error, pickle.UnpicklingError) and "global" in str(error).lower()


def no_model(path: Path) -> BadInput:
    """Return the error for a file that is not a supported model."""
    return BadInput(
        translate(
            "Error",
            "{path} is not a supported 4× model: choose another (ESRGAN, SwinIR, HAT, DAT, ...).",
        ).format(path=path)
    )


def is_torchscript(content: bytes | Path) -> bool:
    """Return whether a file is a compiled program, which torch's reader refuses with a warning.

    Args:
        content: All bytes of the file, or its path.
    """
    try:
        file = io.BytesIO(content) if isinstance(content, bytes) else content
        with zipfile.ZipFile(file) as archive:
            return any(PurePosixPath(name).name == "constants.pkl" for name in archive.namelist())
    except Exception:  # for a broken archive: BadZipFile, struct.error, UnicodeDecodeError, ...
        return False


def _unreadable(path: Path, error: OSError) -> BadInput:
    return BadInput(
        translate(
            "Error", "The model file {path} cannot be read ({reason}): choose another."
        ).format(path=path, reason=error.strerror)
    )


def _program(path: Path) -> BadInput:
    return BadInput(
        translate(
            "Error",
            "The model file {path} contains executable code and was blocked: use a .safetensors "
            "version of it.",
        ).format(path=path)
    )
