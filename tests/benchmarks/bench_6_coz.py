"""Chain-of-Zoom at full size, with random weights: the step, and the model that finds the words.

It takes 13 GB of memory and several minutes, so it wants to be asked for: COZVIEWER_BIG_BENCH=1.
The sizes are those of Stable Diffusion 3 medium and of Qwen2.5-VL-3B; what the weights are makes
no difference to the time.
"""

import os
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cozviewer.image.pixels import RgbFloat
from cozviewer.models.coz.base import quiet
from cozviewer.models.coz.cpu_optimizations import optimize_vae, prepack
from cozviewer.models.coz.network import Sd3, one_step
from cozviewer.models.coz.prompt_embeds import PromptEmbeds
from cozviewer.models.coz.tiled_diffusion import noise_of
from cozviewer.models.device import Device, pick_device
from cozviewer.models.memory.manager import release_cached_memory
from tests.benchmarks.desk import show

big = pytest.mark.skipif(
    os.environ.get("COZVIEWER_BIG_BENCH") != "1", reason="takes 13 GB: set COZVIEWER_BIG_BENCH=1"
)

STATUS, REFS = Path("/proc/self/status"), Path("/proc/self/clear_refs")

ROUNDS = 2
"""Of which the faster one counts: with weights of gigabytes, the first one warms up."""

STAGES = ("encode", "transformer", "decode")

TRANSFORMER = {
    "sample_size": 128,
    "patch_size": 2,
    "in_channels": 16,
    "out_channels": 16,
    "num_layers": 24,
    "attention_head_dim": 64,
    "num_attention_heads": 24,
    "joint_attention_dim": 4096,
    "caption_projection_dim": 1536,
    "pooled_projection_dim": 2048,
    "pos_embed_max_size": 192,
}

VAE = {
    "block_out_channels": (128, 256, 512, 512),
    "down_block_types": ("DownEncoderBlock2D",) * 4,
    "up_block_types": ("UpDecoderBlock2D",) * 4,
    "layers_per_block": 2,
    "latent_channels": 16,
    "scaling_factor": 1.5305,
    "shift_factor": 0.0609,
    "use_quant_conv": False,
    "use_post_quant_conv": False,
}

LANGUAGE = {
    "hidden_size": 2048,
    "intermediate_size": 11008,
    "num_hidden_layers": 36,
    "num_attention_heads": 16,
    "num_key_value_heads": 2,
    "vocab_size": 151936,
    "rope_theta": 1e6,
    "rope_scaling": {"rope_type": "default", "mrope_section": [16, 24, 24]},
    "tie_word_embeddings": True,
}

VISION = {
    "depth": 32,
    "hidden_size": 1280,
    "intermediate_size": 3420,
    "num_heads": 16,
    "out_hidden_size": 2048,
    "fullatt_block_indexes": [7, 15, 23, 31],
}

SEEN, BEGIN, END = 151655, 151652, 151653
"""Tokens: a part of an image, and what stands before and after an image."""


def filled(build: Callable[[], Any], dtype: str) -> Any:
    """Return a network with random weights in `dtype`, which are never there in another."""
    import torch

    with torch.device("meta"):
        network = build()
    with quiet():
        network.to(getattr(torch, dtype)).to_empty(device="cpu")
    torch.manual_seed(0)
    some = torch.randn(1 << 20)
    for weight in network.parameters():
        deviation = weight[0].numel() ** -0.5 if weight.ndim > 1 else 0.1
        flat = weight.data.view(-1)
        for begin in range(0, len(flat), len(some)):
            part = flat[begin : begin + len(some)]
            part.copy_(some[: len(part)] * deviation)
    for buffer in network.buffers():
        buffer.zero_()
    return network.eval().requires_grad_(False)


def forget_peak() -> None:
    """Have Linux measure the largest memory anew."""
    release_cached_memory()
    REFS.write_text("5")


def peak() -> float:
    """Return the gigabytes that this program took at most since then."""
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024 / 1e9


def transformer(dtype: str) -> Any:
    from diffusers import SD3Transformer2DModel

    return filled(lambda: SD3Transformer2DModel(**TRANSFORMER), dtype)


