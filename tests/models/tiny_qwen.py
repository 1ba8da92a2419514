"""A Qwen2.5-VL of a few hundred kilobytes with random weights, in the files and formats that the
real one is downloaded in, and adapters for it as peft saves them.

Its tokenizer knows every byte, and whole words to answer with, so that what it says is readable.
"""

import json
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch

from cozviewer.image.pixels import Rgb8

WORDS = ("fur", "eye", "ear", "cat", "grass", "stone", "leaf", "bark", "sand", "sky", "moss", "hay")

SPECIAL = (
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|vision_start|>",
    "<|vision_end|>",
    "<|vision_pad|>",
    "<|image_pad|>",
    "<|video_pad|>",
)

TEMPLATE = (
    "{% for message in messages %}"
    "{% if loop.first and message['role'] != 'system' %}"
    "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n"
    "{% endif %}"
    "<|im_start|>{{ message['role'] }}\n"
    "{% if message['content'] is string %}{{ message['content'] }}"
    "{% else %}{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}<|vision_start|><|image_pad|><|vision_end|>"
    "{% elif 'text' in part %}{{ part['text'] }}"
    "{% endif %}{% endfor %}{% endif %}<|im_end|>\n"
    "{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
"""The chat template of the real model, for images and text only."""

Ending = Literal["never", "at once"]


def save_tiny_qwen(folder: Path, *, ending: Ending = "never", layers: int = 2) -> Path:
    """Save a model and return its folder.

    Args:
        folder: Is made.
        ending: Whether it talks until it is cut off, or says nothing at all.
        layers: Of the language model.
    """
    from transformers import Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration

    tokenizer = tiny_tokenizer()
    config = hub_config(tokenizer) | {"num_hidden_layers": layers}
    torch.manual_seed(0)
    model = Qwen2_5_VLForConditionalGeneration(Qwen2_5_VLConfig(**config))
    let_speak(model, tokenizer, ending)
    model.to(torch.bfloat16).save_pretrained(folder, max_shard_size="80KB")
    # Those of the hub were written by an older transformers.
    write_json(folder / "config.json", config)
    write_json(folder / "generation_config.json", generation_config(tokenizer))
    write_json(
        folder / "preprocessor_config.json",
        {
            "image_processor_type": "Qwen2VLImageProcessor",
            "processor_class": "Qwen2_5_VLProcessor",
            "min_pixels": 3136,
            "max_pixels": 12845056,
            "patch_size": 14,
            "temporal_patch_size": 2,
            "merge_size": 2,
        },
    )
    tokenizer.save_pretrained(folder)
    write_json(folder / "chat_template.json", {"chat_template": TEMPLATE})
    return folder


def save_tiny_qwen3(folder: Path) -> Path:
    """Save a tiny Qwen3-VL, as the transformers of now saves it, and return its folder."""
    from transformers import (
        GenerationConfig,
        Qwen2VLImageProcessor,
        Qwen3VLConfig,
        Qwen3VLForConditionalGeneration,
        Qwen3VLProcessor,
        Qwen3VLVideoProcessor,
    )

    tokenizer = tiny_tokenizer()
    ids = special_ids(tokenizer)
    torch.manual_seed(0)
    model = Qwen3VLForConditionalGeneration(
        Qwen3VLConfig(
            text_config={
                "vocab_size": len(tokenizer),
                "hidden_size": 32,
                "intermediate_size": 48,
                "num_hidden_layers": 3,
                "num_attention_heads": 4,
                "num_key_value_heads": 2,
                "head_dim": 8,
                "initializer_range": 0.3,
                "rope_parameters": {
                    "rope_type": "default",
                    "rope_theta": 1e6,
                    "mrope_section": [2, 1, 1],
                    "mrope_interleaved": True,
                },
            },
            vision_config={
                "depth": 2,
                "hidden_size": 16,
                "intermediate_size": 24,
                "num_heads": 2,
                "out_hidden_size": 32,
                "num_position_embeddings": 64,
                "deepstack_visual_indexes": [0],
                "initializer_range": 0.3,
            },
            image_token_id=ids["image_token_id"],
            video_token_id=ids["video_token_id"],
            vision_start_token_id=ids["vision_start_token_id"],
            vision_end_token_id=ids["vision_end_token_id"],
            tie_word_embeddings=False,
        )
    )
    let_speak(model, tokenizer, "never")
    model.generation_config = GenerationConfig(**generation_config(tokenizer))
    model.to(torch.bfloat16).save_pretrained(folder)
    Qwen3VLProcessor(
        image_processor=Qwen2VLImageProcessor(
            patch_size=16, size={"shortest_edge": 65536, "longest_edge": 16777216}
        ),
        tokenizer=tokenizer,
        video_processor=Qwen3VLVideoProcessor(),
        chat_template=TEMPLATE,
    ).save_pretrained(folder)
    return folder


def save_adapter(
    folder: Path, base: Path, *, names: Literal["now", "older"] = "now", **settings: Any
) -> Path:
    """Save a LoRA like the one of Chain-of-Zoom's authors for a tiny model, and return its folder.

    Args:
        folder: Is made.
        base: As `save_tiny_qwen` returns it.
        names: Whether its layers are called as by the transformers of now, or as by the one that
            the authors trained with.
        settings: Of peft's LoraConfig, instead of the authors'.
    """
    from peft import LoraConfig, get_peft_model
    from safetensors.torch import load_file, save_file

    layers = "q_proj|k_proj|v_proj|o_proj|gate_proj|up_proj|down_proj"
    authors = {"r": 8, "lora_alpha": 32, "target_modules": rf".*language_model.*\.({layers})"}
    torch.manual_seed(1)
    with _without_peft_s_warning():
        model = get_peft_model(open_model(base), LoraConfig(**authors | settings))
    for name, parameter in model.named_parameters():
        if "lora_B" in name:  # peft begins with zeros
            torch.nn.init.normal_(parameter, std=0.3)
    model.save_pretrained(folder)
    path = folder / "adapter_model.safetensors"
    if names == "older":
        state = load_file(path)
        now, older = "model.language_model.layers.", "model.layers."
        save_file({name.replace(now, older): tensor for name, tensor in state.items()}, path)
    return folder


def merged_by_peft(base: Path, adapter: Path) -> Any:
    """Return a tiny model in fp32 with an adapter of today's names, as peft itself merges it."""
    from peft import PeftModel

    with _without_peft_s_warning():
        return PeftModel.from_pretrained(open_model(base), adapter).merge_and_unload()


@contextmanager
def _without_peft_s_warning() -> Iterator[None]:
    """peft asks models something that transformers has renamed."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "`is_gradient_checkpointing`", FutureWarning)
        yield


def open_model(base: Path) -> Any:
    """Return a tiny model in fp32, opened by transformers itself."""
    from transformers import AutoModelForImageTextToText

    return AutoModelForImageTextToText.from_pretrained(base, dtype=torch.float32).eval()


def tiny_tokenizer() -> Any:
    """Return a tokenizer that reads bytes and writes bytes, words and the special tokens."""
    from tokenizers.pre_tokenizers import ByteLevel
    from transformers import Qwen2Tokenizer

    pieces = [*sorted(ByteLevel.alphabet()), *(f"Ġ{word}," for word in WORDS)]
    return Qwen2Tokenizer(
        vocab={piece: index for index, piece in enumerate(pieces)},
        merges=[],
        unk_token=None,
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        extra_special_tokens=list(SPECIAL),
    )


def special_ids(tokenizer: Any) -> dict[str, int]:
    """Return what configurations call the special tokens, and their numbers."""
    names = {
        "bos_token_id": "<|endoftext|>",
        "eos_token_id": "<|im_end|>",
        "vision_start_token_id": "<|vision_start|>",
        "vision_end_token_id": "<|vision_end|>",
        "vision_token_id": "<|vision_pad|>",
        "image_token_id": "<|image_pad|>",
        "video_token_id": "<|video_pad|>",
    }
    return {name: tokenizer.convert_tokens_to_ids(token) for name, token in names.items()}


def hub_config(tokenizer: Any) -> dict[str, Any]:
    """Return a config.json of the real layout: that of the language model at the top."""
    return {
        "architectures": ["Qwen2_5_VLForConditionalGeneration"],
        "model_type": "qwen2_5_vl",
        **special_ids(tokenizer),
        "vocab_size": len(tokenizer),
        "hidden_size": 32,
        "intermediate_size": 48,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "initializer_range": 0.3,
        "rope_theta": 1000000.0,
        "rope_scaling": {"type": "mrope", "mrope_section": [2, 1, 1]},
        "tie_word_embeddings": False,
        "torch_dtype": "bfloat16",
        "vision_config": {
            "depth": 2,
            "hidden_size": 16,
            "intermediate_size": 24,
            "num_heads": 2,
            "out_hidden_size": 32,
            "fullatt_block_indexes": [1],
            "initializer_range": 0.3,
        },
    }


def generation_config(tokenizer: Any) -> dict[str, Any]:
    """Return a generation_config.json as the real one: it samples."""
    end, rest = special_ids(tokenizer)["eos_token_id"], special_ids(tokenizer)["bos_token_id"]
    return {
        "bos_token_id": rest,
        "pad_token_id": rest,
        "eos_token_id": [end, rest],
        "do_sample": True,
        "repetition_penalty": 1.05,
        "temperature": 1e-6,
    }


def let_speak(model: Any, tokenizer: Any, ending: Ending) -> None:
    """Let a model say WORDS alone, or nothing."""
    rows = model.lm_head.weight.data
    said = tokenizer.convert_tokens_to_ids([f"Ġ{word}," for word in WORDS])
    drawn = rows[said].clone()
    rows.zero_()
    if ending == "never":
        rows[said] = drawn
        return
    # Whatever the state, one of two opposite rows is positive, and both are ends.
    ends = tokenizer.convert_tokens_to_ids(["<|im_end|>", "<|endoftext|>"])
    rows[ends[0]], rows[ends[1]] = drawn[0], -drawn[0]


def noise(seed: int) -> Rgb8:
    """Return an image of the size that models are shown, (512, 512, 3), about which a tiny one
    says something else for every seed."""
    return np.random.default_rng(seed).integers(0, 256, (512, 512, 3), np.uint8)


def write_json(path: Path, content: object) -> None:
    """Write a JSON file."""
    path.write_text(json.dumps(content, indent=2), encoding="utf-8")
