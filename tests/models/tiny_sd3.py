"""A Stable Diffusion 3 of a few kilobytes with random weights, saved as a user's would be, and
adapters for it in the file formats of Chain-of-Zoom's authors."""

from pathlib import Path
from typing import Any

import torch

LAYERS = 2
"""Blocks of the transformer: 2 norms in the first, 1 in the last, where the context ends."""


def save_tiny_sd3(folder: Path) -> Path:
    """Save the base and return its folder."""
    from diffusers import (
        AutoencoderKL,
        FlowMatchEulerDiscreteScheduler,
        SD3Transformer2DModel,
        StableDiffusion3Pipeline,
    )
    from transformers import (
        CLIPTextConfig,
        CLIPTextModelWithProjection,
        T5Config,
        T5EncoderModel,
    )

    torch.manual_seed(0)
    blocks = 4
    vae = AutoencoderKL(
        block_out_channels=(8,) * blocks,
        down_block_types=("DownEncoderBlock2D",) * blocks,
        up_block_types=("UpDecoderBlock2D",) * blocks,
        layers_per_block=1,
        latent_channels=4,
        norm_num_groups=4,
        scaling_factor=1.5,
        shift_factor=0.06,
        use_quant_conv=False,
        use_post_quant_conv=False,
    )
    transformer = SD3Transformer2DModel(
        sample_size=32,
        in_channels=4,
        out_channels=4,
        num_layers=LAYERS,
        num_attention_heads=2,
        attention_head_dim=8,
        caption_projection_dim=16,
        joint_attention_dim=48,
        pooled_projection_dim=16 + 24,
        pos_embed_max_size=96,
    )
    clips = [
        CLIPTextModelWithProjection(
            CLIPTextConfig(
                vocab_size=len(clip_vocabulary()),
                hidden_size=width,
                projection_dim=width,
                intermediate_size=2 * width,
                num_hidden_layers=3,
                num_attention_heads=2,
                bos_token_id=0,
                eos_token_id=1,
                pad_token_id=1,
            )
        )
        for width in (16, 24)
    ]
    t5 = T5EncoderModel(
        T5Config(
            vocab_size=len(T5_PIECES),
            d_model=48,
            d_kv=8,
            d_ff=32,
            num_layers=2,
            num_heads=2,
            feed_forward_proj="gated-gelu",
        )
    )
    StableDiffusion3Pipeline(
        transformer=transformer,
        scheduler=FlowMatchEulerDiscreteScheduler(shift=3.0),
        vae=vae,
        text_encoder=clips[0],
        tokenizer=clip_tokenizer("<|endoftext|>"),
        text_encoder_2=clips[1],
        tokenizer_2=clip_tokenizer("!"),
        text_encoder_3=t5,
        tokenizer_3=t5_tokenizer(),
    ).to(dtype=torch.float16).save_pretrained(folder, safe_serialization=True)
    return folder


def clip_vocabulary() -> dict[str, int]:
    """Return the two marks and every letter, inside and at the end of a word."""
    letters = "!,.abcdefghijklmnopqrstuvwxyz"
    names = ["<|startoftext|>", "<|endoftext|>", *letters, *(f"{letter}</w>" for letter in letters)]
    return {name: index for index, name in enumerate(names)}


def clip_tokenizer(pad: str) -> Any:
    from transformers import CLIPTokenizer

    return CLIPTokenizer(vocab=clip_vocabulary(), merges=[], pad_token=pad, model_max_length=77)


T5_PIECES = [
    ("<pad>", 0.0),
    ("</s>", 0.0),
    ("<unk>", 0.0),
    ("▁", -2.0),
    *((letter, -3.0) for letter in "!,.abcdefghijklmnopqrstuvwxyz"),
]


def t5_tokenizer() -> Any:
    from transformers import T5TokenizerFast

    return T5TokenizerFast(vocab=T5_PIECES, extra_ids=0, model_max_length=512)


def open_transformer(base: Path) -> Any:
    """Return the base's transformer in fp32."""
    from diffusers import SD3Transformer2DModel

    return SD3Transformer2DModel.from_pretrained(base / "transformer").eval()


def open_vae(base: Path) -> Any:
    """Return the base's VAE in fp32."""
    from diffusers import AutoencoderKL

    return AutoencoderKL.from_pretrained(base / "vae").eval()


def lora_list(base: Path) -> list[torch.Tensor]:
    """Return a LoRA list: for `norm1` of all blocks and `norm1_context` of all but the last, in
    the order of the transformer's modules."""
    draw = torch.Generator().manual_seed(1)
    values = []
    transformer = open_transformer(base)
    for index, block in enumerate(transformer.transformer_blocks):
        for norm in (block.norm1, block.norm1_context)[: 2 if index < LAYERS - 1 else 1]:
            rows, columns = norm.linear.weight.shape
            values.append(torch.randn(rows, 4, generator=draw) * 0.1)
            values.append(torch.randn(4, columns, generator=draw) * 0.1)
    return values


def peft_encoder(base: Path) -> Any:
    """Return the base's VAE encoder in which every layer carries a LoRA by peft, at work."""
    from peft import LoraConfig, inject_adapter_in_model

    torch.manual_seed(2)
    config = LoraConfig(
        r=4,
        init_lora_weights="gaussian",
        target_modules=r".*(conv_in|conv1|conv2|conv|conv_shortcut|conv_out|to_k|to_q|to_v|to_out\.0)",
    )
    encoder = inject_adapter_in_model(config, open_vae(base).encoder, "default_encoder")
    for name, parameter in encoder.named_parameters():
        if "lora_" in name:
            torch.nn.init.normal_(parameter, std=0.1)
    return encoder.half().float().eval()


def saved_lora(path: Path, base: Path) -> Path:
    torch.save(lora_list(base), path)
    return path


def saved_encoder(path: Path, base: Path) -> Path:
    state = peft_encoder(base).state_dict()
    torch.save({name: tensor.half() for name, tensor in state.items()}, path)
    return path
