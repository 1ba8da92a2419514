"""Keeps a vision-language model in 8 or 4 bits a weight instead of 16, with bitsandbytes."""

import logging
from importlib.util import find_spec
from typing import Any

from cozviewer.config.choice import QUANTISED
from cozviewer.util.errors import BadInput

UNTOUCHED = ["lm_head", ".*visual", ".*vision_tower", ".*vision_model"]
"""What stays in 16 bits, as patterns of names: where a crop comes in and words go out."""


def check_quantised(quantised: str) -> None:
    """Raise BadInput unless a model can be kept so; that the device can, `Room` checks.

    Args:
        quantised: One of QUANTISED, or "" for no quantisation.
    """
    if quantised not in ("", *QUANTISED):
        raise BadInput(f"There is no quantisation {quantised!r}: choose {' or '.join(QUANTISED)}.")
    if quantised and find_spec("bitsandbytes") is None:
        raise BadInput(
            f"Keeping a model in {quantised} wants bitsandbytes, which is not installed: run `pip "
            "install bitsandbytes`, or choose another --memory."
        )


def quantisation(quantised: str) -> Any:
    """Return what `from_pretrained` takes to quantise as it reads."""
    import torch
    from transformers import BitsAndBytesConfig

    # It would tell at every layer that bf16 becomes fp16 within.
    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)
    return BitsAndBytesConfig(
        load_in_8bit=quantised == "8bit",
        load_in_4bit=quantised == "nf4",
        bnb_4bit_quant_type="nf4",
        bnb_4bit_compute_dtype=torch.bfloat16,
        llm_int8_skip_modules=UNTOUCHED,
    )


def quantised_anew(model: Any, quantised: str, place: str) -> Any:
    """Return a quantised copy of a model that lies whole on the CPU.

    Args:
        place: torch's name of the device where the copy is to be.
    """
    copy = type(model).from_pretrained(
        None,
        config=model.config,
        state_dict=model.state_dict(),
        dtype=model.dtype,
        device_map={"": place},
        quantization_config=quantisation(quantised),
    )
    copy.generation_config = model.generation_config
    return copy
