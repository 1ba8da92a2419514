"""A Stable Diffusion 2.1 of a few hundred kilobytes with weights by formula, saved as a user's is,
and a checkpoint for it in the file format of PiSA-SR's authors, key by key."""

import zlib
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file

from tests.models.tiny_sd3 import clip_tokenizer, clip_vocabulary

RANKS = {"pix": 4, "sem": 2}

PARTS = {
    "down_blocks": "encoder",
    "conv_in": "encoder",
    "up_blocks": "decoder",
    "conv_out": "decoder",
}
"""The beginnings of the names of layers that belong to an adapter; all others are "others"."""

TEXT_MODEL = "text_model."
"""Beginning of the names of the text encoder's weights in published files."""

KINDS = ("to_k", "to_q", "to_v", "to_out.0", "conv", "proj_out", "proj_in", "ff.net")
"""In the names of the layers that the adapters change."""


def drawn(name: str, shape: tuple[int, ...], scale: float) -> torch.Tensor:
    """Return numbers that depend on the name alone; the stream of `RandomState` is frozen."""
    return torch.from_numpy(_normal(name, shape) * scale).float()


@cache
def _normal(name: str, shape: tuple[int, ...]) -> NDArray[np.float64]:
    return np.random.RandomState(zlib.crc32(name.encode())).standard_normal(shape)


def with_drawn_weights(network: Any) -> Any:
    """Return a network with weights by formula: nothing vanishes and nothing explodes in it."""
    for full_name, parameter in network.named_parameters():
        name = full_name.removeprefix(TEXT_MODEL)
        shape = tuple(parameter.shape)
        if parameter.ndim > 1:
            fan = parameter[0].numel()
            parameter.data = drawn(name, shape, 0.7 * fan**-0.5)
        else:
            offset = 1.0 if name.endswith("weight") else 0.0
            parameter.data = offset + drawn(name, shape, 0.1)
    return network


def tiny_unet() -> Any:
    from diffusers import UNet2DConditionModel

    return with_drawn_weights(
        UNet2DConditionModel(
            sample_size=16,
            block_out_channels=(8, 16),
            down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
            up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
            layers_per_block=1,
            attention_head_dim=(2, 4),
            cross_attention_dim=16,
            norm_num_groups=4,
            use_linear_projection=True,
        )
    )


@cache
def _unet_shapes() -> dict[str, tuple[int, ...]]:
    return {name: tuple(weights.shape) for name, weights in tiny_unet().named_parameters()}


def save_tiny_sd2(folder: Path) -> Path:
    """Save the base and return its folder."""
    from diffusers import AutoencoderKL, DDPMScheduler, StableDiffusionPipeline
    from transformers import CLIPTextConfig, CLIPTextModel

    blocks = 4
    vae = AutoencoderKL(
        block_out_channels=(8,) * blocks,
        down_block_types=("DownEncoderBlock2D",) * blocks,
        up_block_types=("UpDecoderBlock2D",) * blocks,
        layers_per_block=1,
        latent_channels=4,
        norm_num_groups=4,
        scaling_factor=0.18215,
    )
    text = CLIPTextModel(
        CLIPTextConfig(
            vocab_size=len(clip_vocabulary()),
            hidden_size=16,
            intermediate_size=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            bos_token_id=0,
            eos_token_id=1,
            pad_token_id=1,
        )
    )
    StableDiffusionPipeline(
        unet=tiny_unet(),
        vae=with_drawn_weights(vae),
        text_encoder=with_drawn_weights(text),
        tokenizer=clip_tokenizer("!"),
        scheduler=DDPMScheduler(steps_offset=1, clip_sample=False),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    ).save_pretrained(folder, safe_serialization=True)
    path = folder / "text_encoder" / "model.safetensors"
    state = {
        f"{TEXT_MODEL}{name.removeprefix(TEXT_MODEL)}": tensor
        for name, tensor in load_file(path).items()
    }
    save_file(state, path, {"format": "pt"})
    return folder


def pisa_checkpoint() -> dict[str, Any]:
    """Return the content of `pisa_sr.pkl`."""
    content: dict[str, Any] = {"state_dict_unet": {}}
    for which, rank in RANKS.items():
        content[f"lora_rank_unet_{which}"] = rank
        for part in ("encoder", "decoder", "others"):
            content[f"unet_lora_{part}_modules_{which}"] = []
        for name, parameter_shape in _unet_shapes().items():
            layer = name.removesuffix(".weight")
            if "bias" in name or "norm" in name or not any(kind in name for kind in KINDS):
                continue
            part = next((PARTS[begin] for begin in PARTS if begin in name), "others")
            content[f"unet_lora_{part}_modules_{which}"].append(layer)
            rows, *inner = parameter_shape
            ones = (1,) * (len(parameter_shape) - 2)
            for half, shape in (("A", (rank, *inner)), ("B", (rows, rank, *ones))):
                key = f"{layer}.lora_{half}.default_{part}_{which}.weight"
                fan = int(np.prod(shape[1:]))
                content["state_dict_unet"][key] = drawn(key, shape, 0.6 * fan**-0.5)
    return content


def saved_pisa(path: Path) -> Path:
    torch.save(pisa_checkpoint(), path)
    return path
