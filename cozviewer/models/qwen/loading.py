"""Opens a vision-language model on its device, with an adapter fused into it."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cozviewer.models.device import Device
from cozviewer.models.network import is_out_of_memory
from cozviewer.models.quiet import quietly
from cozviewer.models.qwen.adapter import fuse, read_adapter
from cozviewer.models.qwen.folder import broken_model
from cozviewer.models.qwen.quantized import quantisation, quantised_anew

KEPT = ("bos_token_id", "eos_token_id", "pad_token_id", "repetition_penalty")
"""What is taken over from a model's settings for generating: nothing that draws lots. The
authors' runs have the penalty of 1.05, too, and a temperature of 1e-6, which is none."""


@dataclass(frozen=True, eq=False, slots=True)
class Vlm:
    """A vision-language model that is ready to be asked.

    Attributes:
        model: An `AutoModelForImageTextToText`.
        processor: Makes its inputs from messages, and text from its outputs.
        device: Where it lies, and in which numbers it computes.
        label: Of that, for people: "CPU, bf16".
    """

    model: Any
    processor: Any
    device: Device
    label: str


def open_vlm(folder: Path, adapter: Path | None, device: Device, quantised: str) -> Vlm:
    """Return the model in a folder.

    It computes in bf16 wherever it lies: its weights are published so, fp16 is too narrow for
    what comes up within, and fp32 would take 15 GB. On a CPU that knows no bf16 (before AVX-512)
    this costs time where a crop is read, about 4x of fp32, and none where words are written.

    Args:
        folder: As `qwen_folder` returns it.
        adapter: A folder that `check_adapter` let through, or None.
        device: Where to compute.
        quantised: "", or as `check_quantised` let it through.

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
            # Fused before: what it adds is finer than the steps of four bits.
            model = quantised_anew(_fused(folder, adapter, "cpu"), quantised, device.name)
        elif adapter:
            model = _fused(folder, adapter, device.name)
        elif quantised:
            model = _opened(folder, device.name, quantization_config=quantisation(quantised))
        else:
            model = _opened(folder, device.name)
    model.generation_config = _greedy(model.generation_config, processor)
    return Vlm(model.eval().requires_grad_(False), processor, device, label)


def _fused(folder: Path, adapter: Path, place: str) -> Any:
    """Return the model in a folder with an adapter fused into it."""
    model = _opened(folder, place)
    fuse(read_adapter(adapter), model)
    return model


def _opened(folder: Path, place: str, **more: Any) -> Any:
    """Return the model in a folder in bf16, checked for being whole."""
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
        # The library fails in many ways on what it does not expect in a file.
        raise _broken(folder, error) from error
    missing = sorted(report["missing_keys"])
    if missing:
        raise _broken(folder, ValueError(f"{len(missing)} weights are missing, {missing[0]} first"))
    return model


def _greedy(settings: Any, processor: Any) -> Any:
    """Return settings that make the likeliest token the next, always."""
    from transformers import GenerationConfig

    kept = {name: getattr(settings, name, None) for name in KEPT}
    if kept["pad_token_id"] is None:
        kept["pad_token_id"] = getattr(processor, "tokenizer", processor).eos_token_id
    return GenerationConfig(
        do_sample=False, **{name: value for name, value in kept.items() if value is not None}
    )


def _broken(folder: Path, error: Exception) -> Exception:
    """Return what to raise when a model cannot be opened: the device may be to blame, too."""
    by_device = is_out_of_memory(error) or "cuda" in str(error).lower()
    return error if by_device else broken_model(folder, error)
