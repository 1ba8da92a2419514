"""The network of RAM: a Swin transformer encodes the image, and one query per tag attends to it.

The equations are those of the papers: Swin (arXiv 2103.14030); "Query2Label" (arXiv 2107.10834),
whose layers are those of BERT with the attention to the image alone; RAM (arXiv 2306.03514), in
which a query is made from the embedding of the tag's text. Sizes are taken from the weights.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cozviewer.image.pixels import Rgb8
from cozviewer.models.device import Device
from cozviewer.models.network import first_line, is_out_of_memory
from cozviewer.models.quiet import quietly
from cozviewer.models.qwen.answer import as_shown, checked
from cozviewer.models.ram.checkpoint import ENCODER, HEAD, fuse_dape, layers, read_ram, wrong_file
from cozviewer.util.errors import CozviewerError
from cozviewer.util.translation import translate

if TYPE_CHECKING:
    from torch import Tensor

SIDE = 384
"""Side in pixels of the image that the network sees."""

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Mean and standard deviation of the pixels of ImageNet, for the three channels."""

HEADS = 4
"""Attention heads of the tagging head."""

BERT_EPS = 1e-12
"""The epsilon of BERT's layer normalisation."""

SWIN_NAMES = (
    ("patch_embed.proj.", "embeddings.patch_embeddings.projection."),
    ("patch_embed.norm.", "embeddings.norm."),
    (".norm1.", ".layernorm_before."),
    (".norm2.", ".layernorm_after."),
    (".attn.relative", ".attention.self.relative"),
    (".attn.proj.", ".attention.output.dense."),
    (".mlp.fc1.", ".intermediate.dense."),
    (".mlp.fc2.", ".output.dense."),
)
"""Parts of names in the original Swin, and in the published checkpoints for transformers."""


@dataclass(frozen=True, eq=False, slots=True)
class Ram:
    """The loaded network; it runs in fp32, so that every device gives the same tags.

    Attributes:
        encoder: A `SwinModel`.
        project: Linear layer from the encoder's width to that of the tags' embeddings.
        queries: (1, tags, width), a query for each tag.
        layers: The layers of the tagging head.
        score: Linear layer to one number.
        device: The device.
    """

    encoder: Any
    project: Any
    queries: "Tensor"
    layers: Any
    score: Any
    device: Device

    @property
    def tags(self) -> int:
        """Number of tags."""
        return int(self.queries.shape[1])


def open_ram(ram: Path, dape: Path | None, device: Device) -> Ram:
    """Return the network on a device.

    Args:
        ram: The checkpoint of RAM.
        dape: The LoRA of DAPE, or None.
        device: The device; its number format is not used.

    Raises:
        BadInput: A file is damaged, another file, or contains code.
    """
    weights = read_ram(ram)
    if dape is not None:
        fuse_dape(weights, dape)
    try:
        return _built(weights, device)
    except CozviewerError:
        raise
    except Exception as error:  # the libraries fail in many ways on unexpected shapes
        if is_out_of_memory(error):
            raise
        reason = first_line(error)
        if isinstance(error, KeyError):
            reason = translate("Error", "{name} is missing or damaged").format(name=error.args[0])
        raise wrong_file(ram, reason) from error


def probabilities(ram: Ram, rgb: Rgb8, check: Callable[[], None]) -> NDArray[np.float32]:
    """Return the probability of each tag for an image, (tags,) in 0..1.

    Args:
        ram: The network.
        rgb: (H, W, 3); enlarged to 512 pixels as for the vision model, then resized to a
            square, as in the code of the Chain-of-Zoom authors.
        check: Called before each layer; an exception that it raises ends the work.
    """
    import torch
    from torch.nn.functional import interpolate

    pixels = np.asarray(as_shown(rgb)).astype(np.float32) / np.float32(255)
    with torch.inference_mode(), checked(ram.encoder, check):
        image = torch.from_numpy(pixels).permute(2, 0, 1)[None].contiguous()
        image = interpolate(image, (SIDE, SIDE), mode="bilinear", antialias=True)
        mean, std = (torch.tensor(values)[None, :, None, None] for values in (MEAN, STD))
        seen = ram.encoder(((image - mean) / std).to(ram.device.name))
        whole = seen.pooler_output[:, None]
        image = ram.project(torch.cat([whole, seen.last_hidden_state], dim=1))
        tags = ram.queries
        for layer in ram.layers:
            check()
            tags = _looked(layer, tags, image)
        result: NDArray[np.float32] = ram.score(tags)[0, :, 0].sigmoid().cpu().numpy()
        return result


