"""Reads the checkpoints of Chain-of-Zoom's authors as data: no code in them is run."""

from pathlib import Path
from typing import Any

from cozviewer.models.model_reading import is_refused_code, is_torchscript, unpickled
from cozviewer.models.network import is_out_of_memory
from cozviewer.util.errors import BadInput, CozviewerError

ORIGIN = "github.com/bryanswkim/Chain-of-Zoom"

LORA_FILE = "model_20001.pkl"
ENCODER_FILE = "vae_encoder_20001.pt"


def is_finite_tensor(value: Any) -> bool:
    """Tell whether a value from a checkpoint can be a weight."""
    import torch

    return (
        isinstance(value, torch.Tensor)
        and value.is_floating_point()
        and bool(torch.isfinite(value).all())
    )


def read_checkpoint(content: bytes, path: Path, name: str) -> Any:
    """Return what torch's restricted unpickler makes of a file: tensors and plain containers.

    Args:
        content: All its bytes.
        path: Where they come from, for the errors.
        name: Which of the authors' files it should be.

    Raises:
        BadInput: It is damaged or something else, or holds code, which is not run.
    """
    try:
        if is_torchscript(content):
            raise _program(path, name)
        return unpickled(content)
    except CozviewerError:
        raise
    except Exception as error:  # the reader fails on broken content in many ways
        if is_out_of_memory(error):
            raise
        if is_refused_code(error):
            raise _program(path, name) from error
        raise other_file(path, name, "it is damaged or no checkpoint") from error


def other_file(path: Path, name: str, why: str) -> BadInput:
    """Return the error for a file that is not the one of the authors that fits."""
    return BadInput(f"The file {path} is not what fits this base, {why}: get {name} from {ORIGIN}.")


def _program(path: Path, name: str) -> BadInput:
    return BadInput(
        f"The file {path} holds program code besides weights, so it was not opened: "
        f"get {name} from {ORIGIN}."
    )
