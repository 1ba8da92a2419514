"""Reads the checkpoint of PiSA-SR, in the authors' format, without running code in it.

`pisa_sr.pkl` is a dictionary with two LoRAs by peft for the UNet, one trained for pixels and one
for meaning: their ranks, and in "state_dict_unet" their weights by names such as
"conv_in.lora_A.default_encoder_pix.weight".
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cozviewer.models.coz.adapters import lora_product
from cozviewer.models.coz.checkpoint import is_finite_tensor
from cozviewer.models.model_reading import read_safely, unpickled
from cozviewer.util.errors import BadInput
from cozviewer.util.translation import translate

if TYPE_CHECKING:
    from torch import Tensor

ORIGIN = "github.com/csslc/PiSA-SR"

FILE_NAME = "pisa_sr.pkl"

FOLDER_NAME = "pisa"
"""Name of the folder in the folder of models where the file is found automatically."""

PIXEL, SEMANTIC = "pix", "sem"
"""Names of the two LoRAs in the file."""

ALPHA = 8
"""peft's default alpha; the scale of a LoRA is alpha divided by its rank."""

_NAME = re.compile(r"(.+)\.lora_(A|B)\.default_(?:encoder|decoder|others)_(pix|sem)\.weight")


@dataclass(frozen=True, slots=True)
class DualLora:
    """The two LoRAs of a checkpoint.

    Attributes:
        path: Path of the file, for error messages.
        layers: For each of PIXEL and SEMANTIC, and each layer: (B, A), and the scale of B·A.
    """

    path: Path
    layers: "Mapping[str, Mapping[str, tuple[Tensor, Tensor, float]]]"

    def add(self, which: str, state: "Mapping[str, Tensor]", part: float = 1.0) -> None:
        """Add a LoRA to weights, in fp32.

        Args:
            which: PIXEL or SEMANTIC.
            state: The weights of the UNet by name; changed.
            part: Factor of the LoRA.

        Raises:
            BadInput: It is for another UNet.
        """
        for layer, (up, down, scale) in self.layers[which].items():
            weight = state.get(f"{layer}.weight")
            if weight is None:
                raise other_file(
                    self.path,
                    translate("Error", "the base has no layer {layer}").format(layer=layer),
                )
            try:
                product = lora_product(up.float(), down.float(), tuple(weight.shape))
            except ValueError as error:
                raise other_file(
                    self.path,
                    translate("Error", "the LoRA of {layer} does not fit").format(layer=layer),
                ) from error
            weight.add_(product, alpha=part * scale)


def read_dual_lora(content: bytes, path: Path) -> DualLora:
    """Return the LoRAs in a checkpoint.

    Args:
        content: All bytes of the file.
        path: Path of the file, for error messages.

    Raises:
        BadInput: It is damaged, another file, or contains code (which is not run).
    """
    found = _read(content, path)
    state = found.get("state_dict_unet") if isinstance(found, dict) else None
    if not isinstance(state, dict) or not state:
        raise other_file(path, translate("Error", "it has no LoRA for the UNet"))
    halves: dict[tuple[str, str], dict[str, Any]] = {}
    for name, tensor in state.items():
        matched = _NAME.fullmatch(name) if isinstance(name, str) else None
        if matched is None:
            raise other_file(
                path, translate("Error", "it has unknown weights: {name}").format(name=name)
            )
        if not is_finite_tensor(tensor):
            raise other_file(
                path, translate("Error", "{name} is missing or damaged").format(name=name)
            )
        layer, half, which = matched.groups()
        halves.setdefault((which, layer), {})[half] = tensor
    layers: dict[str, dict[str, tuple[Any, Any, float]]] = {PIXEL: {}, SEMANTIC: {}}
    ranks = {which: found.get(f"lora_rank_unet_{which}") for which in layers}
    for (which, layer), pair in halves.items():
        rank = ranks[which]
        if (
            len(pair) < 2
            or type(rank) is not int
            or len(pair["A"].shape) < 2
            or pair["A"].shape[0] != rank
        ):
            raise other_file(
                path, translate("Error", "the LoRA of {layer} does not fit").format(layer=layer)
            )
        layers[which][layer] = (pair["B"], pair["A"], ALPHA / rank)
    if not all(layers.values()):
        raise other_file(path, translate("Error", "it has only one of the two LoRAs"))
    return DualLora(path, layers)


def other_file(path: Path, reason: str) -> BadInput:
    """Return the error for a file that does not fit."""
    return BadInput(
        translate(
            "Error", "The file {path} does not fit this base, {reason}: get {name} from {origin}."
        ).format(path=path, reason=reason, name=FILE_NAME, origin=ORIGIN)
    )


def _read(content: bytes, path: Path) -> Any:
    why = translate("Error", "it is damaged or not a checkpoint")
    return read_safely(
        lambda: unpickled(content), program=_program(path), broken=other_file(path, why)
    )


def _program(path: Path) -> BadInput:
    return BadInput(
        translate(
            "Error",
            "The file {path} contains executable code and was blocked: get {name} from {origin}.",
        ).format(path=path, name=FILE_NAME, origin=ORIGIN)
    )
