"""What a vision-language model needs of the memory, from the headers of its files."""

from pathlib import Path

from cozviewer.models.memory.plan import Model, Part
from cozviewer.models.memory.weights_size import shapes, size
from cozviewer.models.qwen.folder import broken_model, weight_paths

PROMPTER = "prompter"
"""Name of the model."""

ASKING_BYTES = 450_000_000
"""Twice what two pictures of 512 x 512 take within Qwen2.5-VL-3B, measured on a CPU."""


def qwen_model(folder: Path, title: str, quantised: str) -> Model:
    """Return what a model needs, for `Room`.

    Args:
        folder: As `qwen_folder` returns it.
        title: What people call it.
        quantised: "", "8bit" or "nf4".

    Raises:
        BadInput: The header of a file is broken.
    """
    try:
        tensors = shapes(weight_paths(folder))
    except (OSError, ValueError) as error:
        raise broken_model(folder, error) from error
    weights = size(tensors, "bfloat16", quantised, lambda name: "vis" in name)
    parts = (Part("model", weights, ASKING_BYTES),)
    return Model(PROMPTER, title, parts, instead="choose another prompter with --prompter")