def vae(device: Device, *, quick: bool) -> Any:
    import torch
    from diffusers import AutoencoderKL

    network = filled(lambda: AutoencoderKL(**VAE), device.dtype)
    if quick:
        optimize_vae(network)
    layout = torch.channels_last if device.channels_last else torch.preserve_format
    return network.to(memory_format=layout)


def step(sd3: Sd3) -> list[float]:
    """Return the seconds that each stage of a step takes."""
    import torch

    dtype = getattr(torch, sd3.device.dtype)
    draw = np.random.default_rng(0)
    image = draw.random((512, 512, 3), np.float32)
    words = PromptEmbeds(torch.randn(1, 589, 4096).to(dtype), torch.randn(1, 2048).to(dtype))
    best = [float("inf")] * len(STAGES)
    for _ in range(ROUNDS):
        taken = timed(sd3, image, words)
        best = [min(pair) for pair in zip(best, taken, strict=True)]
    return best


def timed(sd3: Sd3, image: RgbFloat, words: PromptEmbeds) -> list[float]:
    marks: list[float] = []
    noise = noise_of(sd3, 512, 512, 0)
    one_step(sd3, image, words, noise, lambda: marks.append(time.monotonic()))
    marks.append(time.monotonic())
    return [end - begin for begin, end in pairwise(marks)]


def told(name: str, seconds: list[float], memory: float) -> None:
    stages = ", ".join(f"{took:.1f} {stage}" for took, stage in zip(seconds, STAGES, strict=True))
    show(f"{name}: {sum(seconds):.1f} s", f"{memory:.1f} GB")
    show(f"   {stages}", "")


@big
def test_step() -> None:
    print("\n6. A step of Chain-of-Zoom, 512 x 512 pixels, the words known")
    place = pick_device("cpu")
    ours = place.for_large()
    sd3 = Sd3(transformer("float32"), vae(place.plain(), quick=False), place.plain())
    authors = step(sd3)
    told("the authors' fp32", authors, peak())
    del sd3
    forget_peak()
    plain = replace(place.plain(), dtype="bfloat16")
    network = transformer(ours.dtype)
    if ours.dtype == plain.dtype:
        told("bf16 alone", step(Sd3(network, vae(plain, quick=False), plain)), peak())
        forget_peak()
    prepack(network)
    sd3 = Sd3(network, vae(ours, quick=True), ours)
    best = step(sd3)
    told(f"best, {ours.label}", best, peak())
    show("the authors' over best", f"{sum(authors) / sum(best):.1f}", "24.5 s / 6 s = 4.1 with AMX")
    del sd3, network
    forget_peak()


@big
def test_words() -> None:
    import torch
    from transformers import Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration

    print("\n   Words for two pictures of 512 x 512")
    pick_device("cpu")
    config = Qwen2_5_VLConfig(
        text_config=LANGUAGE, vision_config=VISION, image_token_id=SEEN, tie_word_embeddings=True
    )
    model = filled(lambda: Qwen2_5_VLForConditionalGeneration(config), "bfloat16")
    model.tie_weights()
    side = 36  # patches of 14 pixels; four of them are a token
    image = [BEGIN, *[SEEN] * (side * side // 4), END]
    tokens = torch.tensor([[*range(100, 130), *image, *image, *range(130, 135)]])
    inputs = {
        "input_ids": tokens,
        "attention_mask": torch.ones_like(tokens),
        "mm_token_type_ids": (tokens == SEEN).int(),
        "pixel_values": torch.randn(2 * side * side, 3 * 2 * 14 * 14).bfloat16(),
        "image_grid_thw": torch.tensor([[1, side, side]] * 2),
    }

    def seconds(count: int) -> float:
        started = time.monotonic()
        with torch.inference_mode():
            model.generate(**inputs, max_new_tokens=count, min_new_tokens=count, do_sample=False)
        return time.monotonic() - started

    looking = min(seconds(1) for _ in range(ROUNDS))
    saying = seconds(32) - looking
    show(f"bf16, looking and 32 tokens: {looking + saying:.1f} s", f"{peak():.1f} GB")
    show(f"   {looking:.1f} looking, {saying:.1f} saying", "", "below 12 s with AMX")
