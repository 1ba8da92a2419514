"""Reads the checkpoints of the Chain-of-Zoom authors without running code in them."""

from pathlib import Path
from typing import Any

from cozviewer.models.model_reading import read_safely, unpickled
from cozviewer.util.errors import BadInput
from cozviewer.util.translation import translate

ORIGIN = "github.com/bryanswkim/Chain-of-Zoom"

LORA_FILE = "model_20001.pkl"
ENCODER_FILE = "vae_encoder_20001.pt"


def is_finite_tensor(value: Any) -> bool:
    """Return whether a value from a checkpoint is a finite floating-point tensor."""
    import torch

    return (
        isinstance(value, torch.Tensor)
        and value.is_floating_point()
        and bool(torch.isfinite(value).all())
    )


def read_checkpoint(content: bytes, path: Path, name: str) -> Any:
    """Return the tensors and plain containers in a file, read by torch's restricted unpickler.

    Args:
        content: All bytes of the file.
        path: Path of the file, for error messages.
        name: The expected one of the authors' files.

    Raises:
        BadInput: It is damaged, another file, or contains code (which is not run).
    """
    why = translate("Error", "it is damaged or not a checkpoint")
    return read_safely(
        lambda: unpickled(content),
        program=_program(path, name),
        broken=other_file(path, name, why),
    )


def other_file(path: Path, name: str, why: str) -> BadInput:
    """Return the error for a file that does not fit."""
    return BadInput(
        translate(
            "Error", "The file {path} does not fit this base, {reason}: get {name} from {origin}."
        ).format(path=path, reason=why, name=name, origin=ORIGIN)
    )


def _program(path: Path, name: str) -> BadInput:
    return BadInput(
        translate(
            "Error",
            "The file {path} contains executable code and was blocked: get {name} from {origin}.",
        ).format(path=path, name=name, origin=ORIGIN)
    )
