"""Fuses an adapter (a LoRA in peft's file format) into a vision-language model.

The Chain-of-Zoom authors trained one with GRPO: rank 8, alpha 32, on the seven linear layers of
each block of the language model. peft is not used for this: it looks layers up by their names in
the current transformers, and skips those saved under older names with only a warning.
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
from cozviewer.util.translation import translate

if TYPE_CHECKING:
    from torch import Tensor

CONFIG, WEIGHTS, PICKLED = "adapter_config.json", "adapter_model.safetensors", "adapter_model.bin"

RENAMED = (
    # In transformers 4.51 and before, the language model was beside the vision model.
    (r"^model\.(?!language_model\.|visual\.)", "model.language_model."),
    (r"^visual\.", "model.visual."),
    # Models that contain a complete language model, such as LLaVA.
    (r"^language_model\.model\.", "model.language_model."),
)
"""Older names of layers, and the current ones."""

# "base_model.model." is added by peft; "default" is in files that peft did not write itself.
_KEY = re.compile(
    r"(?:base_model\.model\.)?(?P<layer>.+)\.lora_(?P<side>[AB])(?:\.default)?\.weight"
)

UNSUPPORTED = (
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
"""Settings of peft that change how a weight is computed; adapters with any of them are refused."""


@dataclass(frozen=True, eq=False)
class Adapter:
    """The content of an adapter.

    Attributes:
        folder: Its folder.
        pairs: A (rank, inputs) and B (outputs, rank) by the saved name of the layer.
        alpha: LoRA alpha; the scale is alpha divided by the rank.
        by_root: Whether alpha is divided by the square root of the rank instead (rsLoRA).
    """

    folder: Path
    pairs: "Mapping[str, tuple[Tensor, Tensor]]"
    alpha: float
    by_root: bool

    def scale(self, rank: int) -> float:
        """Return the factor of B·A for a rank."""
        return self.alpha / (math.sqrt(rank) if self.by_root else rank)


def check_adapter(folder: Path) -> None:
    """Raise BadInput unless a folder has both files of an adapter."""
    check_path(folder)
    if not folder.is_dir():
        raise BadInput(
            translate(
                "Error", "The adapter folder {folder} does not exist: check the path."
            ).format(folder=folder)
        )
    if not (folder / WEIGHTS).is_file() and (folder / PICKLED).is_file():
        raise BadInput(
            translate(
                "Error",
                "The adapter in {folder} is a pickle file ({pickled}), which can run code: choose "
                "an adapter with {weights}.",
            ).format(folder=folder, pickled=PICKLED, weights=WEIGHTS)
        )
    for name in (CONFIG, WEIGHTS):
        if not (folder / name).is_file():
            raise BadInput(
                translate(
                    "Error", "The folder {folder} has no {name}: choose the folder of an adapter."
                ).format(folder=folder, name=name)
            )


def adapter_files(folder: Path) -> list[Path]:
    """Return the files of an adapter."""
    return [folder / CONFIG, folder / WEIGHTS]


def read_adapter(folder: Path) -> Adapter:
    """Return the adapter in a folder.

    Raises:
        BadInput: It is broken, or not a plain LoRA.
    """
    from safetensors.torch import load_file

    try:
        config = json.loads((folder / CONFIG).read_bytes())
        alpha = float(config["lora_alpha"])
        state = load_file(folder / WEIGHTS)
    except Exception as error:  # any JSON and weights may be in there
        if is_out_of_memory(error):
            raise
        raise BadInput(
            translate(
                "Error", "The adapter in {folder} cannot be read ({reason}): choose another."
            ).format(folder=folder, reason=first_line(error))
        ) from error
    if config.get("peft_type") != "LORA" or config.get("bias", "none") != "none":
        raise _other_kind(folder, translate("Error", "it is not a plain LoRA"))
    for name in UNSUPPORTED:
        if config.get(name):
            raise _other_kind(folder, translate("Error", "it uses {name}").format(name=name))
    sides: dict[str, dict[str, Tensor]] = {}
    for key, tensor in state.items():
        match = _KEY.fullmatch(key)
        if match is None or tensor.ndim != 2 or not is_finite_tensor(tensor):
            raise _other_kind(folder, translate("Error", "it contains {key}").format(key=key))
        sides.setdefault(match[1], {})[match[2]] = tensor
    pairs = {}
    for layer, both in sides.items():
        if len(both) != 2 or both["A"].shape[0] != both["B"].shape[1]:
            raise _other_kind(
                folder,
                translate("Error", "its two matrices for {layer} do not fit each other").format(
                    layer=layer
                ),
            )
        pairs[layer] = both["A"], both["B"]
    if not pairs:
        raise _other_kind(folder, translate("Error", "it is empty"))
    return Adapter(folder, pairs, alpha, bool(config.get("use_rslora")))


def fuse(adapter: Adapter, model: Any) -> None:
    """Add an adapter to a model's weights: W + scale·B·A in fp32, rounded once.

    Raises:
        BadInput: A layer is missing in the model or has another size; the model may be partly
            changed.
    """
    import torch

    layers = {
        name: layer for name, layer in model.named_modules() if isinstance(layer, torch.nn.Linear)
    }
    for saved, (down, up) in adapter.pairs.items():
        layer = layers.get(_present(saved, layers))
        if layer is None:
            raise _misfit(
                adapter.folder, translate("Error", "there is no layer {saved}").format(saved=saved)
            )
        weight = layer.weight.detach()
        if weight.shape != (up.shape[0], down.shape[1]):
            raise _misfit(
                adapter.folder,
                translate(
                    "Error",
                    "{saved} has {rows} × {columns} weights instead of "
                    "{model_rows} × {model_columns}",
                ).format(
                    saved=saved,
                    rows=up.shape[0],
                    columns=down.shape[1],
                    model_rows=weight.shape[0],
                    model_columns=weight.shape[1],
                ),
            )
        up, down = (side.to(weight.device, torch.float32) for side in (up, down))
        fused = weight.float() + adapter.scale(down.shape[0]) * (up @ down)
        # A new parameter, as the old one may be shared with another layer.
        layer.weight = torch.nn.Parameter(fused.to(weight.dtype), requires_grad=False)


def _present(saved: str, layers: Mapping[str, Any]) -> str:
    """Return the current name of a layer."""
    if saved in layers:
        return saved
    names = (re.sub(older, now, saved) for older, now in RENAMED)
    return next((name for name in names if name in layers), saved)


def _other_kind(folder: Path, why: str) -> BadInput:
    return BadInput(
        translate(
            "Error",
            "The adapter in {folder} is not supported ({reason}): choose a plain LoRA, or a model "
            "with the adapter merged into it.",
        ).format(folder=folder, reason=why)
    )


def _misfit(folder: Path, why: str) -> BadInput:
    return BadInput(
        translate(
            "Error",
            "The adapter in {folder} does not fit the model ({reason}): choose the model that it "
            "was trained for, or another adapter.",
        ).format(folder=folder, reason=why)
    )
