"""An adapter for a vision-language model (LoRA, as peft saves it), fused into its weights.

Chain-of-Zoom's authors trained one so that the words please a critic (GRPO): rank 8, alpha 32, on
the seven linear layers of each block of the language model. peft itself is not asked: it knows
layers by the names that they have in the transformers of now, and leaves out, with no more than a
warning, what was saved under older ones.
"""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cozviewer.models.coz.checkpoint import is_finite_tensor
from cozviewer.models.network import first_line, is_out_of_memory
from cozviewer.util.errors import BadInput
from cozviewer.util.paths import check_path

if TYPE_CHECKING:
    from torch import Tensor

CONFIG, WEIGHTS, PICKLED = "adapter_config.json", "adapter_model.safetensors", "adapter_model.bin"

RENAMED = (
    # transformers 4.51 and before had the language model beside the one that sees.
    (r"^model\.(?!language_model\.|visual\.)", "model.language_model."),
    (r"^visual\.", "model.visual."),
    # What was trained with a language model of its own within, as in LLaVA.
    (r"^language_model\.model\.", "model.language_model."),
)
"""Older names of layers, and what became of them."""

# "base_model.model." is peft's own; "default" is in files that were not saved by peft itself.
_KEY = re.compile(
    r"(?:base_model\.model\.)?(?P<layer>.+)\.lora_(?P<side>[AB])(?:\.default)?\.weight"
)

UNKNOWN = (
    "use_dora",
    "use_qalora",
    "lora_bias",
    "fan_in_fan_out",
    "alpha_pattern",
    "modules_to_save",
    "layer_replication",
    "trainable_token_indices",
    "target_parameters",
)
"""Settings of peft that change what is added to a weight; they must be off."""


@dataclass(frozen=True, eq=False)
class Adapter:
    """An adapter, read.

    Attributes:
        folder: Where it lies.
        pairs: By the name of a layer, as it was saved: A (rank, inputs) and B (outputs, rank).
        alpha: What the product is multiplied by, before it is divided by the rank.
        by_root: Whether it is divided by the root of the rank instead.
    """

    folder: Path
    pairs: "Mapping[str, tuple[Tensor, Tensor]]"
    alpha: float
    by_root: bool

    def scale(self, rank: int) -> float:
        """Return what a product of that rank is multiplied by."""
        return self.alpha / (math.sqrt(rank) if self.by_root else rank)


def check_adapter(folder: Path) -> None:
    """Raise BadInput unless both files of an adapter are in a folder."""
    check_path(folder)
    if not folder.is_dir():
        raise BadInput(f"There is no folder {folder} with an adapter: check the path.")
    if not (folder / WEIGHTS).is_file() and (folder / PICKLED).is_file():
        raise BadInput(
            f"The adapter in {folder} is pickled ({PICKLED}), which can run code: only {WEIGHTS} "
            "is read; choose another adapter."
        )
    for name in (CONFIG, WEIGHTS):
        if not (folder / name).is_file():
            raise BadInput(f"There is no {name} in {folder}: choose the folder of an adapter.")


def adapter_files(folder: Path) -> list[Path]:
    """Return the files that an adapter is read from."""
    return [folder / CONFIG, folder / WEIGHTS]


def read_adapter(folder: Path) -> Adapter:
    """Return an adapter.

    Raises:
        BadInput: It is broken, or no LoRA of the plain kind.
    """
    from safetensors.torch import load_file

    try:
        config = json.loads((folder / CONFIG).read_bytes())
        alpha = float(config["lora_alpha"])
        state = load_file(folder / WEIGHTS)
    except Exception as error:  # JSON and weights of any content are read
        if is_out_of_memory(error):
            raise
        raise BadInput(
            f"The adapter in {folder} cannot be read ({first_line(error)}): choose another."
        ) from error
    if config.get("peft_type") != "LORA" or config.get("bias", "none") != "none":
        raise _other_kind(folder, "it is no plain LoRA")
    for name in UNKNOWN:
        if config.get(name):
            raise _other_kind(folder, f"it was made with {name}")
    sides: dict[str, dict[str, Tensor]] = {}
    for key, tensor in state.items():
        match = _KEY.fullmatch(key)
        if match is None or tensor.ndim != 2 or not is_finite_tensor(tensor):
            raise _other_kind(folder, f"it holds {key}")
        sides.setdefault(match[1], {})[match[2]] = tensor
    pairs = {}
    for layer, both in sides.items():
        if len(both) != 2 or both["A"].shape[0] != both["B"].shape[1]:
            raise _other_kind(folder, f"its two halves for {layer} make no pair")
        pairs[layer] = both["A"], both["B"]
    if not pairs:
        raise _other_kind(folder, "it is empty")
    return Adapter(folder, pairs, alpha, bool(config.get("use_rslora")))


def fuse(adapter: Adapter, model: Any) -> None:
    """Add an adapter to a model's weights: W + scale·B·A in fp32, rounded once.

    Raises:
        BadInput: A layer is not in the model, or of another size; the model may be half changed.
    """
    import torch

    layers = {
        name: layer for name, layer in model.named_modules() if isinstance(layer, torch.nn.Linear)
    }
    for saved, (down, up) in adapter.pairs.items():
        layer = layers.get(_present(saved, layers))
        if layer is None:
            raise _misfit(adapter.folder, f"there is no layer {saved}")
        weight = layer.weight.detach()
        if weight.shape != (up.shape[0], down.shape[1]):
            raise _misfit(
                adapter.folder,
                f"{saved} has {up.shape[0]} × {down.shape[1]} weights instead of "
                f"{weight.shape[0]} × {weight.shape[1]}",
            )
        up, down = (side.to(weight.device, torch.float32) for side in (up, down))
        fused = weight.float() + adapter.scale(down.shape[0]) * (up @ down)
        # A parameter of its own: the old one may serve as another layer's weight, too.
        layer.weight = torch.nn.Parameter(fused.to(weight.dtype), requires_grad=False)


def _present(saved: str, layers: Mapping[str, Any]) -> str:
    """Return what a layer is called now."""
    if saved in layers:
        return saved
    names = (re.sub(older, now, saved) for older, now in RENAMED)
    return next((name for name in names if name in layers), saved)


def _other_kind(folder: Path, why: str) -> BadInput:
    return BadInput(
        f"The adapter in {folder} cannot be used ({why}): choose a plain LoRA, or a model that it "
        "was merged into."
    )


def _misfit(folder: Path, why: str) -> BadInput:
    return BadInput(
        f"The adapter in {folder} does not fit the model ({why}): choose the model that it was "
        "made for, or another adapter."
    )
