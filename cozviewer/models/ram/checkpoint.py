"""Reads the checkpoints of RAM and DAPE, in the formats of their authors, without running code.

`ram_swin_large_14m.pth` is {"model": weights}; the weights of its captioning part are not used.
`DAPE.pth` is a plain dictionary of LoRA weights, named as in loralib: those of the queries and
values in the image encoder, and of the queries and keys in the tagging head.
"""

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cozviewer.models.coz.checkpoint import is_finite_tensor
from cozviewer.models.model_reading import (
    CodeInFile,
    is_torchscript,
    read_content,
    read_safely,
    unpickled,
)
from cozviewer.util.errors import BadInput
from cozviewer.util.translation import translate

if TYPE_CHECKING:
    from torch import Tensor

    State = dict[str, Tensor]

ENCODER, HEAD = "visual_encoder.", "tagging_head."

FORMER_HEAD = "vision_multi."
"""Name of the tagging head in early checkpoints."""

OTHERS = ("label_embed", "wordvec_proj.", "image_proj.", "fc.")
"""Beginnings of the names of the remaining weights for tagging."""

BUFFERS = ("relative_position_index", "attn_mask")
"""Ends of the names of values that the encoder computes."""


def read_ram(path: Path) -> "State":
    """Return the weights for tagging in a checkpoint of RAM, in fp32.

    Raises:
        BadInput: It is damaged, another file, or contains code.
    """
    content = _read(path)
    state = content.get("model") if isinstance(content, dict) else None
    if not isinstance(state, dict):
        raise wrong_file(path, translate("Error", "it has no model"))
    weights: State = {}
    for name, tensor in state.items():
        if not isinstance(name, str) or name.endswith(BUFFERS):
            continue
        if name.startswith(FORMER_HEAD):
            name = HEAD + name.removeprefix(FORMER_HEAD)
        if not name.startswith((ENCODER, HEAD, *OTHERS)):
            continue
        weights[name] = _own_copy(tensor, name, path)
    return weights


def fuse_dape(weights: "State", path: Path) -> None:
    """Add the LoRA of DAPE to the weights of RAM: W += B·A / r, loralib's scale of alpha 1.

    Args:
        weights: From `read_ram`; changed.
        path: The checkpoint of DAPE.

    Raises:
        BadInput: It is damaged, another file, for another network, or contains code.
    """
    content = _read(path)
    if not isinstance(content, dict):
        raise wrong_file(path, translate("Error", "it is not a dictionary of tensors"))
    downs = {
        name.removesuffix(".lora_A"): name
        for name in content
        if isinstance(name, str)
        and name.startswith((ENCODER, HEAD))
        and name.endswith(".lora_A")
        and f"{name.removesuffix('.lora_A')}.weight" in weights
    }
    if not downs:
        raise wrong_file(path, translate("Error", "it has no LoRA for RAM"))
    for layer, name in downs.items():
        weight = weights[f"{layer}.weight"]
        down = _own_copy(content[name], name, path)
        up = _own_copy(content.get(f"{layer}.lora_B"), f"{layer}.lora_B", path)
        # A matrix that joins query, key and value has two LoRAs, one below the other.
        joined = 2 if layer.endswith(".qkv") else 1
        rank = down.shape[0] // joined if down.ndim == 2 else 0
        rows = weight.shape[0] // (3 if joined == 2 else 1)
        if (
            rank == 0
            or tuple(down.shape) != (rank * joined, weight.shape[1])
            or tuple(up.shape) != (rows * joined, rank)
        ):
            raise wrong_file(
                path, translate("Error", "the LoRA of {layer} does not fit").format(layer=layer)
            )
        for index, start in enumerate((0, 2 * rows)[:joined]):
            part = slice(index * rank, (index + 1) * rank)
            product = up[index * rows : (index + 1) * rows] @ down[part]
            weight[start : start + rows] += product / rank


def wrong_file(path: Path, reason: str) -> BadInput:
    """Return the error for a file that cannot be used."""
    return BadInput(
        translate(
            "Error",
            "The file {path} cannot be used by the prompter tags, {reason}: download it again, or "
            "choose another.",
        ).format(path=path, reason=reason)
    )


def _read(path: Path) -> Any:
    """Return the content of a checkpoint.

    Of a file in torch's zip format, which may have many gigabytes, only the tensors that are used
    are read.
    """
    import torch

    def read() -> Any:
        if is_torchscript(path):
            raise CodeInFile
        if zipfile.is_zipfile(path):
            return torch.load(path, map_location="cpu", weights_only=True, mmap=True)
        return unpickled(read_content(path))

    why = translate("Error", "it is damaged or not a checkpoint")
    return read_safely(read, program=_program(path), broken=wrong_file(path, why))


def _own_copy(tensor: Any, name: str, path: Path) -> "Tensor":
    """Return a tensor of a file in fp32, in memory of its own.

    Raises:
        BadInput: It is missing, or not a finite tensor.
    """
    if not is_finite_tensor(tensor):
        raise wrong_file(path, translate("Error", "{name} is missing or damaged").format(name=name))
    copy: Tensor = tensor.float().clone()
    return copy


def _program(path: Path) -> BadInput:
    return BadInput(
        translate(
            "Error",
            "The file {path} contains executable code and was blocked: get it from its authors.",
        ).format(path=path)
    )


def layers(weights: "Mapping[str, Tensor]", before: str) -> int:
    """Return the number of layers "0.", "1.", ... whose names continue a beginning."""
    found = {
        name.removeprefix(before).partition(".")[0] for name in weights if name.startswith(before)
    }
    return len([index for index in found if index.isdecimal()])
