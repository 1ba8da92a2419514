"""Fuses the two checkpoints of Chain-of-Zoom, in the authors' file formats, into the base.

`model_20001.pkl` is a plain list [up, down, up, down, ...] for the linear layers that compute the
transformer's modulation from time and prompt. `vae_encoder_20001.pt` is a complete encoder with
separate LoRA weights in its layers, named as in peft.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cozviewer.models.coz.checkpoint import (
    ENCODER_FILE,
    LORA_FILE,
    is_finite_tensor,
    other_file,
    read_checkpoint,
)
from cozviewer.util.translation import translate

if TYPE_CHECKING:
    from torch import Tensor

    State = Mapping[str, Tensor]

RANK = 4
LORA_SCALE = 1.0
ENCODER_SCALE = 2.0
"""peft's default alpha of 8, divided by the rank."""

ADAPTER = "default_encoder"
"""The authors' name for the encoder's LoRA."""


def fused_transformer(
    content: bytes, path: Path, transformer: Any
) -> "Iterator[tuple[str, Tensor]]":
    """Yield the transformer's weights that the LoRA changes, fused: W + up·down in fp32.

    Args:
        content: All bytes of the LoRA file.
        path: Path of the file, for error messages.
        transformer: The `SD3Transformer2DModel` of the base; not changed.

    Yields:
        Names in the transformer's state and fp32 tensors, in the order of `modulation`.

    Raises:
        BadInput: The file is another file, or for another transformer.
    """
    pairs = _lora_pairs(read_checkpoint(content, path, LORA_FILE), path)
    linears = modulation(transformer)
    if len(pairs) != len(linears):
        raise other_file(
            path,
            LORA_FILE,
            translate("Error", "it has {pairs} layers where the base has {linears}").format(
                pairs=len(pairs), linears=len(linears)
            ),
        )
    for (name, linear), (up, down) in zip(linears.items(), pairs, strict=True):
        weight = linear.weight.detach().float()
        if (up.shape[0], down.shape[1]) != tuple(weight.shape):
            raise other_file(
                path,
                LORA_FILE,
                translate(
                    "Error",
                    "it has {rows} × {columns} weights for {name} where the base has "
                    "{base_rows} × {base_columns}",
                ).format(
                    rows=up.shape[0],
                    columns=down.shape[1],
                    name=name,
                    base_rows=weight.shape[0],
                    base_columns=weight.shape[1],
                ),
            )
        yield f"{name}.weight", weight + LORA_SCALE * (up.float() @ down.float())


def fused_encoder(content: bytes, path: Path, wanted: "State") -> "dict[str, Tensor]":
    """Return the VAE encoder of a checkpoint with its LoRA fused, in fp32.

    Args:
        content: All bytes of the checkpoint.
        path: Path of the file, for error messages.
        wanted: The state of the base's encoder: the names and shapes of the result.

    Raises:
        BadInput: The file is another file, or for another VAE.
    """
    state = read_checkpoint(content, path, ENCODER_FILE)
    if not isinstance(state, dict) or not all(
        isinstance(name, str) and is_finite_tensor(tensor) for name, tensor in state.items()
    ):
        raise other_file(
            path, ENCODER_FILE, translate("Error", "it is not a dictionary of tensors")
        )
    fused = {}
    left = {name: tensor.float() for name, tensor in state.items()}
    for name, shape in ((name, tensor.shape) for name, tensor in wanted.items()):
        layer, _, kind = name.rpartition(".")
        weight = left.pop(f"{layer}.base_layer.{kind}", None)
        down = up = None
        if weight is None:
            weight = left.pop(name, None)
        elif kind == "weight":
            down = left.pop(f"{layer}.lora_A.{ADAPTER}.weight", None)
            up = left.pop(f"{layer}.lora_B.{ADAPTER}.weight", None)
            if down is None or up is None:
                raise other_file(
                    path,
                    ENCODER_FILE,
                    translate("Error", "the LoRA of {layer} is missing").format(layer=layer),
                )
        if weight is None:
            raise other_file(
                path, ENCODER_FILE, translate("Error", "{name} is missing").format(name=name)
            )
        if weight.shape != shape:
            raise other_file(
                path,
                ENCODER_FILE,
                translate("Error", "{name} has a different shape in the base").format(name=name),
            )
        if down is not None and up is not None:
            weight = weight + ENCODER_SCALE * _product(up, down, weight.shape, layer, path)
        fused[name] = weight.contiguous()
    if left:
        raise other_file(
            path,
            ENCODER_FILE,
            translate("Error", "it has weights that the base lacks: {left}").format(left=min(left)),
        )
    return fused


def modulation(transformer: Any) -> dict[str, Any]:
    """Return the linear layers that the LoRA changes, in the order of its list."""
    from diffusers.models.normalization import AdaLayerNormZero
    from torch.nn import Linear

    return {
        f"{outer}.{inner}": layer
        for outer, block in transformer.named_modules()
        if isinstance(block, AdaLayerNormZero)
        for inner, layer in block.named_modules()
        if isinstance(layer, Linear)
    }


def _lora_pairs(values: Any, path: Path) -> "Sequence[tuple[Tensor, Tensor]]":
    if not isinstance(values, list) or not values or not all(map(is_finite_tensor, values)):
        raise other_file(path, LORA_FILE, translate("Error", "it is not a list of tensors"))
    if len(values) % 2:
        raise other_file(
            path,
            LORA_FILE,
            translate("Error", "it has {values} tensors, an odd number").format(values=len(values)),
        )
    pairs = list(zip(values[::2], values[1::2], strict=True))
    for up, down in pairs:
        if up.ndim != 2 or down.ndim != 2 or (up.shape[1], down.shape[0]) != (RANK, RANK):
            raise other_file(
                path,
                LORA_FILE,
                translate("Error", "its tensors are not pairs of rank {rank}").format(rank=RANK),
            )
    return pairs


def _product(up: "Tensor", down: "Tensor", shape: Any, layer: str, path: Path) -> "Tensor":
    """Return B·A in the shape of the layer's weight; B of a convolution is 1x1."""
    try:
        return lora_product(up, down, shape)
    except ValueError as error:
        raise other_file(
            path,
            ENCODER_FILE,
            translate("Error", "the LoRA of {layer} does not fit").format(layer=layer),
        ) from error


def lora_product(up: "Tensor", down: "Tensor", shape: Sequence[int]) -> "Tensor":
    """Return B·A of a LoRA by peft, in the shape of its layer's weight.

    Args:
        up: B, (rows, rank) or, for a convolution, (rows, rank, 1, 1).
        down: A, (rank, columns) or (rank, channels, height, width).
        shape: The shape of the weight.

    Raises:
        ValueError: They do not fit each other.
    """
    if (
        not up.ndim == down.ndim == len(shape)
        or 0 in up.shape
        or up.shape[1] != down.shape[0]
        or up[0, 0].numel() != 1
        or (up.shape[0], *down.shape[1:]) != tuple(shape)
    ):
        raise ValueError("the LoRA does not fit")
    return (up.flatten(1) @ down.flatten(1)).reshape(tuple(shape))
