"""Runs a vision-language model on a question about images, as the Chain-of-Zoom authors do."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from PIL import Image

from cozviewer.image.pixels import Rgb8
from cozviewer.models.quiet import quietly
from cozviewer.models.qwen.loading import Vlm

SIDE = 512
"""Minimum pixels of the longer side of an image, as in the authors' code."""

THINNEST = 28
"""Minimum pixels of the shorter side: one patch. Models refuse much thinner images."""


def answer(
    vlm: Vlm,
    question: str,
    shown: Sequence[Rgb8],
    max_tokens: int,
    check: Callable[[], None],
) -> str:
    """Return the unprocessed answer of a model.

    Args:
        vlm: The model.
        question: The system message; as in the authors' code, the user message has only images.
        shown: (H, W, 3) each, in order.
        max_tokens: Maximum length of the answer.
        check: Called before each layer for each token; an exception that it raises ends the work.
    """
    import torch
    from transformers.utils import logging as of_transformers

    with quietly(of_transformers), torch.inference_mode(), checked(vlm.model, check):
        inputs = vlm.processor.apply_chat_template(
            messages(question, shown),
            tokenize=True,
            return_dict=True,
            add_generation_prompt=True,
            return_tensors="pt",
        ).to(vlm.device.name, dtype=getattr(torch, vlm.device.dtype))
        tokens = vlm.model.generate(**inputs, max_new_tokens=max_tokens)
        answered = tokens[0, inputs["input_ids"].shape[1] :]
        return str(
            vlm.processor.decode(
                answered, skip_special_tokens=True, clean_up_tokenization_spaces=False
            )
        )


def messages(question: str, shown: Sequence[Rgb8]) -> list[dict[str, Any]]:
    """Return a conversation as `apply_chat_template` takes it."""
    images = [{"type": "image", "image": as_shown(rgb)} for rgb in shown]
    return [
        {"role": "system", "content": [{"type": "text", "text": question}]},
        {"role": "user", "content": images},
    ]


def as_shown(rgb: Rgb8) -> Image.Image:
    """Return an image as the model gets it: enlarged (bicubic) until its longer side is SIDE.

    The authors use enlarged crops, and the answers depend on the size.
    """
    height, width = rgb.shape[:2]
    scale = max(1.0, SIDE / max(width, height))
    size = tuple(max(round(side * scale), THINNEST) for side in (width, height))
    image = Image.fromarray(np.ascontiguousarray(rgb))
    return image if image.size == size else image.resize(size, Image.Resampling.BICUBIC)


@contextmanager
def checked(model: Any, check: Callable[[], None]) -> Iterator[None]:
    """Call `check` before each layer of a model runs."""
    from torch.nn import ModuleList

    layers = [layer for part in model.modules() if isinstance(part, ModuleList) for layer in part]
    hooks = [layer.register_forward_pre_hook(lambda *_: check()) for layer in layers]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()
