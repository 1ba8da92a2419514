"""Model files: upscalers, the files of Chain-of-Zoom and adapters of a prompter."""

import io
import json
from contextlib import suppress
from functools import cache
from pathlib import Path

import torch
from safetensors.torch import save

from cozviewer.models.coz.adapters import ADAPTER, fused_encoder, fused_transformer
from cozviewer.models.coz.checkpoint import LORA_FILE, read_checkpoint
from cozviewer.models.device import Device
from cozviewer.models.model_file import load_network
from cozviewer.models.model_reading import is_torchscript, state_of
from cozviewer.models.qwen.adapter import CONFIG, WEIGHTS, fuse, read_adapter
from cozviewer.util.errors import BadInput
from tests.fuzz.target import Target
from tests.models.networks import compact_state

LAYER = "base_model.model.layer"

STATE = {"body.0.weight": torch.zeros(3, 3), "body.0.bias": torch.ones(2)}

CONFIGURATION = {"peft_type": "LORA", "lora_alpha": 32, "r": 4, "bias": "none", "use_rslora": False}


def pickled(values: object, zipped: bool) -> bytes:
    """Return values as torch saves them, in its present format or the one before."""
    file = io.BytesIO()
    torch.save(values, file, _use_new_zipfile_serialization=zipped)
    return file.getvalue()


def upscaler() -> bytes:
    """Return the weights of a small network that spandrel knows."""
    return save({name: value.contiguous() for name, value in compact_state().items()})


ENCODER = {"conv_in.weight": torch.zeros(4, 3, 3, 3), "conv_in.bias": torch.zeros(4)}


def encoder() -> bytes:
    """Return the LoRA of an encoder, as the authors save it."""
    sides = {"A": torch.zeros(4, 3, 3, 3), "B": torch.zeros(4, 4, 1, 1)}
    values = {name.replace(".", ".base_layer."): value for name, value in ENCODER.items()}
    values |= {f"conv_in.lora_{side}.{ADAPTER}.weight": value for side, value in sides.items()}
    return pickled(values, zipped=True)


def lora() -> bytes:
    """Return the LoRA of a transformer, as the authors save it."""
    return pickled([torch.zeros(24, 4), torch.zeros(4, 4)] * 2, zipped=True)


def adapter_weights() -> bytes:
    """Return the matrices of an adapter."""
    sides = {"lora_A": torch.zeros(4, 8), "lora_B": torch.zeros(8, 4)}
    return save({f"{LAYER}.{side}.weight": value for side, value in sides.items()})


@cache
def _transformer() -> torch.nn.Module:
    """Return something with two of the layers that the LoRA changes."""
    from diffusers.models.normalization import AdaLayerNormZero

    return torch.nn.ModuleList([AdaLayerNormZero(4) for _ in range(2)])


class _Model(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = torch.nn.Linear(8, 8)


def read(kind: str, content: bytes, folder: Path) -> None:
    """Read a file as the kind that it was."""
    path = folder / kind.replace(" ", ".")
    if kind.startswith("adapter"):
        configured = json.dumps(CONFIGURATION).encode()
        weights = kind == "adapter weights"
        (folder / CONFIG).write_bytes(configured if weights else content)
        (folder / WEIGHTS).write_bytes(content if weights else adapter_weights())
        fuse(read_adapter(folder), _Model())
        return
    if kind == "lora pkl":
        list(fused_transformer(content, path, _transformer()))
        return
    if kind == "encoder pt":
        fused_encoder(content, path, ENCODER)
        return
    is_torchscript(content)
    with suppress(BadInput):
        read_checkpoint(content, path, LORA_FILE)
    state = state_of(content, path)
    if kind.startswith("upscaler"):
        load_network(state, Device("cpu", "CPU"), path)


def models() -> Target:
    """Return the target."""
    return Target(
        "models",
        {
            "zip pth": lambda: pickled(STATE, zipped=True),
            "old pth": lambda: pickled(STATE, zipped=False),
            "a safetensors": lambda: save(STATE),
            "upscaler safetensors": upscaler,
            "lora pkl": lora,
            "encoder pt": encoder,
            "adapter weights": adapter_weights,
            "adapter configuration": lambda: json.dumps(CONFIGURATION).encode(),
        },
        read,
        slow=frozenset({"lora pkl", "upscaler safetensors"}),  # they import large libraries
    )
