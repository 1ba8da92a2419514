"""The memory that a training needs, computed from the files of the models before they are read.

Pure functions; the figures for activations are estimates, checked against nothing larger than a
tiny model, and rounded up.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cozviewer.align.settings import AlignSettings
from cozviewer.models.align.targets import TARGETS
from cozviewer.models.device import Device
from cozviewer.models.memory.weights_size import shapes, size
from cozviewer.models.qwen.folder import WORKING_BYTES, broken_model, weight_paths
from cozviewer.util.errors import BadInput
from cozviewer.util.units import gigabytes

IMAGE_TOKENS = 330
"""Tokens of an image of 512 x 512 pixels, in Qwen2.5-VL (28 x 28 pixels each)."""

QUESTION_TOKENS = 80
"""Tokens of a question, rounded up."""

LOGIT_ROWS = 256
"""Rows of the logits that TRL computes at a time."""

RUNTIME = 1_000_000_000
"""Bytes of the libraries on a GPU: kernels, work space and fragmentation."""

SPARE = 500_000_000
"""Bytes that stay free."""


@dataclass(frozen=True, slots=True)
class Need:
    """A part of the memory.

    Attributes:
        name: What it is for.
        size: Bytes.
    """

    name: str
    size: int


def training_needs(
    base: Path, settings: AlignSettings, device: Device, critic: Path | None
) -> list[Need]:
    """Return what a training needs on its device.

    Args:
        base: The folder of the base model.
        settings: The settings.
        device: From `training_device`.
        critic: The folder of a critic on the same device; None where it is on a server.

    Raises:
        BadInput: The files of a model are broken.
    """
    try:
        tensors = shapes(weight_paths(base))
        network = _network(base)
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise broken_model(base, error) from error
    each = 2 if device.dtype == "bfloat16" else 4
    lora = lora_parameters(tensors, settings.rank)
    tokens = 2 * IMAGE_TOKENS + QUESTION_TOKENS + settings.max_tokens
    rows = settings.together * tokens
    block = rows * (6 * network.hidden + 4 * network.intermediate) * each
    blocks = network.layers * rows * network.hidden * each if settings.checkpointing else 0
    activations = blocks + block * (1 if settings.checkpointing else network.layers)
    cache = settings.group * settings.prompts * tokens * network.layers * network.cached * each
    logits = LOGIT_ROWS * network.vocabulary * 4 * 2
    needs = [
        Need(
            "base model",
            size(tensors, device.dtype, settings.quantised, lambda name: "vis" in name),
        ),
        Need("LoRA and its gradients", 2 * 4 * lora),
        Need("optimizer", 2 * 4 * lora),
        # Answers are sampled before the backward pass, not at the same time.
        Need("activations", max(activations + logits, cache + WORKING_BYTES)),
    ]
    if critic is not None:
        try:
            weights = size(
                shapes(weight_paths(critic)),
                "bfloat16",
                settings.quantised,
                lambda name: "vis" in name,
            )
        except (OSError, ValueError) as error:
            raise broken_model(critic, error) from error
        needs.append(Need("critic", weights + WORKING_BYTES))
    if device.name.startswith("cuda"):
        needs.append(Need("libraries", RUNTIME))
    return needs


def plan_sentence(needs: Sequence[Need], hardware: str, free: int) -> str:
    """Return the memory plan as a sentence."""
    parts = ", ".join(f"{need.name} {gigabytes(need.size)}" for need in needs)
    total = sum(need.size for need in needs)
    return (
        f"Memory plan for the {hardware}: {gigabytes(total)} of {gigabytes(free)} free ({parts})."
    )


def check_fits(needs: Sequence[Need], hardware: str, free: int, settings: AlignSettings) -> None:
    """Raise BadInput unless the needs fit into the free memory."""
    total = sum(need.size for need in needs)
    if total + SPARE <= free:
        return
    ways = []
    if any(need.name == "critic" for need in needs):
        ways.append("a critic on a server (--critic-server)")
    if settings.together > 1:
        ways.append("--micro-batch 1")
    if not settings.quantised:
        ways.append("--memory nf4 (NVIDIA GPUs)")
    ways.append("a smaller model (--qwen)")
    raise BadInput(
        f"The training needs {gigabytes(total)} of memory on the {hardware}, and "
        f"{gigabytes(free)} are free, of which {gigabytes(SPARE)} must stay free. Use "
        f"{', '.join(ways[:-1])}{' or ' if len(ways) > 1 else ''}{ways[-1]}."
    )


@dataclass(frozen=True, slots=True)
class _Network:
    """The sizes of a language model; `cached` is the width of keys and values of a layer."""

    layers: int
    hidden: int
    intermediate: int
    cached: int
    vocabulary: int


def _network(folder: Path) -> _Network:
    """Return the sizes in a model's configuration.

    Raises:
        ValueError, TypeError, AttributeError: It is not one.
    """
    config = json.loads((folder / "config.json").read_text("utf-8"))
    text: Mapping[str, object] = {**config, **config.get("text_config", {})}

    def number(name: str, otherwise: int = 0) -> int:
        value = text.get(name) or otherwise
        if not isinstance(value, int) or not 0 < value < 2**24:
            raise ValueError(f"config.json has no {name}")
        return value

    hidden, heads = number("hidden_size"), number("num_attention_heads")
    head = number("head_dim", hidden // heads)
    return _Network(
        number("num_hidden_layers"),
        hidden,
        number("intermediate_size"),
        2 * number("num_key_value_heads", heads) * head,
        number("vocab_size"),
    )


def _target(name: str, shape: Sequence[int]) -> bool:
    layer = name.removesuffix(".weight")
    return len(shape) == 2 and layer != name and re.fullmatch(TARGETS, layer) is not None


def lora_parameters(tensors: Mapping[str, Sequence[int]], rank: int) -> int:
    """Return the number of parameters of a LoRA for a model with tensors of these shapes."""
    return rank * sum(sum(shape) for name, shape in tensors.items() if _target(name, shape))
