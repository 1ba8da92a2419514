"""Loads a vision-language model onto its device, quantised or with an adapter fused into it."""

import logging
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from cozviewer.config.choice import QUANTISED
from cozviewer.models.device import Device
from cozviewer.models.network import is_out_of_memory
from cozviewer.models.quiet import quietly
from cozviewer.models.qwen.adapter import fuse, read_adapter
from cozviewer.models.qwen.folder import broken_model
from cozviewer.util.errors import BadInput
from cozviewer.util.translation import listed, translate

KEPT = ("bos_token_id", "eos_token_id", "pad_token_id", "repetition_penalty")
"""Generation settings of a model that are used; sampling is off. The authors also use the penalty
of 1.05, and a temperature of 1e-6, which is greedy."""

UNTOUCHED = ["lm_head", ".*visual", ".*vision_tower", ".*vision_model"]
"""Name patterns of layers that stay in 16 bits: the vision encoder and the output layer."""


@dataclass(frozen=True, eq=False, slots=True)
class Vlm:
    """A loaded vision-language model.

    Attributes:
        model: An `AutoModelForImageTextToText`.
        processor: Makes its inputs from messages, and text from its outputs.
        device: Its device and number format.
        label: Device and number format to display: "CPU, bf16".
    """

    model: Any
    processor: Any
    device: Device
    label: str


def check_quantised(quantised: str) -> None:
    """Check that a model can be quantised; `MemoryManager` checks the device.

    Args:
        quantised: One of QUANTISED, or "" for no quantisation.

    Raises:
        BadInput: The format is unknown, or its optional component is not installed.
    """
    if quantised not in ("", *QUANTISED):
        raise BadInput(
            translate("Error", "Unknown quantisation {quantised!r}: choose {names}.").format(
                quantised=quantised, names=listed(QUANTISED)
            )
        )
    if quantised and find_spec("bitsandbytes") is None:
        raise BadInput(
            translate(
                "Error",
                "Loading a model in {quantised} needs an optional component that is not installed "
                "(see the README): choose another memory mode.",
            ).format(quantised=quantised)
        )


def open_vlm(folder: Path, adapter: Path | None, device: Device, quantised: str) -> Vlm:
    """Return the model in a folder.

    It runs in bf16 on every device: its weights are published in bf16, the range of fp16 is too
    narrow for its activations, and fp32 would take 15 GB. On a CPU without bf16 (before AVX-512)
    encoding a crop takes about 4 times as long as in fp32; generating text does not.

    Args:
        folder: As `qwen_folder` returns it.
        adapter: A folder that passed `check_adapter`, or None.
        device: Device to run on.
        quantised: "", or a format that passed `check_quantised`.

    Raises:
        BadInput: A file is broken, or does not fit the others.
    """
    from transformers import AutoProcessor
    from transformers.utils import logging as of_transformers

    device = replace(device, dtype="bfloat16")
    label = f"{device.hardware}, {quantised}" if quantised else device.label
    with quietly(of_transformers):
        try:
            processor = AutoProcessor.from_pretrained(
                folder, local_files_only=True, trust_remote_code=False
            )
        except Exception as error:
            raise _broken(folder, error) from error
        if adapter and quantised:
            # Fused before, as its changes are finer than the steps of four bits.
            model = quantised_copy(_fused(folder, adapter, "cpu"), quantised, device.name)
        elif adapter:
            model = _fused(folder, adapter, device.name)
        elif quantised:
            model = _opened(folder, device.name, quantization_config=quantisation(quantised))
        else:
            model = _opened(folder, device.name)
    model.generation_config = _greedy(model.generation_config, processor)
    return Vlm(model.eval().requires_grad_(False), processor, device, label)


def quantisation(quantised: str) -> Any:
    """Return the quantisation settings for `from_pretrained`."""
    import torch
    from transformers import BitsAndBytesConfig

    # It would warn at every layer that bf16 becomes fp16 internally.
    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)
    return BitsAndBytesConfig(
        load_in_8bit=quantised == "8bit",
        load_in_4bit=quantised == "nf4",
        bnb_4bit_quant_type="nf4",
        bnb_4bit_compute_dtype=torch.bfloat16,
        llm_int8_skip_modules=UNTOUCHED,
    )


def quantised_copy(model: Any, quantised: str, place: str) -> Any:
    """Return a quantised copy of a model that is on the CPU.

    Args:
        model: The model in bf16.
        quantised: "8bit" or "nf4".
        place: torch name of the device for the copy.
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


def _fused(folder: Path, adapter: Path, place: str) -> Any:
    """Return the model in a folder with an adapter fused into it."""
    model = _opened(folder, place)
    fuse(read_adapter(adapter), model)
    return model


def _opened(folder: Path, place: str, **more: Any) -> Any:
    """Return the model in a folder in bf16, with all its weights."""
    import torch
    from transformers import AutoModelForImageTextToText

    try:
        model, report = AutoModelForImageTextToText.from_pretrained(
            folder,
            dtype=torch.bfloat16,
            device_map={"": place},
            use_safetensors=True,
            local_files_only=True,
            trust_remote_code=False,
            output_loading_info=True,
            **more,
        )
    except Exception as error:
        # The library fails in many ways on unexpected content.
        raise _broken(folder, error) from error
    missing = sorted(report["missing_keys"])
    if missing:
        raise _broken(
            folder,
            ValueError(
                translate("Error", "{count} weights are missing, such as {name}").format(
                    count=len(missing), name=missing[0]
                )
            ),
        )
    return model


def _greedy(settings: Any, processor: Any) -> Any:
    """Return settings for greedy decoding."""
    from transformers import GenerationConfig

    kept = {name: getattr(settings, name, None) for name in KEPT}
    if kept["pad_token_id"] is None:
        kept["pad_token_id"] = getattr(processor, "tokenizer", processor).eos_token_id
    return GenerationConfig(
        do_sample=False, **{name: value for name, value in kept.items() if value is not None}
    )


def _broken(folder: Path, error: Exception) -> Exception:
    """Return the error to raise when a model cannot be loaded; errors of the device stay as is."""
    by_device = is_out_of_memory(error) or "cuda" in str(error).lower()
    return error if by_device else broken_model(folder, error)
