"""A RAM of a few hundred kilobytes with weights by formula, and a DAPE for it, in the file formats
of their authors, key by key. `tests/data/ram-tiny/README.md` says what their code makes of them."""

import zlib
from pathlib import Path
from typing import Any

import numpy as np
import torch

WIDTH, DEPTHS, HEADS, WINDOW = 8, (2, 2), (2, 4), 12
EMBEDDING, HIDDEN, INNER, LAYERS = 512, 16, 24, 2
RANK = 8
TAGS = tuple(f"tag {index}" for index in range(24))
THRESHOLDS = tuple(0.2 + 0.005 * index for index in range(24))

State = dict[str, Any]


def drawn(name: str, *shape: int, scale: float = 1.0) -> torch.Tensor:
    """Return numbers that depend on the name alone; the stream of `RandomState` is frozen."""
    draw = np.random.RandomState(zlib.crc32(name.encode()))
    return torch.from_numpy(draw.standard_normal(shape) * scale).float()


def ram_state() -> State:
    """Return the weights as in the checkpoint's "model"."""
    state: State = {}

    def linear(name: str, rows: int, columns: int, bias: bool = True) -> None:
        state[f"{name}.weight"] = drawn(f"{name}.weight", rows, columns, scale=columns**-0.5)
        if bias:
            state[f"{name}.bias"] = drawn(f"{name}.bias", rows, scale=0.2)

    def norm(name: str, width: int) -> None:
        state[f"{name}.weight"] = 1 + drawn(f"{name}.weight", width, scale=0.2)
        state[f"{name}.bias"] = drawn(f"{name}.bias", width, scale=0.2)

    eye = "visual_encoder"
    first = f"{eye}.patch_embed.proj"
    state[f"{first}.weight"] = drawn(first, WIDTH, 3, 4, 4, scale=0.2)
    state[f"{first}.bias"] = drawn(f"{first}.bias", WIDTH)
    norm(f"{eye}.patch_embed.norm", WIDTH)
    for stage, (depth, heads) in enumerate(zip(DEPTHS, HEADS, strict=True)):
        width = WIDTH * 2**stage
        for index in range(depth):
            block = f"{eye}.layers.{stage}.blocks.{index}"
            table = f"{block}.attn.relative_position_bias_table"
            state[table] = drawn(table, (2 * WINDOW - 1) ** 2, heads)
            state[f"{block}.attn.relative_position_index"] = torch.zeros(
                WINDOW**2, WINDOW**2
            ).long()
            linear(f"{block}.attn.qkv", 3 * width, width)
            linear(f"{block}.attn.proj", width, width)
            norm(f"{block}.norm1", width)
            norm(f"{block}.norm2", width)
            linear(f"{block}.mlp.fc1", 4 * width, width)
            linear(f"{block}.mlp.fc2", width, 4 * width)
            if index % 2:
                state[f"{block}.attn_mask"] = torch.zeros(4, WINDOW**2, WINDOW**2)
        if stage < len(DEPTHS) - 1:
            linear(f"{eye}.layers.{stage}.downsample.reduction", 2 * width, 4 * width, bias=False)
            norm(f"{eye}.layers.{stage}.downsample.norm", 4 * width)
    norm(f"{eye}.norm", WIDTH * 2 ** (len(DEPTHS) - 1))
    for layer in range(LAYERS):
        before = f"tagging_head.encoder.layer.{layer}"
        linear(f"{before}.crossattention.self.query", HIDDEN, HIDDEN)
        linear(f"{before}.crossattention.self.key", HIDDEN, EMBEDDING)
        linear(f"{before}.crossattention.self.value", HIDDEN, EMBEDDING)
        linear(f"{before}.crossattention.output.dense", HIDDEN, HIDDEN)
        norm(f"{before}.crossattention.output.LayerNorm", HIDDEN)
        linear(f"{before}.intermediate.dense", INNER, HIDDEN)
        linear(f"{before}.output.dense", HIDDEN, INNER)
        norm(f"{before}.output.LayerNorm", HIDDEN)
    state["label_embed"] = drawn("label_embed", len(TAGS), EMBEDDING)
    linear("wordvec_proj", HIDDEN, EMBEDDING)
    linear("fc", 1, HIDDEN)
    linear("image_proj", EMBEDDING, WIDTH * 2 ** (len(DEPTHS) - 1))
    # Of its captioning part, which is not used.
    state["text_decoder.cls.predictions.bias"] = torch.zeros(4)
    state["tag_encoder.encoder.layer.0.crossattention.self.query.bias"] = torch.zeros(HIDDEN)
    return state


def dape_state() -> State:
    """Return the LoRA as loralib saves it: for queries and values, and for queries and keys."""
    state: State = {}

    def lora(name: str, down: tuple[int, int], up: tuple[int, int]) -> None:
        state[f"{name}.lora_A"] = drawn(f"{name}.lora_A", *down, scale=0.4)
        state[f"{name}.lora_B"] = drawn(f"{name}.lora_B", *up, scale=0.4)

    for stage, depth in enumerate(DEPTHS):
        width = WIDTH * 2**stage
        for index in range(depth):
            name = f"visual_encoder.layers.{stage}.blocks.{index}.attn.qkv"
            lora(name, (2 * RANK, width), (2 * width, RANK))
    for layer in range(LAYERS):
        before = f"tagging_head.encoder.layer.{layer}.crossattention.self"
        lora(f"{before}.query", (RANK, HIDDEN), (HIDDEN, RANK))
        lora(f"{before}.key", (RANK, EMBEDDING), (HIDDEN, RANK))
        # The captioning part has some, which training left at zero.
        other = before.replace("tagging_head", "tag_encoder")
        state[f"{other}.query.lora_A"] = torch.ones(RANK, HIDDEN)
        state[f"{other}.query.lora_B"] = torch.zeros(HIDDEN, RANK)
    return state


def saved_ram(folder: Path) -> Path:
    """Save all files under the names that the authors use, and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    torch.save({"model": ram_state()}, folder / "ram_swin_large_14m.pth")
    torch.save(dape_state(), folder / "DAPE.pth")
    (folder / "ram_tag_list.txt").write_text("\n".join(TAGS), encoding="utf-8")
    thresholds = "\n".join(f"{value:g}" for value in THRESHOLDS)
    (folder / "ram_tag_list_threshold.txt").write_text(f"{thresholds}\n", encoding="utf-8")
    return folder