def _built(weights: "Mapping[str, Tensor]", device: Device) -> Ram:
    import torch
    from torch import nn

    encoder = _swin(
        {
            name.removeprefix(ENCODER): tensor
            for name, tensor in weights.items()
            if name.startswith(ENCODER)
        }
    )
    before = f"{HEAD}encoder.layer."
    stack = nn.ModuleList(
        _head_layer(weights, f"{before}{index}.") for index in range(layers(weights, before))
    )
    if not len(stack):
        raise KeyError(f"{before}0")
    word = _linear(weights, "wordvec_proj")
    with torch.inference_mode():
        queries = word(weights["label_embed"]).relu()[None].clone()
    project, score = _linear(weights, "image_proj"), _linear(weights, "fc")
    for module in (encoder, project, stack, score):
        module.eval().requires_grad_(False).to(device.name)
    return Ram(encoder, project, queries.to(device.name), stack, score, device)


def _swin(weights: "Mapping[str, Tensor]") -> Any:
    """Return the image encoder.

    Args:
        weights: By the names of the original Swin.
    """
    import torch
    from transformers import SwinConfig, SwinModel
    from transformers.utils import logging

    depths, heads = [], []
    for stage in range(layers(weights, "layers.")):
        depths.append(layers(weights, f"layers.{stage}.blocks."))
        table = weights[f"layers.{stage}.blocks.0.attn.relative_position_bias_table"]
        heads.append(table.shape[1])
    first = weights["patch_embed.proj.weight"]
    hidden = weights["layers.0.blocks.0.mlp.fc1.weight"]
    config = SwinConfig(
        image_size=SIDE,
        patch_size=first.shape[-1],
        embed_dim=first.shape[0],
        depths=depths,
        num_heads=heads,
        window_size=(round(table.shape[0] ** 0.5) + 1) // 2,
        mlp_ratio=hidden.shape[0] / hidden.shape[1],
    )
    state: dict[str, Tensor] = {}
    for name, tensor in weights.items():
        known = f"encoder.{name}" if name.startswith("layers.") else name
        for original, published in SWIN_NAMES:
            known = known.replace(original, published)
        if known.startswith("norm."):
            known = f"layer{known}"
        if ".attn.qkv." in known:
            for part, third in zip(("query", "key", "value"), tensor.chunk(3), strict=True):
                state[known.replace(".attn.qkv.", f".attention.self.{part}.")] = third.contiguous()
        else:
            state[known] = tensor
    with quietly(logging):
        # By the published names, which every version of the library reads.
        model, report = SwinModel.from_pretrained(
            None, config=config, state_dict=state, dtype=torch.float32, output_loading_info=True
        )
    for key in ("missing_keys", "unexpected_keys", "mismatched_keys"):
        if report[key]:
            raise ValueError(f"{key}: {min(map(str, report[key]))}")
    return model


def _head_layer(weights: "Mapping[str, Tensor]", before: str) -> Any:
    """Return a layer of BERT without self-attention: attention to the image, and a perceptron."""
    import torch
    from torch import nn

    names = [f"{before}crossattention.self.{part}" for part in ("query", "key", "value")]
    matrices = [weights[f"{name}.weight"] for name in names]
    width, seen = matrices[0].shape[0], matrices[1].shape[1]
    attention = nn.MultiheadAttention(width, HEADS, kdim=seen, vdim=seen, batch_first=True)
    attention.load_state_dict(
        {
            "q_proj_weight": matrices[0],
            "k_proj_weight": matrices[1],
            "v_proj_weight": matrices[2],
            "in_proj_bias": torch.cat([weights[f"{name}.bias"] for name in names]),
            "out_proj.weight": weights[f"{before}crossattention.output.dense.weight"],
            "out_proj.bias": weights[f"{before}crossattention.output.dense.bias"],
        }
    )
    return nn.ModuleDict(
        {
            "attention": attention,
            "attended": _norm(weights, f"{before}crossattention.output.LayerNorm"),
            "inner": _linear(weights, f"{before}intermediate.dense"),
            "outer": _linear(weights, f"{before}output.dense"),
            "done": _norm(weights, f"{before}output.LayerNorm"),
        }
    )


def _looked(layer: Any, tags: "Tensor", image: "Tensor") -> "Tensor":
    """Return the queries after a layer of the tagging head."""
    from torch.nn.functional import gelu

    found, _ = layer["attention"](tags, image, image, need_weights=False)
    tags = layer["attended"](found + tags)
    result: Tensor = layer["done"](layer["outer"](gelu(layer["inner"](tags))) + tags)
    return result


def _linear(weights: "Mapping[str, Tensor]", name: str) -> Any:
    from torch import nn

    weight, bias = weights[f"{name}.weight"], weights[f"{name}.bias"]
    layer = nn.Linear(weight.shape[1], weight.shape[0])
    layer.load_state_dict({"weight": weight, "bias": bias})
    return layer


def _norm(weights: "Mapping[str, Tensor]", name: str) -> Any:
    from torch import nn

    norm = nn.LayerNorm(weights[f"{name}.weight"].shape[0], eps=BERT_EPS)
    norm.load_state_dict({kind: weights[f"{name}.{kind}"] for kind in ("weight", "bias")})
    return norm
